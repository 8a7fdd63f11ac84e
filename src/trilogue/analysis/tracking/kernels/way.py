"""Kernels of the way of a flight: told by as few places as keep to it, for many flights at once.

A row is time, state in ECEF `(6,)`, and two standard deviations of the position: the greatest on
the level and the vertical one. Between two rows a way is the cubic Hermite polynomial of their
positions and velocities, and its standard deviations are straight.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel
from trilogue.analysis.tracking.kernels.dynamics import (
    REENTRY,
    ROOM,
    P,
    X,
    move,
    spread,
    transition,
)
from trilogue.analysis.tracking.kernels.motion import FLATTENING, RADIUS, WIDE

__all__ = ["KNOWN", "trace"]

_BOOST, _MIDCOURSE, _TERMINAL = range(3)
"""Places in `estimate.PHASES`."""
KNOWN: tuple[Literal["before", "seen", "ahead"], ...] = ("before", "seen", "ahead")
_BEFORE, _SEEN, _AHEAD = range(3)

_ROW = 9
_TERMINAL_M = 100_000.0
_POLAR = RADIUS * (1.0 - FLATTENING)
_E2 = FLATTENING * (2.0 - FLATTENING)
_EP2 = _E2 / (1.0 - _E2)

_SPACE_STEP, _AIR_STEP, _LEAST_STEP = 40.0, 5.0, 0.5
"""Longest steps of the fall above the air and in it, and the shortest, seconds."""
_DENSE_M = 80_000.0
"""Above it the air is too thin to bend a fall within a step."""
_SCALE_M = 5_000.0
"""The air thickens by half in less than this: no step falls through more of it."""
_BISECTIONS = 30
_MOST_CHORDS = 1_000
_LEAST_SD_M = 5.0


@kernel
def _upward(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return sine and cosine of the geodetic latitude of a position, and its height.

    Source: Bowring, Transformation from spatial to geographical coordinates, Survey Review 23,
    323–327, 1976: one round, good to a nanoradian where missiles fly.
    """
    across = math.sqrt(x * x + y * y)
    s, c = z * RADIUS, across * _POLAR
    n = math.sqrt(s * s + c * c)
    s, c = s / n, c / n
    s, c = z + _EP2 * _POLAR * s * s * s, across - _E2 * RADIUS * c * c * c
    n = math.sqrt(s * s + c * c)
    s, c = s / n, c / n
    return s, c, across * c + z * s - RADIUS * math.sqrt(1.0 - _E2 * s * s)


@kernel
def _spread(
    rows: NDArray[np.float64], k: int,
    xx: float, xy: float, xz: float, yy: float, yz: float, zz: float,
) -> float:  # fmt: skip
    """Write the standard deviations of a row, of its position's covariance; return its height."""
    x, y = rows[k, 1], rows[k, 2]
    across = math.sqrt(x * x + y * y)
    s, c, height = _upward(x, y, rows[k, 3])
    sl, cl = 0.0, 1.0
    if across > 0.0:
        sl, cl = y / across, x / across
    # Towards east, and along the meridian outward: what north and up have in common.
    e0, e1, e2 = cl * xy - sl * xx, cl * yy - sl * xy, cl * yz - sl * xz
    a0, a1, a2 = cl * xx + sl * xy, cl * xy + sl * yy, cl * xz + sl * yz
    east = cl * e1 - sl * e0
    outward = cl * a0 + sl * a1
    north = s * s * outward - 2.0 * s * c * a2 + c * c * zz
    both = c * e2 - s * (cl * e0 + sl * e1)
    up = c * c * outward + 2.0 * s * c * a2 + s * s * zz
    half = 0.5 * (east - north)
    # The greater eigenvalue of two by two.
    level = 0.5 * (east + north) + math.sqrt(half * half + both * both)
    rows[k, 7] = math.sqrt(max(level, 0.0))
    rows[k, 8] = math.sqrt(max(up, 0.0))
    return height


@kernel
def _stated(
    rows: NDArray[np.float64], k: int, time: float,
    state: NDArray[np.float64], p: NDArray[np.float64], at: int,
) -> None:  # fmt: skip
    """Write the row of one of many states."""
    rows[k, 0] = time
    for i in range(6):
        rows[k, 1 + i] = state[at, i]
    _spread(rows, k, p[at, 0, 0], p[at, 0, 1], p[at, 0, 2], p[at, 1, 1], p[at, 1, 2], p[at, 2, 2])


@kernel
def _between(
    a: NDArray[np.float64], b: NDArray[np.float64], time: float, out: NDArray[np.float64]
) -> None:
    """Write the row that lies between two rows at a time."""
    h = b[0] - a[0]
    s = (time - a[0]) / h
    r = 1.0 - s
    w0, w1, u0, u1 = (1.0 + 2.0 * s) * r * r, s * s * (3.0 - 2.0 * s), s * r * r * h, -s * s * r * h
    d, d0, d1 = 6.0 * s * r / h, r * (1.0 - 3.0 * s), s * (3.0 * s - 2.0)
    out[0] = time
    for i in range(1, 4):
        out[i] = w0 * a[i] + w1 * b[i] + u0 * a[3 + i] + u1 * b[3 + i]
        out[3 + i] = d * (b[i] - a[i]) + d0 * a[3 + i] + d1 * b[3 + i]
    for i in range(7, _ROW):
        out[i] = r * a[i] + s * b[i]


@kernel
def _worst(rows: NDArray[np.float64], a: int, b: int, within_m: float, share: float) -> int:
    """Return which row between two is farthest from what these tell of it; -1 if all are allowed.

    Distances count in what is allowed.
    """
    h = rows[b, 0] - rows[a, 0]
    ax, ay, az = rows[a, 1], rows[a, 2], rows[a, 3]
    bx, by, bz = rows[b, 1], rows[b, 2], rows[b, 3]
    au, av, aw = h * rows[a, 4], h * rows[a, 5], h * rows[a, 6]
    bu, bv, bw = h * rows[b, 4], h * rows[b, 5], h * rows[b, 6]
    al, ah, bl, bh = rows[a, 7], rows[a, 8], rows[b, 7], rows[b, 8]
    each = 1.0 / within_m
    worst, at = 1.0, -1
    for k in range(a + 1, b):
        s = (rows[k, 0] - rows[a, 0]) / h
        r = 1.0 - s
        w0, w1, u0, u1 = (1.0 + 2.0 * s) * r * r, s * s * (3.0 - 2.0 * s), s * r * r, -s * s * r
        dx = w0 * ax + w1 * bx + u0 * au + u1 * bu - rows[k, 1]
        dy = w0 * ay + w1 * by + u0 * av + u1 * bv - rows[k, 2]
        dz = w0 * az + w1 * bz + u0 * aw + u1 * bw - rows[k, 3]
        off = math.sqrt(dx * dx + dy * dy + dz * dz) * each
        level, height = rows[k, 7], rows[k, 8]
        off = max(off, abs(r * al + s * bl - level) / (share * level + _LEAST_SD_M))
        off = max(off, abs(r * ah + s * bh - height) / (share * height + _LEAST_SD_M))
        if off > worst:
            worst, at = off, k
    return at


@kernel
def _thin(
    rows: NDArray[np.float64], begin: int, end: int,
    within_m: float, share: float, kept: NDArray[np.int64],
) -> int:  # fmt: skip
    """Write which rows tell all from `begin` to `end`, both among them; return how many they are.

    Source: Douglas and Peucker, The Canadian Cartographer 10, 112–122, 1973, with the polynomial
    in place of the chord.
    """
    last = np.empty(end - begin + 1, np.int64)
    last[0] = end
    left, here, n = 1, begin, 1
    kept[0] = begin
    while left > 0:
        there = last[left - 1]
        at = _worst(rows, here, there, within_m, share)
        if at >= 0:
            last[left] = at
            left += 1
        else:
            kept[n] = there
            n += 1
            here = there
            left -= 1
    return n


@kernel
def _chords(a: NDArray[np.float64], b: NDArray[np.float64], within_m: float) -> int:
    """Return into how many chords of one duration the way between two rows may be cut.

    A chord over `h` is off by `h²/8` of the greatest acceleration, which a cubic has at an end.
    """
    h = b[0] - a[0]
    most = 0.0
    for end in range(2):
        total = 0.0
        for i in range(1, 4):
            step = 6.0 * (b[i] - a[i]) / h
            if end == 0:
                q = step - 4.0 * a[3 + i] - 2.0 * b[3 + i]
            else:
                q = 2.0 * a[3 + i] + 4.0 * b[3 + i] - step
            total += q * q
        most = max(most, math.sqrt(total))
    # `most` is of acceleration times h.
    wanted = math.sqrt(h * most / (8.0 * within_m))
    return math.ceil(wanted) if 1.0 < wanted < _MOST_CHORDS else 1


@kernel
def _step(height: float, down: float, left: float) -> float:
    """Return how long the next step of a fall may be; `down` is the speed towards the ground."""
    fast = max(abs(down), 1.0)
    step = min(max(_SCALE_M / fast, _LEAST_STEP), _AIR_STEP)
    if height > _DENSE_M:
        over = (height - _DENSE_M) / fast if down > 0.0 else _SPACE_STEP
        step = min(max(over, step), _SPACE_STEP)
    return min(step, left)


@kernel
def _fall(
    out: NDArray[np.float64], now: int, p: NDArray[np.float64], drag: NDArray[np.float64],
    end: float, there: NDArray[np.float64],
) -> tuple[int, int]:  # fmt: skip
    """Write the rows of a fall after that of now; return where they stop, and the first in the air.

    See `legs`: what the impact differs by is worked in over the part in the air, here into the
    velocity, too. The air is reached in a row of its own. Nothing in the air is -1.
    """
    a = np.zeros(ROOM)
    for i in range(6):
        a[X + i] = out[now, 1 + i]
        for j in range(6):
            a[P + i * WIDE + j] = p[i, j]
    a[X + 9] = drag[0]
    a[P + 9 * WIDE + 9] = drag[1] * drag[1]
    time, begins = out[now, 0], out[now, 0]
    r = math.sqrt(a[X] * a[X] + a[X + 1] * a[X + 1] + a[X + 2] * a[X + 2])
    down = -(a[X] * a[X + 3] + a[X + 1] * a[X + 4] + a[X + 2] * a[X + 5]) / r
    height = _upward(a[X], a[X + 1], a[X + 2])[2]
    air = now if down > 0.0 and height < _TERMINAL_M else -1
    n = now + 1
    while end - time > 1e-6:
        h = _step(height, down, end - time)
        move(REENTRY, h, a)
        transition(REENTRY, h, a)
        spread(REENTRY, a)
        time = end if end - time - h < 1e-6 else time + h
        before = height
        out[n, 0] = time
        for i in range(6):
            out[n, 1 + i] = a[X + i]
        height = _spread(
            out, n, a[P], a[P + 1], a[P + 2], a[P + WIDE + 1], a[P + WIDE + 2], a[P + 2 * WIDE + 2]
        )
        r = math.sqrt(a[X] * a[X] + a[X + 1] * a[X + 1] + a[X + 2] * a[X + 2])
        down = -(a[X] * a[X + 3] + a[X + 1] * a[X + 4] + a[X + 2] * a[X + 5]) / r
        n += 1
        if down > 0.0 and height < _TERMINAL_M and air < 0:
            air = n - 1
            if before > _TERMINAL_M:
                out[n] = out[n - 1]
                low, high = out[n - 2, 0], time
                for _ in range(_BISECTIONS):
                    _between(out[n - 2], out[n], 0.5 * (low + high), out[n - 1])
                    if _upward(out[n - 1, 1], out[n - 1, 2], out[n - 1, 3])[2] > _TERMINAL_M:
                        low = out[n - 1, 0]
                    else:
                        high = out[n - 1, 0]
                begins = out[n - 1, 0]
                n += 1
    over = end - begins
    for i in range(3):
        off = there[i] - out[n - 1, 1 + i]
        for k in range(now, n):
            share = max((out[k, 0] - begins) / over, 0.0)
            out[k, 1 + i] += share * share * off
            out[k, 4 + i] += 2.0 * share / over * off
    return n, air


@kernel
def _on_ground(latitude: float, longitude: float, out: NDArray[np.float64]) -> None:
    """Write the position of degrees on the ellipsoid."""
    phi, lam = math.radians(latitude), math.radians(longitude)
    s, c = math.sin(phi), math.cos(phi)
    normal = RADIUS / math.sqrt(1.0 - _E2 * s * s)
    out[0] = normal * c * math.cos(lam)
    out[1] = normal * c * math.sin(lam)
    out[2] = normal * (1.0 - _E2) * s


@kernel
def _sample(
    rows: NDArray[np.float64], first: int, n: int, out: NDArray[np.float64], at: int
) -> None:
    """Write the samples of some rows at a place, as `trace` has them."""
    for k in range(n):
        row = rows[first + k]
        seconds = np.rint(1e3 * (row[0] - rows[first, 0])) / 1e3
        out[at + 7 * k] = seconds
        for i in range(3):
            out[at + 7 * k + 1 + i] = np.rint(row[1 + i])
            out[at + 7 * k + 4 + i] = np.rint(10.0 * row[4 + i]) / 10.0
        for i in range(2):
            sd = at + (7 + 2 * i) * n + 2 * k
            out[sd], out[sd + 1] = seconds, np.rint(row[7 + i])


@kernel
def trace(
    time: NDArray[np.float64],
    state: NDArray[np.float64],
    covariance: NDArray[np.float64],
    phase: NDArray[np.int64],
    now: float,
    now_state: NDArray[np.float64],
    now_covariance: NDArray[np.float64],
    now_phase: int,
    launch: NDArray[np.float64],
    impact: NDArray[np.float64],
    drag: NDArray[np.float64],
    within: NDArray[np.float64],
) -> tuple[
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.float64],
]:
    """Return the rows of a way, the places of its line in whole metres, its legs, and numbers.

    States are `(n, 6)` with covariances `(n, 6, 6)` and the places of their phases in
    `estimate.PHASES`. `launch` and `impact` are `(4,)`: time, degrees, standard deviation on the
    level; a time that is not a number stands for none. `drag` is the logarithm of what is taken
    for granted, and its standard deviation. `within` is how far a way may be off between rows, by
    which part a standard deviation may be, and how far off the line may be from the way.

    A leg is `(6,)`: phase, what is known, its first and last row, its first and last place; where
    one ends the next begins. The numbers are the corners of the box that holds all places, six;
    the greatest standard deviations along each leg, two of each; and the samples of what is flown
    as they are written (see `legs.Way`), to the millisecond, the metre and the decimetre a second.
    """
    end = impact[0]
    most = len(time) + 2
    if end > now:
        most += int((end - now) / _LEAST_STEP) + 3
    dense, own = np.empty((most, _ROW)), np.empty(len(time) + 1, np.int64)
    seen = 0
    for k in range(len(time)):
        if time[k] < now and (seen == 0 or time[k] > dense[seen - 1, 0]):
            _stated(dense, seen, time[k], state, covariance, k)
            own[seen] = phase[k]
            seen += 1
    p = now_covariance
    dense[seen, 0] = now
    for i in range(6):
        dense[seen, 1 + i] = now_state[i]
    _spread(dense, seen, p[0, 0], p[0, 1], p[0, 2], p[1, 1], p[1, 2], p[2, 2])
    own[seen] = now_phase
    # The last of those that are seen is the first of those that lie ahead.
    total, air = seen + 1, -1
    if end > now:
        there = np.empty(3)
        _on_ground(impact[1], impact[2], there)
        total, air = _fall(dense, seen, p, drag, end, there)
    legs, greatest = np.empty((total + 1, 6), np.int64), np.empty((total + 1, 2))
    kept, rows = np.empty(total, np.int64), np.empty((total + 1, _ROW))
    places = np.empty((4 * total + 128, 3))
    number, n, m = 0, 0, 0
    if launch[0] < dense[0, 0] and own[0] == _BOOST:
        rows[0, 0] = launch[0]
        _on_ground(launch[1], launch[2], rows[0, 1:4])
        rows[0, 4:8] = 0.0
        rows[0, 7], rows[0, 8] = launch[3], 0.0
        places[0] = rows[0, 1:4]
        legs[0] = np.array([_BOOST, _BEFORE, 0, 1, 0, 1])
        greatest[0, 0], greatest[0, 1] = max(launch[3], dense[0, 7]), dense[0, 8]
        number, n, m = 1, 1, 1
    first = n
    rows[n] = dense[0]
    places[m] = dense[0, 1:4]
    at = 0
    between = np.empty(_ROW)
    while at < total - 1:
        leg = legs[number]
        leg[1], stop = _SEEN, at + 1
        if at < seen:
            leg[0] = own[at]
            while stop < seen and own[stop] == own[at]:
                stop += 1
        else:
            leg[0], leg[1] = _TERMINAL, _AHEAD
            stop = total - 1
            if air < 0 or at < air:
                leg[0] = _MIDCOURSE
                stop = stop if air < 0 else air
        leg[2], leg[4] = n, m
        for i in range(2):
            top = 0.0
            for k in range(at, stop + 1):
                top = max(top, dense[k, 7 + i])
            greatest[number, i] = top
        left = _thin(dense, at, stop, within[0], within[1], kept)
        for k in range(1, left):
            a, b = dense[kept[k - 1]], dense[kept[k]]
            chords = _chords(a, b, within[2])
            if m + chords >= len(places):
                larger = np.empty((2 * (m + chords), 3))
                larger[: m + 1] = places[: m + 1]
                places = larger
            for q in range(1, chords):
                _between(a, b, a[0] + (b[0] - a[0]) * q / chords, between)
                places[m + q] = between[1:4]
            n, m = n + 1, m + chords
            rows[n] = b
            places[m] = b[1:4]
        leg[3], leg[5] = n, m
        number += 1
        at = stop
    told = np.empty((m + 1, 3), np.int64)
    head = 6 + 2 * number
    numbers = np.empty(head + 11 * (n + 1 - first))
    for i in range(3):
        low, high = places[0, i], places[0, i]
        for k in range(m + 1):
            told[k, i] = round(places[k, i])
            low, high = min(low, places[k, i]), max(high, places[k, i])
        numbers[i], numbers[3 + i] = low, high
    for k in range(number):
        numbers[6 + 2 * k], numbers[7 + 2 * k] = greatest[k, 0], greatest[k, 1]
    _sample(rows, first, n + 1 - first, numbers, head)
    return rows[: n + 1], told, legs[:number], numbers
