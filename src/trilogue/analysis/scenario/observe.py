"""The simulator of sensors: what sensors see of flights, with all that goes wrong on the way.

Each sensor scans once a period, and stamps to the millisecond. In each scan every flight that it
can see is detected with the sensor's probability, measured with its noise and its bias, and stamped
by its clock; false plots are mixed in (`clutter`). Two flights are always told apart: no plot shows
both.

A radar sees what is in its field of regard and not behind the Earth. An infrared sensor sees that
only while an engine burns, above the floor of its field of regard.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.analysis.scenario.clutter import clutter
from trilogue.analysis.scenario.sight import clear, in_field, measures, wrapped
from trilogue.analysis.scenario.streams import stream
from trilogue.analysis.tracking.plots import PlotTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.flight.simulate import Trajectory
    from trilogue.analysis.tracking.sensor import Sensor

__all__ = ["CLUTTER", "Biases", "Flight", "Observed", "Outage", "observe", "true_bias"]

CLUTTER = -1
"""Of `Observed.origin`: the plot shows no flight."""
Biases = Mapping[str, tuple[float, float, float, float]]
"""By sensor: azimuth, elevation (rad), range (m), and by how many seconds its clock is ahead."""


@dataclass(frozen=True)
class Flight:
    """A simulated flight and when it lifted off, POSIX seconds."""

    name: str
    trajectory: Trajectory
    launched: float

    @property
    def landed(self) -> float:
        """POSIX seconds of the impact."""
        return self.launched + self.trajectory.flight_time_s


@dataclass(frozen=True, slots=True)
class Outage:
    """A sensor gives nothing from `begin` up to `end`, POSIX seconds."""

    sensor: str
    begin: float
    end: float


@dataclass(frozen=True)
class Observed:
    """Plots, and for each the flight that it shows: `(n,)`, an index, or `CLUTTER`."""

    plots: PlotTable
    origin: NDArray[np.int64]


def true_bias(sensor: Sensor, seed: int) -> tuple[float, float, float, float]:
    """Return the bias that a sensor has under a seed: one draw, the same for all it sees."""
    b = sensor.bias
    sd = np.array([b.azimuth_rad, b.elevation_rad, b.range_m, b.clock_s])
    azimuth, elevation, distance, clock = sd * stream(seed, sensor.id, "bias").standard_normal(4)
    return float(azimuth), float(elevation), float(distance), float(clock)


def observe(
    sensors: Sequence[Sensor],
    flights: Sequence[Flight],
    *,
    seed: int,
    begin: float | None = None,
    until: float = math.inf,
    outages: Sequence[Outage] = (),
    biases: Biases | None = None,
) -> Observed:
    """Return what sensors see of flights from `begin` to `until`, POSIX seconds of their clocks.

    By default from the first lift-off to the last impact. A bias that is given stands for the one
    that would be drawn. Whatever is drawn for a sensor and a flight depends on the seed, on the
    sensor's id and the flight's name alone: adding others, or looking for longer, changes nothing.

    Raises `ValueError` for names that are not unique or not known, and for a time without end.
    """
    _check(sensors, flights, outages, biases or {})
    first = min((f.launched for f in flights), default=None) if begin is None else begin
    last = until if math.isfinite(until) else max((f.landed for f in flights), default=until)
    if first is None or not math.isfinite(last):
        raise ValueError("without flights, when to begin and until when must be given")
    parts: list[_Part] = []
    for index, sensor in enumerate(sensors):
        bias = np.array((biases or {}).get(sensor.id) or true_bias(sensor, seed))
        scans = _Scans.of(sensor, seed, first, last, outages)
        looked = [
            (k, *_look(sensor, flight, bias, scans, seed)) for k, flight in enumerate(flights)
        ]
        for origin, scan, values in [*looked, (CLUTTER, *clutter(sensor, seed, scans.numbers))]:
            on = scans.on(scan)
            n = int(on.sum())
            parts.append(
                _Part(
                    scans.time(scan[on]),
                    np.full(n, index, np.int64),
                    wrapped(values[on]),
                    np.repeat(_noise(sensor)[None], n, axis=0),
                    np.full(n, origin, np.int64),
                )
            )
    return _together(sensors, parts)


@dataclass(frozen=True)
class _Part:
    time: NDArray[np.float64]
    sensor: NDArray[np.int64]
    values: NDArray[np.float64]
    sd: NDArray[np.float64]
    origin: NDArray[np.int64]


@dataclass(frozen=True)
class _Scans:
    """When a sensor scans: numbers from 1970, a period apart, at a phase of its own."""

    phase: float
    period: float
    numbers: NDArray[np.int64]
    outages: tuple[Outage, ...]

    @classmethod
    def of(
        cls, sensor: Sensor, seed: int, first: float, last: float, outages: Sequence[Outage]
    ) -> _Scans:
        period = sensor.period_s
        phase = float(stream(seed, sensor.id, "phase").integers(round(period * 1e3))) / 1e3
        numbers = np.arange(
            math.ceil((first - phase) / period), math.floor((last - phase) / period) + 1
        )
        return cls(phase, period, numbers, tuple(o for o in outages if o.sensor == sensor.id))

    def time(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return POSIX seconds, by the sensor's clock."""
        return np.asarray(np.round(self.phase + self.period * numbers, 3), np.float64)

    def on(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which of some scans are asked for and in no outage."""
        time = self.time(numbers)
        on = np.isin(numbers, self.numbers)
        for outage in self.outages:
            on &= (time < outage.begin) | (time >= outage.end)
        return on


def _look(
    sensor: Sensor, flight: Flight, bias: NDArray[np.float64], scans: _Scans, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the scans of a whole flight that show it, and values `(m, 4)` with their errors."""
    path, clock = flight.trajectory, float(bias[3])
    # The clock is ahead: what is stamped t was seen at t less the bias.
    start = flight.launched + clock - scans.phase
    numbers = np.arange(
        math.ceil(start / scans.period),
        math.floor((start + path.flight_time_s) / scans.period) + 1,
    )
    seen_at = np.clip(scans.time(numbers) - clock - flight.launched, 0.0, path.flight_time_s)
    position, velocity = path.at(seen_at)
    exact = measures(sensor, position, velocity)
    seen = in_field(sensor.field, *exact.T[:3]) & clear(sensor, position)
    if sensor.kind == "infrared":
        seen &= path.burns_at(seen_at) & (to_geodetic(position)[2] >= sensor.field.floor_m)
    luck = stream(seed, sensor.id, flight.name, "detection").random(len(numbers))
    noise = stream(seed, sensor.id, flight.name, "noise").standard_normal((len(numbers), 4))
    seen &= luck < sensor.detection_probability
    off = np.array([*bias[:3], 0.0])
    return numbers[seen], exact[seen] + off + _noise(sensor) * noise[seen]


def _noise(sensor: Sensor) -> NDArray[np.float64]:
    """Return the standard deviations `(4,)` of a plot, NaN where nothing is measured."""
    n = sensor.noise
    sd = (n.azimuth_rad, n.elevation_rad, n.range_m, n.range_rate_mps)
    return np.array([np.nan if one is None else one for one in sd], np.float64)


def _together(sensors: Sequence[Sensor], parts: Sequence[_Part]) -> Observed:
    if not parts:
        empty = np.empty(0, np.int64)
        nothing = np.empty((0, 4))
        return Observed(PlotTable.of(sensors, np.empty(0), empty, nothing, nothing), empty)
    time, sensor, values, sd, origin = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("time", "sensor", "values", "sd", "origin")
    )
    # The table sorts its rows, and with them the source: it carries the origin through.
    table = PlotTable.of(sensors, time, sensor, values, sd, origin, ("",))
    return Observed(replace(table, source=np.zeros(len(table), np.int64)), table.source)


def _check(
    sensors: Sequence[Sensor], flights: Sequence[Flight], outages: Sequence[Outage], biases: Biases
) -> None:
    known = [s.id for s in sensors]
    for what, names in (("sensor", known), ("flight", [f.name for f in flights])):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{what} {twice[0]} is there twice: streams are named after it")
    for name in (*(o.sensor for o in outages), *biases):
        if name not in known:
            raise ValueError(f"no sensor is called {name}; there are {', '.join(known)}")
