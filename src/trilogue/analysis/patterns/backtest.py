"""The back-test of what is new: month by month with what was known before, and what came of it.

An alert was *for nothing* when what it named did not come again within `LATER_DAYS`:

    missile, site   no further occasion with it
    size            no further occasion at least half as large as it, and larger than two
    distance,       no further flight of the class as unusual on the same side (within a tenth)
    apogee
    tempo           the rate of the days after was nearer, by ratio, to the usual one

Alerts whose later days are not over when the record ends are neither.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trilogue.analysis.patterns.news import ALERT_BITS, Item, news, past
from trilogue.analysis.patterns.occasions import Occasion

__all__ = ["LATER_DAYS", "Alert", "BackYear", "Backtest", "backtest"]

LATER_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert, and whether it came again; `None` where the record ends too soon."""

    item: Item
    lasted: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackYear:
    """A year of periods."""

    year: int
    periods: int
    alerted: int
    """Periods with an alert."""
    alerts: int
    lasted: int
    for_nothing: int
    undecided: int
    by_chance: float
    """Alerts that the model alone would give: what is looked at, times the probability of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """All years, and each alert."""

    years: tuple[BackYear, ...]
    alerts: tuple[Alert, ...]

    @property
    def periods(self) -> int:
        """Periods looked at."""
        return sum(one.periods for one in self.years)

    @property
    def for_nothing(self) -> tuple[int, int]:
        """Alerts for nothing, of how many that are decided."""
        lasted = sum(one.lasted for one in self.years)
        nothing = sum(one.for_nothing for one in self.years)
        return nothing, lasted + nothing


def backtest(
    occasions: Sequence[Occasion],
    first: int,
    last: int,
    known_to: date,
    bits: float = ALERT_BITS,
) -> Backtest:
    """Return the back-test over calendar months of the years `first` to `last`."""
    years, every = [], []
    for year in range(first, last + 1):
        alerts: list[Alert] = []
        alerted, by_chance = 0, 0.0
        for begin, end in _months(year):
            told = news(past(occasions, begin), occasions, begin, end)
            by_chance += len(told.items) * 2.0**-bits
            found = told.alerts(bits)
            alerted += bool(found)
            # One alert for each thing, however many occasions of the month brought it.
            once = {(item.kind, item.what): item for item in reversed(found)}
            alerts += [
                Alert(item=item, lasted=_lasted(item, occasions, begin, end, known_to))
                for item in once.values()
            ]
        every += alerts
        years.append(
            BackYear(
                year=year,
                periods=12,
                alerted=alerted,
                alerts=len(alerts),
                lasted=sum(one.lasted is True for one in alerts),
                for_nothing=sum(one.lasted is False for one in alerts),
                undecided=sum(one.lasted is None for one in alerts),
                by_chance=by_chance,
            )
        )
    return Backtest(years=tuple(years), alerts=tuple(every))


def _months(year: int) -> Iterator[tuple[date, date]]:
    for month in range(1, 13):
        yield date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)


def _lasted(
    item: Item, occasions: Sequence[Occasion], begin: date, end: date, known_to: date
) -> bool | None:
    if item.kind == "tempo":
        until = end + timedelta(days=LATER_DAYS)
        assert item.value is not None
        assert item.usual is not None
        later = sum(end <= one.day < until for one in occasions)
        later_rate = later * (end - begin).days / LATER_DAYS
        half_way = math.sqrt((item.value + 0.5) * (item.usual + 0.5)) - 0.5
        held = later_rate >= half_way if item.value > item.usual else later_rate <= half_way
        return None if until > known_to else held
    until = item.day + timedelta(days=LATER_DAYS)
    held = any(_again(item, one) for one in occasions if item.day < one.day < until)
    return True if held else None if until > known_to else False


def _again(item: Item, one: Occasion) -> bool:
    if item.kind == "site":
        return one.site_id == item.what
    if item.kind == "missile":
        return any(launch.missile_id == item.what for launch in one.launches)
    assert item.value is not None
    assert item.usual is not None
    if item.kind == "size":
        return len(one.launches) > 2 and len(one.launches) >= item.value / 2.0
    values = [
        launch.distance_m if item.kind == "distance" else launch.apogee_m
        for launch in one.launches
        if launch.missile_id == item.what
    ]
    if item.value > item.usual:
        return any(v is not None and v >= 0.9 * item.value for v in values)
    return any(v is not None and v <= 1.1 * item.value for v in values)
