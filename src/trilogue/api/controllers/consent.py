"""Consent: ask, grant, refuse, withdraw; standing consent, and the second officer."""

from __future__ import annotations

from trilogue.api.call import Call
from trilogue.api.operation import operation
from trilogue.api.parameters import Numbered, OfState, Slice
from trilogue.api.shapes import granted, logged
from trilogue.errors import (
    ConsentError,
    InputError,
    NotFoundError,
    NotInForceError,
    PeerError,
    RefusedError,
)
from trilogue.node import consenting, questions
from trilogue.node.answers import (
    Granted,
    GrantEntry,
    Logged,
    Page,
    PendingEntry,
    RequestEntry,
    StandingEntry,
    Waiting,
)
from trilogue.node.inputs import (
    GrantInput,
    RefusalInput,
    RequestInput,
    StandingInput,
    WithdrawalInput,
)
from trilogue.node.problem import PasskeyError, SameOfficerError
from trilogue.node.repeats import Reply

__all__ = ["HANDLERS"]

_LOGGED = {201: Logged}
_GRANTED = {201: Granted, 202: Waiting}
_AT_THE_DESK = (ConsentError, InputError, NotFoundError, NotInForceError, PeerError)


@operation("POST", "/v1/requests", gives=_LOGGED, raises=(*_AT_THE_DESK, RefusedError), once=True)
async def request(call: Call, given: RequestInput) -> Reply:
    """Ask an originator for portions, or for what fits a description.

    It goes by the hub where no pact stands between the two. `direct` insists on going without:
    that is refused.
    """
    return await call.once(lambda engine: logged(consenting.request(engine, given)))


@operation("GET", "/v1/requests", gives={200: Page[RequestEntry]})
async def requests(call: Call, query: OfState) -> Page[RequestEntry]:
    """List requests: what is asked, by whom, for which purpose, because of what.

    Own and heard ones, in one state (`open`, `granted`, `refused`) or in any. A request changes
    its state without changing its place in the list.
    """
    return await call.ask(
        lambda engine: questions.requests(engine, query.after, query.most, query.state)
    )


@operation(
    "POST",
    "/v1/grants",
    gives=_GRANTED,
    raises=(*_AT_THE_DESK, RefusedError, PasskeyError),
    once=True,
)
async def grant(call: Call, given: GrantInput) -> Reply:
    """Grant portions of this participant's reports, in the caller's name.

    The caller must be an officer with a release key here: the grant carries the signature. Above
    the level at which two officers must agree the answer is 202, and the grant waits for another
    officer's approval. An officer who has a passkey grants at the console, and signs there.
    """
    officer = call.caller.name
    return await call.once(lambda engine: granted(consenting.grant(engine, given, officer)))


@operation("GET", "/v1/grants", gives={200: Page[GrantEntry]})
async def grants(call: Call, query: Slice) -> Page[GrantEntry]:
    """List grants, own and heard, and how each stands with its audience."""
    return await call.ask(lambda engine: questions.grants(engine, query.after, query.most))


@operation("GET", "/v1/pending", gives={200: Page[PendingEntry]})
async def pending(call: Call, query: Slice) -> Page[PendingEntry]:
    """List the grants that wait for a second officer."""
    return await call.ask(lambda engine: questions.pending(engine, query.after, query.most))


@operation(
    "POST",
    "/v1/pending/{id:str}/approvals",
    gives=_GRANTED,
    raises=(*_AT_THE_DESK, RefusedError, SameOfficerError, PasskeyError),
    once=True,
)
async def approve(call: Call, path: Numbered) -> Reply:
    """Agree to a grant that waits, as the second officer.

    The grant is made now, in both officers' names: rules and windows are checked as of now.
    """
    officer = call.caller.name
    return await call.once(lambda engine: granted(consenting.agree(engine, path.id, officer)))


@operation("DELETE", "/v1/pending/{id:str}", gives={204: None}, raises=(NotFoundError,), once=True)
async def drop_pending(call: Call, path: Numbered) -> Reply:
    """Give up a grant that waits for a second officer."""
    return await call.once(lambda engine: consenting.drop(engine, path.id))


@operation("POST", "/v1/refusals", gives=_LOGGED, raises=(*_AT_THE_DESK, PasskeyError), once=True)
async def refuse(call: Call, given: RefusalInput) -> Reply:
    """Refuse a request, with the reason, in the caller's name.

    The caller must be an officer with a release key here: the refusal carries the signature. An
    officer who has a passkey refuses at the console, and signs there.
    """
    officer = call.caller.name
    return await call.once(lambda engine: logged(consenting.refuse(engine, given, officer)))


@operation("POST", "/v1/withdrawals", gives=_LOGGED, raises=_AT_THE_DESK, once=True)
async def withdraw(call: Call, given: WithdrawalInput) -> Reply:
    """Withdraw a grant or a standing consent, from everybody in it or from some.

    Whoever holds what it covered destroys it, and certifies that in its own log.
    """
    return await call.once(lambda engine: logged(engine.desk.withdraw(given)))


@operation("POST", "/v1/standing", gives=_LOGGED, raises=_AT_THE_DESK, once=True)
async def stand(call: Call, given: StandingInput) -> Reply:
    """Lay down a standing consent, in the caller's name.

    What fits its rule is granted the moment it is submitted, without a person. For warning data.
    """
    officer = call.caller.name
    return await call.once(lambda engine: logged(consenting.stand(engine, given, officer)))


@operation("GET", "/v1/standing", gives={200: Page[StandingEntry]})
async def standing(call: Call, query: Slice) -> Page[StandingEntry]:
    """List the standing consents, own and heard."""
    return await call.ask(lambda engine: questions.standing(engine, query.after, query.most))


HANDLERS = (
    request,
    requests,
    grant,
    grants,
    pending,
    approve,
    drop_pending,
    refuse,
    withdraw,
    stand,
    standing,
)
