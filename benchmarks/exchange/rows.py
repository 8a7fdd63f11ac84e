"""The disk's share of the floor: what the stores are told to write, and what SQLite takes for it.

What three stores execute is recorded, and executed again by SQLite alone on copies of the stores
as they were. So rows count with their own sizes and indexes, and with the commits that they came
in. Reading is left out: a store is read in order to know what to do.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from trilogue.store.database import Database
from trilogue.store.sqlite import SqliteDatabase

__all__ = ["recording", "seconds", "start", "stop"]

_WRITES = ("INSERT", "UPDATE", "DELETE", "BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")

Said = tuple[str, Any, bool]
"""A statement, what it was given, and whether that were many rows."""


class Recording(sqlite3.Connection):
    """A connection that remembers what it was told to write, once `said` is a list."""

    said: list[Said] | None = None

    def execute(self, sql: str, given: Any = (), /) -> sqlite3.Cursor:
        """Execute, and remember."""
        if self.said is not None and sql.lstrip().upper().startswith(_WRITES):
            self.said.append((sql, given, False))
        return super().execute(sql, given)

    def executemany(self, sql: str, rows: Any, /) -> sqlite3.Cursor:
        """Execute, and remember."""
        if self.said is not None:
            rows = list(rows)
            self.said.append((sql, rows, True))
        return super().executemany(sql, rows)


@contextmanager
def recording() -> Iterator[None]:
    """Have stores that are opened in a block use connections that can remember."""
    with patch("sqlite3.connect", partial(sqlite3.connect, factory=Recording)):
        yield


def start(db: Database) -> None:
    """Remember from now on what a store that was opened so is told to write."""
    _connection(db).said = []


def stop(db: Database) -> list[Said]:
    """Return what it was told since, and forget."""
    connection = _connection(db)
    said, connection.said = connection.said, None
    assert said is not None
    return said


def _connection(db: Database) -> Recording:
    assert isinstance(db, SqliteDatabase)
    connection = db._connection  # noqa: SLF001 - no other way to what is said to SQLite
    assert isinstance(connection, Recording)
    return connection


def seconds(path: str, said: Sequence[Said]) -> float:
    """Return the CPU time in which SQLite executes what was said, in a store that nobody reads."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA secure_delete=ON; PRAGMA cache_size=-65536;"
        )
        begun = time.thread_time()
        for sql, given, many in said:
            if many:
                connection.executemany(sql, given)
            else:
                connection.execute(sql, given).fetchall()
        return time.thread_time() - begun
    finally:
        connection.close()
