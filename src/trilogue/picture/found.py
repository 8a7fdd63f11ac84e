"""Findings of a record on a node, and each as the payload in which it is filed.

Everything that came of portions and stands in the record stands behind every finding of it: a
launch that a finding leaves out was left out because of what its sources say, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import get_args

from trilogue.analysis.patterns.findings import Findings, find
from trilogue.analysis.patterns.intervals import LEVEL, Estimate
from trilogue.analysis.patterns.view import shipped_launches
from trilogue.analysis.seismology.events import days_of_tests
from trilogue.picture.record import LaunchRecord
from trilogue.reports.payloads.finding import (
    LANGUAGES,
    Finding,
    FindingName,
    LeftOut,
    Quantity,
    QuantityName,
    Said,
)
from trilogue.reports.payloads.quantities import Period

__all__ = [
    "FINDINGS",
    "Findings",
    "finding_payload",
    "findings_of",
    "left_out",
    "public_findings",
    "quantities",
]

FINDINGS: tuple[FindingName, ...] = get_args(FindingName)
"""In the order in which they are told."""
_PARTS: Mapping[FindingName, tuple[str, ...]] = {
    "new": ("news",),
    "salvos": ("salvos", "spacing"),
    "sites": ("sites", "mobility"),
    "outcomes": ("outcomes", "learning"),
}
"""The parts of a finding that use launches differently, where there are several (`basis`)."""
_EPOCH = 719_163
"""1970-01-01 as an ordinal."""


def findings_of(record: LaunchRecord) -> Findings:
    """Return all findings of a record. It takes seconds."""
    return find(record.launches, days_of_tests()) if record.rows else public_findings()


@lru_cache(maxsize=1)
def public_findings() -> Findings:
    """Return what anybody finds in the public record: it changes with a release alone."""
    return find(shipped_launches(), days_of_tests())


def finding_payload(
    name: FindingName,
    record: LaunchRecord,
    found: Findings,
    said: Mapping[str, tuple[Sequence[str], str]],
) -> Finding:
    """Return the payload that states one finding. `said` has sentences and method by language."""
    count = found.tally
    return Finding(
        finding=name,
        record=Period(
            begins=f"{count.first.isoformat()}T00:00:00.000Z",
            ends=f"{count.last.isoformat()}T23:59:59.999Z",
        ),
        said=tuple(
            Said(language=one, sentences=tuple(said[one][0]), method=said[one][1])
            for one in LANGUAGES
        ),
        quantities=tuple(quantities(name, found)),
        launches=count.launches,
        public_rows=record.public_rows,
        portions=len(record.behind),
        left_out=left_out(name, found),
    )


def left_out(name: FindingName, found: Findings) -> tuple[LeftOut, ...]:
    """Return how many launches the parts of a finding leave out, by reason."""
    return tuple(
        LeftOut(part=part, reason=reason, launches=len(rows))
        for part in _PARTS.get(name, (name,))
        for reason, rows in found.basis[part].left_out.items()
    )


def quantities(name: FindingName, found: Findings) -> Iterator[Quantity]:
    """Go through the numbers of a finding: all that its sentences say, and more."""
    tell = {
        "new": _new,
        "tempo": _tempo,
        "salvos": _salvos,
        "sites": _sites,
        "clock": _clock,
        "trajectories": _trajectories,
        "outcomes": _outcomes,
        "reach": _reach,
        "nuclear": _nuclear,
    }[name]
    yield from tell(found)


def _new(found: Findings) -> Iterator[Quantity]:
    yield _count("begins", found.news.begin.toordinal() - _EPOCH, unit="d")
    for one in found.news.items:
        of = f"{one.kind} {one.what}".strip()
        if one.value is not None:
            yield _count("value", one.value, of, "m" if one.kind in _LENGTHS else "1")
        yield _count("chance-of-as-unusual", one.probability, of)


_LENGTHS = ("distance", "apogee")


def _tempo(found: Findings) -> Iterator[Quantity]:
    tempo = found.tempo["all", ""]
    for rate in tempo.rates:
        of = f"{_day(rate.begin)}/{_day(rate.end - 1)}"
        yield _held("rate", Estimate(rate.value, rate.low, rate.high), of, "1/year")
        yield _count("occasions", rate.occasions, of)
    for change in tempo.changes:
        day, low, high = (float(d - _EPOCH) for d in (change.day, change.low, change.high))
        yield _held("change", Estimate(day, low, high), None, "d")


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _salvos(found: Findings) -> Iterator[Quantity]:
    salvos = found.salvos
    yield _count("occasions", sum(one.occasions for one in salvos.years))
    yield _held("several-at-once", salvos.several)
    yield _count("most-at-once", salvos.largest)
    if salvos.gap_min is not None:
        yield _held("spacing", salvos.gap_min, unit="min")
    yield _count("days-of-several-sites", salvos.days_several_sites)
    yield _count("days", salvos.days)


def _sites(found: Findings) -> Iterator[Quantity]:
    yield _count("sites", sum(one.away is not None for one in found.sites))
    for one in found.mobility:
        yield _held("stayed", one.stayed, one.missile_id)
        yield _held("moved", one.distance_m, one.missile_id, "m")


def _clock(found: Findings) -> Iterator[Quantity]:
    if found.clock is None:
        return
    yield _held("early", found.clock.early)
    for season, daylight in found.clock.daylight.items():
        yield _held("daylight", daylight, season)
    yield _count("chance-of-weekdays", found.clock.weekday_p)
    yield _count("chance-of-seasons", found.clock.season_p)


def _trajectories(found: Findings) -> Iterator[Quantity]:
    for shape, number in Counter(one.shape for one in found.trajectories).items():
        if shape is not None:
            yield _count("launches", number, shape)
    dates = {one.row: one.date for one in found.launches}
    for one in found.trajectories:
        if one.shape == "lofted" and one.least_energy_m is not None:
            of = f"{dates[one.row]} {one.missile_id}"
            yield _held("least-energy-range", one.least_energy_m, of, "m")


def _outcomes(found: Findings) -> Iterator[Quantity]:
    for one in found.outcomes:
        yield _count("launches", one.successes + one.failures + one.unknown, one.missile_id)
        if one.share is not None:
            yield _held("success", one.share, one.missile_id)
    for each in found.learning:
        yield _held("odds-factor", each.odds_factor, each.missile_id)
    took = found.reliability
    if None not in (took.median_days, took.low_days, took.high_days):
        yield _held(
            "days-to-reliable",
            Estimate(took.median_days, took.low_days, took.high_days),  # type: ignore[arg-type]
            unit="d",
        )


def _reach(found: Findings) -> Iterator[Quantity]:
    for one in found.reach:
        if one.demonstrated_m is not None:
            yield _count("flown", one.demonstrated_m, one.missile_id, "m")
        if one.estimated_m is not None:
            yield _held("range", one.estimated_m, one.missile_id, "m")


def _nuclear(found: Findings) -> Iterator[Quantity]:
    one = found.nuclear
    if not one.tests:
        return
    yield _count("occasions-near", one.near)
    yield _count("occasions-expected", one.expected)
    yield _count("chance-of-as-many", one.p_value)
    if one.after_to_before is not None:
        yield _held("after-to-before", one.after_to_before)


def _count(what: QuantityName, value: float, of: str | None = None, unit: str = "1") -> Quantity:
    """Return a number without an interval."""
    return Quantity(
        what=what, of=_title(of), unit=unit, value=float(value), low=None, high=None,
        probability=None,
    )  # fmt: skip


def _held(what: QuantityName, one: Estimate, of: str | None = None, unit: str = "1") -> Quantity:
    """Return a number with its interval."""
    return Quantity(
        what=what, of=_title(of), unit=unit, value=float(one.value), low=float(one.low),
        high=float(one.high), probability=LEVEL,
    )  # fmt: skip


def _title(of: str | None) -> str | None:
    return None if of is None else of[:200]
