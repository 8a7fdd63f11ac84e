"""Kernels of the simulator: forces, one step, and the whole flight. Plain floats and arrays, SI."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.flight.atmosphere import density, pressure, sound_speed
from trilogue.analysis.flight.earth import EARTH_RATE
from trilogue.analysis.flight.gravity import gravity, height
from trilogue.analysis.kernel import kernel

__all__ = ["fly"]

# Drag coefficient of a slender body by Mach number: the shape of textbook curves (Sutton and
# Biblarz, Rocket Propulsion Elements, 8th ed., figure 4-3), in round numbers.
_MACH = np.array([0.0, 0.8, 1.05, 1.4, 2.0, 3.0, 5.0, 10.0, 30.0])
_CD = np.array([0.15, 0.16, 0.40, 0.36, 0.28, 0.20, 0.15, 0.13, 0.13])


@kernel
def drag_coefficient(mach: float) -> float:
    """Return the drag coefficient at a Mach number."""
    if mach >= _MACH[-1]:
        return float(_CD[-1])
    i = 0
    while mach >= _MACH[i + 1]:
        i += 1
    share = (mach - _MACH[i]) / (_MACH[i + 1] - _MACH[i])
    return float(_CD[i] + share * (_CD[i + 1] - _CD[i]))


@kernel
def _derivative(
    s: NDArray[np.float64],
    out: NDArray[np.float64],
    mass: float,
    thrust: float,
    axis: NDArray[np.float64],
    turn: bool,
    area: float,
    fixed_cda: float,
) -> None:
    """Write the derivative of position and velocity `(6,)`.

    Thrust (N) points along `axis`, or along the velocity where `turn`. A negative `fixed_cda`
    takes drag from the Mach number and `area`.
    """
    gx, gy, gz = gravity(s[0], s[1], s[2])
    speed = math.sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5])
    h = height(s[0], s[1], s[2])
    rho = density(h)
    drag = 0.0
    if rho > 0.0 and speed > 0.0:
        if fixed_cda < 0.0:
            cda = area * drag_coefficient(speed / sound_speed(h))
        else:
            # A blunt body: steady above Mach 2, a third more around the speed of sound.
            cda = fixed_cda * drag_coefficient(speed / sound_speed(h)) / 0.15
        drag = 0.5 * rho * speed * cda / mass
    push = thrust / mass
    w = EARTH_RATE
    for i in range(3):
        out[i] = s[3 + i]
    tx, ty, tz = axis[0], axis[1], axis[2]
    if turn and speed > 0.0:
        tx, ty, tz = s[3] / speed, s[4] / speed, s[5] / speed
    out[3] = gx + 2.0 * w * s[4] + w * w * s[0] + push * tx - drag * s[3]
    out[4] = gy - 2.0 * w * s[3] + w * w * s[1] + push * ty - drag * s[4]
    out[5] = gz + push * tz - drag * s[5]


@kernel
def _step(
    s: NDArray[np.float64],
    t: float,
    dt: float,
    mass: float,
    flow: float,
    exhaust: float,
    exit_area: float,
    up: NDArray[np.float64],
    forward: NDArray[np.float64],
    vertical_s: float,
    tilted_s: float,
    tilt: float,
    area: float,
    fixed_cda: float,
) -> NDArray[np.float64]:
    """Return the state one classical Runge–Kutta step later."""
    k = np.empty((4, 6))
    probe = s.copy()
    axis = np.empty(3)
    for stage in range(4):
        shift = 0.0 if stage == 0 else (dt if stage == 3 else 0.5 * dt)
        if stage > 0:
            for i in range(6):
                probe[i] = s[i] + shift * k[stage - 1, i]
        thrust = 0.0
        if flow > 0.0:
            thrust = flow * exhaust - exit_area * pressure(height(probe[0], probe[1], probe[2]))
        now = t + shift
        share = min(max((now - vertical_s) / (tilted_s - vertical_s), 0.0), 1.0)
        for i in range(3):
            axis[i] = math.cos(share * tilt) * up[i] + math.sin(share * tilt) * forward[i]
        _derivative(
            probe, k[stage], mass - flow * shift, thrust, axis, now >= tilted_s, area, fixed_cda
        )
    after = np.empty(6)
    for i in range(6):
        after[i] = s[i] + dt / 6.0 * (k[0, i] + 2.0 * k[1, i] + 2.0 * k[2, i] + k[3, i])
    return after


@kernel
def fly(
    start: NDArray[np.float64],
    up: NDArray[np.float64],
    forward: NDArray[np.float64],
    stages: NDArray[np.float64],
    mass: float,
    area: float,
    reentry_cda: float,
    vertical_s: float,
    tilted_s: float,
    tilt: float,
    step: float,
    coast_step: float,
    longest: float,
    ground: float,
) -> tuple[NDArray[np.float64], bool]:
    """Return rows (t, x, y, z, vx, vy, vz, burning) from lift-off to the ground, and if it rose.

    `stages` is `(m, 6)`: burn time, exhaust velocity, mass flow, dry mass, exit area, gap.
    """
    capacity = 4096
    rows = np.empty((capacity, 8))
    n = 0
    s = np.empty(6)
    for i in range(3):
        s[i] = start[i]
        s[3 + i] = 0.0
    t = 0.0
    weight = mass * 9.8
    first = stages[0]
    if first[2] * first[1] - first[4] * pressure(ground) <= weight:
        return rows[:0], False
    for phase in range(2 * len(stages)):
        stage = phase // 2
        burning = phase % 2 == 0
        coasting = phase == 2 * len(stages) - 1
        length = longest - t if coasting else (stages[stage, 0] if burning else stages[stage, 5])
        flow = stages[stage, 2] if burning else 0.0
        fixed = reentry_cda if coasting else -1.0
        if not burning:
            mass -= stages[stage, 3]
        end = t + length
        while end - t > 1e-9:
            if n + 2 > capacity:
                capacity *= 2
                larger = np.empty((capacity, 8))
                larger[:n] = rows[:n]
                rows = larger
            rows[n, 0] = t
            rows[n, 1:7] = s
            rows[n, 7] = 1.0 if burning else 0.0
            n += 1
            dt = step
            if coasting and height(s[0], s[1], s[2]) > 120_000.0:
                dt = coast_step
            dt = min(dt, end - t)
            after = _step(
                s, t, dt, mass, flow, stages[stage, 1], stages[stage, 4],
                up, forward, vertical_s, tilted_s, tilt, area, fixed,
            )  # fmt: skip
            h_after = height(after[0], after[1], after[2])
            if h_after < ground and t + dt > 1.0:
                # The last step is shortened to end on the ground: bisection on its length.
                low, high = 0.0, dt
                for _ in range(40):
                    dt = 0.5 * (low + high)
                    after = _step(
                        s, t, dt, mass, flow, stages[stage, 1], stages[stage, 4],
                        up, forward, vertical_s, tilted_s, tilt, area, fixed,
                    )  # fmt: skip
                    if height(after[0], after[1], after[2]) < ground:
                        high = dt
                    else:
                        low = dt
                rows[n, 0] = t + dt
                rows[n, 1:7] = after
                rows[n, 7] = 0.0
                return rows[: n + 1], True
            s = after
            t += dt
            mass -= flow * dt
    rows[n, 0] = t
    rows[n, 1:7] = s
    rows[n, 7] = 0.0
    return rows[: n + 1], True
