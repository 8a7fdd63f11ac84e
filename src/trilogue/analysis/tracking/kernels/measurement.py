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

__all__ = ["BIASES", "GEOMETRY", "QUANTITIES", "expected", "update_plot"]

QUANTITIES = 4
BIASES = 4
"""Of one sensor: azimuth, elevation, range, clock."""
GEOMETRY = 12
"""Numbers of one sensor: its ECEF position, then the rows east, north, up of its frame."""

_LOG_2PI = math.log(2.0 * math.pi)
_ANGLES = 2


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
    d = np.empty(3)
    for i in range(3):
        d[i] = x[i] - tau * x[3 + i] - sensor[i]
    e = sensor[3] * d[0] + sensor[4] * d[1] + sensor[5] * d[2]
    n = sensor[6] * d[0] + sensor[7] * d[1] + sensor[8] * d[2]
    u = sensor[9] * d[0] + sensor[10] * d[1] + sensor[11] * d[2]
    flat2 = e * e + n * n
    flat = math.sqrt(flat2)
    r2 = flat2 + u * u
    r = math.sqrt(r2)
    z[0] = math.atan2(e, n)
    z[1] = math.atan2(u, flat)
    z[2] = r
    rate = 0.0
    for i in range(3):
        east, north, up = sensor[3 + i], sensor[6 + i], sensor[9 + i]
        h[0, i] = (n * east - e * north) / flat2
        h[1, i] = (flat * up - u * (e * east + n * north) / flat) / r2
        h[2, i] = d[i] / r
        rate += d[i] / r * x[3 + i]
    z[3] = rate
    for i in range(3):
        h[3, i] = (x[3 + i] - rate * d[i] / r) / r
        for q in range(3):
            h[q, 3 + i] = -tau * h[q, i]
        h[3, 3 + i] = d[i] / r - tau * h[3, i]
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
    n = len(x)
    z_hat = np.empty(QUANTITIES)
    h = np.empty((QUANTITIES, 6))
    expected(x, sensor, bias, z_hat, h)
    start = x.copy()
    ph = np.empty(n)
    loglik = 0.0
    for q in range(QUANTITIES):
        if math.isnan(z[q]):
            continue
        innovation = z[q] - z_hat[q]
        if q < _ANGLES:
            innovation -= 2.0 * math.pi * math.floor(innovation / (2.0 * math.pi) + 0.5)
        clock = 0.0
        if bias >= 0:
            for i in range(3):
                clock -= h[q, i] * start[3 + i]
        for i in range(6):
            innovation -= h[q, i] * (x[i] - start[i])
        if bias >= 0:
            if q < 3:
                innovation -= x[bias + q] - start[bias + q]
            innovation -= clock * (x[bias + 3] - start[bias + 3])
        for i in range(n):
            total = 0.0
            for j in range(6):
                total += p[i, j] * h[q, j]
            ph[i] = total
        if bias >= 0:
            for i in range(n):
                if q < 3:
                    ph[i] += p[i, bias + q]
                ph[i] += clock * p[i, bias + 3]
        s = sd[q] * sd[q]
        for j in range(6):
            s += h[q, j] * ph[j]
        if bias >= 0:
            if q < 3:
                s += ph[bias + q]
            s += clock * ph[bias + 3]
        loglik -= 0.5 * (innovation * innovation / s + math.log(s) + _LOG_2PI)
        for i in range(n):
            gain = ph[i] / s
            x[i] += gain * innovation
            for j in range(i + 1):
                p[i, j] -= gain * ph[j]
                p[j, i] = p[i, j]
    return loglik
