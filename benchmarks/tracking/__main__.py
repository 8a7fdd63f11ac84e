"""The benchmarks of tracking, a command each, or all of them.

    python -m benchmarks.tracking [speed|salvo|accuracy|coverage] [--write]

`--write` puts the tables into `docs/performance.md`, each between its markers.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click
from rich.console import Console

from benchmarks.page import machine, write_into

NAMES = ("speed", "salvo", "accuracy", "coverage")
PACKAGES = ("numpy", "numba", "stonesoup")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
CHOSEN = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def one_thread() -> None:
    """Give both sides one thread, and leave numpy the choice of its code for this processor."""
    assert "numpy" not in sys.modules, "too late: numpy has read its environment"
    os.environ.update(dict.fromkeys(THREADS, "1"))
    for name in CHOSEN:
        os.environ.pop(name, None)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--write", is_flag=True, help="Put the tables into docs/performance.md.")
def main(names: tuple[str, ...], write: bool) -> None:
    """Run the benchmarks of tracking: all of them, or those that are named."""
    one_thread()
    console = Console()
    for name in names or NAMES:
        table = import_module(f"benchmarks.tracking.{name}").run(console)
        measured_on = f"{machine(PACKAGES)}."
        console.print(f"\n{measured_on}\n", markup=False, highlight=False)
        if write:
            write_into(name, f"{table}\n\n{measured_on}")


if __name__ == "__main__":
    main()
