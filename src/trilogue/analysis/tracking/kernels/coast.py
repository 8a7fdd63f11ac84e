"""Kernels of the free flight: a whole stretch of plots as one normal equation, and the fall.

Free flight has no noise of its own, so all plots since the cut-off bear on one state. It is kept as
`y` `(7 + nb,)`: position, velocity, logarithm of drag area over mass, then the sensors' biases.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel
from trilogue.analysis.tracking.kernels.dynamics import (
    CORE,
    REENTRY,
    propagate,
)
from trilogue.analysis.tracking.kernels.measurement import QUANTITIES, expected
from trilogue.analysis.tracking.kernels.motion import FLATTENING, RADIUS

__all__ = ["FREE", "advance", "altitude", "fall", "linearise"]

FREE = 7
"""Elements of a state in free flight, before the biases."""

AIR_STEP = 0.5
SPACE_STEP = 4.0
"""Integration steps in the air and above it, seconds: both keep the position to a millimetre."""
AIR = 130_000.0
_BISECTIONS = 40
_LOG_2PI = math.log(2.0 * math.pi)


@kernel
def altitude(x: NDArray[np.float64]) -> float:
    """Return the height above the ellipsoid, good to decimetres at any height."""
    r = math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
    s2 = x[2] * x[2] / (r * r)
    surface = RADIUS * (1.0 - FLATTENING * s2 * (1.0 + 1.5 * FLATTENING * (1.0 - s2)))
    # The normal leans away from the radius: its foot is nearer, by the square of the angle.
    lean = 2.0 * FLATTENING * FLATTENING * s2 * (1.0 - s2)
    return float((r - surface) * (1.0 - lean * RADIUS / r))


@kernel
def advance(x: NDArray[np.float64], dt: float, phi: NDArray[np.float64]) -> None:
    """Move a state `(10,)` in free flight by `dt` of either sign, and `phi` `(6, 7)` with it.

    `phi` are the derivatives of position and velocity by those at some epoch and by the drag.
    """
    f = np.empty((9, CORE))
    old = np.empty((6, FREE))
    left = dt
    while abs(left) > 1e-9:
        most = AIR_STEP if altitude(x) < AIR else SPACE_STEP
        h = min(max(left, -most), most)
        propagate(REENTRY, x, h, f)
        old[:] = phi
        for i in range(6):
            for j in range(FREE):
                total = f[i, 9] if j == 6 else 0.0
                for m in range(6):
                    total += f[i, m] * old[m, j]
                phi[i, j] = total
        left -= h


@kernel
def linearise(
    y: NDArray[np.float64],
    epoch: float,
    time: NDArray[np.float64],
    sensor: NDArray[np.int64],
    values: NDArray[np.float64],
    sd: NDArray[np.float64],
    geometry: NDArray[np.float64],
    bias: NDArray[np.int64],
    info: NDArray[np.float64],
    score: NDArray[np.float64],
) -> float:
    """Write what plots say of a state: information `(n, n)`, score `(n,)`; return the likelihood.

    `y` holds at `epoch`, `time` does not fall and starts at or after it; `bias` is where a sensor's
    biases stand in `y`, or -1. Gauss–Newton: second derivatives of the model are left out.
    """
    x = np.zeros(CORE + BIAS_ROOM)
    for i in range(6):
        x[i] = y[i]
    x[9] = y[6]
    phi = np.zeros((6, FREE))
    for i in range(6):
        phi[i, i] = 1.0
    info[:] = 0.0
    score[:] = 0.0
    loglik = 0.0
    z = np.empty(QUANTITIES)
    h = np.empty((QUANTITIES, 6))
    row = np.empty(FREE + BIAS_ROOM)
    at = np.empty(FREE + BIAS_ROOM, np.int64)
    for j in range(FREE):
        at[j] = j
    now = epoch
    for k in range(len(time)):
        if time[k] > now:
            advance(x[:CORE], time[k] - now, phi)
            now = time[k]
        b = bias[sensor[k]]
        width = FREE
        if b >= 0:
            width += BIAS_ROOM
            for j in range(BIAS_ROOM):
                x[CORE + j] = y[b + j]
                at[FREE + j] = b + j
        expected(x, geometry[sensor[k]], CORE if b >= 0 else -1, z, h)
        for q in range(QUANTITIES):
            if math.isnan(values[k, q]):
                continue
            residual = values[k, q] - z[q]
            if q < 2:
                residual -= 2.0 * math.pi * math.floor(residual / (2.0 * math.pi) + 0.5)
            for j in range(FREE):
                total = 0.0
                for m in range(6):
                    total += h[q, m] * phi[m, j]
                row[j] = total
            if b >= 0:
                for j in range(3):
                    row[FREE + j] = 1.0 if j == q else 0.0
                clock = 0.0
                for m in range(3):
                    clock -= h[q, m] * x[3 + m]
                row[FREE + 3] = clock
            w = 1.0 / (sd[k, q] * sd[k, q])
            loglik -= 0.5 * (residual * residual * w - math.log(w) + _LOG_2PI)
            for i in range(width):
                score[at[i]] += w * row[i] * residual
                for j in range(i + 1):
                    info[at[i], at[j]] += w * row[i] * row[j]
    # Positions in `at` grow, so the sums above went to the lower triangle alone.
    for i in range(len(y)):
        for j in range(i):
            info[j, i] = info[i, j]
    return loglik


BIAS_ROOM = 4


@kernel
def fall(x: NDArray[np.float64], longest: float, ground: float, top: NDArray[np.float64]) -> float:
    """Let a state `(10,)` fly freely, in place, until it is down; return the seconds, or -1.

    `top` `(2,)` takes the greatest height above the ellipsoid (m) from here on, and its time.
    """
    f = np.empty((9, CORE))
    before = np.empty(CORE)
    t = 0.0
    h0 = altitude(x)
    h1 = h0
    top[0], top[1] = h0, 0.0
    dt0 = 0.0
    while t < longest:
        before[:] = x
        dt = AIR_STEP if h1 < AIR else SPACE_STEP
        propagate(REENTRY, x, dt, f)
        h2 = altitude(x)
        if h2 < ground:
            low, high = 0.0, dt
            for _ in range(_BISECTIONS):
                dt = 0.5 * (low + high)
                x[:] = before
                propagate(REENTRY, x, dt, f)
                if altitude(x) < ground:
                    high = dt
                else:
                    low = dt
            return t + dt
        t += dt
        if h1 >= h0 and h1 >= h2 and dt0 > 0.0:
            # The top of the parabola through the last three heights.
            s0, s1 = (h1 - h0) / dt0, (h2 - h1) / dt
            c = (s1 - s0) / (dt + dt0)
            slope = s0 + c * dt0
            top[0] = h1 - slope * slope / (4.0 * c) if c < 0.0 else h1
            top[1] = t - dt - (slope / (2.0 * c) if c < 0.0 else 0.0)
        elif h2 > top[0]:
            top[0], top[1] = h2, t
        h0, h1, dt0 = h1, h2, dt
    return -1.0
