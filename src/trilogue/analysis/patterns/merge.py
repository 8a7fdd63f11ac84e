"""Several sources of one record side by side: which rows speak of the same launch.

Nothing is lost and nothing averaged: every row of every source stands in exactly one merged launch,
with all that it says. Rows of one day are paired so that they contradict each other least (the
assignment problem: H. W. Kuhn, Naval Research Logistics Quarterly 2, 83–97, 1955, as SciPy solves
it); what is then left over is tried against the days beside, since a launch at night has one date
in Korea and another in UTC.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.optimize import linear_sum_assignment

from trilogue.analysis.flight.record import Launch, launch_of
from trilogue.analysis.patterns.source import Entry, Source, plain_cell

__all__ = ["Merged", "launches", "merge"]

_WEIGHTS = {
    "missile_id": 4.0, "facility_id": 4.0, "time_utc": 2.0, "type": 1.0, "maneuver": 1.0,
    "site_lat": 1.0, "site_lon": 1.0, "landing_area": 1.0, "apogee_km": 1.0, "distance_km": 1.0,
    "bearing_deg": 1.0, "outcome": 1.0, "series": 0.75, "missile": 0.25, "facility": 0.25,
}  # fmt: skip
"""What a difference costs; serial and spelling cost least, since sources count and spell freely."""
_BLANK = 0.5
"""A value that one has and the other has not, as a share of a difference."""
_HOURS = 12.0
"""Times differ by so many hours before the cost doubles."""
_SAME_MIN = 1.0
"""Some sources round a time to its minute and others cut it off: that much disputes nothing."""
_LIMIT = 9.5
"""Rows that differ in more are of two launches: another missile from another site is one."""
_BESIDE = 4.5
"""The same for rows whose dates are a day apart."""


@dataclass(frozen=True, slots=True)
class Merged:
    """One launch as each source that has it tells it, in the order of the sources."""

    entries: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        """The entry of the first source that has the launch."""
        return self.entries[0]

    def values(self, column: str) -> tuple[tuple[str, str | float | None], ...]:
        """Return what each source knows in a column, `None` for what it does not."""
        return tuple((one.source, one.known(column)) for one in self.entries)

    def agreed(self, column: str) -> bool:
        """Say whether all sources that know a value know the same one."""
        knowing = [one for one in self.entries if one.known(column) is not None]
        return all(a.agrees(b, column) for a, b in itertools.combinations(knowing, 2))


def merge(sources: Sequence[Source]) -> tuple[Merged, ...]:
    """Return all launches of all sources, by date. Raises `ValueError` for two of one name."""
    names = [one.name for one in sources]
    if len(set(names)) != len(names):
        raise ValueError(f"sources need names of their own: {', '.join(names)}")
    merged: list[list[Entry]] = []
    for source in sources:
        _add(merged, source.entries)
    merged.sort(key=lambda entries: (entries[0].launch.date, _place(entries[0], names)))
    return tuple(Merged(tuple(entries)) for entries in merged)


def _place(entry: Entry, names: Sequence[str]) -> tuple[int, int]:
    return names.index(entry.source), entry.line


def _add(merged: list[list[Entry]], entries: Iterable[Entry]) -> None:
    """Put each entry to the launch that it speaks of, or make a new one of it."""
    waiting: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        waiting[entry.launch.date].append(entry)
    there: dict[str, list[list[Entry]]] = defaultdict(list)
    for launch in merged:
        there[launch[0].launch.date].append(launch)
    for day, found in list(waiting.items()):
        waiting[day], there[day] = _pair(there[day], found, _LIMIT)
    for day in list(waiting):
        for other in _beside(day):
            waiting[day], there[other] = _pair(there.get(other, []), waiting[day], _BESIDE)
    merged.extend([entry] for left in waiting.values() for entry in left)


def _beside(day: str) -> tuple[str, ...]:
    if len(day) != 10:
        return ()
    number = date.fromisoformat(day).toordinal()
    return tuple(date.fromordinal(number + step).isoformat() for step in (-1, 1))


def _pair(
    launches: list[list[Entry]], entries: list[Entry], limit: float
) -> tuple[list[Entry], list[list[Entry]]]:
    """Pair entries to launches in place; return the entries and the launches left over."""
    if not launches or not entries:
        return entries, launches
    cost = np.array([[min(_apart(e, new) for e in one) for new in entries] for one in launches])
    # Leaving both alone costs the limit, so that no good pair is torn up to make a bad one.
    rows, columns = linear_sum_assignment(np.minimum(cost - limit, 0.0))
    taken: set[int] = set()
    filled: set[int] = set()
    for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
        if cost[i, j] <= limit:
            launches[i].append(entries[j])
            taken.add(j)
            filled.add(i)
    return (
        [one for j, one in enumerate(entries) if j not in taken],
        [one for i, one in enumerate(launches) if i not in filled],
    )


def _apart(one: Entry, other: Entry) -> float:
    """Return by how much two rows contradict each other."""
    total = 0.0
    for column, weight in _WEIGHTS.items():
        a, b = one.known(column), other.known(column)
        if a is None and b is None:
            # Both say nothing, but perhaps in different words: that decides between equals.
            total += 0.01 * (one.raw[column] != other.raw[column])
        elif a is None or b is None:
            total += _BLANK * weight
        elif not one.agrees(other, column):
            total += weight * (_late(str(a), str(b)) if column == "time_utc" else 1.0)
    return total


def _late(one: str, other: str) -> float:
    """Return how much a difference of times counts: half of its weight, and more with hours."""
    return 0.5 + _apart_min(one, other) / 60.0 / _HOURS


def _disputed(launch: Merged) -> bool:
    """Say whether sources contradict each other on the time, beyond the digits that they give."""
    known = [str(time) for _, time in launch.values("time_utc") if time is not None]
    return any(_apart_min(a, b) > _SAME_MIN for a, b in itertools.combinations(known, 2))


def _apart_min(one: str, other: str) -> float:
    apart = abs(_minutes(one) - _minutes(other))
    return min(apart, 1440.0 - apart)


def _minutes(time: str) -> float:
    return 60.0 * int(time[:2]) + int(time[3:5]) + int(time[6:] or "0") / 60.0


def launches(merged: Sequence[Merged]) -> tuple[Launch, ...]:
    """Return each launch for the findings: what the first source knows, gaps filled by the next.

    Numbered anew, by date, when there are several sources; a single source keeps its lines. A time
    that sources contradict by more than a minute is marked so, and no finding uses it.
    """
    several = len({entry.source for one in merged for entry in one.entries}) > 1
    found = []
    for number, one in enumerate(merged, start=2):
        if not several:
            found.append(one.first.launch)
            continue
        raw = {
            column: plain_cell(
                column,
                next((e.raw[column] for e in one.entries if e.known(column) is not None), text),
            )
            for column, text in one.first.raw.items()
        }
        if _disputed(one):
            raw["time_conflict"] = raw["time_conflict"] or "sources differ"
        found.append(launch_of(raw, number))
    return tuple(found)
