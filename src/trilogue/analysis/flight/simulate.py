"""The simulator: one missile from lift-off to the ground, over a rotating, oblate Earth with air.

It shares no model with the filters that it judges: thrust by mass flow and pressure, drag by Mach
number, staging, a pitch programme; integrated in the Earth-fixed frame by the classical
Runge–Kutta rule at a fixed step that ends exactly on every cut-off and ignition.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.flight.missile import Missile
from trilogue.analysis.flight.motion import fly
from trilogue.analysis.geodesy.frames import enu_axes, to_ecef, to_geodetic
from trilogue.analysis.geodesy.geodesic import inverse

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Trajectory", "simulate"]

LONGEST_SECONDS = 7_200.0
"""A flight that is still up then has not been aimed at the ground."""


@dataclass(frozen=True)
class Trajectory:
    """A flight: times from lift-off, ECEF positions and velocities relative to the Earth.

    `time` is `(n,)` seconds, `position` and `velocity` `(n, 3)`; `burning` says for each step
    whether an engine burns in the interval that begins there. The last row is on the ground.
    """

    missile: Missile
    time: NDArray[np.float64]
    position: NDArray[np.float64]
    velocity: NDArray[np.float64]
    burning: NDArray[np.bool_]

    @cached_property
    def geodetic(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Latitude, longitude in degrees and height in metres, each `(n,)`."""
        return to_geodetic(self.position)

    @property
    def burnout_s(self) -> float:
        """Time of the last cut-off."""
        return float(self.time[np.flatnonzero(self.burning)[-1] + 1])

    @property
    def flight_time_s(self) -> float:
        """Time from lift-off to the ground."""
        return float(self.time[-1])

    @property
    def apogee_m(self) -> float:
        """Greatest height above the ellipsoid."""
        return self._top[1]

    @property
    def apogee_s(self) -> float:
        """Time of the greatest height."""
        return self._top[0]

    @cached_property
    def _top(self) -> tuple[float, float]:
        """Time and height of the apogee, by the parabola through the highest row and its two."""
        height = self.geodetic[2]
        i = int(np.clip(height.argmax(), 1, len(height) - 2))
        t, h = self.time[i - 1 : i + 2] - self.time[i], height[i - 1 : i + 2]
        bend, slope, top = np.polyfit(t, h, 2)
        at = float(np.clip(-slope / (2.0 * bend), t[0], t[2])) if bend < 0.0 else 0.0
        return float(self.time[i] + at), float(top + at * (slope + at * bend))

    @property
    def launch(self) -> tuple[float, float]:
        """Latitude and longitude of lift-off, degrees."""
        return float(self.geodetic[0][0]), float(self.geodetic[1][0])

    @property
    def impact(self) -> tuple[float, float]:
        """Latitude and longitude of the impact, degrees."""
        return float(self.geodetic[0][-1]), float(self.geodetic[1][-1])

    @property
    def range_m(self) -> float:
        """Ground distance from launch to impact along the geodesic."""
        return float(inverse(*self.launch, *self.impact)[0])

    @property
    def bearing_deg(self) -> float:
        """Bearing of the impact from the launch, degrees."""
        return float(inverse(*self.launch, *self.impact)[1])

    @property
    def burnout_speed_mps(self) -> float:
        """Speed relative to the Earth at the last cut-off."""
        return float(np.linalg.norm(self.at(self.burnout_s)[1]))

    def at(self, time: float | NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return positions and velocities `(..., 3)` at times since lift-off.

        Cubic Hermite in each step, which keeps position to a centimetre and velocity to
        centimetres per second. Raises `ValueError` for times outside the flight.
        """
        t = np.asarray(time, np.float64)
        if np.any(t < 0.0) or np.any(t > self.time[-1]):
            raise ValueError(f"the flight lasts from 0 to {self.time[-1]:.1f} s")
        i = np.clip(np.searchsorted(self.time, t, side="right") - 1, 0, len(self.time) - 2)
        h = (self.time[i + 1] - self.time[i])[..., None]
        s = (t - self.time[i])[..., None] / h
        p0, p1 = self.position[i], self.position[i + 1]
        v0, v1 = self.velocity[i] * h, self.velocity[i + 1] * h
        a, b = 2.0 * (p0 - p1) + v0 + v1, 3.0 * (p1 - p0) - 2.0 * v0 - v1
        return (
            p0 + s * (v0 + s * (b + s * a)),
            (v0 + s * (2.0 * b + 3.0 * s * a)) / h,
        )

    def burns_at(self, time: float | NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say for times since lift-off whether an engine burns."""
        t = np.asarray(time, np.float64)
        i = np.clip(np.searchsorted(self.time, t, side="right") - 1, 0, len(self.time) - 1)
        return np.asarray(self.burning[i] & (t >= 0.0) & (t < self.time[-1]))


def simulate(
    missile: Missile,
    latitude: float,
    longitude: float,
    azimuth_deg: float,
    *,
    height_m: float = 0.0,
    step_s: float = 0.1,
    coast_step_s: float = 0.5,
) -> Trajectory:
    """Fly a missile from a place (degrees) towards an azimuth (degrees from north).

    Raises `ValueError` when it does not lift off, or is still up after two hours.
    """
    axes = enu_axes(latitude, longitude)
    angle = math.radians(azimuth_deg)
    forward = axes[0] * math.sin(angle) + axes[1] * math.cos(angle)
    stages = np.array(
        [
            [s.burn_s, s.exhaust_mps, s.flow_kgps, s.dry_kg, s.exit_area_m2, s.gap_s]
            for s in missile.stages
        ]
    )
    rows, lifted = fly(
        to_ecef(latitude, longitude, height_m),
        axes[2],
        forward,
        stages,
        missile.lift_off_kg,
        missile.area_m2,
        missile.reentry_cda_m2,
        missile.vertical_s,
        missile.tilted_s,
        math.radians(missile.tilt_deg),
        step_s,
        coast_step_s,
        LONGEST_SECONDS,
        height_m,
    )
    if not lifted:
        raise ValueError(f"{missile.name} does not lift off: its thrust is less than its weight")
    if rows[-1, 0] >= LONGEST_SECONDS:
        raise ValueError(f"{missile.name} is still up after {LONGEST_SECONDS:.0f} s")
    return Trajectory(missile, rows[:, 0], rows[:, 1:4], rows[:, 4:7], rows[:, 7] > 0.0)
