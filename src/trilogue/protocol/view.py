"""What the protocol asks of whoever keeps the books: the port between rules and storage.

The node implements it over its store; the tests do too, so that one set of rules runs in both.
Every method is a question about what was already verified; none of them may do network I/O.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from trilogue.arrangement.arrangement import Arrangement
from trilogue.arrangement.force import Force
from trilogue.arrangement.rules import Rules
from trilogue.consent.acts import GrantBody
from trilogue.protocol.bodies import KeyMaterial
from trilogue.protocol.statement import Statement
from trilogue.reports.cite import Cite

__all__ = ["View"]


class View(Protocol):
    """One participant's verified knowledge."""

    @property
    def me(self) -> str:
        """The participant whose view this is."""
        ...

    @property
    def arrangement(self) -> Arrangement:
        """The arrangement under which the node works now."""
        ...

    @property
    def rules(self) -> Rules:
        """The rules of that arrangement."""
        ...

    def knows_arrangement(self, digest: str) -> bool:
        """Whether the digest is of the present arrangement or of one that was in force before."""
        ...

    def force(self, at: str) -> Force:
        """Whether the arrangement is in force at `at`, and why not."""
        ...

    def materials(self, speaker: str) -> Iterable[tuple[int, KeyMaterial]]:
        """Every verified key material of the speaker, with the index of its statement."""
        ...

    def seen(self, speaker: str) -> tuple[int, bytes] | None:
        """Size and root of the largest verified checkpoint of the speaker's log."""
        ...

    def root_at(self, speaker: str, size: int) -> bytes | None:
        """Root of the speaker's log at a size that was verified before, or None."""
        ...

    def note_verified(self, speaker: str, size: int, note: str) -> bool:
        """Whether the signatures of this very checkpoint note were verified before (step 2)."""
        ...

    def statement(self, cite: Cite) -> Statement | None:
        """The accepted (or own) statement that stands where the cite leads, or None."""
        ...

    def grants_of(self, report: Cite) -> Iterable[tuple[Cite, GrantBody]]:
        """Every grant of a report by its originator that counts here, and where it stands."""
        ...

    def ended(self, grant: Cite, participant: str) -> bool:
        """Whether the grant was withdrawn for the participant by its speaker."""
        ...

    def ended_by(self, grant: Cite, participant: str) -> int | None:
        """Index of the withdrawal that ended a grant or standing consent, in its speaker's log."""
        ...
