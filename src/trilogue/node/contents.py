"""Contents: what kinds of portions are held, so that a picture need not open all to find its own.

Headers are wrapped where they are kept, and a node may hold a million portions of which a hundred
are plots. Each is opened once for this; what is kept in memory of it is where it lies by its
payload type, and what it supersedes. What came since is taken in whenever something is asked.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from trilogue.node.holdings import Holding, Holdings
from trilogue.reports.lineage import superseded

__all__ = ["Contents"]


@dataclass(frozen=True)
class _Superseding:
    slot: int
    report: tuple[str, int]
    portion: str


class Contents:
    """Where the portions of a payload type lie, and what supersedes what."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._slots: dict[str, array[int]] = {}
        self._superseding: dict[tuple[str, str], list[_Superseding]] = {}
        self._looked = -1
        """Slot of the last holding that was looked at."""

    def look(self, most: int | None = None) -> bool:
        """Take in what came since, or the first `most` of it; say whether more is left."""
        for number, holding in enumerate(self._holdings.all(after=self._looked), start=1):
            self._looked = holding.slot
            self._slots.setdefault(holding.header.payload_type, array("q")).append(holding.slot)
            speaker, _ = holding.report
            replaced = superseded(holding.header, speaker)
            if replaced is not None:
                found = self._superseding.setdefault((speaker, replaced), [])
                found.append(_Superseding(holding.slot, holding.report, holding.portion))
            if number == most:
                return True
        return False

    def of_types(self, payload_types: Collection[str]) -> Iterator[Holding]:
        """Go through what is held of some payload types, oldest first."""
        self.look()
        slots = sorted(slot for kind in payload_types for slot in self._slots.get(kind, array("q")))
        return self._holdings.at(slots)

    def superseding(self, speaker: str, portion: str) -> tuple[tuple[tuple[str, int], str], ...]:
        """Return the reports and portions of a speaker that supersede a portion of its own."""
        self.look()
        found = self._superseding.get((speaker, portion), ())
        return tuple(dict.fromkeys((one.report, one.portion) for one in found))

    def destroyed(self) -> None:
        """Forget what is not held any more."""
        for key, found in list(self._superseding.items()):
            alive = {one.slot for one in self._holdings.at([each.slot for each in found])}
            self._superseding[key] = [one for one in found if one.slot in alive]

    def undone(self) -> None:
        """Forget what was looked at and is not there after all: its slots will be others'."""
        if self._looked > self._holdings.last_slot:
            self._slots.clear()
            self._superseding.clear()
            self._looked = -1
