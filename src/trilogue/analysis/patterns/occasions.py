"""Occasions: launches from one site, minutes apart, counted as one thing that was done.

>>> from trilogue.analysis.flight.record import record
>>> found = occasions(record())
>>> len(found), max(len(one.launches) for one in found)
(171, 18)

Launches of a salvo are ordered together, so rates and change points count occasions: counted one by
one, eighteen rockets in one minute would weigh as much as a year. A launch belongs to an occasion
when it left the same site at most `MINUTES` after the one before. One whose time is not known, or
is disputed, joins the first occasion of its site and day; alone it is an occasion of its own.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from trilogue.analysis.flight.record import Launch

__all__ = ["MINUTES", "Occasion", "day_of", "instant_of", "occasions"]

MINUTES = 60.0
"""In the record no spacing at one site lies between 41 and 70 minutes."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Launches of one occasion, by time; their day is the first one's, UTC."""

    day: date
    site_id: str
    launches: tuple[Launch, ...]

    @property
    def begun(self) -> datetime | None:
        """When the first launch was that has a time."""
        return next((t for one in self.launches if (t := instant_of(one))), None)

    @property
    def rows(self) -> tuple[int, ...]:
        """Lines of the record."""
        return tuple(one.row for one in self.launches)

    @property
    def gaps_min(self) -> tuple[float, ...]:
        """Minutes between successive launches, of those that have a time."""
        times = [t for one in self.launches if (t := instant_of(one))]
        return tuple((b - a).total_seconds() / 60.0 for a, b in itertools.pairwise(times))


def day_of(launch: Launch) -> date | None:
    """Return the day, UTC, `None` where only the month is known."""
    return date.fromisoformat(launch.date) if len(launch.date) == 10 else None


def instant_of(launch: Launch) -> datetime | None:
    """Return the time, UTC, `None` where it is not known or sources differ on it."""
    if launch.time is None or launch.time_conflict is not None or len(launch.date) != 10:
        return None
    return datetime.fromisoformat(f"{launch.date}T{launch.time}").replace(tzinfo=UTC)


def occasions(launches: Iterable[Launch], minutes: float = MINUTES) -> tuple[Occasion, ...]:
    """Return the occasions by day; launches of which only the month is known are in none."""
    sites: dict[str, list[Launch]] = defaultdict(list)
    for launch in launches:
        if day_of(launch) is not None:
            sites[launch.site_id].append(launch)
    found = [one for site, there in sites.items() for one in _of_site(site, there, minutes)]
    return tuple(sorted(found, key=lambda one: (one.day, one.site_id, one.rows)))


def _of_site(site: str, launches: Sequence[Launch], minutes: float) -> list[Occasion]:
    timed = sorted(
        ((t, one) for one in launches if (t := instant_of(one))),
        key=lambda pair: (pair[0], pair[1].row),
    )
    groups: list[list[Launch]] = []
    last: datetime | None = None
    for time, launch in timed:
        if last is None or (time - last).total_seconds() > 60.0 * minutes:
            groups.append([])
        groups[-1].append(launch)
        last = time
    first: dict[str, list[Launch]] = {}
    for group in groups:
        for launch in group:
            first.setdefault(launch.date, group)
    for launch in launches:
        if instant_of(launch) is not None:
            continue
        if launch.date not in first:
            first[launch.date] = []
            groups.append(first[launch.date])
        first[launch.date].append(launch)
    return [Occasion(min(date.fromisoformat(x.date) for x in g), site, tuple(g)) for g in groups]
