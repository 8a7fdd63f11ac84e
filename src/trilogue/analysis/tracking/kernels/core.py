"""The interacting modes without biases: the steps of `imm`, over ten elements, in one flat array.

Where no sensor states a bias, a flight is filtered with this. Sizes that are known when the kernel
is compiled, rows that are filled up to sixteen numbers, and one array at whose
constant places all stand let the compiler move eight numbers at a time.

A slot holds a mode: a row of state, then ten of covariance. There are four for what stands after
the last plot and four for what was mixed of them; one mode at a time is moved and updated at the
places of `dynamics.advance`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel, part
from trilogue.analysis.tracking.kernels.dynamics import (
    BOOST_TURN,
    CORE,
    MODES,
    REENTRY,
    ROOM,
    SUBSTEP,
    P,
    X,
    disturb,
    spread,
    symmetric,
    transition,
)
from trilogue.analysis.tracking.kernels.gain import take
from trilogue.analysis.tracking.kernels.measurement import ANGLES, LOG_2PI, QUANTITIES, expected
from trilogue.analysis.tracking.kernels.modes import LEAST, change, weigh
from trilogue.analysis.tracking.kernels.motion import WIDE, derivative
from trilogue.analysis.tracking.kernels.points import move

__all__ = ["run_core"]

_SLOT = (1 + CORE) * WIDE
_HELD = ROOM  # the work array of `advance` comes first
_MIXED = _HELD + MODES * _SLOT
_U = _MIXED + MODES * _SLOT
_M = _U + 3 * WIDE
_V = _M + MODES * WIDE
_R = _V + WIDE
_W = _R + WIDE  # the four states side by side, and then what `points.move` has of each
_TURN = _W + CORE * MODES
_DRAG = _TURN + MODES
_MIDDLE = _DRAG + MODES
_D = _MIDDLE + CORE * MODES
_ONE, _TWO, _THREE = _HELD + _SLOT, _HELD + 2 * _SLOT, _HELD + 3 * _SLOT
_ALL = _D + MODES * WIDE


@kernel
def _mix(a: NDArray[np.float64], weight: NDArray[np.float64]) -> None:
    """Step 2: write the mixed states.

    Second moments about the state of the first mode, which all mixtures share, less the squares of
    the mixtures' means: half the work of taking them about each mean.
    """
    for t in range(WIDE):
        x0, x1, x2, x3 = a[_HELD + t], a[_ONE + t], a[_TWO + t], a[_THREE + t]
        a[_D + t], a[_D + WIDE + t], a[_D + 2 * WIDE + t] = x1 - x0, x2 - x0, x3 - x0
        for j in range(MODES):
            w1, w2, w3 = weight[1, j], weight[2, j], weight[3, j]
            a[_MIXED + j * _SLOT + t] = x0 + w1 * (x1 - x0) + w2 * (x2 - x0) + w3 * (x3 - x0)
    # A mode that has next to no say may be anywhere: its distance is left out, not weighed.
    for i in range(MODES):
        for j in range(MODES):
            if weight[i, j] < LEAST:
                weight[i, j] = 0.0
    w00, w01, w02, w03 = weight[0, 0], weight[0, 1], weight[0, 2], weight[0, 3]
    w10, w11, w12, w13 = weight[1, 0], weight[1, 1], weight[1, 2], weight[1, 3]
    w20, w21, w22, w23 = weight[2, 0], weight[2, 1], weight[2, 2], weight[2, 3]
    w30, w31, w32, w33 = weight[3, 0], weight[3, 1], weight[3, 2], weight[3, 3]
    for t in range(WIDE):
        d1, d2, d3 = a[_D + t], a[_D + WIDE + t], a[_D + 2 * WIDE + t]
        a[_M + t] = w10 * d1 + w20 * d2 + w30 * d3
        a[_M + WIDE + t] = w11 * d1 + w21 * d2 + w31 * d3
        a[_M + 2 * WIDE + t] = w12 * d1 + w22 * d2 + w32 * d3
        a[_M + 3 * WIDE + t] = w13 * d1 + w23 * d2 + w33 * d3
    for k in range(CORE):
        row = (1 + k) * WIDE
        e1, e2, e3 = a[_D + k], a[_D + WIDE + k], a[_D + 2 * WIDE + k]
        m0, m1 = a[_M + k], a[_M + WIDE + k]
        m2, m3 = a[_M + 2 * WIDE + k], a[_M + 3 * WIDE + k]
        for t in range(WIDE):
            p0 = a[_HELD + row + t]
            p1 = a[_ONE + row + t] + e1 * a[_D + t]
            p2 = a[_TWO + row + t] + e2 * a[_D + WIDE + t]
            p3 = a[_THREE + row + t] + e3 * a[_D + 2 * WIDE + t]
            q0 = w00 * p0 + w10 * p1 + w20 * p2 + w30 * p3
            q1 = w01 * p0 + w11 * p1 + w21 * p2 + w31 * p3
            q2 = w02 * p0 + w12 * p1 + w22 * p2 + w32 * p3
            q3 = w03 * p0 + w13 * p1 + w23 * p2 + w33 * p3
            a[_MIXED + row + t] = q0 - m0 * a[_M + t]
            a[_MIXED + _SLOT + row + t] = q1 - m1 * a[_M + WIDE + t]
            a[_MIXED + 2 * _SLOT + row + t] = q2 - m2 * a[_M + 2 * WIDE + t]
            a[_MIXED + 3 * _SLOT + row + t] = q3 - m3 * a[_M + 3 * WIDE + t]


@kernel
def _update(
    a: NDArray[np.float64], sensor: NDArray[np.float64],
    z: NDArray[np.float64], sd: NDArray[np.float64], h: NDArray[np.float64],
) -> float:  # fmt: skip
    """Step 3: take a plot in at `X` and `P`; return its log-likelihood."""
    seen = h[QUANTITIES]
    expected(a[X : X + CORE], sensor, -1, seen, h)
    for q in range(3):
        a[_V + q] = z[q] - seen[q]
        a[_R + q] = sd[q] * sd[q]
        if q < ANGLES:
            turns = math.floor(a[_V + q] / (2.0 * math.pi) + 0.5)
            a[_V + q] -= 2.0 * math.pi * turns
        if math.isnan(z[q]):
            # What was not measured says nothing: a one, apart from the rest.
            a[_V + q], a[_R + q] = 0.0, 1.0
            h[q, 0], h[q, 1], h[q, 2] = 0.0, 0.0, 0.0
    h00, h01, h02 = h[0, 0], h[0, 1], h[0, 2]
    h10, h11, h12 = h[1, 0], h[1, 1], h[1, 2]
    h20, h21, h22 = h[2, 0], h[2, 1], h[2, 2]
    for t in range(WIDE):
        p0, p1, p2 = a[P + t], a[P + WIDE + t], a[P + 2 * WIDE + t]
        a[_U + t] = h00 * p0 + h01 * p1 + h02 * p2
        a[_U + WIDE + t] = h10 * p0 + h11 * p1 + h12 * p2
        a[_U + 2 * WIDE + t] = h20 * p0 + h21 * p1 + h22 * p2
    one, two = _U + WIDE, _U + 2 * WIDE
    s00 = h00 * a[_U] + h01 * a[_U + 1] + h02 * a[_U + 2] + a[_R]
    s10 = h10 * a[_U] + h11 * a[_U + 1] + h12 * a[_U + 2]
    s20 = h20 * a[_U] + h21 * a[_U + 1] + h22 * a[_U + 2]
    s11 = h10 * a[one] + h11 * a[one + 1] + h12 * a[one + 2] + a[_R + 1]
    s21 = h20 * a[one] + h21 * a[one + 1] + h22 * a[one + 2]
    s22 = h20 * a[two] + h21 * a[two + 1] + h22 * a[two + 2] + a[_R + 2]
    scale, distance2 = take(
        a, X, P, _U, _M, s00, s10, s20, s11, s21, s22, a[_V], a[_V + 1], a[_V + 2]
    )
    measured = 0.0
    for q in range(3):
        measured += 0.0 if math.isnan(z[q]) else 1.0
    loglik = math.log(scale) - 0.5 * (distance2 + measured * LOG_2PI)
    if math.isnan(z[3]):
        return float(loglik)
    return float(loglik + _rate(a, z[3] - seen[3], sd[3], h))


@kernel
def _rate(a: NDArray[np.float64], innovation: float, sd: float, h: NDArray[np.float64]) -> float:
    """Take a range rate in after the rest, which moved the state by `_M`."""
    for t in range(WIDE):
        total = 0.0
        for m in range(6):
            total += h[3, m] * a[P + m * WIDE + t]
        a[_U + t] = total
    s = sd * sd
    for m in range(6):
        innovation -= h[3, m] * a[_M + m]
        s += h[3, m] * a[_U + m]
    for t in range(WIDE):
        a[X + t] += innovation / s * a[_U + t]
        for i in range(CORE):
            a[P + i * WIDE + t] -= a[_U + i] * a[_U + t] / s
    return -0.5 * (innovation * innovation / s + math.log(s) + LOG_2PI)


@part
def _load(a: NDArray[np.float64], slot: int) -> None:
    """Bring a slot to `X` and `P`."""
    for t in range(_SLOT):
        a[X + t] = a[slot + t]


@part
def _store(a: NDArray[np.float64], slot: int) -> None:
    """Put into a slot what stands at `X` and `P`."""
    for t in range(_SLOT):
        a[slot + t] = a[X + t]


@kernel
def _line_up(a: NDArray[np.float64]) -> None:
    """Put the mixed states of the modes side by side, and silence the engine where it does."""
    for j in range(MODES):
        slot = _MIXED + j * _SLOT
        if j > BOOST_TURN:
            for i in range(6, 9):
                a[slot + i] = 0.0
                for m in range(CORE):
                    a[slot + (1 + i) * WIDE + m] = 0.0
                    a[slot + (1 + m) * WIDE + i] = 0.0
        for i in range(CORE):
            a[_W + i * MODES + j] = a[slot + i]
        a[_TURN + j] = 1.0 if j == BOOST_TURN else 0.0
        a[_DRAG + j] = math.exp(min(a[slot + 9], 0.0)) if j == REENTRY else 0.0


@kernel
def _move(a: NDArray[np.float64], h: float) -> None:
    """Move the four states by a step."""
    move(a, _W, MODES, _TURN, _DRAG, _MIDDLE, True, True, h)  # noqa: FBT003


@kernel
def _follow(j: int, a: NDArray[np.float64], h: float, noise: NDArray[np.float64]) -> None:
    """Let the covariance of a mode at `P` follow its state, which has moved; bring that to `X`."""
    derivative(
        j, a[_MIDDLE + j], a[_MIDDLE + 4 + j], a[_MIDDLE + 8 + j], a[_MIDDLE + 12 + j],
        a[_MIDDLE + 16 + j], a[_MIDDLE + 20 + j], a[_MIDDLE + 24 + j], a[_MIDDLE + 28 + j],
        a[_MIDDLE + 32 + j], a[X + 9], a,
    )  # fmt: skip
    transition(j, h, a)
    spread(j, a)
    disturb(j, a, h, noise)
    for i in range(9):
        a[X + i] = a[_W + i * MODES + j]


@kernel
def run_core(
    x0: NDArray[np.float64],
    p0: NDArray[np.float64],
    mu0: NDArray[np.float64],
    start: float,
    time: NDArray[np.float64],
    sensor: NDArray[np.int64],
    values: NDArray[np.float64],
    sd: NDArray[np.float64],
    geometry: NDArray[np.float64],
    rates: NDArray[np.float64],
    noise: NDArray[np.float64],
    xs_out: NDArray[np.float64],
    ps_out: NDArray[np.float64],
    mu_out: NDArray[np.float64],
    loglik: NDArray[np.float64],
) -> None:
    """Do as `imm.run` where no sensor has a bias."""
    a, mu = np.zeros(_ALL), mu0.copy()
    weight, line, each = np.empty((MODES, MODES)), np.empty((QUANTITIES + 1, 6)), np.empty(MODES)
    h = 0.0
    for j in range(MODES):
        for i in range(CORE):
            a[_HELD + j * _SLOT + i] = x0[j, i]
            for m in range(CORE):
                a[_HELD + j * _SLOT + (1 + i) * WIDE + m] = p0[j, i, m]
    now = start
    for k in range(len(time)):
        dt = time[k] - now
        now = time[k]
        if dt > 0.0:
            change(mu, rates, dt, weight)
            _mix(a, weight)
            _line_up(a)
            steps = max(1, math.ceil(dt / SUBSTEP - 1e-9))
            h = dt / steps
            for _ in range(steps - 1):
                _move(a, h)
                for j in range(MODES):
                    _load(a, _MIXED + j * _SLOT)
                    _follow(j, a, h, noise)
                    _store(a, _MIXED + j * _SLOT)
            _move(a, h)
        s = sensor[k]
        for j in range(MODES):
            if dt > 0.0:
                _load(a, _MIXED + j * _SLOT)
                _follow(j, a, h, noise)
            else:
                _load(a, _HELD + j * _SLOT)
            each[j] = _update(a, geometry[s], values[k], sd[k], line)
            symmetric(a, CORE)  # but for rounding it is
            _store(a, _HELD + j * _SLOT)
            for i in range(CORE):
                xs_out[k, j, i] = a[X + i]
                for m in range(CORE):
                    ps_out[k, j, i, m] = a[P + i * WIDE + m]
        loglik[k] = weigh(mu, each)
        mu_out[k] = mu
