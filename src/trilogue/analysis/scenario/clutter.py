"""Clutter: false plots, a Poisson number in each scan, uniform over what the sensor looks at.

A radar's false plots are uniform in azimuth, elevation and range over its field of regard, and in
range rate, where it measures one, between ±8 km/s. An infrared sensor's are uniform in solid angle
over the part of the Earth's disc within a cone around the area: its axis points at 40° N 132° E,
its half-angle is that of 1,500 km at that distance, and its field of regard holds.

Numbers are drawn in blocks of scans that are counted from 1970, so that a scan's clutter does not
depend on when the scenario begins or ends.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.frames import to_ecef
from trilogue.analysis.scenario.sight import clear, directions, in_field, on_earth
from trilogue.analysis.scenario.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.sensor import Sensor

__all__ = ["AREA", "AREA_RADIUS_M", "FASTEST_MPS", "clutter"]

AREA = (40.0, 132.0)
"""Latitude and longitude, degrees: the sea between Korea and Japan,"""
AREA_RADIUS_M = 1_500e3
"""and how far around it an infrared sensor's clutter lies."""
FASTEST_MPS = 8_000.0
"""Of the range rate of false plots."""
_BLOCK = 64
_TRIES = 1_000
_NO = "give it no clutter"


def clutter(
    sensor: Sensor, seed: int, scans: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return false plots of consecutive scans: the number of each one's scan, and values `(m, 4)`.

    Raises `ValueError` for a radar whose range has no end: nothing is uniform over it.
    """
    if not sensor.clutter_per_scan or not len(scans):
        return np.empty(0, np.int64), np.empty((0, 4))
    parts = [
        _block(sensor, seed, block)
        for block in range(int(scans[0]) // _BLOCK, int(scans[-1]) // _BLOCK + 1)
    ]
    scan = np.concatenate([part[0] for part in parts])
    values = np.concatenate([part[1] for part in parts])
    asked = (scan >= scans[0]) & (scan <= scans[-1])
    return scan[asked], values[asked]


def _block(sensor: Sensor, seed: int, block: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    rng = stream(seed, sensor.id, "clutter", block)
    counts = rng.poisson(sensor.clutter_per_scan, _BLOCK)
    n = int(counts.sum())
    values = np.full((n, 4), np.nan)
    if sensor.kind == "infrared":
        values[:, :2] = _on_disc(sensor, n, rng)
    else:
        _in_beam(sensor, values, rng)
    return np.repeat(np.arange(_BLOCK) + block * _BLOCK, counts), values


def _in_beam(sensor: Sensor, values: NDArray[np.float64], rng: np.random.Generator) -> None:
    field, n = sensor.field, len(values)
    if not math.isfinite(field.range_max_m):
        raise ValueError(f"{sensor.id} has no greatest range to spread clutter over: {_NO}")
    u = rng.random((n, 4))
    half = min(field.azimuth_half_deg, 180.0)
    low, high = field.elevation_min_deg, field.elevation_max_deg
    values[:, 0] = np.radians(field.azimuth_deg + half * (2.0 * u[:, 0] - 1.0))
    values[:, 1] = np.radians(low + (high - low) * u[:, 1])
    values[:, 2] = field.range_max_m * (1.0 - u[:, 2])  # never nought
    if sensor.noise.range_rate_mps is not None:
        values[:, 3] = FASTEST_MPS * (2.0 * u[:, 3] - 1.0)


def _on_disc(sensor: Sensor, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return `n` directions by drawing from the cone until enough meet the Earth and the field."""
    area = to_ecef(*AREA, 0.0)
    if not clear(sensor, area[None]).all():
        raise ValueError(f"{sensor.id} does not see the area, which its clutter lies around: {_NO}")
    axis = area - sensor.position
    narrow = math.cos(math.atan2(AREA_RADIUS_M, float(np.linalg.norm(axis))))
    axis /= np.linalg.norm(axis)
    across = np.cross(axis, np.eye(3)[int(np.abs(axis).argmin())])
    across /= np.linalg.norm(across)
    beside = np.cross(axis, across)
    found = np.empty((0, 2))
    for _ in range(_TRIES):
        if len(found) >= n:
            return found[:n]
        u = rng.random((n, 2))
        # Solid angle is uniform in the cosine of the angle from the axis.
        cosine, turn = 1.0 - (1.0 - narrow) * u[:, :1], 2.0 * np.pi * u[:, 1:]
        sine = np.sqrt(1.0 - cosine**2)
        line = cosine * axis + sine * (np.cos(turn) * across + np.sin(turn) * beside)
        azimuth, elevation = directions(sensor, line)
        seen = on_earth(sensor, line) & in_field(sensor.field, azimuth, elevation)
        found = np.vstack([found, np.column_stack([azimuth, elevation])[seen]])
    raise ValueError(f"{sensor.id} looks past the area, which its clutter lies around: {_NO}")
