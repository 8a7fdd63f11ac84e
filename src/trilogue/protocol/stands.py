"""From statements about the arrangement to where their speakers stand (`arrangement.adoption`)."""

from __future__ import annotations

from trilogue.arrangement.adoption import Act, Stand, advance
from trilogue.protocol.bodies import AdoptionBody, StandBody, WithdrawalFromArrangementBody
from trilogue.protocol.statement import Statement

__all__ = ["STAND_KINDS", "act_of", "step"]

STAND_KINDS = ("adoption", "suspension", "resumption", "withdrawal-from-arrangement")


def act_of(statement: Statement) -> Act:
    """Return the act that a statement of one of `STAND_KINDS` is."""
    match statement.kind:
        case "adoption":
            return Act("adoption", digest=statement.says(AdoptionBody).digest)
        case "suspension" | "resumption":
            return Act(statement.kind, of=statement.says(StandBody).of)
        case "withdrawal-from-arrangement":
            body = statement.says(WithdrawalFromArrangementBody)
            return Act("withdrawal-from-arrangement", effective=body.effective)
        case _:
            raise ValueError(f"a {statement.kind} says nothing about the arrangement")


def step(stand: Stand, statement: Statement, notice_days: int) -> Stand:
    """Return where the speaker stands after the statement. Raises `InputError`."""
    return advance(stand, act_of(statement), statement.issued, notice_days=notice_days)
