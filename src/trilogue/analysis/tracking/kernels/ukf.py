"""The unscented filter in one mode: a rival method, by which the extended filter is tested.

No estimate of the product rests on it. It linearises nothing, so that where it agrees with the
extended filter the latter's analytic derivatives are right and its linearisation is good enough.

Source: van der Merwe, Sigma-point Kalman filters for probabilistic inference in dynamic state-space
models, thesis, Oregon Health and Science University, 2004, algorithm 3.1 with additive noise;
points are drawn anew before a plot is taken in. Three things are algebra, not approximation. The
weights of the mean sum to one, so that sums run over differences from the middle point. What a
sensor measures depends on the position alone, the first rows of the triangular root: of the points
before a plot all but six coincide with the middle one there. And of the cross-covariance the
middle cancels, since points lie in pairs.

A filter's numbers live in one flat array, `room`, at constant places. Points stand side by side,
`WIDTH` to an element of the state, so that a step of integration moves eight at a time; the three
that fill the width up repeat the middle one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trilogue.analysis.tracking.kernels.dynamics import (
    BOOST_FREE,
    BOOST_TURN,
    CORE,
    MODES,
    REENTRY,
    SUBSTEP,
)
from trilogue.analysis.tracking.kernels.gain import take
from trilogue.analysis.tracking.kernels.measurement import LOG_2PI
from trilogue.analysis.tracking.kernels.motion import WIDE
from trilogue.analysis.tracking.kernels.points import move

__all__ = ["ALPHA", "BETA", "KAPPA", "run"]

ALPHA, BETA, KAPPA = 0.5, 2.0, 3.0 - CORE
"""Spread of the points about the middle, and weight of the middle in the covariance."""

POINTS = 2 * CORE + 1
WIDTH = 24
_SIGHT = 8  # points that a sensor tells apart, seven, filled up
# Places in `room`.
_X = 0
_P = _X + WIDE
_L = _P + CORE * WIDE
_W = _L + CORE * WIDE
_D = _W + CORE * WIDTH
_Z = _D + WIDTH
_U = _Z + 3 * _SIGHT
_V = _U + 3 * WIDE
_C = _V + WIDE
_ROOM = _C + WIDE

F = TypeVar("F", bound=Callable[..., object])


def _kernel(function: F) -> F:
    """Compile with sums in any order, so that they run eight at a time."""
    loose = {"contract", "reassoc", "nsz"}
    return cast("F", njit(cache=True, error_model="numpy", fastmath=loose)(function))


@_kernel
def _move_free(room: NDArray[np.float64], h: float) -> None:
    move(room, _W, WIDTH, _D, _D, -1, False, False, h)  # noqa: FBT003


@_kernel
def _move_turn(room: NDArray[np.float64], h: float) -> None:
    move(room, _W, WIDTH, _D, _D, -1, True, False, h)  # noqa: FBT003


@_kernel
def _move_fall(room: NDArray[np.float64], h: float) -> None:
    move(room, _W, WIDTH, _D, _D, -1, False, True, h)  # noqa: FBT003


@_kernel
def _root(room: NDArray[np.float64], columns: int) -> None:
    """Write the first columns of the triangular root of the covariance, a column to a row of `_L`.

    A covariance that has ceased to be one gives NaN from there on.
    """
    for i in range(CORE * WIDE):
        room[_L + i] = room[_P + i]
    for j in range(columns):
        scale = 1.0 / math.sqrt(room[_L + j * WIDE + j])
        for i in range(WIDE):
            room[_L + j * WIDE + i] *= scale
        for k in range(j + 1, columns):
            w = room[_L + j * WIDE + k]
            for i in range(WIDE):
                room[_L + k * WIDE + i] -= w * room[_L + j * WIDE + i]


@_kernel
def _predict(
    mode: int, room: NDArray[np.float64], dt: float, noise: NDArray[np.float64],
    alpha: float, beta: float, kappa: float,
) -> None:  # fmt: skip
    """Move the filter by `dt` seconds."""
    spread = alpha * alpha * (CORE + kappa)
    root = math.sqrt(spread)
    _root(room, CORE)
    for i in range(CORE):
        for k in range(WIDTH):
            room[_W + i * WIDTH + k] = room[_X + i]
    if mode > BOOST_TURN:
        for k in range(3 * WIDTH):
            room[_W + 6 * WIDTH + k] = 0.0
    for i in range(CORE):
        if mode > BOOST_TURN and 6 <= i < 9:
            continue
        for j in range(i + 1):
            off = root * room[_L + j * WIDE + i]
            room[_W + i * WIDTH + 1 + j] += off
            room[_W + i * WIDTH + 1 + CORE + j] -= off
    # Of a point, what `points.move` multiplies: the turn of its thrust, or area over mass.
    for k in range(WIDTH):
        room[_D + k] = 1.0 if mode == BOOST_TURN else 0.0
        if mode == REENTRY:
            room[_D + k] = math.exp(min(room[_W + 9 * WIDTH + k], 0.0))
    steps = max(1, math.ceil(dt / SUBSTEP - 1e-9))
    h = dt / steps
    for _ in range(steps):
        if mode == BOOST_FREE:
            _move_free(room, h)
        elif mode == BOOST_TURN:
            _move_turn(room, h)
        else:
            _move_fall(room, h)
    each = 0.5 / spread
    middle = (spread - CORE) / spread + 1.0 - alpha * alpha + beta
    for i in range(CORE):
        first = room[_W + i * WIDTH]
        total = 0.0
        for k in range(WIDTH):
            room[_W + i * WIDTH + k] -= first
            total += room[_W + i * WIDTH + k]
        mean = each * total
        room[_X + i] = first + mean
        for k in range(WIDTH):
            room[_W + i * WIDTH + k] -= mean
    # The sum over the width has the middle in it four times, weighed as the others are.
    middle -= (WIDTH - POINTS + 1) * each
    for i in range(CORE):
        for j in range(i + 1):
            total = 0.0
            for k in range(WIDTH):
                total += room[_W + i * WIDTH + k] * room[_W + j * WIDTH + k]
            total = each * total + middle * room[_W + i * WIDTH] * room[_W + j * WIDTH]
            room[_P + i * WIDE + j] = total
            room[_P + j * WIDE + i] = total
    _disturb(mode, room, dt, noise)


@_kernel
def _disturb(mode: int, room: NDArray[np.float64], dt: float, noise: NDArray[np.float64]) -> None:
    """Add the process noise of an interval; see `dynamics.predict`."""
    q_v, q_a, q_d = noise[mode, 0] ** 2, noise[mode, 1] ** 2, noise[mode, 2] ** 2
    if mode > BOOST_TURN:
        q_a = 0.0
    dt2, dt3 = dt * dt, dt * dt * dt
    place = q_v * dt3 / 3.0 + q_a * dt3 * dt2 / 20.0
    place_speed = q_v * dt2 / 2.0 + q_a * dt2 * dt2 / 8.0
    speed = q_v * dt + q_a * dt3 / 3.0
    for i in range(3):
        room[_P + i * WIDE + i] += place
        room[_P + i * WIDE + 3 + i] += place_speed
        room[_P + (3 + i) * WIDE + i] += place_speed
        room[_P + (3 + i) * WIDE + 3 + i] += speed
        room[_P + i * WIDE + 6 + i] += q_a * dt3 / 6.0
        room[_P + (6 + i) * WIDE + i] += q_a * dt3 / 6.0
        room[_P + (3 + i) * WIDE + 6 + i] += q_a * dt2 / 2.0
        room[_P + (6 + i) * WIDE + 3 + i] += q_a * dt2 / 2.0
        room[_P + (6 + i) * WIDE + 6 + i] += q_a * dt
        if mode > BOOST_TURN:
            room[_P + (6 + i) * WIDE + 6 + i] += noise[MODES, 0] ** 2
    room[_P + 9 * WIDE + 9] += q_d * dt


@_kernel
def _look(
    room: NDArray[np.float64], sensor: NDArray[np.float64], root: float
) -> tuple[float, float, float]:
    """Write what the points show less what the middle one shows, and return the latter."""
    ox = room[_X] - sensor[0]
    oy = room[_X + 1] - sensor[1]
    oz = room[_X + 2] - sensor[2]
    e = sensor[3] * ox + sensor[4] * oy + sensor[5] * oz
    n = sensor[6] * ox + sensor[7] * oy + sensor[8] * oz
    u = sensor[9] * ox + sensor[10] * oy + sensor[11] * oz
    flat = math.sqrt(e * e + n * n)
    r = math.sqrt(e * e + n * n + u * u)
    for k in range(1, 7):
        j = (k - 1) % 3
        sign = root if k <= 3 else -root
        dx = sign * room[_L + j * WIDE]
        dy = sign * room[_L + j * WIDE + 1]
        dz = sign * room[_L + j * WIDE + 2]
        de = sensor[3] * dx + sensor[4] * dy + sensor[5] * dz
        dn = sensor[6] * dx + sensor[7] * dy + sensor[8] * dz
        du = sensor[9] * dx + sensor[10] * dy + sensor[11] * dz
        ek, nk, uk = e + de, n + dn, u + du
        flat_k = math.sqrt(ek * ek + nk * nk)
        r_k = math.sqrt(ek * ek + nk * nk + uk * uk)
        # The angle between two directions, by its sine and cosine.
        room[_Z + k] = math.atan2(de * n - dn * e, nk * n + ek * e)
        room[_Z + _SIGHT + k] = math.atan2(uk * flat - flat_k * u, flat_k * flat + uk * u)
        room[_Z + 2 * _SIGHT + k] = r_k - r
    return math.atan2(e, n), math.atan2(u, flat), r


@_kernel
def _update(
    room: NDArray[np.float64], sensor: NDArray[np.float64],
    z: NDArray[np.float64], sd: NDArray[np.float64], alpha: float, beta: float, kappa: float,
) -> float:  # fmt: skip
    """Take a plot in; return its log-likelihood."""
    spread = alpha * alpha * (CORE + kappa)
    root = math.sqrt(spread)
    each = 0.5 / spread
    middle = (spread - CORE) / spread + 1.0 - alpha * alpha + beta + (POINTS - 7) * each
    _root(room, 3)
    seen = _look(room, sensor, root)
    for q in range(3):
        off = 0.0
        for k in range(1, 7):
            off += room[_Z + q * _SIGHT + k]
        room[_V + q] = each * off
        for k in range(1, 7):
            room[_Z + q * _SIGHT + k] -= room[_V + q]
    turns = math.floor((z[0] - seen[0] - room[_V]) / (2.0 * math.pi) + 0.5)
    v0 = z[0] - seen[0] - room[_V] - 2.0 * math.pi * turns
    v1 = z[1] - seen[1] - room[_V + 1]
    ranged = not math.isnan(z[2])
    v2 = z[2] - seen[2] - room[_V + 2] if ranged else 0.0
    for j in range(3):
        for q in range(3):
            room[_C + q * 3 + j] = (
                root * each * (room[_Z + q * _SIGHT + 1 + j] - room[_Z + q * _SIGHT + 4 + j])
            )
            if q == 2 and not ranged:
                room[_C + q * 3 + j] = 0.0
    c00, c01, c02 = room[_C], room[_C + 1], room[_C + 2]
    c10, c11, c12 = room[_C + 3], room[_C + 4], room[_C + 5]
    c20, c21, c22 = room[_C + 6], room[_C + 7], room[_C + 8]
    for t in range(WIDE):
        l0, l1, l2 = room[_L + t], room[_L + WIDE + t], room[_L + 2 * WIDE + t]
        room[_U + t] = c00 * l0 + c01 * l1 + c02 * l2
        room[_U + WIDE + t] = c10 * l0 + c11 * l1 + c12 * l2
        room[_U + 2 * WIDE + t] = c20 * l0 + c21 * l1 + c22 * l2
    s00 = _together(room, 0, 0, each, middle) + sd[0] * sd[0]
    s10 = _together(room, 1, 0, each, middle)
    s11 = _together(room, 1, 1, each, middle) + sd[1] * sd[1]
    s20, s21, s22 = 0.0, 0.0, 1.0
    if ranged:
        s20 = _together(room, 2, 0, each, middle)
        s21 = _together(room, 2, 1, each, middle)
        s22 = _together(room, 2, 2, each, middle) + sd[2] * sd[2]
    scale, distance2 = take(room, _X, _P, _U, s00, s10, s20, s11, s21, s22, v0, v1, v2)
    return math.log(scale) - 0.5 * (distance2 + (3.0 if ranged else 2.0) * LOG_2PI)


@_kernel
def _together(room: NDArray[np.float64], q: int, r: int, each: float, middle: float) -> float:
    """Return the covariance of two quantities over the points; those left out stand at the mean."""
    total = 0.0
    for k in range(1, 7):
        total += room[_Z + q * _SIGHT + k] * room[_Z + r * _SIGHT + k]
    return float(each * total + middle * room[_V + q] * room[_V + r])


@_kernel
def run(
    mode: int,
    x0: NDArray[np.float64],
    p0: NDArray[np.float64],
    start: float,
    time: NDArray[np.float64],
    sensor: NDArray[np.int64],
    values: NDArray[np.float64],
    sd: NDArray[np.float64],
    geometry: NDArray[np.float64],
    noise: NDArray[np.float64],
    alpha: float,
    beta: float,
    kappa: float,
    xs_out: NDArray[np.float64],
    ps_out: NDArray[np.float64],
    loglik: NDArray[np.float64],
) -> None:
    """Take the plots of one track in, in the order of time, and write what stood after each.

    As `imm.run`, in one mode and without biases: `x0` is `(10,)`, `p0` `(10, 10)`, the outputs are
    `(m, 10)`, `(m, 10, 10)` and `(m,)`. Azimuth, elevation and range are taken in, and range rate
    is not.
    """
    room = np.zeros(_ROOM)
    for i in range(CORE):
        room[_X + i] = x0[i]
        for j in range(CORE):
            room[_P + i * WIDE + j] = p0[i, j]
    now = start
    for m in range(len(time)):
        if time[m] > now:
            _predict(mode, room, time[m] - now, noise, alpha, beta, kappa)
            now = time[m]
        loglik[m] = _update(room, geometry[sensor[m]], values[m], sd[m], alpha, beta, kappa)
        for i in range(CORE):
            xs_out[m, i] = room[_X + i]
            for j in range(CORE):
                ps_out[m, i, j] = room[_P + i * WIDE + j]
