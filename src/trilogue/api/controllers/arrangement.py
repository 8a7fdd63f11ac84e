"""The arrangement, and where this participant stands with it."""

from __future__ import annotations

from trilogue.api.call import Call
from trilogue.api.operation import operation
from trilogue.api.parameters import InLanguage
from trilogue.api.shapes import logged
from trilogue.errors import InputError, NotFoundError, NotInForceError, PeerError
from trilogue.node import questions
from trilogue.node.answers import ArrangementAnswer, Logged
from trilogue.node.inputs import AdoptionInput, LeaveInput, StandInput
from trilogue.node.repeats import Reply

__all__ = ["HANDLERS"]

_LOGGED = {201: Logged}


@operation("GET", "/v1/arrangement", gives={200: ArrangementAnswer}, raises=(NotInForceError,))
async def arrangement(call: Call, query: InLanguage) -> ArrangementAnswer:
    """The arrangement under which the node works.

    Its parts, where each participant stands with it, and the whole text as a person reads it.
    """
    return await call.ask(lambda engine: questions.arrangement(engine, query.lang))


@operation(
    "POST",
    "/v1/arrangement/adoption",
    gives=_LOGGED,
    raises=(InputError, NotFoundError),
    once=True,
)
async def adopt(call: Call, given: AdoptionInput) -> Reply:
    """Adopt the arrangement.

    The arrangement is in force when every participant has adopted the same bytes. Adopting again
    takes back a notice of withdrawal.
    """
    return await call.once(lambda engine: logged(engine.governing.adopt(given.digest)))


@operation("POST", "/v1/arrangement/suspension", gives=_LOGGED, raises=(InputError,), once=True)
async def suspend(call: Call, given: StandInput) -> Reply:
    """Suspend the arrangement, or a running notice of withdrawal from it.

    While the arrangement is suspended nothing moves under it; what was shared stays protected.
    """
    return await call.once(lambda engine: logged(engine.governing.suspend(given.of, given.reason)))


@operation("POST", "/v1/arrangement/resumption", gives=_LOGGED, raises=(InputError,), once=True)
async def resume(call: Call, given: StandInput) -> Reply:
    """Resume what was suspended."""
    return await call.once(lambda engine: logged(engine.governing.resume(given.of, given.reason)))


@operation(
    "POST",
    "/v1/arrangement/withdrawal",
    gives=_LOGGED,
    raises=(InputError, NotInForceError, PeerError),
    once=True,
)
async def leave(call: Call, given: LeaveInput) -> Reply:
    """Give notice of withdrawal from the arrangement.

    It ends this participant's adoption on its effective date, no sooner than the arrangement
    allows. Until then everything goes on.
    """
    return await call.once(
        lambda engine: logged(engine.governing.leave(given.reason, given.effective))
    )


HANDLERS = (arrangement, adopt, suspend, resume, leave)
