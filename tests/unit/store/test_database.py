"""The store: all of a transaction or none of it, whatever fails and when."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from trilogue.errors import UnavailableError
from trilogue.store.database import Database, open_database


@pytest.fixture
def db(tmp_path: Path):
    made = open_database(str(tmp_path / "store.sqlite"))
    yield made
    made.close()


def tokens(db: Database) -> list[str]:
    return [row["name"] for row in db.q.tokens()]


def add(db: Database, name: str, size: int = 1) -> None:
    db.q.add_token(hash=name.encode(), name=name, roles="x" * size)


def fill(db: Database, pages: int = 4) -> None:
    """Let the disk be full a few pages from now."""
    (row,) = db._connection.execute("PRAGMA page_count")
    db._connection.execute(f"PRAGMA max_page_count = {row['page_count'] + pages}")


def write(db: Database, *parts: Callable[[], None]) -> None:
    """Run parts in one transaction, each in a savepoint of its own."""
    with db.transaction():
        for part in parts:
            with db.savepoint():
                part()


def fail() -> None:
    raise ZeroDivisionError


def test_a_block_that_ends_is_on_disk(db: Database):
    with db.transaction():
        add(db, "kept")
    other = open_database(db.path)
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
        with suppress(sqlite3.IntegrityError), db.savepoint():
            add(db, "twice")
            add(db, "twice")

    with db.transaction():
        add(db, "once")
        twice()
    assert tokens(db) == ["once"]


def test_a_full_disk_takes_the_whole_transaction_down(db: Database):
    """SQLite itself gives the transaction up: what runs on would be written without one."""
    add(db, "before")
    fill(db)
    parts = [partial(add, db, name, size) for name, size in (("a", 1), ("b", 10**6), ("c", 1))]
    with pytest.raises(UnavailableError, match="disk is full"):
        write(db, *parts)
    assert tokens(db) == ["before"]
    assert not db._connection.in_transaction


def test_an_act_that_hides_a_full_disk_does_not_go_unnoticed(db: Database):
    def hide() -> None:
        with suppress(sqlite3.Error):
            add(db, "large", 10**6)
        fail()

    fill(db)
    with pytest.raises(UnavailableError):
        write(db, partial(add, db, "a"), hide)
    assert tokens(db) == []


def test_a_store_that_cannot_be_locked_is_unavailable(db: Database):
    other = sqlite3.connect(db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    db._connection.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(UnavailableError, match="cannot be written: database is locked"):
        write(db, fail)
    other.close()


def test_every_commit_is_synced(db: Database):
    """2 is FULL: SQLite syncs the write-ahead log at each commit."""
    (row,) = db._connection.execute("PRAGMA synchronous")
    assert row == {"synchronous": 2}
    (row,) = db._connection.execute("PRAGMA journal_mode")
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


def test_a_store_of_another_version_is_not_opened(db: Database):
    db._connection.execute("PRAGMA user_version = 99")
    with pytest.raises(UnavailableError, match="has schema 99"):
        open_database(db.path)


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
