"""Patterning: the launch record that a node has, and what is found in it.

What may be read is gathered in the node's one thread; the record and its findings are made apart
from it, since findings take seconds:

    hand = patterning.in_hand("analysis")          an act or a question
    record = patterning.record_of(hand)            any thread
    found = patterning.found_in(hand)              any thread

What is remembered of portions is forgotten when any is destroyed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from trilogue.errors import InputError
from trilogue.node.books import Books
from trilogue.node.deriving import check_sources, derived_portion, live_for
from trilogue.node.inputs import ReportInput
from trilogue.node.reading import Opening, Reading

if TYPE_CHECKING:
    from trilogue.picture.found import Findings
    from trilogue.picture.record import LaunchRecord
    from trilogue.reports.payloads.finding import FindingName

__all__ = ["Patterning", "Reports", "Rows"]

T = TypeVar("T")

Reports = Literal["all", "own", "none"]
"""Which reports stand beside the public rows: all that may be read, one's own, or none."""
REMEMBERED = 8
"""Records kept in memory."""
RECORD_TYPES = ("launch", "site-activity")
"""Payload types that a record is made of."""


@dataclass(frozen=True)
class Rows:
    """What of a record might be read at a moment, for a purpose."""

    purpose: str
    reports: Reports
    participants: tuple[str, ...]
    openings: tuple[Opening, ...]
    today: str
    forgotten: int
    """How often something had been forgotten by then."""

    @property
    def key(self) -> tuple[str, ...]:
        """What a record depends on: its portions, and the day after which nothing enters."""
        return (self.today, *sorted(one.holding.portion for one in self.openings))


class Patterning:
    """The record of one node. It imports the analysis when it is first asked."""

    def __init__(self, books: Books, reading: Reading, clock: Callable[[], str]) -> None:
        self._books = books
        self._reading = reading
        self._clock = clock
        self._records: dict[tuple[str, ...], LaunchRecord] = {}
        self._found: dict[tuple[str, ...], Findings] = {}
        self._forgotten = 0
        self._finding = threading.Lock()
        """Held while something is found, so that the same is not found twice at a time."""
        self._remembering = threading.Lock()
        """Held for a moment, so that nothing forgotten is remembered after all."""

    def forget(self) -> None:
        """Forget every record and what was found in it: something behind one was destroyed."""
        with self._remembering:
            self._forgotten += 1
            self._records.clear()
            self._found.clear()

    @property
    def remembered(self) -> frozenset[str]:
        """Digests of the portions of which something is kept in memory."""
        with self._remembering:
            return frozenset(
                portion for key in (*self._records, *self._found) for portion in key[1:]
            )

    def in_hand(self, purpose: str = "analysis", *, reports: Reports = "all") -> Rows:
        """Gather the launches and site activity that may be read now. In the node's thread.

        Raises `InputError` for what is no purpose.
        """
        forgotten, at = self._forgotten, self._clock()
        live = live_for(self._books, self._reading, purpose, at, RECORD_TYPES)
        return Rows(
            purpose,
            reports,
            self._books.addressing().participants,
            () if reports == "none" else tuple(self._among(live, reports)),
            at[:10],
            forgotten,
        )

    def filed(self, purpose: str, reports: Reports) -> tuple[Opening, ...]:
        """Return the filed findings that may be read now, oldest first. In the node's thread.

        Raises `InputError` for what is no purpose.
        """
        live = live_for(self._books, self._reading, purpose, self._clock(), ("finding",))
        return () if reports == "none" else tuple(self._among(live, reports))

    def _among(self, live: Iterable[Opening], reports: Reports) -> Iterator[Opening]:
        return (one for one in live if reports == "all" or one.report.speaker == self._books.me)

    def record_of(self, hand: Rows) -> LaunchRecord:
        """Return the record of the public rows and what is in hand. In any thread."""
        known = self._records.get(hand.key)
        if known is not None:
            return known
        from trilogue.figures.patterns.words import site_names
        from trilogue.picture.record import launch_record
        from trilogue.picture.sources import Readable

        made = launch_record(
            [
                Readable.of(
                    one.report,
                    one.holding.portion,
                    one.holding.header,
                    one.plaintext,
                    one.derive_for,
                )
                for one in hand.openings
            ],
            hand.participants,
            site_names(),
            hand.today,
        )
        self._remember(self._records, hand, made)
        return made

    def found_in(self, hand: Rows) -> Findings:
        """Return what is found in the record of what is in hand. In any thread."""
        from trilogue.picture.found import findings_of

        record = self.record_of(hand)
        with self._finding:
            known = self._found.get(hand.key)
            if known is None:
                known = findings_of(record)
                self._remember(self._found, hand, known)
        return known

    def file(self, name: FindingName, purpose: str, reports: Reports) -> ReportInput:
        """Return the derived report that states a finding, ready to be submitted.

        It is found beforehand (`found_in`): it takes too long for an act. Raises `InputError` when
        the record has changed since, and for a finding that stands on no report.
        """
        from trilogue.figures.patterns.said import said_of
        from trilogue.picture.found import finding_payload

        hand = self.in_hand(purpose, reports=reports)
        record = self.record_of(hand)
        sources = record.behind
        if not sources:
            raise InputError(
                f"{name} stands on no report, own or shared, and so is no derived report",
                hint="the public record is public: `trilogue patterns report` tells what is in it",
            )
        check_sources(sources, name, "file what is found beside one's own reports alone")
        found = self._found.get(hand.key)
        if found is None:
            raise InputError(
                "the record has changed since the finding was made", hint="look again, and file it"
            )
        payload = finding_payload(name, record, found, said_of(name, found))
        return ReportInput(portions=(derived_portion(self._books, payload, sources),))

    def _remember(self, kept: dict[tuple[str, ...], T], hand: Rows, made: T) -> None:
        with self._remembering:
            if hand.forgotten == self._forgotten:
                if len(kept) >= REMEMBERED:
                    kept.clear()
                kept[hand.key] = made
