"""The impulsive arc agrees with closed forms, and with motion over a turning Earth in steps."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from trilogue.analysis.flight.arc import (
    impulsive_arc,
    minimum_energy_apogee_m,
    minimum_energy_range_m,
)
from trilogue.analysis.geodesy.frames import EARTH_RATE, enu_axes, to_ecef

MU = 3.986004418e14


@given(
    apogee=st.floats(100e3, 8_000e3),
    distance=st.floats(200e3, 3_000e3),
    azimuth=st.floats(0.0, 360.0),
)
def test_an_arc_flown_in_steps_comes_down_where_and_when_it_says(
    apogee: float, distance: float, azimuth: float
) -> None:
    arc = impulsive_arc(apogee, distance, 40.0, 127.0, azimuth)
    start, axes = to_ecef(40.0, 127.0, 0.0), enu_axes(40.0, 127.0)
    angle, rise = math.radians(arc.azimuth_deg), math.radians(arc.elevation_deg)
    forward = math.sin(angle) * axes[0] + math.cos(angle) * axes[1]
    up = start / np.linalg.norm(start)
    forward -= (forward @ up) * up
    forward /= np.linalg.norm(forward)
    spin = np.array([0.0, 0.0, EARTH_RATE])
    velocity = arc.speed_mps * (math.cos(rise) * forward + math.sin(rise) * up)

    def motion(_t: float, y: np.ndarray) -> np.ndarray:
        r, v = y[:3], y[3:]
        pull = -MU * r / np.linalg.norm(r) ** 3
        return np.r_[v, pull - 2 * np.cross(spin, v) - np.cross(spin, np.cross(spin, r))]

    flown = solve_ivp(
        motion, (0, arc.flight_time_s), np.r_[start, velocity], method="DOP853", rtol=1e-10,
        atol=1e-3, dense_output=True,
    )  # fmt: skip
    end = flown.y[:3, -1]
    assert abs(np.linalg.norm(end) - np.linalg.norm(start)) < 10.0
    reached = np.linalg.norm(start) * math.acos(float(end @ up) / float(np.linalg.norm(end)))
    assert reached == pytest.approx(distance, rel=1e-3)
    east, north, _ = axes @ (end - (end @ up) * up)
    off = math.remainder(math.atan2(east, north) - math.radians(azimuth), 2 * math.pi)
    assert abs(off) < 0.01
    radii = np.linalg.norm(flown.sol(np.linspace(0, arc.flight_time_s, 2_001))[:3], axis=0)
    assert radii.max() - np.linalg.norm(start) == pytest.approx(apogee, rel=1e-4)


def test_the_throw_of_least_energy_has_the_range_that_its_speed_allows() -> None:
    for speed in (1_500.0, 3_000.0, 5_000.0, 7_000.0):
        distance = minimum_energy_range_m(speed)
        apogee = minimum_energy_apogee_m(distance)
        radius, half = 6_371e3, distance / 2 / 6_371e3
        # Of the ellipse through apogee and ends: its speed at the ground.
        e = apogee / (radius + apogee - radius * math.cos(half))
        a = (radius + apogee) / (1 + e)
        assert math.sqrt(MU * (2 / radius - 1 / a)) == pytest.approx(speed, rel=1e-9)


def test_over_a_short_way_it_is_the_parabola() -> None:
    assert minimum_energy_apogee_m(20e3) == pytest.approx(5e3, rel=2e-3)
    assert minimum_energy_range_m(500.0) == pytest.approx(500.0**2 / 9.82, rel=2e-3)


@pytest.mark.parametrize(("apogee", "distance"), [(0.0, 1e5), (1e5, 0.0), (-1.0, 1e5)])
def test_what_is_no_flight_is_refused(apogee: float, distance: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        impulsive_arc(apogee, distance, 40.0, 127.0, 90.0)
