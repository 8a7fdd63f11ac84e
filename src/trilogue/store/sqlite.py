"""The store in one SQLite file: WAL, every commit synced before it returns (`synchronous=FULL`)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trilogue.errors import InputError, UnavailableError
from trilogue.store.database import Database, LeaseLostError, Row
from trilogue.store.named import Named
from trilogue.store.statements import SCHEMA_VERSION, check_version, schema, statements, steps

__all__ = ["SqliteDatabase"]

_STATEMENTS = statements()


class SqliteDatabase(Database):
    """A store in one file. `path` is the file, or ":memory:".

    Two who write one file wait for each other; who leads it (`lead`) is told when it was led anew.
    """

    def __init__(self, path: str) -> None:
        self.path = self.location = path
        self._generation = 0
        try:
            if path != ":memory:":
                # SQLite would make it as the umask has it; its log and index take its mode over.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._open()
        except OSError as error:
            raise UnavailableError(f"the store cannot be opened: {error}") from error
        except UnavailableError:
            self._connection.close()
            raise
        except sqlite3.OperationalError as error:
            raise UnavailableError(f"the store cannot be opened: {error}") from error
        except sqlite3.DatabaseError as error:
            raise UnavailableError(
                f"the store is damaged: {error}", hint="restore it from a backup"
            ) from error

    def _open(self) -> None:
        self._connection.row_factory = _row
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "busy_timeout=5000",
            # The file system keeps the pages, too: more of them here cost memory and win no time.
            "cache_size=-8192",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        execute, executemany = self._connection.execute, self._connection.executemany
        self.q = Named(
            _STATEMENTS,
            run=execute,
            read=execute,
            change=lambda sql, given: execute(sql, given).rowcount,
            change_many=lambda sql, rows: executemany(sql, rows).rowcount,
        )
        self._prepare()

    def _prepare(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()["user_version"]
        if version == 0:
            self._step(SCHEMA_VERSION, schema())
            return
        check_version(version)
        for number, script in steps(version):
            self._step(number, script)

    def _step(self, version: int, script: str) -> None:
        try:
            self._connection.executescript(
                f"BEGIN IMMEDIATE;{script}\n;PRAGMA user_version = {version};COMMIT;"
            )
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a block in one transaction."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise self._failure("written", error) from error
        try:
            if self._generation:
                self._check_lease()
            yield
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise self._failure("written", error) from error
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Run a block inside a transaction that can fail alone.

        When the disk fails, SQLite may have given up the whole transaction.
        """
        self._connection.execute("SAVEPOINT act")
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._failure("written", error) from error
        except BaseException as error:
            if _shows_damage(error):
                raise self._failure("written", error) from error
            if not self._connection.in_transaction:
                # Named by its class alone: its words are whatever an act met.
                what = error if isinstance(error, sqlite3.Error) else type(error).__name__
                raise UnavailableError(f"the store cannot be written: {what}") from error
            self._connection.execute("ROLLBACK TO act")
            self._connection.execute("RELEASE act")
            raise
        self._connection.execute("RELEASE act")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Run a block that only reads."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) or _shows_damage(error):
                raise self._failure("read", error) from error
            raise

    @property
    def changes(self) -> int:
        """Rows that were inserted, changed or deleted since the store was opened."""
        return self._connection.total_changes

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Run a block that reads one moment of the store."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._roll_back()

    def forbid_writing(self) -> None:
        """Refuse every write from now on."""
        self._connection.execute("PRAGMA query_only=ON")

    @property
    def shared(self) -> bool:
        """A file is its host's own."""
        return False

    def lead(self, holder: str) -> None:
        """Become the one who writes this file. The lock of the node's directory goes before it."""
        with self.transaction():
            self._generation = self.q.lead(holder=holder)

    def _check_lease(self) -> None:
        lease = self.q.lease()
        if lease["generation"] != self._generation:
            raise LeaseLostError(
                f"{lease['holder']} writes this store now", hint="one process at a time may"
            )

    def backup(self, path: str) -> None:
        """Write a consistent copy of the store to `path`."""
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        target = sqlite3.connect(path)
        try:
            self._connection.backup(target)
        finally:
            target.close()

    def restore(self, path: str) -> None:
        """Take everything from a copy."""
        if self.q.last_position():
            raise InputError(f"the store {self.path} is not empty", hint="restore into a new one")
        source = SqliteDatabase(path)
        try:
            source._connection.backup(self._connection)
        finally:
            source.close()

    def check(self) -> None:
        """Have SQLite check its own pages; raise `UnavailableError` on damage."""
        result = self._connection.execute("PRAGMA quick_check").fetchone()["quick_check"]
        if result != "ok":
            raise UnavailableError(
                f"the store is damaged: {result}", hint="restore it from a backup"
            )

    def discard(self) -> None:
        """Close the file and remove it, with its write-ahead log."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            Path(self.path + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _failure(self, what: str, error: BaseException) -> UnavailableError:
        """Return what it means that the file could not be read or written; remember damage."""
        if not _shows_damage(error):
            return UnavailableError(f"the store cannot be {what}: {error}")
        self.damage = f"the store is damaged: {error}"
        return UnavailableError(
            self.damage, hint="`trilogue node rebuild` says where; restore it from a backup"
        )

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def _shows_damage(error: BaseException) -> bool:
    """Say whether SQLite met a page that is none, or a file that is no database.

    It has a class of errors for everything else that can go wrong.
    """
    return type(error) is sqlite3.DatabaseError


def _row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}
