"""The benchmark of growth: a report's cost, a start, memory and disk, by the length of the log.

    python -m benchmarks.growth [--sizes 10000,100000,1000000] [--keep DIR] [--write]

`--keep` fills the stores there once, and takes them up again. `--write` puts the table and the
figure into `docs`.
"""

from __future__ import annotations

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console
from tests.support.trio import PARTICIPANTS

from benchmarks.drawing import Line, put
from benchmarks.growth.starting import Start, start
from benchmarks.growth.stores import fill
from benchmarks.growth.work import MODES, Turn, Worker
from benchmarks.page import machine, markdown, tell

ROUNDS = 15

Turns = dict[int, dict[str, list[Turn]]]
"""By size and mode."""


def measure(stores: dict[int, Path]) -> Turns:
    """Have all sizes work in turns; return every turn by size and mode."""
    found: Turns = {size: {mode: [] for mode in MODES} for size in stores}
    with ExitStack() as stack:
        workers = {}
        for size, folder in stores.items():
            workers[size] = worker = Worker(folder)
            stack.callback(worker.close)
        for number in range(ROUNDS):
            # Forwards and backwards, so that none is always first.
            order = list(workers) if number % 2 else list(reversed(workers))
            for mode in MODES:
                for size in order:
                    found[size][mode].append(workers[size].turn(mode))
    return found


def _bytes(folder: Path) -> int:
    return sum(
        path.stat().st_size
        for who in PARTICIPANTS
        for path in (folder / who).iterdir()
        if path.name.startswith(("store.sqlite", "vault.bin"))
    )


def tables(stores: dict[int, Path]) -> tuple[str, list[Line]]:
    """Measure all of it; return the tables as Markdown, and the lines of the figure."""
    disk = {size: _bytes(folder) for size, folder in stores.items()}
    starts = {size: start(folder / "KR") for size, folder in stores.items()}
    turns = measure(stores)
    smallest = min(stores)
    costs = [_cost(size, mode, turns, smallest) for mode in MODES for size in stores]
    kept = [_kept(size, disk, starts[size]) for size in stores]
    cost = markdown(
        "What a report costs three engines in one process, from KR to JP and receipts back",
        (
            *("entries in KR's log", "in a batch", "CPU µs", "times the smallest"),
            *("wall µs", "commits", "memory of the process MB"),
        ),
        costs,
    )
    keep = markdown(
        "Starting KR's node, and what the three stores take on disk",
        (
            *("entries in KR's log", "start, cold s", "start, warm s", "its CPU s"),
            *("node's memory MB", "disk MB", "bytes a report"),
        ),
        kept,
    )
    lines = [
        Line(
            "alone" if MODES[mode][0] == 1 else f"in batches of {MODES[mode][0]}",
            [(size, statistics.median(one.cpu_us for one in turns[size][mode])) for size in stores],
        )
        for mode in MODES
    ]
    return f"{cost}\n\n{keep}", lines


def _cost(size: int, mode: str, turns: Turns, smallest: int) -> list[str]:
    mine, first = turns[size][mode], turns[smallest][mode]
    ratio = statistics.median(
        one.cpu_us / other.cpu_us for one, other in zip(mine, first, strict=True)
    )
    return [
        f"{mine[0].entries:,}",
        str(MODES[mode][0]),
        f"{statistics.median(one.cpu_us for one in mine):,.0f}",
        f"{ratio:.2f}",
        f"{statistics.median(one.wall_us for one in mine):,.0f}",
        f"{statistics.median(one.commits for one in mine):.3f}",
        f"{mine[-1].resident_mb:.0f}",
    ]


def _kept(size: int, disk: dict[int, int], begun: Start) -> list[str]:
    smaller = [one for one in disk if one < size]
    each = f"{(disk[size] - disk[max(smaller)]) / (size - max(smaller)):,.0f}" if smaller else "–"
    return [
        f"{size:,}",
        f"{begun.cold_s:.2f}",
        f"{begun.warm_s:.2f}",
        f"{begun.cpu_s:.2f}",
        f"{begun.resident_mb:.0f}",
        f"{disk[size] / 1e6:,.0f}",
        each,
    ]


@click.command()
@click.option("--sizes", default="10000,100000,1000000", help="Entries in KR's log, by commas.")
@click.option("--keep", type=click.Path(path_type=Path), help="Where filled stores are kept.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def main(sizes: str, keep: Path | None, write: bool) -> None:
    """Run the benchmark of growth."""
    console = Console(width=200)
    with ExitStack() as stack:
        base = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="growth-")))
        base.mkdir(parents=True, exist_ok=True)
        with console.status("filling") as status:
            stores = fill(
                base, map(int, sizes.split(",")), lambda count: status.update(f"{count:,} entries")
            )
        measured, lines = tables(stores)
    table = f"{measured}\n\n{machine(('cryptography', 'msgspec'))}."
    tell("growth", table, write=write)
    if write:
        put(
            "growth",
            "What a report costs, by the length of the log",
            "entries",
            "CPU µs over three engines",
            lines,
        )


if __name__ == "__main__":
    main()
