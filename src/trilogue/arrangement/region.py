"""Inside or outside: the place of a report against the region of the scope, in integers.

A place is (latitude, longitude) in units of 1e-5 degree, north and east positive. The test is the
crossing rule of Shimrat (1962, algorithm 112) with cross products of integers, so it is exact and
gives one answer on every machine; the edge counts as inside. Edges are straight in latitude and
longitude, and the ring may not cross the antimeridian.

>>> region = place_test(((0, 0), (0, 100), (100, 100), (100, 0)))
>>> region((50_000, 50_000)), region((100_000, 3)), region((100_001, 3))
(True, True, False)
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Position", "Where", "place_test"]

Position = tuple[int, int]
"""Latitude and longitude in 1e-5 degree: about one metre."""

Where = Literal["inside", "trajectory", "outside", "unstated"]
"""Where a report's place lies: `trajectory` began inside; `unstated` names no place."""

_PER_HUNDREDTH = 1000
_BAND = 10_000

_Edge = tuple[Position, Position]


def place_test(ring: Sequence[tuple[int, int]]) -> Callable[[Position], bool]:
    """Return the test for lying in `ring`, whose corners are in hundredths of a degree."""
    corners = [(lat * _PER_HUNDREDTH, lon * _PER_HUNDREDTH) for lat, lon in ring]
    # By tenth of a degree of latitude, so that a place meets the few edges at its own height.
    bands: defaultdict[int, list[_Edge]] = defaultdict(list)
    for edge in itertools.pairwise([*corners, corners[0]]):
        low, high = sorted(lat for lat, _ in edge)
        for band in range(low // _BAND, high // _BAND + 1):
            bands[band].append(edge)
    edges = dict(bands)

    @lru_cache(maxsize=1024)
    def inside(position: Position) -> bool:
        lat, lon = position
        odd = False
        for (lat0, lon0), (lat1, lon1) in edges.get(lat // _BAND, ()):
            # Twice the area of the triangle of edge and place: its sign tells the side.
            side = (lon1 - lon0) * (lat - lat0) - (lon - lon0) * (lat1 - lat0)
            if side == 0 and min(lat0, lat1) <= lat <= max(lat0, lat1):
                if min(lon0, lon1) <= lon <= max(lon0, lon1):
                    return True
            elif (lat0 <= lat) != (lat1 <= lat) and (side > 0) == (lat1 > lat0):
                odd = not odd
        return odd

    return inside
