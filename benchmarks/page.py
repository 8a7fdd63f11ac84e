"""Where results go: to the terminal and, when asked for, into `docs/performance.md`."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

__all__ = ["machine", "markdown", "tell", "write_into"]

DOCUMENT = Path(__file__).parents[1] / "docs/performance.md"
WIDTH = 200


def markdown(title: str, heads: tuple[str, ...], rows: list[list[str]]) -> str:
    """Return a titled table."""
    lines = [f"**{title}.**", "", "| " + " | ".join(heads) + " |"]
    lines.append("| " + " | ".join("---" for _ in heads) + " |")
    lines.extend("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join(lines)


def machine(packages: tuple[str, ...]) -> str:
    """Return what the numbers were measured on, and with."""
    model = platform.processor() or platform.machine()
    cpus = Path("/proc/cpuinfo")
    if cpus.is_file():
        found = re.search(r"model name\s*:\s*(.+)", cpus.read_text("utf-8"))
        model = found[1].strip() if found else model
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"{model}, {os.cpu_count()} cores; Python {platform.python_version()}, {versions}"


def tell(name: str, text: str, *, write: bool) -> None:
    """Print what a benchmark found; `write` puts it between its markers, too."""
    Console(width=WIDTH).print(text, markup=False, highlight=False)
    if write:
        write_into(name, text)


def write_into(name: str, text: str) -> None:
    """Put a text between its markers in the document. Raises `ValueError` without them."""
    document = DOCUMENT.read_text("utf-8")
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    if document.count(opening) != 1 or document.count(closing) != 1:
        raise ValueError(f"write {opening} and {closing} once each where the table belongs")
    head, _, rest = document.partition(opening)
    tail = rest.partition(closing)[2]
    DOCUMENT.write_text(f"{head}{opening}\n{text.strip()}\n{closing}{tail}", "utf-8")
