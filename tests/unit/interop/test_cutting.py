"""What crosses the antimeridian or runs round a pole, cut."""

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trilogue.analysis.geodesy.outline import ellipse_outline
from trilogue.interop.cutting import cut_line, cut_ring


def area(ring):
    """Return the signed area in square degrees: positive where anticlockwise."""
    return 0.5 * sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))


def outline(latitude, longitude, major, minor, azimuth):
    points = ellipse_outline(latitude, longitude, major, minor, azimuth)
    return [(float(lon), float(lat)) for lat, lon in points]


@given(
    st.floats(-75.0, 75.0), st.floats(-180.0, 180.0), st.floats(1e3, 8e5), st.floats(0.1, 1.0),
    st.floats(0.0, 180.0),
)  # fmt: skip
def test_rings_are_closed_anticlockwise_and_within_the_world(lat, lon, major, share, azimuth):
    ring = outline(lat, lon, major, share * major, azimuth)
    parts = cut_ring(ring)
    for part in parts:
        assert part[0] == part[-1]
        assert area(part) > 0.0
        assert all(-180.0 <= x <= 180.0 for x, _ in part)
        assert max(x for x, _ in part) - min(x for x, _ in part) < 350.0
    # No area is lost: that of the ring laid out round its own centre.
    home = [((x - lon + 180.0) % 360.0 - 180.0, y) for x, y in ring]
    assert math.isclose(sum(map(area, parts)), area([*home, home[0]]), rel_tol=1e-6)


def test_a_ring_round_a_pole_is_closed_over_it():
    for latitude in (88.0, -88.0):
        parts = cut_ring(outline(latitude, 30.0, 1e6, 9e5, 10.0))
        assert all(area(part) > 0.0 for part in parts)
        pole = math.copysign(90.0, latitude)
        assert {x for part in parts for x, y in part if y == pole} >= {-180.0, 180.0}
        # A cap of about eight degrees, all round.
        assert 360.0 * 6.0 < sum(map(area, parts)) < 360.0 * 11.0


@given(st.lists(st.tuples(st.floats(-179.9, 179.9), st.floats(-80.0, 80.0)), min_size=2))
def test_a_line_keeps_its_points_and_its_length(points):
    parts = cut_line(points)
    assert all(-180.0 <= x <= 180.0 for part in parts for x, _ in part)
    for part in parts:
        assert all(abs(a[0] - b[0]) <= 360.0 for a, b in pairwise(part))
    kept = [point for part in parts for point in part if abs(point[0]) != 180.0]
    assert [(round(x, 6), y) for x, y in kept] == [
        (round(x, 6), y) for x, y in points if abs(x) != 180.0
    ]


def test_what_goes_with_a_point_is_cut_alike():
    east, west = cut_line([(170.0, 0.0, 100.0), (-170.0, 4.0, 300.0)])
    assert east[-1] == (180.0, 2.0, 200.0)
    assert west[0] == (-180.0, 2.0, 200.0)
