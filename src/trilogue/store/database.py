"""The port to a store: transactions, and statements called by their names.

    sqlite.py      one file, embedded: the default
    postgres.py    a schema of a PostgreSQL database

Both run the same named statements and promise the same: every commit is on disk before it returns,
so that what a node has said or acknowledged survives a kill at any point; and a store that cannot
be reached or written raises `UnavailableError`, so that the node fails closed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from trilogue.errors import UnavailableError
from trilogue.store.named import Named

__all__ = ["Database", "LeaseHeldError", "LeaseLostError", "Row", "open_database"]

Row = dict[str, Any]
"""A row by column name."""

_POSTGRES = ("postgresql://", "postgres://")


class LeaseHeldError(UnavailableError):
    """Another process writes this store, and lives."""


class LeaseLostError(UnavailableError):
    """Another process writes this store now: this one never may again."""


class Database(ABC):
    """One participant's store. One connection serves one thread at a time.

    `db.q.statement_at(speaker=…, idx=…)` runs a named statement: rows, one row, a value, or how
    many rows it changed, as the statement's mark in `sql/` says.
    """

    location: str
    """Where the store is, for people: no password stands in it."""
    q: Named
    damage = ""
    """What shows that the store is damaged, or empty. Nothing is written from then on."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Run a block that only reads. Raises `UnavailableError` when the store fails."""
        yield

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Run a block in one transaction: all of it is on disk afterwards, or none of it.

        Raises `UnavailableError` when the store does not take it, and `LeaseLostError` when this
        store was led (`lead`) and is led by another now.
        """

    @abstractmethod
    def savepoint(self) -> AbstractContextManager[None]:
        """Run a block inside a transaction that can fail alone.

        Raises `UnavailableError` when the store itself fails: then the whole transaction is given
        up, and nothing more must be written as if it still ran.
        """

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """Run a block that reads: all of it sees the store as it is at one moment."""

    @abstractmethod
    def forbid_writing(self) -> None:
        """Refuse every write from now on: another process writes this store."""

    @property
    @abstractmethod
    def changes(self) -> int:
        """Rows that were inserted, changed or deleted since the store was opened."""

    @abstractmethod
    def lead(self, holder: str) -> None:
        """Become the one who writes this store, until it is closed. `holder` is told to people.

        Whoever led before cannot commit from now on. Raises `LeaseHeldError` while another leads
        and is alive, where the store can tell.
        """

    @property
    @abstractmethod
    def shared(self) -> bool:
        """Whether processes of other hosts may have the store open, too."""

    @abstractmethod
    def backup(self, path: str) -> None:
        """Write a consistent copy of the store to a new SQLite file, while it is in use."""

    @abstractmethod
    def restore(self, path: str) -> None:
        """Take everything from a copy that `backup` wrote, of this or of the other kind of store.

        An older copy is brought forward to the present schema, in its file. Raises `InputError`
        when this store is not empty, and then changes nothing.
        """

    @abstractmethod
    def check(self) -> None:
        """Have the database check itself; raise `UnavailableError` on damage."""

    @abstractmethod
    def discard(self) -> None:
        """Remove the store for good, with everything in it, and close it."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""


def open_database(location: str) -> Database:
    """Open a store, made or brought forward to the present schema if need be.

    `location` is a file's path, ":memory:", or a PostgreSQL URL. Raises `UnavailableError`.

    >>> db = open_database(":memory:")
    >>> db.q.last_position()
    0
    """
    if location.startswith(_POSTGRES):
        try:
            from trilogue.store.postgres import PostgresDatabase
        except ImportError as error:
            raise UnavailableError(
                f"no PostgreSQL driver is installed: {error}",
                hint="install trilogue[postgresql]",
            ) from error
        return PostgresDatabase(location)
    from trilogue.store.sqlite import SqliteDatabase

    return SqliteDatabase(location)
