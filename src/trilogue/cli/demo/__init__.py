"""`trilogue demo`: three nodes on this machine share a nuclear test's readings, for real.

The stage founds three nodes and starts them as processes; the play acts through their APIs; what
is printed was read back from them. It ends with the audit of the three public logs, from outside,
and with a page. The exit code is 0 only if every scene did what it says.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
from pathlib import Path

__all__ = ["run"]

EVENT = "DPRK5"


def run(out: Path, *, serve: bool = False) -> int:
    """Play, print, write `out`/index.html; return the exit code.

    `serve` keeps the nodes up until the program is interrupted. Whoever ends it in another way than
    by Ctrl-C, such as `make`, ends the nodes with it, too.
    """
    from trilogue.cli.demo.acts import perform

    before = signal.signal(signal.SIGTERM, _interrupt)
    stage_directory = Path(tempfile.mkdtemp(prefix="trilogue-demo-"))
    try:
        return perform(stage_directory, out, EVENT, serve=serve)
    finally:
        shutil.rmtree(stage_directory, ignore_errors=True)
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
