"""The geometry of the demo's maps: places to kilometres on a plane, and nothing about drawing.

The plane is azimuthal equidistant about the published place: every distance and direction from
there is true, so an estimate's error can be measured on the map with the scale bar.

>>> plane = Plane(41.3001, 129.0776)
>>> round(float(np.hypot(*project(plane, 37.4939, 126.9171)[0])), 1)  # the test site to Seoul
461.7
>>> Frame.centred(50.0).scale_km
20.0
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import Plane, direct
from trilogue.figures.outlines import outlines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from trilogue.cli.demo.record import EllipseObject

__all__ = ["Frame", "GridLine", "Plane", "ellipse", "graticule", "outlines", "project"]

ELLIPSE_POINTS = 144
_GRID_POINTS = 61
_BORDER_POINTS = 41


def project(plane: Plane, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Return kilometres east and north of the plane's origin, `(n, 2)`, for `n` places in degrees.

    Raises:
        AntipodalError: a place is almost opposite the origin on the globe.

    """
    east, north = plane.project(np.atleast_1d(latitude), np.atleast_1d(longitude))
    return np.stack((east, north), axis=-1) / 1000.0


def ellipse(
    plane: Plane, latitude: float, longitude: float, axes: EllipseObject
) -> NDArray[np.float64]:
    """Return points on an uncertainty ellipse, in kilometres on the plane, `(ELLIPSE_POINTS, 2)`.

    Each point lies on the geodesic that leaves the centre in its direction, as far out as the
    ellipse reaches there: along the axes it is (a cos t, b sin t), close together at the ends.
    """
    turn = np.linspace(0.0, 2.0 * np.pi, ELLIPSE_POINTS, endpoint=False)
    along = axes["semi_major_m"] * np.cos(turn)
    across = axes["semi_minor_m"] * np.sin(turn)
    azimuth = axes["azimuth_deg"] + np.degrees(np.arctan2(across, along))
    return project(plane, *direct(latitude, longitude, azimuth, np.hypot(along, across)))


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the plane that a map shows, in kilometres east and north of its origin."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def centred(cls, half_height_km: float, aspect: float = 1.0) -> Frame:
        """Return the frame about the origin whose width is `aspect` times its height."""
        half_width_km = half_height_km * aspect
        return cls(-half_width_km, -half_height_km, half_width_km, half_height_km)

    @classmethod
    def around(cls, points: NDArray[np.float64], margin: float) -> Frame:
        """Return the least frame about `(n, 2)` points, grown by a share of its longer side."""
        west, south = (float(x) for x in points.min(axis=0))
        east, north = (float(x) for x in points.max(axis=0))
        more = margin * max(east - west, north - south)
        return cls(west - more, south - more, east + more, north + more)

    @property
    def width(self) -> float:
        """Kilometres from west to east."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """Kilometres from south to north."""
        return self.north - self.south

    @property
    def scale_km(self) -> float:
        """The roundest length (1, 2 or 5 times a power of ten) up to a quarter of the width."""
        power = 10.0 ** math.floor(math.log10(self.width / 4.0))
        return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= self.width / 4.0)

    def border(self) -> NDArray[np.float64]:
        """Return points along the four sides, `(n, 2)`."""
        x = np.linspace(self.west, self.east, _BORDER_POINTS)
        y = np.linspace(self.south, self.north, _BORDER_POINTS)
        across = [np.column_stack((x, np.full_like(x, side))) for side in (self.south, self.north)]
        down = [np.column_stack((np.full_like(y, side), y)) for side in (self.west, self.east)]
        return np.concatenate(across + down)

    def holds(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say of each of `(n, 2)` points whether it lies in the frame."""
        low, high = (self.west, self.south), (self.east, self.north)
        return np.asarray(((points >= low) & (points <= high)).all(axis=1))


@dataclass(frozen=True, slots=True)
class GridLine:
    """A meridian or parallel: its degrees, and its points in kilometres on the plane."""

    degrees: int
    is_meridian: bool
    points: NDArray[np.float64]

    @property
    def label(self) -> str:
        """The line as a map names it.

        >>> GridLine(130, True, np.empty((0, 2))).label, GridLine(-5, False, np.empty((0, 2))).label
        ('130°E', '5°S')
        """
        positive, negative = "EW" if self.is_meridian else "NS"
        return f"{abs(self.degrees)}°{positive if self.degrees >= 0 else negative}"


def graticule(plane: Plane, frame: Frame, step: int = 5) -> Iterator[GridLine]:
    """Yield the meridians and parallels that cross the frame, each to a point beyond its edge."""
    lats, lons = plane.unproject(*(frame.border().T * 1000.0))
    for is_meridian, along, across in ((True, lats, lons), (False, lons, lats)):
        first, last = math.ceil(across.min() / step), math.floor(across.max() / step)
        course = np.linspace(along.min(), along.max(), _GRID_POINTS)
        for degrees in range(first * step, last * step + 1, step):
            fixed = np.full_like(course, degrees)
            places = (course, fixed) if is_meridian else (fixed, course)
            points = project(plane, *places)
            shown = np.flatnonzero(frame.holds(points))
            if len(shown):
                yield GridLine(degrees, is_meridian, points[max(shown[0] - 1, 0) : shown[-1] + 2])
