"""Taking a plot into the four modes without biases: what each expects, the gain, the likelihood.

What concerns position alone is done for the four modes side by side: how the plot depends on it, by
what it is off, and the root of the covariance of that; see `core_room`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel, part
from trilogue.analysis.tracking.kernels.core_room import (
    AZIMUTH,
    COVARIANCE,
    DISTANCE,
    EACH,
    ELEVATION,
    LINE,
    MOVED,
    OFF,
    RANGE,
    SCALE,
    SIDE,
    SIGHT,
    U,
)
from trilogue.analysis.tracking.kernels.dynamics import CORE, MODES, P, X
from trilogue.analysis.tracking.kernels.gain import root, subtract
from trilogue.analysis.tracking.kernels.measurement import LOG_2PI, expected
from trilogue.analysis.tracking.kernels.motion import WIDE

__all__ = ["take_plot"]

_SMALL = 0.1
_QUANTITIES = 3
"""Those that depend on position alone; a range rate is taken in after them."""


@kernel
def _line_up(a: NDArray[np.float64]) -> None:
    """Put the positions of the modes side by side, and their covariances."""
    for j in range(MODES):
        room = j * EACH
        at = COVARIANCE + j
        for i in range(3):
            a[SIDE + i * MODES + j] = a[room + X + i]
            for m in range(i, 3):
                a[at] = a[room + P + i * WIDE + m]
                at += MODES


@kernel
def _look(a: NDArray[np.float64], sensor: NDArray[np.float64], far: float) -> None:
    """Write where a sensor sees each mode, and how what it measures depends on the position.

    `far` is the range it measured. Source: `measurement.expected`.
    """
    sx, sy, sz = sensor[0], sensor[1], sensor[2]
    ex, ey, ez, nx, ny, nz = sensor[3], sensor[4], sensor[5], sensor[6], sensor[7], sensor[8]
    ux, uy, uz = sensor[9], sensor[10], sensor[11]
    for k in range(MODES):
        dx, dy = a[SIDE + k] - sx, a[SIDE + MODES + k] - sy
        dz = a[SIDE + 2 * MODES + k] - sz
        e = ex * dx + ey * dy + ez * dz
        n = nx * dx + ny * dy + nz * dz
        u = ux * dx + uy * dy + uz * dz
        flat2 = e * e + n * n
        flat, r = math.sqrt(flat2), math.sqrt(flat2 + u * u)
        a[SIGHT + k], a[SIGHT + MODES + k] = e, n
        a[SIGHT + 2 * MODES + k], a[SIGHT + 3 * MODES + k] = u, flat
        near, over = 1.0 / r, 1.0 / flat2
        e2, n2 = e * over, n * over
        a[AZIMUTH + k] = n2 * ex - e2 * nx
        a[AZIMUTH + MODES + k] = n2 * ey - e2 * ny
        a[AZIMUTH + 2 * MODES + k] = n2 * ez - e2 * nz
        rise = flat * near * near
        fall_e, fall_n = rise * u * e2, rise * u * n2
        a[ELEVATION + k] = rise * ux - fall_e * ex - fall_n * nx
        a[ELEVATION + MODES + k] = rise * uy - fall_e * ey - fall_n * ny
        a[ELEVATION + 2 * MODES + k] = rise * uz - fall_e * ez - fall_n * nz
        a[RANGE + k], a[RANGE + MODES + k] = dx * near, dy * near
        a[RANGE + 2 * MODES + k], a[RANGE + OFF + k] = dz * near, far - r


@part
def _small(t: float) -> float:
    """Return the arc of a tangent of less than `_SMALL`, by its series."""
    q = t * t
    high = 1.0 / 9.0 - q * (1.0 / 11.0 - q * (1.0 / 13.0 - q * (1.0 / 15.0)))
    return t - t * q * (1.0 / 3.0 - q * (1.0 / 5.0 - q * (1.0 / 7.0 - q * high)))


@kernel
def _turn(a: NDArray[np.float64], off: int, x: int, y: int, measured: float) -> None:
    """Write by what an angle is off the one whose tangent is the row `y` over the row `x`.

    Plots are mostly near to where they are expected: then what they are off is known by its own
    tangent, four at a time.
    """
    s, c, widest = math.sin(measured), math.cos(measured), 0.0
    for k in range(MODES):
        along = c * a[x + k] + s * a[y + k]
        t = (s * a[x + k] - c * a[y + k]) / along
        widest = max(widest, abs(t) if along > 0.0 else 1.0)
        a[off + k] = _small(t)
    if not widest < _SMALL:
        for k in range(MODES):
            v = measured - math.atan2(a[y + k], a[x + k])
            a[off + k] = v - 2.0 * math.pi * math.floor(v / (2.0 * math.pi) + 0.5)


@kernel
def _whiten(a: NDArray[np.float64], r0: float, r1: float, r2: float) -> None:
    """Multiply derivatives and what the plot is off by L⁻¹; write scale and distance.

    L is the root of the covariance of the innovations, to which measuring adds the variances `r`.
    """
    for k in range(MODES):
        h00, h01, h02 = a[AZIMUTH + k], a[AZIMUTH + MODES + k], a[AZIMUTH + 2 * MODES + k]
        h10, h11, h12 = a[ELEVATION + k], a[ELEVATION + MODES + k], a[ELEVATION + 2 * MODES + k]
        h20, h21, h22 = a[RANGE + k], a[RANGE + MODES + k], a[RANGE + 2 * MODES + k]
        pxx, pxy, pxz = a[COVARIANCE + k], a[COVARIANCE + MODES + k], a[COVARIANCE + 2 * MODES + k]
        pyy, pyz = a[COVARIANCE + 3 * MODES + k], a[COVARIANCE + 4 * MODES + k]
        pzz = a[COVARIANCE + 5 * MODES + k]
        u0, u1 = h00 * pxx + h01 * pxy + h02 * pxz, h00 * pxy + h01 * pyy + h02 * pyz
        u2 = h00 * pxz + h01 * pyz + h02 * pzz
        s00 = h00 * u0 + h01 * u1 + h02 * u2 + r0
        s10 = h10 * u0 + h11 * u1 + h12 * u2
        s20 = h20 * u0 + h21 * u1 + h22 * u2
        u0, u1 = h10 * pxx + h11 * pxy + h12 * pxz, h10 * pxy + h11 * pyy + h12 * pyz
        u2 = h10 * pxz + h11 * pyz + h12 * pzz
        s11 = h10 * u0 + h11 * u1 + h12 * u2 + r1
        s21 = h20 * u0 + h21 * u1 + h22 * u2
        u0, u1 = h20 * pxx + h21 * pxy + h22 * pxz, h20 * pxy + h21 * pyy + h22 * pyz
        u2 = h20 * pxz + h21 * pyz + h22 * pzz
        s22 = h20 * u0 + h21 * u1 + h22 * u2 + r2
        i0, i1, i2, l10, l20, l21 = root(s00, s10, s20, s11, s21, s22)
        h00, h01, h02 = h00 * i0, h01 * i0, h02 * i0
        h10, h11, h12 = (h10 - l10 * h00) * i1, (h11 - l10 * h01) * i1, (h12 - l10 * h02) * i1
        w0 = a[AZIMUTH + OFF + k] * i0
        w1 = (a[ELEVATION + OFF + k] - l10 * w0) * i1
        w2 = (a[RANGE + OFF + k] - l20 * w0 - l21 * w1) * i2
        a[AZIMUTH + k], a[AZIMUTH + MODES + k], a[AZIMUTH + 2 * MODES + k] = h00, h01, h02
        a[ELEVATION + k], a[ELEVATION + MODES + k], a[ELEVATION + 2 * MODES + k] = h10, h11, h12
        a[RANGE + k] = (h20 - l20 * h00 - l21 * h10) * i2
        a[RANGE + MODES + k] = (h21 - l20 * h01 - l21 * h11) * i2
        a[RANGE + 2 * MODES + k] = (h22 - l20 * h02 - l21 * h12) * i2
        a[AZIMUTH + OFF + k], a[ELEVATION + OFF + k], a[RANGE + OFF + k] = w0, w1, w2
        a[SCALE + k] = i0 * i1 * i2
        a[DISTANCE + k] = w0 * w0 + w1 * w1 + w2 * w2


@kernel
def _take(j: int, a: NDArray[np.float64], room: NDArray[np.float64]) -> None:
    """Take what `_whiten` wrote into the state and covariance of a mode."""
    h00, h01, h02 = a[AZIMUTH + j], a[AZIMUTH + MODES + j], a[AZIMUTH + 2 * MODES + j]
    h10, h11, h12 = a[ELEVATION + j], a[ELEVATION + MODES + j], a[ELEVATION + 2 * MODES + j]
    h20, h21, h22 = a[RANGE + j], a[RANGE + MODES + j], a[RANGE + 2 * MODES + j]
    w0, w1, w2 = a[AZIMUTH + OFF + j], a[ELEVATION + OFF + j], a[RANGE + OFF + j]
    for t in range(WIDE):
        p0, p1, p2 = room[P + t], room[P + WIDE + t], room[P + 2 * WIDE + t]
        u0 = h00 * p0 + h01 * p1 + h02 * p2
        u1 = h10 * p0 + h11 * p1 + h12 * p2
        u2 = h20 * p0 + h21 * p1 + h22 * p2
        room[U + t], room[U + WIDE + t], room[U + 2 * WIDE + t] = u0, u1, u2
        room[MOVED + t] = w0 * u0 + w1 * u1 + w2 * u2
        room[X + t] += room[MOVED + t]
    subtract(room, P, U)


@kernel
def _before_rate(room: NDArray[np.float64], sensor: NDArray[np.float64], measured: float) -> None:
    """Write at `LINE` how a range rate depends on the state that stands, and what it is off."""
    z, h = np.empty(4), np.empty((4, 6))
    expected(room[X : X + CORE], sensor, -1, z, h)
    for i in range(6):
        room[LINE + i] = h[3, i]
    room[LINE + 6] = measured - z[3]


@kernel
def _rate(a: NDArray[np.float64], sd: float) -> float:
    """Take a range rate in after the rest, which moved the state by `MOVED`; log-likelihood."""
    for t in range(WIDE):
        total = 0.0
        for m in range(6):
            total += a[LINE + m] * a[P + m * WIDE + t]
        a[U + t] = total
    s, innovation = sd * sd, a[LINE + 6]
    for m in range(6):
        innovation -= a[LINE + m] * a[MOVED + m]
        s += a[LINE + m] * a[U + m]
    for t in range(WIDE):
        a[X + t] += innovation / s * a[U + t]
        for i in range(CORE):
            a[P + i * WIDE + t] -= a[U + i] * a[U + t] / s
    return float(-0.5 * (innovation * innovation / s + math.log(s) + LOG_2PI))


@kernel
def take_plot(
    a: NDArray[np.float64], sensor: NDArray[np.float64],
    z: NDArray[np.float64], sd: NDArray[np.float64], loglik: NDArray[np.float64],
) -> None:  # fmt: skip
    """Step 3: take a plot into all modes; write their log-likelihoods `(4,)`.

    NaN marks what was not measured.
    """
    _line_up(a)
    _look(a, sensor, z[2])
    _turn(a, AZIMUTH + OFF, SIGHT + MODES, SIGHT, z[0])
    _turn(a, ELEVATION + OFF, SIGHT + 3 * MODES, SIGHT + 2 * MODES, z[1])
    r0, r1, r2, measured = sd[0] * sd[0], sd[1] * sd[1], sd[2] * sd[2], float(_QUANTITIES)
    for q in range(_QUANTITIES):
        if math.isnan(z[q]):
            # What was not measured says nothing: a one, apart from the rest.
            for k in range(4 * MODES):
                a[AZIMUTH + q * 4 * MODES + k] = 0.0
            measured -= 1.0
    r0 = 1.0 if math.isnan(z[0]) else r0
    r1 = 1.0 if math.isnan(z[1]) else r1
    r2 = 1.0 if math.isnan(z[2]) else r2
    _whiten(a, r0, r1, r2)
    for j in range(MODES):
        room = a[j * EACH : (j + 1) * EACH]
        rated = not math.isnan(z[3])
        if rated:
            _before_rate(room, sensor, z[3])
        _take(j, a, room)
        loglik[j] = math.log(a[SCALE + j]) - 0.5 * (a[DISTANCE + j] + measured * LOG_2PI)
        if rated:
            loglik[j] += _rate(room, sd[3])
