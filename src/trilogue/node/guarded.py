"""What nobody else on the machine may read: keys, vault, store and tokens of a node.

A node opens its directory only when these are its owner's alone, as a login shell does with keys.
It writes them so; rights that are wider came from outside (a copy, an archive, a careless chmod),
and whoever could read the files meanwhile may have. The way out is said; the keys may have to be
rotated, which only people can decide.

    node directory      nobody else may write
    keys/ tokens/       nobody else may enter or read, nor any file in them
    vault.bin store.*   nobody else may read
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from trilogue.errors import UnavailableError

__all__ = ["check_guarded", "make_private", "sync_directory"]

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def check_guarded(directory: Path) -> None:
    """Raise `UnavailableError` when others could read a node's secrets or change its directory."""
    _check(directory, _OTHERS_WRITE, directory)
    for path in _secrets(directory):
        _check(path, _OTHERS, directory)


def make_private(directory: Path) -> None:
    """Make a directory that its owner alone may enter, and what is missing above it."""
    if directory.exists():
        return
    make_private(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)
    sync_directory(directory.parent)


def sync_directory(directory: Path) -> None:
    """Sync the names in a directory to the drive."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _secrets(directory: Path) -> Iterator[Path]:
    for name in ("keys", "tokens"):
        folder = directory / name
        if folder.exists():
            yield folder
            yield from sorted(folder.rglob("*"))
    for pattern in ("vault.bin*", "store.sqlite*"):
        yield from sorted(directory.glob(pattern))


def _check(path: Path, forbidden: int, directory: Path) -> None:
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    if mode & forbidden:
        raise UnavailableError(
            f"others on this machine may {'change' if forbidden == _OTHERS_WRITE else 'read'}"
            f" {path}: its mode is {mode:04o}",
            hint=f"chmod -R go-rwx {directory}; if others may have read keys, rotate them",
        )
    if found.st_uid not in (os.geteuid(), 0):
        raise UnavailableError(
            f"{path} belongs to user {found.st_uid}, and the node runs as {os.geteuid()}",
            hint="run the node as the owner of its directory",
        )
