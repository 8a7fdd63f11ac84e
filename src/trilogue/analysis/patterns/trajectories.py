"""Trajectories: lofted, near least energy or depressed, and how far the same missile would go.

Flights of the notional family (`flight.notional`) were simulated for every speed and tilt, and each
missile at its best tilt northward, where the turning Earth neither helps nor hinders: its
minimum-energy flight. The flight that fits a launch's apogee and distance lies between those of the
table (`tools/build_least_energy.py`), and so does the least speed of its missile; low and short
ones that no missile of the common boost makes are looked up among the brisk ones, as `flight.fit`
does.
The record rounds its numbers, and no notional missile is the real one; both widen the interval:

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
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import LinearNDInterpolator

from trilogue.analysis.flight.arc import LOFTED, Shape
from trilogue.analysis.flight.earth import MU
from trilogue.analysis.flight.notional import BRISK_RANGE_M
from trilogue.analysis.flight.record import Launch
from trilogue.analysis.patterns.intervals import LEVEL, Estimate

__all__ = [
    "FURTHEST_M", "SPEED_SD", "Trajectory", "best_estimates", "least_energy", "least_speeds",
    "shapes", "speed_for", "step_m", "trajectory",
]  # fmt: skip

SPEED_SD = 0.023
EARTH_M = 6_371e3
FURTHEST_M = math.pi * EARTH_M
_DRAWS = 2_000
_SURELY_DEPRESSED = 0.5
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
    far = least_energy(launch.apogee_m, launch.distance_m)
    share = shapes(launch.apogee_m, launch.distance_m)
    shape = max(share, key=lambda one: share[one])
    return Trajectory(
        row=launch.row, missile_id=launch.missile_id, apogee_m=launch.apogee_m,
        distance_m=launch.distance_m, shape=shape, shape_probability=share[shape],
        least_energy_m=far, why="no-flight" if far is None else None,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def least_energy(apogee_m: float, distance_m: float) -> Estimate | None:
    """Return the range at least energy of what flew so, `None` when no ballistic flight fits."""
    found, error = least_speeds(np.array([apogee_m]), np.array([distance_m])), _speed_errors()
    if not np.isfinite(found[0]):
        return None
    rounded = least_speeds(*_drawn(apogee_m, distance_m))
    # Where rounding leaves the family, the flights that stay in it speak.
    rounded = np.where(np.isfinite(rounded), rounded, found[0])
    tails = [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0]
    low, high = np.quantile(_range_at(rounded * error), tails)
    # What flew a distance can fly it.
    least = distance_m - step_m(distance_m) / 2.0
    three = (
        min(max(float(x), least), FURTHEST_M)
        for x in (_range_at(found)[0], float(low), float(high))
    )
    return Estimate(*three)


def least_speeds(
    apogee_m: NDArray[np.float64], distance_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return least speeds in m/s of the missiles that flew so, `(n,)`; NaN where no flight fits."""
    at = np.column_stack([np.log(apogee_m), np.log(distance_m)])
    common, brisk = _tables()
    found = common(at)
    short = ~np.isfinite(found) & (distance_m <= BRISK_RANGE_M)
    if short.any():
        found[short] = brisk(at[short])
    speeds: NDArray[np.float64] = np.exp(found)
    return speeds


@cache
def _tables() -> tuple[LinearNDInterpolator, LinearNDInterpolator]:
    with (resources.files(__package__) / "data" / "least_energy.npz").open("rb") as file:
        rows = np.load(file)
        tables = [rows[name].astype(np.float64) for name in ("common", "brisk")]
    return tuple(LinearNDInterpolator(t[:, :2], t[:, 2]) for t in tables)


@cache
def _speed_errors() -> NDArray[np.float64]:
    rng = np.random.default_rng(1)
    return np.exp(rng.normal(0.0, SPEED_SD, _DRAWS))


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


def _range_at(speed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least-energy range at speeds (Wheelon 1959, equation 20)."""
    q = np.minimum(speed**2 * EARTH_M / MU, 1.0)
    found: NDArray[np.float64] = 2.0 * EARTH_M * np.arcsin(q / (2.0 - q))
    return found


def speed_for(range_m: float) -> float:
    """Return the least speed for a range: the inverse of `_range_at`."""
    s = math.sin(min(0.5 * range_m / EARTH_M, 0.5 * math.pi))
    return math.sqrt(2.0 * s / (1.0 + s) * MU / EARTH_M)


def best_estimates(flights: Iterable[tuple[str, float, float]]) -> dict[str, Estimate]:
    """Return for each class the estimate of its flight that would go furthest.

    Depressed ones aside. Flights are classes with apogee and distance in metres. It is what
    `reach.greatest` finds launch by launch, from counts.
    """
    rows = sorted(set(flights))
    if not rows:
        return {}
    at = np.array([row[1:] for row in rows])
    speeds = least_speeds(at[:, 0], at[:, 1])
    # What rounds to far below least energy is depressed whatever it was: most need no drawing.
    plain = np.isfinite(speeds) & (at[:, 0] > _SURELY_DEPRESSED * _least_apogee(at[:, 1]))
    found: dict[str, Estimate] = {}
    for k in np.argsort(-np.where(plain, speeds, 0.0))[: int(plain.sum())]:
        missile, apogee_m, distance_m = rows[int(k)]
        if missile in found:
            continue
        share = shapes(apogee_m, distance_m)
        if max(share, key=lambda one: share[one]) == "depressed":
            continue
        far = least_energy(apogee_m, distance_m)
        if far is not None:
            found[missile] = far
    return found
