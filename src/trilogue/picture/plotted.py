"""Plots: portions of plots as the one table that trackers take in, and a table as payloads.

The rows of a portion are its originator's: the participant that logged the report owns the sensor.
A sensor that one originator names by one id, of one kind and at one place, is one sensor however
many reports speak of it, so that its biases are shared by all its rows. Where its statements
differ the more cautious counts.

What is uncertain beside the noise of a row goes where it acts:

- the uncertainty of a time is shared by the rows of a sensor: its clock's;
- the uncertainty of the sensor's position stays for a whole flight: a bias of range, and of angles
  by as much as it turns the line of sight at the nearest plot;
- the rounding of times in a generalised portion differs from row to row: noise of each row, by how
  far a missile flies meanwhile. Rounded to more than a look, the looks of a sensor run into one
  another, and its rows are set aside.

A plot that stands in two portions counts once. The table depends on what it is given, to the last
bit, and not on the order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.plots import RANGE, PlotTable
from trilogue.analysis.tracking.sensor import Bias, FieldOfRegard, Noise, Sensor
from trilogue.encoding import instant
from trilogue.picture.sources import Readable
from trilogue.reports.payloads import plots as payload
from trilogue.reports.payloads.plots import AnglesPlot, Plots, RangePlot
from trilogue.reports.payloads.quantities import Measured, Moment, Position

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Aside", "Plotted", "of_payloads", "plots_payload", "posix", "table_of"]

EPOCH = "1970-01-01T00:00:00.000Z"
FASTEST_MPS = 7_500.0
"""What flies farther than from one end of the region to the other is not faster by much,"""
HARDEST_MPS2 = 100.0
"""and is not thrust harder."""
_LEAST_SD = (1e-7, 1e-7, 0.1, 1e-3)
"""No row is surer than that, whatever it says: nothing can be divided by nought."""
_MOST = (7.0, 7.0, 1e8, 2e4)
_MOST_SD = (1.0, 1.0, 1e6, 1e4)
"""What lies beyond is no measurement of a missile, and would upset the numbers of all others."""
_EARTH_M = 6_371_000.0
_NEAR_M = 100_000.0
"""Distance of a plot that states none; of an infrared sensor's: its height less this."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A portion that is held and not used, and why."""

    source: Readable
    reason: str


@dataclass(frozen=True)
class Plotted:
    """A table, and the portions left out of it."""

    table: PlotTable
    aside: tuple[Aside, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of one portion, and what they say of their sensor."""

    source: str
    owner: str
    stated: payload.Sensor
    time: NDArray[np.float64]
    values: NDArray[np.float64]
    sd: NDArray[np.float64]
    bias: Bias

    @property
    def geometry(self) -> tuple[str, str, str, float, float, float]:
        """Return what makes a sensor one sensor."""
        s = self.stated
        height = s.position.height_m or 0.0
        return self.owner, s.id, s.kind, s.position.latitude, s.position.longitude, height


def table_of(sources: Iterable[Readable]) -> Plotted:
    """Return the plots of portions as one table; `table.sources` are the portions' digests."""
    parts: list[_Part] = []
    aside: list[Aside] = []
    for source in sorted(sources, key=lambda one: one.portion):
        if not isinstance(source.payload, Plots):
            continue
        generalised = source.header.generalised
        grid_s = 0.0 if generalised is None else (generalised.time_grid_ms or 0) / 1000.0
        turned = generalised is not None and generalised.position_grid_e5 is not None
        part = _part(source.portion, source.report.speaker, source.payload, grid_s, turned=turned)
        if isinstance(part, str):
            aside.append(Aside(source, part))
        else:
            parts.append(part)
    return Plotted(_joined(parts), tuple(aside))


def of_payloads(given: Iterable[tuple[str, str, Plots]]) -> PlotTable:
    """Return plots that never were reports as a table: an owner, a name and a payload each.

    Raises `ValueError`, with the name, for rows that cannot be used.
    """
    parts = []
    for owner, name, plots in sorted(given, key=lambda one: one[:2]):
        part = _part(name, owner, plots, 0.0, turned=False)
        if isinstance(part, str):
            raise ValueError(f"{name}: {part}")  # noqa: TRY004 - the reason is text
        parts.append(part)
    return _joined(parts)


def posix(moment: str) -> float:
    """Return an instant as POSIX seconds."""
    return instant.to_datetime(moment).timestamp()


def _part(source: str, owner: str, plots: Plots, grid_s: float, *, turned: bool) -> _Part | str:
    """Return a portion's rows, or why they cannot be used."""
    sensor, noise = plots.sensor, plots.sensor.noise
    rounded_s = grid_s / math.sqrt(12.0)
    if beyond := _beyond(sensor):
        return beyond
    if grid_s > (sensor.period_s or 1.0):
        return f"its times are rounded to {grid_s:.0f} s: one look cannot be told from the next"
    n = len(plots.rows)
    time, values, sd = np.empty(n), np.full((n, 4), np.nan), np.full((n, 4), np.nan)
    shared = 0.0
    usual = (noise.azimuth_rad, noise.elevation_rad, noise.range_m, noise.range_rate_mps)
    for k, row in enumerate(plots.rows):
        time[k] = posix(row.time.instant)
        shared = max(shared, (row.time.sd_s or 0.0) ** 2 - rounded_s**2)
        measured: tuple[Measured | None, ...] = (row.azimuth_rad, row.elevation_rad)
        if isinstance(row, RangePlot):
            measured += (row.range_m, row.range_rate_mps)
        for column, one in enumerate(measured):
            if one is None:
                continue
            stated = usual[column] if one.sd is None else one.sd
            if stated is None:
                return "a row states no uncertainty of its range, and neither does its sensor"
            if abs(one.value) > _MOST[column] or stated > _MOST_SD[column]:
                return f"a row states {one.value} with {stated}: no sensor measures that"
            values[k, column] = one.value
            sd[k, column] = max(stated, _LEAST_SD[column])
    away = _away(sensor, values)
    if rounded_s:
        off, sped = FASTEST_MPS * rounded_s, HARDEST_MPS2 * rounded_s
        more = [off / away[0], off / away[1], np.full(n, off), np.full(n, sped)]
        sd = np.hypot(sd, np.column_stack(more))
    return _Part(
        source, owner, sensor, time, values, sd, _bias(sensor, away, math.sqrt(shared), turned)
    )


def _beyond(sensor: payload.Sensor) -> str:
    """Return what a sensor states that cannot be; empty where there is nothing."""
    position, bias = sensor.position, sensor.bias or payload.Bias()
    stated: dict[str, tuple[float | None, float]] = {
        "position.height_m": (position.height_m, 1e8),
        "position.sd_m": (position.sd_m, 1e6),
        "bias.azimuth_rad": (bias.azimuth_rad, 1.0),
        "bias.elevation_rad": (bias.elevation_rad, 1.0),
        "bias.range_m": (bias.range_m, 1e6),
        "bias.clock_s": (bias.clock_s, 100.0),
        "period_s": (sensor.period_s, 3_600.0),
        "clutter_per_scan": (sensor.clutter_per_scan, 1e6),
    }
    for name, (value, most) in stated.items():
        if value is not None and not (abs(value) <= most):
            return f"its sensor states {name} {value}: no sensor is like that"
    return ""


def _away(
    sensor: payload.Sensor, values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far off each row is, `(n,)`, for its azimuth and for its elevation."""
    height = sensor.position.height_m or 0.0
    near = max(height - _NEAR_M, _NEAR_M) if sensor.kind == "infrared" else _NEAR_M
    distance = np.where(np.isnan(values[:, RANGE]), near, values[:, RANGE])
    if sensor.kind == "infrared":
        return distance, distance
    # Near the zenith a small step aside is a great turn in azimuth.
    return np.maximum(distance * np.cos(values[:, 1]), 1_000.0), np.maximum(distance, 1_000.0)


def _bias(
    sensor: payload.Sensor,
    away: tuple[NDArray[np.float64], NDArray[np.float64]],
    shared_s: float,
    turned: bool,
) -> Bias:
    """Return what stays wrong: as stated, by the clock, and since the position is not known."""
    stated = sensor.bias or payload.Bias()
    off = sensor.position.sd_m or 0.0
    # In powers of two, so that a sensor stays the same while its object comes nearer by a little.
    azimuth, elevation = (off / 2.0 ** math.floor(math.log2(float(a.min()))) for a in away)
    # A position that was rounded after the angles were taken turns their frame, too.
    turn = off / _EARTH_M if turned else 0.0
    return Bias(
        math.hypot(stated.azimuth_rad or 0.0, azimuth, turn),
        math.hypot(stated.elevation_rad or 0.0, elevation, turn),
        0.0 if sensor.kind == "infrared" else math.hypot(stated.range_m or 0.0, off),
        math.hypot(stated.clock_s or 0.0, shared_s),
    )


def _joined(parts: Sequence[_Part]) -> PlotTable:
    """Return all rows as one table, each plot once."""
    by_geometry: dict[tuple[str, str, str, float, float, float], list[_Part]] = {}
    for part in parts:
        by_geometry.setdefault(part.geometry, []).append(part)
    order = sorted(by_geometry)
    places: dict[tuple[str, str], int] = {}
    for owner, name, *_ in order:
        places[owner, name] = places.get((owner, name), 0) + 1
    sensors = [_sensor(by_geometry[key], alone=places[key[0], key[1]] == 1) for key in order]
    number = {key: k for k, key in enumerate(order)}
    sources = sorted(part.source for part in parts)
    place = {source: k for k, source in enumerate(sources)}
    columns = [
        np.concatenate([np.empty(shape), *rows])
        for shape, rows in (
            ((0,), [p.time for p in parts]),
            ((0,), [np.full(len(p.time), number[p.geometry]) for p in parts]),
            ((0, 4), [p.values for p in parts]),
            ((0, 4), [p.sd for p in parts]),
            ((0,), [np.full(len(p.time), place[p.source]) for p in parts]),
        )
    ]
    time, sensor, values, sd, source = columns
    table = PlotTable.of(
        sensors, time, sensor.astype(np.int64), values, sd, source.astype(np.int64), sources
    )
    return table.where(_first_ones(table))


def _first_ones(table: PlotTable) -> NDArray[np.bool_]:
    """Say which rows are no repetition: the same sensor, time and values, in the next source."""
    if len(table) < 2:
        return np.ones(len(table), bool)
    a, b = table.values[1:], table.values[:-1]
    same = ((a == b) | (np.isnan(a) & np.isnan(b))).all(axis=1)
    same &= (np.diff(table.time) == 0.0) & (np.diff(table.sensor) == 0)
    return np.append(True, ~same)


def _sensor(parts: Sequence[_Part], *, alone: bool) -> Sensor:
    """Return one sensor, of whose statements the most cautious count."""
    said = [part.stated for part in parts]
    first, biases = said[0], [part.bias for part in parts]
    fields = [_field(s.field) for s in said]
    known = Sensor("", parts[0].owner, first.kind, 0.0, 0.0, 0.0, Noise(0.0, 0.0))
    latitude, longitude = first.position.latitude, first.position.longitude
    return Sensor(
        # A ship that moved is a sensor for each of its places, and each has a name.
        first.id if alone else f"{first.id}@{latitude:.4f},{longitude:.4f}",
        parts[0].owner,
        first.kind,
        latitude,
        longitude,
        first.position.height_m or 0.0,
        Noise(
            max(s.noise.azimuth_rad for s in said),
            max(s.noise.elevation_rad for s in said),
            _most(s.noise.range_m for s in said),
            _most(s.noise.range_rate_mps for s in said),
        ),
        Bias(
            max(b.azimuth_rad for b in biases),
            max(b.elevation_rad for b in biases),
            max(b.range_m for b in biases),
            max(b.clock_s for b in biases),
        ),
        # The widest: where it says less, a miss would speak against a track that it cannot see.
        max(fields, key=lambda f: (f.azimuth_half_deg, f.range_max_m, repr(f))),
        period_s=_most(s.period_s for s in said) or known.period_s,
        detection_probability=_probable(
            min(
                known.detection_probability
                if s.detection_probability is None
                else s.detection_probability
                for s in said
            )
        ),
        clutter_per_scan=_most(s.clutter_per_scan for s in said) or known.clutter_per_scan,
    )


def _most(values: Iterable[float | None]) -> float | None:
    """Return the greatest of the values that are stated."""
    return max((value for value in values if value is not None), default=None)


def _probable(stated: float) -> float:
    """Return a probability of detection that neither forbids a plot nor a miss."""
    return min(max(stated, 0.05), 0.999)


def _field(stated: payload.FieldOfRegard | None) -> FieldOfRegard:
    if stated is None:
        return FieldOfRegard()
    given = {
        name: value
        for name in stated.__struct_fields__
        if (value := getattr(stated, name)) is not None
    }
    return replace(FieldOfRegard(), **given)


def plots_payload(table: PlotTable, sensor: int) -> Plots:
    """Return one sensor's rows of a table as the payload that its owner would report.

    Times stand to the millisecond, as instants do. Raises `ValueError` for a sensor without rows.
    """
    one = table.sensors[sensor]
    rows = np.flatnonzero(table.sensor == sensor)
    if not len(rows):
        raise ValueError(f"{one.id} has no plots")
    noise, field, bias = one.noise, one.field, one.bias
    round_ = field.azimuth_half_deg >= 180.0
    usual = (noise.azimuth_rad, noise.elevation_rad, noise.range_m, noise.range_rate_mps)

    def measured(row: int, column: int) -> Measured:
        sd = float(table.sd[row, column])
        value = float(table.values[row, column])
        return Measured(value, None if sd == usual[column] else sd)

    def plot(row: int) -> AnglesPlot | RangePlot:
        time = Moment(instant=instant.plus(EPOCH, float(table.time[row])), sd_s=None)
        azimuth, elevation = measured(row, 0), measured(row, 1)
        if math.isnan(table.values[row, RANGE]):
            return AnglesPlot(time=time, azimuth_rad=azimuth, elevation_rad=elevation)
        rated = not math.isnan(table.values[row, 3])
        return RangePlot(
            time=time,
            azimuth_rad=azimuth,
            elevation_rad=elevation,
            range_m=measured(row, RANGE),
            range_rate_mps=measured(row, 3) if rated else None,
        )

    return Plots(
        sensor=payload.Sensor(
            id=one.id,
            kind=one.kind,
            position=Position(
                latitude=one.latitude, longitude=one.longitude, height_m=one.height_m, sd_m=None
            ),
            noise=payload.Noise(
                azimuth_rad=noise.azimuth_rad,
                elevation_rad=noise.elevation_rad,
                range_m=noise.range_m,
                range_rate_mps=noise.range_rate_mps,
            ),
            bias=payload.Bias(
                azimuth_rad=bias.azimuth_rad or None,
                elevation_rad=bias.elevation_rad or None,
                range_m=bias.range_m or None,
                clock_s=bias.clock_s or None,
            ),
            field=payload.FieldOfRegard(
                azimuth_deg=None if round_ else field.azimuth_deg % 360.0,
                azimuth_half_deg=None if round_ else field.azimuth_half_deg,
                elevation_min_deg=None
                if field.elevation_min_deg <= -90.0
                else field.elevation_min_deg,
                elevation_max_deg=None
                if field.elevation_max_deg >= 90.0
                else field.elevation_max_deg,
                range_max_m=field.range_max_m if math.isfinite(field.range_max_m) else None,
                floor_m=field.floor_m or None,
            ),
            period_s=one.period_s,
            detection_probability=one.detection_probability,
            clutter_per_scan=one.clutter_per_scan,
        ),
        frame="enu-wgs84",
        rows=tuple(plot(int(row)) for row in rows),
    )
