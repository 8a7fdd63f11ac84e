"""What happens between nodes: partitions, half-open and slow links, resets in mid-delivery."""

from __future__ import annotations

import random

from tests.faults.fault import fault
from tests.faults.scene import Scene
from tests.support.processes import until

LINKS = "Links"
SEED = 20160909
RATE = 60_000.0
"""Bytes a second on a slow link: all that waits takes longer than one answer may."""
LARGE = 60_000
RESETS = 8


@fault(
    LINKS,
    "link KR–US cut",
    does="KR goes on filing; what is for US and JP waits in its outbox. US and JP go on.",
    recovers="by itself, when the link is back",
    quick=True,
)
def cut_kr_us(scene: Scene) -> None:
    scene.links.cut("KR", "US")
    done = scene.file(3)
    scene.status("KR", "US", r"[1-9]\d* wait; .*(reset|refused|disconnected|closed)")
    scene.says("KR", "US: Client")
    scene.healthz("KR", '200 {"ready":true')
    scene.links.mend(("KR", "US"))
    scene.until_opened("JP", done)
    scene.says("KR", "US is reached")


@fault(
    LINKS,
    "link US–JP cut",
    does="US opens what KR files and acknowledges it; what is for JP waits in US's outbox.",
    recovers="by itself, when the link is back",
    quick=True,
)
def cut_us_jp(scene: Scene) -> None:
    scene.links.cut("US", "JP")
    done = scene.file(3)
    scene.until_opened("US", done)
    scene.status("US", "JP", r"[1-9]\d* wait; .*(reset|refused|disconnected|closed)")
    scene.says("US", "JP: Client")
    scene.links.mend(("US", "JP"))
    scene.until_opened("JP", done)
    scene.says("US", "JP is reached")


@fault(
    LINKS,
    "both links cut",
    does="Each node is alone. KR files into its outbox; the others keep what they have.",
    recovers="by itself, when the links are back",
)
def cut_both(scene: Scene) -> None:
    scene.links.cut("KR", "US")
    scene.links.cut("US", "JP")
    done = scene.file(3)
    scene.status("KR", "US", r"[1-9]\d* wait; .*(reset|refused|disconnected|closed)")
    scene.links.mend(("KR", "US"), ("US", "JP"))
    scene.until_opened("JP", done)


@fault(
    LINKS,
    "a link flaps under traffic",
    does="Deliveries that were cut off are sent again; what had arrived counts once.",
    recovers="by itself, each time",
)
def flap(scene: Scene) -> None:
    with scene.traffic() as done:
        for pair in (("KR", "US"), ("US", "JP")) * 4:
            scene.links.cut(*pair)
            scene.until_more(done, 2)
            scene.links.mend(pair)
            scene.until_more(done, 2)


@fault(
    LINKS,
    "half-open link KR–US",
    does="Connections stay open and nothing comes back. KR gives each attempt up and tries anew.",
    recovers="by itself, with the next attempt after the link is back",
)
def half_open_kr_us(scene: Scene) -> None:
    scene.links.swallow("KR", "US")
    done = scene.file(3)
    scene.status("KR", "US", r"[1-9]\d* wait; .*(Timeout|timeout)")
    scene.links.mend(("KR", "US"))
    scene.until_opened("JP", done)


@fault(
    LINKS,
    "half-open link US–JP",
    does="As between KR and US; US acknowledges to KR meanwhile.",
    recovers="by itself, with the next attempt after the link is back",
)
def half_open_us_jp(scene: Scene) -> None:
    scene.links.swallow("US", "JP")
    done = scene.file(3)
    scene.until_opened("US", done)
    scene.status("US", "JP", r"[1-9]\d* wait; .*(Timeout|timeout)")
    scene.links.mend(("US", "JP"))
    scene.until_opened("JP", done)


@fault(
    LINKS,
    "slow link",
    does="What waits for US is more than the link carries in the time that an answer may take: KR "
    "sends as much at a time as arrives.",
    recovers="by itself, also while the link is slow",
)
def slow(scene: Scene) -> None:
    scene.links.cut("KR", "US")
    done = [one for _ in range(30) for one in scene.file(text="x" * LARGE)]
    scene.links.mend(("KR", "US"))
    scene.links.slow("KR", "US", RATE)
    scene.healthz("KR", '200 {"ready":true')
    scene.until_opened("US", done)


@fault(
    LINKS,
    "connections reset after so many bytes",
    does="A delivery that breaks off anywhere counts for nothing and comes again whole.",
    recovers="by itself",
)
def resets(scene: Scene) -> None:
    chance = random.Random(SEED)
    for pair in (("KR", "US"), ("US", "JP")):
        counts = [1, 300, 1200, 2500, *(chance.randrange(3000, 30_000) for _ in range(RESETS))]
        scene.links.reset_after(*pair, counts)
        link = scene.links[pair]
        before = link.connections
        done = []
        for number in range(1, len(counts) + 1):
            done += scene.file(text="x" * 10_000)
            until(lambda: link.connections >= before + number, "no new connection", *scene.nodes)  # noqa: B023
        scene.until_opened(pair[1], done)
        scene.links.mend(pair)
    scene.says("KR", "US: Client")
