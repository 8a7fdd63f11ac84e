"""Frames: geodetic, Earth-centred Earth-fixed (ECEF), and local east-north-up (ENU), on WGS-84.

>>> x = to_ecef(39.0, 126.0, 250.0)
>>> [round(float(v), 6) for v in to_geodetic(x)]
[39.0, 126.0, 250.0]
>>> [round(float(v), 3) for v in enu_axes(39.0, 126.0)[2]]  # up
[-0.457, 0.629, 0.629]

Source: NIMA TR8350.2, third edition; H. Vermeille, An analytical method to transform geocentric
into geodetic coordinates, J. Geodesy 85, 105–117, 2011, whose accuracy the iteration here meets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.ellipsoid import WGS84

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["EARTH_RATE", "enu_axes", "to_ecef", "to_geodetic"]

EARTH_RATE = 7.292_115e-5
"""Angular rate of the Earth, radians per second (WGS-84)."""

_E2 = WGS84.flattening * (2.0 - WGS84.flattening)
_ITERATIONS = 6  # the error falls by a factor of about 300 each time


def to_ecef(latitude: ArrayLike, longitude: ArrayLike, height_m: ArrayLike) -> NDArray[np.float64]:
    """Return positions `(..., 3)` in metres of geodetic degrees and metres above the ellipsoid."""
    phi = np.radians(np.asarray(latitude, np.float64))
    lam = np.radians(np.asarray(longitude, np.float64))
    height = np.asarray(height_m, np.float64)
    normal = WGS84.semi_major_m / np.sqrt(1.0 - _E2 * np.sin(phi) ** 2)
    return np.stack(
        np.broadcast_arrays(
            (normal + height) * np.cos(phi) * np.cos(lam),
            (normal + height) * np.cos(phi) * np.sin(lam),
            (normal * (1.0 - _E2) + height) * np.sin(phi),
        ),
        axis=-1,
    )


def to_geodetic(
    position: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return latitude, longitude in degrees and height in metres of positions `(..., 3)`.

    Good to a micrometre from 100 km below the ellipsoid to beyond the geostationary orbit.
    """
    x, y, z = np.moveaxis(np.asarray(position, np.float64), -1, 0)
    across = np.hypot(x, y)
    phi = np.arctan2(z, across * (1.0 - _E2))
    for _ in range(_ITERATIONS):
        normal = WGS84.semi_major_m / np.sqrt(1.0 - _E2 * np.sin(phi) ** 2)
        phi = np.arctan2(z + _E2 * normal * np.sin(phi), across)
    normal = WGS84.semi_major_m / np.sqrt(1.0 - _E2 * np.sin(phi) ** 2)
    # Along the normal: neither term vanishes at the poles or at the equator.
    height = across * np.cos(phi) + z * np.sin(phi) - normal * (1.0 - _E2 * np.sin(phi) ** 2)
    return np.degrees(phi), np.degrees(np.arctan2(y, x)), height


def enu_axes(latitude: float, longitude: float) -> NDArray[np.float64]:
    """Return the `(3, 3)` rotation whose rows are east, north and up in ECEF at a point."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    sin_p, cos_p, sin_l, cos_l = np.sin(phi), np.cos(phi), np.sin(lam), np.cos(lam)
    return np.array(
        [
            [-sin_l, cos_l, 0.0],
            [-sin_p * cos_l, -sin_p * sin_l, cos_p],
            [cos_p * cos_l, cos_p * sin_l, sin_p],
        ]
    )
