"""The air agrees with the tables of the US Standard Atmosphere 1976."""

import math
from itertools import pairwise

import pytest

from trilogue.analysis.flight.atmosphere import density, pressure, sound_speed

# Table I: geometric height (m), density (kg/m³), pressure (Pa), speed of sound (m/s).
TABLE = [
    (0, 1.2250, 101_325.0, 340.294),
    (5_000, 0.73643, 54_048.0, 320.545),
    (11_000, 0.36480, 22_700.0, 295.154),
    (20_000, 0.088910, 5_529.3, 295.069),
    (32_000, 0.013555, 889.06, 303.02),
    (50_000, 0.0010269, 79.779, 329.799),
    (70_000, 8.2829e-05, 5.2209, 297.06),
]


@pytest.mark.parametrize(("height", "rho", "p", "a"), TABLE)
def test_layers_agree_with_the_table(height: float, rho: float, p: float, a: float) -> None:
    assert density(float(height)) == pytest.approx(rho, rel=2e-4)
    assert pressure(float(height)) == pytest.approx(p, rel=2e-4)
    assert sound_speed(float(height)) == pytest.approx(a, rel=1e-4)


@pytest.mark.parametrize(
    ("height", "rho"), [(100e3, 5.604e-7), (120e3, 2.222e-8), (500e3, 5.215e-13)]
)
def test_high_air_agrees_with_the_table(height: float, rho: float) -> None:
    assert density(height) == pytest.approx(rho, rel=1e-9)


def test_air_thins_without_a_jump_and_ends() -> None:
    heights = [h * 500.0 for h in range(1, 2_001)]
    values = [density(h) for h in heights]
    assert all(a > b for a, b in pairwise(values))
    steps = [math.log(a / b) for a, b in pairwise(values[:-1])]
    assert max(steps) < 0.11  # 500 m of the thinnest scale height
    assert density(1e6) == 0.0
    assert pressure(90e3) == 0.0
