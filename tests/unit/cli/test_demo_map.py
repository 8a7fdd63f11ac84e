"""The geometry of the demo's maps, against geodesics and against places that everybody knows."""

import importlib.util
import itertools
from pathlib import Path

import numpy as np
import pytest

from trilogue.analysis.geodesy import Plane, inverse
from trilogue.cli.demo import map as maps
from trilogue.cli.demo.labels import Box, Label, place, spots_about, spots_along

SITE = Plane(41.3001, 129.0776)
AXES = {"semi_major_m": 90_000.0, "semi_minor_m": 20_000.0, "azimuth_deg": 30.0, "probability": 0.9}


def _tool():
    path = Path(__file__).parents[3] / "tools/build_outlines.py"
    spec = importlib.util.spec_from_file_location("build_outlines", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _on_land(latitude, longitude):
    """Say whether a place lies in an odd number of rings."""
    crossings = 0
    for ring in maps.outlines():
        lat0, lon0 = ring.T
        lat1, lon1 = np.roll(ring, -1, axis=0).T
        crosses = (lat0 <= latitude) != (lat1 <= latitude)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = lon0 + (latitude - lat0) / (lat1 - lat0) * (lon1 - lon0)
        crossings += int((crosses & (at > longitude)).sum())
    return crossings % 2 == 1


class TestEllipse:
    def test_its_ends_lie_on_geodesics_of_its_axes(self):
        points = maps.ellipse(SITE, 40.2, 128.7, AXES)
        lats, lons = SITE.unproject(*(points.T * 1000.0))
        distance, azimuth, _ = inverse(40.2, 128.7, lats, lons)
        quarter = len(points) // 4
        assert distance[[0, 2 * quarter]] == pytest.approx([90_000.0, 90_000.0], abs=0.01)
        assert distance[[quarter, 3 * quarter]] == pytest.approx([20_000.0, 20_000.0], abs=0.01)
        assert azimuth[[0, quarter, 2 * quarter]] == pytest.approx([30.0, 120.0, 210.0], abs=1e-6)

    def test_about_the_origin_it_is_an_ellipse_on_the_plane(self):
        points = maps.ellipse(SITE, SITE.latitude, SITE.longitude, AXES)
        turn = np.radians(30.0)
        along = points @ (np.sin(turn), np.cos(turn)) / 90.0
        across = points @ (np.cos(turn), -np.sin(turn)) / 20.0
        assert along**2 + across**2 == pytest.approx(np.ones(len(points)), abs=1e-9)


class TestFrame:
    def test_around_points(self):
        frame = maps.Frame.around(np.array([[-100.0, -20.0], [100.0, 30.0]]), 0.1)
        assert (frame.west, frame.south, frame.east, frame.north) == (-120.0, -40.0, 120.0, 50.0)
        assert (frame.width, frame.height) == (240.0, 90.0)
        assert frame.holds(np.array([[0.0, 50.0], [0.0, 51.0]])).tolist() == [True, False]

    @pytest.mark.parametrize(
        ("width", "length"), [(2.0, 0.5), (8.0, 2.0), (79.0, 10.0), (2600.0, 500.0)]
    )
    def test_the_scale_bar_is_round_and_a_quarter_at_most(self, width, length):
        assert maps.Frame.centred(width / 2.0).scale_km == length


class TestGraticule:
    def test_lines_cross_the_frame_and_lie_on_their_degrees(self):
        frame = maps.Frame.centred(1000.0)
        lines = list(maps.graticule(SITE, frame))
        assert {"130°E", "40°N"} < {line.label for line in lines}
        for line in lines:
            places = SITE.unproject(*(line.points.T * 1000.0))
            assert places[1 if line.is_meridian else 0] == pytest.approx(line.degrees, abs=1e-6)
            outside = ~frame.holds(line.points)
            assert outside[0] or outside[-1]

    def test_a_small_frame_between_the_lines_has_none(self):
        assert list(maps.graticule(SITE, maps.Frame.centred(20.0))) == []


class TestOutlines:
    @pytest.mark.parametrize(
        ("latitude", "longitude", "land"),
        [
            (39.03, 125.75, True),  # Pyongyang
            (37.57, 126.98, True),  # Seoul
            (35.68, 139.69, True),  # Tokyo
            (33.36, 126.53, True),  # Hallasan, on Jeju
            (47.9, 106.9, True),  # Ulaanbaatar
            (40.0, 132.0, False),
            (36.0, 124.0, False),
            (35.0, 145.0, False),
        ],
    )
    def test_land_is_land(self, latitude, longitude, land):
        assert _on_land(latitude, longitude) is land

    def test_neighbours_share_one_border(self):
        """Two squares side by side: the common side is one arc, which one of them runs backward."""
        tool = _tool()
        squares = {
            "A": [(120.0, 30.0), (125.0, 30.0), (125.0, 32.0), (125.0, 35.0), (120.0, 35.0)],
            "B": [(125.0, 30.0), (130.0, 30.0), (130.0, 35.0), (125.0, 35.0), (125.0, 32.0)],
        }
        features = [
            {
                "properties": {"name": name},
                "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            }
            for name, ring in squares.items()
        ]
        topology = tool.topology(features)
        first, second = (
            set(itertools.chain.from_iterable(polygon[0] for polygon in country["arcs"]))
            for country in topology["objects"]["land"]["geometries"]
        )
        shared = {n for n in first if ~n in second}
        assert len(topology["arcs"]) == 3
        assert len(shared) == 1
        # The corner at 32° lies on a straight side: it is lost, and on both sides alike.
        assert [len(arc) for arc in topology["arcs"]].count(2) == 1


class TestLabels:
    def test_a_crowd_finds_room_or_goes_without(self):
        bounds = Box(0.0, 0.0, 300.0, 300.0)
        names = [f"S{n}" for n in range(40)]
        points = [(130.0 + 8.0 * (n % 7), 130.0 + 8.0 * (n // 7)) for n in range(40)]
        wanted = [
            Label(name, spots_about(x, y, 3.0, name, 10.0))
            for name, (x, y) in zip(names, points, strict=True)
        ]
        marks = [Box.about(x, y, 3.0) for x, y in points]
        boxes = [spot.box for spot in place(wanted, marks, bounds) if spot]
        assert 5 < len(boxes) < 40
        assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
        assert not any(box.overlaps(mark) for box in boxes for mark in marks)
        assert all(box.lies_in(bounds) for box in boxes)

    def test_an_outline_is_named_outside_and_away_from_its_neighbour(self):
        turn = np.linspace(0.0, 2.0 * np.pi, 90, endpoint=False)
        rings = [
            [(150.0 + r * np.cos(t), 150.0 + r * np.sin(t)) for t in turn] for r in (40.0, 60.0)
        ]
        label = Label("out", spots_along(rings[1], "out", 10.0), tuple(rings[1]))
        (spot,) = place([label], [], Box(0.0, 0.0, 300.0, 300.0), [*rings[0], *rings[1]])
        middle = ((spot.box.left + spot.box.right) / 2.0, (spot.box.top + spot.box.bottom) / 2.0)
        assert np.hypot(middle[0] - 150.0, middle[1] - 150.0) > 60.0
