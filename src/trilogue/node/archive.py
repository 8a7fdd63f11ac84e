"""Backup and restore of a node.

A backup is two files, which belong in two places:

    FILE         a tar of node.toml, card.json, keys/, template/ and a consistent copy of the store
    FILE.vault   the vault: the wrapping keys of what is held now, 32 bytes an item

The first alone opens nothing that was shared: no withdrawal needs to reach it. The second is what
a withdrawal destroys, so it is taken anew after each, over the old one and in its very blocks, and
no older copy is kept. Without it a restored node keeps its log and its word, but opens nothing that
it held.

It is written while the node runs, too: the store's copy is one moment of it, and everything else is
copied after it. Then it is restored into a folder that goes again, and checked whole: a backup that
nobody has restored is a hope.

A restore replays the destructions that the store knows of and checks the whole store
(`trilogue.node.verifying`). It refuses a backup that is older than what others have seen of this
participant's log: going on from it, the node would say something else at places where it has
spoken, and its log would be forked. What others have seen, the restored node asks them itself,
before it says anything (`trilogue.node.restored`).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from trilogue.arrangement.parse import parse_arrangement
from trilogue.errors import InputError, NotFoundError, UnavailableError
from trilogue.node.engine import Engine
from trilogue.node.founding import CARD, fresh_store, whole
from trilogue.node.guarded import make_private
from trilogue.node.keystore import write_private
from trilogue.node.restored import mark
from trilogue.node.settings import FILE as SETTINGS
from trilogue.node.settings import Settings
from trilogue.node.verifying import Verified, verify
from trilogue.store.database import open_database

__all__ = ["back_up", "check", "restore", "vault_of"]

_STORE, _VAULT = "store.sqlite", "vault.bin"
_FOLDERS = ("keys", "template")


def vault_of(archive: Path) -> Path:
    """Return where the vault's copy stands that belongs to an archive, unless it was moved."""
    return archive.with_name(archive.name + ".vault")


def back_up(engine: Engine, archive: Path, vault: Path | None = None) -> Path:
    """Write a backup of an engine's directory; return where the vault's copy is.

    The store is copied first, and the vault last: what was withdrawn meanwhile is not in it, and a
    key too many opens nothing. A copy of the vault that is there already is overwritten in place:
    no block keeps a key that was destroyed since. The engine may read only, beside the process that
    runs the node.
    Both files are readable by their owner alone. Raises `InputError` when there is a file already
    at `archive`.
    """
    if archive.exists():
        raise InputError(f"{archive} exists already", hint="name a new file")
    unfinished = archive.with_name(archive.name + ".new")
    with (
        TemporaryDirectory(dir=engine.directory) as made,
        open(unfinished, "wb", opener=_private) as file,
    ):
        copy = Path(made) / _STORE
        engine.db.backup(str(copy))
        with tarfile.open(fileobj=file, mode="w") as tar:
            for path in _to_keep(engine.directory):
                tar.add(path, path.relative_to(engine.directory).as_posix(), filter=_anonymous)
            tar.add(copy, _STORE, filter=_anonymous)
        file.flush()
        os.fsync(file.fileno())
    copied = vault_of(archive) if vault is None else vault
    _copy_vault(engine.directory / _VAULT, copied)
    unfinished.replace(archive)
    return copied


def check(
    archive: Path,
    beside: Path,
    *,
    clock: Callable[[], str],
    progress: Callable[[int], None] = lambda _done: None,
) -> Verified:
    """Restore an archive without its vault into a folder `beside`, check it whole, drop it again.

    The store is checked as the copy that it is, wherever the node has it. Raises what `restore`
    raises.
    """
    with TemporaryDirectory(dir=beside) as made, whole(Path(made) / "node") as making:
        _unpack(archive, making)
        with _opened(archive, making, str(making / _STORE), clock) as engine:
            return verify(engine, progress, vault=False)


def restore(
    archive: Path,
    directory: Path,
    *,
    clock: Callable[[], str],
    vault: Path | None,
    seen: int = 0,
    progress: Callable[[int], None] = lambda _done: None,
) -> Verified:
    """Make a node's directory from a backup, whole and verified, or not at all.

    `vault` None restores without it. `seen` is the size to which others have seen this log.
    Raises `InputError` for what is no backup or is too old, and `UnavailableError` for one whose
    store is damaged.
    """
    with whole(directory) as making:
        _unpack(archive, making)
        if vault is not None:
            try:
                write_private(making / _VAULT, vault.read_bytes())
            except FileNotFoundError:
                raise NotFoundError(f"{vault} does not exist") from None
        settings = Settings.read(making)
        with _in_place(making / _STORE, settings) as location:
            with _opened(archive, making, location, clock) as engine:
                found = verify(engine, progress, vault=vault is not None)
                neighbours = engine.books.addressing().neighbours(engine.me)
            if found.size < seen:
                raise InputError(
                    f"the backup holds {found.size} entries of {engine.me}'s log, and others have"
                    f" seen {seen}",
                    hint="restore a newer backup: going on from this one would fork the log",
                )
            mark(making, tuple(neighbours))
    return found


@contextmanager
def _opened(
    archive: Path, directory: Path, location: str, clock: Callable[[], str]
) -> Iterator[Engine]:
    """Open what was unpacked; that alone replays the destructions that the store knows of."""
    settings = Settings.read(directory)
    template = parse_arrangement(settings.template_files())
    try:
        engine = Engine(directory, settings.participant, template, clock, location)
    except sqlite3.DatabaseError as error:
        raise UnavailableError(f"the store in {archive} is damaged: {error}") from error
    with closing(engine):
        yield engine


@contextmanager
def _in_place(copy: Path, settings: Settings) -> Iterator[str]:
    """Bring the copy of a store to where the settings have it; give its location.

    A store in PostgreSQL must be new, and vanishes when the block fails.
    """
    if settings.store_location == str(copy):
        yield str(copy)
        return
    with fresh_store(settings) as location:
        with closing(open_database(location)) as db:
            db.restore(str(copy))
        for file in copy.parent.glob(f"{copy.name}*"):
            file.unlink()
        yield location


def _copy_vault(vault: Path, copy: Path) -> None:
    if not copy.exists():
        write_private(copy, vault.read_bytes())
        return
    with copy.open("r+b") as file:
        file.write(vault.read_bytes())
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _private(path: str, flags: int) -> int:
    """Open a file that its owner alone may read."""
    return os.open(path, flags, 0o600)


def _to_keep(directory: Path) -> Iterator[Path]:
    yield directory / SETTINGS
    yield directory / CARD
    for folder in _FOLDERS:
        yield from sorted(path for path in (directory / folder).rglob("*") if path.is_file())


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave the machine's accounts out of the archive, and others without rights."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _unpack(archive: Path, directory: Path) -> None:
    """Write the files of an archive, each by its own name: nothing else a tar can hold."""
    try:
        with tarfile.open(archive, mode="r:") as tar:
            for member in tar:
                name = PurePosixPath(member.name)
                expected = (
                    name.parts[0] in _FOLDERS
                    if len(name.parts) > 1
                    else member.name in (SETTINGS, CARD, _STORE)
                )
                if not member.isfile() or not expected or ".." in name.parts:
                    raise InputError(f"{archive} holds {member.name!r}, which no backup does")
                data = tar.extractfile(member)
                assert data is not None
                make_private((directory / name).parent)
                with data, open(directory / name, "xb", opener=_private) as file:
                    shutil.copyfileobj(data, file)
    except FileNotFoundError:
        raise NotFoundError(f"{archive} does not exist") from None
    except (tarfile.TarError, FileExistsError) as error:
        raise InputError(f"{archive} is no backup: {error}") from error
    if not (directory / _STORE).exists():
        raise InputError(f"{archive} is no backup: it holds no store")
