"""The flight that fits: a notional missile with a given apogee and ground range.

Three unknowns, speed, tilt and heading, for apogee, range and the bearing of the impact: found
by Newton's rule from the nearest of a grid of flights. A high flight must head east of its impact,
which the Earth carries along meanwhile. Where the family has no flight, the answer says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.flight.notional import (
    BRISK_ACCELERATION,
    BRISK_RANGE_M,
    MEAN_ACCELERATION,
    notional,
)
from trilogue.analysis.flight.simulate import Trajectory, simulate

__all__ = ["NoFlight", "fit"]

TOLERANCE = 4e-3
"""Of apogee and range: finer than the record states them."""
_SPEEDS = np.geomspace(900.0, 9_600.0, 26)
_TILTS = np.array([0.3, 0.7, 1.2, 2, 3, 4.5, 6, 8, 11, 15, 20, 26, 33, 41, 50, 60, 70])
_ROUNDS = 25
_STEEPEST = 80.0
_PROBES = (1e-2, 2e-2, 2e-2)
_ROUGH = (1.0, 5.0)
_COARSE = (0.2, 2.0)
_FINE = (0.1, 0.5)


@dataclass(frozen=True, slots=True)
class NoFlight:
    """No ballistic flight of the notional family has this apogee and range."""

    reason: str


def fit(
    apogee_m: float,
    range_m: float,
    latitude: float,
    longitude: float,
    bearing_deg: float,
    name: str = "notional",
) -> Trajectory | NoFlight:
    """Return the flight from a place in degrees that comes down at a range along a bearing.

    Apogee and range are met to four parts in a thousand, the bearing to as many radians.

    Low and short flights that no missile of the common boost allowance makes are tried with the
    brisk one.
    """
    if not (apogee_m > 0.0 and range_m > 0.0):
        return NoFlight(f"apogee {apogee_m:g} m and range {range_m:g} m are not both positive")
    wanted = np.array([math.log(apogee_m), math.log(range_m), math.radians(bearing_deg)])
    for acceleration in (MEAN_ACCELERATION, BRISK_ACCELERATION):
        family = _Family(latitude, longitude, name, acceleration)
        found = _search(family, wanted)
        if found is not None:
            return found
        if range_m > BRISK_RANGE_M:
            break
    return NoFlight(_why(apogee_m, range_m))


@dataclass(frozen=True, slots=True)
class _Family:
    """Flights from one place, by the logarithms of speed and tilt, and the heading in radians."""

    latitude: float
    longitude: float
    name: str
    acceleration: float

    def fly(
        self, at: NDArray[np.float64], steps: tuple[float, float] = _COARSE
    ) -> Trajectory | None:
        delta_v, tilt = math.exp(at[0]), math.exp(at[1])
        if tilt > _STEEPEST:
            return None
        try:
            return simulate(
                notional(delta_v, tilt, self.name, self.acceleration),
                self.latitude,
                self.longitude,
                math.degrees(at[2]),
                step_s=steps[0],
                coast_step_s=steps[1],
            )
        except ValueError:
            return None


def _search(family: _Family, wanted: NDArray[np.float64]) -> Trajectory | None:
    grid, reached = _grid(family.acceleration)
    distance = np.abs(reached - wanted[:2]).sum(axis=1)
    point = np.append(np.log(grid[int(np.nanargmin(distance))]), wanted[2])
    flight = family.fly(point)
    for _ in range(_ROUNDS):
        if flight is None:
            break
        miss = _miss(wanted, flight)
        if np.abs(miss).max() < TOLERANCE / 2.0:
            break
        step = _newton(family, point, flight, wanted)
        if step is None:
            break
        # Half of a step that leaves the family, or makes matters worse, is tried next.
        for shorter in (1.0, 0.5, 0.25, 0.1):
            tried = family.fly(point + shorter * step)
            if tried is not None and np.abs(_miss(wanted, tried)).sum() < np.abs(miss).sum():
                point, flight = point + shorter * step, tried
                break
        else:
            break
    final = None if flight is None else family.fly(point, _FINE)
    if final is None or np.abs(_miss(wanted, final)).max() > TOLERANCE:
        return None
    return final


def _newton(
    family: _Family, point: NDArray[np.float64], flight: Trajectory, wanted: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    base, columns = _miss(wanted, flight), []
    for axis, h in enumerate(_PROBES):
        moved = point.copy()
        moved[axis] += h
        beside = family.fly(moved)
        if beside is None:
            return None
        columns.append((base - _miss(wanted, beside)) / h)
    slope = np.column_stack(columns)
    if abs(np.linalg.det(slope)) < 1e-9:
        return None
    step: NDArray[np.float64] = np.clip(np.linalg.solve(slope, base), -0.4, 0.4)
    return step


def _why(apogee_m: float, range_m: float) -> str:
    ratio = apogee_m / range_m
    shape = f"apogee {apogee_m / 1e3:.0f} km at range {range_m / 1e3:.0f} km"
    if ratio < 0.2:
        return f"{shape}: too low for its range to be ballistic; it will have glided or pulled up"
    return f"{shape}: no ballistic flight has both"


def _numbers(flight: Trajectory) -> NDArray[np.float64]:
    return np.log([flight.apogee_m, max(flight.range_m, 1.0)])


def _miss(wanted: NDArray[np.float64], flight: Trajectory) -> NDArray[np.float64]:
    """Return by how much apogee, range (logarithms) and bearing (radians) fall short."""
    turn = wanted[2] - math.radians(flight.bearing_deg)
    return np.append(wanted[:2] - _numbers(flight), math.remainder(turn, 2.0 * math.pi))


@cache
def _grid(acceleration: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return speeds and tilts `(n, 2)`, and what flights from the middle of Korea reach."""
    family = _Family(40.0, 127.0, "", acceleration)
    grid = np.array([(s, t) for s in _SPEEDS for t in _TILTS])
    reached = np.full(grid.shape, np.nan)
    for i, row in enumerate(np.log(grid)):
        flight = family.fly(np.append(row, math.radians(80.0)), _ROUGH)
        if flight is not None and not flight.burning[-2]:
            reached[i] = _numbers(flight)
    return grid, reached
