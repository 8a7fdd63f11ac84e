"""The hub's side: what it passes on, under what, and with which equivalents. It re-authors nothing.

The relay statement vouches for the passage; what is relayed is the originator's own statement,
verbatim, with the originator's own proofs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trilogue.arrangement.arrangement import Arrangement
from trilogue.arrangement.rules import Action, Decision
from trilogue.consent.acts import GrantBody
from trilogue.errors import PassageError, RuleError
from trilogue.marking import equivalent_mark
from trilogue.protocol.bodies import Mark, RelayBody, RelayItem
from trilogue.protocol.derivation import derivation_permitted
from trilogue.protocol.facts import facts_of
from trilogue.protocol.opening import Opened
from trilogue.protocol.view import View
from trilogue.reports.cite import Cite

__all__ = ["check_marks", "decide_relay", "equivalent", "make_relay"]


def equivalent(opened: Opened, arrangement: Arrangement) -> str:
    """Return the hub's equivalent of a portion's marking, in the hub's own first language."""
    hub = arrangement.participant(arrangement.hub)
    return equivalent_mark(opened.header.marking, arrangement.scale, hub.id, hub.language)


def decide_relay(
    opened: Opened, grant: GrantBody, recipient: str, officers: int, view: View, at: str
) -> Decision:
    """Step 8 at the hub: may this portion go on to the recipient?"""
    return view.rules.decide(
        Action.RELAY,
        facts_of(
            opened.header,
            view.arrangement,
            actor=view.me,
            originator=opened.report.speaker,
            audience=(recipient,),
            purposes=grant.extent.purposes,
            officers=officers,
            derivation_permitted=derivation_permitted(
                opened.header,
                opened.report.speaker,
                recipient,
                grant.extent.purposes,
                view,
                at,
            ),
        ),
    )


def make_relay(
    recipient: str,
    statements: Iterable[Cite],
    opened: Iterable[Opened],
    arrangement: Arrangement,
) -> RelayBody:
    """Return the hub's relay to one recipient, with its equivalents for what was opened.

    Raises `PassageError` when no pact protects the leg.
    """
    pact = arrangement.pact(arrangement.hub, recipient)
    if pact is None:
        raise PassageError(f"no pact between {arrangement.hub} and {recipient}")
    return RelayBody(
        recipient=recipient,
        items=tuple(RelayItem(statement=cite, pact=pact.id) for cite in dict.fromkeys(statements)),
        marks=tuple(
            Mark(portion=portion.portion, equivalent=equivalent(portion, arrangement))
            for portion in opened
        ),
    )


def check_marks(
    opened: Iterable[Opened], marks: Mapping[str, str], arrangement: Arrangement
) -> None:
    """Refuse a relay whose equivalents are not what the arrangement's table says (step 8)."""
    for portion in opened:
        expected = equivalent(portion, arrangement)
        if marks.get(portion.portion) != expected:
            raise RuleError(
                f"the hub marked portion {portion.portion} as {marks.get(portion.portion)!r};"
                f" its marking is equivalent to {expected!r}"
            )
