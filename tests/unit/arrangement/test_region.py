"""The region of the scope, against places whose side is not in doubt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trilogue.arrangement.region import place_test

from .drawn import TISA

INSIDE = {
    "Punggye-ri, 2017": (41.3, 129.08),
    "Yongbyon": (39.796, 125.755),
    "Sohae": (39.6596, 124.7057),
    "Tonghae": (40.85, 129.6667),
    "Wonsan": (39.1677, 127.4817),
    "Sinpo shipyard": (40.0368, 128.1839),
    "at sea off Sinpo": (39.9, 128.5),
    "at sea off Wonsan": (39.35, 127.85),
    "Kaesong": (37.9382, 126.5878),
    "Monggumpo": (38.202, 124.851),
    "Rason": (42.25, 130.3),
    "Sinuiju": (40.09, 124.4),
}
OUTSIDE = {
    "Seoul": (37.5665, 126.978),
    "Incheon": (37.456, 126.705),
    "Paju": (37.76, 126.78),
    "Sokcho": (38.207, 128.59),
    "Yanji": (42.9, 129.5),
    "Hunchun": (42.86, 130.37),
    "Shenyang": (41.8, 123.43),
    "Vladivostok": (43.12, 131.9),
    "Tokyo": (35.68, 139.69),
    "the Sea of Japan": (40.0, 133.0),
    "the other side of the Earth": (-40.0, -52.0),
}


def at(degrees: tuple[float, float]) -> tuple[int, int]:
    return round(degrees[0] * 1e5), round(degrees[1] * 1e5)


@pytest.mark.parametrize("place", INSIDE)
def test_inside(place):
    assert TISA.place(at(INSIDE[place])) == "inside"
    assert TISA.place(at(INSIDE[place]), trajectory=True) == "inside"


@pytest.mark.parametrize("place", OUTSIDE)
def test_outside(place):
    assert TISA.place(at(OUTSIDE[place])) == "outside"


def test_what_began_inside_is_on_a_trajectory():
    assert TISA.place(at(OUTSIDE["the Sea of Japan"]), trajectory=True) == "trajectory"


def test_no_place_is_stated():
    assert TISA.place(None) == "unstated"
    assert TISA.place(None, trajectory=True) == "unstated"


def test_corners_and_edges_are_inside_and_the_next_unit_is_not():
    region = place_test(((0, 0), (0, 10), (10, 10), (10, 0)))
    for lat in (0, 10_000):
        for lon in (0, 5_000, 10_000):
            assert region((lat, lon))
            assert not region((lat + (1 if lat else -1), lon))


def test_a_hollow_in_the_outline_is_outside():
    region = place_test(((0, 0), (10, 0), (10, 10), (5, 5), (0, 10)))
    assert region((1_000, 7_000))
    assert not region((5_000, 7_000))
    assert region((5_000, 5_000))


@settings(max_examples=200, deadline=None)
@given(st.tuples(st.integers(-12_000, 12_000), st.integers(-12_000, 12_000)))
def test_a_triangle_agrees_with_its_half_planes(position):
    lat, lon = position
    region = place_test(((-10, -7), (9, 1), (-3, 10)))
    corners = [(-10_000, -7_000), (9_000, 1_000), (-3_000, 10_000)]
    sides = [
        (lon1 - lon0) * (lat - lat0) - (lon - lon0) * (lat1 - lat0)
        for (lat0, lon0), (lat1, lon1) in zip(corners, corners[1:] + corners[:1], strict=True)
    ]
    within = all(side >= 0 for side in sides) or all(side <= 0 for side in sides)
    assert region(position) == within
