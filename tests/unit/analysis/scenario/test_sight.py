"""Directions, distances, the horizon and the Earth's limb, against closed forms of plane geometry.

In the plane of the equator the ellipsoid is a circle, and in that of a meridian an ellipse.
"""

import math

import numpy as np
import pytest

from trilogue.analysis.geodesy.ellipsoid import WGS84
from trilogue.analysis.geodesy.frames import to_ecef
from trilogue.analysis.scenario.sight import clear, in_field, measures, on_earth, wrapped
from trilogue.analysis.tracking.kernels.measurement import expected
from trilogue.analysis.tracking.prepared import geometry_of
from trilogue.analysis.tracking.sensor import FieldOfRegard, Noise, Sensor

A = WGS84.semi_major_m
B = A * (1.0 - WGS84.flattening)


def sensor(lat: float, lon: float, height: float) -> Sensor:
    return Sensor("s", "KR", "ground-radar", lat, lon, height, Noise(1e-3, 1e-3, 50.0))


@pytest.mark.parametrize("from_m", [0.0, 2e3, 35_786e3])
@pytest.mark.parametrize("to_m", [10e3, 400e3, 4_000e3])
@pytest.mark.parametrize("apart_deg", [1.0, -9.0, 40.0])
def test_along_the_equator_the_triangle_with_the_earths_centre_is_solved(
    from_m: float, to_m: float, apart_deg: float
) -> None:
    here, there, angle = A + from_m, A + to_m, math.radians(apart_deg)
    eye = sensor(0.0, 130.0, from_m)
    target = to_ecef(0.0, 130.0 + apart_deg, to_m)[None]
    azimuth, elevation, distance, _ = measures(eye, target, np.zeros((1, 3)))[0]
    law_of_cosines = math.sqrt(here**2 + there**2 - 2.0 * here * there * math.cos(angle))
    assert distance == pytest.approx(law_of_cosines, rel=1e-12)
    assert azimuth == pytest.approx(math.pi / 2 if apart_deg > 0 else 1.5 * math.pi, abs=1e-9)
    rise = math.atan2(math.cos(angle) - here / there, abs(math.sin(angle)))
    assert elevation == pytest.approx(rise, abs=1e-9)


def test_range_rate_is_the_slope_of_range() -> None:
    eye, rng = sensor(37.0, 128.0, 50.0), np.random.default_rng(0)
    place = to_ecef(39.0, 130.0, 200e3) + rng.normal(0.0, 1e5, (50, 3))
    speed = rng.normal(0.0, 3e3, (50, 3))
    before, after = (measures(eye, place + t * speed, speed)[:, 2] for t in (-0.01, 0.01))
    assert np.allclose(measures(eye, place, speed)[:, 3], (after - before) / 0.02, atol=1e-3)


def test_a_rival_measures_the_same() -> None:
    """The filters' own measurement function, which shares no line with this one."""
    rng = np.random.default_rng(1)
    for eye in (sensor(36.5, 127.5, 50.0), sensor(0.0, 165.0, 35_786e3)):
        place = to_ecef(39.0, 130.0, 200e3) + rng.normal(0.0, 3e5, (50, 3))
        speed = rng.normal(0.0, 3e3, (50, 3))
        z, h = np.empty(4), np.empty((4, 6))
        for row, p, v in zip(measures(eye, place, speed), place, speed, strict=True):
            expected(np.concatenate([p, v, np.zeros(4)]), geometry_of((eye,))[0], -1, z, h)
            z[0] %= 2.0 * math.pi
            assert np.allclose(row, z, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("from_m", [50.0, 10e3, 35_786e3])
@pytest.mark.parametrize("to_m", [0.0, 12e3, 900e3])
def test_along_the_equator_the_horizon_is_where_both_tangents_meet(
    from_m: float, to_m: float
) -> None:
    reach = math.degrees(math.acos(A / (A + from_m)) + math.acos(A / (A + to_m)))
    eye = sensor(0.0, 100.0, from_m)
    near, far = (to_ecef(0.0, 100.0 + reach + d, to_m)[None] for d in (-0.01, 0.01))
    assert clear(eye, near).all()
    assert not clear(eye, far).any()


@pytest.mark.parametrize("from_m", [500e3, 35_786e3])
def test_from_above_the_pole_the_limb_is_that_of_the_meridians_ellipse(from_m: float) -> None:
    # The tangent from (0, z) touches x = a cos θ, z = b sin θ where sin θ = b / z, and crosses
    # the equator at a / cos θ.
    crossing = A / math.sqrt(1.0 - (B / (B + from_m)) ** 2)
    eye = sensor(90.0, 0.0, from_m)
    assert clear(eye, np.array([[crossing + 1.0, 0.0, 0.0]])).all()
    assert not clear(eye, np.array([[crossing - 1.0, 0.0, 0.0]])).any()


def test_what_stands_on_the_ground_is_seen_from_above_and_from_beside_it() -> None:
    pad = to_ecef(39.28, 125.87, 0.0)[None]
    assert clear(sensor(39.28, 125.87, 400e3), pad).all()
    assert clear(sensor(0.0, 130.0, 35_786e3), pad).all()
    # A sensor beneath the ellipsoid sees the sky all the same, and nothing beneath its feet.
    low = sensor(39.28, 125.87, -30.0)
    assert clear(low, to_ecef(39.3, 125.9, 50e3)[None]).all()
    assert not clear(low, to_ecef(-39.28, -54.13, 50e3)[None]).any()


def test_a_line_of_sight_meets_the_earth_inside_its_disc_alone() -> None:
    eye = sensor(0.0, 100.0, 35_786e3)
    disc = math.asin(A / (A + 35_786e3))
    down, along = -eye.axes[2], eye.axes[0]
    angles = np.array([0.0, disc - 1e-4, disc + 1e-4, math.pi])
    lines = np.cos(angles)[:, None] * down + np.sin(angles)[:, None] * along
    assert on_earth(eye, lines).tolist() == [True, True, False, False]


def test_a_sector_may_lie_across_north() -> None:
    field = FieldOfRegard(350.0, 20.0, 2.0, 60.0, 500e3)
    azimuth = np.radians([329.0, 331.0, 0.0, 9.0, 11.0])
    assert in_field(field, azimuth, np.full(5, 0.5), 1e5).tolist() == [0, 1, 1, 1, 0]
    high = np.radians([1.9, 2.1, 59.9, 60.1])
    assert in_field(field, np.zeros(4), high, 1e5).tolist() == [0, 1, 1, 0]
    assert not in_field(field, np.zeros(1), np.full(1, 0.5), 500_001.0).any()


def test_errors_carry_directions_round_and_over_the_zenith() -> None:
    quarter = 0.5 * math.pi
    raw = np.array(
        [
            [-1e-20, 0.1, 1.0, 0.0],
            [-0.1, 0.1, 1.0, 0.0],
            [7.0, 0.1, 1.0, 0.0],
            [1.0, quarter + 0.01, 1.0, 0.0],
            [1.0, -quarter - 0.01, 1.0, 0.0],
        ]
    )
    out = wrapped(raw)
    assert ((out[:, 0] >= 0.0) & (out[:, 0] < 2.0 * math.pi)).all()
    assert np.abs(out[:, 1]).max() <= quarter
    # The direction itself is the same.
    before = np.stack([np.cos(raw[:, 1]) * f(raw[:, 0]) for f in (np.sin, np.cos)])
    after = np.stack([np.cos(out[:, 1]) * f(out[:, 0]) for f in (np.sin, np.cos)])
    assert np.allclose(before, after, atol=1e-12)
    assert np.allclose(np.sin(raw[:, 1]), np.sin(out[:, 1]))
