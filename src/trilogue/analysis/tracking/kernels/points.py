"""Many states moved side by side: the equations of `motion`, without branches.

States stand in one flat array, an element's row after the other, `width` numbers each, so that the
compiler moves as many at a time as the processor can. Functions here are written into the kernels
that call them, with the places, widths and choices that these give as constants.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import part
from trilogue.analysis.tracking.kernels.motion import (
    DENSITY_STEP,
    DENSITY_TOP,
    EXHAUST,
    FLATTENING,
    J2,
    LOG_DENSITY,
    MU,
    RADIUS,
    RATE,
    SLOW,
)

__all__ = ["move"]

_DENSITY = np.exp(LOG_DENSITY)
_SLOPE = np.append(np.diff(LOG_DENSITY) / DENSITY_STEP, 0.0)


@part
def _air(r: float, s2: float) -> float:
    """Return density as `motion` has it; the exponential, of at most 0.4, by its series.

    At a distance from the middle of the Earth, `s2` the squared sine of the latitude there.
    """
    surface = RADIUS * (1.0 - FLATTENING * s2 * (1.0 + 1.5 * FLATTENING * (1.0 - s2)))
    h = min(max(r - surface, 0.0), DENSITY_TOP - 1.0)
    i = int(h * (1.0 / DENSITY_STEP))
    e = _SLOPE[i] * (h - i * DENSITY_STEP)
    series = 1.0 + e * (1.0 / 11.0) * (1.0 + e * (1.0 / 12.0) * (1.0 + e * (1.0 / 13.0)))
    series = 1.0 + e * (1.0 / 8.0) * (1.0 + e * (1.0 / 9.0) * (1.0 + e * (1.0 / 10.0) * series))
    series = 1.0 + e * (1.0 / 5.0) * (1.0 + e * (1.0 / 6.0) * (1.0 + e * (1.0 / 7.0) * series))
    series = 1.0 + e * (1.0 / 2.0) * (1.0 + e * (1.0 / 3.0) * (1.0 + e * (1.0 / 4.0) * series))
    rho = _DENSITY[i] * (1.0 + e * series)
    return rho if h < DENSITY_TOP - 1.0 else 0.0


@part
def _rates(
    turning: bool, falling: bool, turn: float, drag: float,
    x: float, y: float, z: float, vx: float, vy: float, vz: float,
    ax: float, ay: float, az: float,
) -> tuple[float, float, float, float, float, float]:  # fmt: skip
    """Return the rates of velocity and thrust acceleration.

    Thrust changes as in `BOOST_TURN` where some points are `turning`, times `turn`; drag acts where
    some are `falling`, with area over mass `drag`.
    """
    r2 = x * x + y * y + z * z
    inverse = 1.0 / r2
    r = math.sqrt(r2)
    central = -MU * inverse * inverse * r
    k = 1.5 * J2 * RADIUS * RADIUS * inverse
    s2 = z * z * inverse
    polar = 5.0 * s2
    across = central * (1.0 + k * (1.0 - polar)) + RATE * RATE
    gx, gy, gz = across * x, across * y, central * (1.0 + k * (3.0 - polar)) * z
    jx, jy, jz = 0.0, 0.0, 0.0
    v2 = vx * vx + vy * vy + vz * vz
    if turning:
        growth = turn * math.sqrt(ax * ax + ay * ay + az * az) * (1.0 / EXHAUST)
        turned = turn / v2 if v2 > SLOW * SLOW else 0.0
        wx = (vy * gz - vz * gy) * turned
        wy = (vz * gx - vx * gz) * turned
        wz = (vx * gy - vy * gx) * turned
        jx = growth * ax + wy * az - wz * ay
        jy = growth * ay + wz * ax - wx * az
        jz = growth * az + wx * ay - wy * ax
    gx += 2.0 * RATE * vy + ax
    gy += ay - 2.0 * RATE * vx
    gz += az
    if falling:
        push = 0.5 * _air(r, s2) * math.sqrt(v2) * drag
        gx -= push * vx
        gy -= push * vy
        gz -= push * vz
    return gx, gy, gz, jx, jy, jz


@part
def move(
    a: NDArray[np.float64], at: int, width: int, turn: int, drag: int, middle: int,
    turning: bool, falling: bool, h: float,
) -> None:  # fmt: skip
    """Move the states at a place by one step of the classical Runge–Kutta rule.

    At `turn` and `drag` stands a number for each point, see `_rates`. The states in the middle of
    the step, nine rows, are left at `middle`, unless it is negative.
    """
    n, s = 0.5 * h, h / 6.0
    for k in range(width):
        x, y, z = a[at + k], a[at + width + k], a[at + 2 * width + k]
        vx, vy, vz = a[at + 3 * width + k], a[at + 4 * width + k], a[at + 5 * width + k]
        ax, ay, az = a[at + 6 * width + k], a[at + 7 * width + k], a[at + 8 * width + k]
        own, thin = a[turn + k], a[drag + k]
        a1, b1, c1, d1, e1, f1 = _rates(
            turning, falling, own, thin, x, y, z, vx, vy, vz, ax, ay, az
        )
        ux, uy, uz = vx + n * a1, vy + n * b1, vz + n * c1
        a2, b2, c2, d2, e2, f2 = _rates(
            turning, falling, own, thin, x + n * vx, y + n * vy, z + n * vz, ux, uy, uz,
            ax + n * d1, ay + n * e1, az + n * f1,
        )  # fmt: skip
        tx, ty, tz = vx + n * a2, vy + n * b2, vz + n * c2
        px, py, pz = x + n * ux, y + n * uy, z + n * uz
        qx, qy, qz = ax + n * d2, ay + n * e2, az + n * f2
        if middle >= 0:
            a[middle + k], a[middle + width + k], a[middle + 2 * width + k] = px, py, pz
            a[middle + 3 * width + k], a[middle + 4 * width + k] = tx, ty
            a[middle + 5 * width + k], a[middle + 6 * width + k] = tz, qx
            a[middle + 7 * width + k], a[middle + 8 * width + k] = qy, qz
        a3, b3, c3, d3, e3, f3 = _rates(
            turning, falling, own, thin, px, py, pz, tx, ty, tz, qx, qy, qz
        )
        a4, b4, c4, d4, e4, f4 = _rates(
            turning, falling, own, thin, x + h * tx, y + h * ty, z + h * tz,
            vx + h * a3, vy + h * b3, vz + h * c3, ax + h * d3, ay + h * e3, az + h * f3,
        )  # fmt: skip
        a[at + k] = x + h * (vx + s * (a1 + a2 + a3))
        a[at + width + k] = y + h * (vy + s * (b1 + b2 + b3))
        a[at + 2 * width + k] = z + h * (vz + s * (c1 + c2 + c3))
        a[at + 3 * width + k] = vx + s * (a1 + 2.0 * (a2 + a3) + a4)
        a[at + 4 * width + k] = vy + s * (b1 + 2.0 * (b2 + b3) + b4)
        a[at + 5 * width + k] = vz + s * (c1 + 2.0 * (c2 + c3) + c4)
        a[at + 6 * width + k] = ax + s * (d1 + 2.0 * (d2 + d3) + d4)
        a[at + 7 * width + k] = ay + s * (e1 + 2.0 * (e2 + e3) + e4)
        a[at + 8 * width + k] = az + s * (f1 + 2.0 * (f2 + f3) + f4)
