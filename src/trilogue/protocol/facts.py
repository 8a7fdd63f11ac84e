"""From a portion and a grant's extent to the facts that the rules look at."""

from __future__ import annotations

from functools import lru_cache

from trilogue.arrangement.arrangement import Arrangement
from trilogue.arrangement.region import Where
from trilogue.arrangement.rules import Facts
from trilogue.marking import Marking
from trilogue.reports.header import Header
from trilogue.reports.portion import PortionDraft

__all__ = ["facts_of"]


def facts_of(
    portion: Header | PortionDraft,
    arrangement: Arrangement,
    *,
    actor: str,
    originator: str,
    audience: tuple[str, ...] = (),
    purposes: tuple[str, ...] = (),
    officers: int = 0,
    derivation_permitted: bool = False,
) -> Facts:
    """Gather the facts of one portion for one decision.

    `originator` is the author of the report. What it derived from others is theirs, and its own
    to grant: the rules ask for each. `derivation_permitted` is what `protocol.derivation` says;
    rules look at it only when the portion is derived.
    """
    place = portion.place
    position = None if place is None else (place.latitude_e5, place.longitude_e5)
    return _facts(
        portion.marking,
        portion.subject,
        portion.payload_type,
        arrangement.place(position, trajectory=portion.trajectory),
        bool(portion.derived_from),
        actor,
        originator,
        audience,
        purposes,
        officers,
        arrangement.reaches(originator, audience),
        derivation_permitted,
    )


@lru_cache(maxsize=1024)
def _facts(
    marking: Marking,
    subject: str,
    payload_type: str,
    place: Where,
    derived: bool,
    actor: str,
    originator: str,
    audience: tuple[str, ...],
    purposes: tuple[str, ...],
    officers: int,
    all_legs_have_pact: bool,
    derivation_permitted: bool,
) -> Facts:
    """Many portions differ in nothing that a rule looks at."""
    return Facts(
        actor=actor,
        originators=tuple(sorted({*marking.originators, originator})),
        audience=audience,
        readers=tuple(sorted(marking.readers)),
        level=marking.level,
        subject=subject,
        place=place,
        payload_type=payload_type,
        purposes=purposes,
        officers=officers,
        all_legs_have_pact=all_legs_have_pact,
        derived=derived,
        derivation_permitted=derivation_permitted,
        caveats=marking.caveats,
    )
