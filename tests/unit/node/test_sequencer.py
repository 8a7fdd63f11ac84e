"""The sequencer: groups, acts that fail alone, and groups that leave nothing behind."""

from __future__ import annotations

import sqlite3

import pytest
from tests.support.trio import Trio, portion

from trilogue.errors import InputError, NotFoundError, PassageError, UnavailableError
from trilogue.node.engine import Engine
from trilogue.node.inputs import ReportInput
from trilogue.protocol.bodies import RelayBody, RelayItem
from trilogue.reports.cite import Cite
from trilogue.signing.keys import PublicKey
from trilogue.tlog.checkpoint import parse_checkpoint, verify_checkpoint
from trilogue.tlog.tree import root

REPORT = ReportInput(portions=(portion(),))


@pytest.fixture
def korea(trio: Trio) -> Engine:
    return trio["KR"]


def state(engine: Engine) -> dict[str, object]:
    """Return everything that a group could have left behind, but for free vault slots."""
    tables = ("statement", "tree_hash", "checkpoint", "outbox", "holding", "ciphertext", "cited")
    counts = {
        table: engine.db._connection.execute(f"SELECT count(*) AS n FROM {table}").fetchone()["n"]
        for table in tables
    }
    keys = [engine.vault.key(row["slot"]) for row in engine.db.q.all_holdings()]
    return {**counts, "keys": keys, "stands": engine.books.stands()}


def fail() -> None:
    raise InputError("this act fails")


def check_log(engine: Engine) -> None:
    """The newest checkpoint covers the log, has its root, and both signatures verify."""
    checkpoint = engine.db.q.last_checkpoint()
    size = engine.db.q.size_of(speaker=engine.me)
    assert checkpoint["size"] == size
    assert checkpoint["root"] == root(size, engine.sequencer.hashes)
    public = PublicKey.parse(engine.books.keys_of(engine.me, engine.now()).checkpoint)
    verify_checkpoint(parse_checkpoint(checkpoint["note"]), public)
    indices = [s.index for s in _own(engine)]
    assert indices == list(range(size))


def _own(engine: Engine) -> list:
    from trilogue.protocol.statement import parse_statement

    rows = engine.db.q.statements_after(after=0, most=10_000)
    return [parse_statement(r["raw"]) for r in rows if r["speaker"] == engine.me]


def test_a_group_gets_one_checkpoint(korea: Engine):
    before = korea.db.q.last_checkpoint()["size"]
    done = korea.commit([lambda: korea.submit(REPORT)] * 5)
    assert [one.error for one in done] == [None] * 5
    sizes = [row["size"] for row in korea.db._connection.execute("SELECT size FROM checkpoint")]
    assert sizes[-2:] == [before, before + 5]
    check_log(korea)


def test_one_act_fails_alone(korea: Engine):
    def half() -> None:
        korea.submit(REPORT)
        fail()

    done = korea.commit([lambda: korea.submit(REPORT), half, lambda: korea.submit(REPORT)])
    assert [type(one.error) for one in done] == [type(None), InputError, type(None)]
    assert [done[0].value[0].report.index, done[2].value[0].report.index] == [2, 3]
    assert len(list(korea.holdings.all())) == 2
    check_log(korea)


def test_an_act_that_fails_takes_back_what_it_said_about_the_arrangement(korea: Engine):
    def half() -> None:
        korea.governing.suspend("arrangement", "a slip")
        fail()

    (done,) = korea.commit([half])
    assert isinstance(done.error, InputError)
    assert korea.books.force(korea.now()).in_force
    with pytest.raises(InputError):
        done.result()


def test_acts_that_say_nothing_leave_no_checkpoint(korea: Engine):
    before = state(korea)
    korea.commit([lambda: None, fail])
    assert state(korea) == before


@pytest.mark.parametrize(
    "broken",
    [
        ("trilogue.node.sequencer.sign_checkpoint", UnavailableError("no key")),
        ("trilogue.node.vault.os.fsync", OSError("the drive is gone")),
        ("trilogue.node.sequencer.append_hashes", RuntimeError("bad math")),
    ],
    ids=["signing", "vault", "tree"],
)
def test_a_group_that_cannot_be_written_leaves_nothing(korea: Engine, monkeypatch, broken):
    target, error = broken

    def break_(*_: object) -> None:
        raise error

    before = state(korea)
    with monkeypatch.context() as patch:
        patch.setattr(target, break_)
        with pytest.raises((UnavailableError, RuntimeError)):
            korea.commit([lambda: korea.submit(REPORT)] * 2)
    assert state(korea) == before
    korea.act(lambda: korea.submit(REPORT))
    check_log(korea)
    assert korea.sequencer.halted == ""


@pytest.mark.sqlite
def test_a_full_disk_leaves_nothing_and_says_so(korea: Engine):
    before = state(korea)
    connection = korea.db._connection
    (row,) = connection.execute("PRAGMA page_count")
    connection.execute(f"PRAGMA max_page_count = {row['page_count'] + 6}")
    large = ReportInput(portions=(portion("x" * 190_000),))
    acts = [lambda: korea.submit(REPORT), lambda: korea.submit(large), lambda: korea.submit(REPORT)]
    with pytest.raises(UnavailableError, match="disk is full"):
        korea.commit(acts)
    assert state(korea) == before
    assert "disk is full" in korea.sequencer.halted
    connection.execute("PRAGMA max_page_count = 1000000")
    korea.commit(acts)
    assert korea.sequencer.halted == ""
    check_log(korea)


@pytest.mark.sqlite
def test_a_store_that_another_holds_makes_the_node_refuse(korea: Engine):
    other = sqlite3.connect(korea.db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    korea.db._connection.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(UnavailableError, match="locked"):
        korea.act(lambda: korea.submit(REPORT))
    other.execute("ROLLBACK")
    other.close()
    korea.act(lambda: korea.submit(REPORT))


def test_nothing_is_said_to_somebody_who_cannot_be_reached(korea: Engine):
    leaf = korea.books.cite("KR", 0).leaf
    body = RelayBody(
        recipient="CN", items=(RelayItem(statement=Cite("KR", 0, leaf), pact="none"),), marks=()
    )
    before = state(korea)
    with pytest.raises(PassageError, match="no pact leads from KR to CN"):
        korea.act(lambda: korea.sequencer.log("relay", body))
    assert state(korea) == before


def test_a_kill_between_vault_and_commit_costs_nothing(trio: Trio, monkeypatch):
    """Keys were written, the transaction was not: the slots are used again."""
    korea = trio["KR"]

    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(korea.vault, "flush", kill)
        with pytest.raises(Killed):
            korea.act(lambda: korea.submit(REPORT))
    trio.restart("KR")
    filed = trio.file("KR")
    assert b"seen" in trio.read("KR", filed)
    check_log(trio["KR"])


def test_a_kill_between_destruction_and_commit_is_certified_later(trio: Trio, monkeypatch):
    """The key is gone and nothing says so yet: the sweep finds it all the same."""
    filed = trio.file("KR")
    trio.grant(filed, lasts_seconds=60)
    trio.settle()
    trio.clock.advance(61)
    japan = trio["JP"]
    with monkeypatch.context() as patch:
        patch.setattr(japan.sequencer, "log", lambda *_: fail())
        with pytest.raises(InputError):
            japan.act(japan.sweep)
    assert trio.held("JP") == set()
    trio.restart("JP")
    assert trio["JP"].has_lapsed()
    trio.act("JP", lambda engine: engine.sweep())
    assert len(trio.own("JP", "destruction")) == 1


def test_hashes_that_the_log_does_not_have_are_not_found(korea: Engine):
    with pytest.raises(NotFoundError, match="no complete subtree 9/9"):
        korea.sequencer.hashes.read(9, 9)


def test_an_engine_that_was_not_initialised_does_nothing(tmp_path, trio: Trio):
    engine = Engine(tmp_path / "new", "KR", trio.arrangement, trio.clock.of("KR"))
    with pytest.raises(UnavailableError, match="no keys yet"):
        engine.act(lambda: None)
    engine.initialise(["officer-a"])
    with pytest.raises(InputError, match="initialised already"):
        engine.initialise()
    engine.close()


def test_the_clock_of_an_engine_does_not_run_backwards(trio: Trio):
    first = trio["KR"].now()
    trio.clock.skew["KR"] = -5.0
    assert trio["KR"].now() == first


def test_a_clock_that_was_set_right_is_followed(trio: Trio):
    first = trio["KR"].now()
    trio.clock.skew["KR"] = -3600.0
    assert trio["KR"].now() < first
