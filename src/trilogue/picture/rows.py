"""Rows: a reported launch in the columns of the launch record, and what it does not say left blank.

    class     the most probable one, where it is very likely: 0.80 or more, in the words of
              Intelligence Community Directive 203 (2015), D.6.e(2)(a); else `unknown`
    day       where 90 % of the stated time lie within one day, or within an hour; else the month
    time      where 90 % lie within half an hour either way, since launches of one occasion are at
              most an hour apart; to the minute begun, as the public record has it
    heights,  rounded to the step that spreads as widely as their standard deviation: the findings
    distances read from a number's digits how sure it is (`trajectories.step_m`); blank where no
              step is wide enough

Nothing is made up: what a report does not state is blank, as in every other source.
"""

from __future__ import annotations

import csv
import io
import math
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from scipy.stats import norm

from trilogue.analysis.patterns.intervals import LEVEL
from trilogue.analysis.patterns.occasions import MINUTES
from trilogue.analysis.patterns.source import COLUMNS, SourceError, read_source, shipped_source
from trilogue.analysis.patterns.tally import UNKNOWN
from trilogue.analysis.patterns.trajectories import step_m
from trilogue.encoding import instant
from trilogue.reports.payloads.launch import Launch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trilogue.analysis.patterns.source import Entry
    from trilogue.picture.places import Sites
    from trilogue.reports.payloads.quantities import Measured, Moment

__all__ = ["VERY_LIKELY", "class_of", "day_of", "entry_of", "row_of"]

VERY_LIKELY = 0.80
_SIDE = float(norm.ppf((1.0 + LEVEL) / 2.0))
"""Standard deviations on either side that hold `LEVEL`."""
_STEPS_KM = (1, 10, 50, 100)


def class_of(launch: Launch) -> str:
    """Return the class that a launch very likely was, or `unknown`."""
    best = max(launch.classes, key=lambda one: one.probability)
    return best.name if best.probability >= VERY_LIKELY else UNKNOWN


def day_of(launch: Launch, period: tuple[str, str] | None) -> tuple[str, str] | None:
    """Return date and time of day as the record writes them, or `None` where no month is known.

    Without a time, the period that the header states is what is known of it.
    """
    if launch.time is not None:
        return _stated(launch.time)
    return None if period is None else _within(*map(instant.to_datetime, period))


def row_of(
    launch: Launch, sites: Sites, period: tuple[str, str] | None = None
) -> dict[str, str] | None:
    """Return a launch as a row, or `None` when no month of it is known."""
    when = day_of(launch, period)
    if when is None:
        return None
    missile = class_of(launch)
    name, kind = _classes().get(missile, (missile, "Unknown"))
    site = sites.find(launch.site, launch.position)
    return {
        **dict.fromkeys(COLUMNS, ""),
        "date_utc": when[0],
        "time_utc": when[1],
        "missile_id": missile,
        "missile": name,
        "type": kind,
        "facility_id": site.site_id,
        "facility": site.name,
        "site_lat": _degrees(site.latitude),
        "site_lon": _degrees(site.longitude),
        "apogee_km": _kilometres(launch.apogee_m),
        "distance_km": _kilometres(launch.distance_m),
        "outcome": launch.outcome,
    }


def entry_of(source: str, row: Mapping[str, str]) -> Entry | None:
    """Return a row as an entry of a source, read as any source is; `None` if it reads as none."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, [row[name] for name in COLUMNS]])
    try:
        (entry,) = read_source(source, text.getvalue()).entries
    except SourceError:
        return None
    return entry


def _stated(moment: Moment) -> tuple[str, str] | None:
    at, side = instant.to_datetime(moment.instant), _SIDE * (moment.sd_s or 0.0)
    if side <= MINUTES * 60.0 / 2.0:
        return moment.instant[:10], moment.instant[11:16]
    try:
        return _within(at - timedelta(seconds=side), at + timedelta(seconds=side))
    except OverflowError:  # a span beyond the calendar holds every month
        return None


def _within(begins: datetime, ends: datetime) -> tuple[str, str] | None:
    """Return the day that holds a span, else the month, else nothing."""
    first, last = (instant.from_datetime(one)[:10] for one in (begins, ends))
    if first == last:
        return first, ""
    return (first[:7], "") if first[:7] == last[:7] else None


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.10f}".rstrip("0").removesuffix(".")


def _kilometres(measured: Measured | None) -> str:
    """Return a length as the record writes it, its digits no surer than its uncertainty."""
    if measured is None:
        return ""
    if measured.sd is None:
        return f"{round(measured.value / 1e3, 1):.1f}".removesuffix(".0")
    wide = math.sqrt(12.0) * measured.sd / 1e3
    step = next((one for one in _STEPS_KM if one >= wide), None)
    if step is None:
        return ""
    rounded = step * round(measured.value / 1e3 / step)
    return f"{rounded}" if step_m(rounded * 1e3) >= step * 1e3 else ""


@lru_cache(maxsize=1)
def _classes() -> Mapping[str, tuple[str, str]]:
    """Return the record's names and kinds of its classes."""
    return {
        one.launch.missile_id: (one.launch.missile, one.launch.kind)
        for one in shipped_source().entries
    }
