"""What a sensor can see, and what it would measure without error.

Light and radio run straight here: no refraction. The sensor stands still on the turning Earth, so
range rate is the derivative of range in the Earth-fixed frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.ellipsoid import WGS84

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.sensor import FieldOfRegard, Sensor

__all__ = ["clear", "directions", "in_field", "measures", "on_earth", "wrapped"]

_UNIT = np.array([1.0, 1.0, 1.0 / (1.0 - WGS84.flattening)]) / WGS84.semi_major_m
"""Scales ECEF so that the ellipsoid becomes the unit sphere; straight lines stay straight."""
_TOUCH = 1e-9
"""Of the unit sphere, six millimetres: what stands on the ground does not stand in it."""


def measures(
    sensor: Sensor, position: NDArray[np.float64], velocity: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return azimuth, elevation (rad), range (m), range rate (m/s) `(n, 4)` of states `(n, 3)`."""
    line = position - sensor.position
    distance = np.linalg.norm(line, axis=-1)
    east, north, up = np.moveaxis(line @ sensor.axes.T, -1, 0)
    return np.stack(
        [
            np.arctan2(east, north) % (2.0 * np.pi),
            np.arcsin(np.clip(up / distance, -1.0, 1.0)),
            distance,
            (line * velocity).sum(axis=-1) / distance,
        ],
        axis=-1,
    )


def clear(sensor: Sensor, position: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say of positions `(n, 3)` whether the Earth leaves the line of sight to them free, `(n,)`.

    A sensor beneath the ellipsoid is taken to stand on a smaller one, of the same shape.
    """
    eye = sensor.position * _UNIT
    line = position * _UNIT - eye
    along = np.clip(-(line @ eye) / (line * line).sum(axis=-1), 0.0, 1.0)
    nearest = np.linalg.norm(eye + along[:, None] * line, axis=-1)
    return np.asarray(nearest >= min(1.0, float(np.linalg.norm(eye))) - _TOUCH)


def on_earth(sensor: Sensor, line: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say of directions `(n, 3)` in ECEF whether they meet the Earth, `(n,)`."""
    eye, scaled = sensor.position * _UNIT, line * _UNIT
    b, c = scaled @ eye, float(eye @ eye) - 1.0
    return np.asarray((b < 0.0) & (b * b >= c * (scaled * scaled).sum(axis=-1)))


def in_field(
    field: FieldOfRegard,
    azimuth: NDArray[np.float64],
    elevation: NDArray[np.float64],
    distance: NDArray[np.float64] | float = 0.0,
) -> NDArray[np.bool_]:
    """Say of directions (rad) and distances whether they lie in the field of regard."""
    turn = np.remainder(np.degrees(azimuth) - field.azimuth_deg + 180.0, 360.0) - 180.0
    high = np.degrees(elevation)
    return np.asarray(
        (np.abs(turn) <= field.azimuth_half_deg)
        & (high >= field.elevation_min_deg)
        & (high <= field.elevation_max_deg)
        & (np.asarray(distance) <= field.range_max_m)
    )


def directions(
    sensor: Sensor, line: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return azimuth and elevation (rad) of unit vectors `(n, 3)` in ECEF."""
    values = measures(sensor, sensor.position + line * WGS84.semi_major_m, np.zeros(3))
    return values[:, 0], values[:, 1]


def wrapped(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values `(n, 4)` with azimuth in 0 to 2 pi, and elevation not beyond the vertical.

    An error may carry an elevation over the zenith: it is then low on the other side.
    """
    out = values.copy()
    over = np.abs(out[:, 1]) > 0.5 * np.pi
    out[over, 0] += np.pi
    out[over, 1] = np.copysign(np.pi, out[over, 1]) - out[over, 1]
    out[:, 0] %= 2.0 * np.pi
    # The remainder of a tiny negative number is rounded up to the divisor itself.
    out[out[:, 0] >= 2.0 * np.pi, 0] = 0.0
    return out
