"""The catalogue: which reports are known here, what of them is held, and how it is marked.

It shows headers, never content, and no header of what may not be read now: a grant that has not
begun, ran out or was withdrawn hides what it covered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trilogue.arrangement import Lang
from trilogue.consent.acts import Extent, GrantBody
from trilogue.encoding import canonical
from trilogue.errors import NotFoundError
from trilogue.marking import Marking, Scale, banner, banner_line, equivalent_mark, portion_mark
from trilogue.node.answers import (
    HeaderFacts,
    Opened,
    Page,
    PortionEntry,
    PortionState,
    ReportEntry,
)
from trilogue.node.engine import Engine
from trilogue.node.holdings import OWN, Holding
from trilogue.node.inputs import MarkingInput, Place, PlaceInput, SourceInput
from trilogue.node.pattern_answers import FiledFinding
from trilogue.node.patterning import Reports
from trilogue.node.questions import END, page, place_of
from trilogue.node.reading import Opening
from trilogue.reports.cite import PortionRef
from trilogue.reports.header import Header
from trilogue.reports.payloads.finding import Finding
from trilogue.reports.payloads.registry import parse_payload
from trilogue.store.database import Row

__all__ = [
    "banner_of",
    "filed_findings",
    "line",
    "marks",
    "newest",
    "opened",
    "report",
    "reports",
    "would_stand",
]


def reports(engine: Engine, after: int, most: int, lang: Lang) -> Page[ReportEntry]:
    """List the reports that are known here, in the order in which they came to count."""
    rows = engine.db.q.statements_of_kind(kind="report", after=after, most=most + 1)
    return page(rows, after, most, lambda row: _report(engine, row, lang))


def newest(engine: Engine, before: int | None, most: int, lang: Lang) -> Page[ReportEntry]:
    """List the newest reports before a cursor, newest first; `next` leads on to older ones."""
    end = END if before is None else before
    rows = engine.db.q.statements_of_kind_back(kind="report", before=end, most=most + 1)
    return page(rows, end, most, lambda row: _report(engine, row, lang))


def would_stand(engine: Engine, given: Sequence[MarkingInput], lang: Lang) -> tuple[str, ...]:
    """Return the portion marks that own portions would bear, and last the line above them all.

    Raises `InputError` for a marking that has no spelling or a level that there is not.
    """
    scale = engine.books.arrangement.scale
    markings = [engine.authoring.marking(one, (engine.me,)) for one in given]
    marks = tuple(portion_mark(marking, scale) for marking in markings)
    return (*marks, banner_line(banner(markings, scale), scale, engine.me, lang))


def banner_of(engine: Engine, sources: Iterable[SourceInput], lang: Lang) -> str | None:
    """Return the line above and below what was made of portions that are held here."""
    markings = [
        engine.reading.marking(holding)
        for one in dict.fromkeys(sources)
        for holding in engine.holdings.of_portion(
            one.report.speaker, one.report.index, one.portion
        )[:1]
    ]
    return line(engine, markings, lang)


def line(engine: Engine, markings: Iterable[Marking], lang: Lang) -> str | None:
    """Return the line above and below what bears these markings, or None without any."""
    scale = engine.books.addressing().scale
    known = [marking for marking in markings if marking.level in scale]
    if not known:
        return None
    return banner_line(banner(known, scale), scale, engine.me, lang)


def marks(engine: Engine, openings: Iterable[Opening]) -> dict[str, str]:
    """Return the portion marks that hold now, by portion."""
    scale = engine.books.addressing().scale
    return {one.holding.portion: _mark(one.marking, scale) for one in openings}


def filed_findings(engine: Engine, purpose: str, reports: Reports) -> tuple[FiledFinding, ...]:
    """List the filed findings that may be read for a purpose, and whether each still stands."""
    openings = engine.patterning.filed(purpose, reports)
    shown = marks(engine, openings)
    found = []
    for one in openings:
        payload = parse_payload("finding", one.plaintext)
        assert isinstance(payload, Finding)
        gone = engine.lineages.gone(one.holding)
        found.append(
            FiledFinding(
                report=Place(speaker=one.report.speaker, index=one.report.index),
                portion=one.holding.portion,
                finding=payload.finding,
                mark=shown[one.holding.portion],
                stands=not gone,
                gone=gone,
            )
        )
    return tuple(found)


def report(engine: Engine, at: Place, lang: Lang) -> ReportEntry:
    """Show one report. Raises `NotFoundError`."""
    row = engine.db.q.statement_at(speaker=at.speaker, idx=at.index)
    if row is None or row["kind"] != "report":
        raise NotFoundError(f"no report at {at.speaker}/{at.index} is known here")
    return _report(engine, row, lang)


def opened(engine: Engine, opening: Opening, lang: Lang) -> Opened:
    """Show a portion that was opened, with its content."""
    scale = engine.books.arrangement.scale
    marking, holding = opening.marking, opening.holding
    return Opened(
        report=Place(speaker=opening.report.speaker, index=opening.report.index),
        portion=holding.portion,
        grant=None
        if opening.grant is None
        else Place(speaker=opening.grant.speaker, index=opening.grant.index),
        derive_for=opening.derive_for,
        expires=opening.expires,
        marking=marking,
        mark=_mark(marking, scale),
        banner=line(engine, [marking], lang) or "",
        equivalent=_equivalent(engine, marking, lang),
        relayed=opening.equivalent,
        header=_facts(holding.header),
        payload=canonical.decode_payload(opening.plaintext, dict),
    )


def _report(engine: Engine, row: Row, lang: Lang) -> ReportEntry:
    alive = {one.slot: one for one in engine.holdings.of_report(row["speaker"], row["idx"])}
    held = engine.db.q.holdings_of_report(speaker=row["speaker"], idx=row["idx"])
    portions = tuple(_portion(engine, one, alive.get(one["slot"]), lang) for one in held)
    markings = [one.marking for one in portions if one.marking is not None]
    return ReportEntry(
        position=row["position"],
        report=place_of(row),
        issued=row["issued"],
        banner=line(engine, markings, lang),
        portions=portions,
    )


def _portion(engine: Engine, row: Row, holding: Holding | None, lang: Lang) -> PortionEntry:
    grant = (row["grant_speaker"], row["grant_idx"])
    state, extent = _state(engine, grant, holding)
    shown = holding if state in ("own", "live") else None
    marking = None if shown is None else engine.reading.marking(shown)
    return PortionEntry(
        portion=row["portion"],
        state=state,
        grant=None if grant == OWN else Place(speaker=grant[0], index=grant[1]),
        expires=None if extent is None else extent.expires,
        purposes=_purposes(engine, extent) if shown is not None else (),
        header=None if shown is None else _facts(shown.header),
        marking=marking,
        mark=None if marking is None else _mark(marking, engine.books.addressing().scale),
        equivalent=None if marking is None else _equivalent(engine, marking, lang),
        relayed=None if shown is None else shown.relayed,
        gone=() if shown is None else engine.lineages.gone(shown),
    )


def _state(
    engine: Engine, place: tuple[str, int], holding: Holding | None
) -> tuple[PortionState, Extent | None]:
    """Return whether what is held may be read now, and how far the grant goes."""
    if place == OWN:
        return ("own" if holding is not None else "destroyed"), None
    cite = engine.books.cite(*place)
    statement = None if cite is None else engine.books.statement(cite)
    if cite is None or statement is None or holding is None:
        return "destroyed", None
    extent, at = statement.says(GrantBody).extent, engine.now()
    if engine.books.ended(cite, engine.me):
        return "withdrawn", extent
    if extent.expires is not None and at >= extent.expires:
        return "expired", extent
    return ("not-yet" if at < extent.not_before else "live"), extent


def _purposes(engine: Engine, extent: Extent | None) -> tuple[str, ...]:
    """Return what a portion may be opened for: one's own for whatever the arrangement names."""
    return engine.books.arrangement.purposes if extent is None else extent.purposes


def _mark(marking: Marking, scale: Scale) -> str:
    """Return the portion mark; of a level that the scale does not have, its name alone."""
    return portion_mark(marking, scale) if marking.level in scale else f"({marking.level})"


def _equivalent(engine: Engine, marking: Marking, lang: Lang) -> str:
    scale = engine.books.addressing().scale
    if marking.level not in scale:
        return marking.level
    return equivalent_mark(marking, scale, engine.me, lang)


def _facts(header: Header) -> HeaderFacts:
    return HeaderFacts(
        payload_type=header.payload_type,
        subject=header.subject,
        language=header.language,
        place=None
        if header.place is None
        else PlaceInput(
            latitude=header.place.latitude_e5 / 1e5,
            longitude=header.place.longitude_e5 / 1e5,
            trajectory=header.trajectory,
        ),
        period=header.period,
        size=header.size,
        handling=header.handling,
        derived_from=tuple(
            _source(PortionRef(report=one.report, portion=one.portion))
            for one in header.derived_from
        ),
        supersedes=None if header.supersedes is None else _source(header.supersedes),
        tearline_of=header.tearline_of,
        translation_of=header.translation_of,
        generalised=header.generalised,
        redacted=header.redacted,
    )


def _source(ref: PortionRef) -> SourceInput:
    place = Place(speaker=ref.report.speaker, index=ref.report.index)
    return SourceInput(report=place, portion=ref.portion)
