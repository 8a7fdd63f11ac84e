"""Labels on a map: each beside what it names, none over another.

Every label has a number of spots, the pleasing ones first. Labels take the best spot that is left,
in the order given, and then each in turn may move once the others stand. One that finds no free
spot is not drawn: what it names stands in the table too.

>>> bounds = Box(0.0, 0.0, 100.0, 40.0)
>>> here, there = (Label(name, spots_about(50.0, 20.0, 4.0, name, 11.0)) for name in "AB")
>>> first, second = place([here, there], [], bounds)
>>> first.box.overlaps(second.box), first.side, second.side
(False, 'start', 'end')

Lengths are in the units of the drawing, y downward. Greedy placement with improvement by turns is
method 3.3 of J. Christensen, J. Marks and S. Shieber, An empirical study of algorithms for
point-feature label placement, ACM Transactions on Graphics 14 (3), 203–232, 1995.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Box", "Label", "Spot", "place", "spots_about", "spots_along", "text_width"]

Side = Literal["start", "middle", "end"]
"""Where on its line a text is held, in the words of SVG: beginning, middle or end."""

_GLYPH = 0.68
"""Width of a character in ems, taken wide: no font that a reader has sets these labels wider."""
_ASCENT, _DESCENT = 0.78, 0.22
_ROUNDS = 4
_AWAY = 8.0
"""How far the name of one outline keeps from another's, if it can."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the drawing."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def about(cls, x: float, y: float, reach: float) -> Box:
        """Return the square of half width `reach` about a point."""
        return cls(x - reach, y - reach, x + reach, y + reach)

    def overlaps(self, other: Box) -> bool:
        """Say whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def lies_in(self, other: Box) -> bool:
        """Say whether it lies wholly in `other`."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )

    def grown(self, by: float) -> Box:
        """Return the box that reaches farther on every side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def has(self, x: float, y: float) -> bool:
        """Say whether a point lies in it."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True, slots=True)
class Spot:
    """One place for a label: where its text is held, the room it takes, and how it displeases.

    `leader` is the line from what it names, as x0, y0, x1, y1, where the label stands off.
    """

    x: float
    y: float
    side: Side
    box: Box
    cost: float
    leader: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A text, the spots it may take, and the points of the outline it names, if it names one."""

    text: str
    spots: tuple[Spot, ...]
    outline: tuple[tuple[float, float], ...] = ()


def text_width(text: str, size: float) -> float:
    """Return the room for a text set at `size`, at least as much as it takes."""
    return _GLYPH * size * len(text)


def _spot(x: float, y: float, side: Side, text: str, size: float, cost: float) -> Spot:
    """Return the spot of a text held at x, its middle at height y."""
    width = text_width(text, size)
    left = x - {"start": 0.0, "middle": width / 2.0, "end": width}[side]
    baseline = y + (_ASCENT - _DESCENT) / 2.0 * size
    box = Box(left, baseline - _ASCENT * size, left + width, baseline + _DESCENT * size)
    return Spot(x, baseline, side, box, cost)


def _toward(x: float, y: float, angle: float, gap: float, text: str, size: float) -> Spot:
    """Return the spot `gap` away from a point, in a direction in degrees clockwise from east."""
    across, down = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    side: Side = "start" if across > 0.3 else "end" if across < -0.3 else "middle"
    # Above and below, the text's own height is in the way.
    return _spot(x + gap * across, y + (gap + 0.45 * size * abs(down)) * down, side, text, size, 0)


def spots_about(x: float, y: float, reach: float, text: str, size: float) -> tuple[Spot, ...]:
    """Return spots about a mark of half width `reach`: right first, then around, then farther."""

    def ring() -> Iterator[Spot]:
        for order, angle in enumerate((0, 180, -90, 90, -40, 40, -140, 140)):
            near = _toward(x, y, angle, reach + 3.0, text, size)
            yield replace(near, cost=0.5 * order)
        for out in (16.0, 26.0):
            for angle in range(0, 360, 30):
                far = _toward(x, y, angle, reach + out, text, size)
                turn = math.radians(angle)
                leader = (
                    x + reach * math.cos(turn),
                    y + reach * math.sin(turn),
                    x + (reach + out - 2.0) * math.cos(turn),
                    y + (reach + out - 2.0) * math.sin(turn),
                )
                yield replace(far, cost=out / 2.0, leader=leader)

    return tuple(ring())


def spots_along(points: Sequence[tuple[float, float]], text: str, size: float) -> tuple[Spot, ...]:
    """Return spots outside a closed convex outline, at every third point, then inside of it."""
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)

    def around() -> Iterator[Spot]:
        for i in range(0, len(points), 3):
            (x0, y0), (x, y), (x1, y1) = points[i - 1], points[i], points[(i + 1) % len(points)]
            angle = math.degrees(math.atan2(x0 - x1, y1 - y0))
            turn = math.radians(angle)
            if (x - middle_x) * math.cos(turn) + (y - middle_y) * math.sin(turn) < 0.0:
                angle = (angle + 360.0) % 360.0 - 180.0
            for inward, cost in ((0.0, 0.0), (180.0, 2.0)):
                spot = _toward(x, y, angle + inward, 4.0, text, size)
                yield replace(spot, cost=cost + abs(math.remainder(angle + 45.0, 360.0)) / 180.0)

    return tuple(around())


def place(
    labels: Sequence[Label],
    obstacles: Sequence[Box],
    bounds: Box,
    lines: Sequence[tuple[float, float]] = (),
) -> list[Spot | None]:
    """Return a spot for each label, or none where no spot is free.

    Labels keep within `bounds`, off `obstacles` and off each other; they keep off the points of
    `lines` where they can, and well off those of an outline that they do not name.
    """
    choices = [_free(label, obstacles, bounds, lines) for label in labels]
    taken: list[Spot | None] = [None] * len(labels)
    for _ in range(_ROUNDS):
        before = list(taken)
        for position, spots in enumerate(choices):
            others = [spot.box for i, spot in enumerate(taken) if spot and i != position]
            free = (spot for spot in spots if not any(spot.box.overlaps(box) for box in others))
            taken[position] = next(free, None)
        if taken == before:
            break
    return taken


def _free(
    label: Label, obstacles: Sequence[Box], bounds: Box, lines: Sequence[tuple[float, float]]
) -> list[Spot]:
    """Return the spots that nothing fixed is in the way of, the best first."""
    free = [
        spot
        for spot in label.spots
        if spot.box.lies_in(bounds) and not any(spot.box.overlaps(o) for o in obstacles)
    ]
    own = set(label.outline)
    strange = [point for point in lines if point not in own]

    def displeasure(spot: Spot) -> float:
        near = spot.box.grown(_AWAY) if label.outline else spot.box
        on_own = sum(spot.box.has(x, y) for x, y in own)
        return spot.cost + on_own + sum(near.has(x, y) for x, y in strange)

    return sorted(free, key=displeasure)
