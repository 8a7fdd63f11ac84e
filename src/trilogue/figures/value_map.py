"""The map of a campaign: from each site a fan of azimuths, coloured by what is known of the impact.

One panel for each participant alone, and one for all. A sector without colour is a direction in
which half of the impacts or more were not known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import Plane, inverse
from trilogue.analysis.value.row import Row
from trilogue.analysis.value.summary import middle
from trilogue.figures.ink import colour, mark
from trilogue.figures.outlines import outlines
from trilogue.figures.paper import COAST, INK, LAND, MUTED, RULE, SEA, Figure, paper, printed, table
from trilogue.figures.value import coalition_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

    from trilogue.analysis.tracking.sensor import Sensor

__all__ = ["fan_figure"]

_WIDTH_IN, _HEIGHT_IN = 10.0, 3.5
_ORBIT_M = 1_000_000.0
_LARGEST_KM, _LEAST_KM = 190.0, 45.0
"""Of a fan's radius, which is a good half of the least distance between sites, or one of these."""
_WIDEST_DEG = 40.0
_HALF_FRAME_KM = 430.0


def fan_figure(
    rows: Iterable[Row],
    participants: Sequence[str],
    sensors: Sequence[Sensor],
    title: str,
) -> Figure:
    """Return the fans of rows that are all of one class and one moment."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm

    rows = list(rows)
    shown = [*participants, "+".join(participants)]
    cells = _cells(rows, shown)
    known = [axis / 1e3 for *_, axis, _, _ in cells if axis is not None]
    low, high = (min(known), max(known)) if known else (1.0, 10.0)
    scale = ScalarMappable(LogNorm(0.95 * low, 1.05 * high), "cividis")
    plane = _plane(rows)
    with paper(_WIDTH_IN, _HEIGHT_IN) as canvas:
        each = 0.905 / len(shown)
        for k, coalition in enumerate(shown):
            axes = canvas.add_axes((0.01 + k * each, 0.03, each - 0.01, 0.78))
            _ground(axes, plane)
            _radars(axes, plane, sensors, coalition.split("+"))
            for cell in (one for one in cells if one[4] == coalition):
                _sector(axes, plane, cell, _radius_km(rows), _width_deg(rows), scale)
            axes.set_title(
                coalition_label(coalition, participants), loc="left", fontsize=9.0, color=INK,
                pad=3.0,
            )  # fmt: skip
        bar = canvas.colorbar(scale, cax=canvas.add_axes((0.925, 0.06, 0.014, 0.72)))
        _bar(bar.ax, low, high)
        canvas.text(0.012, 0.945, title, fontsize=12.0, va="center", color=INK)
        columns = (
            "site", "latitude_deg", "longitude_deg", "azimuth_deg", "coalition",
            "ellipse_semi_major_median_m", "impact_known", "flights",
        )  # fmt: skip
        numbers = [
            (s, f"{la:.4f}", f"{lo:.4f}", f"{az:g}", c, "" if a is None else f"{a:.6g}", n, m)
            for s, la, lo, az, c, a, n, m in cells
        ]
        return printed(canvas, table(columns, numbers), _said(title, cells, participants))


_Cell = tuple[str, float, float, float, str, float | None, int, int]
"""Site, latitude, longitude, azimuth, coalition, median axis in metres, impacts known, flights."""


def _cells(rows: Sequence[Row], shown: Sequence[str]) -> list[_Cell]:
    found: dict[tuple[str, float, str], list[Row]] = {}
    for row in rows:
        if row.coalition in shown:
            found.setdefault((row.site, row.azimuth_deg, row.coalition), []).append(row)
    return [
        (
            site, mine[0].latitude_deg, mine[0].longitude_deg, azimuth, coalition,
            middle(row.impact_semi_major_m for row in mine),
            sum(row.impact_semi_major_m is not None for row in mine),
            len(mine),
        )
        for (site, azimuth, coalition), mine in found.items()
    ]  # fmt: skip


def _said(title: str, cells: Sequence[_Cell], participants: Sequence[str]) -> str:
    said = []
    for coalition in dict.fromkeys(cell[4] for cell in cells):
        axes = [cell[5] for cell in cells if cell[4] == coalition]
        known = sorted(axis for axis in axes if axis is not None)
        name = coalition_label(coalition, participants)
        spread = f"{known[0] / 1e3:.3g} to {known[-1] / 1e3:.3g} km" if known else "none known"
        silent = len(axes) - len(known)
        said.append(f"{name}: {spread}{f', not known in {silent} directions' if silent else ''}.")
    return f"{title}. Semi-major axes of the 90 % impact ellipse by direction. {' '.join(said)}"


def _plane(rows: Sequence[Row]) -> Plane:
    latitudes = [row.latitude_deg for row in rows]
    longitudes = [row.longitude_deg for row in rows]
    return Plane(
        (min(latitudes) + max(latitudes)) / 2.0 - 0.8,
        (min(longitudes) + max(longitudes)) / 2.0 + 1.6,
    )


def _xy(plane: Plane, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Return kilometres east and north, `(n, 2)`."""
    east, north = plane.project(np.atleast_1d(latitude), np.atleast_1d(longitude))
    return np.column_stack((east, north)) / 1000.0


def _ground(axes: Axes, plane: Plane) -> None:
    from matplotlib.collections import PolyCollection

    box = axes.get_window_extent()
    half = np.array([_HALF_FRAME_KM, _HALF_FRAME_KM * box.height / box.width])
    axes.set_xlim(-half[0], half[0])
    axes.set_ylim(-half[1], half[1])
    axes.set_facecolor(SEA)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(RULE)
    fine = 2.0 * half[0] / box.width
    rings = []
    for ring in outlines():
        points = _xy(plane, ring[:, 0], ring[:, 1])
        if (points.min(axis=0) > half).any() or (points.max(axis=0) < -half).any():
            continue
        size = np.where((np.abs(points) < 1.2 * half.max()).all(axis=1), fine, 100.0)[:, None]
        moved = np.any(np.diff(np.round(points / size), axis=0) != 0.0, axis=1)
        rings.append(points[np.append(True, moved)])
    axes.add_collection(
        PolyCollection(rings, facecolors=LAND, edgecolors=COAST, linewidths=0.5, zorder=1),
        autolim=False,
    )


def _radars(axes: Axes, plane: Plane, sensors: Sequence[Sensor], members: Sequence[str]) -> None:
    """Mark the radars of a coalition; satellites stand far outside."""
    for sensor in sensors:
        if sensor.height_m < _ORBIT_M and sensor.owner in members:
            x, y = _xy(plane, sensor.latitude, sensor.longitude)[0]
            axes.plot(
                x, y, mark(sensor.owner), color=colour(sensor.owner), markersize=5.0,
                markeredgecolor=SEA, markeredgewidth=0.7, zorder=6, clip_on=True,
            )  # fmt: skip


def _radius_km(rows: Sequence[Row]) -> float:
    places = list({(row.latitude_deg, row.longitude_deg) for row in rows})
    apart = [
        float(inverse(*one, *other)[0]) / 1e3
        for k, one in enumerate(places)
        for other in places[k + 1 :]
    ]
    return min(max(0.62 * min(apart, default=math.inf), _LEAST_KM), _LARGEST_KM)


def _width_deg(rows: Sequence[Row]) -> float:
    azimuths = sorted({row.azimuth_deg for row in rows})
    around = [b - a for a, b in zip(azimuths, [*azimuths[1:], azimuths[0] + 360.0], strict=True)]
    return min(0.9 * min(around), _WIDEST_DEG)


def _sector(
    axes: Axes, plane: Plane, cell: _Cell, radius: float, width: float, scale: object
) -> None:
    from matplotlib.patches import Wedge

    _, latitude, longitude, azimuth, _, axis, _, _ = cell
    x, y = _xy(plane, latitude, longitude)[0]
    middle_deg = 90.0 - azimuth
    known = axis is not None
    axes.add_patch(
        Wedge(
            (x, y), radius, middle_deg - width / 2.0, middle_deg + width / 2.0,
            facecolor=scale.to_rgba(axis / 1e3) if axis is not None else "none",  # type: ignore[attr-defined]
            edgecolor=INK if known else MUTED, linewidth=0.4 if known else 0.8,
            linestyle="-" if known else (0, (2, 2)), zorder=4,
        )
    )  # fmt: skip
    axes.plot(x, y, ".", color=INK, markersize=3.0, zorder=5)


def _bar(axes: Axes, low: float, high: float) -> None:
    """Write lengths on the colour bar as they are said."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    few = high < 30.0 * low
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 3.0, 5.0) if few else (1.0,)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(length=2.0, labelsize=7.5)
    axes.set_title("km", fontsize=8.0, color=MUTED, pad=3.0)
