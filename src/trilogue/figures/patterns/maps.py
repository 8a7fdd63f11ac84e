"""Maps: the sites by how much they were used, and the areas by how many classes reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import Plane
from trilogue.analysis.geodesy.outline import ellipse_outline
from trilogue.analysis.patterns.findings import Findings
from trilogue.analysis.patterns.reach import areas
from trilogue.figures.outlines import outlines
from trilogue.figures.paper import (
    COAST,
    INK,
    LAND,
    MUTED,
    PAPER,
    RULE,
    SEA,
    Figure,
    paper,
    printed,
    table,
)
from trilogue.figures.patterns.over_time import title
from trilogue.figures.patterns.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["reach_figure", "sites_figure"]

_NAMED = 16
"""Sites that are named on the map: those with most launches, where there is room."""
_APART_KM = 13.0
_ASIDE = {
    "capital": (-75.0, "right"), "gangwon": (75.0, "left"), "chungcheong": (-95.0, "right"),
    "jeolla": (-75.0, "right"), "gyeongsang": (70.0, "left"), "kanto": (95.0, "left"),
}  # fmt: skip
"""Where names would lie on each other: kilometres to the side, and which way they run."""


def sites_figure(found: Findings, words: Words) -> Figure:
    """Return the sites of the record, larger the more launches, darker the later they were new."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    plane = Plane(40.0, 127.3)
    known = [one for one in found.sites if one.latitude is not None and one.longitude is not None]
    scale = ScalarMappable(Normalize(1984.0, 2026.0), colormaps["viridis_r"])
    with paper(8.0, 6.4) as canvas:
        axes = canvas.add_axes((0.01, 0.02, 0.88, 0.89))
        _ground(axes, plane, (-235.0, 260.0), (-255.0, 160.0))
        placed: list[tuple[float, float]] = []
        for one in sorted(known, key=lambda s: -s.launches):
            assert one.latitude is not None
            assert one.longitude is not None
            east, north = (float(x) / 1e3 for x in plane.project(one.latitude, one.longitude))
            axes.scatter(
                east,
                north,
                s=18.0 + 9.0 * one.launches,
                color=scale.to_rgba(np.array([float(one.first[:4])])),
                edgecolor=PAPER,
                linewidth=0.7,
                alpha=0.9,
                zorder=4,
            )
            clear = all(abs(north - y) > _APART_KM or abs(east - x) > 90.0 for x, y in placed)
            if len(placed) < _NAMED and clear:
                placed.append((east, north))
                axes.annotate(
                    f"{words.site(one.site_id)} {one.launches}",
                    (east, north),
                    xytext=(4.0 + 0.35 * np.sqrt(18.0 + 9.0 * one.launches), 0.0),
                    textcoords="offset points",
                    va="center",
                    fontsize=7.5,
                    color=INK,
                    zorder=6,
                    path_effects=_halo(),
                )
        bar = canvas.colorbar(scale, cax=canvas.add_axes((0.915, 0.2, 0.017, 0.5)))
        bar.ax.set_title(words.say("head.first"), fontsize=8.0, color=MUTED, loc="left")
        bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
        title(canvas, words.say("figure.sites"), 0.955)
        rows = [
            (
                one.site_id,
                one.latitude,
                one.longitude,
                one.launches,
                one.first,
                one.last,
                *(
                    ("", "", "")
                    if one.away is None
                    else (
                        f"{x:.0f}" for x in (one.away.coast_m, one.away.south_m, one.away.north_m)
                    )
                ),
            )
            for one in found.sites
        ]
        most = sorted(found.sites, key=lambda s: -s.launches)[:10]
        text = words.say(
            "figure.said_sites",
            sites=", ".join(f"{words.site(one.site_id)} {one.launches}" for one in most),
        )
        columns = (
            "site",
            "latitude",
            "longitude",
            "launches",
            "first",
            "last",
            "coast_m",
            "south_korea_m",
            "china_or_russia_m",
        )
        return printed(canvas, table(columns, rows), text)


def reach_figure(found: Findings, words: Words) -> Figure:
    """Return the areas of Korea and Japan, with how many classes demonstrably reach each."""
    plane = Plane(37.5, 132.5)
    counts = {
        area.area: sum(
            one.demonstrated != "not"
            for reach in found.reach
            for one in reach.areas
            if one.area == area.area
        )
        for area in areas()
    }
    most = max(counts.values(), default=1) or 1
    with paper(8.0, 6.0) as canvas:
        axes = canvas.add_axes((0.01, 0.02, 0.98, 0.89))
        _ground(axes, plane, (-1050.0, 1250.0), (-1350.0, 960.0))
        for area in areas():
            if area.participant == "US":
                continue
            ring = ellipse_outline(
                area.latitude, area.longitude, area.radius_m, area.radius_m, 0.0, points=60
            )
            east, north = (x / 1e3 for x in plane.project(ring[:, 0], ring[:, 1]))
            axes.fill(
                east,
                north,
                color="#7a0f3c",
                alpha=0.08 + 0.55 * counts[area.area] / most,
                linewidth=0.0,
                zorder=3,
            )
            x, y = (float(v) / 1e3 for v in plane.project(area.latitude, area.longitude))
            aside, side = _ASIDE.get(area.area, (0.0, "center"))
            axes.text(
                x + aside,
                y,
                f"{words.say(f'area.{area.area}')}\n{counts[area.area]}",
                ha=side,
                va="center",
                fontsize=7.5,
                color=INK,
                zorder=5,
                path_effects=_halo(),
            )
        title(canvas, words.say("figure.reach"), 0.955)
        rows = [
            (
                reach.missile_id,
                one.participant,
                one.area,
                f"{one.near_m:.0f}",
                f"{one.far_m:.0f}",
                one.demonstrated,
                one.estimated or "",
                "" if one.probability is None else f"{one.probability:.3f}",
            )
            for reach in found.reach
            for one in reach.areas
        ]
        text = words.say(
            "figure.said_reach",
            areas=", ".join(f"{words.say(f'area.{name}')} {n}" for name, n in counts.items()),
        )
        columns = (
            "missile",
            "participant",
            "area",
            "near_m",
            "far_m",
            "demonstrated",
            "estimated",
            "probability_in_part",
        )
        return printed(canvas, table(columns, rows), text)


def _ground(axes: Axes, plane: Plane, across: tuple[float, float], up: tuple[float, float]) -> None:
    axes.set_facecolor(SEA)
    for ring in outlines():
        east, north = plane.project(ring[:, 0], ring[:, 1])
        axes.fill(east / 1e3, north / 1e3, facecolor=LAND, edgecolor=COAST, linewidth=0.6, zorder=1)
    axes.set_xlim(*across)
    axes.set_ylim(*up)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(RULE)


def _halo() -> list[object]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.0, foreground=PAPER)]
