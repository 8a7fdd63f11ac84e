"""What a node holds of a launch record, as a page shows it: sources side by side, what is not in.

Each row that came of a portion stands under its launch with its mark, its report and what it says;
where sources differ, each says so in its own row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from trilogue.api.pattern_shapes import Marked
from trilogue.arrangement import Lang
from trilogue.node.deriving import source_of
from trilogue.node.inputs import Place

if TYPE_CHECKING:
    from trilogue.analysis.patterns.merge import Merged
    from trilogue.analysis.patterns.source import Entry
    from trilogue.figures.patterns.words import Words
    from trilogue.picture.record import LaunchRecord
    from trilogue.picture.sources import Readable
    from trilogue.reports.payloads.finding import Finding, Quantity

__all__ = [
    "Cell",
    "HeldView",
    "Origin",
    "SeenView",
    "Told",
    "Whole",
    "finding_whole",
    "held_view",
    "titles",
]

_EPOCH, _LAST = date(1970, 1, 1), 1e5
"""Day 0 of what is counted in days, and where it ends to be a day that anybody means."""
COLUMNS = ("missile_id", "facility_id", "apogee_km", "distance_km", "outcome")


@dataclass(frozen=True)
class Origin:
    """The portion that something came of: its mark, its report, and for whom it may be derived."""

    mark: str
    report: Place
    derive_for: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """What a source knows in a column, empty where nothing, and whether another differs."""

    text: str
    differs: bool


@dataclass(frozen=True)
class Told:
    """One launch as one source tells it. The public source has no origin."""

    source: str
    origin: Origin | None
    when: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class SeenView:
    """Activity at a site."""

    origin: Origin
    source: str
    site: str
    begins: str
    ends: str
    text: str
    language: str
    confidence: str
    launched: str | None


@dataclass(frozen=True)
class HeldView:
    """All that came of portions in hand: under launches by row, at sites, and what is not in."""

    rows: int
    told: Mapping[int, tuple[Told, ...]]
    conflicts: int
    seen: tuple[SeenView, ...]
    not_entered: tuple[tuple[Origin, str], ...]


@dataclass(frozen=True)
class Whole:
    """A filed finding as it is read: title, sentences, numbers, what it stands on."""

    title: str
    sentences: tuple[str, ...]
    method: str
    numbers: tuple[tuple[str, str, str], ...]
    """What, of what, and the number with its interval."""
    left_out: str


def held_view(record: LaunchRecord, marked: Marked, lang: Lang) -> HeldView:
    """Return what came of portions, in a language."""
    from trilogue.figures.patterns.words import Words

    words = Words(lang)

    def origin(one: Readable) -> Origin:
        return Origin(marked.marks[one.portion], source_of(one).report, one.derive_for)

    def told(merged: Merged) -> tuple[Told, ...]:
        return tuple(
            Told(
                source=entry.source,
                origin=None if row is None else origin(row),
                when=_when(merged, entry),
                cells=tuple(_cell(merged, entry, column, words) for column in COLUMNS),
            )
            for entry in merged.entries
            for row in (record.rows.get((entry.source, entry.line)),)
        )

    return HeldView(
        rows=len(record.rows),
        told={
            launch.row: told(merged)
            for merged, launch in zip(record.merged, record.launches, strict=True)
            if any((entry.source, entry.line) in record.rows for entry in merged.entries)
        },
        conflicts=len(record.conflicts),
        seen=tuple(
            SeenView(
                origin=origin(one.source),
                source=one.source.report.speaker,
                site=words.site(one.site.site_id),
                begins=one.seen.observed.begins,
                ends=one.seen.observed.ends,
                text=one.seen.text,
                language=one.seen.language,
                confidence=one.seen.confidence,
                launched=one.launched,
            )
            for one in record.activity[::-1]
        ),
        not_entered=tuple((origin(one.source), one.why) for one in record.not_entered),
    )


def finding_whole(payload: Finding, lang: Lang) -> Whole:
    """Return a filed finding in a language."""
    from trilogue.figures.patterns.words import Words

    words = Words(lang)
    (said,) = (one for one in payload.said if one.language == lang)
    return Whole(
        title=words.say(f"page.{payload.finding}"),
        sentences=said.sentences,
        method=said.method,
        numbers=tuple(
            (one.what, _named(one.of or "", words), _number(one, words))
            for one in payload.quantities
        ),
        left_out=", ".join(
            dict.fromkeys(words.reason(one.reason, one.launches) for one in payload.left_out)
        ),
    )


def titles(lang: Lang) -> Mapping[str, str]:
    """Return what findings are called."""
    from trilogue.figures.patterns.words import Words
    from trilogue.picture.found import FINDINGS

    words = Words(lang)
    return {name: words.say(f"page.{name}") for name in FINDINGS}


def _when(merged: Merged, entry: Entry) -> Cell:
    time = entry.known("time_utc")
    return Cell(
        entry.launch.date + (f" {time} UTC" if time else ""),
        not (merged.agreed("date_utc") and merged.agreed("time_utc")),
    )


def _cell(merged: Merged, entry: Entry, column: str, words: Words) -> Cell:
    value, differs = entry.known(column), not merged.agreed(column)
    if value is None:
        return Cell("", differs=False)
    if isinstance(value, float):
        return Cell(f"{value:.0f} km", differs)
    if column == "missile_id":
        return Cell(words.missile(value), differs)
    return Cell(
        words.site(value) if column == "facility_id" else words.say(f"word.{value}"), differs
    )


def _named(of: str, words: Words) -> str:
    """Return what a number is of: a class or a site by its name, anything else as it stands."""
    named = words.missile(of)
    return words.site(of) if named == of else named


def _number(one: Quantity, words: Words) -> str:
    """Return a number with its interval and unit; kilometres for metres, dates for days."""

    def spelled(value: float) -> str:
        if one.unit == "d" and one.what in ("begins", "change") and 0 <= value < _LAST:
            return (_EPOCH + timedelta(days=round(value))).isoformat()
        return f"{value / 1e3:,.0f}" if one.unit == "m" else f"{value:,.4g}"

    unit = {"m": " km", "1": "", "d": ""}.get(one.unit, f" {one.unit}")
    if one.low is None or one.high is None:
        return spelled(one.value) + unit
    low, high = spelled(one.low), spelled(one.high)
    return words.say("page.interval", value=spelled(one.value), low=low, high=high) + unit
