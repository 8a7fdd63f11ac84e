"""Nothing that is done again and again takes longer when the log is long.

Steps of SQLite's machine are counted, not seconds: they are the same on every machine, and a
statement that goes through a table takes more of them with every row.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.rules import standing
from tests.support.trio import OFFICERS, PARTICIPANTS, Trio, portion

from trilogue.node import questions, watch
from trilogue.node.inputs import ReportInput, StandingInput
from trilogue.node.publishing import Publishing
from trilogue.node.witnessing import Witnessing
from trilogue.store import sqlite
from trilogue.store.sqlite import SqliteDatabase
from trilogue.store.statements import statements

FEW, MANY = 128, 1024
"""Reports before the first and before the second count."""

GOES_THROUGH = {
    "all_cited": "what a rebuild compares",
    "all_ended": "what a rebuild compares",
    "all_holdings": "tests look at everything",
    "all_life": "what a rebuild compares",
    "arrangements": "one for each text that was ever drawn up",
    "cosigned_size": "from the newest backwards, as far as the cosignatures lag behind",
    "count_waiting": "what a neighbour that is away has not taken yet",
    "destroyed_slots": "what was destroyed, at a start",
    "failed_outbox": "what a neighbour refused for good: people are shown all of it",
    "forks": "one for each participant at most",
    "lease": "one row",
    "last_checkpoint": "from the newest backwards, and only that",
    "drop_identities_of": "people whom a provider named",
    "revoke_identities_of": "people whom a provider named",
    "named_elsewhere": "people whom a provider named",
    "drop_old_attempts": "attempts to sign in of the last ten minutes",
    "drop_old_ceremonies": "what was asked and not answered for five minutes at most",
    "drop_old_links": "links that nobody followed for ten minutes at most",
    "drop_old_sessions": "who is signed in",
    "drop_sessions_of": "who is signed in",
    "sessions_by_name": "who is signed in",
    "newest_checkpoints": "from the newest backwards, so many and no more",
    "passkeys": "release officers' passkeys",
    "revoke_token": "people's tokens",
    "tokens": "people's tokens",
    "valid_tokens": "people's tokens",
}
"""Statements that go through a table or an index, and why that is no harm."""


NAMED = statements()


def _plan(name: str) -> list[str]:
    db, sql = SqliteDatabase(":memory:"), NAMED[name].sql
    given = dict.fromkeys(re.findall(r"(?<!:):([a-z_]+)", sql))
    rows = db._connection.execute(f"EXPLAIN QUERY PLAN {sql}", given).fetchall()
    db.close()
    return [row["detail"] for row in rows]


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_statement_finds_its_rows_by_a_key(name: str):
    through = [step for step in _plan(name) if re.match("SCAN (?!CONSTANT)", step)]
    assert bool(through) == (name in GOES_THROUGH), through


class Counted:
    """The steps that every store takes while it is told to count."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps = 0
        self._on = False
        real = sqlite3.connect

        def connect(*given: object, **named: object) -> sqlite3.Connection:
            connection = real(*given, **named)
            connection.set_progress_handler(self._step, 1)
            return connection

        monkeypatch.setattr(sqlite.sqlite3, "connect", connect)

    def _step(self) -> int:
        self.steps += self._on
        return 0

    def of(self, work: Callable[[], object]) -> int:
        before, self._on = self.steps, True
        work()
        self._on = False
        return self.steps - before


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


def pass_on(trio: Trio, reports: int) -> None:
    given = [ReportInput(portions=(portion(f"the {n}th"),)) for n in range(reports)]
    trio.act("KR", lambda engine: engine.submit_all(given))
    assert not trio.settle()


def house_keeping(trio: Trio, base: Path) -> None:
    """Do what a running node does every second or two, or is asked by a monitor."""
    for engine in trio:
        assert not engine.has_lapsed()
        watch.status(engine, "en")
        witnessing = Witnessing(
            engine.db, engine.books, engine.sequencer, lambda e=engine: e.keys, engine.now
        )
        for neighbour in engine.books.arrangement.neighbours(engine.me):
            witnessing.question(neighbour)
        Publishing(engine.db, engine.books, engine.sequencer, base, engine.now)


def look(trio: Trio) -> None:
    for engine in trio:
        position = engine.db.q.last_position()
        for kind in (None, "grant", "report", "receipt"):
            questions.statements(engine, position - 20, 10, kind)


def restart(trio: Trio) -> None:
    for who in PARTICIPANTS:
        trio.restart(who)


def test_no_step_is_added_by_what_stands_in_the_store(counted: Counted, tmp_path: Path):
    trio = Trio.copy(tmp_path / "trio")
    rule = StandingInput(rule=standing())
    trio.act("KR", lambda engine: engine.desk.stand(rule, OFFICERS))
    trio.settle()
    found: list[dict[str, int]] = []
    for size in (FEW, MANY):
        pass_on(trio, size)
        works: dict[str, Callable[[], object]] = {
            "a batch": lambda: pass_on(trio, 32),
            "one report": lambda: pass_on(trio, 1),
            "house-keeping": lambda: house_keeping(trio, tmp_path / "public"),
            "a page": lambda: look(trio),
            "a start": lambda: restart(trio),
            "one after a start": lambda: pass_on(trio, 1),
        }
        found.append({name: counted.of(work) for name, work in works.items()})
    trio.close()
    for name, few in found[0].items():
        # A proof has one hash more for twice the leaves; every other step is taken again.
        assert found[1][name] <= 1.05 * few, (name, few, found[1][name])
