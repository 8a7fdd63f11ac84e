"""Error ellipses on the ground.

>>> ellipse = Ellipse(41.3, 129.08, 5_000.0, 2_000.0, 90.0, 0.9)
>>> ellipse.contains(41.3, 129.13), ellipse.contains(41.33, 129.08)
(True, False)
>>> round(ellipse.area_km2, 1)
31.4
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Ellipse"]


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse about a place, that holds the truth with the stated probability."""

    latitude: float
    longitude: float
    semi_major_m: float
    semi_minor_m: float
    azimuth_deg: float
    """Of the major axis, clockwise from north, in [0, 180)."""
    probability: float

    @classmethod
    def of_matrix(
        cls, latitude: float, longitude: float, matrix: NDArray[np.float64], probability: float
    ) -> Ellipse:
        """Return the ellipse xᵀ M⁻¹ x ≤ 1, for `M` `(2, 2)` in m² over east and north."""
        values, vectors = np.linalg.eigh(matrix)
        azimuth = math.degrees(math.atan2(vectors[0, 1], vectors[1, 1])) % 180.0
        return cls(
            latitude, longitude, math.sqrt(values[1]), math.sqrt(values[0]), azimuth, probability
        )

    @property
    def area_km2(self) -> float:
        """Area in square kilometres."""
        return math.pi * self.semi_major_m * self.semi_minor_m / 1e6

    def radius(self, latitude: float, longitude: float) -> float:
        """Return how far out a place lies: 0 at the centre, 1 on the ellipse."""
        east, north = Plane(self.latitude, self.longitude).project(latitude, longitude)
        angle = math.radians(self.azimuth_deg)
        along = float(east) * math.sin(angle) + float(north) * math.cos(angle)
        across = float(east) * math.cos(angle) - float(north) * math.sin(angle)
        return math.hypot(along / self.semi_major_m, across / self.semi_minor_m)

    def contains(self, latitude: float, longitude: float) -> bool:
        """Say whether a place lies on or within the ellipse."""
        return self.radius(latitude, longitude) <= 1.0
