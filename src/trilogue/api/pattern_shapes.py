"""From a launch record and what is found in it to what is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from trilogue.arrangement import Lang
from trilogue.node import catalogue
from trilogue.node.deriving import source_of
from trilogue.node.engine import Engine
from trilogue.node.pattern_answers import (
    ActivityEntry,
    ConflictEntry,
    FiledFinding,
    FindingEntry,
    FindingsAnswer,
    HeldRow,
    LaunchEntry,
    NotEnteredEntry,
    RecordAnswer,
    RowEntry,
    SaidEntry,
)
from trilogue.node.patterning import Rows

if TYPE_CHECKING:
    # Numerics are heavy: a node starts without them.
    from trilogue.picture.found import Findings
    from trilogue.picture.record import LaunchRecord
    from trilogue.picture.sources import Readable

__all__ = ["Marked", "findings_answer", "gathered", "record_answer"]


class Marked:
    """What is in hand for a record, with the marks that hold now. Made in the node's thread."""

    def __init__(self, engine: Engine, hand: Rows, lang: Lang) -> None:
        self.hand = hand
        self.lang = lang
        self.marks: Mapping[str, str] = catalogue.marks(engine, hand.openings)
        self.banner = catalogue.line(engine, [one.marking for one in hand.openings], lang)


def gathered(engine: Engine, purpose: str, reports: str, lang: Lang) -> Marked:
    """Gather what may be read now. Raises `InputError` for what is no purpose."""
    hand = engine.patterning.in_hand(purpose, reports=reports)  # type: ignore[arg-type]
    return Marked(engine, hand, lang)


def record_answer(record: LaunchRecord, marked: Marked) -> RecordAnswer:
    """Answer with a record: public rows, and beside them those that came of portions."""
    from trilogue.analysis.patterns.source import COLUMNS

    def held(one: Readable) -> HeldRow:
        return HeldRow(
            portion=source_of(one), mark=marked.marks[one.portion], derive_for=one.derive_for
        )

    counts: Counter[str] = Counter(one.why for one in record.not_entered)
    return RecordAnswer(
        banner=marked.banner,
        public_rows=record.public_rows,
        launches=tuple(
            LaunchEntry(
                row=launch.row,
                date=one.first.launch.date,
                rows=tuple(
                    RowEntry(
                        source=entry.source,
                        line=entry.line,
                        values={column: entry.known(column) for column in COLUMNS},
                        held=held(record.rows[entry.source, entry.line])
                        if (entry.source, entry.line) in record.rows
                        else None,
                    )
                    for entry in one.entries
                ),
            )
            for one, launch in zip(record.merged, record.launches, strict=True)
        ),
        conflicts=tuple(
            ConflictEntry(
                kind=one.kind,
                date=one.date,
                columns=one.columns,
                said=tuple(
                    SaidEntry(source=source, line=line, values=values)
                    for source, line, values in one.said
                ),
            )
            for one in record.conflicts
        ),
        activity=tuple(
            ActivityEntry(
                held=held(one.source),
                site=one.seen.site,
                site_id=one.site.site_id,
                begins=one.seen.observed.begins,
                ends=one.seen.observed.ends,
                language=one.seen.language,
                text=one.seen.text,
                confidence=one.seen.confidence,
                launched=one.launched,
            )
            for one in record.activity
        ),
        not_entered=tuple(
            NotEnteredEntry(portion=source_of(one.source), why=one.why)
            for one in record.not_entered
        ),
        counts={"launch": len(record.rows), "activity": len(record.activity), **counts},
    )


def findings_answer(
    record: LaunchRecord, found: Findings, marked: Marked, filed: tuple[FiledFinding, ...]
) -> FindingsAnswer:
    """Answer with all that is found in a record, said in a language, and what was filed."""
    from trilogue.figures.patterns.said import said_in
    from trilogue.picture.found import FINDINGS, left_out, quantities

    said = said_in(marked.lang, found)
    return FindingsAnswer(
        banner=marked.banner,
        launches=len(record.launches),
        public_rows=record.public_rows,
        sources=tuple(map(source_of, record.behind)),
        findings=tuple(
            FindingEntry(
                finding=name,
                sentences=tuple(said[name][0]),
                method=said[name][1],
                quantities=tuple(quantities(name, found)),
                left_out=left_out(name, found),
            )
            for name in FINDINGS
        ),
        filed=filed,
    )
