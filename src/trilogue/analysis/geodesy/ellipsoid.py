"""The figure of the Earth: WGS-84, its latitudes, and directions from its centre.

A seismic ray in a spherical Earth model knows angles at the Earth's centre, a map knows geographic
latitude. The two differ by up to 0.19 degrees, that is 21 km on the ground.

>>> round(float(geocentric_latitude(45.0)), 6)
44.807577
>>> round(float(geographic_latitude(geocentric_latitude(45.0))), 6)
45.0

Source: NIMA TR8350.2, third edition, table 3.1, for the defining constants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "MEAN_RADIUS_KM",
    "WGS84",
    "Ellipsoid",
    "arc_degrees",
    "geocentric_latitude",
    "geographic_latitude",
    "unit_vector",
]

MEAN_RADIUS_KM = 6371.0
"""Radius of the spherical Earth models (ak135, iasp91), in kilometres."""


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipsoid of revolution: equatorial radius in metres and flattening."""

    semi_major_m: float
    flattening: float

    @property
    def semi_minor_m(self) -> float:
        """Polar radius in metres."""
        return self.semi_major_m * (1.0 - self.flattening)


WGS84 = Ellipsoid(semi_major_m=6_378_137.0, flattening=1.0 / 298.257_223_563)


def geocentric_latitude(latitude: ArrayLike) -> NDArray[np.float64]:
    """Return the angle at the Earth's centre, in degrees, of a point on WGS-84.

    `latitude` is geographic, in degrees, of any shape.
    """
    phi = np.radians(np.asarray(latitude, dtype=np.float64))
    squared = (1.0 - WGS84.flattening) ** 2
    return np.degrees(np.arctan2(squared * np.sin(phi), np.cos(phi)))


def geographic_latitude(latitude: ArrayLike) -> NDArray[np.float64]:
    """Return the geographic latitude, in degrees, of a geocentric one on WGS-84."""
    phi = np.radians(np.asarray(latitude, dtype=np.float64))
    squared = (1.0 - WGS84.flattening) ** 2
    return np.degrees(np.arctan2(np.sin(phi), squared * np.cos(phi)))


def unit_vector(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Return the direction from the Earth's centre to points on WGS-84.

    Both arguments are geographic degrees of one shape `(...)`; the result is `(..., 3)`.
    """
    phi = np.radians(geocentric_latitude(latitude))
    lam = np.radians(np.asarray(longitude, dtype=np.float64))
    cos_phi = np.cos(phi)
    return np.stack(
        np.broadcast_arrays(cos_phi * np.cos(lam), cos_phi * np.sin(lam), np.sin(phi)), axis=-1
    )


def arc_degrees(
    sources: NDArray[np.float64], receivers: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the angles at the Earth's centre between unit vectors, in degrees.

    `sources` is `(n, 3)`, `receivers` `(m, 3)`, the result `(n, m)`. The angle is taken from the
    chord, which keeps its digits where the cosine loses them: between neighbours.
    """
    # |a - b|² = 2 - 2 a·b loses digits too, so the difference is formed component by component.
    chord = np.zeros((sources.shape[0], receivers.shape[0]))
    for axis in range(3):
        chord += (sources[:, axis, None] - receivers[None, :, axis]) ** 2
    return np.degrees(2.0 * np.arcsin(np.minimum(np.sqrt(chord) / 2.0, 1.0)))
