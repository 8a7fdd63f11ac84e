"""Looks: the plots that one sensor made at one time, and what may be expected of them.

Without bias states, what stays wrong with a sensor is noise of every plot; and false plots have a
density over what the sensor measures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

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
_NEAREST_M = 1.0
"""Less tells no direction, and no position is known better."""


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


def would_see(
    sensor: Sensor, positions: NDArray[np.float64], covariances: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how likely a radar's field of regard holds positions in ECEF `(t, 3)`: `(t,)`.

    `covariances` `(t, 3, 3)`, m². A field's edges are straight where a position may be, and
    elevation, azimuth and range stray by themselves.
    """
    field = sensor.field
    local = (positions - sensor.position) @ sensor.axes.T
    spread = sensor.axes @ covariances @ sensor.axes.T
    east, north, up = local.T
    flat = np.maximum(np.hypot(east, north), _NEAREST_M)
    far = np.hypot(flat, up)
    nothing = np.zeros_like(flat)
    along = local / far[:, None]
    aside = np.stack([north / flat, -east / flat, nothing], axis=1)
    upward = np.stack([-up / far * east / flat, -up / far * north / flat, flat / far], axis=1)

    def sd(direction: NDArray[np.float64]) -> NDArray[np.float64]:
        variance = np.einsum("ti,tij,tj->t", direction, spread, direction)
        return np.asarray(np.sqrt(np.maximum(variance, _NEAREST_M**2)))

    elevation = np.degrees(np.arctan2(up, flat))
    turned = np.degrees(np.arctan2(east, north)) - field.azimuth_deg
    turned = (turned + 180.0) % 360.0 - 180.0
    low = field.elevation_min_deg if field.elevation_min_deg > -90.0 else -math.inf
    high = field.elevation_max_deg if field.elevation_max_deg < 90.0 else math.inf
    half = field.azimuth_half_deg if field.azimuth_half_deg < 180.0 else math.inf
    return (
        _between(elevation, np.degrees(sd(upward) / far), low, high)
        * _between(turned, np.degrees(sd(aside) / flat), -half, half)
        * _between(far, sd(along), -math.inf, field.range_max_m)
    )


def _between(
    mean: NDArray[np.float64], sd: NDArray[np.float64], low: float, high: float
) -> NDArray[np.float64]:
    """Return how likely normal variables, `(t,)` each, lie between two numbers."""
    return np.asarray(ndtr((high - mean) / sd) - ndtr((low - mean) / sd))


def measured(values: NDArray[np.float64]) -> tuple[bool, bool]:
    """Say whether a plot `(4,)` has a range, and its rate."""
    return not math.isnan(values[RANGE]), not math.isnan(values[RANGE_RATE])
