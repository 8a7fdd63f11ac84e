"""Air: density, pressure and speed of sound by height.

Up to 86 km the layers of the US Standard Atmosphere 1976 (equations 18, 19, 23, 33a, 33b, 42, 50);
above, its tabulated densities (table I), between them straight in the logarithm. Above 1,000 km
there is none.

>>> [f"{density(h):.3g}" for h in (0.0, 11_000.0, 100_000.0)]
['1.22', '0.365', '5.6e-07']
>>> round(float(sound_speed(0.0)), 2)
340.29
"""

from __future__ import annotations

import math

import numpy as np

from trilogue.analysis.kernel import kernel

__all__ = ["density", "pressure", "sound_speed"]

GAMMA = 1.4
GAS_CONSTANT = 8_314.32 / 28.9644
"""Of dry air, J/(kg K): R*/M0 of the standard."""
GRAVITY = 9.806_65
RADIUS = 6_356_766.0
"""Effective radius of the Earth for geopotential heights, metres (equation 18)."""

_BASE = np.array([0.0, 11_000.0, 20_000.0, 32_000.0, 47_000.0, 51_000.0, 71_000.0, 84_852.0])
_LAPSE = np.array([-6.5e-3, 0.0, 1.0e-3, 2.8e-3, 0.0, -2.8e-3, -2.0e-3])
_TOP = 86_000.0


def _layers() -> tuple[np.ndarray, np.ndarray]:
    temperature, pressure_at = [288.15], [101_325.0]
    for layer in range(len(_LAPSE)):
        step = _BASE[layer + 1] - _BASE[layer]
        t0, lapse = temperature[-1], _LAPSE[layer]
        t1 = t0 + lapse * step
        if lapse == 0.0:
            factor = math.exp(-GRAVITY * step / (GAS_CONSTANT * t0))
        else:
            factor = (t1 / t0) ** (-GRAVITY / (GAS_CONSTANT * lapse))
        temperature.append(t1)
        pressure_at.append(pressure_at[-1] * factor)
    return np.array(temperature), np.array(pressure_at)


_TEMPERATURE, _PRESSURE = _layers()

# Table I of the standard, geometric height in metres and density in kg/m³.
_HIGH = np.array(
    [86, 90, 95, 100, 110, 120, 130, 140, 150, 160, 180, 200, 250, 300, 400, 500, 600, 800, 1000]
) * np.float64(1000.0)
_HIGH_LOG_DENSITY = np.log(
    np.array(
        [
            *(6.958e-06, 3.416e-06, 1.393e-06, 5.604e-07, 9.708e-08, 2.222e-08, 8.152e-09),
            *(3.831e-09, 2.076e-09, 1.233e-09, 5.194e-10, 2.541e-10, 6.073e-11, 1.916e-11),
            *(2.803e-12, 5.215e-13, 1.137e-13, 1.136e-14, 3.561e-15),
        ]
    )
)


@kernel
def _layer(height_m: float) -> tuple[float, float]:
    """Return temperature in kelvin and pressure in pascal at a height of at most 86 km."""
    h = RADIUS * height_m / (RADIUS + height_m)
    i = 0
    while i < 6 and h >= _BASE[i + 1]:
        i += 1
    step = h - _BASE[i]
    t0 = _TEMPERATURE[i]
    t = t0 + _LAPSE[i] * step
    if _LAPSE[i] == 0.0:
        return t, _PRESSURE[i] * math.exp(-GRAVITY * step / (GAS_CONSTANT * t0))
    return t, _PRESSURE[i] * (t / t0) ** (-GRAVITY / (GAS_CONSTANT * _LAPSE[i]))


@kernel
def density(height_m: float) -> float:
    """Return the density of air, kg/m³, at a geometric height; zero above 1,000 km."""
    if height_m <= _TOP:
        t, p = _layer(height_m)
        return p / (GAS_CONSTANT * t)
    if height_m >= _HIGH[-1]:
        return 0.0
    i = 0
    while height_m >= _HIGH[i + 1]:
        i += 1
    share = (height_m - _HIGH[i]) / (_HIGH[i + 1] - _HIGH[i])
    return math.exp(
        _HIGH_LOG_DENSITY[i] + share * (_HIGH_LOG_DENSITY[i + 1] - _HIGH_LOG_DENSITY[i])
    )


@kernel
def pressure(height_m: float) -> float:
    """Return the pressure of air in pascal; zero above 86 km, where an engine does not feel it."""
    if height_m > _TOP:
        return 0.0
    return _layer(height_m)[1]


@kernel
def sound_speed(height_m: float) -> float:
    """Return the speed of sound, m/s; above 86 km that at 86 km, where it has lost its meaning."""
    return math.sqrt(GAMMA * GAS_CONSTANT * _layer(min(height_m, _TOP))[0])
