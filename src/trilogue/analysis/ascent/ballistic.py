"""Free flight from height and speed alone: where the top is, and how well that is known.

Motion in the vertical plane relative to the turning Earth: gravity falls off with height, level
speed lifts (v²/r), and the Coriolis term lifts or presses, depending on a direction that nobody
tells. Its size, gravity at the place, the drag of what air is left, a faint steady push (venting,
control jets) and the way in which heights were cut are unknowns with priors, so what is not known
widens the answer instead of moving it.

Source: the most probable unknowns by Newton's steps, Bar-Shalom, Li, Kirubarajan 2001, section 3.7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.ascent.force import MEAN_RADIUS_M
from trilogue.analysis.ascent.rounding import blur, likelihood, slope
from trilogue.analysis.ascent.telemetry import COARSE_FROM_M
from trilogue.analysis.flight.atmosphere import density
from trilogue.analysis.flight.earth import EARTH_RATE, MU

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from trilogue.analysis.ascent.telemetry import Telemetry

__all__ = ["Apogee", "fit_coast"]

_CENTRIFUGAL = EARTH_RATE**2 * MEAN_RADIUS_M
# Unknowns beside height, climb and level speed, mean and standard deviation: Coriolis rate (any
# latitude and heading), what gravity at a place lacks of that of a round Earth at rest (any
# latitude), logarithm of mass over drag area (kg/m²), push along the path (m/s²), and the share of
# a step by which shown heights are too high (rounded 0, cut off -1/2).
_PRIOR = np.array([0.0, 0.5 * _CENTRIFUGAL, math.log(5_000.0), 0.0, 0.0])
_PRIOR_SD = np.array([math.sqrt(2.0) * EARTH_RATE, 0.5 * _CENTRIFUGAL, 1.0, 0.01, 0.35])
_ROUNDS = 3
_STRANGE_STEPS = 2.0
_STRANGE = np.array([150.0, 0.5])
"""Scatter of heights (m) and speeds (m/s) that no screen makes."""
_FINEST_MPS = 0.05
_LEAST_ROWS = 8
_LEAST_DAMPING = 1e-6
_LEAST_KNOWN = 0.01
"""Share of what normal errors would tell that is told at least, where all errors are in a step."""
_LONGEST_S = 3_600.0
_NUDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Apogee:
    """A predicted top: height and time, each with its standard deviation, metres and seconds.

    `strange`: the rows scatter about free flight by more than a screen that rounds. Something else
    acts, and the deviations are widened as much.
    """

    height_m: float
    height_sd_m: float
    time_s: float
    time_sd_s: float
    strange: bool


def fit_coast(shown: Telemetry) -> Apogee | None:
    """Predict the top of a free flight from its rows; `None` where they do not settle it.

    The vehicle may be rising, or past the top: then it is where it was.
    """
    if len(shown.time) < _LEAST_ROWS:
        return None
    # A trial far out may overflow: it is no better than the last, and is not taken.
    with np.errstate(over="ignore", invalid="ignore"):
        return _fit(shown)


def _fit(shown: Telemetry) -> Apogee | None:
    start = float(shown.time[0])
    t = shown.time - start
    n = len(t)
    guess = np.concatenate([_first_guess(shown, t), _PRIOR])
    scale = np.concatenate([[1e3, 10.0, 10.0], _PRIOR_SD])
    step = np.concatenate([shown.height_step, np.full(n, max(shown.speed_step, _FINEST_MPS))])
    weight = 1.0 / np.concatenate([_repeats(shown.height), _repeats(shown.speed)])

    def errors(z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return heights and speeds less what unknowns `(8, m)` give, `(2n, m)`."""
        p = guess[:, None] + z * scale[:, None]
        h, v = _fly(p, t)
        by_height = shown.height[:, None] - h - p[7] * shown.height_step[:, None]
        return np.concatenate([by_height, shown.speed[:, None] - v])

    blurs = np.ones(2)
    z = np.zeros(len(guess))
    for _ in range(_ROUNDS):
        sd = np.repeat(blurs, n) * step
        z, known, error = _solve(errors, z, step, sd, weight)
        parts = (slice(0, n), slice(n, 2 * n))
        blurs = np.array([blur(error[part], step[part], weight[part]) for part in parts])
    moved = z[:, None] + np.hstack([np.zeros((len(z), 1)), _NUDGE * np.eye(len(z))])
    tops = _tops(guess[:, None] + moved * scale[:, None])
    if tops is None:
        return None
    slopes = (tops[:, 1:] - tops[:, :1]) / _NUDGE
    if not np.all(np.isfinite(tops)) or not np.all(np.isfinite(known)):
        return None
    spread = slopes @ np.linalg.inv(known) @ slopes.T
    height = float(tops[0, 0])
    scatter = blurs * np.array([float(np.median(shown.height_step)), step[-1]])
    excess = np.where(blurs >= _STRANGE_STEPS, scatter / _STRANGE, 0.0).max()
    spread *= max(float(excess), 1.0) ** 2
    return Apogee(
        height_m=height,
        height_sd_m=math.hypot(math.sqrt(float(spread[0, 0])), _grain(shown, height)),
        time_s=start + float(tops[1, 0]),
        time_sd_s=math.hypot(math.sqrt(float(spread[1, 1])), float(np.median(np.diff(t)))),
        strange=bool(excess > 1.0),
    )


def _grain(shown: Telemetry, height: float) -> float:
    """Return how well a screen shows a height: no top is said to be known better than that."""
    coarse = shown.height_step[shown.height >= COARSE_FROM_M]
    usual = 1_000.0 if height >= COARSE_FROM_M else float(shown.height_step[-1])
    return (float(coarse[-1]) if len(coarse) else usual) / math.sqrt(12.0)


def _first_guess(shown: Telemetry, t: NDArray[np.float64]) -> list[float]:
    """Return height, climb and level speed at the first row, by parabolas through all."""
    climb = float(np.polyfit(t, shown.height, 2)[1])
    speed = float(np.polyfit(t, shown.speed, 2)[2])
    climb = float(np.clip(climb, -0.999 * speed, 0.999 * speed))
    return [float(shown.height[0]), climb, math.sqrt(max(speed**2 - climb**2, 1.0))]


def _repeats(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how often each shown value stands in a row: a repeated error is one error."""
    change = np.concatenate([[True], np.diff(values) != 0.0])
    group = np.cumsum(change) - 1
    return np.asarray(np.bincount(group)[group], np.float64)


def _solve(
    errors: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    z: NDArray[np.float64],
    step: NDArray[np.float64],
    sd: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the most probable unknowns, what is known of them `(8, 8)` and the errors left.

    Newton's steps, damped after Marquardt by the information that normal errors of the same size
    would hold: within a step the likelihood is flat and holds none.
    """
    count = len(z)
    known = np.concatenate([np.zeros(3), np.ones(count - 3)])
    usual = weight / (step**2 / 12.0 + sd**2)
    nudges = np.hstack([np.zeros((count, 1)), _NUDGE * np.eye(count)])

    def loss(error: NDArray[np.float64], at: NDArray[np.float64]) -> float:
        return float(0.5 * np.sum(known * at**2) - np.sum(weight * likelihood(error, step, sd)))

    damping = 1.0
    for _ in range(30):
        table = errors(z[:, None] + nudges)
        error = table[:, 0]
        jacobian = (table[:, 1:] - error[:, None]) / _NUDGE
        score, information = slope(error, step, sd)
        normal = jacobian.T @ (jacobian * (weight * information)[:, None]) + np.diag(known)
        gradient = known * z - jacobian.T @ (weight * score)
        model = jacobian.T @ (jacobian * usual[:, None])
        before, after = loss(error, z), np.inf
        for _ in range(10):
            trial = z - np.linalg.solve(normal + damping * model, gradient)
            after = loss(errors(trial[:, None])[:, 0], trial)
            if after <= before:
                z, damping = trial, max(damping / 10.0, _LEAST_DAMPING)
                break
            damping *= 10.0
        if not before - after > 1e-4:
            break
    return z, normal + _LEAST_KNOWN * model, error


@cache
def _air() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return heights and logarithms of density, a kilometre apart."""
    heights = np.arange(0.0, 500_000.0, 1_000.0)
    return heights, np.log([density(float(h)) for h in heights])


def _rates(p: NDArray[np.float64], s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the derivative of height, climb and level speed `(3, m)`."""
    h, up, across = s
    coriolis, lack, load, push = p[3:7]
    r = MEAN_RADIUS_M + h
    speed = np.hypot(up, across)
    along = push / np.maximum(speed, 1.0) - 0.5 * np.exp(np.interp(h, *_air()) - load) * speed
    return np.array(
        [
            up,
            -MU / r**2 + lack + across**2 / r + coriolis * across + along * up,
            -up * across / r - coriolis * up + along * across,
        ]
    )


def _step(
    p: NDArray[np.float64], s: NDArray[np.float64], a: NDArray[np.float64], dt: float
) -> NDArray[np.float64]:
    """Return the states a classical Runge–Kutta step later; `a` is their derivative."""
    b = _rates(p, s + 0.5 * dt * a)
    c = _rates(p, s + 0.5 * dt * b)
    d = _rates(p, s + dt * c)
    return np.asarray(s + dt / 6.0 * (a + 2.0 * b + 2.0 * c + d))


def _fly(
    p: NDArray[np.float64], t: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return heights and speeds `(n, m)` at rising times since the start, by cubic pieces."""
    step = float(np.clip(t[-1] / 60.0, 1.0, 10.0))
    count = math.ceil(float(t[-1]) / step) + 1
    states, slopes = np.empty((2, count + 1, 3, p.shape[1]))
    states[0] = p[:3]
    for k in range(count):
        slopes[k] = _rates(p, states[k])
        states[k + 1] = _step(p, states[k], slopes[k], step)
    slopes[count] = _rates(p, states[count])
    i = np.minimum((t / step).astype(np.int64), count - 1)
    s = (t / step - i)[:, None, None]
    y = _cubic(s, states[i], states[i + 1], slopes[i] * step, slopes[i + 1] * step)
    return y[:, 0], np.hypot(y[:, 1], y[:, 2])


def _cubic(
    s: NDArray[np.float64],
    y0: NDArray[np.float64],
    y1: NDArray[np.float64],
    d0: NDArray[np.float64],
    d1: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return Hermite's cubic at the share `s` of a step; slopes are per step."""
    return np.asarray(
        y0 + s * (d0 + s * (3.0 * (y1 - y0) - 2.0 * d0 - d1 + s * (2.0 * (y0 - y1) + d0 + d1)))
    )


def _tops(p: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return height and time since the start of the top `(2, m)`; it may lie before the start."""
    s = p[:3]
    direction = 1.0 if s[1, 0] > 0.0 else -1.0
    step = 2.0 * direction
    # A start just beside the top: some of the unknowns have it behind them already.
    a = _rates(p, s)
    s, t = _step(p, s, a, -step), -step
    tops, open_ = np.full((2, p.shape[1]), np.nan), np.ones(p.shape[1], bool)
    while np.any(open_):
        if abs(t) > _LONGEST_S:
            return None
        a = _rates(p, s)
        after = _step(p, s, a, step)
        b = _rates(p, after)
        here = open_ & (direction * after[1] <= 0.0)
        if np.any(here):
            low, high = np.zeros(p.shape[1]), np.ones(p.shape[1])
            for _ in range(40):
                middle = 0.5 * (low + high)
                rising = direction * _cubic(middle, s[1], after[1], a[1] * step, b[1] * step) > 0.0
                low, high = np.where(rising, middle, low), np.where(rising, high, middle)
            height = _cubic(low, s[0], after[0], a[0] * step, b[0] * step)
            tops[:, here] = np.array([height, t + low * step])[:, here]
            open_ &= ~here
        s, t = after, t + step
    return tops
