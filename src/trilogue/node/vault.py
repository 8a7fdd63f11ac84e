"""The vault: one small file of wrapping keys, in which a withdrawn item's key is overwritten.

Everything sealed that a node holds is kept under a key of its own, wrapped, in the store. The
wrapping keys stand here, 32 bytes a slot, and nowhere else: not in the store, not in its
write-ahead log, not in its backups. To destroy an item is to overwrite its slot in place and to
sync; what remains of it elsewhere no key in the world opens.

A slot is written and synced before the transaction that relies on it commits, and overwritten
before the destruction is logged, so that a crash leaves keys too many or items destroyed twice,
never an item that was said to be destroyed and is not.

Overwriting in place needs a file system that does not keep the old block (no snapshots, no
copy-on-write) and, on flash, a drive that is itself encrypted: see SECURITY.md.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from trilogue.errors import UnavailableError
from trilogue.node.guarded import sync_directory

__all__ = ["Vault"]

SLOT = 32
_EMPTY = bytes(SLOT)


class Vault:
    """The file of wrapping keys. Not safe for two threads; the sequencer owns it.

    `reads_only` opens it beside the sequencer's process, and follows it when another takes it over.
    """

    def __init__(self, path: Path, *, reads_only: bool = False) -> None:
        self._path = path
        mode = os.O_RDONLY if reads_only else os.O_RDWR
        self._file = os.open(path, mode | os.O_CREAT, 0o600)
        self._dirty = False

    def take_over(self) -> None:
        """Make the vault a file that no other process has open, and overwrite the one before.

        A process that led before and was stopped between a look at the store and a write to the
        vault would otherwise overwrite a key that is in use since. Raises `UnavailableError`.
        """
        copy = self._path.with_name(self._path.name + ".new")
        try:
            copy.unlink(missing_ok=True)
            size = os.fstat(self._file).st_size
            file = os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            _write_all(file, os.pread(self._file, size, 0))
            os.fsync(file)
            copy.replace(self._path)
            sync_directory(self._path.parent)
            _write_all(self._file, bytes(size))
            os.fsync(self._file)
        except OSError as error:
            raise UnavailableError(f"the vault cannot be taken over: {error}") from error
        os.close(self._file)
        self._file = file

    def follow(self) -> None:
        """Open the file anew when another process took it over."""
        there, here = self._path.stat(), os.fstat(self._file)
        if (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino):
            os.close(self._file)
            self._file = os.open(self._path, os.O_RDONLY)

    def new_keys(self, slot: int, count: int) -> list[bytes]:
        """Write fresh wrapping keys into slots from one on; return them. `flush` makes them last.

        A slot left full by a crash before its commit is overwritten: nothing relies on it.
        """
        keys = secrets.token_bytes(SLOT * count)
        self._write(slot, keys)
        return [keys[start : start + SLOT] for start in range(0, len(keys), SLOT)]

    @property
    def slots(self) -> int:
        """How many slots the file has, full or overwritten."""
        return os.fstat(self._file).st_size // SLOT

    def key(self, slot: int) -> bytes | None:
        """Return the key in a slot, or None when it was destroyed."""
        data = os.pread(self._file, SLOT, slot * SLOT)
        return None if len(data) < SLOT or data == _EMPTY else data

    def destroy(self, slots: list[int]) -> None:
        """Overwrite slots and sync: on return no key of theirs is left in the file."""
        for slot in slots:
            self._write(slot, _EMPTY)
        self.flush()

    def flush(self) -> None:
        """Sync what was written. Raises `UnavailableError` when the disk does not take it."""
        if not self._dirty:
            return
        try:
            os.fsync(self._file)
        except OSError as error:
            raise UnavailableError(f"the vault cannot be written: {error}") from error
        self._dirty = False

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _write(self, slot: int, data: bytes) -> None:
        try:
            if os.pwrite(self._file, data, slot * SLOT) != len(data):
                raise UnavailableError("the vault cannot be written: the disk is full")
        except OSError as error:
            raise UnavailableError(f"the vault cannot be written: {error}") from error
        self._dirty = True


def _write_all(file: int, data: bytes) -> None:
    """Write data at the beginning of a file; a file may take it in several parts."""
    done = 0
    while done < len(data):
        done += os.pwrite(file, data[done:], done)
