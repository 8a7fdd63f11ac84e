"""The peer's equations of motion: ours, written a second time, in plain floats and in numpy.

One state moves in plain floats, which is three times as quick as numpy there; the points of an
unscented filter move in numpy, all at once. None of our compiled code runs here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from trilogue.analysis.flight.atmosphere import density

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["COAST", "FREE", "REENTRY", "SIZE", "SUBSTEP", "TURN", "slopes", "step_many", "step_one"]

FREE, TURN, COAST, REENTRY = range(4)
SIZE = 10
SUBSTEP = 0.5

MU = 3.986_004_418e14
J2 = 1.082_626_68e-3
RADIUS = 6_378_137.0
FLATTENING = 1.0 / 298.257_223_563
RATE = 7.292_115e-5
EXHAUST = 2_600.0
SLOW = 100.0

_STEP, _TOP = 2_000.0, 120_000.0
_LOGS = np.log([density(h) for h in np.arange(0.0, _TOP + 1.0, _STEP)])
_LOGS_LIST = _LOGS.tolist()


def _air(x: float, y: float, z: float) -> tuple[float, float]:
    """Return density and its derivative by height, of floats."""
    r = math.sqrt(x * x + y * y + z * z)
    s = z / r
    h = r - RADIUS * (1.0 - FLATTENING * s * s * (1.0 + 1.5 * FLATTENING * (1.0 - s * s)))
    if h >= _TOP - 1.0:
        return 0.0, 0.0
    h = max(h, 0.0)
    i = int(h / _STEP)
    slope = (_LOGS_LIST[i + 1] - _LOGS_LIST[i]) / _STEP
    rho = math.exp(_LOGS_LIST[i] + slope * (h - i * _STEP))
    return rho, rho * slope


def _densities(x: NDArray, y: NDArray, z: NDArray) -> NDArray:
    """Return density alone, of rows."""
    r = np.sqrt(x * x + y * y + z * z)
    s2 = (z / r) ** 2
    h = r - RADIUS * (1.0 - FLATTENING * s2 * (1.0 + 1.5 * FLATTENING * (1.0 - s2)))
    i = np.clip(h / _STEP, 0.0, len(_LOGS) - 2).astype(int)
    share = np.maximum(h, 0.0) / _STEP - i
    return np.where(h >= _TOP - 1.0, 0.0, np.exp(_LOGS[i] + share * (_LOGS[i + 1] - _LOGS[i])))


def _gravity(x: Any, y: Any, z: Any) -> Any:
    """Return the acceleration of gravity at floats, or at rows of numpy."""
    r2 = x * x + y * y + z * z
    central = -MU / (r2 * r2**0.5)
    k = 1.5 * J2 * RADIUS * RADIUS / r2
    polar = 5.0 * z * z / r2
    across = central * (1.0 + k * (1.0 - polar)) + RATE * RATE
    return across * x, across * y, central * (1.0 + k * (3.0 - polar)) * z


def _rates(mode, x, y, z, vx, vy, vz, ax, ay, az, drag, scalar):  # noqa: ANN001, ANN202
    """Return the rates of velocity and of thrust acceleration, of floats or of rows."""
    gx, gy, gz = _gravity(x, y, z)
    jx = jy = jz = 0.0 * x
    if mode == TURN:
        v2 = vx * vx + vy * vy + vz * vz
        growth = (ax * ax + ay * ay + az * az) ** 0.5 / EXHAUST
        jx, jy, jz = growth * ax, growth * ay, growth * az
        if not scalar:
            turned = np.where(v2 > SLOW * SLOW, 1.0 / v2, 0.0)
        else:
            turned = 1.0 / v2 if v2 > SLOW * SLOW else 0.0
        wx = (vy * gz - vz * gy) * turned
        wy = (vz * gx - vx * gz) * turned
        wz = (vx * gy - vy * gx) * turned
        jx, jy, jz = jx + wy * az - wz * ay, jy + wz * ax - wx * az, jz + wx * ay - wy * ax
    gx = gx + 2.0 * RATE * vy
    gy = gy - 2.0 * RATE * vx
    if mode <= TURN:
        return gx + ax, gy + ay, gz + az, jx, jy, jz
    if mode == REENTRY:
        rho = _air(x, y, z)[0] if scalar else _densities(x, y, z)
        d = 0.5 * rho * (vx * vx + vy * vy + vz * vz) ** 0.5 * drag
        return gx - d * vx, gy - d * vy, gz - d * vz, jx, jy, jz
    return gx, gy, gz, jx, jy, jz


def step_one(mode: int, s: list[float], h: float, *, middle: bool = False) -> list[float]:
    """Move one state, a list of floats, by the classical Runge–Kutta rule; or to its middle."""
    drag = math.exp(min(s[9], 0.0))
    x, y, z, vx, vy, vz, ax, ay, az = s[:9]
    n = 0.5 * h
    a1, b1, c1, d1, e1, f1 = _rates(mode, x, y, z, vx, vy, vz, ax, ay, az, drag, True)  # noqa: FBT003
    ux, uy, uz = vx + n * a1, vy + n * b1, vz + n * c1
    a2, b2, c2, d2, e2, f2 = _rates(
        mode, x + n * vx, y + n * vy, z + n * vz, ux, uy, uz,
        ax + n * d1, ay + n * e1, az + n * f1, drag, True,  # noqa: FBT003
    )  # fmt: skip
    wx, wy, wz = vx + n * a2, vy + n * b2, vz + n * c2
    px, py, pz = x + n * ux, y + n * uy, z + n * uz
    qx, qy, qz = ax + n * d2, ay + n * e2, az + n * f2
    if middle:
        return [px, py, pz, wx, wy, wz, qx, qy, qz, s[9]]
    a3, b3, c3, d3, e3, f3 = _rates(mode, px, py, pz, wx, wy, wz, qx, qy, qz, drag, True)  # noqa: FBT003
    a4, b4, c4, d4, e4, f4 = _rates(
        mode, x + h * wx, y + h * wy, z + h * wz, vx + h * a3, vy + h * b3, vz + h * c3,
        ax + h * d3, ay + h * e3, az + h * f3, drag, True,  # noqa: FBT003
    )  # fmt: skip
    m = h / 6.0
    return [
        x + h * (vx + m * (a1 + a2 + a3)),
        y + h * (vy + m * (b1 + b2 + b3)),
        z + h * (vz + m * (c1 + c2 + c3)),
        vx + m * (a1 + 2.0 * (a2 + a3) + a4),
        vy + m * (b1 + 2.0 * (b2 + b3) + b4),
        vz + m * (c1 + 2.0 * (c2 + c3) + c4),
        ax + m * (d1 + 2.0 * (d2 + d3) + d4),
        ay + m * (e1 + 2.0 * (e2 + e3) + e4),
        az + m * (f1 + 2.0 * (f2 + f3) + f4),
        s[9],
    ]


def step_many(mode: int, s: NDArray, h: float) -> NDArray:
    """Move many states `(10, m)` by the classical Runge–Kutta rule."""
    drag = np.exp(np.minimum(s[9], 0.0))

    def rate(y: NDArray) -> NDArray:
        out = np.empty((9, s.shape[1]))
        out[:3] = y[3:6]
        out[3:] = _rates(mode, *y, drag, False)  # noqa: FBT003
        return out

    start = s[:9]
    k1 = rate(start)
    k2 = rate(start + 0.5 * h * k1)
    k3 = rate(start + 0.5 * h * k2)
    k4 = rate(start + h * k3)
    out = s.copy()
    out[:9] += h / 6.0 * (k1 + 2.0 * (k2 + k3) + k4)
    return out


def slopes(mode: int, s: list[float]) -> NDArray:
    """Return the derivative `(10, 10)` of the rates by the state, at one state of floats."""
    x, y, z, vx, vy, vz, ax, ay, az, log_drag = s
    out = np.zeros((SIZE, SIZE))
    r2 = x * x + y * y + z * z
    central = -MU / (r2 * math.sqrt(r2))
    k = 1.5 * J2 * RADIUS * RADIUS / r2
    polar = 5.0 * z * z / r2
    across, along = 1.0 + k * (1.0 - polar), 1.0 + k * (3.0 - polar)
    # central·(1 + k(s - polar)) and its derivative by r², then that of polar by z.
    c, e = central * across, central * along
    cr = central / r2 * (-3.0 * across + k * (-2.0 * (1.0 - polar) + 2.0 * polar))
    er = central / r2 * (-3.0 * along + k * (-2.0 * (3.0 - polar) + 2.0 * polar))
    cz = -10.0 * central * k * z / r2
    w2 = RATE * RATE
    rows = [
        [c + w2 + cr * x * x, cr * x * y, cr * x * z + cz * x, 0.0, 2.0 * RATE, 0.0],
        [cr * y * x, c + w2 + cr * y * y, cr * y * z + cz * y, -2.0 * RATE, 0.0, 0.0],
        [er * z * x, er * z * y, e + er * z * z + cz * z, 0.0, 0.0, 0.0],
    ]
    out[0, 3] = out[1, 4] = out[2, 5] = 1.0
    if mode == REENTRY:
        rho, slope = _air(x, y, z)
        if rho > 0.0:
            speed = math.sqrt(vx * vx + vy * vy + vz * vz)
            b = 0.5 * math.exp(min(log_drag, 0.0))
            g, f = b * slope * speed / math.sqrt(r2), b * rho / speed
            d = b * rho * speed
            for i, v in enumerate((vx, vy, vz)):
                row = rows[i]
                row[0] -= g * x * v
                row[1] -= g * y * v
                row[2] -= g * z * v
                row[3] -= f * vx * v
                row[4] -= f * vy * v
                row[5] -= f * vz * v
                row[3 + i] -= d
                out[3 + i, 9] = -d * v
    out[3:6, :6] = rows
    if mode <= TURN:
        out[3, 6] = out[4, 7] = out[5, 8] = 1.0
    if mode == TURN:
        size = math.sqrt(ax * ax + ay * ay + az * az)
        v2 = vx * vx + vy * vy + vz * vz
        g, n = size / EXHAUST, 1.0 / (size * EXHAUST) if size > 0.0 else 0.0
        wx = wy = wz = 0.0
        if v2 > SLOW * SLOW:
            gx, gy, gz = _gravity(x, y, z)
            wx, wy, wz = (
                (vy * gz - vz * gy) / v2,
                (vz * gx - vx * gz) / v2,
                (vx * gy - vy * gx) / v2,
            )
        out[6:9, 6:9] = [
            [g + n * ax * ax, n * ax * ay - wz, n * ax * az + wy],
            [n * ay * ax + wz, g + n * ay * ay, n * ay * az - wx],
            [n * az * ax - wy, n * az * ay + wx, g + n * az * az],
        ]
    return out
