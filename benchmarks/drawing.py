"""Figures of benchmarks: lines over a size, both axes logarithmic, drawn as the others are.

    put("growth", "What a report costs", "entries", "CPU µs", [Line("…", [(10_000, 812.0), …])])

writes `docs/figures/growth.svg` and the numbers beside it, `growth.csv`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trilogue.figures.paper import INK, Figure, paper, printed, quiet, table

__all__ = ["FIGURES", "Line", "draw", "put"]

FIGURES = Path(__file__).parents[1] / "docs/figures"
_COLOURS = ("#1f5aa6", "#b5482a", "#3d7a3f", "#7a4d9c", "#8a6d1f")
_DASHES = ("-", (0, (5, 2)), (0, (2, 2)), (0, (7, 2, 2, 2)), (0, (1, 1)))


@dataclass(frozen=True)
class Line:
    """One line: its name, and its points (size, value), both above zero."""

    name: str
    points: Sequence[tuple[float, float]]


def put(name: str, title: str, across: str, up: str, lines: Sequence[Line]) -> None:
    """Draw lines into `docs/figures`, as SVG with the numbers as CSV beside it."""
    figure = draw(title, across, up, lines)
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / f"{name}.svg").write_bytes(figure.svg)
    (FIGURES / f"{name}.csv").write_text(figure.csv, "utf-8")


def draw(title: str, across: str, up: str, lines: Sequence[Line]) -> Figure:
    """Return the figure. Raises `ValueError` for a point that no logarithm has."""
    for line in lines:
        if any(value <= 0 for point in line.points for value in point):
            raise ValueError(f"{line.name}: a point is not above zero")
    with paper(8.0, 4.4) as canvas:
        axes = canvas.add_axes((0.085, 0.13, 0.62, 0.74))
        quiet(axes)
        axes.set_xscale("log")
        axes.set_yscale("log")
        for number, line in enumerate(lines):
            axes.plot(
                [x for x, _ in line.points],
                [y for _, y in line.points],
                color=_COLOURS[number % len(_COLOURS)],
                linestyle=_DASHES[number % len(_DASHES)],
                linewidth=1.6,
                marker="o",
                markersize=3.0,
                label=line.name,
            )
        low, high = axes.get_ylim()
        axes.set_ylim(low / 1.5, high * 1.5)  # a line that stays level looks level
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda v, _: f"{v:,.0f}" if v >= 1.0 else f"{v:g}")
            axis.set_minor_formatter(lambda _value, _: "")
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False, fontsize=8.0)
        canvas.text(0.012, 0.94, title, fontsize=13.0, va="center", color=INK)
        rows = [(line.name, f"{x:g}", f"{y:.6g}") for line in lines for x, y in line.points]
        return printed(canvas, table(("line", across, up), rows), _said(title, up, lines))


def _said(title: str, up: str, lines: Sequence[Line]) -> str:
    ends = (
        f"{line.name}: {line.points[0][1]:,.4g} at {line.points[0][0]:,.0f},"
        f" {line.points[-1][1]:,.4g} at {line.points[-1][0]:,.0f}."
        for line in lines
        if line.points
    )
    return f"{title}, {up}. {' '.join(ends)}"
