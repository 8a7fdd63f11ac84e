"""Cutting lines and rings at the antimeridian, as RFC 7946 (section 3.1.9) asks for.

Points are `(longitude, latitude, …)`; what follows the latitude is carried along and, where a cut
falls between two points, taken in proportion.

>>> cut_line([(179.0, 10.0), (-179.0, 12.0)])
[[(179.0, 10.0), (180.0, 11.0)], [(-180.0, 11.0), (-179.0, 12.0)]]
>>> [len(ring) for ring in cut_ring([(179.0, 0.0), (-179.0, 0.0), (-179.0, 2.0), (179.0, 2.0)])]
[5, 5]
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["cut_line", "cut_ring"]

Point = tuple[float, ...]


def _unrolled(points: Sequence[Point]) -> list[Point]:
    """Return points whose longitudes go on beyond 180 instead of jumping back."""
    out: list[Point] = []
    for point in points:
        turn = 0.0 if not out else 360.0 * round((out[-1][0] - point[0]) / 360.0)
        out.append((point[0] + turn, *point[1:]))
    return out


def _between(a: Point, b: Point, longitude: float) -> Point:
    share = (longitude - a[0]) / (b[0] - a[0])
    return (longitude, *(x + share * (y - x) for x, y in zip(a[1:], b[1:], strict=True)))


def _world(longitude: float) -> int:
    """Return how many times round the Earth a longitude is, 0 from -180 to 180."""
    return math.floor((longitude + 180.0) / 360.0)


def _home(point: Point, world: int) -> Point:
    return (point[0] - 360.0 * world, *point[1:])


def cut_line(points: Sequence[Point]) -> list[list[Point]]:
    """Return a line as parts of which none crosses the antimeridian."""
    line = _unrolled(points)
    world = _world(line[0][0])
    parts: list[list[Point]] = [[_home(line[0], world)]]
    for a, b in pairwise(line):
        while _world(b[0]) != world and b[0] != 180.0 + 360.0 * world:
            step = 1 if b[0] > a[0] else -1
            edge = 360.0 * world + 180.0 * step
            at = a if a[0] == edge else _between(a, b, edge)
            if at is not a:
                parts[-1].append(_home(at, world))
            world += step
            parts.append([_home(at, world)])
        parts[-1].append(_home(b, world))
    return [part for part in parts if len(part) > 1]


def cut_ring(points: Sequence[Point]) -> list[list[Point]]:
    """Return an open ring as closed rings within -180 to 180, each anticlockwise.

    A ring that runs once round a pole is closed along the antimeridian and over the pole. The ring
    is taken to go anticlockwise as seen from above, and to hold less than half the Earth.
    """
    ring = _unrolled(points)
    back = _unrolled([ring[-1], ring[0]])[1]
    round_it = round((back[0] - ring[0][0]) / 360.0)
    if round_it:
        # Anticlockwise round the north pole goes east, round the south pole west.
        pole = 90.0 if round_it > 0 else -90.0
        ring = [*ring, back, (back[0], pole), (ring[0][0], pole)]
    low = _world(min(p[0] for p in ring))
    high = _world(max(p[0] for p in ring))
    out = []
    for world in range(low, high + 1):
        west, east = 360.0 * world - 180.0, 360.0 * world + 180.0
        part = _clip(_clip(ring, west, keep_east=True), east, keep_east=False)
        if len(part) >= 3 and max(p[0] for p in part) > min(p[0] for p in part):
            home = [_home(p, world) for p in part]
            out.append([*home, home[0]])
    return out


def _clip(ring: list[Point], longitude: float, *, keep_east: bool) -> list[Point]:
    """Return the part of a ring on one side of a meridian (Sutherland and Hodgman, 1974)."""

    def inside(point: Point) -> bool:
        return point[0] >= longitude if keep_east else point[0] <= longitude

    out: list[Point] = []
    for a, b in zip([ring[-1], *ring], ring, strict=False):
        if inside(a) != inside(b):
            out.append(_between(a, b, longitude))
        if inside(b):
            out.append(b)
    return [p for k, p in enumerate(out) if k == 0 or p != out[k - 1]]
