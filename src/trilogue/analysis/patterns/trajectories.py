"""Trajectories: lofted, near least energy or depressed, and how far the same missile would go.

The flight that fits a launch's apogee and distance is flown again with the same notional missile at
other tilts, northward, where the turning Earth neither helps nor hinders: the furthest of them is
the minimum-energy flight. The record rounds its numbers, and no notional missile is the real one;
both widen the interval:

- a recorded number stands for any within half of its last step (`step_m`), each as likely;
- what the missile's family costs is an error of speed, `SPEED_SD`, measured over missiles that are
  not of the family (`benchmarks/patterns`). Near the speed of an orbit a little of it is thousands
  of kilometres; no range is given beyond the other side of the Earth, `FURTHEST_M`.

The shape is judged by the apogee of the least-energy flight to the same distance over a still Earth
(`flight.arc.minimum_energy_apogee_m`), for every pair of numbers that rounding allows; so a shape
has a probability.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from trilogue.analysis.flight.fit import NoFlight, fit
from trilogue.analysis.flight.flown import LOFTED, Shape
from trilogue.analysis.flight.gravity import MU
from trilogue.analysis.flight.missile import Missile
from trilogue.analysis.flight.record import Launch
from trilogue.analysis.flight.simulate import simulate
from trilogue.analysis.patterns.intervals import LEVEL, Estimate

__all__ = [
    "FURTHEST_M", "SPEED_SD", "Trajectory", "furthest_m", "least_energy", "shapes", "step_m",
    "trajectory",
]  # fmt: skip

SPEED_SD = 0.026
EARTH_M = 6_371e3
FURTHEST_M = math.pi * EARTH_M
_DRAWS = 4_000
_STEPS = (0.5, 3.0)
SHAPES: tuple[Shape, ...] = ("lofted", "minimum-energy", "depressed")
Why = Literal["manoeuvre", "failure", "apogee", "distance", "site", "no-flight"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """The trajectory of one launch. `why` says why there is none."""

    row: int
    missile_id: str
    apogee_m: float | None
    distance_m: float | None
    shape: Shape | None = None
    shape_probability: float | None = None
    least_energy_m: Estimate | None = None
    why: Why | None = None


def trajectory(launch: Launch) -> Trajectory:
    """Return the trajectory of a launch: its shape, and the range at least energy."""
    why: Why | None = (
        "apogee" if not launch.apogee_m
        else "distance" if not launch.distance_m
        else "manoeuvre" if launch.manoeuvre
        else "failure" if launch.outcome == "failure"
        else "site" if launch.latitude is None
        else None
    )  # fmt: skip
    blank = Trajectory(
        row=launch.row, missile_id=launch.missile_id, apogee_m=launch.apogee_m,
        distance_m=launch.distance_m, why=why,
    )  # fmt: skip
    if why is not None:
        return blank
    assert launch.apogee_m is not None
    assert launch.distance_m is not None
    assert launch.latitude is not None
    assert launch.longitude is not None
    bearing = 90.0 if launch.bearing_deg is None else launch.bearing_deg
    far = least_energy(
        launch.apogee_m, launch.distance_m, launch.latitude, launch.longitude, bearing
    )
    share = shapes(launch.apogee_m, launch.distance_m)
    shape = max(share, key=lambda one: share[one])
    return Trajectory(
        row=launch.row, missile_id=launch.missile_id, apogee_m=launch.apogee_m,
        distance_m=launch.distance_m, shape=shape, shape_probability=share[shape],
        least_energy_m=far, why="no-flight" if far is None else None,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def least_energy(
    apogee_m: float, distance_m: float, latitude: float, longitude: float, bearing_deg: float
) -> Estimate | None:
    """Return the range at least energy of what flew so, `None` when no ballistic flight fits."""
    found = fit(apogee_m, distance_m, latitude, longitude, bearing_deg)
    if isinstance(found, NoFlight):
        return None
    middle = furthest_m(found.missile, latitude, longitude)
    apogees, distances = _drawn(apogee_m, distance_m)
    rng = np.random.default_rng(1)
    speeds = _speed_for(middle) * _arc_speed(apogees, distances) / _arc_speed(apogee_m, distance_m)
    speeds = speeds * np.exp(rng.normal(0.0, SPEED_SD, len(speeds)))
    low, high = np.quantile(_range_at(speeds), [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0])
    # What flew a distance can fly it.
    least = distance_m - step_m(distance_m) / 2.0
    middle, low, high = (min(max(float(x), least), FURTHEST_M) for x in (middle, low, high))
    return Estimate(middle, low, high)


def furthest_m(missile: Missile, latitude: float, longitude: float) -> float:
    """Return the greatest ground distance of a missile northward, over its tilts."""

    def falls_short(log_tilt: float) -> float:
        try:
            flown = simulate(
                missile.steered(math.exp(log_tilt)), latitude, longitude, 0.0,
                step_s=_STEPS[0], coast_step_s=_STEPS[1],
            )  # fmt: skip
        except ValueError:  # it stays up
            return -FURTHEST_M
        return 0.0 if flown.burning[-2] else -min(_along_m(flown.position), FURTHEST_M)

    coarse = np.log(np.geomspace(3.0, 75.0, 14))
    tried = [falls_short(one) for one in coarse]
    best = int(np.argmin(tried))
    bounds = (coarse[max(best - 1, 0)], coarse[min(best + 1, len(coarse) - 1)])
    fine = minimize_scalar(falls_short, bounds=bounds, method="bounded", options={"xatol": 2e-3})
    return -min(float(fine.fun), tried[best])


def _along_m(position: NDArray[np.float64]) -> float:
    """Return the way over ground of positions `(n, 3)`; beyond the antipode it goes on growing."""
    unit = position / np.linalg.norm(position, axis=1, keepdims=True)
    chord = np.linalg.norm(np.diff(unit, axis=0), axis=1)
    return float(EARTH_M * (2.0 * np.arcsin(np.minimum(0.5 * chord, 1.0))).sum())


def shapes(apogee_m: float, distance_m: float) -> dict[Shape, float]:
    """Return the probability of each shape, over what rounding leaves open."""
    apogees, distances = _drawn(apogee_m, distance_m)
    ratio = apogees / _least_apogee(distances)
    lofted, depressed = float((ratio > LOFTED).mean()), float((ratio < 1.0 / LOFTED).mean())
    return {
        "lofted": lofted,
        "minimum-energy": 1.0 - lofted - depressed,
        "depressed": depressed,
    }


def step_m(value_m: float) -> float:
    """Return the step to which a recorded height or distance was rounded, as its digits show it.

    >>> [step_m(km * 1e3) / 1e3 for km in (6648, 410, 350, 50, 6000)]
    [1.0, 10.0, 50.0, 50.0, 100.0]
    """
    km = round(value_m / 1e3)
    if km >= 1_000 and km % 100 == 0:
        return 100e3
    return 50e3 if km % 50 == 0 else 10e3 if km % 10 == 0 else 1e3


def _drawn(apogee_m: float, distance_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(0)
    apogee = apogee_m + step_m(apogee_m) * rng.uniform(-0.5, 0.5, _DRAWS)
    distance = distance_m + step_m(distance_m) * rng.uniform(-0.5, 0.5, _DRAWS)
    return np.maximum(apogee, 1e3), np.maximum(distance, 1e3)


def _least_apogee(distance_m: ArrayLike) -> NDArray[np.float64]:
    half = 0.5 * np.asarray(distance_m, np.float64) / EARTH_M
    found: NDArray[np.float64] = (
        0.5 * EARTH_M * (1.0 + np.sin(half)) + 0.5 * EARTH_M * np.cos(half) - EARTH_M
    )
    return found


def _arc_speed(apogee_m: ArrayLike, distance_m: ArrayLike) -> NDArray[np.float64]:
    """Return the speed of the arc with an apogee and a distance, over a still Earth without air."""
    half = 0.5 * np.asarray(distance_m, np.float64) / EARTH_M
    top = EARTH_M + np.asarray(apogee_m, np.float64)
    e = (top - EARTH_M) / (top - EARTH_M * np.cos(half))
    found: NDArray[np.float64] = np.sqrt(MU * (2.0 / EARTH_M - (1.0 + e) / top))
    return found


def _range_at(speed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least-energy range at speeds (Wheelon 1959, equation 20)."""
    q = np.minimum(speed**2 * EARTH_M / MU, 1.0)
    found: NDArray[np.float64] = 2.0 * EARTH_M * np.arcsin(q / (2.0 - q))
    return found


def _speed_for(range_m: float) -> float:
    """Return the least speed for a range: the inverse of `_range_at`."""
    s = math.sin(min(0.5 * range_m / EARTH_M, 0.5 * math.pi))
    return math.sqrt(2.0 * s / (1.0 + s) * MU / EARTH_M)
