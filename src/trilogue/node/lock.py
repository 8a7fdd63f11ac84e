"""The lock: one process at a time works on a node's directory.

The running node holds it as long as it serves; a command that opens the directory holds it as long
as it works. Two sequencers over one store would say two things at the same place of one log.

The lock is `flock(2)` on the file `lock`, so it ends with the process that holds it, however that
ends. The file stays: what matters is who has it locked. It names the holder, for people.

>>> import pathlib, tempfile
>>> directory = pathlib.Path(tempfile.mkdtemp())
>>> with NodeLock(directory):
...     NodeLock(directory).holder() == os.getpid()
True
>>> NodeLock(directory).holder() is None
True
"""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from trilogue.errors import UnavailableError

__all__ = ["NodeLock"]

_LONGEST_PID = 20
_DISK = (errno.EROFS, errno.ENOSPC, errno.EIO)
"""What the disk is to blame for, and not whoever named the directory."""


class NodeLock:
    """Exclusive use of a node's directory, as a context manager. It does not wait."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory / "lock"
        self._file: int | None = None

    def __enter__(self) -> Self:
        """Take the lock. Raises `UnavailableError` when another has it, or the disk takes none."""
        if self._file is not None:
            raise RuntimeError("this lock is taken already")
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            if error.errno not in _DISK:
                raise
            raise UnavailableError(
                f"the node in {self._directory} cannot be used: {error.strerror}",
                hint="see to the disk",
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read_pid(file)
            os.close(file)
            who = "another process" if holder is None else f"process {holder}"
            raise UnavailableError(
                f"the node in {self._directory} is in use by {who}",
                hint="stop it first, or ask it through its API with --node URL",
            ) from None
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode("ascii"), 0)
        self._file = file
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock back."""
        assert self._file is not None
        # Closing the one descriptor ends the lock. The name goes first, while it is still ours.
        os.ftruncate(self._file, 0)
        os.close(self._file)
        self._file = None

    def holder(self) -> int | None:
        """Return the process that has the lock now, or None. By the next line it may differ."""
        try:
            file = os.open(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None
            return _read_pid(file)
        finally:
            os.close(file)


def _read_pid(file: int) -> int | None:
    """Return the process named in the file; None when its holder has not written it yet."""
    text = os.pread(file, _LONGEST_PID, 0).strip()
    return int(text) if text.isdigit() else None
