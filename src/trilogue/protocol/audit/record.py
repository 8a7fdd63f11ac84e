"""The record: all logs together, with the questions that claims ask of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from trilogue.arrangement.arrangement import Arrangement
from trilogue.encoding import instant
from trilogue.protocol.audit.hours import ends
from trilogue.protocol.audit.reading import Entry, ReadLog
from trilogue.reports.cite import Cite

__all__ = ["LAG_SECONDS", "Record"]

LAG_SECONDS = 3600
"""How much later than the arrangement's delay a participant may publish."""


@dataclass(frozen=True)
class Record:
    """The logs of all participants, as they were read, at one moment."""

    arrangement: Arrangement
    logs: dict[str, ReadLog]
    at: str

    @property
    def unproven(self) -> tuple[str, ...]:
        """The participants whose logs are not proven."""
        return tuple(who for who, log in self.logs.items() if not log.proven)

    def entries(self, *kinds: str) -> Iterator[Entry]:
        """Go through the entries of all logs, in their order; of these kinds only if any."""
        for log in self.logs.values():
            for entry in log.entries:
                if entry is not None and (not kinds or entry.kind in kinds):
                    yield entry

    def entry(self, cite: Cite) -> Entry | None:
        """Return the entry to which a cite leads; None when it is not published or another."""
        log = self.logs.get(cite.speaker)
        if log is None or cite.index >= len(log.entries):
            return None
        entry = log.entries[cite.index]
        return entry if entry is not None and entry.hash == cite.leaf else None

    def published(self, cite: Cite) -> bool:
        """Whether the cited log is published as far as the cite leads."""
        return cite.speaker in self.logs and cite.index < len(self.logs[cite.speaker].entries)

    def kind(self, cite: Cite) -> str | None:
        """Return the kind of what is cited, or None when it is not known."""
        entry = self.entry(cite)
        return None if entry is None else entry.kind

    def citing(self, entry: Entry, *kinds: str) -> list[Entry]:
        """Return the entries of these kinds that cite an entry."""
        return [one for one in self._citing.get(entry.cite, ()) if one.kind in kinds]

    def shown_until(self, participant: str) -> str:
        """Return up to when a participant's log is known whole.

        It is known up to its checkpoint. And whoever published nothing newer has said nothing
        newer that is older than the arrangement's delay: silence puts nothing off.
        """
        signed = self.logs[participant].signed or ""
        delay = self.arrangement.text.publication.delay_seconds
        return max(signed, instant.plus(self.at, -delay - LAG_SECONDS))

    def overdue(self, participant: str, hour: str, seconds: int) -> bool:
        """Whether what a participant owed `seconds` after something said in `hour` is overdue."""
        skew = self.arrangement.text.deadlines.clock_skew_seconds
        return instant.plus(ends(hour), seconds + skew) <= self.shown_until(participant)

    @cached_property
    def _citing(self) -> dict[Cite, list[Entry]]:
        citing: dict[Cite, list[Entry]] = defaultdict(list)
        for entry in self.entries():
            for cite in entry.leaf.cites:
                citing[cite].append(entry)
        return citing
