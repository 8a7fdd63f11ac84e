"""How a state moves in each mode, with its analytic transition matrix and process noise.

Four modes (Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation,
2001, chapter 11; Li and Jilkov, Survey of Maneuvering Target Tracking, Part II: ballistic models):

- `BOOST_FREE`: thrust acceleration wanders freely; no drag term, since thrust less drag is what a
  plot shows;
- `BOOST_TURN`: thrust acceleration grows with the loss of mass and turns with the velocity under
  gravity, and wanders little;
- `COAST`: gravity alone;
- `REENTRY`: gravity and drag.

Without thrust the acceleration block is no part of the motion: it is held at zero with a standing
uncertainty, from which a next stage starts.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel

__all__ = [
    "BOOST_FREE",
    "BOOST_TURN",
    "COAST",
    "CORE",
    "MODES",
    "REENTRY",
    "acceleration",
    "jacobian",
    "predict",
    "propagate",
]

BOOST_FREE, BOOST_TURN, COAST, REENTRY = range(4)
MODES = 4
CORE = 10
"""Elements of the state before the biases."""

SUBSTEP = 0.5
"""Longest integration step, seconds."""

MU = 3.986_004_418e14
J2 = 1.082_626_68e-3
RADIUS = 6_378_137.0
FLATTENING = 1.0 / 298.257_223_563
RATE = 7.292_115e-5

# The filter's air: the density of the US Standard Atmosphere 1976 every 2 km, straight in the
# logarithm. The simulator's is a closed form: they differ by up to half a per cent.
_DENSITY_STEP = 2_000.0
_DENSITY_TOP = 120_000.0


def _log_density() -> NDArray[np.float64]:
    from trilogue.analysis.flight.atmosphere import density

    heights = np.arange(0.0, _DENSITY_TOP + 1.0, _DENSITY_STEP)
    logs: NDArray[np.float64] = np.log(np.array([density(h) for h in heights]))
    return logs


_LOG_DENSITY = _log_density()


@kernel
def _air(x: float, y: float, z: float) -> tuple[float, float]:
    """Return density and its derivative by height; the height is good to 5 m up to 120 km."""
    r = math.sqrt(x * x + y * y + z * z)
    s = z / r
    surface = RADIUS * (1.0 - FLATTENING * s * s * (1.0 + 1.5 * FLATTENING * (1.0 - s * s)))
    h = r - surface
    if h >= _DENSITY_TOP - 1.0:
        return 0.0, 0.0
    share = max(h, 0.0) / _DENSITY_STEP
    i = int(share)
    slope = (_LOG_DENSITY[i + 1] - _LOG_DENSITY[i]) / _DENSITY_STEP
    rho = math.exp(_LOG_DENSITY[i] + slope * (max(h, 0.0) - i * _DENSITY_STEP))
    return rho, rho * slope


@kernel
def _gravity(x: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Write gravity with J2 and the centrifugal term at a position (Vallado, 4th ed., 8.7.1)."""
    r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    central = -MU / (r2 * math.sqrt(r2))
    k = 1.5 * J2 * RADIUS * RADIUS / r2
    polar = 5.0 * x[2] * x[2] / r2
    across = central * (1.0 + k * (1.0 - polar)) + RATE * RATE
    out[0] = across * x[0]
    out[1] = across * x[1]
    out[2] = central * (1.0 + k * (3.0 - polar)) * x[2]


@kernel
def acceleration(mode: int, x: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Write the rates of velocity and of thrust acceleration, `out` `(6,)`, at a state."""
    _gravity(x, out)
    out[3] = out[4] = out[5] = 0.0
    if mode == BOOST_TURN:
        v2 = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
        a = math.sqrt(x[6] * x[6] + x[7] * x[7] + x[8] * x[8])
        growth = a / EXHAUST
        out[3] = growth * x[6]
        out[4] = growth * x[7]
        out[5] = growth * x[8]
        if v2 > SLOW * SLOW:
            # The velocity turns at (v × g)/v² under gravity, and the thrust with it.
            wx = (x[4] * out[2] - x[5] * out[1]) / v2
            wy = (x[5] * out[0] - x[3] * out[2]) / v2
            wz = (x[3] * out[1] - x[4] * out[0]) / v2
            out[3] += wy * x[8] - wz * x[7]
            out[4] += wz * x[6] - wx * x[8]
            out[5] += wx * x[7] - wy * x[6]
    out[0] += 2.0 * RATE * x[4]
    out[1] -= 2.0 * RATE * x[3]
    if mode <= BOOST_TURN:
        out[0] += x[6]
        out[1] += x[7]
        out[2] += x[8]
    elif mode == REENTRY:
        rho, _ = _air(x[0], x[1], x[2])
        if rho > 0.0:
            speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
            drag = 0.5 * rho * speed * math.exp(min(x[9], 0.0))
            out[0] -= drag * x[3]
            out[1] -= drag * x[4]
            out[2] -= drag * x[5]


EXHAUST = 2_600.0
"""Exhaust velocity by which thrust acceleration grows, m/s: between solid and storable liquid."""
SLOW = 100.0
"""Below this speed, m/s, the direction of velocity says nothing of the thrust."""


@kernel
def jacobian(mode: int, x: NDArray[np.float64], a: NDArray[np.float64]) -> None:
    """Write the partial derivatives of `acceleration` by the state, `a` `(6, 10)`.

    Of `BOOST_TURN` the derivative of the turning rate by position and velocity is left out: it
    is 1e-7 of the terms kept.
    """
    a[:] = 0.0
    r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    central = -MU / (r2 * math.sqrt(r2))
    k = 1.5 * J2 * RADIUS * RADIUS / r2
    polar = 5.0 * x[2] * x[2] / r2
    # d/dx of central·(1 + k(1 - polar))·x, term by term; s runs 1, 1, 3 along the axes.
    for i in range(3):
        s = 3.0 if i == 2 else 1.0
        scale = central * (1.0 + k * (s - polar))
        a[i, i] += scale
        for j in range(3):
            radial = -3.0 * x[j] / r2 * central * (1.0 + k * (s - polar))
            oblate = central * k * (-2.0 * x[j] / r2 * (s - polar) + 2.0 * polar * x[j] / r2)
            if j == 2:
                oblate -= central * k * 10.0 * x[2] / r2
            a[i, j] += (radial + oblate) * x[i]
    a[0, 0] += RATE * RATE
    a[1, 1] += RATE * RATE
    a[0, 4] = 2.0 * RATE
    a[1, 3] = -2.0 * RATE
    if mode <= BOOST_TURN:
        for i in range(3):
            a[i, 6 + i] = 1.0
    elif mode == REENTRY:
        rho, slope = _air(x[0], x[1], x[2])
        if rho > 0.0:
            speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
            r = math.sqrt(r2)
            e = 0.5 * math.exp(min(x[9], 0.0))
            for i in range(3):
                for j in range(3):
                    a[i, j] -= e * slope * x[j] / r * speed * x[3 + i]
                    a[i, 3 + j] -= e * rho * x[3 + j] / speed * x[3 + i]
                a[i, 3 + i] -= e * rho * speed
                a[i, 9] = -e * rho * speed * x[3 + i]
    if mode == BOOST_TURN:
        size = math.sqrt(x[6] * x[6] + x[7] * x[7] + x[8] * x[8])
        v2 = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
        if size > 0.0:
            for i in range(3):
                a[3 + i, 6 + i] += size / EXHAUST
                for j in range(3):
                    a[3 + i, 6 + j] += x[6 + i] * x[6 + j] / (size * EXHAUST)
        if v2 > SLOW * SLOW:
            g = np.empty(3)
            _gravity(x, g)
            wx = (x[4] * g[2] - x[5] * g[1]) / v2
            wy = (x[5] * g[0] - x[3] * g[2]) / v2
            wz = (x[3] * g[1] - x[4] * g[0]) / v2
            a[3, 7] -= wz
            a[3, 8] += wy
            a[4, 6] += wz
            a[4, 8] -= wx
            a[5, 6] -= wy
            a[5, 7] += wx


@kernel
def propagate(mode: int, x: NDArray[np.float64], dt: float, f: NDArray[np.float64]) -> None:
    """Move the first ten elements of a state by one step, and write the transition, `f` `(9, 10)`.

    The state by the classical Runge–Kutta rule. The transition by the series of exp(A dt) to the
    third order, with A taken at the middle of the step.
    """
    k = np.empty((4, 6))
    probe = np.empty(CORE)
    middle = np.empty(CORE)
    probe[:] = x[:CORE]
    for stage in range(4):
        if stage > 0:
            h = dt if stage == 3 else 0.5 * dt
            for i in range(3):
                # The rate of position in the previous probe is that probe's velocity.
                probe[6 + i] = x[6 + i] + h * k[stage - 1, 3 + i]
            if stage == 1:
                for i in range(3):
                    probe[i] = x[i] + h * x[3 + i]
                    probe[3 + i] = x[3 + i] + h * k[0, i]
            elif stage == 2:
                for i in range(3):
                    probe[i] = x[i] + h * (x[3 + i] + 0.5 * dt * k[0, i])
                    probe[3 + i] = x[3 + i] + h * k[1, i]
            else:
                for i in range(3):
                    probe[i] = x[i] + h * (x[3 + i] + 0.5 * dt * k[1, i])
                    probe[3 + i] = x[3 + i] + h * k[2, i]
        acceleration(mode, probe, k[stage])
        if stage == 2:
            middle[:] = probe
    a = np.empty((6, CORE))
    jacobian(mode, middle, a)
    for i in range(3):
        x[i] += dt * (x[3 + i] + dt / 6.0 * (k[0, i] + k[1, i] + k[2, i]))
        x[3 + i] += dt / 6.0 * (k[0, i] + 2.0 * k[1, i] + 2.0 * k[2, i] + k[3, i])
        x[6 + i] += dt / 6.0 * (k[0, 3 + i] + 2.0 * k[1, 3 + i] + 2.0 * k[2, 3 + i] + k[3, 3 + i])
    # exp(A dt) of A = [[0, I, 0, 0], [G, C, B, d], [0, 0, T, 0], [0, 0, 0, 0]].
    f[:] = 0.0
    for i in range(3):
        f[i, i] = 1.0
        f[i, 3 + i] = dt
        f[3 + i, 3 + i] = 1.0
        f[6 + i, 6 + i] = 1.0
        for j in range(CORE):
            # Second order: the row of A itself enters position, times dt²/2.
            f[i, j] += 0.5 * dt * dt * a[i, j]
            f[3 + i, j] += dt * a[i, j]
            f[6 + i, j] += dt * a[3 + i, j]
    for i in range(3):
        for j in range(CORE):
            # (A²) of the velocity rows: G·(velocity part) + C·a + B·(acceleration rows).
            second = 0.0
            for m in range(3):
                second += a[i, 3 + m] * a[m, j]
                second += a[i, 6 + m] * a[3 + m, j]
            if 3 <= j < 6:
                second += a[i, j - 3]
            f[3 + i, j] += 0.5 * dt * dt * second
            f[i, j] += dt * dt * dt / 6.0 * second
            turned = 0.0
            for m in range(3):
                turned += a[3 + i, 6 + m] * a[3 + m, j]
            f[6 + i, j] += 0.5 * dt * dt * turned


@kernel
def predict(
    mode: int, x: NDArray[np.float64], p: NDArray[np.float64], dt: float, noise: NDArray[np.float64]
) -> None:
    """Move a state `(n,)` and its covariance `(n, n)` by `dt` seconds, in place.

    `noise` `(4, 3)` gives a mode's spectral densities, as standard deviations: of acceleration
    (m/s² per root hertz), of its rate (m/s³ per root hertz), and of the logarithm of drag area
    over mass (per root second). The row after the modes' is that of the standing uncertainty.
    """
    n = len(x)
    thrusting = mode <= BOOST_TURN
    if not thrusting:
        for i in range(6, 9):
            x[i] = 0.0
            for j in range(n):
                p[i, j] = 0.0
                p[j, i] = 0.0
    steps = max(1, math.ceil(dt / SUBSTEP - 1e-9))
    h = dt / steps
    f = np.empty((9, CORE))
    rows = 9 if mode == BOOST_TURN else 6
    active = CORE if mode == REENTRY or thrusting else 6
    fp = np.empty((9, n))
    for _ in range(steps):
        propagate(mode, x, h, f)
        for i in range(rows):
            for j in range(n):
                fp[i, j] = 0.0
            for m in range(active):
                w = f[i, m]
                if w != 0.0:
                    for j in range(n):
                        fp[i, j] += w * p[m, j]
        for i in range(rows):
            for j in range(n):
                p[i, j] = fp[i, j]
        # Now the columns: the top rows of F P are in place, the rest of P is as it was.
        for i in range(rows):
            for j in range(rows, n):
                p[j, i] = p[i, j]
        for i in range(rows):
            for j in range(i + 1):
                total = 0.0
                for m in range(active):
                    total += fp[i, m] * f[j, m]
                p[i, j] = total
                p[j, i] = total
        q_v, q_a, q_d = noise[mode, 0] ** 2, noise[mode, 1] ** 2, noise[mode, 2] ** 2
        h2, h3 = h * h, h * h * h
        for i in range(3):
            p[i, i] += q_v * h3 / 3.0
            p[i, 3 + i] += q_v * h2 / 2.0
            p[3 + i, i] += q_v * h2 / 2.0
            p[3 + i, 3 + i] += q_v * h
            if thrusting:
                # A white rate of acceleration, integrated once, twice and three times.
                p[i, i] += q_a * h3 * h2 / 20.0
                p[i, 3 + i] += q_a * h2 * h2 / 8.0
                p[3 + i, i] += q_a * h2 * h2 / 8.0
                p[i, 6 + i] += q_a * h3 / 6.0
                p[6 + i, i] += q_a * h3 / 6.0
                p[3 + i, 3 + i] += q_a * h3 / 3.0
                p[3 + i, 6 + i] += q_a * h2 / 2.0
                p[6 + i, 3 + i] += q_a * h2 / 2.0
                p[6 + i, 6 + i] += q_a * h
        p[9, 9] += q_d * h
    if not thrusting:
        for i in range(6, 9):
            p[i, i] = noise[MODES, 0] ** 2
