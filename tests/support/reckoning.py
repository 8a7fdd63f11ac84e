"""The reckoning after anything went wrong: what each store must then show, whatever it was."""

from __future__ import annotations

from collections import Counter

from tests.support.trio import Trio

from trilogue.consent.acts import GrantBody
from trilogue.node.verifying import verify
from trilogue.protocol.bodies import ReceiptBody
from trilogue.tlog.tree import root

__all__ = ["check_logs", "check_receipts", "check_stores"]


def check_receipts(trio: Trio) -> None:
    """Each portion of each grant has one receipt by each of its audience, at its originator."""
    due = Counter(
        (who, one.index, digest)
        for one in trio.own("KR", "grant")
        for item in one.says(GrantBody).items
        for digest in item.portions
        for who in ("US", "JP")
    )
    given = Counter(
        (one.speaker, item.grant.index, item.portion)
        for one in trio.statements("KR", "receipt")
        for item in one.says(ReceiptBody).items
    )
    assert given == due


def check_logs(trio: Trio) -> None:
    """Every store holds, and nobody has done anything wrong."""
    check_stores(trio)
    for engine in trio:
        assert not list(engine.db.q.forks()), engine.me
        assert not list(engine.db.q.failed_outbox()), engine.me
    assert not trio.faults()


def check_stores(trio: Trio) -> None:
    """Every store holds, every projection follows, and all saw prefixes of one log each."""
    for engine in trio:
        assert not any(verify(engine).differences.values()), engine.me
        assert not engine.holdings.replay_destructions()
    for engine in trio:
        for other in trio:
            seen = engine.books.seen(other.me)
            if engine is not other and seen is not None:
                assert root(seen[0], other.sequencer.hashes) == seen[1], (engine.me, other.me)
    assert not trio.waiting()
