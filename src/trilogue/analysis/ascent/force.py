"""Specific force along the path, from height and speed: what an engine does, or the air.

The energy of motion relative to the turning Earth (the Jacobi integral; Goldstein, Classical
Mechanics, 3rd ed., section 3.12) changes by nothing but thrust and drag: gravity and the apparent
forces conserve it. Its rate over the speed is the force per mass along the path. Free flight is
zero, whatever the direction of flight; no direction need be known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.flight.gravity import MU

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.ascent.telemetry import Telemetry

__all__ = ["MEAN_RADIUS_M", "energy", "energy_sd", "specific_force"]

MEAN_RADIUS_M = 6_371_000.0
_UNIFORM = 1.0 / np.sqrt(12.0)
_SCATTER = 2.0
"""Numbers read off a screen also lag and jump: their errors are taken as twice the rounding's."""
_LEAST = 4
_DISTINCT = 6
_WIDEST_S = 8.0


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


def specific_force(
    shown: Telemetry, width_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the force per mass along the path at each row, and its standard deviation, m/s².

    The rate of speed comes from the straight line through the rows within half of `width_s`. The
    rate of height, through which gravity slows, comes from a parabola over as many rows as hold
    `_DISTINCT` different heights: shown in coarse steps, it needs longer. NaN where rows are few.
    """
    n = len(shown.time)
    force, sd = np.full(n, np.nan), np.full(n, np.inf)
    pull = MU / (MEAN_RADIUS_M + shown.height) ** 2
    for i in range(n):
        near = _within(shown, i, 0.5 * width_s)
        t = shown.time[near] - shown.time[i]
        if len(t) < _LEAST or np.ptp(t) < 0.5 * width_s:
            continue
        middle = t - t.mean()
        weight = float(middle @ middle)
        rate = float(middle @ shown.speed[near]) / weight
        rate_sd = _SCATTER * shown.speed_step * _UNIFORM / np.sqrt(weight)
        climb, climb_sd = _climb(shown, i, 0.5 * width_s)
        speed = max(float(shown.speed[near].mean()), 1.0)
        force[i] = rate + pull[i] * climb / speed
        sd[i] = np.hypot(rate_sd, pull[i] * climb_sd / speed)
    return force, sd


def _within(shown: Telemetry, i: int, half: float) -> slice:
    low = np.searchsorted(shown.time, shown.time[i] - half)
    high = np.searchsorted(shown.time, shown.time[i] + half, side="right")
    return slice(int(low), int(high))


def _climb(shown: Telemetry, i: int, half: float) -> tuple[float, float]:
    """Return the rate of height at a row and its standard deviation, m/s."""
    while True:
        near = _within(shown, i, half)
        heights = shown.height[near]
        distinct = len(np.unique(heights))
        if (distinct >= _DISTINCT and len(heights) >= _LEAST) or half >= _WIDEST_S:
            break
        half *= 1.4
    t = shown.time[near] - shown.time[i]
    design = np.column_stack([np.ones_like(t), t, t * t])
    if len(t) < _LEAST:
        return 0.0, np.inf
    inverse = np.linalg.pinv(design.T @ design)
    # A height shown in coarse steps repeats itself: repeated errors do not average out.
    repeats = len(t) / max(distinct, 1)
    error = _SCATTER * float(shown.height_step[near].mean()) * _UNIFORM * np.sqrt(repeats)
    solution = inverse @ (design.T @ heights)
    return float(solution[1]), error * float(np.sqrt(inverse[1, 1]))
