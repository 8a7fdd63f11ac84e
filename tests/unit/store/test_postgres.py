"""PostgreSQL: what the server must be, what it does not take, and connections that break."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest
from tests.support.stores import new_url

from trilogue.errors import InputError, UnavailableError
from trilogue.store import lease
from trilogue.store.database import LeaseLostError
from trilogue.store.postgres import PostgresDatabase
from trilogue.store.statements import postgresql_statements


@pytest.fixture
def url(tmp_path: Path) -> str:
    return new_url(tmp_path)


@pytest.fixture
def db(url: str) -> Iterator[PostgresDatabase]:
    made = PostgresDatabase(url)
    yield made
    made.close()


@pytest.fixture
def server(url: str) -> Iterator[psycopg.Connection]:
    """A connection of an operator's, beside the store's."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def add(db: PostgresDatabase, name: str) -> None:
    db.q.add_token(hash=name.encode(), name=name, roles="x")


def tokens(db: PostgresDatabase) -> list[str]:
    return [row["name"] for row in db.q.tokens()]


def end_sessions(server: psycopg.Connection) -> None:
    """End every session but one's own, as a server does that restarts."""
    server.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def test_the_server_accepts_every_statement(db: PostgresDatabase):
    for name, statement in postgresql_statements().items():
        given = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", statement.sql)))
        numbered = re.sub(
            r"%\((\w+)\)s", lambda m, given=given: f"${given.index(m[1]) + 1}", statement.sql
        )
        db.run(f"PREPARE {name} AS {numbered.strip().rstrip(';')}")


# What the server must be.


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_survive_a_crash_is_refused(
    url: str, server: psycopg.Connection, setting: str
):
    server.execute(f"ALTER SYSTEM SET {setting} = off")
    try:
        server.execute("SELECT pg_reload_conf()")
        while server.execute(f"SHOW {setting}").fetchone() != ("off",):
            time.sleep(0.01)
        with pytest.raises(UnavailableError, match=f"{setting} = off.*survive a crash"):
            PostgresDatabase(url)
    finally:
        server.execute(f"ALTER SYSTEM RESET {setting}")
        server.execute("SELECT pg_reload_conf()")
    while server.execute(f"SHOW {setting}").fetchone() != ("on",):
        time.sleep(0.01)
    PostgresDatabase(url).close()


@pytest.mark.parametrize(("given", "kept"), [("off", "on"), ("remote_apply", "remote_apply")])
def test_commits_wait_for_the_disk_whatever_is_usual_in_the_database(
    url: str, server: psycopg.Connection, given: str, kept: str
):
    (name,) = server.execute("SELECT current_database()").fetchone()
    server.execute(f"ALTER DATABASE {name} SET synchronous_commit = {given}")
    with closing(PostgresDatabase(url)) as db:
        assert db.run("SHOW synchronous_commit").fetchone() == {"synchronous_commit": kept}


def test_a_server_that_is_not_there_makes_the_store_unavailable(tmp_path: Path):
    with pytest.raises(UnavailableError, match="the store cannot be opened"):
        PostgresDatabase(f"postgresql://kr:secret@/x?host={tmp_path}")


def test_no_password_is_shown(url: str):
    with closing(PostgresDatabase(url.replace("postgres:@", "postgres:secret@"))) as db:
        assert "secret" not in db.location
    with pytest.raises(UnavailableError) as told:
        PostgresDatabase("postgresql://kr:secret@127.0.0.1:1/x")
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("name", ["KR", "a-b", "pg_kr", "", 'x"', "x" * 64])
def test_a_schema_has_a_plain_name(url: str, name: str):
    with pytest.raises(InputError, match="is no plain name"):
        PostgresDatabase(f"{url}&schema={name}")


def test_schemas_of_one_database_do_not_see_each_other(url: str):
    with (
        closing(PostgresDatabase(f"{url}&schema=kr")) as korea,
        closing(PostgresDatabase(f"{url}&schema=us")) as states,
    ):
        add(korea, "lee")
        assert (tokens(korea), tokens(states)) == (["lee"], [])
        korea.lead("KR")
        states.lead("US")  # each has its own lease


def test_text_is_sorted_by_its_bytes_as_in_a_file(db: PostgresDatabase):
    for name in ("b", "A", "a", "B", "한", "é"):
        add(db, name)
    assert tokens(db) == ["A", "B", "a", "b", "é", "한"]


def test_a_nul_in_what_somebody_wrote_is_kept_as_a_sign_for_it(db: PostgresDatabase):
    with db.transaction():
        db.q.add_token(hash=b"x", name="a\0b", roles="x")
    assert tokens(db) == ["a\ufffdb"]


# What it does not take.


def full_disk(db: PostgresDatabase, when: str) -> None:
    """Let the server say of some tokens, as of a full disk, that it cannot keep them."""
    db.run(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$"
    )
    db.run(
        f"CREATE TRIGGER disk BEFORE INSERT ON token FOR EACH ROW WHEN ({when})"
        " EXECUTE FUNCTION full_disk()"
    )


def test_a_full_disk_takes_the_whole_transaction_down(db: PostgresDatabase):
    full_disk(db, "new.name = 'large'")
    with pytest.raises(UnavailableError, match="no space left"), db.transaction():
        with db.savepoint():
            add(db, "a")
        with db.savepoint():
            add(db, "large")
    assert tokens(db) == []
    with db.transaction():
        add(db, "a")
    assert tokens(db) == ["a"]


def test_an_act_that_hides_a_full_disk_does_not_go_unnoticed(db: PostgresDatabase):
    full_disk(db, "new.name = 'large'")
    with pytest.raises(UnavailableError), db.transaction():
        with db.savepoint():
            add(db, "a")
        with db.savepoint(), suppress(UnavailableError):
            add(db, "large")
    assert tokens(db) == []


def test_a_failure_that_nobody_names_is_not_committed_over(db: PostgresDatabase):
    """COMMIT after a failed statement rolls back, and does not call that an error."""
    with pytest.raises(UnavailableError, match="something in it had failed"), db.transaction():
        add(db, "a")
        with suppress(psycopg.errors.UniqueViolation):
            add(db, "a")
    assert tokens(db) == []


def test_a_row_that_another_has_locked_makes_the_store_unavailable(
    db: PostgresDatabase, server: psycopg.Connection
):
    add(db, "a")
    db.run("SET lock_timeout = '20ms'")
    with server.transaction():
        server.execute("UPDATE trilogue.token SET revoked = 1")
        with pytest.raises(UnavailableError, match="lock timeout"), db.transaction():
            db.q.revoke_token(name="a")


# Connections that break.


def test_it_connects_anew_after_the_server_went_away(
    db: PostgresDatabase, server: psycopg.Connection
):
    add(db, "before")
    end_sessions(server)
    assert tokens(db) == ["before"]
    with db.transaction():
        add(db, "after")
    assert tokens(db) == ["after", "before"]


def test_what_writes_alone_is_not_given_twice(db: PostgresDatabase, server: psycopg.Connection):
    """Nobody here can tell whether it happened before the connection broke."""
    assert tokens(db) == []
    end_sessions(server)
    with pytest.raises(UnavailableError, match="connection broke"):
        add(db, "perhaps")
    add(db, "after")
    assert tokens(db) == ["after"]


def test_a_transaction_whose_connection_broke_did_not_happen(
    db: PostgresDatabase, server: psycopg.Connection
):
    with pytest.raises(UnavailableError), db.transaction():
        add(db, "lost")
        end_sessions(server)
        with suppress(UnavailableError):
            add(db, "noticed")
        add(db, "not written without a transaction")
    assert tokens(db) == []


def test_who_leads_goes_on_after_its_session_was_ended(
    db: PostgresDatabase, server: psycopg.Connection
):
    db.lead("the first")
    end_sessions(server)
    with db.transaction():  # nothing had begun, so nothing was lost
        add(db, "again")
    end_sessions(server)
    with db.snapshot():
        assert tokens(db) == ["again"]


# Who leads.


def test_who_closes_gives_the_lead_back_before_its_session_has_ended(
    db: PostgresDatabase, url: str, monkeypatch: pytest.MonkeyPatch
):
    """The server takes a moment to notice that a session ended: here it never does."""
    db.lead("the first")
    session = db._connection
    monkeypatch.setattr(session, "close", lambda: None)
    db.close()
    with closing(PostgresDatabase(url)) as second:
        second.lead("the second")
    monkeypatch.undo()
    session.close()


def test_who_shows_no_sign_of_life_is_replaced_and_never_writes_again(
    db: PostgresDatabase, url: str, monkeypatch: pytest.MonkeyPatch
):
    """As of a process that was stopped: its sessions stand, and nothing is heard of them."""
    db.lead("the first")
    with closing(PostgresDatabase(url)) as second:
        db._lease._beat.end()
        with pytest.raises(UnavailableError, match="led by another"):
            second.lead("the second")
        monkeypatch.setattr(lease, "LEASE_SECONDS", 0.0)
        with pytest.raises(UnavailableError), db.transaction():
            add(db, "begun before")
            second.lead("the second")
        for _ in range(2):
            with pytest.raises(LeaseLostError, match="the second"), db.transaction():
                add(db, "late")
        with second.transaction():
            add(second, "after")
        assert tokens(second) == ["after"]


def test_the_generation_is_checked_in_the_transaction_itself(
    db: PostgresDatabase, server: psycopg.Connection
):
    """Even if the lock were lost unnoticed, nobody can begin to lead within a transaction."""
    db.lead("the first")
    with db.transaction():
        server.execute("SET lock_timeout = '20ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            server.execute("UPDATE trilogue.lease SET generation = generation + 1")
    server.execute("UPDATE trilogue.lease SET generation = generation + 1, holder = 'a thief'")
    with pytest.raises(LeaseLostError, match="a thief"), db.transaction():
        add(db, "late")
    assert tokens(db) == []
