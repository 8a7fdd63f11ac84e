"""Frames agree with a program that others wrote, and come back to where they began."""

import numpy as np
import pymap3d
from hypothesis import given
from hypothesis import strategies as st

from trilogue.analysis.geodesy.frames import enu_axes, to_ecef, to_geodetic

latitudes = st.floats(-90.0, 90.0)
longitudes = st.floats(-180.0, 180.0)
heights = st.floats(-1e5, 5e7)


@given(latitude=latitudes, longitude=longitudes, height=heights)
def test_positions_agree_with_pymap3d(latitude: float, longitude: float, height: float) -> None:
    expected = pymap3d.geodetic2ecef(latitude, longitude, height)
    assert np.linalg.norm(to_ecef(latitude, longitude, height) - np.array(expected)) < 1e-6


@given(latitude=latitudes, longitude=longitudes, height=heights)
def test_a_position_comes_back(latitude: float, longitude: float, height: float) -> None:
    position = to_ecef(latitude, longitude, height)
    again = to_ecef(*to_geodetic(position))
    assert np.linalg.norm(again - position) < 1e-5
    assert abs(float(to_geodetic(position)[2]) - height) < 1e-5


@given(latitude=latitudes, longitude=longitudes)
def test_axes_agree_with_pymap3d_and_turn_nothing_over(latitude: float, longitude: float) -> None:
    axes = enu_axes(latitude, longitude)
    east, north, up = pymap3d.ecef2enuv(1.0, 2.0, 3.0, latitude, longitude)
    assert np.allclose(axes @ np.array([1.0, 2.0, 3.0]), [east, north, up], atol=1e-12)
    assert np.isclose(np.linalg.det(axes), 1.0)


def test_many_positions_at_once_are_the_same_as_one_by_one() -> None:
    many = to_ecef([39.0, -10.0], [126.0, 20.0], [0.0, 1e6])
    assert many.shape == (2, 3)
    assert np.array_equal(many[1], to_ecef(-10.0, 20.0, 1e6))
