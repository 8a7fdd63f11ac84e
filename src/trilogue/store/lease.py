"""The lease: who writes a store in PostgreSQL, and how it passes on.

Whoever leads holds an advisory lock on the very session that commits: while that session lives,
the server gives the lock to nobody else. A second session shows once a second that the process is
awake (`_Beat`). Of one that was stopped, or cut off, nothing is heard for `LEASE_SECONDS`; the next
one who asks then has the server end its session, which rolls back what it had begun, and takes the
lock. A process that ended loses it at once.

Each who takes it counts one generation on. Every transaction reads the generation under a row lock
and goes no further when it is another's: a process that wakes up long after can never commit.

    one leads ── stops ───────────────── wakes: its session is gone, the lock is another's:
                      └ silence └ next one leads, generation + 1           `LeaseLostError`
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg

from trilogue.errors import UnavailableError
from trilogue.store.database import LeaseHeldError, LeaseLostError, Row

__all__ = ["LEASE_SECONDS", "Lease", "unavailable"]

LEASE_SECONDS = 10.0
"""For how long who leads may show no sign of life before another may take its place."""
BEAT_SECONDS = 1.0
END_SECONDS = 5.0
"""How long the server may take to end a session."""

Connection = psycopg.Connection[Row]
Open = Callable[..., Connection]

# Who has the lock, and how long ago it showed that it lives: by its own session, or by its beat.
_HOLDER = """
SELECT lock.pid, extract(epoch FROM clock_timestamp() - max(session.state_change))::float AS silent
FROM pg_locks AS lock JOIN pg_stat_activity AS session
    ON session.pid = lock.pid OR session.application_name = %(beat)s
WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objsubid = 1
  AND ((lock.classid::bigint << 32) | lock.objid::bigint) = %(key)s
  AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
GROUP BY lock.pid
"""


class Lease:
    """The right to write one schema. `connect` opens connections to its database."""

    def __init__(self, connect: Open, schema: str) -> None:
        self._connect = connect
        self._schema = schema
        self._key = int.from_bytes(
            hashlib.sha256(f"trilogue lease {schema}".encode()).digest()[:8], "big", signed=True
        )
        self._generation = 0
        self._session = 0
        self._beat: _Beat | None = None

    def take(self, connection: Connection) -> None:
        """Take the lock on a session. Raises `LeaseHeldError` while another has it and lives."""
        if not self._try(connection):
            holder = self._holder(connection)
            if holder is not None and holder["silent"] <= LEASE_SECONDS:
                raise LeaseHeldError(
                    f"the store's schema {self._schema} is led by another process"
                    f" ({self._named(connection)})",
                    hint="stop it first, or ask it through its API with --node URL",
                )
            self._take_from(connection, holder)
        self._session = connection.info.backend_pid

    def begin(self, generation: int) -> None:
        """Begin to lead, in this generation."""
        self._generation = generation
        self._beat = _Beat(self._connect, _beat_name(self._schema, generation))
        self._beat.start()

    def take_again(self, connection: Connection) -> None:
        """Take the lock on a new session, when the old one broke.

        Raises `LeaseLostError` when somebody led meanwhile.
        """
        row = connection.execute("SELECT generation, holder FROM lease").fetchone()
        self.check(row)
        if not self._try(connection):
            holder = self._holder(connection)
            if holder is not None and holder["pid"] != self._session:
                raise UnavailableError("another process is about to lead this store")
            # The server has not noticed yet that the old session is gone.
            self._take_from(connection, holder)
        # Somebody may have led between the look and the lock.
        self.check(connection.execute("SELECT generation, holder FROM lease").fetchone())
        self._session = connection.info.backend_pid

    def check(self, row: Row | None) -> None:
        """Raise `LeaseLostError` unless the store is led in the generation that began here."""
        if row is None or row["generation"] != self._generation:
            raise LeaseLostError(
                f"{'nobody' if row is None else row['holder']} leads this store now",
                hint="this process has been replaced: what it did not commit did not happen",
            )

    def end(self, connection: Connection) -> None:
        """Show no more signs of life, and give back the lock of a session that is about to close.

        It would end with its session, but the server may take a moment to notice, in which a node
        that is started again would find the store led.
        """
        if self._beat is not None:
            self._beat.end()
        if not connection.closed:
            with suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(%(key)s::bigint)", {"key": self._key})

    def _try(self, connection: Connection) -> bool:
        row = connection.execute(
            "SELECT pg_try_advisory_lock(%(key)s::bigint) AS taken", {"key": self._key}
        ).fetchone()
        return bool(row and row["taken"])

    def _take_from(self, connection: Connection, holder: Row | None) -> None:
        """End the session that has the lock, and take it once it is gone."""
        until = time.monotonic() + END_SECONDS
        if holder is not None:
            connection.execute("SELECT pg_terminate_backend(%(pid)s::int)", {"pid": holder["pid"]})
        while not self._try(connection):
            if time.monotonic() > until:
                raise UnavailableError(f"the lease of schema {self._schema} does not become free")
            time.sleep(0.02)

    def _holder(self, connection: Connection) -> Row | None:
        row = connection.execute(
            "SELECT coalesce(max(generation), 0) AS last FROM lease"
        ).fetchone()
        beat = _beat_name(self._schema, row["last"] if row else 0)
        return connection.execute(_HOLDER, {"key": self._key, "beat": beat}).fetchone()

    def _named(self, connection: Connection) -> str:
        row = connection.execute("SELECT holder FROM lease").fetchone()
        return "which has not said its name" if row is None else str(row["holder"])


class _Beat(threading.Thread):
    """A session that shows once a second that this process is awake, whatever else it does."""

    def __init__(self, connect: Open, name: str) -> None:
        super().__init__(name="lease", daemon=True)
        self._connect = connect
        self._label = name
        self._ended = threading.Event()

    def run(self) -> None:
        """Beat until the end."""
        connection: Connection | None = None
        while not self._ended.is_set():
            with suppress(psycopg.Error):
                if connection is None or connection.closed:
                    connection = self._connect(application_name=self._label)
                connection.execute("SELECT 1")
            self._ended.wait(BEAT_SECONDS)
        if connection is not None:
            connection.close()

    def end(self) -> None:
        """Stop."""
        self._ended.set()
        self.join(END_SECONDS)


def unavailable(what: str, error: psycopg.Error) -> UnavailableError:
    """Return how a store that cannot be used is told: by the server's first line."""
    line = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return UnavailableError(f"the store cannot be {what}: {line}")


def _beat_name(schema: str, generation: int) -> str:
    """Return the name of a beat's session: at most 63 bytes are kept of one."""
    return f"trilogue beat {hashlib.sha256(schema.encode()).hexdigest()[:16]} {generation}"
