"""Specific force along the path, from height and speed: what an engine does, or the air.

The energy of motion relative to the turning Earth (the Jacobi integral; Goldstein, Classical
Mechanics, 3rd ed., section 3.12) changes by nothing but thrust and drag: gravity and the apparent
forces conserve it. Its rate over the speed is the force per mass along the path. Free flight is
zero, whatever the direction of flight; no direction need be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.flight.earth import MU

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.ascent.telemetry import Telemetry

__all__ = ["MEAN_RADIUS_M", "Force", "energy", "energy_sd", "specific_force"]

MEAN_RADIUS_M = 6_371_000.0
WIDTH_S = 3.0
"""Over which a rate of speed is measured, where rows are dense enough."""
_EVERY_S = 0.5
_UNIFORM = 1.0 / np.sqrt(12.0)
_SCATTER = 2.0
"""Numbers read off a screen also lag and jump: their errors are taken as twice the rounding's."""
_LEAST = 4
_DISTINCT = 6
_WIDEST_S = 8.0
_LEAST_SD = 0.1


@dataclass(frozen=True)
class Force:
    """Force per mass along the path at times `(k,)`, m/s², with deviation, height and speed there.

    Where rows are missing the force is NaN and its deviation infinite.
    """

    time: NDArray[np.float64]
    along: NDArray[np.float64]
    sd: NDArray[np.float64]
    height: NDArray[np.float64]
    speed: NDArray[np.float64]
    rate: NDArray[np.float64]
    """Of the speed, m/s², and its deviation."""
    rate_sd: NDArray[np.float64]


def energy(height: NDArray[np.float64], speed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return energy per mass, J/kg, above that of rest on the ground."""
    rise = MU / MEAN_RADIUS_M - MU / (MEAN_RADIUS_M + height)
    return np.asarray(0.5 * speed**2 + rise)


def energy_sd(shown: Telemetry) -> NDArray[np.float64]:
    """Return the standard deviation of each row's energy by the steps in which it was shown."""
    pull = MU / (MEAN_RADIUS_M + shown.height) ** 2
    by_height = pull * shown.height_step * _UNIFORM
    by_speed = np.maximum(shown.speed, 1.0) * shown.speed_step * _UNIFORM
    return np.asarray(_SCATTER * np.hypot(by_height, by_speed))


def specific_force(shown: Telemetry) -> Force:
    """Return the force per mass along the path, half a second apart, from the first row on.

    The rate of speed comes from the straight line through the rows of `WIDTH_S`, or of six
    intervals between rows that are further apart. The rate of height, through which gravity slows,
    comes from a parabola over as many rows as hold `_DISTINCT` different heights: shown in coarse
    steps, it needs longer. No climb is faster than the speed.
    """
    usual = float(np.median(np.diff(shown.time)))
    half = max(0.5 * WIDTH_S, 3.0 * usual)
    every = max(_EVERY_S, usual)
    count = int((shown.time[-1] - shown.time[0]) / every + 1e-9) + 1
    time = np.append(shown.time[0] + every * np.arange(count), shown.time[-1])
    along, sd = np.full(len(time), np.nan), np.full(len(time), np.inf)
    height, speed, rate, rate_sd = np.full((4, len(time)), np.nan)
    low = np.searchsorted(shown.time, time - half - 1e-9)
    high = np.searchsorted(shown.time, time + half + 1e-9, side="right")
    for k in np.flatnonzero(high - low >= _LEAST):
        at = float(time[k])
        near = slice(int(low[k]), int(high[k]))
        t, v = shown.time[near] - at, shown.speed[near]
        if t[-1] - t[0] < half or t[0] > usual or t[-1] < -usual:
            continue
        rate[k], rate_sd[k], level = _line(t, v, shown.speed_step)
        speed[k] = max(level, 1.0)
        height[k] = float(np.median(shown.height[near]))
        climb, climb_sd = _climb(shown, at, half)
        pull = MU / (MEAN_RADIUS_M + height[k]) ** 2
        along[k] = rate[k] + pull * float(np.clip(climb / speed[k], -1.0, 1.0))
        sd[k] = np.hypot(max(rate_sd[k], _LEAST_SD), pull * min(climb_sd / speed[k], 1.0))
    return Force(time, along, sd, height, speed, rate, rate_sd)


def _within(shown: Telemetry, at: float, half: float) -> slice:
    low = np.searchsorted(shown.time, at - half - 1e-9)
    high = np.searchsorted(shown.time, at + half + 1e-9, side="right")
    return slice(int(low), int(high))


def _line(
    t: NDArray[np.float64], v: NDArray[np.float64], step: float
) -> tuple[float, float, float]:
    """Return slope, its standard deviation, and mean of a line through all but wild rows."""
    for _ in range(2):
        middle = t - t.mean()
        weight = float(middle @ middle)
        slope = float(middle @ v) / weight
        off = np.abs(v - v.mean() - slope * middle)
        sound = off <= 5.0 * (np.median(off) + step)
        if np.all(sound) or np.count_nonzero(sound) < _LEAST:
            break
        t, v = t[sound], v[sound]
    repeats = len(v) / (1 + np.count_nonzero(np.diff(v)))
    return slope, _SCATTER * step * _UNIFORM * float(np.sqrt(repeats / weight)), float(v.mean())


def _climb(shown: Telemetry, at: float, half: float) -> tuple[float, float]:
    """Return the rate of height at a time and its standard deviation, m/s."""
    while True:
        near = _within(shown, at, half)
        heights = shown.height[near]
        changes = np.count_nonzero(np.diff(heights))
        if changes >= _DISTINCT - 1 or half >= _WIDEST_S:
            break
        half *= 1.4
    t = shown.time[near] - at
    if len(t) < _LEAST:
        return 0.0, np.inf
    t2 = t * t
    s0, s1, s2, s3, s4 = float(len(t)), t.sum(), t2.sum(), (t * t2).sum(), (t2 * t2).sum()
    normal = np.array([[s0, s1, s2], [s1, s2, s3], [s2, s3, s4]])
    right = np.array([heights.sum(), t @ heights, t2 @ heights])
    inverse = np.linalg.inv(normal + 1e-9 * np.eye(3))
    # A height shown in coarse steps repeats itself: repeated errors do not average out.
    repeats = len(t) / (1 + changes)
    error = _SCATTER * float(shown.height_step[near].mean()) * _UNIFORM * np.sqrt(repeats)
    return float(inverse[1] @ right), error * float(np.sqrt(inverse[1, 1]))
