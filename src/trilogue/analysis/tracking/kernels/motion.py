"""How a state moves in each mode: the equations of motion, and their derivatives by the state.

Four modes (Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation,
2001, chapter 11; Li and Jilkov, Survey of Maneuvering Target Tracking, Part II: ballistic models):

- `BOOST_FREE`: thrust acceleration wanders freely; no drag term, since thrust less drag is what a
  plot shows;
- `BOOST_TURN`: thrust acceleration grows with the loss of mass and turns with the velocity under
  gravity, and wanders little;
- `COAST`: gravity alone;
- `REENTRY`: gravity and drag.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel

__all__ = [
    "BOOST_FREE", "BOOST_TURN", "COAST", "CORE", "DENSITY_STEP", "DENSITY_TOP", "EXHAUST",
    "FLATTENING", "J2", "LOG_DENSITY", "MODES", "MU", "RADIUS", "RATE", "REENTRY", "SLOW",
    "WIDE", "derivative", "rates",
]  # fmt: skip

BOOST_FREE, BOOST_TURN, COAST, REENTRY = range(4)
MODES = 4
CORE = 10
"""Elements of the state before the biases."""

MU = 3.986_004_418e14
J2 = 1.082_626_68e-3
RADIUS = 6_378_137.0
FLATTENING = 1.0 / 298.257_223_563
RATE = 7.292_115e-5

# The filter's air: the density of the US Standard Atmosphere 1976 every 2 km, straight in the
# logarithm. The simulator's is a closed form: they differ by up to half a per cent.
DENSITY_STEP = 2_000.0
DENSITY_TOP = 120_000.0


def _log_density() -> NDArray[np.float64]:
    from trilogue.analysis.flight.atmosphere import density

    heights = np.arange(0.0, DENSITY_TOP + 1.0, DENSITY_STEP)
    logs: NDArray[np.float64] = np.log(np.array([density(h) for h in heights]))
    return logs


LOG_DENSITY = _log_density()


@kernel
def _air(x: float, y: float, z: float) -> tuple[float, float]:
    """Return density and its derivative by height; the height is good to 5 m up to 120 km."""
    r = math.sqrt(x * x + y * y + z * z)
    s = z / r
    surface = RADIUS * (1.0 - FLATTENING * s * s * (1.0 + 1.5 * FLATTENING * (1.0 - s * s)))
    h = r - surface
    if h >= DENSITY_TOP - 1.0:
        return 0.0, 0.0
    share = max(h, 0.0) / DENSITY_STEP
    i = int(share)
    slope = (LOG_DENSITY[i + 1] - LOG_DENSITY[i]) / DENSITY_STEP
    rho = math.exp(LOG_DENSITY[i] + slope * (max(h, 0.0) - i * DENSITY_STEP))
    return rho, rho * slope


@kernel
def _gravity(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return gravity with J2 and the centrifugal term at a position (Vallado, 4th ed., 8.7.1)."""
    r2 = x * x + y * y + z * z
    central = -MU / (r2 * math.sqrt(r2))
    k = 1.5 * J2 * RADIUS * RADIUS / r2
    polar = 5.0 * z * z / r2
    across = central * (1.0 + k * (1.0 - polar)) + RATE * RATE
    return across * x, across * y, central * (1.0 + k * (3.0 - polar)) * z


@kernel
def _turn(
    x: float, y: float, z: float, vx: float, vy: float, vz: float
) -> tuple[float, float, float]:
    """Return the rate (v × g)/v² at which gravity turns the velocity, and the thrust with it."""
    v2 = vx * vx + vy * vy + vz * vz
    if v2 <= SLOW * SLOW:
        return 0.0, 0.0, 0.0
    gx, gy, gz = _gravity(x, y, z)
    return (vy * gz - vz * gy) / v2, (vz * gx - vx * gz) / v2, (vx * gy - vy * gx) / v2


@kernel
def rates(
    mode: int, x: float, y: float, z: float, vx: float, vy: float, vz: float,
    ax: float, ay: float, az: float, drag: float,
) -> tuple[float, float, float, float, float, float]:  # fmt: skip
    """Return the rates of velocity and of thrust acceleration; `drag` is area over mass."""
    gx, gy, gz = _gravity(x, y, z)
    gx += 2.0 * RATE * vy
    gy -= 2.0 * RATE * vx
    jx, jy, jz = 0.0, 0.0, 0.0
    if mode <= BOOST_TURN:
        gx += ax
        gy += ay
        gz += az
        if mode == BOOST_TURN:
            growth = math.sqrt(ax * ax + ay * ay + az * az) / EXHAUST
            wx, wy, wz = _turn(x, y, z, vx, vy, vz)
            jx = growth * ax + wy * az - wz * ay
            jy = growth * ay + wz * ax - wx * az
            jz = growth * az + wx * ay - wy * ax
    elif mode == REENTRY:
        rho, _ = _air(x, y, z)
        if rho > 0.0:
            push = 0.5 * rho * math.sqrt(vx * vx + vy * vy + vz * vz) * drag
            gx -= push * vx
            gy -= push * vy
            gz -= push * vz
    return gx, gy, gz, jx, jy, jz


EXHAUST = 2_600.0
"""Exhaust velocity by which thrust acceleration grows, m/s: between solid and storable liquid."""
SLOW = 100.0
"""Below this speed, m/s, the direction of velocity says nothing of the thrust."""


WIDE = 16
"""Length of a row of a work array: ten elements, filled up to what moves eight at a time."""


@kernel
def derivative(
    mode: int, x: float, y: float, z: float, vx: float, vy: float, vz: float,
    ax: float, ay: float, az: float, log_drag: float, a: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write the partial derivatives of `rates` by the state, the first six rows of `a`.

    Of `BOOST_TURN` the derivative of the turning rate by position and velocity is left out: it
    is 1e-7 of the terms kept.
    """
    for i in range(6 * WIDE):
        a[i] = 0.0
    r2 = x * x + y * y + z * z
    central = -MU / (r2 * math.sqrt(r2))
    k = 1.5 * J2 * RADIUS * RADIUS / r2
    polar = 5.0 * z * z / r2
    # Of central·(1 + k(s - polar))·x, with s 1, 1, 3 along the axes: by r², then of polar by z.
    across, along = 1.0 + k * (1.0 - polar), 1.0 + k * (3.0 - polar)
    ring = central / r2 * (k * (4.0 * polar - 2.0) - 3.0 * across)
    pole = central / r2 * (k * (4.0 * polar - 6.0) - 3.0 * along)
    rise = -10.0 * central * k * z / r2
    a[0] = central * across + RATE * RATE + ring * x * x
    a[1] = ring * x * y
    a[2] = (ring * z + rise) * x
    a[4] = 2.0 * RATE
    a[WIDE] = ring * x * y
    a[WIDE + 1] = central * across + RATE * RATE + ring * y * y
    a[WIDE + 2] = (ring * z + rise) * y
    a[WIDE + 3] = -2.0 * RATE
    a[2 * WIDE] = pole * x * z
    a[2 * WIDE + 1] = pole * y * z
    a[2 * WIDE + 2] = central * along + (pole * z + rise) * z
    if mode <= BOOST_TURN:
        a[6] = 1.0
        a[WIDE + 7] = 1.0
        a[2 * WIDE + 8] = 1.0
    elif mode == REENTRY:
        rho, slope = _air(x, y, z)
        if rho > 0.0:
            speed = math.sqrt(vx * vx + vy * vy + vz * vz)
            e = 0.5 * math.exp(min(log_drag, 0.0))
            thin, fast = e * slope * speed / math.sqrt(r2), e * rho / speed
            for i in range(3):
                row = i * WIDE
                v = vx if i == 0 else (vy if i == 1 else vz)
                a[row] -= thin * x * v
                a[row + 1] -= thin * y * v
                a[row + 2] -= thin * z * v
                a[row + 3] -= fast * vx * v
                a[row + 4] -= fast * vy * v
                a[row + 5] -= fast * vz * v
                a[row + 3 + i] -= e * rho * speed
                a[row + 9] = -e * rho * speed * v
    if mode == BOOST_TURN:
        size = math.sqrt(ax * ax + ay * ay + az * az)
        own = 1.0 / (size * EXHAUST) if size > 0.0 else 0.0
        wx, wy, wz = _turn(x, y, z, vx, vy, vz)
        row = 3 * WIDE
        a[row + 6] = size / EXHAUST + own * ax * ax
        a[row + 7] = own * ax * ay - wz
        a[row + 8] = own * ax * az + wy
        row += WIDE
        a[row + 6] = own * ay * ax + wz
        a[row + 7] = size / EXHAUST + own * ay * ay
        a[row + 8] = own * ay * az - wx
        row += WIDE
        a[row + 6] = own * az * ax - wy
        a[row + 7] = own * az * ay + wx
        a[row + 8] = size / EXHAUST + own * az * az
