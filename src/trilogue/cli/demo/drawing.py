"""What a drawn map holds: marks, outlines and texts in the units of an SVG, y downward.

It is plain text and numbers, which `map.svg.j2` writes out; `sketch.py` makes it.

A participant has a class (`p0`, `p1`, …: its colour) and a shape, so that no reader needs to tell
colours apart. A coalition's ellipse is drawn in the colour of its participant; of two, dashed in
both; of all, in ink.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.cli.demo import map as maps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trilogue.cli.demo.map import Plane

__all__ = [
    "LAND_UNIT_KM",
    "SHAPES",
    "Mark",
    "Outline",
    "Panel",
    "Text",
    "land",
    "strokes",
]

SHAPES = (
    "M5 0A5 5 0 1 1-5 0 5 5 0 1 1 5 0Z",
    "M-4.4-4.4H4.4V4.4H-4.4Z",
    "M0-5.9 5.6 4.1H-5.6Z",
    "M0-6.2 6.2 0 0 6.2-6.2 0Z",
)
"""A circle, a square, a triangle, a diamond: one a participant, about equal in area."""

LAND_UNIT_KM = 0.25
"""Kilometres a unit of the land's path, which all panels share."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape at a place; `style` holds its classes, `title` what it is."""

    x: float
    y: float
    shape: int
    style: str
    title: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed line, drawn once for each of `strokes` (classes), and the centre it belongs to."""

    path: str
    strokes: tuple[str, ...]
    title: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text held at a point; `leader` is the line from what it names."""

    x: float
    y: float
    side: str
    text: str
    style: str
    leader: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One map, ready to be written out. Lengths are in its own units, the width given to it."""

    name: str
    title: str
    summary: str
    width: float
    height: float
    land: str
    """The transform that lays the shared path of the land under this panel."""
    cross: tuple[float, float]
    """Where the published place lies."""
    bar: tuple[float, str]
    """The scale bar: its length and what it says."""
    size: float
    grid: tuple[str, ...] = ()
    windows: tuple[tuple[float, float, float, float], ...] = ()
    outlines: tuple[Outline, ...] = ()
    marks: tuple[Mark, ...] = ()
    texts: tuple[Text, ...] = ()
    missing: tuple[str, ...] = ()
    """Labels for which there was no room."""


def strokes(members: Sequence[int], participants: int) -> tuple[str, ...]:
    """Return the classes that an ellipse of these participants is drawn with, in turn.

    >>> strokes([1], 3), strokes([0, 2], 3), strokes([0, 1, 2], 3)
    (('p1',), ('p0', 'p2 dashed'), ('all',))
    """
    if len(members) == participants and participants > 1:
        return ("all",)
    first, *others = members
    return (f"p{first}", *(f"p{other} dashed" for other in others))


def land(plane: Plane, reach_km: float) -> str:
    """Return the path of all land within `reach_km` east, west, north or south of the origin."""
    rings = (maps.project(plane, ring[:, 0], ring[:, 1]) for ring in maps.outlines())
    near = (ring for ring in rings if (np.abs(ring).max(axis=1) <= reach_km).any())
    return "".join(_steps(ring / LAND_UNIT_KM) for ring in near)


def _steps(points: NDArray[np.float64]) -> str:
    """Return a closed path in whole units, each point as the way from the one before."""
    grid = np.round(points * (1.0, -1.0)).astype(int)
    ways = np.diff(grid, axis=0)
    ways = ways[np.any(ways != 0, axis=1)]
    return f"M{_pair(grid[0])}l" + " ".join(_pair(way) for way in ways) + "z"


def _pair(point: NDArray[np.int_]) -> str:
    x, y = int(point[0]), int(point[1])
    return f"{x}{y}" if y < 0 else f"{x} {y}"
