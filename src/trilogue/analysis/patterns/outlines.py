"""How far a place lies from the coast and the borders of North Korea.

The shipped outlines are TopoJSON, in which a border is one arc of two countries and a coast an arc
of one: so which line is which needs no guess. They follow Natural Earth at 1:10 million, simplified
by up to 0.9 km: distances are good to `ACCURACY_M`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.geodesy import Plane

__all__ = ["ACCURACY_M", "Distances", "distances"]

ACCURACY_M = 2_000.0
_HOME, _SOUTH = "North Korea", "South Korea"


@dataclass(frozen=True, slots=True)
class Distances:
    """Metres to the nearest coast, the line to South Korea, and the border of China or Russia."""

    coast_m: float
    south_m: float
    north_m: float


@cache
def distances(latitude: float, longitude: float) -> Distances:
    """Return the distances of a place in degrees."""
    plane = Plane(latitude, longitude)
    nearest = {
        kind: min(_to_line(plane, line) for line in lines) for kind, lines in _lines().items()
    }
    return Distances(nearest["coast"], nearest["south"], nearest["north"])


def _to_line(plane: Plane, line: NDArray[np.float64]) -> float:
    """Return the distance in metres from a plane's origin to a line of latitudes, longitudes."""
    points = np.column_stack(plane.project(line[:, 0], line[:, 1]))
    a, step = points[:-1], np.diff(points, axis=0)
    length = np.maximum((step**2).sum(axis=1), 1e-9)
    along = np.clip(-(a * step).sum(axis=1) / length, 0.0, 1.0)
    return float(np.hypot(*(a + along[:, None] * step).T).min())


@cache
def _lines() -> dict[str, tuple[NDArray[np.float64], ...]]:
    """Return coast and borders, lines of latitude and longitude `(n, 2)` each."""
    text = (resources.files("trilogue.data") / "outlines.topojson").read_bytes()
    topology: dict[str, Any] = msgspec.json.decode(text)
    scale, origin = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    owners: dict[int, set[str]] = {}
    for country in topology["objects"]["land"]["geometries"]:
        for number in _arcs(country["arcs"]):
            owners.setdefault(number, set()).add(country["properties"]["name"])
    found: dict[str, list[NDArray[np.float64]]] = {"coast": [], "south": [], "north": []}
    for number, of in owners.items():
        if _HOME in of:
            kind = "coast" if of == {_HOME} else "south" if _SOUTH in of else "north"
            line = np.cumsum(topology["arcs"][number], axis=0) * scale + origin
            found[kind].append(line[:, ::-1])
    return {kind: tuple(lines) for kind, lines in found.items()}


def _arcs(nested: list[Any]) -> Iterator[int]:
    for one in nested:
        if isinstance(one, int):
            yield one if one >= 0 else ~one
        else:
            yield from _arcs(one)
