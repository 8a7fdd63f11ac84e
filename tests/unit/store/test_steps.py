"""Stores that an earlier program wrote are brought forward, whichever database they are in.

`schema-2.sql` is the oldest schema that is brought forward, as its program wrote it.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest
from tests.support.stores import new_url

from trilogue.errors import UnavailableError
from trilogue.store.database import open_database
from trilogue.store.postgres import PostgresDatabase
from trilogue.store.sqlite import SqliteDatabase
from trilogue.store.statements import OLDEST, SCHEMA_VERSION, postgresql_schema, steps

OLD = (Path(__file__).parent / "schema-2.sql").read_text("utf-8")
ROW = "INSERT INTO token (hash, name, roles) VALUES ({}, 'lee', 'analyst')"
COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name, is_identity
FROM information_schema.columns WHERE table_schema = current_schema()
"""
INDEXES = "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()"


def old_file(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        row = ROW.format("x'01'")
        connection.executescript(f"{OLD};{row};PRAGMA user_version = 2;")
    return str(path)


def old_schema(url: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA old")
        connection.execute("SET search_path = old")
        connection.execute(postgresql_schema(OLD))
        connection.execute(ROW.format(r"'\x01'"))
        connection.execute("CREATE TABLE schema_version (version BIGINT NOT NULL)")
        connection.execute("INSERT INTO schema_version VALUES (2)")
    return f"{url}&schema=old"


def file_schema(db: SqliteDatabase) -> set[tuple[str, str, str]]:
    rows = db._connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql NOT NULL")
    return {(row["type"], row["name"], re.sub(r"--[^\n]*|\s", "", row["sql"])) for row in rows}


def server_schema(db: PostgresDatabase) -> set[tuple]:
    rows = [*db.run(COLUMNS), *db.run(INDEXES)]
    return {
        tuple(str(value).replace(f"{db.schema}.", "") for value in row.values()) for row in rows
    }


def test_there_is_a_step_to_each_schema():
    assert [number for number, _ in steps(OLDEST)] == list(range(OLDEST + 1, SCHEMA_VERSION + 1))
    found = [path.name for path in (files("trilogue.store") / "sql/steps").iterdir()]
    assert len(found) == SCHEMA_VERSION - OLDEST, f"two lead to one schema: {sorted(found)}"


def test_a_file_of_the_oldest_schema_becomes_what_a_new_one_is(tmp_path: Path):
    with (
        closing(SqliteDatabase(old_file(tmp_path / "old.sqlite"))) as old,
        closing(SqliteDatabase(":memory:")) as new,
    ):
        assert file_schema(old) == file_schema(new)
        assert [row["name"] for row in old.q.tokens()] == ["lee"]
        assert old._connection.execute("PRAGMA user_version").fetchone() == {
            "user_version": SCHEMA_VERSION
        }


def test_a_schema_of_the_oldest_schema_becomes_what_a_new_one_is(tmp_path: Path):
    url = new_url(tmp_path)
    with (
        closing(PostgresDatabase(old_schema(url))) as old,
        closing(PostgresDatabase(url)) as new,
    ):
        assert server_schema(old) == server_schema(new)
        assert [row["name"] for row in old.q.tokens()] == ["lee"]
        assert old.run("SELECT version FROM schema_version").fetchone() == {
            "version": SCHEMA_VERSION
        }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch, kind: str):
    url = new_url(tmp_path)
    location = old_schema(url) if kind == "postgresql" else old_file(tmp_path / "old.sqlite")
    module = "postgres" if kind == "postgresql" else "sqlite"
    with monkeypatch.context() as patch:
        patch.setattr(
            f"trilogue.store.{module}.steps",
            lambda _: [(4, "CREATE TABLE lease (x INTEGER); CREATE TABLE lease (x INTEGER);")],
        )
        with pytest.raises(UnavailableError):
            open_database(location)
    with closing(open_database(location)) as db:
        assert [row["name"] for row in db.q.tokens()] == ["lee"]


GRANT = b'{"body":{"extent":{"expires":"2016-09-09T01:00:00.000Z"}}}'
OLD_ROWS = {
    "statement": (1, "KR", 7, "grant", "2016-09-09T00:30:00.000Z", b"h", b"l", GRANT, None, None),
    "ciphertext": ("digest", b"sealed"),
    "mark": ("portion", "SECRET"),
    "holding": (0, "portion", "KR", 6, "KR", 7, "digest", "commitment", b"wrapped", "held"),
}


def fill(connection: sqlite3.Connection | psycopg.Connection, mark: str) -> None:
    own = (1, "own", "JP", 3, "", -1, "digest-2", "commitment", b"wrapped", "held")
    for table, values in (*OLD_ROWS.items(), ("holding", own)):
        connection.execute(
            f"INSERT INTO {table} VALUES ({', '.join([mark] * len(values))})", values
        )


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_held_keeps_its_content_its_mark_and_its_end(tmp_path: Path, kind: str):
    url = new_url(tmp_path)
    location = old_schema(url) if kind == "postgresql" else old_file(tmp_path / "old.sqlite")
    if kind == "postgresql":
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET search_path = old")
            fill(connection, "%s")
    else:
        with closing(sqlite3.connect(location, isolation_level=None)) as connection:
            fill(connection, "?")
    with closing(open_database(location)) as db:
        (held,) = db.q.lapsed(at="2016-09-09T01:00:00.000Z", most=10)
        assert (held["grant_speaker"], held["grant_idx"]) == ("KR", 7)
        assert not list(db.q.lapsed(at="2016-09-09T00:59:59.999Z", most=10))
        assert [(row["expires"], row["equivalent"]) for row in db.q.all_holdings()] == [
            ("2016-09-09T01:00:00.000Z", "SECRET"),
            (None, None),
        ]
        found = db.q.sealed_portion(speaker="KR", idx=6, portion="portion")
        assert (found["digest"], bytes(found["data"])) == ("digest", b"sealed")
