"""Height over the ground distance from the launch, coloured by phase."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import inverse
from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.analysis.tracking.legs import Leg, legs
from trilogue.figures.ink import PHASES
from trilogue.figures.labels import Labels
from trilogue.figures.paper import INK, MUTED, Figure, paper, printed, quiet, table
from trilogue.figures.words import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint, Picture

__all__ = ["profile_figure"]

_NINETY = 1.644_854
"""Standard deviations either way that hold a normal error with 90 %."""


_ONE_PX = 12.0
"""Marks closer than this are one to the eye."""


def profile_figure(
    picture: Picture,
    *,
    language: Language = "en",
    title: str | None = None,
    truth: Sequence[NDArray[np.float64]] | None = None,
) -> Figure:
    """Return height over distance of every flight; bands and bars hold the truth with 90 %.

    `truth` holds the positions `(n, 3)` in ECEF of each flight as it was, where that is known.
    """
    rows: list[tuple[object, ...]] = []
    said: list[str] = []
    with paper(8.0, 4.8) as canvas:
        axes = canvas.add_axes((0.085, 0.125, 0.89, 0.77))
        quiet(axes)
        for one in truth or ():
            lat, lon, height = to_geodetic(one)
            away = inverse(lat[0], lon[0], lat, lon)[0] / 1000.0
            axes.plot(
                away, height / 1000.0, color=INK, linewidth=0.8, linestyle=(0, (1, 2)), zorder=3
            )
        marks: list[tuple[float, float, str]] = []
        for flight in picture.flights:
            marks += _flight(axes, flight, rows, language)
            said.append(_said(flight, language))
        axes.margins(x=0.03, y=0.10)
        axes.set_ylim(bottom=0.0)
        axes.set_xlabel(say(language, "distance_km"))
        axes.set_ylabel(say(language, "height_km"))
        labels = Labels(axes)
        for line in axes.lines:
            for x, y in np.asarray(line.get_xydata(), np.float64)[::2]:
                labels.keep_off(float(x), float(y), 1.5)
        for x, y, text in _together(axes, marks):
            labels.put(x, y, text)
        canvas.text(
            0.012,
            0.95,
            title or say(language, "profile_title"),
            fontsize=13.0,
            va="center",
            color=INK,
        )
        _legend(axes, bool(truth), language)
        columns = (
            "track", "kind", "phase", "known", "time_posix_s", "distance_km", "height_km",
            "vertical_sd_km",
        )  # fmt: skip
        return printed(canvas, table(columns, rows), "".join(said).strip())


def _together(
    axes: Axes, marks: Sequence[tuple[float, float, str]]
) -> list[tuple[float, float, str]]:
    """Return marks to label, those that fall on one another as one, with their number."""
    groups: list[tuple[tuple[float, float, str], int]] = []
    for one in marks:
        at = axes.transData.transform(one[:2])
        for k, (first, count) in enumerate(groups):
            gap = np.hypot(*(axes.transData.transform(first[:2]) - at))
            if gap < _ONE_PX and first[2].partition(" ")[0] == one[2].partition(" ")[0]:
                groups[k] = (first, count + 1)
                break
        else:
            groups.append((one, 1))
    return [(x, y, f"{text} (× {n})" if n > 1 else text) for (x, y, text), n in groups]


def _origin(flight: FlightEstimate, way: Sequence[Leg]) -> tuple[float, float]:
    if flight.launch is not None:
        return flight.launch.latitude, flight.launch.longitude
    lat, lon, _ = to_geodetic(way[0].position[0])
    return float(lat), float(lon)


def _away(
    origin: tuple[float, float], position: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ground distance from the origin and height, km, of positions `(n, 3)`."""
    lat, lon, height = to_geodetic(position)
    return inverse(*origin, lat, lon)[0] / 1000.0, height / 1000.0


def _flight(
    axes: Axes, flight: FlightEstimate, rows: list[tuple[object, ...]], language: Language
) -> list[tuple[float, float, str]]:
    """Draw a flight; add its numbers; return what is to be labelled: x, y and text."""
    way = legs(flight)
    if not way:
        return []
    origin = _origin(flight, way)
    marks: list[tuple[float, float, str]] = []
    for leg in way:
        x, y = _away(origin, leg.position)
        hue, width = PHASES[leg.phase]
        sd = leg.sd_m[:, 1] / 1000.0
        axes.fill_between(
            x, y - _NINETY * sd, y + _NINETY * sd, color=hue, alpha=0.2, linewidth=0, zorder=2
        )
        seen = leg.known == "seen"
        axes.plot(
            x, y, color=hue, linewidth=width if seen else 0.6 * width, zorder=4,
            linestyle="-" if seen else (0, (3, 2)), solid_capstyle="butt", dash_capstyle="butt",
        )  # fmt: skip
        rows += [
            (
                flight.track,
                "leg",
                leg.phase,
                leg.known,
                f"{t:.3f}",
                f"{a:.3f}",
                f"{b:.3f}",
                f"{c:.3f}",
            )
            for t, a, b, c in zip(leg.time, x, y, sd, strict=True)
        ]
    top, when = flight.apogee_m, flight.apogee_time
    if top is not None and when is not None:
        x_top = _at(origin, way, when.value)
        height, sd_top = top.value / 1000.0, top.sd / 1000.0
        axes.errorbar(
            x_top, height, yerr=_NINETY * sd_top, fmt="o", color=INK, markersize=3.5, capsize=3.5,
            linewidth=1.1, zorder=6,
        )  # fmt: skip
        word = say(language, "apogee")
        marks.append(
            (x_top, height, f"{word} {height:.0f} km, {say(language, 'sd')} {sd_top:.1f} km")
        )
        rows.append(
            (flight.track, "apogee", "", "", f"{when.value:.3f}", f"{x_top:.3f}", f"{height:.3f}",
             f"{sd_top:.3f}")
        )  # fmt: skip
    if flight.burnout is not None:
        cut = [leg for leg in way if leg.known == "seen" and leg.phase == "boost"]
        if cut:
            (x_cut,), (y_cut,) = _away(origin, cut[-1].position[-1:])
            axes.plot(x_cut, y_cut, "|", color=INK, markersize=8.0, markeredgewidth=1.2, zorder=6)
            marks.append((float(x_cut), float(y_cut), say(language, "burnout")))
    for point in (flight.launch, flight.impact):
        if point is not None:
            _ground_bar(axes, origin, flight, point)
    return marks


def _at(origin: tuple[float, float], way: Sequence[Leg], time: float) -> float:
    """Return the distance at a time, km."""
    times = np.concatenate([leg.time for leg in way])
    places = np.concatenate([_away(origin, leg.position)[0] for leg in way])
    return float(np.interp(time, times, places))


def _ground_bar(
    axes: Axes, origin: tuple[float, float], flight: FlightEstimate, point: GroundPoint
) -> None:
    """Draw how far an ellipse reaches along the flight, on the ground."""
    distance, azimuth, onward = inverse(*origin, point.latitude, point.longitude)
    if point is flight.launch and flight.impact is not None:
        azimuth = inverse(*origin, flight.impact.latitude, flight.impact.longitude)[1]
        onward = azimuth
    turn = math.radians(float(onward) - point.azimuth_deg)
    out = 1.0 / math.hypot(
        math.cos(turn) / max(point.semi_major_m, 1.0), math.sin(turn) / max(point.semi_minor_m, 1.0)
    )
    axes.errorbar(
        float(distance) / 1000.0, 0.0, xerr=out / 1000.0, fmt="none", color=INK, capsize=3.0,
        linewidth=1.4, zorder=6, clip_on=False,
    )  # fmt: skip


def _said(flight: FlightEstimate, language: Language) -> str:
    if flight.apogee_m is None or flight.impact is None:
        height = float(to_geodetic(flight.now.state[:3])[2]) / 1000.0
        return say(language, "said_rising", track=flight.track, height=height)
    away = inverse(*_origin(flight, legs(flight)), flight.impact.latitude, flight.impact.longitude)[
        0
    ]
    return say(
        language, "said_profile", track=flight.track, apogee=flight.apogee_m.value / 1000.0,
        sd=flight.apogee_m.sd / 1000.0, range=float(away) / 1000.0,
    )  # fmt: skip


def _legend(axes: Axes, has_truth: bool, language: Language) -> None:
    from matplotlib.lines import Line2D

    lines, texts = [], []
    for phase in ("boost", "midcourse", "terminal"):
        hue, width = PHASES[phase]
        lines.append(Line2D([], [], color=hue, linewidth=width))
        texts.append(say(language, phase))
    hue, width = PHASES["midcourse"]
    lines.append(Line2D([], [], color=hue, linewidth=0.6 * width, linestyle=(0, (3, 2))))
    texts.append(say(language, "predicted"))
    if has_truth:
        lines.append(Line2D([], [], color=INK, linewidth=0.8, linestyle=(0, (1, 2))))
        texts.append(say(language, "truth"))
    axes.legend(
        lines, texts, loc="lower right", bbox_to_anchor=(1.0, 1.005), ncols=len(lines),
        frameon=False, fontsize=8.0, borderaxespad=0.0, columnspacing=1.4, labelcolor=MUTED,
    )  # fmt: skip
