"""What the findings count: everything they need of a record, whatever its size.

A finding takes a `Tally`, not launches: so that the same finding comes from 339 launches in memory
(`tally`) and from millions in a file (`bulk`), and a test can hold the two to each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.flight.record import Launch
from trilogue.analysis.patterns.occasions import Occasion, day_of, occasions
from trilogue.analysis.patterns.sun import Light, light, local, season

__all__ = ["IN_A_ROW", "Days", "Group", "SiteUse", "Tally", "doubling", "tally"]

Group = tuple[str, str]
"""What is counted together: `("all", "")`, `("kind", "SRBM")`, `("missile", …)`, `("site", …)`."""
IN_A_ROW = 3
"""A class is in reliable use with the last of so many successes in a row, unknowns not counted."""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Days:
    """Days with occasions: proleptic ordinals `(n,)`, ascending, and how many there were `(n,)`."""

    day: NDArray[np.int64]
    count: NDArray[np.int64]

    @property
    def total(self) -> int:
        """All occasions."""
        return int(self.count.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUse:
    """A site: where it is, and from when to when it was used. Degrees; days as written."""

    latitude: float | None
    longitude: float | None
    first: str
    last: str
    launches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of a record. Times of day and days of the week are those of Pyongyang's clocks."""

    launches: int
    first: date
    """First and"""
    last: date
    """last day of the record, of launches whose day is known."""
    occasions: Mapping[Group, Days]
    daily: Days
    """Launches, not occasions, by day."""
    sizes: Mapping[tuple[int, int], int]
    """(year, launches of an occasion) to how many occasions."""
    gaps: Mapping[tuple[int, float], int]
    """(year, minutes between successive launches) to how often."""
    together: Mapping[int, int]
    """Sites used on one day to how many days."""
    sites: Mapping[str, SiteUse]
    used: Mapping[str, frozenset[str]]
    """Missile to the sites that it was launched from."""
    moves: Mapping[tuple[str, str, str], int]
    """(missile, site, site of its next occasion) to how often."""
    hours: Mapping[int, int]
    """Of occasions, as are the next three."""
    weekdays: Mapping[int, int]
    """0 is Monday."""
    seasons: Mapping[str, int]
    lights: Mapping[tuple[str, str], int]
    """(season, day, twilight or night) to how many occasions."""
    outcomes: Mapping[tuple[str, str], int]
    """(missile, outcome) to launches."""
    tests: Mapping[tuple[str, int, bool], int]
    """(missile, doubling bin of the test's number, whether it succeeded) to launches."""
    reliable: Mapping[str, tuple[date, date | None]]
    """Missile to its first day and the day of its third success in a row, or none yet."""
    flights: Mapping[tuple[str, float, float], int]
    """(missile, apogee m, distance m) to launches that reported no manoeuvre and did not fail."""
    farthest: Mapping[str, float]
    """Missile to the greatest recorded distance in metres of what did not fail."""
    kinds: Mapping[str, str]
    """Missile to its kind."""


@dataclass(frozen=True, slots=True)
class _Timed:
    """When an occasion began by the clock, and in which light where the site is known."""

    clock: datetime
    light: Light | None

    @classmethod
    def of(cls, one: Occasion) -> _Timed:
        """Return it for an occasion that has a time."""
        begun, place = one.begun, one.launches[0]
        assert begun is not None
        known = place.latitude is not None and place.longitude is not None
        return cls(
            local(begun),
            light(begun, place.latitude, place.longitude) if known else None,  # type: ignore[arg-type]
        )


def doubling(number: int) -> int:
    """Return the doubling bin of the n-th test: 0 for the first, 1 for 2 and 3, 2 for 4 to 7 …"""
    return number.bit_length() - 1


def tally(launches: Sequence[Launch]) -> Tally:
    """Count a record. Raises `ValueError` when no launch has a day."""
    days = [day for one in launches if (day := day_of(one))]
    if not days:
        raise ValueError("a record needs one launch at least of which the day is known")
    grouped = occasions(launches)
    outcomes = Counter((one.missile_id, one.outcome) for one in launches)
    sequence = _sequences(launches)
    timed = [_Timed.of(one) for one in grouped if one.begun]
    return Tally(
        launches=len(launches),
        first=min(days),
        last=max(days),
        occasions=_by_group(grouped),
        daily=_days(days),
        sizes=Counter((one.day.year, len(one.launches)) for one in grouped),
        gaps=Counter((one.day.year, gap) for one in grouped for gap in one.gaps_min),
        together=Counter(Counter(day for day, _ in _used(launches)).values()),
        sites=_sites(launches),
        used=_used_by(launches),
        moves=_moves(grouped),
        outcomes=outcomes,
        tests=Counter(
            (missile, doubling(number), good)
            for missile, results in sequence.items()
            for number, (_, good) in enumerate(results, start=1)
        ),
        reliable={missile: _reliable(results) for missile, results in sequence.items()},
        flights=Counter(
            (one.missile_id, one.apogee_m, one.distance_m)
            for one in launches
            if one.apogee_m and one.distance_m and not one.manoeuvre and one.outcome != "failure"
        ),
        farthest=_farthest(launches),
        kinds={one.missile_id: one.kind for one in launches},
        hours=Counter(one.clock.hour for one in timed),
        weekdays=Counter(one.clock.weekday() for one in timed),
        seasons=Counter(season(one.clock.month) for one in timed),
        lights=Counter((season(one.clock.month), one.light) for one in timed if one.light),
    )


def _days(days: Iterable[date]) -> Days:
    day, count = np.unique(
        np.fromiter((one.toordinal() for one in days), np.int64), return_counts=True
    )
    return Days(day, count.astype(np.int64))


def _by_group(grouped: Sequence[Occasion]) -> dict[Group, Days]:
    found: dict[Group, list[date]] = defaultdict(list)
    for one in grouped:
        groups: set[Group] = {("all", ""), ("site", one.site_id)}
        groups |= {("kind", launch.kind) for launch in one.launches}
        groups |= {("missile", launch.missile_id) for launch in one.launches}
        for group in groups:
            found[group].append(one.day)
    return {group: _days(days) for group, days in found.items()}


def _used(launches: Iterable[Launch]) -> set[tuple[date, str]]:
    return {(day, one.site_id) for one in launches if (day := day_of(one))}


def _sites(launches: Iterable[Launch]) -> dict[str, SiteUse]:
    found: dict[str, list[Launch]] = defaultdict(list)
    for one in launches:
        found[one.site_id].append(one)
    return {
        site: SiteUse(
            latitude=there[0].latitude,
            longitude=there[0].longitude,
            first=min(one.date for one in there),
            last=max(one.date for one in there),
            launches=len(there),
        )
        for site, there in found.items()
    }


def _used_by(launches: Iterable[Launch]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one in launches:
        found[one.missile_id].add(one.site_id)
    return {missile: frozenset(used) for missile, used in found.items()}


def _moves(grouped: Iterable[Occasion]) -> dict[tuple[str, str, str], int]:
    """Count where each missile went from one occasion to the next; what is unknown is no place."""
    last: dict[str, str] = {}
    found: Counter[tuple[str, str, str]] = Counter()
    for one in sorted(grouped, key=lambda o: (o.day, str(o.begun or ""), o.site_id)):
        for missile in sorted({launch.missile_id for launch in one.launches} - {UNKNOWN}):
            if one.site_id == UNKNOWN:
                continue
            if missile in last:
                found[missile, last[missile], one.site_id] += 1
            last[missile] = one.site_id
    return dict(found)


def _sequences(launches: Iterable[Launch]) -> dict[str, list[tuple[date, bool]]]:
    """Return for each missile but the unknown its tests of known outcome, by time."""
    found: dict[str, list[Launch]] = defaultdict(list)
    for one in launches:
        if UNKNOWN not in (one.missile_id, one.outcome):
            found[one.missile_id].append(one)
    return {
        missile: [
            (date.fromisoformat(f"{one.date}-01"[:10]), one.outcome == "success")
            for one in sorted(tests, key=lambda x: (f"{x.date}-01"[:10], x.time or "", x.row))
        ]
        for missile, tests in found.items()
    }


def _reliable(results: Sequence[tuple[date, bool]]) -> tuple[date, date | None]:
    run = 0
    for day, good in results:
        run = run + 1 if good else 0
        if run == IN_A_ROW:
            return results[0][0], day
    return results[0][0], None


def _farthest(launches: Iterable[Launch]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in launches:
        if one.distance_m is not None and one.outcome != "failure":
            found[one.missile_id] = max(found.get(one.missile_id, 0.0), one.distance_m)
    return found
