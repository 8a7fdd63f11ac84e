"""The interacting modes without biases: the steps of `imm`, over ten elements, in one flat array.

Where no sensor states a bias, a flight is filtered with this. Sizes that are known when the kernel
is compiled, rows that are filled up to sixteen numbers, and one array at whose constant places all
stand let the compiler move eight numbers at a time; see `core_room`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel
from trilogue.analysis.tracking.kernels.core_plot import take_plot
from trilogue.analysis.tracking.kernels.core_room import (
    ALL,
    DRAG,
    EACH,
    MIDDLE,
    MIX,
    SIDE,
    TURN,
)
from trilogue.analysis.tracking.kernels.dynamics import (
    BOOST_TURN,
    CORE,
    MODES,
    REENTRY,
    SUBSTEP,
    P,
    X,
    disturb,
    spread,
    transition,
)
from trilogue.analysis.tracking.kernels.modes import LEAST, change, weigh
from trilogue.analysis.tracking.kernels.motion import WIDE, derivative
from trilogue.analysis.tracking.kernels.points import move

__all__ = ["run_core"]

_ONE, _TWO, _THREE = EACH, 2 * EACH, 3 * EACH
_D, _M = MIX, MIX + MODES * WIDE


@kernel
def _mix(a: NDArray[np.float64], weight: NDArray[np.float64]) -> None:
    """Step 2: write the mixed states over those of the modes.

    Second moments about the state of the first mode, which all mixtures share, less the squares of
    the mixtures' means: half the work of taking them about each mean.
    """
    w00, w01, w02, w03 = weight[0, 0], weight[0, 1], weight[0, 2], weight[0, 3]
    w10, w11, w12, w13 = weight[1, 0], weight[1, 1], weight[1, 2], weight[1, 3]
    w20, w21, w22, w23 = weight[2, 0], weight[2, 1], weight[2, 2], weight[2, 3]
    w30, w31, w32, w33 = weight[3, 0], weight[3, 1], weight[3, 2], weight[3, 3]
    for t in range(WIDE):
        x0 = a[X + t]
        d1, d2, d3 = a[_ONE + X + t] - x0, a[_TWO + X + t] - x0, a[_THREE + X + t] - x0
        a[_D + t], a[_D + WIDE + t], a[_D + 2 * WIDE + t] = d1, d2, d3
        a[X + t] = x0 + (w10 * d1 + w20 * d2 + w30 * d3)
        a[_ONE + X + t] = x0 + (w11 * d1 + w21 * d2 + w31 * d3)
        a[_TWO + X + t] = x0 + (w12 * d1 + w22 * d2 + w32 * d3)
        a[_THREE + X + t] = x0 + (w13 * d1 + w23 * d2 + w33 * d3)
    # A mode that has next to no say may be anywhere: its distance is left out, not weighed.
    w00, w01, w02, w03 = _said(w00), _said(w01), _said(w02), _said(w03)
    w10, w11, w12, w13 = _said(w10), _said(w11), _said(w12), _said(w13)
    w20, w21, w22, w23 = _said(w20), _said(w21), _said(w22), _said(w23)
    w30, w31, w32, w33 = _said(w30), _said(w31), _said(w32), _said(w33)
    for t in range(WIDE):
        d1, d2, d3 = a[_D + t], a[_D + WIDE + t], a[_D + 2 * WIDE + t]
        a[_M + t] = w10 * d1 + w20 * d2 + w30 * d3
        a[_M + WIDE + t] = w11 * d1 + w21 * d2 + w31 * d3
        a[_M + 2 * WIDE + t] = w12 * d1 + w22 * d2 + w32 * d3
        a[_M + 3 * WIDE + t] = w13 * d1 + w23 * d2 + w33 * d3
    for k in range(CORE):
        row = P + k * WIDE
        e1, e2, e3 = a[_D + k], a[_D + WIDE + k], a[_D + 2 * WIDE + k]
        m0, m1 = a[_M + k], a[_M + WIDE + k]
        m2, m3 = a[_M + 2 * WIDE + k], a[_M + 3 * WIDE + k]
        for t in range(WIDE):
            p0 = a[row + t]
            p1 = a[_ONE + row + t] + e1 * a[_D + t]
            p2 = a[_TWO + row + t] + e2 * a[_D + WIDE + t]
            p3 = a[_THREE + row + t] + e3 * a[_D + 2 * WIDE + t]
            q0 = w00 * p0 + w10 * p1 + w20 * p2 + w30 * p3
            q1 = w01 * p0 + w11 * p1 + w21 * p2 + w31 * p3
            q2 = w02 * p0 + w12 * p1 + w22 * p2 + w32 * p3
            q3 = w03 * p0 + w13 * p1 + w23 * p2 + w33 * p3
            a[row + t] = q0 - m0 * a[_M + t]
            a[_ONE + row + t] = q1 - m1 * a[_M + WIDE + t]
            a[_TWO + row + t] = q2 - m2 * a[_M + 2 * WIDE + t]
            a[_THREE + row + t] = q3 - m3 * a[_M + 3 * WIDE + t]


@kernel
def _said(weight: float) -> float:
    """Return a weight, or nil where it is next to nothing."""
    return weight if weight >= LEAST else 0.0


@kernel
def _line_up(a: NDArray[np.float64]) -> None:
    """Put the states of the modes side by side, and silence the engine where it is silent."""
    for j in range(MODES):
        room = j * EACH
        if j > BOOST_TURN:
            for i in range(6, 9):
                a[room + X + i] = 0.0
                for m in range(CORE):
                    a[room + P + i * WIDE + m] = 0.0
                    a[room + P + m * WIDE + i] = 0.0
        for i in range(CORE):
            a[SIDE + i * MODES + j] = a[room + X + i]
        a[TURN + j] = 1.0 if j == BOOST_TURN else 0.0
        a[DRAG + j] = math.exp(min(a[room + X + 9], 0.0)) if j == REENTRY else 0.0


@kernel
def _move(a: NDArray[np.float64], h: float) -> None:
    """Move the four states by a step; leave the middle of it."""
    move(a, SIDE, MODES, TURN, DRAG, MIDDLE, True, True, h)  # noqa: FBT003
    for j in range(MODES):
        for i in range(9):
            a[j * EACH + X + i] = a[SIDE + i * MODES + j]


@kernel
def _follow(
    j: int, a: NDArray[np.float64], room: NDArray[np.float64], h: float,
    noise: NDArray[np.float64],
) -> None:  # fmt: skip
    """Let the covariance of a mode follow its state, which has moved."""
    derivative(
        j, a[MIDDLE + j], a[MIDDLE + 4 + j], a[MIDDLE + 8 + j], a[MIDDLE + 12 + j],
        a[MIDDLE + 16 + j], a[MIDDLE + 20 + j], a[MIDDLE + 24 + j], a[MIDDLE + 28 + j],
        a[MIDDLE + 32 + j], room[X + 9], room,
    )  # fmt: skip
    transition(j, h, room)
    spread(j, room)
    disturb(j, room, h, noise)


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
    a, mu = np.zeros(ALL), mu0.copy()
    weight, each = np.empty((MODES, MODES)), np.empty(MODES)
    for j in range(MODES):
        for i in range(CORE):
            a[j * EACH + X + i] = x0[j, i]
            for m in range(CORE):
                a[j * EACH + P + i * WIDE + m] = p0[j, i, m]
    now = start
    for k in range(len(time)):
        dt = time[k] - now
        now = time[k]
        if dt > 0.0:
            change(mu, rates, dt, weight)
            _mix(a, weight)
            _line_up(a)
            steps = max(1, math.ceil(dt / SUBSTEP - 1e-9))
            for _ in range(steps):
                _move(a, dt / steps)
                for j in range(MODES):
                    _follow(j, a, a[j * EACH : (j + 1) * EACH], dt / steps, noise)
        take_plot(a, geometry[sensor[k]], values[k], sd[k], each)
        for j in range(MODES):
            room = a[j * EACH : (j + 1) * EACH]
            for i in range(CORE):
                xs_out[k, j, i] = room[X + i]
                for m in range(CORE):
                    ps_out[k, j, i, m] = room[P + i * WIDE + m]
        loglik[k] = weigh(mu, each)
        mu_out[k] = mu
