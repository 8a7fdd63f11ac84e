"""Write the table of metrics into the guide to operations: `python tools/write_metrics.py`.

Run it after a change to `trilogue.node.metrics`. A test compares the table.
"""

import re
from pathlib import Path

from trilogue.node.metrics import METRICS

GUIDE = Path(__file__).parents[1] / "docs" / "guide" / "operations.md"
TABLE = re.compile(r"^\| metric \|.*\n(?:\|.*\n)+", re.MULTILINE)


def table() -> str:
    """Return the table: every metric with its sort, its labels and what it says."""
    rows = [
        f"| `{one.shown}` | {one.sort.__name__.lower()} | {', '.join(one.labels)} | {one.says} |"
        for one in METRICS
    ]
    return "\n".join(["| metric | sort | labels | says |", "| --- | --- | --- | --- |", *rows, ""])


if __name__ == "__main__":
    text = GUIDE.read_text("utf-8")
    GUIDE.write_text(TABLE.sub(lambda _: table(), text, count=1), encoding="utf-8")
