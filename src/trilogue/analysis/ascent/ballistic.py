"""Free flight from height and speed alone: where the top is, and how well that is known.

Motion in the vertical plane relative to the turning Earth: gravity falls off with height, level
speed lifts (v²/r), and the Coriolis term lifts or presses, depending on a direction that nobody
tells. Its size, the centrifugal term and the drag of what air is left are unknowns with priors,
so what is not known widens the answer instead of moving it.

Source: Gauss–Newton with priors, Bar-Shalom, Li, Kirubarajan 2001, section 3.7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares

from trilogue.analysis.ascent.force import MEAN_RADIUS_M
from trilogue.analysis.flight.atmosphere import density
from trilogue.analysis.flight.gravity import EARTH_RATE, MU

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.ascent.telemetry import Telemetry

__all__ = ["Apogee", "fit_coast"]

STEP_S = 1.0
# Priors, mean and standard deviation: Coriolis rate (any latitude and heading), centrifugal
# acceleration (any latitude), logarithm of mass over drag area (kg/m²).
_PRIOR = np.array([0.0, 0.5 * EARTH_RATE**2 * MEAN_RADIUS_M, math.log(5_000.0)])
_PRIOR_SD = np.array([math.sqrt(2.0) * EARTH_RATE, 0.3 * EARTH_RATE**2 * MEAN_RADIUS_M, 1.0])
_OFFSET = 0.5
"""Shown heights may be cut off instead of rounded: they share an error of up to half a step."""
_LONGEST_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Apogee:
    """A predicted top: height and time, each with its standard deviation, metres and seconds.

    `misfit` is chi-squared per degree of freedom: much above one, it was no free flight.
    """

    height_m: float
    height_sd_m: float
    time_s: float
    time_sd_s: float
    misfit: float


def fit_coast(shown: Telemetry) -> Apogee | None:
    """Predict the top of a free flight from its rows; `None` where they do not settle it.

    The vehicle may be rising, or past the top: then it is where it was.
    """
    if len(shown.time) < 8:
        return None
    start = float(shown.time[0])
    t = shown.time - start
    height_sd = shown.height_step / math.sqrt(12.0) * np.sqrt(_repeats(shown))
    speed_sd = max(shown.speed_step, 0.05) / math.sqrt(12.0) * 2.0
    coarsest = float(shown.height_step.max())
    slope = np.polyfit(t, shown.height, min(2, len(t) - 1))
    climb = float(np.polyval(np.polyder(slope), 0.0))
    speed = float(np.polyval(np.polyfit(t, shown.speed, min(2, len(t) - 1)), 0.0))
    climb = float(np.clip(climb, -0.999 * speed, 0.999 * speed))
    across = math.sqrt(max(speed**2 - climb**2, 1.0))
    guess = np.concatenate([[float(shown.height[0]), climb, across], _PRIOR, [0.0]])
    scale = np.array([1e3, 10.0, 10.0, *_PRIOR_SD, _OFFSET * coarsest])

    def residuals(z: NDArray[np.float64]) -> NDArray[np.float64]:
        p = guess + z * scale
        h, v = _fly(p[:6], t)
        return np.concatenate(
            [
                (shown.height - h - p[6]) / height_sd,
                (shown.speed - v) / speed_sd,
                (p[3:6] - _PRIOR) / _PRIOR_SD,
                [p[6] / (_OFFSET * coarsest)],
            ]
        )

    found = least_squares(residuals, np.zeros(7), loss="huber", f_scale=3.0, max_nfev=60)
    if not found.success:
        return None
    covariance = np.linalg.inv(found.jac.T @ found.jac)
    misfit = float(np.mean(residuals(found.x)[:-4] ** 2))
    # What the rows scatter more than their steps explain widens what is made of them.
    covariance *= max(misfit, 1.0)
    best = guess + found.x * scale
    top = _top(best[:6])
    if top is None:
        return None
    slopes = np.zeros((2, 7))
    for k in range(6):
        moved = found.x.copy()
        moved[k] += 1e-3
        beside = _top((guess + moved * scale)[:6])
        if beside is None:
            return None
        slopes[:, k] = (np.array(beside) - np.array(top)) / 1e-3
    spread = slopes @ covariance @ slopes.T
    return Apogee(
        height_m=top[0],
        height_sd_m=math.sqrt(float(spread[0, 0])),
        time_s=start + top[1],
        time_sd_s=math.sqrt(float(spread[1, 1])),
        misfit=misfit,
    )


def _repeats(shown: Telemetry) -> NDArray[np.float64]:
    """Return how often each shown height stands in a row: a repeated error is one error."""
    change = np.concatenate([[True], np.diff(shown.height) != 0.0])
    group = np.cumsum(change) - 1
    return np.asarray(np.bincount(group)[group], np.float64)


def _rates(p: NDArray[np.float64], s: NDArray[np.float64]) -> NDArray[np.float64]:
    h, up, across = s
    coriolis, lift, load = p[3], p[4], p[5]
    r = MEAN_RADIUS_M + h
    drag = 0.5 * density(max(float(h), 0.0)) * math.hypot(up, across) / math.exp(load)
    return np.array(
        [
            up,
            -MU / r**2 + lift + across**2 / r + coriolis * across - drag * up,
            -up * across / r - coriolis * up - drag * across,
        ]
    )


def _step(p: NDArray[np.float64], s: NDArray[np.float64], dt: float) -> NDArray[np.float64]:
    a = _rates(p, s)
    b = _rates(p, s + 0.5 * dt * a)
    c = _rates(p, s + 0.5 * dt * b)
    d = _rates(p, s + dt * c)
    return np.asarray(s + dt / 6.0 * (a + 2.0 * b + 2.0 * c + d))


def _fly(
    p: NDArray[np.float64], t: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return heights and speeds at rising times since the start, by cubic pieces of a second."""
    count = math.ceil(float(t[-1]) / STEP_S) + 1
    states = np.empty((count + 1, 3))
    slopes = np.empty((count + 1, 3))
    states[0] = p[:3]
    for k in range(count):
        slopes[k] = _rates(p, states[k])
        states[k + 1] = _step(p, states[k], STEP_S)
    slopes[count] = _rates(p, states[count])
    i = np.minimum((t / STEP_S).astype(np.int64), count - 1)
    s = (t / STEP_S - i)[:, None]
    y0, y1, d0, d1 = states[i], states[i + 1], slopes[i] * STEP_S, slopes[i + 1] * STEP_S
    y = y0 + s * (d0 + s * (3 * (y1 - y0) - 2 * d0 - d1 + s * (2 * (y0 - y1) + d0 + d1)))
    return y[:, 0], np.hypot(y[:, 1], y[:, 2])


def _top(p: NDArray[np.float64]) -> tuple[float, float] | None:
    """Return height and time since the start of the top; time may lie before the start."""
    s, t = p[:3].copy(), 0.0
    direction = 1.0 if s[1] > 0.0 else -1.0
    while direction * s[1] > 0.0:
        if abs(t) > _LONGEST_S:
            return None
        after = _step(p, s, direction * STEP_S)
        if direction * after[1] <= 0.0:
            low, high = 0.0, STEP_S
            for _ in range(40):
                middle = 0.5 * (low + high)
                if direction * _step(p, s, direction * middle)[1] > 0.0:
                    low = middle
                else:
                    high = middle
            return float(_step(p, s, direction * low)[0]), t + direction * low
        s, t = after, t + direction * STEP_S
    return float(s[0]), t
