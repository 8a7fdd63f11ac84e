from __future__ import annotations

import math

import numpy as np
import pytest

from trilogue.analysis.geodesy import direct
from trilogue.analysis.seismology import Ellipse


@pytest.mark.parametrize("azimuth", [0.0, 30.0, 90.0, 145.0, 179.0])
def test_the_axes_lie_where_they_are_said_to_lie(azimuth: float) -> None:
    ellipse = Ellipse(41.3, 129.1, 9_000.0, 3_000.0, azimuth, 0.9)
    for turn, axis in ((0.0, 9_000.0), (90.0, 3_000.0)):
        for factor, inside in ((0.99, True), (1.01, False)):
            place = direct(41.3, 129.1, azimuth + turn, factor * axis)
            assert ellipse.contains(float(place[0]), float(place[1])) is inside


def test_a_matrix_and_its_ellipse_agree() -> None:
    along = np.array([math.sin(math.radians(60)), math.cos(math.radians(60))])
    across = np.array([along[1], -along[0]])
    matrix = 5e3**2 * np.outer(along, along) + 2e3**2 * np.outer(across, across)
    ellipse = Ellipse.of_matrix(41.3, 129.1, matrix, 0.9)
    assert ellipse.semi_major_m == pytest.approx(5e3)
    assert ellipse.semi_minor_m == pytest.approx(2e3)
    assert ellipse.azimuth_deg == pytest.approx(60.0)
    assert ellipse.area_km2 == pytest.approx(10 * math.pi)


def test_the_centre_is_inside() -> None:
    assert Ellipse(0.0, 180.0, 1.0, 1.0, 0.0, 0.9).radius(0.0, -180.0) == pytest.approx(0.0)
