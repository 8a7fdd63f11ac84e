"""A restored store says nothing before its neighbours were asked what they have seen of its log.

A backup may be older than what was said since. A node that went on from it would say something
else at places where it has spoken, and its log would be forked: the worst that can happen to it,
and nothing mends it. So a restore leaves the file `restored` in the node's directory. It names the
neighbours that have not been asked yet, one a line, and while it is there nothing can be logged. A
node that is brought up asks them (`GET /seen` of the peer port); each that answers with no more
than is here is struck off, and with the last one the file goes. A neighbour that has seen more
stops the node for good.

>>> import pathlib, tempfile
>>> directory = pathlib.Path(tempfile.mkdtemp())
>>> mark(directory, ("JP", "KR"))
>>> restored = Restored(directory)
>>> restored.asked("KR")
>>> restored.reason
'the node was restored, and JP has not said yet how much of its log it has seen'
>>> restored.asked("JP")
>>> (restored.reason, Restored(directory).unasked)
('', ())
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trilogue.node.keystore import write_private

__all__ = ["Restored", "mark"]

_FILE = "restored"


def mark(directory: Path, neighbours: Sequence[str]) -> None:
    """Have a node ask these neighbours before it says anything."""
    if neighbours:
        write_private(directory / _FILE, "".join(f"{name}\n" for name in neighbours).encode())


class Restored:
    """Which neighbours a restored node has still to ask; none when it was not restored."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        path = directory / _FILE
        self.unasked = tuple(path.read_text("utf-8").split()) if path.exists() else ()

    @property
    def reason(self) -> str:
        """Why nothing may be logged, or empty."""
        if not self.unasked:
            return ""
        who, have = ", ".join(self.unasked), "has" if len(self.unasked) == 1 else "have"
        it = "it has" if len(self.unasked) == 1 else "they have"
        return f"the node was restored, and {who} {have} not said yet how much of its log {it} seen"

    def asked(self, neighbour: str) -> None:
        """Strike off a neighbour, on disk first."""
        if neighbour not in self.unasked:
            return
        rest = tuple(name for name in self.unasked if name != neighbour)
        if rest:
            mark(self._directory, rest)
        else:
            (self._directory / _FILE).unlink(missing_ok=True)
        self.unasked = rest
