"""A table of plots as the kernels take it: geometry, where biases stand, and the first state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.frames import enu_axes, to_ecef, to_geodetic
from trilogue.analysis.tracking.kernels.dynamics import CORE, MODES
from trilogue.analysis.tracking.kernels.measurement import BIASES, GEOMETRY
from trilogue.analysis.tracking.plots import AZIMUTH, ELEVATION, RANGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.plots import PlotTable
    from trilogue.analysis.tracking.sensor import Sensor
    from trilogue.analysis.tracking.settings import EstimateSettings

__all__ = ["Prepared", "Start", "biases", "geometry_of", "plots_of_one", "prepare", "start"]

_TOGETHER_S = 2.0
_FLOOR = 1e-3  # of the noise: a bias that is known to be nil still needs a variance to divide by


@dataclass(frozen=True)
class Prepared:
    """Plots and their sensors as arrays; see `kernels.imm.run` for the shapes.

    `bias` tells where a sensor's four biases stand in a state `(n,)`, or -1; `bias_sd` `(n - 10,)`.
    """

    time: NDArray[np.float64]
    sensor: NDArray[np.int64]
    values: NDArray[np.float64]
    sd: NDArray[np.float64]
    geometry: NDArray[np.float64]
    bias: NDArray[np.int64]
    bias_sd: NDArray[np.float64]
    infrared: NDArray[np.bool_]
    """Of each sensor."""
    sensors: tuple[Sensor, ...]

    @property
    def size(self) -> int:
        """Length of a state."""
        return CORE + len(self.bias_sd)

    def part(
        self, first: int, last: int
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Return time, sensor, values and sd of the rows from `first` up to `last`."""
        s = slice(first, last)
        return self.time[s], self.sensor[s], self.values[s], self.sd[s]

    def tail(self, begin: int) -> Prepared:
        """Return the rows from `begin` on."""
        time, sensor, values, sd = self.part(begin, len(self.time))
        return replace(self, time=time, sensor=sensor, values=values, sd=sd)

    def head(self, stop: int) -> Prepared:
        """Return the rows before `stop`."""
        time, sensor, values, sd = self.part(0, stop)
        return replace(self, time=time, sensor=sensor, values=values, sd=sd)


@dataclass(frozen=True)
class Start:
    """What is believed before the first plot: states `(4, n)`, covariances and probabilities."""

    time: float
    states: NDArray[np.float64]
    covariances: NDArray[np.float64]
    probabilities: NDArray[np.float64]


def geometry_of(sensors: tuple[Sensor, ...]) -> NDArray[np.float64]:
    """Return a row of `(12,)` a sensor: its position and the axes of its frame, in ECEF."""
    rows = np.empty((len(sensors), GEOMETRY))
    for i, sensor in enumerate(sensors):
        rows[i, :3] = sensor.position
        rows[i, 3:] = sensor.axes.ravel()
    return rows


def biases(
    sensors: tuple[Sensor, ...], used: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return where each sensor's biases stand in a state, and the standard deviations of all."""
    place = np.full(len(sensors), -1, np.int64)
    sds: list[float] = []
    for i in sorted({int(s) for s in used}):
        bias, noise = sensors[i].bias, sensors[i].noise
        given = (bias.azimuth_rad, bias.elevation_rad, bias.range_m, bias.clock_s)
        if not any(given):
            continue
        place[i] = CORE + len(sds)
        least = (noise.azimuth_rad, noise.elevation_rad, noise.range_m or 1.0, 1e-3)
        sds.extend(max(b, _FLOOR * n) for b, n in zip(given, least, strict=True))
    assert len(sds) % BIASES == 0
    return place, np.array(sds, np.float64)


def prepare(plots: PlotTable) -> Prepared:
    """Return the arrays of a table."""
    place, sds = biases(plots.sensors, plots.sensor)
    return Prepared(
        plots.time,
        plots.sensor,
        plots.values,
        plots.sd,
        geometry_of(plots.sensors),
        place,
        sds,
        np.array([s.kind == "infrared" for s in plots.sensors], bool),
        plots.sensors,
    )


def plots_of_one(plots: PlotTable, row: int, sd: NDArray[np.float64]) -> Prepared:
    """Return the arrays of one row, without biases, `sd` `(n, 4)` in place of the table's."""
    one = slice(row, row + 1)
    return Prepared(
        plots.time[one],
        plots.sensor[one],
        plots.values[one],
        sd[one],
        geometry_of(plots.sensors),
        np.full(len(plots.sensors), -1, np.int64),
        np.zeros(0),
        np.array([s.kind == "infrared" for s in plots.sensors], bool),
        plots.sensors,
    )


def _line(sensor: Sensor, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the unit vector of a plot's line of sight, in ECEF."""
    az, el = values[AZIMUTH], values[ELEVATION]
    local = np.array([np.sin(az) * np.cos(el), np.cos(az) * np.cos(el), np.sin(el)])
    return np.asarray(local @ sensor.axes)


def _meets_height(
    origin: NDArray[np.float64], line: NDArray[np.float64], height_m: float
) -> NDArray[np.float64]:
    """Return where a line of sight first comes to a height; its lowest point if it never does."""
    lowest = max(-float(origin @ line), 0.0)
    low, high = 0.0, lowest
    if to_geodetic(origin)[2] < height_m:  # looking up from below
        low, high = 0.0, lowest + 5e6
    below_at_high = float(to_geodetic(origin + high * line)[2]) < height_m
    below_at_low = float(to_geodetic(origin)[2]) < height_m
    if below_at_high == below_at_low:
        return np.asarray(origin + lowest * line)
    for _ in range(60):
        middle = 0.5 * (low + high)
        if (float(to_geodetic(origin + middle * line)[2]) < height_m) == below_at_low:
            low = middle
        else:
            high = middle
    return np.asarray(origin + high * line)


def start(table: Prepared, settings: EstimateSettings) -> Start:
    """Return what is believed before the first plot is taken in.

    Broad everywhere, and centred where the first plots point, so that taking them in afterwards
    linearises at the right place. Only the height of a first angles-only sighting is information:
    what is seen burning has not risen far.
    """
    sensors, first = table.sensors, int(table.sensor[0])
    with_range = np.flatnonzero(
        ~np.isnan(table.values[:, RANGE]) & (table.time <= table.time[0] + _TOGETHER_S)
    )
    n = table.size
    p = np.zeros((n, n))
    p[:3, :3] = settings.first_position_sd**2 * np.eye(3)
    infrared = bool(table.infrared[first])
    if len(with_range):
        k = int(with_range[0])
        sensor = sensors[int(table.sensor[k])]
        centre = sensor.position + table.values[k, RANGE] * _line(sensor, table.values[k])
    else:
        line = _line(sensors[first], table.values[0])
        centre = _meets_height(sensors[first].position, line, settings.first_height_m)
        lat, lon, _ = to_geodetic(centre)
        up = enu_axes(float(lat), float(lon))[2]
        centre = to_ecef(lat, lon, settings.first_height_m)
        # Of the position along the vertical the prior knows more than elsewhere.
        spare = settings.first_position_sd**2 - settings.first_height_sd**2
        p[:3, :3] -= spare * np.outer(up, up)
    speed = settings.first_speed_sd if infrared else settings.later_speed_sd
    p[3:6, 3:6] = speed**2 * np.eye(3)
    p[9, 9] = settings.log_drag_sd**2
    p[range(CORE, n), range(CORE, n)] = table.bias_sd**2
    x = np.zeros(n)
    x[:3] = centre
    x[9] = settings.log_drag
    covariances = np.repeat(p[None], MODES, axis=0)
    for mode in range(MODES):
        sd = settings.thrust_sd if mode < 2 else settings.noise[MODES, 0]
        covariances[mode, 6:9, 6:9] = sd**2 * np.eye(3)
    early = np.array([0.6, 0.3, 0.08, 0.02]) if infrared else np.array([0.3, 0.2, 0.4, 0.1])
    return Start(float(table.time[0]), np.repeat(x[None], MODES, axis=0), covariances, early)
