"""What the report shows: the sources side by side, and every finding of the merged record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from trilogue.analysis.patterns.conflicts import Conflict, conflicts
from trilogue.analysis.patterns.findings import Findings, find
from trilogue.analysis.patterns.merge import Merged, launches
from trilogue.analysis.patterns.source import Source
from trilogue.analysis.seismology.events import days_of_tests

__all__ = ["Results", "gather"]


@dataclass(frozen=True, slots=True)
class Results:
    """A record and what was found in it."""

    sources: tuple[Source, ...]
    merged: tuple[Merged, ...]
    conflicts: tuple[Conflict, ...]
    found: Findings

    @property
    def rows(self) -> int:
        """Rows of all sources."""
        return sum(len(one.entries) for one in self.sources)


def gather(sources: Sequence[Source], merged: Sequence[Merged], since: date | None) -> Results:
    """Return the record and its findings."""
    return Results(
        sources=tuple(sources),
        merged=tuple(merged),
        conflicts=conflicts(merged, [one.name for one in sources]),
        found=find(launches(merged), days_of_tests(), since=since),
    )
