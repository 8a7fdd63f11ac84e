"""Geodesics against published lines and against another program."""

from __future__ import annotations

import numpy as np
import pytest
from obspy.geodetics import gps2dist_azimuth

from trilogue.analysis.geodesy import (
    WGS84,
    AntipodalError,
    Ellipsoid,
    Plane,
    arc_degrees,
    direct,
    geocentric_latitude,
    geographic_latitude,
    inverse,
    unit_vector,
)

BESSEL = Ellipsoid(6_377_397.155, 1 / 299.1528128)
INTERNATIONAL = Ellipsoid(6_378_388.0, 1 / 297.0)
GRS80 = Ellipsoid(6_378_137.0, 1 / 298.257222101)


def dms(degrees: float, minutes: float, seconds: float) -> float:
    return degrees + minutes / 60 + seconds / 3600


# Vincenty 1975, table II: lines (a) to (c); ellipsoid, φ1, α1, s, φ2, L, α2.
VINCENTY = [
    (
        BESSEL,
        dms(55, 45, 0),
        dms(96, 36, 8.79960),
        14_110_526.170,
        -dms(33, 26, 0),
        dms(108, 13, 0),
        dms(137, 52, 22.01454),
    ),
    (
        INTERNATIONAL,
        dms(37, 19, 54.95367),
        dms(95, 27, 59.63089),
        4_085_966.703,
        dms(26, 7, 42.83946),
        dms(41, 28, 35.50729),
        dms(118, 5, 58.96161),
    ),
    (
        INTERNATIONAL,
        dms(35, 16, 11.24862),
        dms(15, 44, 23.74850),
        8_084_823.839,
        dms(67, 22, 14.77638),
        dms(137, 47, 28.31435),
        dms(144, 55, 39.92147),
    ),
]


@pytest.mark.parametrize("line", VINCENTY)
def test_the_inverse_gives_the_lines_of_vincentys_table(line: tuple[float, ...]) -> None:
    ellipsoid, phi_1, alpha_1, s, phi_2, lam, alpha_2 = line
    distance, azimuth, onward = inverse(phi_1, 0.0, phi_2, lam, ellipsoid)  # type: ignore[arg-type]
    assert distance == pytest.approx(s, abs=0.001)
    assert azimuth == pytest.approx(alpha_1, abs=1e-8)
    assert onward == pytest.approx(alpha_2, abs=1e-8)


@pytest.mark.parametrize("line", VINCENTY)
def test_the_direct_gives_the_lines_of_vincentys_table(line: tuple[float, ...]) -> None:
    ellipsoid, phi_1, alpha_1, s, phi_2, lam, _ = line
    latitude, longitude = direct(phi_1, 0.0, alpha_1, s, ellipsoid)  # type: ignore[arg-type]
    assert latitude == pytest.approx(phi_2, abs=1e-8)
    assert longitude == pytest.approx(lam, abs=1e-8)


def test_karneys_direct_example() -> None:
    """C. F. F. Karney, Algorithms for geodesics, J. Geodesy 87, 43–55, 2013, table 2."""
    latitude, longitude = direct(40.0, 0.0, 30.0, 10_000_000.0)
    assert latitude == pytest.approx(41.79331020506, abs=1e-9)
    assert longitude == pytest.approx(137.84490004377, abs=1e-9)


def test_flinders_peak_to_buninyon() -> None:
    """Geocentric Datum of Australia technical manual, version 2.4, chapter 4."""
    distance, azimuth, _ = inverse(
        -dms(37, 57, 3.72030),
        dms(144, 25, 29.52440),
        -dms(37, 39, 10.15610),
        dms(143, 55, 35.38390),
        GRS80,
    )
    assert distance == pytest.approx(54_972.271, abs=0.001)
    assert azimuth == pytest.approx(dms(306, 52, 5.37), abs=5e-6)


def test_random_lines_agree_with_another_program() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        a, b = rng.uniform(-80, 80, 2)
        c, d = rng.uniform(-180, 180, 2)
        try:
            distance, azimuth, _ = inverse(a, c, b, d)
        except AntipodalError:
            continue
        theirs = gps2dist_azimuth(a, c, b, d)
        assert distance == pytest.approx(theirs[0], abs=0.05)
        assert (azimuth - theirs[1] + 180) % 360 - 180 == pytest.approx(0.0, abs=1e-6)


def test_arrays_broadcast_and_come_back() -> None:
    rng = np.random.default_rng(2)
    azimuth, distance = rng.uniform(0, 360, (5, 1)), rng.uniform(1, 9e6, (1, 7))
    latitude, longitude = direct(41.3, 129.1, azimuth, distance)
    assert latitude.shape == (5, 7)
    again, forward, _ = inverse(41.3, 129.1, latitude, longitude)
    assert again == pytest.approx(np.broadcast_to(distance, (5, 7)), abs=1e-4)
    assert forward == pytest.approx(np.broadcast_to(azimuth, (5, 7)), abs=1e-6)


@pytest.mark.parametrize(
    ("latitude", "longitude", "metres"),
    [(10.0, 20.0, 0.0), (10.0, 380.0, 0.0)],
)
def test_a_point_is_no_distance_from_itself(
    latitude: float, longitude: float, metres: float
) -> None:
    assert inverse(10.0, 20.0, latitude, longitude)[0] == pytest.approx(metres, abs=1e-6)


def test_along_the_equator_a_degree_is_a_degree_of_the_equatorial_circle() -> None:
    distance, azimuth, _ = inverse(0.0, 0.0, 0.0, 1.0)
    assert distance == pytest.approx(np.radians(1.0) * WGS84.semi_major_m, abs=1e-3)
    assert azimuth == pytest.approx(90.0)


def test_nearly_opposite_points_are_refused_by_name() -> None:
    with pytest.raises(AntipodalError, match="opposite"):
        inverse(0.0, 0.0, 0.5, 179.7)


def test_across_the_date_line_the_short_way_is_taken() -> None:
    assert inverse(0.0, 179.5, 0.0, -179.5)[0] == pytest.approx(111_319.49, abs=0.01)


def test_latitudes_return() -> None:
    phi = np.linspace(-90, 90, 37)
    assert geographic_latitude(geocentric_latitude(phi)) == pytest.approx(phi, abs=1e-12)
    assert float(geocentric_latitude(90.0)) == pytest.approx(90.0)


def test_arcs_keep_their_digits_between_neighbours() -> None:
    near = unit_vector([0.0, 0.0], [0.0, 1e-9])
    assert arc_degrees(near[:1], near[1:])[0, 0] == pytest.approx(1e-9, rel=1e-6)
    assert arc_degrees(unit_vector([0.0], [0.0]), unit_vector([0.0], [180.0]))[
        0, 0
    ] == pytest.approx(180.0)


def test_the_plane_is_true_from_its_origin() -> None:
    plane = Plane(41.3, 129.08)
    east, north = plane.project(42.0, 131.0)
    assert float(np.hypot(east, north)) == pytest.approx(
        float(inverse(41.3, 129.08, 42.0, 131.0)[0])
    )
    assert [float(x) for x in plane.unproject(east, north)] == pytest.approx([42.0, 131.0])
