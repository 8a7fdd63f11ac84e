"""The store: all of a transaction or none of it, whatever fails and when."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import psycopg
import pytest
from tests.support.stores import drop, new_url
from tests.support.trio import Trio

from trilogue.errors import InputError, UnavailableError
from trilogue.store.database import Database, LeaseLostError, open_database
from trilogue.store.sqlite import SqliteDatabase

KINDS = ("sqlite", "postgresql")


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new store is to be, of either kind."""
    if request.param == "sqlite":
        return str(tmp_path / "store.sqlite")
    return new_url(tmp_path)


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    """A store of either kind."""
    made = open_database(url)
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """A store in a file."""
    made = SqliteDatabase(str(tmp_path / "store.sqlite"))
    yield made
    made.close()


def tokens(db: Database) -> list[str]:
    return [row["name"] for row in db.q.tokens()]


def add(db: Database, name: str, size: int = 1) -> None:
    db.q.add_token(hash=name.encode(), name=name, roles="x" * size)


def fill(db: SqliteDatabase, pages: int = 4) -> None:
    """Let the disk be full a few pages from now."""
    (row,) = db._connection.execute("PRAGMA page_count")
    db._connection.execute(f"PRAGMA max_page_count = {row['page_count'] + pages}")


def write(db: Database, *parts: Callable[[], None]) -> None:
    """Run parts in one transaction, each in a savepoint of its own."""
    with db.transaction():
        for part in parts:
            with db.savepoint():
                part()


def content(db: Database) -> dict[str, list[tuple]]:
    """Return every row of every table but the lease, by table, as the tables say them."""
    names = db._connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        if isinstance(db, SqliteDatabase)
        else "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()"
    )
    tables = sorted({row["name"] for row in names} - {"lease", "schema_version"})
    return {
        table: sorted(
            (tuple(row.values()) for row in db._connection.execute(f"SELECT * FROM {table}")),
            key=repr,
        )
        for table in tables
    }


def fail() -> None:
    raise ZeroDivisionError


def test_a_block_that_ends_is_on_disk(db: Database, url: str):
    with db.transaction():
        add(db, "kept")
    other = open_database(url)
    assert tokens(other) == ["kept"]
    other.close()


def test_a_block_that_fails_leaves_nothing(db: Database):
    with pytest.raises(ZeroDivisionError):
        write(db, partial(add, db, "lost"), fail)
    assert tokens(db) == []
    write(db, partial(add, db, "next"))
    assert tokens(db) == ["next"]


def test_a_savepoint_fails_alone(db: Database):
    def second() -> None:
        with suppress(ZeroDivisionError), db.savepoint():
            add(db, "second")
            fail()

    with db.transaction():
        add(db, "first")
        second()
        add(db, "third")
    assert tokens(db) == ["first", "third"]


def test_a_broken_constraint_fails_alone(db: Database):
    def twice() -> None:
        with suppress(sqlite3.IntegrityError, psycopg.errors.UniqueViolation), db.savepoint():
            add(db, "twice")
            add(db, "twice")

    with db.transaction():
        add(db, "once")
        twice()
    assert tokens(db) == ["once"]


def test_a_full_disk_takes_the_whole_transaction_down(file: SqliteDatabase):
    """SQLite itself gives the transaction up: what runs on would be written without one."""
    add(file, "before")
    fill(file)
    parts = [partial(add, file, name, size) for name, size in (("a", 1), ("b", 10**6), ("c", 1))]
    with pytest.raises(UnavailableError, match="disk is full"):
        write(file, *parts)
    assert tokens(file) == ["before"]
    assert not file._connection.in_transaction


def test_an_act_that_hides_a_full_disk_does_not_go_unnoticed(file: SqliteDatabase):
    def hide() -> None:
        with suppress(sqlite3.Error):
            add(file, "large", 10**6)
        fail()

    fill(file)
    with pytest.raises(UnavailableError):
        write(file, partial(add, file, "a"), hide)
    assert tokens(file) == []


def test_a_store_that_cannot_be_locked_is_unavailable(file: SqliteDatabase):
    other = sqlite3.connect(file.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    file._connection.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(UnavailableError, match="cannot be written: database is locked"):
        write(file, fail)
    other.close()


def test_every_commit_is_synced(file: SqliteDatabase):
    """2 is FULL: SQLite syncs the write-ahead log at each commit."""
    (row,) = file._connection.execute("PRAGMA synchronous")
    assert row == {"synchronous": 2}
    (row,) = file._connection.execute("PRAGMA journal_mode")
    assert row == {"journal_mode": "wal"}


def test_a_backup_is_whole_while_the_store_is_in_use(db: Database, tmp_path: Path):
    add(db, "one")
    with db.transaction():
        add(db, "two")
        path = str(tmp_path / "copy.sqlite")
    db.backup(path)
    copy = open_database(path)
    copy.check()
    assert tokens(copy) == ["one", "two"]
    copy.close()


@pytest.mark.parametrize("to", KINDS)
def test_a_backup_of_either_kind_is_restored_into_either(trio: Trio, db, tmp_path: Path, to: str):
    """All that a busy node's store holds, and the numbers that it gives go on."""
    path, again = str(tmp_path / "copy.sqlite"), str(tmp_path / "again.sqlite")
    filed = trio.file("KR", "one", "two")
    trio.withdraw(trio.grant(filed), "JP")
    trio.settle()
    korea = trio["KR"].db
    first = korea.q.add_pending(body=b"x", officer="a", since="2016", approval=None)
    korea.q.drop_pending(id=first)
    korea.backup(path)
    db.restore(path)
    with pytest.raises(InputError, match="is not empty"):
        db.restore(path)
    (tmp_path / "to").mkdir()
    where = str(tmp_path / "to.sqlite") if to == "sqlite" else new_url(tmp_path / "to")
    last = open_database(where)
    db.backup(again)
    last.restore(again)
    assert content(korea) == content(db) == content(last)
    assert last.q.add_pending(body=b"x", officer="a", since="2016", approval=None) == first + 1
    last.close()
    drop(tmp_path / "to")


def test_a_store_that_is_discarded_is_gone(url: str):
    db = open_database(url)
    add(db, "one")
    db.discard()
    with closing(open_database(url)) as fresh:
        assert tokens(fresh) == []


def test_who_led_before_cannot_commit(url: str, tmp_path: Path):
    first = open_database(url)
    first.lead("the first")
    with first.transaction():
        add(first, "before")
    if not isinstance(first, SqliteDatabase):
        with closing(open_database(url)) as other:
            with pytest.raises(UnavailableError, match=r"led by another process \(the first"):
                other.lead("the second")
            other._connection.execute(
                "SELECT pg_terminate_backend(%s)", (first._connection.info.backend_pid,)
            )
    second = open_database(url)
    second.lead("the second")
    with pytest.raises(UnavailableError):
        write(first, partial(add, first, "late"))
    with pytest.raises(LeaseLostError, match="the second"):
        write(first, partial(add, first, "late"))
    with second.transaction():
        add(second, "after")
    assert tokens(second) == ["after", "before"]
    first.close()
    second.close()


@pytest.mark.parametrize(("version", "why"), [(99, "this program knows"), (1, "the oldest")])
def test_a_store_of_another_version_is_not_opened(url: str, version: int, why: str):
    db = open_database(url)
    if isinstance(db, SqliteDatabase):
        db._connection.execute(f"PRAGMA user_version = {version}")
    else:
        db._connection.execute(f"UPDATE schema_version SET version = {version}")
    db.close()
    with pytest.raises(UnavailableError, match=f"has schema {version}.*{why}"):
        open_database(url)


def test_a_damaged_store_is_noticed(tmp_path: Path):
    path = tmp_path / "store.sqlite"
    db = open_database(str(path))
    for number in range(200):
        add(db, f"token-{number}", 100)
    db.close()
    data = bytearray(path.read_bytes())
    data[-2048:] = b"\xff" * 2048
    path.write_bytes(data)
    db = open_database(str(path))
    with pytest.raises((UnavailableError, sqlite3.DatabaseError)):
        db.check()
    db.close()
