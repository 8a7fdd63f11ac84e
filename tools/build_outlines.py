"""Build the outlines that the maps are drawn on, from Natural Earth 1:10m country polygons.

    python tools/build_outlines.py countries.geojson

It writes `src/trilogue/data/outlines.topojson`: the land about Korea and Japan, as TopoJSON.
The source is a GeoJSON `FeatureCollection` of polygons whose neighbours share their border point
for point, such as `countries-10m` of the npm package world-atlas (Natural Earth, public domain).

Borders are cut into arcs where three countries, or a country and the sea, meet, and each arc is
simplified once: so the two sides of a border still agree when both have lost most of their points.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "src/trilogue/data/outlines.topojson"

WEST, EAST, SOUTH, NORTH = 104.0, 160.0, 24.0, 60.0
UNIT = 0.005
"""The grid of the file in degrees: half a kilometre, under the fidelity of 1:10 million."""
TOLERANCE = 0.008
"""How far a simplified line may lie from its source, in degrees of latitude: 0.9 km."""
LEAST_AREA = 0.003
"""Islands and lakes smaller than this, in square degrees of latitude (37 km²), are left out."""
NARROWING = math.cos(math.radians(40.0))
"""Width of a degree of longitude against one of latitude, in the middle of the map."""

Point = tuple[float, float]
Line = tuple[Point, ...]


def clip(ring: list[Point]) -> list[Point]:
    """Return an open ring cut to the box, one side after the other (Sutherland and Hodgman)."""
    for axis, bound, sign in ((0, WEST, 1), (0, EAST, -1), (1, SOUTH, 1), (1, NORTH, -1)):
        kept: list[Point] = []
        for here, there in zip(ring, [*ring[1:], *ring[:1]], strict=True):
            inside, next_inside = (sign * (p[axis] - bound) >= 0 for p in (here, there))
            if inside:
                kept.append(here)
            if inside != next_inside:
                # In a fixed order, so that both sides of a border are cut at one point.
                a, b = sorted((here, there))
                share = (bound - a[axis]) / (b[axis] - a[axis])
                other = round(a[1 - axis] + share * (b[1 - axis] - a[1 - axis]), 5)
                kept.append((bound, other) if axis == 0 else (other, bound))
        ring = kept
    return ring


def area(ring: list[Point]) -> float:
    """Return the area of an open ring in square degrees of latitude."""
    closed = zip(ring, [*ring[1:], *ring[:1]], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in closed)) / 2 * NARROWING


def junctions(rings: list[list[Point]]) -> set[Point]:
    """Return the points where lines meet: those with more than two neighbours."""
    neighbours: defaultdict[Point, set[Point]] = defaultdict(set)
    for ring in rings:
        for here, there in zip(ring, [*ring[1:], *ring[:1]], strict=True):
            neighbours[here].add(there)
            neighbours[there].add(here)
    return {point for point, others in neighbours.items() if len(others) != 2}


def cut(ring: list[Point], nodes: set[Point]) -> list[Line]:
    """Return the arcs of a ring, from junction to junction; the whole ring when it has none."""
    starts = [i for i, point in enumerate(ring) if point in nodes] or [ring.index(min(ring))]
    turned = [*ring[starts[0] :], *ring[: starts[0]], ring[starts[0]]]
    at = [start - starts[0] for start in starts] + [len(ring)]
    return [tuple(turned[a : b + 1]) for a, b in itertools.pairwise(at)]


def off(point: Point, a: Point, b: Point) -> float:
    """Return how far a point lies from the segment a to b, in degrees of latitude."""
    px, py = (point[0] - a[0]) * NARROWING, point[1] - a[1]
    bx, by = (b[0] - a[0]) * NARROWING, b[1] - a[1]
    length = bx * bx + by * by
    share = min(1.0, max(0.0, (px * bx + py * by) / length)) if length else 0.0
    return math.hypot(px - share * bx, py - share * by)


def simplify(line: Line) -> Line:
    """Return the points that matter (Douglas and Peucker, 1973); the ends are kept."""
    kept, spans = {0, len(line) - 1}, [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        far = max(range(first + 1, last), key=lambda i: off(line[i], line[first], line[last]))
        # A closed line has no length to measure from: it is opened at the point farthest away.
        if off(line[far], line[first], line[last]) > TOLERANCE or line[first] == line[last]:
            kept.add(far)
            spans += [(first, far), (far, last)]
    return tuple(line[i] for i in sorted(kept))


def steps(line: Line) -> list[list[int]]:
    """Return a line as TopoJSON writes it: a first place on the grid, then the way on from it."""
    grid = [(round((x - WEST) / UNIT), round((y - SOUTH) / UNIT)) for x, y in line]
    whole = [grid[0], *(b for a, b in itertools.pairwise(grid) if a != b)]
    return [
        list(whole[0]),
        *([x1 - x0, y1 - y0] for (x0, y0), (x1, y1) in itertools.pairwise(whole)),
    ]


def polygons_of(feature: dict[str, Any]) -> list[list[list[Point]]]:
    """Return the polygons of a country: rings clipped, open and large enough to be seen."""
    geometry = feature["geometry"]
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    clipped = [[clip([(x, y) for x, y in ring[:-1]]) for ring in rings] for rings in polygons]
    seen = [[ring for ring in rings if area(ring) >= LEAST_AREA] for rings in clipped]
    return [rings for rings in seen if rings]


class Arcs:
    """The arcs of all countries, each once, numbered in the order of their first use."""

    def __init__(self, nodes: set[Point]) -> None:
        self.nodes = nodes
        self.numbers: dict[Line, int] = {}

    def of(self, ring: list[Point]) -> list[int]:
        """Return the arcs that make a ring; one that runs backward is its number's complement."""
        found = []
        for arc in cut(ring, self.nodes):
            if arc[::-1] in self.numbers:
                found.append(~self.numbers[arc[::-1]])
            else:
                found.append(self.numbers.setdefault(arc, len(self.numbers)))
        return found


def topology(features: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the TopoJSON of the countries: one object, `land`, with one geometry a country."""
    countries = {feature["properties"]["name"]: polygons_of(feature) for feature in features}
    polygons = itertools.chain.from_iterable(countries.values())
    arcs = Arcs(junctions([ring for rings in polygons for ring in rings]))
    geometries = [
        {
            "type": "MultiPolygon",
            "properties": {"name": name},
            "arcs": [[arcs.of(ring) for ring in rings] for rings in found],
        }
        for name, found in countries.items()
        if found
    ]
    return {
        "type": "Topology",
        "transform": {"scale": [UNIT, UNIT], "translate": [WEST, SOUTH]},
        "objects": {"land": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": [steps(simplify(arc)) for arc in arcs.numbers],
    }


def main() -> None:
    """Write the file and say how large it is."""
    source = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))  # noqa: TID251 - GeoJSON
    text = json.dumps(topology(source["features"]), separators=(",", ":")) + "\n"
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET.name}: {len(text):,} bytes")


if __name__ == "__main__":
    main()
