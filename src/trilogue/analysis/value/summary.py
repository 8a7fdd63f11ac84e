"""A campaign in numbers: for each class, shape, coalition and moment, what was known and how well.

An impact that is not known is as wide as the Earth: medians of its ellipse count it as infinite, so
a coalition gains nothing by keeping silent about what is hard. Errors and bounds are root mean
squares over the flights whose impact is known, the same flights for both.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median_high

import numpy as np

from trilogue.analysis.value.row import Row

__all__ = ["ALL", "Group", "middle", "rms", "summarise"]

ALL = "all"
"""In place of a class or shape: every one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What a coalition knew of a class of flights at a moment; times in s, lengths in m."""

    missile_class: str
    shape: str
    coalition: str
    moment: str
    time_s: float
    """After the launch, the middle one where it differs."""
    phase: str
    """That most of the flights were in."""
    flights: int
    tracked: int
    """Of them, those that ever had a track."""
    first_track_s: float | None
    """Median; `None` where half of the flights never had one."""
    failed: int
    """Estimates whose numbers broke down."""
    seen: int
    """Flights of which there were plots, and that had not landed."""
    launch_known: int
    launch_error_rms_m: float | None
    launch_semi_major_m: float | None
    """Median over the flights in the air; `None` where half of them are not known."""
    launch_inside: int
    impact_asked: int
    """Flights past their cut-off and in the air: before, no impact is to be known."""
    impact_known: int
    impact_error_rms_m: float | None
    impact_bound_rms_m: float | None
    impact_semi_major_m: float | None
    impact_semi_minor_m: float | None
    impact_inside: int
    premature: int
    """Impacts named while an engine was yet to burn."""


def middle(values: Iterable[float | None]) -> float | None:
    """Return the median, what is not known counted as infinite; `None` when that is infinite.

    >>> middle([3.0, None, 1.0]), middle([3.0, None])
    (3.0, None)
    """
    known = [math.inf if value is None else value for value in values]
    found = median_high(known) if known else math.inf
    return found if math.isfinite(found) else None


def rms(values: Iterable[float | None]) -> float | None:
    """Return the root mean square of what is known, `None` when nothing is."""
    known = np.array([value for value in values if value is not None])
    return float(np.sqrt(np.mean(known**2))) if len(known) else None


def summarise(rows: Iterable[Row], *, pooled: bool = False) -> list[Group]:
    """Return the groups of rows in the order in which they first come; `pooled`: of all classes."""
    found: dict[tuple[str, str, str, str], list[Row]] = {}
    for row in rows:
        kind = (ALL, ALL) if pooled else (row.missile_class, row.shape)
        found.setdefault((*kind, row.coalition, row.moment), []).append(row)
    return [_group(key, mine) for key, mine in found.items()]


def _group(key: tuple[str, str, str, str], mine: Sequence[Row]) -> Group:
    flying = [row for row in mine if row.phase != "landed"]
    asked = [row for row in flying if row.phase != "boost"]
    known = [row for row in asked if row.impact_error_m is not None]
    launches = [row for row in flying if row.launch_error_m is not None]
    return Group(
        missile_class=key[0],
        shape=key[1],
        coalition=key[2],
        moment=key[3],
        time_s=median_high(row.time_s for row in mine),
        phase=Counter(row.phase for row in mine).most_common(1)[0][0],
        flights=len(mine),
        tracked=_count(mine, lambda row: row.first_track_s is not None),
        first_track_s=middle(row.first_track_s for row in mine),
        failed=_count(mine, lambda row: row.estimate_failed),
        seen=_count(flying, lambda row: row.plots > 0),
        launch_known=len(launches),
        launch_error_rms_m=rms(row.launch_error_m for row in launches),
        launch_semi_major_m=middle(row.launch_semi_major_m for row in flying),
        launch_inside=_count(launches, lambda row: row.launch_inside is True),
        impact_asked=len(asked),
        impact_known=len(known),
        impact_error_rms_m=rms(row.impact_error_m for row in known),
        impact_bound_rms_m=rms(row.impact_bound_m for row in known),
        impact_semi_major_m=middle(row.impact_semi_major_m for row in asked),
        impact_semi_minor_m=middle(row.impact_semi_minor_m for row in asked),
        impact_inside=_count(known, lambda row: row.impact_inside is True),
        premature=_count(
            flying, lambda row: row.phase == "boost" and row.impact_error_m is not None
        ),
    )


def _count(rows: Iterable[Row], holds: Callable[[Row], bool]) -> int:
    return sum(map(holds, rows))
