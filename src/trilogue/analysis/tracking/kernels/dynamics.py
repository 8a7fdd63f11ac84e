"""How a state and its covariance move: integration, analytic transition matrix, process noise.

The modes are those of `motion`. Without thrust the acceleration block is no part of the motion: it
is held at zero with a standing uncertainty, from which a next stage starts.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel, part
from trilogue.analysis.tracking.kernels.motion import (
    BOOST_FREE,
    BOOST_TURN,
    COAST,
    CORE,
    MODES,
    REENTRY,
    WIDE,
    derivative,
    rates,
)

__all__ = [
    "BOOST_FREE", "BOOST_TURN", "COAST", "CORE", "MODES", "REENTRY", "ROOM", "SUBSTEP", "P", "X",
    "advance", "disturb", "move", "predict", "predict_in", "propagate", "spread", "symmetric",
    "transition",
]  # fmt: skip

SUBSTEP = 0.5
"""Longest integration step, seconds."""

_A = 0
_F = _A + 6 * WIDE
_T = _F + CORE * WIDE
_G = _T + CORE * WIDE
X = _G + CORE * WIDE
P = X + WIDE
ROOM = P + CORE * WIDE
"""Size of the work array of `advance`. Before, the places in it of the derivative of the rates, of
the transition and its transpose, of the transition times the covariance, and, from outside, of the
state and its covariance."""


@kernel
def move(mode: int, h: float, a: NDArray[np.float64]) -> None:
    """Move the state at `X` by one step of the classical Runge–Kutta rule.

    Writes the derivative at the middle of the step to `_A`.
    """
    x, y, z, vx, vy, vz = a[X], a[X + 1], a[X + 2], a[X + 3], a[X + 4], a[X + 5]
    ax, ay, az = a[X + 6], a[X + 7], a[X + 8]
    drag = math.exp(min(a[X + 9], 0.0)) if mode == REENTRY else 0.0
    n, w = 0.5 * h, h / 6.0
    a1, b1, c1, d1, e1, f1 = rates(mode, x, y, z, vx, vy, vz, ax, ay, az, drag)
    ux, uy, uz = vx + n * a1, vy + n * b1, vz + n * c1
    a2, b2, c2, d2, e2, f2 = rates(
        mode, x + n * vx, y + n * vy, z + n * vz, ux, uy, uz,
        ax + n * d1, ay + n * e1, az + n * f1, drag,
    )  # fmt: skip
    tx, ty, tz = vx + n * a2, vy + n * b2, vz + n * c2
    px, py, pz = x + n * ux, y + n * uy, z + n * uz
    qx, qy, qz = ax + n * d2, ay + n * e2, az + n * f2
    derivative(mode, px, py, pz, tx, ty, tz, qx, qy, qz, a[X + 9], a)
    a3, b3, c3, d3, e3, f3 = rates(mode, px, py, pz, tx, ty, tz, qx, qy, qz, drag)
    a4, b4, c4, d4, e4, f4 = rates(
        mode, x + h * tx, y + h * ty, z + h * tz, vx + h * a3, vy + h * b3, vz + h * c3,
        ax + h * d3, ay + h * e3, az + h * f3, drag,
    )  # fmt: skip
    a[X] = x + h * (vx + w * (a1 + a2 + a3))
    a[X + 1] = y + h * (vy + w * (b1 + b2 + b3))
    a[X + 2] = z + h * (vz + w * (c1 + c2 + c3))
    a[X + 3] = vx + w * (a1 + 2.0 * a2 + 2.0 * a3 + a4)
    a[X + 4] = vy + w * (b1 + 2.0 * b2 + 2.0 * b3 + b4)
    a[X + 5] = vz + w * (c1 + 2.0 * c2 + 2.0 * c3 + c4)
    a[X + 6] = ax + w * (d1 + 2.0 * d2 + 2.0 * d3 + d4)
    a[X + 7] = ay + w * (e1 + 2.0 * e2 + 2.0 * e3 + e4)
    a[X + 8] = az + w * (f1 + 2.0 * f2 + 2.0 * f3 + f4)


@kernel
def transition(mode: int, h: float, a: NDArray[np.float64]) -> None:
    """Write the transition of a step, ten rows at `_F`, from the derivative at `_A`.

    The series of exp(A h), of A = [[0, I, 0, 0], [G, C, B, d], [0, 0, T, 0], [0, 0, 0, 0]], to the
    third order for position and to the second for the rest.
    """
    h2, h3 = 0.5 * h * h, h * h * h / 6.0
    for i in range(3):
        row = _A + i * WIDE
        # (A²) of the velocity rows: G·(velocity part) + C·(itself) + B·(acceleration rows).
        c0, c1, c2 = a[row + 3], a[row + 4], a[row + 5]
        thrust = a[row + 6 + i]
        place, speed, push = _F + i * WIDE, _F + (3 + i) * WIDE, _F + (6 + i) * WIDE
        for t in range(WIDE):
            second = c0 * a[_A + t] + c1 * a[_A + WIDE + t] + c2 * a[_A + 2 * WIDE + t]
            second += thrust * a[_A + (3 + i) * WIDE + t]
            first = a[row + t]
            a[place + t] = h2 * first + h3 * second
            a[speed + t] = h * first + h2 * second
            a[push + t] = 0.0
        for m in range(3):
            a[place + 3 + m] += h3 * a[row + m]
            a[speed + 3 + m] += h2 * a[row + m]
        a[place + i] += 1.0
        a[place + 3 + i] += h
        a[speed + 3 + i] += 1.0
        if mode == BOOST_TURN:
            row = _A + (3 + i) * WIDE
            for j in range(6, 9):
                turned = 0.0
                for m in range(3):
                    turned += a[row + 6 + m] * a[_A + (3 + m) * WIDE + j]
                a[push + j] = h * a[row + j] + h2 * turned
        a[push + 6 + i] += 1.0
    for t in range(WIDE):
        a[_F + 9 * WIDE + t] = 0.0
    a[_F + 9 * WIDE + 9] = 1.0


@kernel
def propagate(mode: int, x: NDArray[np.float64], dt: float, f: NDArray[np.float64]) -> None:
    """Move the first ten elements of a state by one step, and write the transition, `f` `(9, 10)`.

    The state by the classical Runge–Kutta rule. The transition by the series of exp(A dt) to the
    third order, with A taken at the middle of the step.
    """
    room = np.zeros(ROOM)
    for i in range(CORE):
        room[X + i] = x[i]
    move(mode, dt, room)
    transition(mode, dt, room)
    for i in range(9):
        x[i] = room[X + i]
        for j in range(CORE):
            f[i, j] = room[_F + i * WIDE + j]


@part
def _product(
    a: NDArray[np.float64], out: int, left: int, right: int, thrust: bool, drag: bool
) -> None:
    """Write at `out` the first six rows of the product of two matrices `(10, 10)` of a work array.

    Two rows at a time, which share what they load. Where the left one has nothing in the columns of
    thrust or drag, these are left out.
    """
    for i in range(0, 6, 2):
        row, next_row, to = left + i * WIDE, left + (i + 1) * WIDE, out + i * WIDE
        u0, u1, u2, u3, u4 = a[row], a[row + 1], a[row + 2], a[row + 3], a[row + 4]
        u5, u6, u7, u8, u9 = a[row + 5], a[row + 6], a[row + 7], a[row + 8], a[row + 9]
        v0, v1, v2 = a[next_row], a[next_row + 1], a[next_row + 2]
        v3, v4, v5 = a[next_row + 3], a[next_row + 4], a[next_row + 5]
        v6, v7, v8, v9 = a[next_row + 6], a[next_row + 7], a[next_row + 8], a[next_row + 9]
        for t in range(WIDE):
            k = right + t
            b0, b1, b2 = a[k], a[k + WIDE], a[k + 2 * WIDE]
            b3, b4, b5 = a[k + 3 * WIDE], a[k + 4 * WIDE], a[k + 5 * WIDE]
            u = (u0 * b0 + u1 * b1 + u2 * b2) + (u3 * b3 + u4 * b4 + u5 * b5)
            v = (v0 * b0 + v1 * b1 + v2 * b2) + (v3 * b3 + v4 * b4 + v5 * b5)
            if thrust:
                b6, b7, b8 = a[k + 6 * WIDE], a[k + 7 * WIDE], a[k + 8 * WIDE]
                u += u6 * b6 + u7 * b7 + u8 * b8
                v += v6 * b6 + v7 * b7 + v8 * b8
            if drag:
                b9 = a[k + 9 * WIDE]
                u += u9 * b9
                v += v9 * b9
            a[to + t] = u
            a[to + WIDE + t] = v


@part
def _thrust_product(a: NDArray[np.float64], out: int, left: int, right: int) -> None:
    """Write at `out` the rows of thrust of such a product, of the columns of thrust alone."""
    for i in range(6, 9):
        row = left + i * WIDE
        u6, u7, u8 = a[row + 6], a[row + 7], a[row + 8]
        for t in range(WIDE):
            k = right + t
            a[out + i * WIDE + t] = (
                u6 * a[k + 6 * WIDE] + u7 * a[k + 7 * WIDE] + u8 * a[k + 8 * WIDE]
            )


@part
def symmetric(a: NDArray[np.float64], rows: int) -> None:
    """Write what stands above the diagonal of P in its first rows below it, too."""
    for i in range(rows):
        for j in range(i + 1, CORE):
            a[P + j * WIDE + i] = a[P + i * WIDE + j]


@kernel
def spread(mode: int, a: NDArray[np.float64]) -> None:
    """Write F P Fᵀ over P, with F at `_F`.

    Only a turning thrust changes of itself, and only what falls through air minds its drag: what
    F has of neither is that of the identity, and its column comes over as it is.
    """
    for i in range(6):
        for j in range(CORE):
            a[_T + j * WIDE + i] = a[_F + i * WIDE + j]
    if mode == BOOST_TURN:
        for i in range(6, 9):
            for j in range(6, 9):
                a[_T + j * WIDE + i] = a[_F + i * WIDE + j]
        _product(a, _G, _F, P, True, False)  # noqa: FBT003
        _thrust_product(a, _G, _F, P)
        _product(a, P, _G, _T, True, False)  # noqa: FBT003
        _thrust_product(a, P, _G, _T)
        for i in range(9):
            a[P + i * WIDE + 9] = a[_G + i * WIDE + 9]
        symmetric(a, 9)
    elif mode < BOOST_TURN:
        for i in range(6, 9):
            for j in range(6, 9):
                a[_T + j * WIDE + i] = 1.0 if i == j else 0.0
        _product(a, _G, _F, P, True, False)  # noqa: FBT003
        _product(a, P, _G, _T, True, False)  # noqa: FBT003
        for i in range(6):
            a[P + i * WIDE + 9] = a[_G + i * WIDE + 9]
        symmetric(a, 6)
    else:
        a[_T + 9 * WIDE + 9] = 1.0
        _product(a, _G, _F, P, False, True)  # noqa: FBT003
        _product(a, P, _G, _T, False, True)  # noqa: FBT003
        symmetric(a, 6)


@kernel
def _spread_beyond(
    mode: int, p: NDArray[np.float64], a: NDArray[np.float64], moved: NDArray[np.float64]
) -> None:
    """Write what of F P Fᵀ ties the core to the biases; `moved` `(9, n)` is room to work in."""
    n = len(p)
    rows = 9 if mode == BOOST_TURN else 6
    for i in range(rows):
        for j in range(CORE, n):
            moved[i, j] = 0.0
        for m in range(CORE):
            w = a[_F + i * WIDE + m]
            if w != 0.0:
                for j in range(CORE, n):
                    moved[i, j] += w * p[m, j]
    for i in range(rows):
        for j in range(CORE, n):
            p[i, j] = moved[i, j]
            p[j, i] = moved[i, j]


@kernel
def disturb(mode: int, a: NDArray[np.float64], h: float, noise: NDArray[np.float64]) -> None:
    """Add the process noise of a step to P; thrust that is nil keeps its standing variance."""
    q_v, q_a, q_d = noise[mode, 0] ** 2, noise[mode, 1] ** 2, noise[mode, 2] ** 2
    h2, h3 = h * h, h * h * h
    for i in range(3):
        row, speed, thrust = P + i * WIDE, P + (3 + i) * WIDE, P + (6 + i) * WIDE
        a[row + i] += q_v * h3 / 3.0
        a[row + 3 + i] += q_v * h2 / 2.0
        a[speed + i] += q_v * h2 / 2.0
        a[speed + 3 + i] += q_v * h
        if mode <= BOOST_TURN:
            # A white rate of acceleration, integrated once, twice and three times.
            a[row + i] += q_a * h3 * h2 / 20.0
            a[row + 3 + i] += q_a * h2 * h2 / 8.0
            a[speed + i] += q_a * h2 * h2 / 8.0
            a[row + 6 + i] += q_a * h3 / 6.0
            a[thrust + i] += q_a * h3 / 6.0
            a[speed + 3 + i] += q_a * h3 / 3.0
            a[speed + 6 + i] += q_a * h2 / 2.0
            a[thrust + 3 + i] += q_a * h2 / 2.0
            a[thrust + 6 + i] += q_a * h
        else:
            a[thrust + 6 + i] = noise[MODES, 0] ** 2
    a[P + 9 * WIDE + 9] += q_d * h


@kernel
def _silence(mode: int, a: NDArray[np.float64]) -> None:
    """Hold thrust at zero in a mode that has none."""
    if mode > BOOST_TURN:
        for i in range(6, 9):
            a[X + i] = 0.0
            for j in range(CORE):
                a[P + i * WIDE + j] = 0.0
                a[P + j * WIDE + i] = 0.0


@kernel
def advance(mode: int, dt: float, noise: NDArray[np.float64], a: NDArray[np.float64]) -> None:
    """Do as `predict` with the state at `X` and the covariance at `P` of a work array `(ROOM,)`.

    The array comes as zeros or as it was left.
    """
    steps = max(1, math.ceil(dt / SUBSTEP - 1e-9))
    h = dt / steps
    for _ in range(steps):
        _silence(mode, a)
        move(mode, h, a)
        transition(mode, h, a)
        spread(mode, a)
        disturb(mode, a, h, noise)


@kernel
def predict(
    mode: int, x: NDArray[np.float64], p: NDArray[np.float64], dt: float, noise: NDArray[np.float64]
) -> None:
    """Move a state `(n,)` and its covariance `(n, n)` by `dt` seconds, in place.

    `noise` `(4, 3)` gives a mode's spectral densities, as standard deviations: of acceleration
    (m/s² per root hertz), of its rate (m/s³ per root hertz), and of the logarithm of drag area
    over mass (per root second). The row after the modes' is that of the standing uncertainty.
    """
    predict_in(mode, x, p, dt, noise, np.zeros(ROOM))


@kernel
def predict_in(
    mode: int, x: NDArray[np.float64], p: NDArray[np.float64], dt: float,
    noise: NDArray[np.float64], room: NDArray[np.float64],
) -> None:  # fmt: skip
    """Do as `predict`, with the work array of `advance`."""
    n = len(x)
    for i in range(CORE):
        room[X + i] = x[i]
        for j in range(CORE):
            room[P + i * WIDE + j] = p[i, j]
    if n == CORE:
        advance(mode, dt, noise, room)
    else:
        if mode > BOOST_TURN:
            for i in range(6, 9):
                for j in range(CORE, n):
                    p[i, j] = 0.0
                    p[j, i] = 0.0
        moved = np.empty((9, n))
        steps = max(1, math.ceil(dt / SUBSTEP - 1e-9))
        for _ in range(steps):
            # One step of the core, whose transition then is there for the rest.
            advance(mode, dt / steps, noise, room)
            _spread_beyond(mode, p, room, moved)
    for i in range(CORE):
        x[i] = room[X + i]
        for j in range(CORE):
            p[i, j] = room[P + i * WIDE + j]
