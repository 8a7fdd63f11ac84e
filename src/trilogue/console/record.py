"""The public launch record as a page shows it: rows, a map of sites, launches by year, findings.

Nothing in it is classified: it ships with the package. What was found in it takes seconds and is
the same for everybody, so that it is found once. Numerics are heavy: whoever looks loads them.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from trilogue.arrangement import Lang
from trilogue.errors import NotFoundError

if TYPE_CHECKING:
    from trilogue.analysis.patterns.findings import Findings
    from trilogue.analysis.patterns.view import Row
    from trilogue.figures.paper import Figure

__all__ = ["Bar", "Found", "Shown", "SitePoint", "figure", "found", "shown"]

_WIDTH, _HEIGHT = 640, 520
_KM = 1.15
"""How many units of the map a kilometre takes."""
_MIDDLE = (40.0, 127.3)
_BARS = 140
_drawing = threading.Lock()
"""Matplotlib draws one figure at a time."""


@dataclass(frozen=True)
class SitePoint:
    """A site on the map: where, how large, and what is said of it."""

    x: float
    y: float
    radius: float
    name: str
    launches: int
    first: str
    last: str


@dataclass(frozen=True)
class Bar:
    """The launches of one year."""

    year: int
    launches: int
    height: float


@dataclass(frozen=True)
class Shown:
    """The record: its rows with the names of sites and classes, the map and the timeline."""

    rows: tuple[tuple[Row, str, str, str], ...]
    """The newest first: the row, and what its class, site and outcome are called."""
    sites: tuple[SitePoint, ...]
    land: tuple[str, ...]
    """Outlines as points of polygons."""
    bars: tuple[Bar, ...]
    width: int = _WIDTH
    height: int = _HEIGHT


@dataclass(frozen=True)
class Found:
    """One section of findings: sentences, how they were found, and what is drawn of them."""

    name: str
    title: str
    said: tuple[str, ...]
    method: str
    figures: tuple[str, ...]


@cache
def shown(lang: Lang) -> Shown:
    """Return the record in a language."""
    from trilogue.analysis.geodesy import Plane
    from trilogue.analysis.patterns.view import shipped_launches, view
    from trilogue.figures.outlines import outlines
    from trilogue.figures.patterns.words import Words

    words, record, plane = Words(lang), view(shipped_launches()), Plane(*_MIDDLE)

    def place(latitude: Any, longitude: Any) -> tuple[Any, Any]:
        east, north = plane.project(latitude, longitude)
        return _WIDTH / 2 + _KM * east / 1e3, _HEIGHT / 2 - _KM * north / 1e3

    def site(latitude: float, longitude: float) -> tuple[float, float]:
        x, y = place(latitude, longitude)
        return round(float(x), 1), round(float(y), 1)

    land = []
    for ring in outlines():
        x, y = place(ring[:, 0], ring[:, 1])
        if (abs(x - _WIDTH / 2) < _WIDTH).any() and (abs(y - _HEIGHT / 2) < _HEIGHT).any():
            land.append(" ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)))
    years: Counter[int] = Counter()
    for month, launches in record.timeline:
        years[int(month[:4])] += launches
    most = max(years.values())
    return Shown(
        rows=tuple(
            (one, words.missile(one.missile_id), words.site(one.site_id), _outcome(one, words.say))
            for one in record.table[::-1]
        ),
        sites=tuple(
            SitePoint(
                *site(one.latitude, one.longitude),
                round(2.5 + one.launches**0.5 * 1.8, 1),
                words.site(one.site_id),
                one.launches,
                one.first,
                one.last,
            )
            for one in sorted(record.points, key=lambda point: -point.launches)
        ),
        land=tuple(land),
        bars=tuple(
            Bar(year, years[year], round(_BARS * years[year] / most, 1))
            for year in range(min(years), max(years) + 1)
        ),
    )


@cache
def found(lang: Lang) -> tuple[Found, ...]:
    """Return what was found in the record, said in a language."""
    from trilogue.figures.patterns.drawn import FIGURES
    from trilogue.figures.patterns.said import sentences
    from trilogue.figures.patterns.words import Words

    words = Words(lang)
    said = sentences(_findings(), words)
    return tuple(
        Found(
            name=name,
            title=words.say(f"page.{name}"),
            said=tuple(said[name]),
            method=words.say(f"method.{name}"),
            figures=tuple(FIGURES.get(name, ())),
        )
        for name in ("new", *FIGURES, "nuclear")
    )


@cache
def figure(name: str, lang: Lang) -> Figure:
    """Return what is drawn of a finding. Raises `NotFoundError`."""
    from trilogue.figures.patterns.drawn import FIGURES
    from trilogue.figures.patterns.words import Words

    draw = {one: draw for drawn in FIGURES.values() for one, draw in drawn.items()}.get(name)
    if draw is None:
        raise NotFoundError(f"nothing is drawn as {name[:40]!r}")
    with _drawing:
        return draw(_findings(), Words(lang))


_finding = threading.Lock()


def _findings() -> Findings:
    """Return what was found, once for the whole process however many ask at the same time."""
    with _finding:
        return _found_once()


@cache
def _found_once() -> Findings:
    from trilogue.analysis.patterns.findings import find
    from trilogue.analysis.patterns.view import shipped_launches
    from trilogue.analysis.seismology.events import days_of_tests

    return find(shipped_launches(), days_of_tests(), since=None)


def _outcome(row: Row, say: Callable[[str], str]) -> str:
    return say(f"word.{row.outcome or 'unknown'}")
