"""A node that dies at a chosen point of its code, or whose clock is wrong.

    TRILOGUE_FAULT='{"point":"after the commit","count":3}' python -m tests.faults.entry node up DIR

is `trilogue node up DIR` until the third time that the point is reached: the process then kills
itself. `"clock": FILE` names a file with the seconds by which its clock is ahead. The package knows
nothing of this: its functions are wrapped here, and do all that they do.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import msgspec
import uvicorn.server

from trilogue.cli import main
from trilogue.encoding import instant
from trilogue.node import service
from trilogue.node.neighbour import Neighbour
from trilogue.node.publishing import Publishing
from trilogue.node.sending import Sending
from trilogue.node.sequencer import Sequencer
from trilogue.node.vault import Vault

__all__ = ["POINTS", "VARIABLE", "Wrong"]

VARIABLE = "TRILOGUE_FAULT"

POINTS = {
    "before the commit": "a group is written and its keys are synced, but not committed",
    "after the commit": "a group is committed and nobody was told",
    "before the delivery": "a delivery is ready and nothing of it was sent",
    "after the answer": "a neighbour has answered a delivery, and nothing of the answer is written",
    "inside the acknowledgement": "answers are written into the outbox, but not committed",
    "after the acknowledgement": "the outbox is committed and what comes next was not begun",
    "inside the publication": "a part of the public log is written, and its checkpoint is not",
}


class Wrong(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong with this process."""

    point: str = ""
    count: int = 1
    clock: str = ""


class _Crash:
    """Kills the process when it was reached so often."""

    def __init__(self, count: int) -> None:
        self._left = count

    def reached(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def wrap(wrong: Wrong) -> None:
    """Make the package's functions do what is wrong."""
    if wrong.clock:
        _shift_clock(Path(wrong.clock))
    if wrong.point:
        _WRAPS[wrong.point](_Crash(wrong.count))


def _shift_clock(file: Path) -> None:
    true, open_engine = service.wall_clock, service.open_engine

    def shifted() -> str:
        return instant.plus(true(), float(file.read_text("ascii")))

    def open_shifted(directory: Path, clock: Callable[[], str] = shifted, **more: Any) -> Any:
        return open_engine(directory, shifted if clock is true else clock, **more)

    def dated(timeval: float, *, usegmt: bool) -> str:
        return formatdate(timeval + float(file.read_text("ascii")), usegmt=usegmt)

    service.wall_clock, service.open_engine = shifted, open_shifted
    uvicorn.server.formatdate = dated


def _before_commit(crash: _Crash) -> None:
    # The vault is synced last inside the transaction: the commit comes next.
    flush = Vault.flush
    commit = Sequencer.commit
    inside: list[Sequencer] = []

    def noted(self: Sequencer, *given: Any) -> Any:
        inside[:] = [self]
        return commit(self, *given)

    def wrapped(self: Vault) -> None:
        flush(self)
        if inside and inside[0]._staged:
            crash.reached()

    Sequencer.commit, Vault.flush = noted, wrapped  # type: ignore[method-assign]


def _after_commit(crash: _Crash) -> None:
    commit = Sequencer.commit

    def wrapped(self: Sequencer, *given: Any) -> Any:
        done = commit(self, *given)
        if self._staged:
            crash.reached()
        return done

    Sequencer.commit = wrapped  # type: ignore[method-assign]


def _before_delivery(crash: _Crash) -> None:
    post = Neighbour._post

    async def wrapped(self: Neighbour, *given: Any) -> bytes:
        crash.reached()
        return await post(self, *given)

    Neighbour._post = wrapped  # type: ignore[method-assign]


def _after_answer(crash: _Crash) -> None:
    post = Neighbour._post

    async def wrapped(self: Neighbour, *given: Any) -> bytes:
        answer = await post(self, *given)
        crash.reached()
        return answer

    Neighbour._post = wrapped  # type: ignore[method-assign]


def _inside_acknowledgement(crash: _Crash) -> None:
    settle = Sending.settle

    def wrapped(self: Sending) -> Any:
        settled = settle(self)
        crash.reached()
        return settled

    Sending.settle = wrapped  # type: ignore[method-assign]


def _after_acknowledgement(crash: _Crash) -> None:
    forget = Sending.forget

    def wrapped(self: Sending, *given: Any) -> None:
        forget(self, *given)
        if any(given):
            crash.reached()

    Sending.forget = wrapped  # type: ignore[method-assign]


def _inside_publication(crash: _Crash) -> None:
    write_open = Publishing._write_open

    def wrapped(self: Publishing, *given: Any) -> None:
        write_open(self, *given)
        crash.reached()

    Publishing._write_open = wrapped  # type: ignore[method-assign]


_WRAPS = {
    "before the commit": _before_commit,
    "after the commit": _after_commit,
    "before the delivery": _before_delivery,
    "after the answer": _after_answer,
    "inside the acknowledgement": _inside_acknowledgement,
    "after the acknowledgement": _after_acknowledgement,
    "inside the publication": _inside_publication,
}

if __name__ == "__main__":
    wrap(msgspec.json.decode(os.environ.get(VARIABLE, "{}"), type=Wrong))
    main()
