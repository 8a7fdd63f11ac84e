"""The benchmark of the log: appending, proving and verifying at a thousand to a million entries.

    python -m benchmarks.log [--sizes 1000,10000,100000,1000000] [--write]

It needs the packages of `requirements/benchmark.txt`. `--write` puts the table and the figure into
`docs`.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from benchmarks.drawing import Line, put
from benchmarks.log.trees import TREES, Tree
from benchmarks.page import machine, markdown, tell

BATCH = 256
"""Entries that are appended together, with one new root."""
ASKED = 400
"""Proofs of each kind at each size."""
LAST = 16
"""Batches over which appending is timed, before a size is reached."""
DEED = ("append", "prove inclusion", "verify it", "prove consistency", "verify that")


@dataclass(frozen=True)
class Measured:
    """Microseconds of CPU for each deed, at one size of one tree."""

    tree: str
    size: int
    microseconds: tuple[float, ...]


def measure(name: str, sizes: list[int], heads: dict[int, bytes]) -> list[Measured]:
    """Grow a tree and measure it at each size; every tree must come to the same roots."""
    found = []
    draw = random.Random(6962)
    with (
        tempfile.TemporaryDirectory(prefix="log-") as folder,
        closing(TREES[name](Path(folder))) as tree,
    ):
        size, ends = 0, []
        for goal in sizes:
            took: list[float] = []
            while size < goal:
                entries = [b"entry %d" % n for n in range(size, min(size + BATCH, goal))]
                begun = time.process_time()
                head = tree.append(entries)
                took.append((time.process_time() - begun) / len(entries))
                size += len(entries)
                ends.append(size)
            if heads.setdefault(goal, head) != head:
                raise AssertionError(f"{name} comes to another root at {goal} entries")
            append = sum(took[-LAST:]) / len(took[-LAST:])
            found.append(Measured(name, goal, (1e6 * append, *_proofs(tree, size, ends, draw))))
    return found


def _proofs(tree: Tree, size: int, ends: list[int], draw: random.Random) -> list[float]:
    indices = [draw.randrange(size) for _ in range(ASKED)]
    olds = [draw.choice(ends) for _ in range(ASKED)]
    return [
        *_both([lambda i=i: tree.prove_inclusion(i) for i in indices]),
        *_both([lambda o=o: tree.prove_consistency(o) for o in olds]),
    ]


def _both(prove: list[Callable[[], Callable[[], object]]]) -> tuple[float, float]:
    """Return the mean microseconds of proving, and of verifying what was proven."""
    begun = time.process_time()
    verify = [one() for one in prove]
    proven = time.process_time()
    for one in verify:
        one()
    ended = time.process_time()
    return 1e6 * (proven - begun) / len(prove), 1e6 * (ended - proven) / len(prove)


@click.command()
@click.option("--sizes", default="1000,10000,100000,1000000", help="Entries, by commas.")
@click.option("--write", is_flag=True, help="Put the table and the figure into docs.")
def main(sizes: str, write: bool) -> None:
    """Run the benchmark of the log."""
    console, heads = Console(width=200), dict[int, bytes]()
    goals = sorted(map(int, sizes.split(",")))
    found: list[Measured] = []
    for name in TREES:
        with console.status(name):
            found += measure(name, goals, heads)
    table = markdown(
        f"CPU µs of an entry, in batches of {BATCH}, and of a proof",
        ("tree", "entries", *DEED),
        [[one.tree, f"{one.size:,}", *(f"{us:,.1f}" for us in one.microseconds)] for one in found],
    )
    said = f"{table}\n\n{machine(('pymerkle',))}."
    tell("log", said, write=write)
    if write:
        put(
            "log",
            "Proving that an entry stands in the log",
            "entries",
            "CPU µs",
            [
                Line(name, [(one.size, one.microseconds[1]) for one in found if one.tree == name])
                for name in TREES
            ],
        )


if __name__ == "__main__":
    main()
