"""What each finding rests on: the rows that it uses, and why it leaves the others out.

>>> from trilogue.analysis.flight.record import record
>>> bases = basis(record())
>>> all(len(one.used) + sum(map(len, one.left_out.values())) == 339 for one in bases.values())
True
>>> {reason: len(rows) for reason, rows in bases["tempo"].left_out.items()}
{'month-only': 8}

Every row stands in every finding once: used, or left out for the first reason that holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trilogue.analysis.flight.record import Launch
from trilogue.analysis.patterns.occasions import day_of
from trilogue.analysis.patterns.tally import UNKNOWN

__all__ = ["REASONS", "Basis", "basis"]

Reason = tuple[str, Callable[[Launch], bool]]

_MONTH: Reason = ("month-only", lambda one: day_of(one) is None)
_UNTIMED: Reason = ("no-time", lambda one: one.time is None)
_DISPUTED: Reason = ("time-disputed", lambda one: one.time_conflict is not None)
_NO_SITE: Reason = ("site-unknown", lambda one: one.site_id == UNKNOWN or one.latitude is None)
_NO_CLASS: Reason = ("class-unknown", lambda one: one.missile_id == UNKNOWN)
_NO_OUTCOME: Reason = ("outcome-unknown", lambda one: one.outcome == UNKNOWN)
_FAILED: Reason = ("failed", lambda one: one.outcome == "failure")
_STEERED: Reason = ("manoeuvred", lambda one: one.manoeuvre is not None)
_NO_APOGEE: Reason = ("no-apogee", lambda one: not one.apogee_m)
_NO_DISTANCE: Reason = ("no-distance", lambda one: not one.distance_m)

_RULES: Mapping[str, tuple[Reason, ...]] = {
    "tempo": (_MONTH,),
    "salvos": (_MONTH,),
    "spacing": (_MONTH, _UNTIMED, _DISPUTED),
    "sites": (_NO_SITE,),
    "mobility": (_MONTH, _NO_SITE, _NO_CLASS),
    "clock": (_MONTH, _UNTIMED, _DISPUTED),
    "trajectories": (_NO_APOGEE, _NO_DISTANCE, _STEERED, _FAILED, _NO_SITE),
    "outcomes": (_NO_OUTCOME,),
    "learning": (_NO_CLASS, _NO_OUTCOME),
    "reach": (_NO_CLASS, _NO_SITE, _NO_DISTANCE, _FAILED),
    "news": (_MONTH,),
    "nuclear": (_MONTH,),
}
REASONS = tuple(dict.fromkeys(name for rules in _RULES.values() for name, _ in rules))


@dataclass(frozen=True, slots=True)
class Basis:
    """Lines of the record that a finding uses, and those that it does not, by reason."""

    used: tuple[int, ...]
    left_out: Mapping[str, tuple[int, ...]]


def basis(launches: Sequence[Launch]) -> dict[str, Basis]:
    """Return the basis of each finding by its name."""
    return {name: _basis(launches, rules) for name, rules in _RULES.items()}


def _basis(launches: Sequence[Launch], rules: Sequence[Reason]) -> Basis:
    used: list[int] = []
    left: dict[str, list[int]] = {}
    for one in launches:
        why = next((name for name, holds in rules if holds(one)), None)
        (used if why is None else left.setdefault(why, [])).append(one.row)
    return Basis(tuple(used), {why: tuple(rows) for why, rows in left.items()})
