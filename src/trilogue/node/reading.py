"""Reading: who may open what, now; and the register of who did.

A window that was open when a grant arrived may be shut when somebody reads: consent, rules and
the arrangement's protection are checked at every opening, and every opening by a person stands in
the access register before the content is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import msgspec

from trilogue.arrangement.rules import Action
from trilogue.consent.acts import GrantBody
from trilogue.consent.extent import check_alive
from trilogue.errors import ConsentError, NotFoundError, RefusedError
from trilogue.marking import Marking, equivalent_mark
from trilogue.node.books import Books
from trilogue.node.contents import Contents
from trilogue.node.holdings import Holding, Holdings
from trilogue.node.inputs import SourceInput
from trilogue.node.tracing import span
from trilogue.protocol.bodies import ReclassificationBody
from trilogue.protocol.facts import facts_of
from trilogue.protocol.statement import Statement, read_statement
from trilogue.reports.cite import Cite
from trilogue.sealing.hidden import Hidden
from trilogue.store.database import Database

__all__ = ["Opening", "Reading"]

MOST_LAPSED = 1000
"""Portions whose grants ran out that are looked at together."""


@dataclass(frozen=True, repr=False)
class Opening(Hidden):
    """A portion that may be read now, with what a reader must know beside its content."""

    holding: Holding
    report: Cite
    grant: Cite | None
    marking: Marking
    equivalent: str | None
    derive_for: tuple[str, ...]
    expires: str | None
    plaintext: bytes


class Reading:
    """What one node may read."""

    def __init__(
        self,
        db: Database,
        books: Books,
        holdings: Holdings,
        contents: Contents,
        clock: Callable[[], str],
    ) -> None:
        self._db = db
        self._books = books
        self._holdings = holdings
        self._contents = contents
        self._clock = clock

    def read(self, source: SourceInput, *, officer: str, purpose: str, why: str) -> Opening:
        """Open one portion for a person, and register it. An act of the sequencer.

        Raises `NotFoundError`, `ConsentError` or `RefusedError`.
        """
        at = self._clock()
        problem: Exception | None = None
        speaker, index = source.report.speaker, source.report.index
        for holding in self._holdings.of_portion(speaker, index, source.portion):
            try:
                opening = self.open(holding, purpose, at)
            except (ConsentError, RefusedError) as error:
                problem = error
                continue
            self._db.q.add_access(
                at=at,
                officer=officer,
                purpose=purpose,
                why=why,
                report_speaker=holding.report[0],
                report_idx=holding.report[1],
                portion=holding.portion,
            )
            return opening
        if problem is not None:
            raise problem
        if self._holdings.lost(speaker, index, source.portion):
            raise NotFoundError(
                f"portion {source.portion} is held here, and its key in the vault is damaged",
                hint="put the vault's copy back, or have its originator grant it again",
            )
        raise NotFoundError(
            f"portion {source.portion} is not held here, or no longer", detail="not-held"
        )

    def open(self, holding: Holding, purpose: str, at: str) -> Opening:
        """Open one holding for a purpose at a moment; the caller owes the register."""
        grant, derive_for, expires = self.consent(holding, at, purpose)
        report = self._books.cite(*holding.report)
        if report is None:
            raise NotFoundError(f"report {holding.report} does not count here")
        marking = self.marking(holding)
        decision = self._books.rules.decide(
            Action.READ,
            facts_of(
                msgspec.structs.replace(holding.header, marking=marking),
                self._books.arrangement,
                actor=self._books.me,
                originator=holding.report[0],
                audience=(self._books.me,),
                purposes=(purpose,),
                derivation_permitted=True,
            ),
        )
        if not decision.permit:
            raise RefusedError(
                f"{', '.join(decision.rules)}: {'; '.join(decision.reasons)}", rules=decision.rules
            )
        return Opening(
            holding=holding,
            report=report,
            grant=grant,
            marking=marking,
            equivalent=self._equivalent(holding, marking),
            derive_for=derive_for,
            expires=expires,
            plaintext=self._open(holding),
        )

    def consent(
        self, holding: Holding, at: str, purpose: str | None
    ) -> tuple[Cite | None, tuple[str, ...], str | None]:
        """Return the live grant that a holding rests on, for whom it may be derived, its end.

        One's own rests on none. Raises `ConsentError` when it is not alive.
        """
        if holding.own:
            return None, tuple(holding.header.marking.releasable_to), None
        cite = self._books.cite(*holding.grant)
        statement = None if cite is None else self._books.statement(cite)
        if cite is None or statement is None:
            raise ConsentError(
                f"the grant {holding.grant} behind portion {holding.portion} is gone"
            )
        if self._books.ended(cite, self._books.me):
            raise ConsentError(
                f"grant {cite.short} was withdrawn", detail="withdrawn", grant=cite.short
            )
        extent = statement.says(GrantBody).extent
        check_alive(extent, self._books.me, at, purpose)
        return cite, extent.derive_for, extent.expires

    def live(self, purpose: str, at: str, payload_types: Collection[str]) -> Iterator[Opening]:
        """Go through what may be read now of some payload types for a purpose, each portion once.

        For the node's own picture: no person sees content through it, so none is registered.
        """
        done: set[str] = set()
        for holding in self._contents.of_types(payload_types):
            if holding.portion in done:
                continue
            try:
                opening = self.open(holding, purpose, at)
            except (ConsentError, RefusedError):
                continue
            done.add(holding.portion)
            yield opening

    def marking(self, holding: Holding) -> Marking:
        """Return the marking that holds now: the newest reclassification by the originator."""
        marking = holding.header.marking
        speaker, index = holding.report
        for row in self._db.q.citing(speaker=speaker, idx=index):
            if row["kind"] != "reclassification" or row["speaker"] != speaker:
                continue
            body = self._said(speaker, row["idx"]).says(ReclassificationBody)
            if body.portion == holding.portion:
                marking = body.marking
        return marking

    def _open(self, holding: Holding) -> bytes:
        with span("open"):
            return self._holdings.open(holding)

    def lapsed(self, at: str) -> list[Cite]:
        """Return the grants that ran out by themselves while something is still held under them.

        Those that ran out first, and only so many: each is to be destroyed, and then asked again.
        """
        rows = self._db.q.lapsed(at=at, most=MOST_LAPSED)
        places = dict.fromkeys((row["grant_speaker"], row["grant_idx"]) for row in rows)
        cites = (self._books.cite(*place) for place in places)
        return sorted(cite for cite in cites if cite is not None)

    def _equivalent(self, holding: Holding, marking: Marking) -> str | None:
        """Return the hub's equivalent, as it is for the marking that holds now."""
        if holding.relayed is None or marking == holding.header.marking:
            return holding.relayed
        arrangement = self._books.arrangement
        hub = arrangement.participant(arrangement.hub)
        return equivalent_mark(marking, arrangement.scale, hub.id, hub.language)

    def _said(self, speaker: str, index: int) -> Statement:
        return read_statement(self._db.q.statement_at(speaker=speaker, idx=index)["raw"])
