"""How the node is: for its people in full, and for whatever keeps it running in short."""

from __future__ import annotations

import msgspec
from litestar import Response

from trilogue.api.call import Call
from trilogue.api.operation import NO_STORE, operation
from trilogue.api.parameters import InLanguage
from trilogue.node.answers import HealthAnswer
from trilogue.node.condition import Status
from trilogue.node.metrics import MEDIA_TYPE
from trilogue.node.repeats import Reply
from trilogue.node.watch import status as look

__all__ = ["HANDLERS"]


@operation("GET", "/v1/status", gives={200: Status}, acts=True)
async def status(call: Call, query: InLanguage) -> Status:
    """How this node is.

    Whether the arrangement is in force and why, how far the log has come and until when its keys
    hold, what waits in the outbox of each neighbour and whether it is reached, what a neighbour did
    not accept, whose log forked, which destructions are overdue, whether anything can be logged at
    all, and what to do about whatever is wrong.
    """
    running = call.node.running()
    return await call.ask(lambda engine: look(engine, query.lang, running))


@operation("GET", "/metrics", gives={200: str}, media_type="text/plain")
async def metrics(call: Call) -> Response[bytes]:
    """The node's metrics, for a monitor (Prometheus).

    What each of them says stands in the guide to operations. None holds content, a name of a
    person, or anything that a participant wrote.
    """
    running = call.node.running()
    found = await call.ask(lambda engine: look(engine, "en", running))
    return Response(call.node.metrics.show(found), media_type=MEDIA_TYPE, headers=NO_STORE)


@operation("GET", "/healthz", gives={200: HealthAnswer, 503: HealthAnswer}, public=True)
async def healthz(call: Call) -> Reply:
    """Whether the node serves.

    503 with the reasons when it refuses to go on: it cannot log, or a participant's log forked.
    """
    health = call.node.health()
    return _health(health.ready, health.reasons, health.stale)


@operation("GET", "/readyz", gives={200: HealthAnswer, 503: HealthAnswer}, public=True)
async def readyz(call: Call) -> Reply:
    """Whether reports and grants can go out now.

    503 with the reasons when the node does not serve or the arrangement is not in force.
    """
    health = call.node.health()
    force = await call.ask(lambda engine: engine.books.force(engine.now()))
    reasons = health.reasons + (() if force.in_force else (force.reason,))
    return _health(health.ready and force.in_force, reasons, health.stale)


HANDLERS = (status, metrics, healthz, readyz)


def _health(ready: bool, reasons: tuple[str, ...], stale: str) -> Reply:
    answer = HealthAnswer(ready=ready, reasons=reasons, stale=stale)
    return Reply(status=200 if ready else 503, body=msgspec.json.encode(answer).decode())
