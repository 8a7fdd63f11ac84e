"""A map in the making: places in, and out a panel that is drawn, scaled and labelled.

What is added first keeps its room: labels and the degrees of the grid give way to marks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trilogue.cli.demo import labels
from trilogue.cli.demo import map as maps
from trilogue.cli.demo.drawing import LAND_UNIT_KM, Mark, Outline, Panel, Text
from trilogue.cli.demo.labels import Box, Label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.cli.demo.map import Frame, Plane
    from trilogue.cli.demo.record import EllipseObject

__all__ = ["Sketch"]

_MARK_REACH = 6.0
_CROSS_REACH = 7.0
_DEGREES = 0.9
"""Size of the degrees at the grid against that of labels."""
_WAY_POINTS = 24
"""Points by which labels keep off the line from the published place to an estimate."""
_LEAST_LABELLED = 8.0
"""An ellipse that reaches less far than this in a panel is labelled in one that shows more."""


class Sketch:
    """A panel in the making: as wide as `width`, with labels set at `size`, or none."""

    def __init__(
        self, plane: Plane, frame: Frame, width: float, size: float = 11.0, *, labelled: bool = True
    ) -> None:
        self.labelled = labelled
        self.plane, self.frame, self.width, self.size = plane, frame, width, size
        self.per_km = width / frame.width
        self.height = round(frame.height * self.per_km, 1)
        self.bounds = Box(2.0, 2.0, width - 2.0, self.height - 2.0)
        length = frame.scale_km * self.per_km
        self.bar = (round(length, 1), f"{frame.scale_km:g} km")
        self.obstacles = [
            Box(0.0, self.height - 3.0 * size, length + 2.0 * size, self.height),
            Box(0.0, 0.0, 2.2 * size, 2.2 * size),
        ]
        self.lines: list[tuple[float, float]] = []
        self.labels: list[tuple[Label, str]] = []
        self.grid: list[str] = []
        self.texts: list[Text] = []
        self.outlines: list[Outline] = []
        self.marks: list[Mark] = []
        self.windows: list[tuple[float, float, float, float]] = []
        self.cross = self._at(np.zeros((1, 2)))[0]
        self.obstacles.append(Box.about(*self.cross, _CROSS_REACH))

    def _at(self, points: NDArray[np.float64]) -> list[tuple[float, float]]:
        """Return places in kilometres as points of the drawing."""
        corner = (self.frame.west, self.frame.north)
        scaled = np.round((points - corner) * (self.per_km, -self.per_km), 1)
        return [(float(x), float(y)) for x, y in scaled]

    def add_grid(self, step: int = 5) -> None:
        """Draw meridians and parallels, and write each one's degrees at the foot or the right.

        Degrees give way to what stands already, so the grid comes after the marks.
        """
        for line in maps.graticule(self.plane, self.frame, step):
            points = self._at(line.points)
            self.grid.append("M" + " ".join(f"{x:g} {y:g}" for x, y in points))
            wide = labels.text_width(line.label, _DEGREES * self.size)
            if line.is_meridian:
                x, y = max(points, key=lambda p: p[1])
                left, y, ends = x + 3.0, self.height - 5.0, y >= self.bounds.bottom
            else:
                x, y = max(points)
                left, y, ends = self.width - 4.0 - wide, y - 4.0, x >= self.bounds.right
            box = Box(left, y - _DEGREES * self.size, left + wide, y + 2.0)
            if ends and box.lies_in(self.bounds) and not any(map(box.overlaps, self.obstacles)):
                self.obstacles.append(box)
                side, x = ("start", left) if line.is_meridian else ("end", left + wide)
                self.texts.append(Text(round(x, 1), round(y, 1), side, line.label, "degrees"))

    def add_mark(
        self, latitude: float, longitude: float, mark: tuple[int, str, str], name: str
    ) -> None:
        """Draw a shape (number, classes, title) at a place, and ask for a label with its name."""
        shape, style, title = mark
        point = maps.project(self.plane, latitude, longitude)
        if not self.frame.holds(point)[0]:
            return
        x, y = self._at(point)[0]
        self.marks.append(Mark(x, y, shape, style, title))
        self.obstacles.append(Box.about(x, y, _MARK_REACH - 1.0))
        spots = labels.spots_about(x, y, _MARK_REACH, name, self.size)
        self.labels.append((Label(name, spots), "station"))

    def add_ellipse(
        self,
        centre: tuple[float, float],
        axes: EllipseObject,
        style: tuple[str, ...],
        name: str,
        next_detail: Frame | None = None,
    ) -> None:
        """Draw an uncertainty ellipse and its centre.

        It is labelled where it is large enough to see, unless the next detail shows it whole.
        """
        points = maps.ellipse(self.plane, *centre, axes)
        outline = self._at(points)
        ((x, y),) = self._at(maps.project(self.plane, *centre))
        path = "M" + " ".join(f"{px:g} {py:g}" for px, py in outline) + "z"
        self.outlines.append(Outline(path, style, name, x, y))
        self.lines += outline
        way = np.linspace(self.cross, (x, y), _WAY_POINTS)
        self.lines += [(float(px), float(py)) for px, py in way]
        large = axes["semi_major_m"] / 1000.0 * self.per_km >= _LEAST_LABELLED
        elsewhere = next_detail is not None and next_detail.holds(points).all()
        seen = any(self.bounds.has(*point) for point in outline)
        if self.labelled and large and seen and not elsewhere:
            spots = labels.spots_along(outline, name, self.size)
            classes = f"coalition {style[0] if len(style) == 1 else 'ink'}"
            self.labels.insert(0, (Label(name, spots, tuple(outline)), classes))

    def add_window(self, frame: Frame, name: str) -> None:
        """Draw the outline of another panel's frame, with that panel's name at its corner."""
        corners = np.array([(frame.west, frame.north), (frame.east, frame.south)])
        (left, top), (right, bottom) = self._at(corners)
        self.windows.append((left, top, round(right - left, 1), round(bottom - top, 1)))
        self.texts.append(Text(left - 3.0, top + 0.8 * self.size, "end", name, "window"))
        self.obstacles.append(Box(left - 1.2 * self.size, top, left, top + self.size))

    def finish(self, name: str, title: str, summary: str) -> Panel:
        """Place the labels and return the panel."""
        wanted = [label for label, _ in self.labels]
        spots = labels.place(wanted, self.obstacles, self.bounds, self.lines)
        texts = [
            Text(round(s.x, 1), round(s.y, 1), s.side, label.text, style, s.leader)
            for (label, style), s in zip(self.labels, spots, strict=True)
            if s
        ]
        scale = self.per_km * LAND_UNIT_KM
        return Panel(
            name=name,
            title=title,
            summary=summary,
            width=self.width,
            height=self.height,
            land=f"translate({self.cross[0]:g} {self.cross[1]:g}) scale({scale:.6g})",
            cross=self.cross,
            bar=self.bar,
            size=self.size,
            grid=tuple(self.grid),
            windows=tuple(self.windows),
            outlines=tuple(self.outlines),
            marks=tuple(self.marks),
            texts=tuple(self.texts + texts),
            missing=tuple(w.text for w, s in zip(wanted, spots, strict=True) if s is None),
        )
