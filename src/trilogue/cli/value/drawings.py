"""The figures of the report, and how a drawing is laid into a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trilogue.figures.ink import colour
from trilogue.figures.paper import COAST, GRID, INK, LAND, MUTED, PAPER, RULE, SEA
from trilogue.figures.value import first_track_figure, impact_figure, kind_name
from trilogue.figures.value_map import fan_figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from trilogue.cli.value.results import Results
    from trilogue.figures.paper import Figure

__all__ = ["Drawing", "drawings", "inline"]


@dataclass(frozen=True)
class Drawing:
    """A figure and the name of its files."""

    name: str
    figure: Figure


def drawings(results: Results, done: Callable[[int], None] = lambda _n: None) -> dict[str, Drawing]:
    """Return every figure by its name: `first-track`, and `impact-…`, `map-…` of each class."""
    found: dict[str, Drawing] = {}

    def add(name: str, figure: Figure) -> None:
        found[name] = Drawing(name, figure)
        done(1)

    participants = results.participants
    groups = [g for kind in results.kinds for g in kind.groups if g.moment == results.last]
    add("first-track", first_track_figure(groups, participants))
    for kind in results.kinds:
        name = kind_name(kind.wanted.name, kind.wanted.shape)
        add(f"impact-{kind.slug}", impact_figure(kind.rows, participants, name))
        rows = [row for row in kind.rows if row.moment == results.last]
        title = f"{name}: impact ellipse, semi-major axis, at {results.last}"
        sensors = results.campaign.sensors
        add(f"map-{kind.slug}", fan_figure(rows, participants, sensors, title))
    return found


_TOKENS = {
    PAPER: "--paper",
    INK: "--ink",
    MUTED: "--muted",
    RULE: "--rule",
    SEA: "--sea",
    LAND: "--land",
    COAST: "--coast",
    GRID: "--grid",
    colour("KR"): "--p0",
    colour("US"): "--p1",
    colour("JP"): "--p2",
}
"""Colours of the paper, and the page's names for them: so a drawing turns dark with the page."""
_COLOURS = re.compile("|".join(_TOKENS), re.IGNORECASE)


_FINE = re.compile(r"-?\d+\.\d{3,}")


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}"


def inline(drawing: Drawing) -> str:
    """Return a drawing as an element of a page: its ids are its own, its colours the page's."""
    text = drawing.figure.svg.decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(id="|href="#|url\(#|aria-labelledby=")', rf"\g<1>{drawing.name}-", text)
    # Outlines need no millionths; scales and places do.
    text = re.sub(r' d="[^"]*"', lambda path: _FINE.sub(_rounded, path[0]), text)
    # A presentation attribute takes no variable; a style does, and there all colours stand.
    return _COLOURS.sub(lambda found: f"var({_TOKENS[found[0].lower()]})", text)
