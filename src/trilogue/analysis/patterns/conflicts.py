"""Where sources agree and where they do not, launch by launch.

Five kinds, each found by comparing what two sources know (`unknown` is not a value, and a place is
compared to the digits of whoever gives fewer):

    value     both know it and differ
    swapped   two columns stand the other way round: apogee and distance, or latitude and longitude
    blank     one knows it and the other does not
    order     launches of one day are numbered, or timed, in another order
    alone     one source has a launch that the other has not

A swap is one conflict, not two of value; so is an exchange of numbers within a day.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from trilogue.analysis.patterns.merge import Merged
from trilogue.analysis.patterns.source import COLUMNS, Entry

__all__ = ["KINDS", "Conflict", "Kind", "agreement", "conflicts"]

Kind = Literal["value", "swapped", "blank", "order", "alone"]
KINDS: tuple[Kind, ...] = ("value", "swapped", "blank", "order", "alone")
_COMPARED = tuple(column for column in COLUMNS if column != "time_conflict")
_PAIRS = (("apogee_km", "distance_km"), ("site_lat", "site_lon"))


@dataclass(frozen=True, slots=True)
class Conflict:
    """One disagreement: its kind, its columns, and what each source says there.

    `said` names source and line and holds the values of `columns`; for `order` it holds the
    numbers or times of both launches, for `alone` nothing.
    """

    kind: Kind
    date: str
    columns: tuple[str, ...]
    said: tuple[tuple[str, int, tuple[str | float | None, ...]], ...]


def conflicts(merged: Sequence[Merged], names: Sequence[str]) -> tuple[Conflict, ...]:
    """Return every disagreement between every two of the sources named, by date."""
    found: list[Conflict] = []
    for one, other in itertools.combinations(names, 2):
        days: dict[str, list[tuple[Entry, Entry]]] = defaultdict(list)
        for launch in merged:
            by = {entry.source: entry for entry in launch.entries}
            a, b = by.get(one), by.get(other)
            if a is not None and b is not None:
                days[a.launch.date].append((a, b))
            elif a is not None or b is not None:
                lone = a or b
                assert lone is not None
                found.append(
                    Conflict("alone", lone.launch.date, (), ((lone.source, lone.line, ()),))
                )
        for pairs in days.values():
            swapped = list(_order(pairs))
            found += swapped
            moved = {
                (source, line) for conflict in swapped for source, line, _ in conflict.said
                if conflict.columns == ("series",)
            }  # fmt: skip
            for a, b in pairs:
                found += _between(a, b, numbered=(a.source, a.line) not in moved)
    return tuple(sorted(found, key=lambda c: (c.date, KINDS.index(c.kind), c.columns, str(c.said))))


def agreement(merged: Sequence[Merged]) -> dict[str, tuple[int, int]]:
    """Return for each column how many launches two or more sources know, and in how many all agree.

    Launches that only one source knows cannot agree, and are not counted.
    """
    counted: dict[str, tuple[int, int]] = {}
    for column in _COMPARED:
        several = [one for one in merged if _knowing(one, column) > 1]
        counted[column] = len(several), sum(one.agreed(column) for one in several)
    return counted


def _knowing(launch: Merged, column: str) -> int:
    return sum(value is not None for _, value in launch.values(column))


def _between(a: Entry, b: Entry, *, numbered: bool) -> Iterator[Conflict]:
    told: set[str] = set() if numbered else {"series"}
    for pair in _PAIRS:
        mine, yours = tuple(map(a.known, pair)), tuple(map(b.known, pair))
        if None not in mine and mine == yours[::-1] and mine != yours:
            told |= set(pair)
            yield _conflict("swapped", a, b, pair)
    for column in _COMPARED:
        if column in told:
            continue
        if not a.agrees(b, column):
            blank = None in (a.known(column), b.known(column))
            yield _conflict("blank" if blank else "value", a, b, (column,))


def _conflict(kind: Kind, a: Entry, b: Entry, columns: tuple[str, ...]) -> Conflict:
    said = tuple((e.source, e.line, tuple(e.known(c) for c in columns)) for e in (a, b))
    return Conflict(kind, a.launch.date, columns, said)


def _order(pairs: Sequence[tuple[Entry, Entry]]) -> Iterator[Conflict]:
    """Yield pairs of launches of one day that two sources put in opposite orders."""
    for (a, b), (c, d) in itertools.combinations(pairs, 2):
        for column in ("series", "time_utc"):
            mine = [one.known(column) for one in (a, c)]
            yours = [one.known(column) for one in (b, d)]
            if None in mine or None in yours:
                continue
            if _later(column, *mine) * _later(column, *yours) < 0:
                said = tuple(
                    (entry.source, entry.line, (entry.known(column),)) for entry in (a, c, b, d)
                )
                yield Conflict("order", a.launch.date, (column,), said)


def _later(column: str, one: object, other: object) -> int:
    x, y = (int(str(v)) if column == "series" else str(v) for v in (one, other))
    return (x > y) - (x < y)  # type: ignore[operator]
