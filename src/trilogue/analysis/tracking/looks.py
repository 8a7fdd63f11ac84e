"""Looks: the plots that one sensor made at one time, and what may be expected of them.

Without bias states, what stays wrong with a sensor is noise of every plot; and false plots have a
density over what the sensor measures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.plots import AZIMUTH, ELEVATION, RANGE, RANGE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from trilogue.analysis.tracking.plots import PlotTable
    from trilogue.analysis.tracking.sensor import Sensor

__all__ = [
    "Look",
    "clutter_log_density",
    "looks",
    "measured",
    "new_track_score",
    "widened",
    "would_see",
]

_FASTEST_MPS = 8_000.0
_WATCHED_SR = 5e-3
"""Solid angle of the area that an infrared sensor watches: 1,500 km about, from far out."""
NEW_PER_LOOK = 0.02
"""New objects in one look: few, but as good an explanation of a plot as clutter."""
_SAME_S = 1e-6
_EXPECTED_RANGE_M = 5e6


@dataclass(frozen=True, slots=True)
class Look:
    """Rows `first` up to `stop` of a table: one sensor's, at one time."""

    time: float
    sensor: int
    first: int
    stop: int


def looks(table: PlotTable, first: int = 0) -> Iterator[Look]:
    """Yield the looks of a table from row `first` on, in the order of time."""
    n = len(table)
    while first < n:
        stop = first + 1
        while (
            stop < n
            and table.sensor[stop] == table.sensor[first]
            and table.time[stop] - table.time[first] < _SAME_S
        ):
            stop += 1
        yield Look(float(table.time[first]), int(table.sensor[first]), first, stop)
        first = stop


def widened(table: PlotTable) -> NDArray[np.float64]:
    """Return standard deviations `(n, 4)` with the sensors' biases as noise."""
    more = np.zeros((len(table.sensors), 4))
    for i, sensor in enumerate(table.sensors):
        bias = sensor.bias
        far = sensor.field.range_max_m if math.isfinite(sensor.field.range_max_m) else 4e7
        turn = bias.clock_s * _FASTEST_MPS / min(far, 4e7)
        more[i, AZIMUTH] = math.hypot(bias.azimuth_rad, turn)
        more[i, ELEVATION] = math.hypot(bias.elevation_rad, turn)
        more[i, RANGE] = math.hypot(bias.range_m, 0.5 * bias.clock_s * _FASTEST_MPS)
    return np.asarray(np.hypot(table.sd, more[table.sensor]))


def clutter_log_density(sensor: Sensor, ranged: bool, rated: bool) -> float:
    """Return the logarithm of the density of false plots and new objects in one look.

    Per rad², per rad² and metre where a range is measured, and per m/s where its rate is.
    """
    field = sensor.field
    if sensor.kind == "infrared":
        volume = _WATCHED_SR
    else:
        low = math.radians(max(field.elevation_min_deg, 0.0))
        high = math.radians(field.elevation_max_deg)
        volume = 2.0 * math.radians(field.azimuth_half_deg) * max(high - low, 0.01)
    if ranged:
        volume *= min(field.range_max_m, _EXPECTED_RANGE_M)
    if rated:
        volume *= 2.0 * _FASTEST_MPS
    return math.log((sensor.clutter_per_scan + NEW_PER_LOOK) / volume)


def new_track_score(sensor: Sensor) -> float:
    """Return the score of a first plot: it is clutter unless something new is there."""
    return -math.log1p(sensor.clutter_per_scan / NEW_PER_LOOK)


def would_see(sensor: Sensor, position: NDArray[np.float64]) -> bool:
    """Say whether a radar's field of regard holds a position in ECEF `(3,)`."""
    field = sensor.field
    d = position - sensor.position
    east, north, up = sensor.axes @ d
    flat = math.hypot(east, north)
    elevation = math.degrees(math.atan2(up, flat))
    if not field.elevation_min_deg <= elevation <= field.elevation_max_deg:
        return False
    turned = (math.degrees(math.atan2(east, north)) - field.azimuth_deg + 180.0) % 360.0 - 180.0
    return abs(turned) <= field.azimuth_half_deg and math.hypot(flat, up) <= field.range_max_m


def measured(values: NDArray[np.float64]) -> tuple[bool, bool]:
    """Say whether a plot `(4,)` has a range, and its rate."""
    return not math.isnan(values[RANGE]), not math.isnan(values[RANGE_RATE])
