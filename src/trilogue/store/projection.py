"""Projections: what follows from the statements, kept in tables so that questions are quick.

`fold` takes one statement and adds what follows from it; it reads nothing but the projections
themselves, so that folding all statements again, in order, gives the same tables. `rebuild` does
just that and says whether anything differs.
"""

from __future__ import annotations

from array import array
from hashlib import blake2b

from trilogue.consent.acts import GrantBody, RequestBody, WithdrawalBody
from trilogue.consent.lifecycle import GRANT, REQUEST, Table, advance
from trilogue.errors import InputError
from trilogue.protocol.bodies import DestructionBody, ReceiptBody
from trilogue.protocol.statement import Statement, read_statement
from trilogue.reports.cite import Cite
from trilogue.store.database import Database

__all__ = ["TABLES", "fold", "rebuild"]

TABLES = ("cited", "ended", "life")


def fold(db: Database, statement: Statement) -> None:
    """Add what follows from one statement that now counts. Folding it twice changes nothing."""
    speaker, index = statement.speaker, statement.index
    if statement.cites and statement.kind != "receipt":  # nobody asks who received: `life` says so
        db.q.add_cited(
            [
                {
                    "to_speaker": cite.speaker,
                    "to_idx": cite.index,
                    "kind": statement.kind,
                    "speaker": speaker,
                    "idx": index,
                }
                for cite in statement.cites
            ]
        )
    match statement.kind:
        case "request":
            body = statement.says(RequestBody)
            _live(db, REQUEST, (speaker, index), body.originator, "request")
        case "refusal":
            for cite in statement.cites:
                _live(db, REQUEST, (cite.speaker, cite.index), speaker, "refusal")
        case "grant":
            _fold_grant(db, statement, statement.says(GrantBody))
        case "withdrawal":
            withdrawal = statement.says(WithdrawalBody)
            if withdrawal.grant.speaker != speaker:
                return  # nobody ends another's grant; the passage refuses it, too
            for participant in withdrawal.audience:
                _live(db, GRANT, _place(withdrawal.grant), participant, "withdrawal")
            db.q.add_ended(
                [
                    {
                        "speaker": speaker,
                        "idx": withdrawal.grant.index,
                        "participant": participant,
                        "by_idx": index,
                    }
                    for participant in withdrawal.audience
                ]
            )
        case "receipt":
            for grant in dict.fromkeys(item.grant for item in statement.says(ReceiptBody).items):
                _live(db, GRANT, _place(grant), speaker, "receipt")
        case "destruction":
            _live(db, GRANT, _place(statement.says(DestructionBody).grant), speaker, "destruction")
        case _:
            pass


def rebuild(db: Database) -> dict[str, int]:
    """Fold every statement anew; return, by table, how many rows differ from what stood there.

    Runs in one transaction: a failure leaves everything as it was.
    """
    before = {table: _digests(db, table) for table in TABLES}
    with db.transaction():
        for table in TABLES:
            getattr(db.q, f"clear_{table}")()
        after = 0
        while rows := list(db.q.statements_after(after=after, most=1000)):
            for row in rows:
                fold(db, read_statement(row["raw"]))
            after = rows[-1]["position"]
    return {table: _differing(before[table], _digests(db, table)) for table in TABLES}


def _fold_grant(db: Database, statement: Statement, body: GrantBody) -> None:
    place = (statement.speaker, statement.index)
    for participant in body.extent.audience:
        _live(db, GRANT, place, participant, "grant")
    if body.answers is not None:
        _live(db, REQUEST, _place(body.answers), statement.speaker, "grant")


def _place(cite: Cite) -> tuple[str, int]:
    return cite.speaker, cite.index


def _live(db: Database, table: Table, place: tuple[str, int], participant: str, event: str) -> None:
    what = table[0]
    key = {"what": what, "speaker": place[0], "idx": place[1], "participant": participant}
    state = db.q.life_of(**key) or "none"
    try:
        following = advance(table, state, event)
    except InputError:
        # An act that leads nowhere (a receipt of a grant that never was) stays in the log as
        # said, and changes nothing here.
        return
    db.q.set_life(**key, state=following)


def _digests(db: Database, table: str) -> array[int]:
    """Return eight bytes of a hash for each row, sorted: a table may have millions of rows."""
    return array(
        "Q",
        sorted(
            int.from_bytes(blake2b(repr(tuple(row.values())).encode(), digest_size=8).digest())
            for row in getattr(db.q, f"all_{table}")()
        ),
    )


def _differing(one: array[int], other: array[int]) -> int:
    """Count what stands in one of two sorted arrays only.

    >>> _differing(array("Q", [1, 2, 4, 7]), array("Q", [2, 3, 4]))
    3
    """
    i = j = count = 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            i, j = i + 1, j + 1
            continue
        count += 1
        if one[i] < other[j]:
            i += 1
        else:
            j += 1
    return count + len(one) - i + len(other) - j
