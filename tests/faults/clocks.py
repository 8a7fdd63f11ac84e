"""Clocks that jump, keys that ended, and a log that forks."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.faults.deaths import start_wrong
from tests.faults.deliveries import as_kr
from tests.faults.fault import fault
from tests.faults.scene import Scene
from tests.support.channel import channel, request
from tests.support.processes import until
from tests.support.trio import PARTICIPANTS, Filed, portion
from trilogue.errors import NotInForceError, SignatureError
from trilogue.node.inputs import ReportInput
from trilogue.node.service import open_engine

CLOCKS, KEYS = "Clocks", "Keys and logs"
AHEAD, BEHIND = 90.0, -1800.0
DAYS_30, DAYS_401 = 30 * 86_400.0, 401 * 86_400.0


def wrong_clock(scene: Scene, who: str, seconds: float) -> Path:
    """Start a node anew, whose clock is off from now on; return the file that says how far."""
    file = scene.base / f"{who}.clock"
    file.write_text("0", "ascii")
    scene[who].stop()
    start_wrong(scene, who, clock=str(file))
    set_clock(file, seconds)
    return file


def set_clock(file: Path, seconds: float) -> None:
    """Let a clock jump."""
    fresh = file.with_suffix(".new")
    fresh.write_text(str(seconds), "ascii")
    fresh.replace(file)


@fault(
    CLOCKS,
    "a clock jumps ahead",
    does="KR learns it from US's answers and says so. What it says meanwhile is said at times that "
    "have not come, so US does not take it in yet.",
    recovers="by itself: what KR says once the clock is right goes at once, the rest at its time",
)
def clock_ahead(scene: Scene) -> None:
    file = wrong_clock(scene, "KR", AHEAD)
    scene.file(2)
    scene.healthz("KR", '503 {"ready":false,"reasons":.*clock')
    scene.status("KR", "US", r"[1-9]\d* wait; .*has not come yet")
    set_clock(file, 0)
    scene.healthz("KR", '200 {"ready":true')
    scene.until_opened("JP", scene.file())


@fault(
    CLOCKS,
    "a clock jumps back",
    does="KR learns it from US's answers and says so. What US says is too early for it, and waits; "
    "what KR would say comes before the arrangement, and is refused.",
    recovers="by itself, when the clock is right",
)
def clock_behind(scene: Scene) -> None:
    scene.links.cut("US", "JP")
    done = scene.file(2)
    file = wrong_clock(scene, "KR", BEHIND)
    scene.links.mend()
    scene.healthz("KR", '503 {"ready":false,"reasons":.*clock')
    scene.until_opened("JP", done)
    try:
        scene["KR"].submit("said before the arrangement was adopted")
    except NotInForceError as error:
        scene.note(f"KR, to whoever files a report: {error}")
    else:
        raise AssertionError("KR files a report before it adopted the arrangement")
    scene.status("US", "KR", r"[1-9]\d* wait; .*has not come yet")
    set_clock(file, 0)
    scene.healthz("KR", '200 {"ready":true')


@fault(
    CLOCKS,
    "a recipient's clock jumps a month ahead",
    does="For JP every term has ended: it opens nothing, and destroys nothing while its clock and "
    "US's differ.",
    recovers="by itself, when the clock is right: all of it opens again",
)
def terms_end_early(scene: Scene) -> None:
    what = scene["KR"].submit("seen", subject="nuclear-site")  # no standing consent covers it
    scene.acknowledged.append(what)
    scene["KR"].grant(what, lasts_seconds=86_400)
    scene.until_opened("JP", [what])
    assert scene["JP"].read(what) == "seen"
    file = wrong_clock(scene, "JP", DAYS_30)
    scene.healthz("JP", '503 {"ready":false,"reasons":.*clock.*nothing is destroyed')
    try:
        scene["JP"].read(what)
    except Exception as error:  # noqa: BLE001 - what it says is looked at
        scene.note(f"JP, to whoever opens it: {error}")
    else:
        raise AssertionError("JP opens what has ended by its own clock")
    set_clock(file, 0)
    scene.healthz("JP", '200 {"ready":true')
    assert scene["JP"].read(what) == "seen"


@fault(
    KEYS,
    "all keys have ended",
    alone=True,
    does="A month ahead each node says when its keys end. When they have, nobody takes anything "
    "in, and each node says why. The channel still carries new keys.",
    recovers="`trilogue node rotate-keys` at each node",
)
def keys_ended(scene: Scene) -> None:
    files = {who: wrong_clock(scene, who, DAYS_401 - DAYS_30) for who in PARTICIPANTS}
    scene.says("KR", "keys end at")
    scene.until_opened("JP", scene.file())
    for file in files.values():
        set_clock(file, DAYS_401)
    scene.healthz("KR", '503 {"ready":false,"reasons":.*keys ended')
    for who, file in files.items():
        scene[who].stop()
        scene.command(
            "node", "rotate-keys", scene[who].directory, clock=file, expect="Keys number 1"
        )
        start_wrong(scene, who, wait=False, clock=str(file))
    for who in PARTICIPANTS:
        scene.healthz(who, '200 {"ready":true')
    scene.until_opened("JP", [until(lambda: filed(scene), "nothing can be filed", *scene.nodes)])
    scene.reckon(clocks=files)


def filed(scene: Scene) -> Filed | None:
    """Have KR file a report, once it has heard of everybody's new keys."""
    try:
        return scene.file()[0]
    except SignatureError as error:
        scene.note(f"KR, to whoever files a report before JP's new keys are there: {error}")
        return None


@fault(
    KEYS,
    "a neighbour's log forks",
    alone=True,
    does="Somebody with KR's keys signs another log of the same size. US keeps both checkpoints, "
    "says so in its own log, and hears KR no more; US and JP go on. What KR says waits.",
    recovers="when it is known how, and US's operator has settled it: `trilogue node settle-fork`",
)
def forked(scene: Scene) -> None:
    scene.nodes.settle()
    rogue = scene.base / "rogue"
    (known,) = (one.seen for one in scene["US"].status().neighbours if one.participant == "KR")
    scene["KR"].stop()
    shutil.copytree(scene["KR"].directory, rogue)
    scene["KR"].start()
    scene.until_opened("JP", scene.file())
    engine, _ = open_engine(rogue)
    engine.act(lambda: engine.submit(ReportInput(portions=(portion("otherwise"),))))
    engine.sending._peer_saw["US", "KR"] = known
    outgoing = engine.sending.outgoing("US")
    engine.close()
    assert outgoing is not None
    with channel(scene["US"], as_kr(scene)) as connection:
        assert request(connection, "POST", "/deliver", outgoing.data) == 200
    scene.healthz("US", "503 .*KR's log forked")
    waiting = scene.file(2)
    scene.status("KR", "US", r"[1-9]\d* wait; .*forked")
    scene["US"].stop()
    scene["US"].start(wait=False)
    scene.healthz("US", "503 .*KR's log forked")
    scene["US"].kill()
    why = "a copy of KR's node was started by mistake; it is destroyed"
    scene.command(
        *("node", "settle-fork", scene["US"].directory, "KR", "--because", why),
        expect="heard again",
    )
    scene["US"].start()
    scene.until_opened("JP", waiting)
    shutil.rmtree(rogue)
    scene.reckon(innocent=False)
