"""Step 6: may this statement be here? Arrangement, addresses, pacts, and the hub's relay.

A statement's addresses are not chosen: they follow from what it says. `concerns` names whom it
concerns, and `address` the neighbours it is delivered to on its way there. Since everyone can
recompute both, the public leaf cannot tell a different story from the statement behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from trilogue.arrangement.arrangement import Arrangement
from trilogue.consent.acts import GrantBody, RequestBody, StandingBody, WithdrawalBody
from trilogue.encoding import instant
from trilogue.errors import FormatError, PassageError, PeerError
from trilogue.protocol.bodies import (
    BODIES,
    Body,
    DestructionBody,
    IncidentBody,
    ReceiptBody,
    ReclassificationBody,
    RelayBody,
    RelayItem,
)
from trilogue.protocol.statement import OPEN_KINDS, SURVIVING_KINDS, Address, Statement
from trilogue.protocol.view import View
from trilogue.protocol.voice import Heard
from trilogue.reports.cite import Cite

__all__ = [
    "Relays",
    "address",
    "check_passage",
    "concerns",
    "granted_in",
    "onward",
    "relays_in",
]

Relays = Mapping[Cite, RelayItem]
"""What the hub's relay statements in one delivery vouch for, by the cite of what they carry."""


def concerns(kind: str, speaker: str, body: Body, participants: tuple[str, ...]) -> set[str]:
    """Return whom a statement concerns, from what it says."""
    if kind == "report":
        return set()  # it goes nowhere by itself: the grants that cite it say whom it concerns
    if kind in OPEN_KINDS:
        return set(participants) - {speaker}
    match body:
        case GrantBody():
            named = set(body.extent.audience)
        case StandingBody():
            named = set(body.rule.audience)
        case WithdrawalBody() | ReclassificationBody():
            named = set(body.audience)
        case RequestBody():
            named = {body.originator}
        case RelayBody():
            named = {body.recipient}
        case ReceiptBody():
            named = {item.report.speaker for item in body.items}
        case DestructionBody():
            named = {body.grant.speaker}
        case IncidentBody():
            named = {cite.speaker for cite in body.concerns}
            if body.peer is not None:
                named.add(body.peer)
        case _:
            answers: Cite | None = getattr(body, "answers", None)
            named = set() if answers is None else {answers.speaker}
    return named - {speaker}


def address(kind: str, speaker: str, body: Body, arrangement: Arrangement) -> Address:
    """Return the address of a statement: neighbours directly, all others through the hub.

    Raises `PassageError` when somebody whom it concerns cannot be reached from the speaker.
    """
    for_ = concerns(kind, speaker, body, arrangement.participants)
    neighbours = arrangement.neighbours(speaker)
    to = set()
    for participant in for_:
        if participant in neighbours:
            to.add(participant)
        elif arrangement.hub in neighbours and participant in arrangement.neighbours(
            arrangement.hub
        ):
            to.add(arrangement.hub)
        else:
            raise PassageError(f"no pact leads from {speaker} to {participant}")
    return Address(to=tuple(sorted(to)), for_=tuple(sorted(for_)))


def onward(statement: Statement, arrangement: Arrangement) -> tuple[str, ...]:
    """Return to whom the hub must pass a statement on: those concerned whom it did not reach."""
    hub = arrangement.hub
    if statement.speaker == hub:
        return ()
    neighbours = arrangement.neighbours(statement.speaker)
    return tuple(p for p in statement.for_ if p != hub and p not in neighbours)


def relays_in(said: tuple[Heard, ...], view: View, at: str) -> tuple[list[RelayBody], bool]:
    """Return the hub's relays to me among verified statements; each passes step 6 itself.

    And say whether one has to come again, so that what it carries is not refused for good.
    """
    bodies, waits = [], False
    for heard in said:
        statement = heard.statement
        if statement.kind != "relay" or statement.speaker != view.arrangement.hub:
            continue
        body = statement.says(RelayBody)
        try:
            check_passage(heard, {}, view, at)
        except PeerError as error:
            waits = waits or error.again
            continue  # it is reported when its own turn comes
        if body.recipient == view.me:
            bodies.append(body)
    return bodies, waits


def granted_in(said: tuple[Heard, ...], me: str) -> frozenset[Cite]:
    """Return the reports that grants to me, among verified statements, cite as their own."""
    return frozenset(
        item.report
        for heard in said
        if heard.statement.kind == "grant" and me in heard.statement.for_
        for item in heard.statement.says(GrantBody).items
        if item.report.speaker == heard.statement.speaker
    )


def check_passage(
    heard: Heard, relays: Relays, view: View, at: str, granted: Collection[Cite] = ()
) -> None:
    """Step 6. Raises `PassageError`; the caller still owes steps 7 to 10.

    `granted` are the reports for whose sake reports are here (`granted_in`).
    """
    statement, arrangement, me = heard.statement, view.arrangement, view.me
    speaker = statement.speaker

    # The arrangement: which, whether in force, and when this was said.
    if statement.kind not in OPEN_KINDS and not view.knows_arrangement(statement.arrangement):
        raise PassageError(
            f"said under another arrangement: {statement.arrangement}",
            hint=f"this node works under {arrangement.digest_text}",
            again=True,
        )
    # Keys have a validity of their own, and what they signed for must not go on without them.
    latest = instant.plus(at, arrangement.text.deadlines.clock_skew_seconds)
    if statement.issued > latest and statement.kind != "keys":
        raise PassageError(
            f"issued at {statement.issued}, which has not come yet at {at}",
            hint="the clocks of the two nodes differ",
            again=True,
        )
    if statement.kind not in SURVIVING_KINDS:
        force = view.force(at)
        if not force.in_force:
            raise PassageError(force.reason, again=True)

    # The addresses follow from the body, and none of them lies across a missing pact.
    body = statement.says(BODIES[statement.kind])
    if Address(to=statement.to, for_=statement.for_) != address(
        statement.kind, speaker, body, arrangement
    ):
        raise FormatError(
            f"addressed to {statement.to} for {statement.for_}, which its body does not say",
            step=6,
        )

    # The leg by which it came: a pact with the speaker, or the hub's relay.
    if speaker not in arrangement.neighbours(me):
        relay = relays.get(heard.cite)
        if relay is None:
            raise PassageError(
                f"{speaker} is no neighbour of {me}, and the hub's relay of this is missing"
            )
        pact = arrangement.pact(arrangement.hub, me)
        if pact is None or relay.pact != pact.id:
            raise PassageError(f"relayed under {relay.pact!r}, which does not protect this leg")

    # It is meant for me, or for somebody behind me. A report is addressed by the grants that cite
    # it; a grant to another may be evidence for what was derived for me.
    if statement.kind == "report":
        meant = heard.cite in granted
    elif isinstance(body, GrantBody) and me in body.extent.derive_for:
        meant = True
    else:
        meant = me in statement.to or me in statement.for_
    if not meant:
        raise PassageError(f"it is for {', '.join(statement.for_) or 'nobody'}, not for {me}")
