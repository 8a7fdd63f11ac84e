"""What an audit says: claims with their evidence, and the facts beside them, as values.

A claim is proven, refuted by evidence, or unproven: nothing speaks against it, but it rests on a
log that is itself not proven. What is only not due yet, or what the leaves cannot tell, stands in
`open` and speaks neither for nor against.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import msgspec

__all__ = ["AuditReport", "Claim", "Counts", "Finding", "Findings", "Force", "LogFacts", "Verdict"]

Verdict = Literal["proven", "refuted", "unproven"]

Counts = dict[str, dict[str, dict[str, int]]]
"""participant → month such as `2016-09` → kind → how many."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was found, and where: `KR`, `KR 17`, or a file of a log."""

    where: str
    text: str


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence that the record proves or refutes; `rests_on` are logs that are not proven."""

    id: str
    text: str
    verdict: Verdict
    evidence: tuple[Finding, ...] = ()
    open: tuple[Finding, ...] = ()
    rests_on: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it is proven."""
        return self.verdict == "proven"


class LogFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What one log shows. `signed` and `cosigned` are when, by whom it was.

    `proven` says that it is its participant's log, whole and one: then `note`, its checkpoint, is
    what the next audit compares with.
    """

    origin: str
    size: int
    root: str
    signed: str | None
    cosigned: dict[str, str]
    proven: bool
    note: str


class Force(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the arrangement is in force, why, and since when; `adopted` says who did, when."""

    in_force: bool
    reason: str
    since: str | None
    adopted: dict[str, str]


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of an audit at one moment under one arrangement (digest in base64)."""

    at: str
    arrangement: str
    force: Force
    logs: dict[str, LogFacts]
    claims: tuple[Claim, ...]
    counts: Counts

    @property
    def holds(self) -> bool:
        """Whether every claim is proven."""
        return all(claim.holds for claim in self.claims)

    @property
    def exit_code(self) -> int:
        """0 when every claim is proven, 1 otherwise."""
        return 0 if self.holds else 1

    def claim(self, claim_id: str) -> Claim:
        """Return a claim by its id, such as `relays` or `KR/tree`; raise `KeyError`."""
        return {claim.id: claim for claim in self.claims}[claim_id]


@dataclass
class Findings:
    """What a check found, while it looks."""

    against: list[Finding] = field(default_factory=list)
    open: list[Finding] = field(default_factory=list)

    def refute(self, where: str, text: str) -> None:
        """Note what speaks against the claim."""
        self.against.append(Finding(where=where, text=text))

    def leave(self, where: str, text: str) -> None:
        """Note what is not due yet, or cannot be told."""
        self.open.append(Finding(where=where, text=text))

    def claim(self, claim_id: str, text: str, rests_on: Iterable[str] = ()) -> Claim:
        """Return the claim with what was found; `rests_on` are logs that are not proven."""
        unproven = tuple(rests_on)
        return Claim(
            id=claim_id,
            text=text,
            verdict="refuted" if self.against else "unproven" if unproven else "proven",
            evidence=tuple(self.against),
            open=tuple(self.open),
            rests_on=unproven,
        )
