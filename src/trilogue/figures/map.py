"""The map: tracks by phase, launch and impact ellipses by coalition, sensors, coasts.

The plane is azimuthal equidistant about the middle of the flights. One large map shows all; two
small ones show the launch and the impact of the oldest flight, where ellipses have a size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import Plane
from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.analysis.geodesy.outline import ellipse_outline
from trilogue.analysis.tracking.coverage import coverage
from trilogue.analysis.tracking.legs import legs
from trilogue.figures.ink import PHASES, colour, mark, strokes
from trilogue.figures.labels import Labels
from trilogue.figures.map_numbers import map_csv, map_text
from trilogue.figures.outlines import outlines
from trilogue.figures.paper import COAST, GRID, INK, LAND, MUTED, RULE, SEA, Figure, paper, printed
from trilogue.figures.words import Language, coalition_name, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from numpy.typing import ArrayLike, NDArray

    from trilogue.analysis.tracking.estimate import GroundPoint, Picture
    from trilogue.analysis.tracking.sensor import Sensor

__all__ = ["map_figure"]

Coalition = tuple[str, ...]

_ORBIT_M = 1_000_000.0
_MARGIN = 0.06
_LARGEST_SHARE = 8.0
"""A detail shows ellipses up to so many times the smallest; others lie beyond its frame."""
_LEAST_KM = 0.5
_LEAST_FRAME_KM = 200.0


def map_figure(
    pictures: Mapping[Coalition, Picture],
    *,
    language: Language = "en",
    title: str | None = None,
    truth: Sequence[NDArray[np.float64]] | None = None,
) -> Figure:
    """Return the map of what coalitions see; tracks are those of the last one, the fullest.

    `truth` holds the positions `(n, 3)` in ECEF of each flight as it was, where that is known.
    Raises `ValueError` where there is no picture.
    """
    if not pictures:
        raise ValueError("a map needs the picture of at least one coalition")
    whole = list(pictures.values())[-1]
    places = _places(whole, truth or ())
    plane = Plane(*_middle(places))
    with paper(10.0, 6.4) as canvas:
        main = canvas.add_axes((0.012, 0.115, 0.655, 0.80))
        _frame(main, plane, places)
        _ground(main, plane)
        _coverages(main, plane, whole)
        _truths(main, plane, truth or ())
        _tracks(main, plane, whole)
        for coalition, picture in pictures.items():
            _ellipses(main, plane, coalition, picture)
        _sensors(main, plane, whole)
        _scale_bar(main)
        for kind, left_bottom in (("launch", 0.535), ("impact", 0.115)):
            axes = canvas.add_axes((0.70, left_bottom, 0.285, 0.38))
            _detail(axes, kind, pictures, truth or (), language)
        canvas.text(
            0.012, 0.955, title or say(language, "map_title"), fontsize=13.0, va="center", color=INK
        )
        _legend(canvas, pictures, truth is not None, language)
        return printed(canvas, map_csv(pictures), map_text(pictures, language))


def _places(picture: Picture, truth: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return latitudes and longitudes, `(n, 2)`, of what the map must show."""
    rows = [
        np.column_stack(to_geodetic(leg.position)[:2]) for f in picture.flights for leg in legs(f)
    ]
    rows += [np.column_stack(to_geodetic(one)[:2]) for one in truth]
    near = [(s.latitude, s.longitude) for s in picture.plots.sensors if s.height_m < _ORBIT_M]
    if near:
        rows.append(np.array(near))
    return np.concatenate(rows) if rows else np.array([[39.0, 127.0], [36.0, 140.0]])


def _middle(places: NDArray[np.float64]) -> tuple[float, float]:
    lon = np.degrees(np.unwrap(np.radians(places[:, 1])))
    return (
        float(places[:, 0].min() + places[:, 0].max()) / 2.0,
        float((lon.min() + lon.max()) / 2.0 + 180.0) % 360.0 - 180.0,
    )


def _xy(plane: Plane, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Return kilometres east and north, `(n, 2)`."""
    east, north = plane.project(np.atleast_1d(latitude), np.atleast_1d(longitude))
    return np.column_stack((east, north)) / 1000.0


def _frame(axes: Axes, plane: Plane, places: NDArray[np.float64]) -> None:
    """Set the limits so that all places fit and a kilometre is as long either way."""
    _fit(axes, _xy(plane, places[:, 0], places[:, 1]), _LEAST_FRAME_KM, _MARGIN)


def _fit(axes: Axes, points: NDArray[np.float64], least: float, margin: float) -> None:
    low, high = points.min(axis=0), points.max(axis=0)
    middle, size = (low + high) / 2.0, np.maximum(high - low, least)
    box = axes.get_window_extent()
    scale = max(size[0] / box.width, size[1] / box.height) * (1.0 + 2.0 * margin)
    _limits(axes, middle, np.array([box.width, box.height]) * scale / 2.0)


def _limits(axes: Axes, middle: NDArray[np.float64], half: NDArray[np.float64]) -> None:
    axes.set_xlim(middle[0] - half[0], middle[0] + half[0])
    axes.set_ylim(middle[1] - half[1], middle[1] + half[1])
    axes.set_facecolor(SEA)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(RULE)


def _ground(axes: Axes, plane: Plane) -> None:
    """Draw land, and meridians and parallels every five or ten degrees."""
    from matplotlib.collections import LineCollection, PolyCollection

    rings = _land(axes, plane)
    axes.add_collection(
        PolyCollection(rings, facecolors=LAND, edgecolors=COAST, linewidths=0.5, zorder=1),
        autolim=False,
    )
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    x, y = np.meshgrid(np.linspace(west, east, 30), np.linspace(south, north, 30))
    lat, lon = plane.unproject(1000.0 * x, 1000.0 * y)
    lon = plane.longitude + (lon - plane.longitude + 180.0) % 360.0 - 180.0
    step = 1 if east - west < 700.0 else 5 if east - west < 3500.0 else 10
    if east - west < 150.0:
        return
    lats = np.linspace(lat.min(), lat.max(), 61)
    lons = np.linspace(lon.min(), lon.max(), 61)
    lines = []
    for degrees in range(int(lon.min() // step) * step, int(lon.max()) + step, step):
        lines.append(_xy(plane, lats, np.full(61, float(degrees))))
        _degrees(axes, lines[-1], degrees, "EW", south, "bottom")
    for degrees in range(int(lat.min() // step) * step, int(lat.max()) + step, step):
        lines.append(_xy(plane, np.full(61, float(degrees)), lons))
        _degrees(axes, lines[-1], degrees, "NS", west, "left")
    axes.add_collection(
        LineCollection(lines, colors=GRID, linewidths=0.6, zorder=1.5), autolim=False
    )


def _land(axes: Axes, plane: Plane) -> list[NDArray[np.float64]]:
    """Return the rings that reach into the frame, without points closer than half a pixel."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    fine = 0.5 * (east - west) / axes.get_window_extent().width
    out = []
    for ring in outlines():
        points = _xy(plane, ring[:, 0], ring[:, 1])
        (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
        if left > east or right < west or low > north or high < south:
            continue
        # Far outside, where nothing shows, the land ends at a wall.
        wide = np.array([east - west, north - south]) * 2.0
        middle = np.array([west + east, south + north]) / 2.0
        points = np.clip(points, middle - wide, middle + wide)
        cells = np.round(points / fine)
        moved = np.append(True, np.any(np.diff(cells, axis=0) != 0.0, axis=1))
        out.append(points[moved])
    return out


def _degrees(
    axes: Axes, line: NDArray[np.float64], degrees: int, signs: str, edge: float, side: str
) -> None:
    """Name a meridian where it meets the lower edge, a parallel where it meets the left one."""
    along, across = (1, 0) if side == "bottom" else (0, 1)
    order = np.argsort(line[:, along])
    if not line[order[0], along] <= edge <= line[order[-1], along]:
        return
    at = float(np.interp(edge, line[order, along], line[order, across]))
    low, high = axes.get_xlim() if side == "bottom" else axes.get_ylim()
    share = (at - low) / (high - low)
    if not 0.03 < share < 0.97:
        return
    degrees = (degrees + 180) % 360 - 180
    text = f"{abs(degrees)}°{signs[0] if degrees >= 0 else signs[1]}"
    x, y = (share, 0.008) if side == "bottom" else (0.006, share)
    place = {"ha": "center", "va": "bottom"} if side == "bottom" else {"ha": "left", "va": "center"}
    axes.text(x, y, text, transform=axes.transAxes, fontsize=6.5, color=MUTED, zorder=3, **place)  # type: ignore[arg-type]


def _coverages(axes: Axes, plane: Plane, picture: Picture) -> None:
    for sensor in picture.plots.sensors:
        outline = coverage(sensor)
        if outline is not None:
            points = _xy(plane, outline[:, 0], outline[:, 1])
            axes.plot(*points.T, color=colour(sensor.owner), linewidth=0.6, alpha=0.35, zorder=2)


def _truths(axes: Axes, plane: Plane, truth: Sequence[NDArray[np.float64]]) -> None:
    for one in truth:
        lat, lon, _ = to_geodetic(one)
        points = _xy(plane, lat, lon)
        axes.plot(*points.T, color=INK, linewidth=0.7, linestyle=(0, (1, 2)), zorder=4)
        axes.plot(*points[[0, -1]].T, "x", color=INK, markersize=6.0, markeredgewidth=1.2, zorder=7)


def _tracks(axes: Axes, plane: Plane, picture: Picture) -> None:
    for flight in picture.flights:
        for leg in legs(flight):
            lat, lon, _ = to_geodetic(leg.position)
            hue, width = PHASES[leg.phase]
            style = "-" if leg.known == "seen" else (0, (3, 2))
            wide = width if leg.known == "seen" else 0.6 * width
            axes.plot(
                *_xy(plane, lat, lon).T, color=hue, linewidth=wide, linestyle=style, zorder=5,
                solid_capstyle="butt", dash_capstyle="butt",
            )  # fmt: skip


def _outline(point: GroundPoint) -> NDArray[np.float64]:
    """Return the ellipse as latitudes and longitudes, closed, `(n, 2)`."""
    ring = ellipse_outline(
        point.latitude, point.longitude, point.semi_major_m, point.semi_minor_m, point.azimuth_deg
    )
    return np.concatenate([ring, ring[:1]])


def _ellipse(axes: Axes, plane: Plane, coalition: Coalition, point: GroundPoint) -> None:
    points = _xy(plane, *_outline(point).T)
    first, *others = strokes(coalition)
    width = 1.9 if len(coalition) > 2 else 1.3
    axes.plot(*points.T, color=first, linewidth=width, zorder=6)
    for other in others:
        axes.plot(
            *points.T, color=other, linewidth=width, linestyle=(0, (4, 4)), zorder=6.1,
            dash_capstyle="butt",
        )  # fmt: skip


def _ellipses(axes: Axes, plane: Plane, coalition: Coalition, picture: Picture) -> None:
    for flight in picture.flights:
        for point in (flight.launch, flight.impact):
            if point is not None:
                _ellipse(axes, plane, coalition, point)


def _sensors(axes: Axes, plane: Plane, picture: Picture) -> None:
    labels = Labels(axes)
    near: list[tuple[Sensor, float, float]] = []
    for sensor in picture.plots.sensors:
        if sensor.height_m >= _ORBIT_M:
            continue
        x, y = (float(v) for v in _xy(plane, sensor.latitude, sensor.longitude)[0])
        near.append((sensor, x, y))
        labels.keep_off(x, y)
    for flight in picture.flights:
        for leg in legs(flight):
            lat, lon, _ = to_geodetic(leg.position)
            for x, y in _xy(plane, lat, lon)[::3]:
                labels.keep_off(float(x), float(y), 1.0)
    for sensor, x, y in near:
        axes.plot(
            x, y, mark(sensor.owner), color=colour(sensor.owner), markersize=5.5,
            markeredgecolor=SEA, markeredgewidth=0.8, zorder=8,
        )  # fmt: skip
        labels.put(x, y, sensor.id, color=colour(sensor.owner))


def _scale_bar(axes: Axes) -> None:
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    width = east - west
    power = 10.0 ** np.floor(np.log10(width / 4.0))
    length = max(step * power for step in (1.0, 2.0, 5.0) if step * power <= width / 4.0)
    x, y = east - 0.03 * width - length, south + 0.05 * (north - south)
    rise = 0.012 * (north - south)
    axes.plot(
        [x, x, x + length, x + length], [y + rise, y, y, y + rise],
        color=INK, linewidth=1.0, zorder=9, solid_joinstyle="miter",
    )  # fmt: skip
    axes.text(x + length / 2.0, y + rise, f"{length:g} km", ha="center", va="bottom", fontsize=7.5)


def _detail(
    axes: Axes,
    kind: str,
    pictures: Mapping[Coalition, Picture],
    truth: Sequence[NDArray[np.float64]],
    language: Language,
) -> None:
    """Draw the launch or impact of the oldest flight, with every coalition's ellipses."""
    points = {c: [_point(f, kind) for f in p.flights] for c, p in pictures.items()}
    found = {c: [one for one in some if one is not None] for c, some in points.items()}
    flights = list(pictures.values())[-1].flights
    centre = _point(flights[0], kind) if flights else None
    axes.set_title(say(language, kind), loc="left", fontsize=9.0, color=INK, pad=3.0)
    if centre is None:
        _limits(axes, np.zeros(2), np.ones(2))
        axes.text(0.5, 0.5, "–", transform=axes.transAxes, ha="center", va="center", color=MUTED)
        return
    plane = Plane(centre.latitude, centre.longitude)
    own = {c: some[0] for c, some in found.items() if some}
    sizes = sorted(one.semi_major_m / 1000.0 for one in own.values())
    limit = max(_LARGEST_SHARE * sizes[0], _LEAST_KM)
    shown = {c: one for c, one in own.items() if one.semi_major_m / 1000.0 <= limit}
    rings = [_xy(plane, *_outline(one).T) for one in shown.values()]
    points_in = np.concatenate([*rings, [[-_LEAST_KM, -_LEAST_KM], [_LEAST_KM, _LEAST_KM]]])
    _fit(axes, points_in, 0.0, 0.14)
    _ground(axes, plane)
    _tracks(axes, plane, list(pictures.values())[-1])
    _truths(axes, plane, truth)
    for coalition, some in found.items():
        for one in some:
            _ellipse(axes, plane, coalition, one)
    _scale_bar(axes)
    beyond = [coalition_name(language, c) for c in own if c not in shown]
    if beyond:
        said = say(language, "outside", names=", ".join(beyond))
        axes.text(
            0.02,
            0.975,
            said,
            transform=axes.transAxes,
            fontsize=6.8,
            color=MUTED,
            va="top",
            zorder=9,
        )


def _point(flight: object, kind: str) -> GroundPoint | None:
    point: GroundPoint | None = getattr(flight, kind)
    return point


def _legend(
    canvas: Canvas, pictures: Mapping[Coalition, Picture], has_truth: bool, language: Language
) -> None:
    """Write what lines mean, in two rows: phases, then coalitions."""
    from matplotlib.lines import Line2D

    rows: list[list[tuple[list[Line2D], str]]] = [[], []]
    for phase in ("boost", "midcourse", "terminal"):
        hue, width = PHASES[phase]
        rows[0].append(([Line2D([], [], color=hue, linewidth=width)], say(language, phase)))
    hue, width = PHASES["midcourse"]
    dashed = Line2D([], [], color=hue, linewidth=0.6 * width, linestyle=(0, (3, 2)))
    rows[0].append(([dashed], say(language, "predicted")))
    if has_truth:
        dotted = Line2D([], [], color=INK, linewidth=0.8, linestyle=(0, (1, 2)))
        rows[0].append(([dotted], say(language, "truth")))
    share = _probability(pictures)
    if share is not None:
        rows[1].append(([], say(language, "ellipses", percent=100.0 * share)))
    for coalition in pictures:
        first, *others = strokes(coalition)
        wide = 1.9 if len(coalition) > 2 else 1.3
        lines = [Line2D([], [], color=first, linewidth=wide)]
        lines += [Line2D([], [], color=o, linewidth=wide, linestyle=(0, (2, 2))) for o in others]
        rows[1].append((lines, coalition_name(language, coalition)))
    for y, row in zip((0.072, 0.030), rows, strict=True):
        x = 0.014
        for lines, text in row:
            for line in lines:
                line.set_data([x, x + 0.032], [y, y])
                line.set_transform(canvas.transFigure)
                canvas.add_artist(line)
            label = canvas.text(
                x + (0.038 if lines else 0.0), y, text, fontsize=8.0, va="center", color=INK
            )
            x = label.get_window_extent().x1 / canvas.bbox.width + 0.022


def _probability(pictures: Mapping[Coalition, Picture]) -> float | None:
    """Return the probability that every ellipse on the map holds, if there is one such."""
    shares = {
        point.probability
        for picture in pictures.values()
        for flight in picture.flights
        for point in (flight.launch, flight.impact)
        if point is not None
    }
    return shares.pop() if len(shares) == 1 else None
