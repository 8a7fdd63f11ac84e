"""A plane laid on the globe at one point: east and north in metres, true from that point.

The projection is azimuthal equidistant: distance and azimuth from the origin are those of the
geodesic, so an error ellipse drawn on the plane means on the ground what it says.

>>> plane = Plane(41.3, 129.08)
>>> east, north = plane.project(41.3, 129.09)
>>> round(float(east), 1), round(float(north), 1)
(837.5, 0.0)
>>> [round(float(x), 6) for x in plane.unproject(east, north)]
[41.3, 129.09]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.geodesic import direct, inverse

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Plane"]


@dataclass(frozen=True, slots=True)
class Plane:
    """The azimuthal equidistant plane about a point, in geographic degrees."""

    latitude: float
    longitude: float

    def project(
        self, latitude: ArrayLike, longitude: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return metres east and north of the origin for points in degrees.

        Raises:
            AntipodalError: a point is almost opposite the origin on the globe.

        """
        distance, azimuth, _ = inverse(self.latitude, self.longitude, latitude, longitude)
        angle = np.radians(azimuth)
        return distance * np.sin(angle), distance * np.cos(angle)

    def unproject(
        self, east_m: ArrayLike, north_m: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return latitude and longitude in degrees of points in metres east and north."""
        east, north = np.asarray(east_m, np.float64), np.asarray(north_m, np.float64)
        azimuth = np.degrees(np.arctan2(east, north))
        return direct(self.latitude, self.longitude, azimuth, np.hypot(east, north))
