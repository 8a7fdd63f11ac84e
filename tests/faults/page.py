"""`docs/reliability.md`: the page that a run writes. Nothing in it differs from run to run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.faults.catalogue import FAULTS
from tests.faults.fault import Fault, Seen

__all__ = ["PATH", "cell", "listed", "text", "write"]

PATH = Path(__file__).parents[2] / "docs" / "reliability.md"

INTRODUCTION = """\
# Reliability

What the nodes do when something breaks. Every row was run: three nodes as an operator runs them,
TLS between them, a proxy on each way. The fault is brought about, what the operator sees is noted
word for word, the cause is taken away, and all that KR acknowledged must then be open to JP. The
rows of a table run one after another over the same nodes, and at their end everything is reckoned
up: each report that was acknowledged stands in KR's log, is held by US and by JP exactly once and
opens there; both receipts of each are back; the public audit proves every claim; every store
follows from its statements. What fails is not written down: `make faults` ends with an error.

    make faults                                       run all rows and write this page
    python -m tests.faults --list                     name them
    python -m tests.faults --write "link KR–US cut"   run one, and put it on this page

`HOST:PORT`, `TIME`, `N` and `DIGEST` stand for what differs from run to run. A line that begins
with a participant's name is from its node; one that begins with a command is what the operator
did. KR, US and JP are the nodes' directories.
"""

_HEAD = """\
| fault | what the nodes do | what the operator sees | lost | recovers |
| --- | --- | --- | --- | --- |
"""


def text(seen: Mapping[str, Seen], before: str) -> str:
    """Return the page for what was seen; rows that did not run stay as they are on the page."""
    stand = {cells[0]: line for line, cells in _rows(before)}
    parts = [INTRODUCTION]
    for group in dict.fromkeys(fault.group for fault in FAULTS.values()):
        lines = [
            _row(fault, seen[fault.name]) if fault.name in seen else stand.get(fault.name, "")
            for fault in FAULTS.values()
            if fault.group == group
        ]
        parts.append(f"## {group}\n\n{_HEAD}{''.join(lines)}")
    return "\n".join(parts)


def write(seen: Mapping[str, Seen]) -> None:
    """Put what was seen on the page."""
    before = PATH.read_text("utf-8") if PATH.exists() else ""
    PATH.write_text(text(seen, before), "utf-8")


def listed(page: str) -> dict[str, tuple[str, str]]:
    """Return the rows of a page: name -> what the nodes do, how it recovers."""
    return {cells[0]: (cells[1], cells[4]) for _, cells in _rows(page)}


def _rows(page: str) -> Iterator[tuple[str, list[str]]]:
    """Go through the rows of a page: the line, and its cells."""
    for line in page.splitlines(keepends=True):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 5 and cells[0] not in ("fault", "---"):
            yield line, cells


def _row(fault: Fault, seen: Seen) -> str:
    sights = "<br>".join(f"`{cell(sight.replace('`', chr(39)))}`" for sight in seen.sights)
    cells = (cell(fault.name), cell(fault.does), sights, "nothing", cell(fault.recovers))
    return f"| {' | '.join(cells)} |\n"


def cell(text: str) -> str:
    """Return a text as it stands in a cell."""
    return text.replace("|", "\\|")
