"""Stitching: pieces of track that are one object's, joined.

An object is lost and found again: it leaves the range of all radars for half an hour, or one
participant's sensors see it before another's do. A track's look-ahead through such a gap knows too
little of the sensors' biases; the estimates of both pieces know them. Two pieces are one object's
when, at the time the later begins, their states agree within their covariances, and no sensor saw
both at once.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.consistency import nees
from trilogue.analysis.tracking.fusion import as_free
from trilogue.analysis.tracking.misalignment import displacement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trilogue.analysis.tracking.estimate import FlightEstimate
    from trilogue.analysis.tracking.plots import PlotTable
    from trilogue.analysis.tracking.sensor import Sensor
    from trilogue.analysis.tracking.settings import EstimateSettings

__all__ = ["agreement", "at_once", "best_pair", "side_by_side"]

AGREE = 33.0
"""Chi-squared of six degrees of freedom that one pair of true pieces in 10⁵ exceeds."""
TOGETHER_S = 5.0
ENOUGH = 20
"""Two flights must have gone on for so long and shown so many plots before sensors are doubted."""
AT_ONCE = 2
"""Looks of one sensor in which both pieces took a plot: more are no accident of clutter."""


def best_pair(
    flights: Sequence[FlightEstimate], table: PlotTable, settings: EstimateSettings
) -> tuple[int, int] | None:
    """Return the two flights that agree best, the earlier first; `None` where none do."""
    best, found = AGREE, None
    for i, j in permutations(range(len(flights)), 2):
        earlier, later = flights[i], flights[j]
        begins = table.time[earlier.plots[0]], table.time[later.plots[0]]
        if begins[0] > begins[1] or (begins[0] == begins[1] and i > j):
            continue
        if at_once(earlier.plots, later.plots, table):
            continue
        off = agreement(earlier, later, settings)
        if off is not None and off < best:
            best, found = off, (i, j)
    return found


def at_once(a: NDArray[np.int64], b: NDArray[np.int64], table: PlotTable) -> bool:
    """Say whether some sensor saw both in the same looks."""
    for s, sensor in enumerate(table.sensors):
        mine, other = (table.time[rows[table.sensor[rows] == s]] for rows in (a, b))
        if not len(mine) or not len(other):
            continue
        near = np.searchsorted(mine, other)
        gap = np.minimum(
            np.abs(other - mine[np.minimum(near, len(mine) - 1)]),
            np.abs(other - mine[np.maximum(near - 1, 0)]),
        )
        if int((gap < 0.4 * sensor.period_s).sum()) > AT_ONCE:
            return True
    return False


def agreement(
    earlier: FlightEstimate,
    later: FlightEstimate,
    settings: EstimateSettings,
    doubted: Sequence[Sensor] = (),
) -> float | None:
    """Return how far two flights are apart where the later begins: chi-squared of six.

    Sensors in `doubted` may be misaligned, which brings flights nearer to each other.
    `None` where the earlier cannot be told there: it still burned, or has come down.
    """
    if not later.smoothed or not earlier.smoothed:
        return None
    second = later.smoothed[0]
    before = int(np.searchsorted(earlier.smoothed.time, second.time, side="right"))
    if not before:
        return None
    first = earlier.smoothed[before - 1]
    if first.phase == "boost" and second.time - first.time > 2.0:
        return None
    if first.phase == "boost" and second.phase != "boost" and second.time > first.time:
        return None
    if earlier.impact is not None and second.time > earlier.impact.time.value + 5.0:
        return None
    moved = as_free(first, settings).at(second.time)
    spread = moved.covariance[:6, :6] + second.covariance
    for sensor in doubted:
        spread = spread + displacement(sensor, second.state)
    return nees(moved.mean[:6] - second.state, spread)


def side_by_side(
    flights: Sequence[FlightEstimate], table: PlotTable, settings: EstimateSettings
) -> bool:
    """Say whether two flights overlap in time, near enough to be one, and no sensor sees both."""
    for earlier, later in permutations(flights, 2):
        begin = table.time[later.plots[0]]
        end = min(table.time[earlier.plots[-1]], table.time[later.plots[-1]])
        if table.time[earlier.plots[0]] > begin or end - begin < TOGETHER_S:
            continue
        if min(len(earlier.plots), len(later.plots)) < ENOUGH:
            continue
        if at_once(earlier.plots, later.plots, table):
            continue
        off = agreement(earlier, later, settings, table.sensors)
        if off is not None and off < AGREE:
            return True
    return False
