"""What a participant's sensors add to what others have, phase by phase, flight by flight.

Every comparison is of a flight with itself: the same flight, plots and moment, without the
participant's plots and with them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from trilogue.analysis.value.campaign import coalitions
from trilogue.analysis.value.row import Row
from trilogue.analysis.value.summary import rms

__all__ = ["Added", "added"]

_Key = tuple[str, str, str, float, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What the plots of `participant` add to those of the coalition `to`; s, m, and shares.

    Pairs of errors and axes are over the flights in which both are known: first without the
    participant, then with it.
    """

    participant: str
    to: str
    flights: int
    newly_tracked: int
    """Flights that only with the participant ever had a track."""
    tracked_earlier_s: float | None
    """Median by which the first track comes earlier, where both have one."""
    launch_pairs: int
    launch_error_rms_m: tuple[float, float] | None
    midcourse_pairs: int
    midcourse_newly_known: int
    midcourse_error_rms_m: tuple[float, float] | None
    midcourse_axis_ratio: float | None
    """Median of the impact ellipse's major axis with the participant over that without."""
    terminal_pairs: int
    terminal_newly_known: int
    terminal_error_rms_m: tuple[float, float] | None
    terminal_axis_ratio: float | None


def added(rows: Iterable[Row], participants: Sequence[str], last: str) -> list[Added]:
    """Return what each adds to every coalition without it; launch points are those at `last`."""
    by: dict[str, dict[_Key, Row]] = {}
    for row in rows:
        key = (row.site, row.missile_class, row.shape, row.azimuth_deg, row.seed, row.moment)
        by.setdefault(row.coalition, {})[key] = row
    found = []
    for one in participants:
        for others in coalitions([p for p in participants if p != one]):
            both = [p for p in participants if p == one or p in others]
            without, together = "+".join(others), "+".join(both)
            found.append(_added(one, without, by.get(without, {}), by.get(together, {}), last))
    return found


def _added(
    one: str, to: str, without: Mapping[_Key, Row], together: Mapping[_Key, Row], last: str
) -> Added:
    pairs = [(row, together[key]) for key, row in without.items() if key in together]
    # First tracks do not depend on the moment: those at one of them are every flight's once.
    final = [(a, b) for a, b in pairs if a.moment == last]
    times = [
        a.first_track_s - b.first_track_s
        for a, b in final
        if a.first_track_s is not None and b.first_track_s is not None
    ]
    launch = [
        (a.launch_error_m, b.launch_error_m)
        for a, b in final
        if a.launch_error_m is not None and b.launch_error_m is not None
    ]
    middle = _impacts([(a, b) for a, b in pairs if a.phase == "midcourse"])
    end = _impacts([(a, b) for a, b in pairs if a.phase == "terminal"])
    return Added(
        participant=one,
        to=to,
        flights=len(final),
        newly_tracked=sum(
            a.first_track_s is None and b.first_track_s is not None for a, b in final
        ),
        tracked_earlier_s=median(times) if times else None,
        launch_pairs=len(launch),
        launch_error_rms_m=_rms_pair(launch),
        midcourse_pairs=middle.pairs,
        midcourse_newly_known=middle.newly_known,
        midcourse_error_rms_m=middle.errors,
        midcourse_axis_ratio=middle.ratio,
        terminal_pairs=end.pairs,
        terminal_newly_known=end.newly_known,
        terminal_error_rms_m=end.errors,
        terminal_axis_ratio=end.ratio,
    )


@dataclass(frozen=True, slots=True)
class _Impacts:
    pairs: int
    newly_known: int
    errors: tuple[float, float] | None
    ratio: float | None


def _impacts(pairs: Sequence[tuple[Row, Row]]) -> _Impacts:
    errors = [
        (a.impact_error_m, b.impact_error_m)
        for a, b in pairs
        if a.impact_error_m is not None and b.impact_error_m is not None
    ]
    ratios = [
        math.log(b.impact_semi_major_m / a.impact_semi_major_m)
        for a, b in pairs
        if a.impact_semi_major_m is not None and b.impact_semi_major_m is not None
    ]
    return _Impacts(
        len(errors),
        sum(a.impact_error_m is None and b.impact_error_m is not None for a, b in pairs),
        _rms_pair(errors),
        math.exp(median(ratios)) if ratios else None,
    )


def _rms_pair(pairs: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    before, after = rms(a for a, _ in pairs), rms(b for _, b in pairs)
    return None if before is None or after is None else (before, after)
