"""How far a missile goes at its best: the flight that needs least energy, by simulation.

Only the tool that makes the table of `trajectories`, and those who check it, fly this.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from trilogue.analysis.flight.missile import Missile
from trilogue.analysis.flight.simulate import simulate
from trilogue.analysis.patterns.trajectories import EARTH_M, FURTHEST_M

__all__ = ["furthest_m"]

_STEPS = (0.5, 3.0)


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
