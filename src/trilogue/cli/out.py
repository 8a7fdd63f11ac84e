"""What commands print: JSON for programs, a table or lines for people.

What others wrote (a reason, an incident) may hold anything. On its way to a terminal every
character that would move the cursor, change colours or turn the direction of text is shown as its
number instead. JSON carries it as it is.

>>> legible("no\\x1b[2J, because\\u202e …")
'no<U+001B>[2J, because<U+202E> …'
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

__all__ = ["legible", "print_json", "print_lines", "print_table", "progress", "working"]

_CONTROLS = ("Cc", "Cf", "Cs", "Zl", "Zp")


def legible(text: str, *, keep: str = "") -> str:
    """Return text with every control or format character, but those to `keep`, as its number."""
    return "".join(
        f"<U+{ord(char):04X}>"
        if char not in keep and unicodedata.category(char) in _CONTROLS
        else char
        for char in text
    )


def print_json(value: Any) -> None:
    """Print a value (structs are objects) as JSON, for programs to read."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def print_lines(*lines: str) -> None:
    """Print lines for a person."""
    for line in lines:
        click.echo(legible(line))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """Print rows under their columns, or `empty` when there are none.

    On a terminal the table is drawn and its cells wrap; elsewhere columns are aligned with spaces
    and each row is one line, so that other programs can cut it.
    """
    if not rows:
        click.echo(empty)
        return
    cells = [[legible(str(cell)) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _draw(columns, cells)
        return
    widths = [max(map(_columns, column)) for column in zip(columns, *cells, strict=True)]
    for row in [columns, *cells]:
        padded = (
            cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True)
        )
        click.echo("  ".join(padded).rstrip())


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something goes on."""
    with progress(what, None):
        yield


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how far long work is; give the function to tell how much more is done.

    It writes to standard error and leaves nothing there. `total` None is not known.
    """
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        *([] if total is None else [BarColumn()]),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)


def _draw(columns: Sequence[str], cells: list[list[str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in cells:
        # As text: what others wrote is no markup.
        table.add_row(*map(Text, row))
    Console().print(table)


def _columns(text: str) -> int:
    """Return how many terminal columns `text` takes: Korean and Japanese characters take two."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
