"""Copies of a store in PostgreSQL: out to one SQLite file, and in from one.

A backup is the same file whichever store it was made of, and can be restored into either: so a
node moves from the one to the other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

import psycopg
from psycopg import sql

from trilogue.store.database import Row
from trilogue.store.sqlite import SqliteDatabase

__all__ = ["copy_in", "copy_out"]

_AT_ONCE = 1000
_LEFT = "lease"
"""Who writes a store is no part of it."""


def copy_out(connection: psycopg.Connection[Row], path: str) -> None:
    """Write everything that the connection's schema holds at one moment into a new file."""
    SqliteDatabase(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as target, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        target.execute("BEGIN IMMEDIATE")
        for table, columns in _tables(target):
            query = sql.SQL("SELECT {} FROM {}").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
            )
            insert = (
                f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608 - names of the schema
                f" VALUES ({', '.join('?' * len(columns))})"
            )
            with connection.cursor(f"copy_{table}") as rows:
                rows.itersize = _AT_ONCE
                rows.execute(query)
                target.executemany(insert, (tuple(row.values()) for row in rows))
            if "id" in columns:
                _number_on(connection, target, table)
        target.execute("COMMIT")


def copy_in(connection: psycopg.Connection[Row], path: str) -> None:
    """Take everything from a file, inside a transaction, and number on from there."""
    SqliteDatabase(path).close()  # brings it forward
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source:
        for table, columns in _tables(source):
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            query = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
            selected = source.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608
            with connection.cursor() as cursor, cursor.copy(query) as copy:
                for row in selected:
                    copy.write_row(tuple(map(_clean, row)))
            if "id" in columns:
                last = _last(source, table)
                connection.execute(
                    "SELECT setval(pg_get_serial_sequence(%(table)s, 'id'), %(last)s, %(given)s)",
                    {"table": table, "last": max(last, 1), "given": last > 0},
                )


def _tables(copy: sqlite3.Connection) -> Iterator[tuple[str, list[str]]]:
    named = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    for (name,) in named.fetchall():
        if name != _LEFT and not name.startswith("sqlite_"):
            yield name, [row[1] for row in copy.execute(f"PRAGMA table_info({name})")]


def _number_on(connection: psycopg.Connection[Row], copy: sqlite3.Connection, table: str) -> None:
    """Write down the last number that a table gave: none is given twice."""
    sequence = connection.execute(
        "SELECT pg_get_serial_sequence(%(table)s, 'id') AS name", {"table": table}
    ).fetchone()
    assert sequence is not None
    query = sql.SQL("SELECT last_value, is_called FROM {}").format(
        sql.Identifier(*sequence["name"].split("."))
    )
    last = connection.execute(query).fetchone()
    if last is not None and last["is_called"]:
        copy.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        copy.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, last["last_value"]))


def _last(copy: sqlite3.Connection, table: str) -> int:
    """Return the last number that a table gave, also when its row is gone; 0 before any."""
    (last,) = copy.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()  # noqa: S608
    found = copy.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return max(cast(int, last), cast(int, found[0]) if found else 0)


def _clean(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
