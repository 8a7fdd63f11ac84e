"""The database: open it, run transactions, call statements by their names.

Every commit is synced to disk before it returns (`synchronous=FULL`): what a node has said or
acknowledged survives a kill at any point. One connection serves one thread at a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import aiosql
from aiosql.types import SQLOperationType

from trilogue.errors import UnavailableError

__all__ = ["Database", "Row"]

Row = dict[str, Any]
"""A row by column name."""

_SQL = files("trilogue.store") / "sql"
_QUERIES = aiosql.from_str(
    "\n".join(
        (_SQL / f"{name}.sql").read_text("utf-8")
        for name in ("log", "heard", "content", "work", "projection")
    ),
    "sqlite3",
    mandatory_parameters=False,
)

SCHEMA_VERSION = 3


class Database:
    """One participant's store. `path` is a file, or ":memory:".

    >>> db = Database(":memory:")
    >>> db.q.last_position()
    0
    """

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self._open(path)
        except sqlite3.OperationalError as error:
            raise UnavailableError(f"the store cannot be opened: {error}") from error
        except sqlite3.DatabaseError as error:
            raise UnavailableError(
                f"the store is damaged: {error}", hint="restore it from a backup"
            ) from error

    def _open(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = _row
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "busy_timeout=5000",
            "cache_size=-65536",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        self.q = _Bound(self._connection)
        self._prepare()

    def _prepare(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()["user_version"]
        if version == 0:
            self._connection.executescript(
                "BEGIN IMMEDIATE;"
                + (_SQL / "schema.sql").read_text("utf-8")
                + f"PRAGMA user_version = {SCHEMA_VERSION};COMMIT;"
            )
        elif version != SCHEMA_VERSION:
            raise UnavailableError(
                f"the store has schema {version}; this program knows {SCHEMA_VERSION}",
                hint="use the program version that wrote it",
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a block in one transaction: all of it is on disk afterwards, or none of it.

        Raises `UnavailableError` when the disk does not take it.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise UnavailableError(f"the store cannot be written: {error}") from error
        try:
            yield
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise UnavailableError(f"the store cannot be written: {error}") from error
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Run a block inside a transaction that can fail alone.

        Raises `UnavailableError` when the disk fails: SQLite may then have given up the whole
        transaction, and nothing more must be written as if it still ran.
        """
        self._connection.execute("SAVEPOINT act")
        try:
            yield
        except sqlite3.OperationalError as error:
            raise UnavailableError(f"the store cannot be written: {error}") from error
        except BaseException as error:
            if not self._connection.in_transaction:
                raise UnavailableError(f"the store cannot be written: {error}") from error
            self._connection.execute("ROLLBACK TO act")
            self._connection.execute("RELEASE act")
            raise
        self._connection.execute("RELEASE act")

    @property
    def changes(self) -> int:
        """Rows that were inserted, changed or deleted since the store was opened."""
        return self._connection.total_changes

    def backup(self, path: str) -> None:
        """Write a consistent copy of the store to `path`, while it is in use."""
        target = sqlite3.connect(path)
        try:
            self._connection.backup(target)
        finally:
            target.close()

    def check(self) -> None:
        """Have SQLite check its own pages; raise `UnavailableError` on damage."""
        result = self._connection.execute("PRAGMA quick_check").fetchone()["quick_check"]
        if result != "ok":
            raise UnavailableError(
                f"the store is damaged: {result}", hint="restore it from a backup"
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def _row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


class _Bound:
    """The named statements, bound to a connection: `db.q.statement_at(speaker=…, idx=…)`.

    aiosql reads them and knows what each gives; they are called without it in between, since a
    report takes thirty of them.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        statement = getattr(_QUERIES, name)
        bound = _CALLS[statement.operation](self._connection, statement.sql)
        setattr(self, name, bound)
        return bound


def _changing(connection: sqlite3.Connection, sql: str) -> Any:
    return lambda **given: connection.execute(sql, given).rowcount


def _adding(connection: sqlite3.Connection, sql: str) -> Any:
    """The number of the row that was added."""
    return lambda **given: connection.execute(sql, given).lastrowid


def _changing_many(connection: sqlite3.Connection, sql: str) -> Any:
    return lambda rows: connection.executemany(sql, rows).rowcount


def _rows(connection: sqlite3.Connection, sql: str) -> Any:
    return lambda **given: connection.execute(sql, given)


def _one_row(connection: sqlite3.Connection, sql: str) -> Any:
    return lambda **given: connection.execute(sql, given).fetchone()


def _value(connection: sqlite3.Connection, sql: str) -> Any:
    def call(**given: Any) -> Any:
        row = connection.execute(sql, given).fetchone()
        return None if row is None else next(iter(row.values()))

    return call


_CALLS = {
    SQLOperationType.INSERT_RETURNING: _adding,
    SQLOperationType.INSERT_UPDATE_DELETE: _changing,
    SQLOperationType.INSERT_UPDATE_DELETE_MANY: _changing_many,
    SQLOperationType.SELECT: _rows,
    SQLOperationType.SELECT_ONE: _one_row,
    SQLOperationType.SELECT_VALUE: _value,
}
