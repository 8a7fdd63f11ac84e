"""Projections: they follow from the statements alone, and can be made again at any time."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import bodies, grants, participants
from tests.support.trio import PARTICIPANTS, TEMPLATE, Trio

from trilogue.consent.acts import WithdrawalBody
from trilogue.encoding import base64
from trilogue.protocol.passage import address
from trilogue.protocol.statement import KINDS, Composed, compose
from trilogue.reports.cite import Cite
from trilogue.store.database import Database, open_database
from trilogue.store.projection import TABLES, fold, rebuild

DIGEST = base64.encode(bytes(32))


def said(kind: str, speaker: str, index: int, body: msgspec.Struct) -> Composed:
    return compose(
        speaker=speaker,
        index=index,
        arrangement=DIGEST,
        issued="2016-09-09T00:30:01.353Z",
        salt=bytes(32),
        kind=kind,
        address=address(kind, speaker, body, TEMPLATE),
        body=body,
    )


def rows(db: Database) -> dict[str, list[dict]]:
    return {table: list(getattr(db.q, f"all_{table}")()) for table in TABLES}


def folded(*statements: Composed) -> dict[str, list[dict]]:
    db = open_database(":memory:")
    for one in statements:
        fold(db, one.statement)
    found = rows(db)
    db.close()
    return found


anything = st.tuples(st.sampled_from(KINDS), participants, st.integers(0, 50)).flatmap(
    lambda drawn: st.builds(said, *map(st.just, drawn), bodies(drawn[0], drawn[1]))
)


@given(st.lists(anything, max_size=5))
def test_folding_twice_changes_nothing(statements):
    assert folded(*statements, *statements) == folded(*statements)


@given(st.data())
def test_a_grant_is_over_in_whatever_order_its_end_is_heard(data):
    speaker = data.draw(participants)
    grant = said("grant", speaker, 7, data.draw(grants(speaker)))
    audience = grant.statement.for_
    ended = data.draw(st.lists(st.sampled_from(audience), min_size=1, unique=True))
    body = WithdrawalBody(grant=grant.cite, audience=tuple(sorted(ended)), reason="x")
    withdrawal = said("withdrawal", speaker, 8, body)
    for order in ((grant, withdrawal), (withdrawal, grant)):
        found = folded(*order)
        states = {
            row["participant"]: row["state"] for row in found["life"] if row["what"] == "grant"
        }
        assert states == {who: "withdrawn" if who in ended else "live" for who in audience}
        assert {row["participant"] for row in found["ended"]} == set(ended)


@pytest.mark.parametrize("speaker", ["US", "JP"])
def test_nobody_ends_anothers_grant(speaker: str):
    body = WithdrawalBody(grant=Cite("KR", 7, DIGEST), audience=("KR",), reason="x")
    found = folded(said("withdrawal", speaker, 3, body))
    assert (found["ended"], found["life"]) == ([], [])
    assert [row["kind"] for row in found["cited"]] == ["withdrawal"]


def busy(trio: Trio) -> None:
    """Let everything happen that a projection is about."""
    filed = trio.file("KR", "one", "two")
    asked = trio.request("JP", "KR")
    trio.settle()
    first = trio.grant(filed)
    trio.grant(filed, (0,), lasts_seconds=60)
    trio.settle()
    trio.withdraw(first, "JP")
    trio.clock.advance(61)
    for who in PARTICIPANTS:
        trio.act(who, lambda engine: engine.sweep())
    trio.settle()
    assert trio["KR"].books.statement(asked) is not None


def test_what_is_made_again_is_what_stood_there(trio: Trio):
    busy(trio)
    for engine in trio:
        before = rows(engine.db)
        assert all(before.values())
        assert rebuild(engine.db) == dict.fromkeys(TABLES, 0)
        assert rows(engine.db) == before


def test_damage_is_counted_and_repaired(trio: Trio):
    busy(trio)
    db = trio["JP"].db
    before = rows(db)
    db._connection.execute("DELETE FROM ended")
    db._connection.execute("UPDATE life SET state = 'live' WHERE what = 'grant'")
    differs = rebuild(db)
    assert differs["ended"] == 1
    assert differs["life"] > 0
    assert differs["cited"] == 0
    assert rows(db) == before


def test_a_rebuild_that_fails_leaves_everything_as_it_was(trio: Trio, monkeypatch):
    busy(trio)
    db = trio["JP"].db
    before = rows(db)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("trilogue.store.projection.fold", fail)
    with pytest.raises(ZeroDivisionError):
        rebuild(db)
    assert rows(db) == before
