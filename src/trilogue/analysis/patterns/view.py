"""The record as data for a page: a table, points for a map, and a timeline.

>>> page = view(shipped_launches())
>>> len(page.table), len(page.points), page.timeline[0]
(339, 55, ('1984-04', 3))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trilogue.analysis.flight.record import Launch
from trilogue.analysis.flight.record import record as shipped_launches
from trilogue.analysis.patterns.tally import tally

__all__ = ["Point", "RecordView", "Row", "shipped_launches", "view"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One launch as a row of a table; `None` for what is not known. Kilometres and degrees."""

    row: int
    date: str
    time: str | None
    time_disputed: bool
    missile: str
    missile_id: str
    kind: str
    site: str
    site_id: str
    apogee_km: float | None
    distance_km: float | None
    bearing_deg: float | None
    manoeuvre: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One site on a map."""

    site_id: str
    name: str
    latitude: float
    longitude: float
    launches: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record to be shown: rows in its order, sites with a place, launches by month."""

    table: tuple[Row, ...]
    points: tuple[Point, ...]
    timeline: tuple[tuple[str, int], ...]


def view(launches: Sequence[Launch]) -> RecordView:
    """Return a record as a page shows it."""
    names = {one.site_id: one.site for one in launches}
    return RecordView(
        table=tuple(_row(one) for one in launches),
        points=tuple(
            Point(
                site_id=site,
                name=names[site],
                latitude=used.latitude,
                longitude=used.longitude,
                launches=used.launches,
                first=used.first,
                last=used.last,
            )
            for site, used in sorted(tally(launches).sites.items())
            if used.latitude is not None and used.longitude is not None
        ),
        timeline=tuple(sorted(Counter(one.date[:7] for one in launches).items())),
    )


def _row(one: Launch) -> Row:
    return Row(
        row=one.row,
        date=one.date,
        time=one.time,
        time_disputed=one.time_conflict is not None,
        missile=one.missile,
        missile_id=one.missile_id,
        kind=one.kind,
        site=one.site,
        site_id=one.site_id,
        apogee_km=_km(one.apogee_m),
        distance_km=_km(one.distance_m),
        bearing_deg=one.bearing_deg if one.bearing_known else None,
        manoeuvre=one.manoeuvre,
        outcome=None if one.outcome == "unknown" else one.outcome,
    )


def _km(metres: float | None) -> float | None:
    return None if metres is None else metres / 1e3
