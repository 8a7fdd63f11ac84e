"""Sensors: who looks, from where, how well, and over what part of the sky.

All angles are measured in the local east-north-up frame of the WGS-84 ellipsoid at the sensor:
azimuth from north through east, elevation from the horizontal plane upward. A satellite sees the
Earth at negative elevation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from trilogue.analysis.geodesy.frames import enu_axes, to_ecef

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Bias", "FieldOfRegard", "Noise", "Sensor", "SensorKind"]

SensorKind = Literal["infrared", "ship-radar", "ground-radar"]


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations of one plot. `None`: the kind does not measure it."""

    azimuth_rad: float
    elevation_rad: float
    range_m: float | None = None
    range_rate_mps: float | None = None


@dataclass(frozen=True, slots=True)
class Bias:
    """Standard deviations of what stays wrong for a whole flight, and so does not average out."""

    azimuth_rad: float = 0.0
    elevation_rad: float = 0.0
    range_m: float = 0.0
    clock_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FieldOfRegard:
    """The part of the sky that a sensor can look at; `azimuth_half_deg` 180 is all round.

    An infrared sensor sees a burning engine alone, once it is above `floor_m` (cloud).
    """

    azimuth_deg: float = 0.0
    azimuth_half_deg: float = 180.0
    elevation_min_deg: float = -90.0
    elevation_max_deg: float = 90.0
    range_max_m: float = math.inf
    floor_m: float = 0.0


@dataclass(frozen=True)
class Sensor:
    """One sensor of one participant."""

    id: str
    owner: str
    kind: SensorKind
    latitude: float
    longitude: float
    height_m: float
    noise: Noise
    bias: Bias = Bias()
    field: FieldOfRegard = FieldOfRegard()
    period_s: float = 1.0
    detection_probability: float = 0.9
    clutter_per_scan: float = 0.0
    """Mean number of false plots in one look at the whole field of regard."""

    @cached_property
    def position(self) -> NDArray[np.float64]:
        """Position in ECEF, `(3,)`, metres."""
        return to_ecef(self.latitude, self.longitude, self.height_m)

    @cached_property
    def axes(self) -> NDArray[np.float64]:
        """Rows: east, north and up in ECEF."""
        return enu_axes(self.latitude, self.longitude)
