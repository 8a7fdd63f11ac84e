"""The store in PostgreSQL: one schema of one database for each participant.

    postgresql://kr@db.example/trilogue                the schema is `trilogue`
    postgresql://kr@db.example/trilogue?schema=kr      the schema is `kr`

Everything else in the URL is libpq's. Each commit is on the server's disk before it returns: a
server that runs without `fsync` is refused, and `synchronous_commit` is turned on where it is off.

A connection that broke is made anew at the next statement, and what only reads is asked once more:
nobody is told that the store is gone when it is back. One that breaks inside a transaction takes it
down; when it breaks at the very commit, nobody here can tell whether that happened, and
whoever asked is told that the store is unavailable.

PostgreSQL's text holds no NUL. None of the texts that name something has one; in what people and
peers write for people it is kept as U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import LiteralString
from urllib.parse import parse_qsl, quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from trilogue.errors import InputError, UnavailableError
from trilogue.store.copying import copy_in, copy_out
from trilogue.store.database import Database, Row
from trilogue.store.lease import Lease, unavailable
from trilogue.store.named import Named
from trilogue.store.statements import (
    SCHEMA_VERSION,
    check_version,
    postgresql_schema,
    postgresql_statements,
    schema,
    steps,
)

__all__ = ["PostgresDatabase"]

SCHEMA = "trilogue"
"""The schema of a URL that names none."""
LOCK_SECONDS = 5
"""How long a statement waits for what another transaction has locked."""

_LIBPQ = {
    "application_name": "trilogue",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "tcp_user_timeout": "20000",
}
"""Unless the URL says otherwise: a server that went away is noticed."""

_CRASH = "what it acknowledges must survive a crash"
_NEEDED = {
    "fsync": ("on", f"set fsync = on: {_CRASH}"),
    "full_page_writes": ("on", f"set full_page_writes = on: {_CRASH}"),
    "server_encoding": ("UTF8", "make the database with ENCODING 'UTF8'"),
}
"""What the server must be set to, and the way out when it is not."""

_READ_ONLY = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"

_STATEMENTS = postgresql_statements()

_LOOK = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

Connection = psycopg.Connection[Row]


class PostgresDatabase(Database):
    """A store in a schema of a database, which is made if need be."""

    def __init__(self, url: str) -> None:
        self._conninfo, self.schema, self._libpq = _split(url)
        self.location = _without_password(url)
        self._changes = 0
        self._within = False
        self._reads_only = False
        self._lease: Lease | None = None
        self._connection = self._connect()
        self.q = Named(
            _STATEMENTS,
            run=self.run,
            read=self.read,
            change=self.change,
            change_many=self.change_many,
        )
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    # Transactions.

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a block in one transaction."""
        try:
            self._begin("BEGIN")
            if self._lease is not None:
                self._lease.check(self.q.lease())
            yield
            # Where something failed and nobody said so, COMMIT rolls back, politely.
            if self._connection.execute("COMMIT", prepare=True).statusmessage != "COMMIT":
                raise UnavailableError("the store cannot be written: something in it had failed")
        except psycopg.Error as error:
            raise unavailable("written", error) from error
        finally:
            self._within = False
            self._roll_back()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Run a block inside a transaction that can fail alone."""
        self.run("SAVEPOINT act")
        try:
            yield
        except UnavailableError:
            raise
        except BaseException:
            self.run("ROLLBACK TO act")
            self.run("RELEASE act")
            raise
        try:
            self.run("RELEASE act")
        except psycopg.Error as error:
            raise unavailable("written", error) from error

    @property
    def changes(self) -> int:
        """Rows that were inserted, changed or deleted since the store was opened."""
        return self._changes

    def lead(self, holder: str) -> None:
        """Become the one who writes this schema."""
        lease = Lease(self._open, self.schema)
        lease.take(self._connection)
        with self.transaction():
            generation = self.q.lead(holder=holder)
        lease.begin(generation)
        self._lease = lease

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Run a block that reads one moment of the store."""
        try:
            self._begin(_LOOK)
            yield
        except psycopg.OperationalError as error:
            raise unavailable("reached", error) from error
        finally:
            self._within = False
            self._roll_back()

    @property
    def shared(self) -> bool:
        """A database is there for every host that reaches it."""
        return True

    def forbid_writing(self) -> None:
        """Refuse every write from now on, over this connection and those after it."""
        self._reads_only = True
        self._connection.execute(_READ_ONLY)

    # Copies.

    def backup(self, path: str) -> None:
        """Write a consistent copy of the store, as of now, over a connection of its own."""
        with self._connect() as connection:
            copy_out(connection, path)

    def restore(self, path: str) -> None:
        """Take everything from a copy."""
        with self.transaction():
            if self.q.last_position():
                raise InputError(
                    f"the store {self.location} is not empty", hint="restore into a new schema"
                )
            copy_in(self._connection, path)

    def check(self) -> None:
        """Read every row: the server checks its pages as it reads them, if it has checksums."""
        tables = self.run(
            "SELECT tablename FROM pg_tables WHERE schemaname = %(schema)s",
            {"schema": self.schema},
        ).fetchall()
        for row in tables:
            count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(row["tablename"]))
            try:
                self.run(count)
            except psycopg.Error as error:
                raise UnavailableError(
                    f"the store is damaged: {error}", hint="restore it from a backup"
                ) from error

    def discard(self) -> None:
        """Drop the schema with everything in it, and close the connection."""
        self.run(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(self.schema)))
        self.close()

    def close(self) -> None:
        """Close the connections, and with them the lease."""
        if self._lease is not None:
            self._lease.end(self._connection)
        self._connection.close()

    # Statements.

    def run(self, statement: str | sql.Composed, given: Row | None = None) -> psycopg.Cursor[Row]:
        """Run a statement. Raises `UnavailableError` when the server is not there."""
        self._usable()
        try:
            return self._connection.execute(statement, given, prepare=True, binary=True)
        except psycopg.OperationalError as error:
            if self._within or not self._connection.closed:
                raise unavailable("reached", error) from error
        except psycopg.DataError:
            cleaned = _without_nul(given or {})
            if cleaned == given:
                raise
            return self.run(statement, cleaned)
        raise UnavailableError(
            "the store cannot be reached: the connection broke", hint="try again in a second"
        )

    def read(self, statement: str, given: Row | None = None) -> psycopg.Cursor[Row]:
        """Run a statement that only reads, once more if the connection had broken unnoticed."""
        unnoticed = not self._within and not self._connection.closed
        try:
            return self.run(statement, given)
        except UnavailableError:
            if not unnoticed or not self._connection.closed:
                raise
        return self.run(statement, given)

    def change(self, statement: str, given: Row) -> int:
        """Run a statement that writes; return how many rows it changed."""
        count = self.run(statement, given).rowcount
        self._changes += count
        return count

    def change_many(self, statement: str, rows: Sequence[Row]) -> int:
        """Run a statement that writes for every row; return how many rows were changed."""
        self._usable()
        try:
            with self._connection.cursor() as cursor:
                cursor.executemany(statement, rows)
        except psycopg.OperationalError as error:
            raise unavailable("written", error) from error
        self._changes += max(cursor.rowcount, 0)
        return cursor.rowcount

    # The connection.

    def _begin(self, statement: LiteralString) -> None:
        """Begin a transaction, over a new connection when the old one had broken unnoticed."""
        self._usable()
        try:
            self._connection.execute(statement, prepare=True)
        except psycopg.OperationalError:
            if not self._connection.closed:
                raise
            self._usable()  # nothing had begun
            self._connection.execute(statement, prepare=True)
        self._within = True

    def _usable(self) -> None:
        """Connect anew when the connection broke. Raises `UnavailableError` in a transaction."""
        if not self._connection.closed:
            return
        if self._within:
            raise UnavailableError("the store cannot be reached: the connection broke")
        connection = self._connect()
        if self._lease is not None:
            try:
                self._lease.take_again(connection)
            except BaseException:
                connection.close()
                raise
        self._connection = connection

    def _connect(self) -> Connection:
        """Open a connection that is fit to hold a store."""
        try:
            connection = self._open()
        except psycopg.Error as error:
            raise unavailable("opened", error) from error
        try:
            self._fit(connection)
        except psycopg.Error as error:
            connection.close()
            raise unavailable("opened", error) from error
        except BaseException:
            connection.close()
            raise
        return connection

    def _fit(self, connection: Connection) -> None:
        """See that what is committed here survives a crash, and that text is what it was."""
        for name, (needed, hint) in _NEEDED.items():
            row = connection.execute(
                "SELECT current_setting(%(name)s) AS value", {"name": name}
            ).fetchone()
            if row is None or row["value"] != needed:
                raise UnavailableError(
                    f"the PostgreSQL server has {name} = {row and row['value']}, and a store"
                    f" needs {needed}",
                    hint=hint,
                )
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false)"
            " WHERE current_setting('synchronous_commit') = 'off'"
        )
        connection.execute(
            "SELECT set_config('search_path', quote_ident(%(schema)s), false),"
            " set_config('lock_timeout', %(wait)s, false)",
            {"schema": self.schema, "wait": f"{LOCK_SECONDS}s"},
        )
        if self._reads_only:
            connection.execute(_READ_ONLY)
        connection.prepare_threshold = 0
        connection.prepared_max = 1000

    def _open(self, **libpq: str) -> Connection:
        """Open a connection as the URL says. Raises `psycopg.OperationalError`."""
        conninfo = make_conninfo(self._conninfo, **{**self._libpq, **libpq})
        return psycopg.connect(conninfo, autocommit=True, row_factory=dict_row)

    def _roll_back(self) -> None:
        if self._connection.info.transaction_status not in (
            TransactionStatus.IDLE,
            TransactionStatus.UNKNOWN,
        ):
            try:
                self._connection.rollback()
            except psycopg.Error:
                self._connection.close()

    def _prepare(self) -> None:
        """Make the schema, or bring it forward. Of several who open it at once, one does."""
        if self._version() == SCHEMA_VERSION:
            return
        with self.transaction():
            self.run("SELECT pg_advisory_xact_lock(hashtext('trilogue'), hashtext('schema'))")
            version = self._version()
            if version == 0:
                made = sql.SQL("CREATE SCHEMA IF NOT EXISTS {}")
                self.run(made.format(sql.Identifier(self.schema)))
                self.run("CREATE TABLE schema_version (version BIGINT NOT NULL)")
                self.run("INSERT INTO schema_version VALUES (0)")
                scripts = [schema()]
            else:
                check_version(version)
                scripts = [step for _, step in steps(version)]
            for script in scripts:
                self._connection.execute(postgresql_schema(script), prepare=False)
            self.run("UPDATE schema_version SET version = %(version)s", {"version": SCHEMA_VERSION})

    def _version(self) -> int:
        """Return the schema that the store has, 0 before it has any."""
        there = self.run(
            "SELECT 1 FROM pg_tables WHERE schemaname = %(schema)s"
            " AND tablename = 'schema_version'",
            {"schema": self.schema},
        ).fetchone()
        if there is None:
            return 0
        row = self.run("SELECT version FROM schema_version").fetchone()
        assert row is not None
        return int(row["version"])


def _split(url: str) -> tuple[str, str, dict[str, str]]:
    """Return what libpq connects to, the schema, and what the URL leaves to be set.

    >>> _split("postgresql://db/x?schema=kr&sslmode=require&connect_timeout=2")[:2]
    ('postgresql://db/x?sslmode=require&connect_timeout=2', 'kr')
    """
    base, _, query = url.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    name = dict(pairs).get("schema", SCHEMA)
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name) or name.startswith("pg_"):
        raise InputError(
            f"the store's schema {name!r} is no plain name",
            hint="write ?schema= and small letters, digits and '_'",
        )
    kept = [(key, value) for key, value in pairs if key != "schema"]
    given = dict(kept)
    libpq = {key: value for key, value in _LIBPQ.items() if key not in given}
    return base + (f"?{urlencode(kept, quote_via=quote)}" if kept else ""), name, libpq


def _without_password(url: str) -> str:
    """Return a store's URL as it may be shown.

    >>> _without_password("postgresql://kr:secret@db/x?schema=kr&password=secret&sslpassword=x")
    'postgresql://kr@db/x?schema=kr'
    """
    base, _, query = url.partition("?")
    base = re.sub(r"(://[^:@/]*):[^@/]*@", r"\1@", base)
    shown = [
        pair
        for pair in query.split("&")
        if pair and not pair.partition("=")[0].lower().endswith("password")
    ]
    return base + ("?" if shown else "") + "&".join(shown)


def _without_nul(given: Row) -> Row:
    return {
        name: value.replace("\0", "\ufffd") if isinstance(value, str) else value
        for name, value in given.items()
    }
