"""A launch record as a page shows it: rows, a map of sites, launches by year, findings.

The public one is not classified: it ships with the package. It is the same for everybody, so that
it is shown and found once; one with rows that a node holds is shown anew each time. Numerics are
heavy: whoever looks loads them.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from trilogue.arrangement import Lang
from trilogue.errors import NotFoundError

if TYPE_CHECKING:
    from trilogue.analysis.flight.record import Launch
    from trilogue.analysis.patterns.findings import Findings
    from trilogue.analysis.patterns.view import Row
    from trilogue.figures.paper import Figure

__all__ = [
    "Bar",
    "Found",
    "Shown",
    "SitePoint",
    "figure",
    "figure_of",
    "found",
    "found_of",
    "shown",
    "shown_of",
]

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
    """Return the public record in a language."""
    from trilogue.analysis.patterns.view import shipped_launches

    return shown_of(shipped_launches(), lang)


def shown_of(launches: Sequence[Launch], lang: Lang) -> Shown:
    """Return a record in a language."""
    from trilogue.analysis.patterns.view import view
    from trilogue.figures.patterns.words import Words

    words, record = Words(lang), view(launches)

    def site(latitude: float, longitude: float) -> tuple[float, float]:
        x, y = _place(latitude, longitude)
        return round(float(x), 1), round(float(y), 1)

    years: Counter[int] = Counter()
    for month, number in record.timeline:
        years[int(month[:4])] += number
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
        land=_land(),
        bars=tuple(
            Bar(year, years[year], round(_BARS * years[year] / most, 1))
            for year in range(min(years), max(years) + 1)
        ),
    )


def _place(latitude: Any, longitude: Any) -> tuple[Any, Any]:
    """Return where places in degrees lie on the map."""
    from trilogue.analysis.geodesy import Plane

    east, north = Plane(*_MIDDLE).project(latitude, longitude)
    return _WIDTH / 2 + _KM * east / 1e3, _HEIGHT / 2 - _KM * north / 1e3


@cache
def _land() -> tuple[str, ...]:
    """Return the outlines that the map shows a part of."""
    from trilogue.figures.outlines import outlines

    land = []
    for ring in outlines():
        x, y = _place(ring[:, 0], ring[:, 1])
        if (abs(x - _WIDTH / 2) < _WIDTH).any() and (abs(y - _HEIGHT / 2) < _HEIGHT).any():
            land.append(" ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)))
    return tuple(land)


@cache
def found(lang: Lang) -> tuple[Found, ...]:
    """Return what was found in the public record, said in a language."""
    return found_of(_findings(), lang)


def found_of(findings: Findings, lang: Lang) -> tuple[Found, ...]:
    """Return what was found in a record, said in a language."""
    from trilogue.figures.patterns.drawn import FIGURES
    from trilogue.figures.patterns.said import sentences
    from trilogue.figures.patterns.words import Words

    words = Words(lang)
    said = sentences(findings, words)
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
    """Return what is drawn of a finding in the public record. Raises `NotFoundError`."""
    return figure_of(_findings(), name, lang)


def figure_of(findings: Findings, name: str, lang: Lang) -> Figure:
    """Return what is drawn of a finding. Raises `NotFoundError`."""
    from trilogue.figures.patterns.drawn import FIGURES
    from trilogue.figures.patterns.words import Words

    draw = {one: draw for drawn in FIGURES.values() for one, draw in drawn.items()}.get(name)
    if draw is None:
        raise NotFoundError(f"nothing is drawn as {name[:40]!r}")
    with _drawing:
        return draw(findings, Words(lang))


_finding = threading.Lock()


def _findings() -> Findings:
    """Return what was found, once for the whole process however many ask at the same time."""
    from trilogue.picture.found import public_findings

    with _finding:
        return public_findings()


def _outcome(row: Row, say: Callable[[str], str]) -> str:
    return say(f"word.{row.outcome or 'unknown'}")
