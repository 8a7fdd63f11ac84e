"""What a sensor should measure of a state, and its partial derivatives.

Azimuth and elevation (rad), range (m) and range rate (m/s) in the sensor's east-north-up frame.
The sensor's biases are added to what it measures; its clock is ahead by the clock bias, so that a
plot stamped t shows the state at t less the bias.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel

__all__ = [
    "ANGLES",
    "BIASES",
    "GEOMETRY",
    "LOG_2PI",
    "QUANTITIES",
    "expected",
    "update_in",
    "update_plot",
]

QUANTITIES = 4
BIASES = 4
"""Of one sensor: azimuth, elevation, range, clock."""
GEOMETRY = 12
"""Numbers of one sensor: its ECEF position, then the rows east, north, up of its frame."""

LOG_2PI = math.log(2.0 * math.pi)
ANGLES = 2


@kernel
def expected(
    x: NDArray[np.float64],
    sensor: NDArray[np.float64],
    bias: int,
    z: NDArray[np.float64],
    h: NDArray[np.float64],
) -> None:
    """Write what is expected, `z` `(4,)`, and its derivatives by the first six elements, `(4, 6)`.

    `sensor` is `(12,)`; `bias` is where its four biases stand in `x`, or -1.
    """
    tau = x[bias + 3] if bias >= 0 else 0.0
    dx = x[0] - tau * x[3] - sensor[0]
    dy = x[1] - tau * x[4] - sensor[1]
    dz = x[2] - tau * x[5] - sensor[2]
    e = sensor[3] * dx + sensor[4] * dy + sensor[5] * dz
    n = sensor[6] * dx + sensor[7] * dy + sensor[8] * dz
    u = sensor[9] * dx + sensor[10] * dy + sensor[11] * dz
    flat2 = e * e + n * n
    flat = math.sqrt(flat2)
    r2 = flat2 + u * u
    r = math.sqrt(r2)
    dx, dy, dz = dx / r, dy / r, dz / r
    rate = dx * x[3] + dy * x[4] + dz * x[5]
    z[0] = math.atan2(e, n)
    z[1] = math.atan2(u, flat)
    z[2] = r
    z[3] = rate
    e2, n2 = e / flat2, n / flat2
    rise, fall_e, fall_n = flat / r2, u * e / (flat * r2), u * n / (flat * r2)
    for i in range(3):
        line = dx if i == 0 else (dy if i == 1 else dz)
        h[0, i] = n2 * sensor[3 + i] - e2 * sensor[6 + i]
        h[1, i] = rise * sensor[9 + i] - fall_e * sensor[3 + i] - fall_n * sensor[6 + i]
        h[2, i] = line
        h[3, i] = (x[3 + i] - rate * line) / r
        for q in range(3):
            h[q, 3 + i] = -tau * h[q, i]
        h[3, 3 + i] = line - tau * h[3, i]
    if bias >= 0:
        z[0] += x[bias]
        z[1] += x[bias + 1]
        z[2] += x[bias + 2]


@kernel
def update_plot(
    x: NDArray[np.float64],
    p: NDArray[np.float64],
    sensor: NDArray[np.float64],
    bias: int,
    z: NDArray[np.float64],
    sd: NDArray[np.float64],
) -> float:
    """Take a plot into a state `(n,)` and covariance `(n, n)`, in place; return its log-likelihood.

    The errors of a plot's quantities are independent, so they are taken in one after the other,
    all linearised at the state before the first: the same as taking them together (Bar-Shalom et
    al. 2001, section 7.3.2), without a matrix to invert. NaN marks what was not measured.
    """
    return update_in(x, p, sensor, bias, z, sd, np.empty((5, 6)), np.empty((5, len(x))))


@kernel
def update_in(
    x: NDArray[np.float64],
    p: NDArray[np.float64],
    sensor: NDArray[np.float64],
    bias: int,
    z: NDArray[np.float64],
    sd: NDArray[np.float64],
    h: NDArray[np.float64],
    u: NDArray[np.float64],
) -> float:
    """Do as `update_plot`, with work arrays `h` `(5, 6)` and `u` `(5, n)`.

    A quantity that is taken in leaves a row of `u` and a number w: the covariance after all is P
    less the sum of u uᵀ, and the state x plus the sum of w u. Both are written at the end.
    """
    n = len(x)
    seen, weight = h[4], u[4]
    expected(x, sensor, bias, seen, h)
    # Without a clock, velocity has no say in angles and range.
    wide = 3 if bias < 0 else 6
    loglik = 0.0
    taken = 0
    for q in range(QUANTITIES):
        if math.isnan(z[q]):
            continue
        if q == 3:
            wide = 6
        innovation = z[q] - seen[q]
        if q < ANGLES:
            innovation -= 2.0 * math.pi * math.floor(innovation / (2.0 * math.pi) + 0.5)
        clock = 0.0
        if bias >= 0:
            for i in range(3):
                clock -= h[q, i] * x[3 + i]
        own = u[taken]
        for i in range(n):
            total = p[i, 0] * h[q, 0] + p[i, 1] * h[q, 1] + p[i, 2] * h[q, 2]
            if wide == 6:
                total += p[i, 3] * h[q, 3] + p[i, 4] * h[q, 4] + p[i, 5] * h[q, 5]
            own[i] = total
        if bias >= 0:
            for i in range(n):
                if q < 3:
                    own[i] += p[i, bias + q]
                own[i] += clock * p[i, bias + 3]
        for k in range(taken):
            share = _seen_of(u[k], h, q, wide, bias, clock)
            innovation -= share * weight[k]
            for i in range(n):
                own[i] -= share * u[k, i]
        s = sd[q] * sd[q] + _seen_of(own, h, q, wide, bias, clock)
        loglik -= 0.5 * (innovation * innovation / s + math.log(s) + LOG_2PI)
        scale = 1.0 / math.sqrt(s)
        for i in range(n):
            own[i] *= scale
        weight[taken] = innovation * scale
        taken += 1
    if taken == 0:
        return 0.0
    # Three at once, as radars have them: what is missing is nil.
    for k in range(taken, 3):
        weight[k] = 0.0
        for i in range(n):
            u[k, i] = 0.0
    for i in range(n):
        a, b, c = u[0, i], u[1, i], u[2, i]
        x[i] += weight[0] * a + weight[1] * b + weight[2] * c
        for j in range(n):
            p[i, j] -= a * u[0, j] + b * u[1, j] + c * u[2, j]
    if taken > 3:
        for i in range(n):
            x[i] += weight[3] * u[3, i]
            for j in range(n):
                p[i, j] -= u[3, i] * u[3, j]
    return loglik


@kernel
def _seen_of(
    y: NDArray[np.float64], h: NDArray[np.float64], q: int, wide: int, bias: int, clock: float
) -> float:
    """Return what quantity `q` shows of a change `y` of the state."""
    total = h[q, 0] * y[0] + h[q, 1] * y[1] + h[q, 2] * y[2]
    if wide == 6:
        total += h[q, 3] * y[3] + h[q, 4] * y[4] + h[q, 5] * y[5]
    if bias >= 0:
        if q < 3:
            total += y[bias + q]
        total += clock * y[bias + 3]
    return float(total)
