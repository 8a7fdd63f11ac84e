"""Answers about the launch record of a node and what is found in it, beside `answers`."""

from __future__ import annotations

from trilogue.encoding.instant import Instant
from trilogue.node.answers import Answer, Gone
from trilogue.node.inputs import Place, SourceInput
from trilogue.reports.payloads.finding import FindingName, LeftOut, Quantity
from trilogue.reports.payloads.quantities import Confidence, Language

__all__ = [
    "ActivityEntry",
    "ConflictEntry",
    "FiledFinding",
    "FindingEntry",
    "FindingsAnswer",
    "HeldRow",
    "LaunchEntry",
    "NotEnteredEntry",
    "RecordAnswer",
    "RowEntry",
    "SaidEntry",
]

Known = str | float | None


class HeldRow(Answer, frozen=True, kw_only=True):
    """The portion that a row came of, how it is marked now, and for whom it may be derived."""

    portion: SourceInput
    mark: str
    derive_for: tuple[str, ...]


class RowEntry(Answer, frozen=True, kw_only=True):
    """What one source says of a launch, by column of the record; null is what it does not know."""

    source: str
    """`nagix` is the public record; else the participant that reported it."""
    line: int
    values: dict[str, Known]
    held: HeldRow | None
    """Null for what is public."""


class LaunchEntry(Answer, frozen=True, kw_only=True):
    """One launch as each source that has it tells it."""

    row: int
    """Its line in this record, by which findings cite it."""
    date: str
    rows: tuple[RowEntry, ...]


class SaidEntry(Answer, frozen=True, kw_only=True):
    """What one source says where it contradicts another."""

    source: str
    line: int
    values: tuple[Known, ...]


class ConflictEntry(Answer, frozen=True, kw_only=True):
    """One contradiction between two sources; nothing is averaged."""

    kind: str
    date: str
    columns: tuple[str, ...]
    said: tuple[SaidEntry, ...]


class ActivityEntry(Answer, frozen=True, kw_only=True):
    """What was seen at a site, and the day of the first launch from there soon after."""

    held: HeldRow
    site: str
    """As the report names it."""
    site_id: str
    """As the record does: its own name for a site that the record does not know."""
    begins: Instant
    ends: Instant
    language: Language
    text: str
    confidence: Confidence
    launched: str | None


class NotEnteredEntry(Answer, frozen=True, kw_only=True):
    """A portion that may be read and is not in the record, and why."""

    portion: SourceInput
    why: str


class RecordAnswer(Answer, frozen=True, kw_only=True):
    """The launch record of this participant, oldest launch first."""

    banner: str | None
    """The line above and below all of it, or null where all of it is public."""
    public_rows: int
    launches: tuple[LaunchEntry, ...]
    conflicts: tuple[ConflictEntry, ...]
    activity: tuple[ActivityEntry, ...]
    not_entered: tuple[NotEnteredEntry, ...]
    counts: dict[str, int]
    """Portions by what became of them: `launch`, `activity`, or why not. All in hand, each once."""


class FindingEntry(Answer, frozen=True, kw_only=True):
    """One finding: in words, how it was found, its numbers, and the launches that it leaves out."""

    finding: FindingName
    sentences: tuple[str, ...]
    method: str
    quantities: tuple[Quantity, ...]
    left_out: tuple[LeftOut, ...]


class FiledFinding(Answer, frozen=True, kw_only=True):
    """A finding that was filed as a report and may be read here, and whether it stands as filed."""

    report: Place
    portion: str
    finding: FindingName
    mark: str
    stands: bool
    gone: tuple[Gone, ...]
    """The portions behind it that were withdrawn, ran out or were superseded since."""


class FindingsAnswer(Answer, frozen=True, kw_only=True):
    """What is found in the record, and the findings that were filed."""

    banner: str | None
    launches: int
    public_rows: int
    sources: tuple[SourceInput, ...]
    """The portions behind all of it; empty where the record is the public one."""
    findings: tuple[FindingEntry, ...]
    filed: tuple[FiledFinding, ...]
