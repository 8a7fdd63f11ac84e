"""Deliveries that come twice, in another order, late, or whose answers are lost.

KR is down; somebody with KR's own key speaks for it with what KR's outbox holds.
"""

from __future__ import annotations

import random
import ssl

from tests.faults.fault import fault
from tests.faults.scene import Scene
from tests.support.channel import channel, context, request, tls_key
from tests.support.trio import filed, portion
from trilogue.node.engine import raise_refused
from trilogue.node.inputs import ReportInput
from trilogue.node.service import open_engine

DELIVERIES = "Deliveries"
SEED = 20160909
MANY = 6


def outgoing(scene: Scene, count: int = MANY) -> list[bytes]:
    """Have KR, which is down afterwards, file reports; return a delivery after each of them.

    Each goes on from where US is when it has taken in the one before. As KR hears of no answer,
    it also holds again what those before it hold.
    """
    (known,) = (one.seen for one in scene["US"].status().neighbours if one.participant == "KR")
    scene["KR"].stop()
    engine, _ = open_engine(scene["KR"].directory)
    deliveries = []
    try:
        for number in range(count):
            given = ReportInput(portions=(portion(f"report {number}"),))
            done = engine.act(lambda given=given: engine.submit(given))
            scene.acknowledged.append(filed(raise_refused(done)[0]))
            engine.sending._peer_saw["US", "KR"] = known
            one = engine.sending.outgoing("US")
            assert one is not None
            deliveries.append(one.data)
            known = engine.db.q.size_of(speaker="KR")
    finally:
        engine.close()
    return deliveries


def as_kr(scene: Scene) -> ssl.SSLContext:
    """Return what shows KR's key."""
    return context(tls_key(scene["KR"]))


@fault(
    DELIVERIES,
    "each delivery twice",
    does="US takes each statement in once, and answers the repeat with the same acknowledgement.",
    recovers="nothing to recover from",
    quick=True,
)
def twice(scene: Scene) -> None:
    deliveries = outgoing(scene)
    with channel(scene["US"], as_kr(scene)) as connection:
        for data in deliveries:
            for _ in range(2):
                assert request(connection, "POST", "/deliver", data) == 200
    scene.until_opened("JP", scene.acknowledged)
    scene["KR"].start()
    scene.healthz("US", '200 {"ready":true')


@fault(
    DELIVERIES,
    "deliveries in any order, many times over",
    does="What comes too early comes again; what was overtaken counts once.",
    recovers="nothing to recover from",
)
def any_order(scene: Scene) -> None:
    chance = random.Random(SEED)
    shuffled = outgoing(scene) * 3
    chance.shuffle(shuffled)
    for data in shuffled:
        with channel(scene["US"], as_kr(scene)) as connection:
            assert request(connection, "POST", "/deliver", data) == 200
    scene["KR"].start()
    scene.healthz("US", '200 {"ready":true')


@fault(
    DELIVERIES,
    "answers lost",
    does="US has taken all in and KR does not know: it sends all of it again, and US answers.",
    recovers="by itself, with the next delivery",
)
def answers_lost(scene: Scene) -> None:
    deliveries = outgoing(scene)
    with channel(scene["US"], as_kr(scene)) as connection:
        for data in deliveries:
            assert request(connection, "POST", "/deliver", data) == 200
    scene.until_opened("JP", scene.acknowledged)
    scene["KR"].start()
    scene.healthz("KR", '200 {"ready":true')


@fault(
    DELIVERIES,
    "a delivery held back for long",
    does="An old delivery that comes after everything else changes nothing.",
    recovers="nothing to recover from",
)
def held_back(scene: Scene) -> None:
    old, *_ = outgoing(scene, 1)
    scene["KR"].start()
    scene.until_opened("JP", scene.file(3))
    scene.nodes.settle()  # receipts come after the opening, and count, too
    before = scene["US"].status().position
    with channel(scene["US"], as_kr(scene)) as connection:
        assert request(connection, "POST", "/deliver", old) == 200
    assert scene["US"].status().position == before
    scene.healthz("US", '200 {"ready":true')
