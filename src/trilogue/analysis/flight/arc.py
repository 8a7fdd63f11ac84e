"""The impulsive arc: a body thrown from the ground, without air, to an apogee and a range.

It is the shortest flight with that apogee and range: a missile that takes time to burn takes longer
to come up. So a flight time below the arc's contradicts its own apogee.

>>> arc = impulsive_arc(4_475e3, 950e3, 39.3, 125.9, 76.0)
>>> round(arc.flight_time_s), round(arc.speed_mps)
(3039, 7173)

The Earth is a sphere of the launch point's radius that turns; motion is Kepler's (Vallado, 4th ed.,
sections 2.3 and 2.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import root

from trilogue.analysis.flight.earth import EARTH_RATE, MU
from trilogue.analysis.geodesy.frames import enu_axes, to_ecef

__all__ = [
    "LOFTED",
    "Arc",
    "Shape",
    "impulsive_arc",
    "minimum_energy_apogee_m",
    "minimum_energy_range_m",
]

Shape = Literal["lofted", "minimum-energy", "depressed"]

LOFTED = 1.5
"""An apogee this many times that of least energy is lofted; below the inverse, depressed."""


@dataclass(frozen=True, slots=True)
class Arc:
    """An impulsive arc: its flight time, and the throw relative to the turning Earth."""

    flight_time_s: float
    speed_mps: float
    elevation_deg: float
    azimuth_deg: float


def impulsive_arc(
    apogee_m: float, range_m: float, latitude: float, longitude: float, bearing_deg: float
) -> Arc:
    """Return the arc from a place, in degrees, to the point at a range along a bearing.

    The throw leads the bearing: while it is up, the Earth turns. Raises `ValueError` when no arc
    has that apogee.
    """
    if apogee_m <= 0.0 or range_m <= 0.0:
        raise ValueError(f"apogee and range must be positive: {apogee_m} m, {range_m} m")
    start = to_ecef(latitude, longitude, 0.0)
    radius = float(np.linalg.norm(start))
    up = start / radius
    axes = enu_axes(latitude, longitude)
    angle = math.radians(bearing_deg)
    forward = math.sin(angle) * axes[0] + math.cos(angle) * axes[1]
    forward -= (forward @ up) * up
    forward /= np.linalg.norm(forward)
    frame = np.array([forward, np.cross(up, forward), up])
    half = range_m / radius
    there = math.cos(half) * up + math.sin(half) * forward

    def miss(unknown: np.ndarray) -> np.ndarray:
        apogee, landed, _ = _thrown(start, unknown * 1e3 @ frame)
        return np.array(
            [apogee / apogee_m - 1.0, *((landed - there) @ frame[:2].T * radius / apogee_m)]
        )

    speed, elevation = _still(apogee_m, range_m, radius)
    guess = np.array([speed * math.cos(elevation), 0.0, speed * math.sin(elevation)])
    found = root(miss, guess / 1e3, tol=1e-10)
    if np.abs(found.fun).max() > 1e-6:
        raise ValueError(
            f"no arc has an apogee of {apogee_m / 1e3:.0f} km and a range of {range_m / 1e3:.0f} km"
        )
    velocity = found.x * 1e3
    thrown = float(np.linalg.norm(velocity))
    level = velocity[0] * frame[0] + velocity[1] * frame[1]
    return Arc(
        flight_time_s=_thrown(start, velocity @ frame)[2],
        speed_mps=thrown,
        elevation_deg=math.degrees(math.asin(velocity[2] / thrown)),
        azimuth_deg=math.degrees(math.atan2(level @ axes[0], level @ axes[1])) % 360.0,
    )


def minimum_energy_range_m(speed_mps: float, radius_m: float = 6_371e3) -> float:
    """Return the greatest range of a throw at a speed over a still Earth, without air.

    Wheelon, Free flight of a ballistic missile, ARS Journal 29, 915–926, 1959, equation 20: with
    Q = v² R / mu, the half angle is asin(Q / (2 - Q)).
    """
    q = speed_mps**2 * radius_m / MU
    return math.pi * radius_m if q >= 1.0 else 2.0 * radius_m * math.asin(q / (2.0 - q))


def minimum_energy_apogee_m(range_m: float, radius_m: float = 6_371e3) -> float:
    """Return the apogee of the throw that needs least speed for a range, over a still Earth."""
    half = 0.5 * range_m / radius_m
    # Of all ellipses through both ends the least has its empty focus on their chord.
    a = 0.5 * radius_m * (1.0 + math.sin(half))
    focus = 0.5 * radius_m * math.cos(half)
    return a + focus - radius_m


def _still(apogee_m: float, range_m: float, radius: float) -> tuple[float, float]:
    """Return speed and elevation of the arc over a still Earth, in closed form."""
    half = 0.5 * range_m / radius
    top = radius + apogee_m
    e = (top - radius) / (top - radius * math.cos(half))
    a = top / (1.0 + e)
    speed = math.sqrt(MU * (2.0 / radius - 1.0 / a))
    momentum = math.sqrt(MU * a * (1.0 - e * e))
    return speed, math.acos(min(momentum / (radius * speed), 1.0))


def _thrown(start: np.ndarray, relative: np.ndarray) -> tuple[float, np.ndarray, float]:
    """Return apogee in metres, direction from the Earth's centre to the landing, and the time."""
    radius = float(np.linalg.norm(start))
    up = start / radius
    velocity = relative + np.cross([0.0, 0.0, EARTH_RATE], start)
    v2 = float(velocity @ velocity)
    a = 1.0 / (2.0 / radius - v2 / MU)
    h = np.cross(start, velocity)
    e_vector = np.cross(velocity, h) / MU - up
    e = float(np.linalg.norm(e_vector))
    if a <= 0.0 or e >= 1.0:
        return 1e12, -up, math.inf
    normal = h / np.linalg.norm(h)
    # True anomaly at the throw is beyond 0 and below pi; the body comes down at 2 pi less that.
    nu = math.atan2(float(np.cross(e_vector, up) @ normal), float(e_vector @ up))
    turned = 2.0 * (math.pi - nu)
    eccentric = 2.0 * math.atan2(
        math.sqrt(1.0 - e) * math.sin(nu / 2.0), math.sqrt(1.0 + e) * math.cos(nu / 2.0)
    )
    time = 2.0 * (math.pi - (eccentric - e * math.sin(eccentric))) * math.sqrt(a**3 / MU)
    landed = math.cos(turned) * up + math.sin(turned) * np.cross(normal, up)
    back = -EARTH_RATE * time
    c, s = math.cos(back), math.sin(back)
    there = np.array([c * landed[0] - s * landed[1], s * landed[0] + c * landed[1], landed[2]])
    return a * (1.0 + e) - radius, there, time
