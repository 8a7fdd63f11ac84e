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

__all__ = ["Vault"]

SLOT = 32
_EMPTY = bytes(SLOT)


class Vault:
    """The file of wrapping keys. Not safe for two threads; the sequencer owns it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._dirty = False

    def new_keys(self, slot: int, count: int) -> list[bytes]:
        """Write fresh wrapping keys into slots from one on; return them. `flush` makes them last.

        A slot left full by a crash before its commit is overwritten: nothing relies on it.
        """
        keys = secrets.token_bytes(SLOT * count)
        self._write(slot, keys)
        return [keys[start : start + SLOT] for start in range(0, len(keys), SLOT)]

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
