"""The benchmarks of tracking, a command each, or all of them.

    python -m benchmarks.tracking [speed|salvo|accuracy|coverage] [--write]

`--write` puts the tables into `docs/performance.md`, each between its markers.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import click
from rich.console import Console

DOCUMENT = Path(__file__).parents[2] / "docs/performance.md"
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


def machine(packages: tuple[str, ...] = PACKAGES) -> str:
    """Return what the numbers were measured on, and with."""
    model = platform.processor() or platform.machine()
    cpus = Path("/proc/cpuinfo")
    if cpus.is_file():
        found = re.search(r"model name\s*:\s*(.+)", cpus.read_text("utf-8"))
        model = found[1].strip() if found else model
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"{model}, {os.cpu_count()} cores; Python {platform.python_version()}, {versions}"


def written(text: str, name: str, table: str) -> str:
    """Return a document with a table between its markers. Raises `ValueError` without them."""
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    if text.count(opening) != 1 or text.count(closing) != 1:
        raise ValueError(f"write {opening} and {closing} once each where the table belongs")
    head, _, rest = text.partition(opening)
    tail = rest.partition(closing)[2]
    return f"{head}{opening}\n{table.strip()}\n{closing}{tail}"


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--write", is_flag=True, help="Put the tables into docs/performance.md.")
def main(names: tuple[str, ...], write: bool) -> None:
    """Run the benchmarks of tracking: all of them, or those that are named."""
    one_thread()
    console = Console()
    for name in names or NAMES:
        table = import_module(f"benchmarks.tracking.{name}").run(console)
        said = f"{table}\n\n{machine()}."
        console.print(f"\n{machine()}.\n", markup=False, highlight=False)
        if write:
            DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), name, said), "utf-8")


if __name__ == "__main__":
    main()
