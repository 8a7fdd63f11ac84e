"""The benchmark of patterns: whether intervals hold, and a record of a million launches.

    python -m benchmarks.patterns coverage [--write]
    python -m benchmarks.patterns scale [--launches 1000000] [--write]

`scale` runs in a process of its own, whose memory and time are those of findings alone.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click
import numpy as np

from benchmarks.page import machine, markdown, tell

SEED = 20_260_418
STAGES = ("imports", "read and laid out", "counted", "found", "news", "whole")
COVERED: tuple[tuple[str, str, int], ...] = (
    ("rates", "last rate, steady record", 2_000),
    ("clustered_rates", "last rate, quarters that vary by a half", 2_000),
    ("changes", "date of a change that was found", 1_500),
    ("shares", "share of successes", 20_000),
    ("learning_factors", "odds factor for a doubling of tests", 400),
    ("ranges", "range at least energy", 600),
)


@click.group()
def main() -> None:
    """Run the benchmark of patterns."""


@main.command()
@click.option("--share", default=1.0, help="Of the simulated records that are usual.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def coverage(*, share: float, write: bool) -> None:
    """Say how often 90 % intervals hold, and how often there is a false alarm."""
    from benchmarks.patterns import coverage as measures

    rows = []
    for name, what, number in COVERED:
        measure: Callable[[int, int], np.ndarray] = getattr(measures, name)
        held = measure(max(20, round(share * number)), SEED)
        rows.append([what, f"{len(held):,}", _percent(held)])
    alarms = measures.false_alarms(max(20, round(share * 2_000)), SEED)
    rows.append(["a change in shuffled quarters", f"{len(alarms):,}", _percent(alarms)])
    text = markdown(
        "How often 90 % intervals hold over simulated records; the last row is meant to be 5 %",
        ("what", "trials", "held"),
        rows,
    )
    tell("patterns-coverage", text, write=write)


def _percent(held: np.ndarray) -> str:
    luck = np.sqrt(held.mean() * (1.0 - held.mean()) / len(held))
    return f"{100.0 * held.mean():.1f} ± {100.0 * luck:.1f} %"


@main.command()
@click.option("--launches", default=1_000_000, help="Rows of the synthetic record.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def scale(*, launches: int, write: bool) -> None:
    """Find everything in a synthetic record, and say what it took."""
    from benchmarks.patterns.synthetic import synthetic

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.csv"
        synthetic(path, launches, seed=SEED)
        _to_parquet(path)
        for file in (path, path.with_suffix(".parquet")):
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.patterns", "one", str(file)],
                check=True,
                capture_output=True,
                text=True,
                cwd=Path(__file__).parents[2],
            )
            took = json.loads(done.stdout)
            rows.append(
                [
                    file.suffix[1:].upper(),
                    f"{file.stat().st_size / 1e6:,.0f} MB",
                    *(f"{took['wall'][key]:.1f} / {took['cpu'][key]:.1f}" for key in STAGES),
                    f"{took['memory'] / 2**20:,.0f} MiB",
                ]
            )
    text = markdown(
        f"Findings of a record of {launches:,} synthetic launches, seconds by the clock / of CPU",
        ("file", "size", *STAGES, "memory"),
        rows,
    )
    tell(
        "patterns-scale",
        f"{text}\n\n{machine(('duckdb', 'numpy', 'scipy', 'ruptures'))}.",
        write=write,
    )


def _to_parquet(path: Path) -> None:
    import duckdb

    duckdb.sql(
        f"COPY (SELECT * FROM read_csv('{path}', header = true, all_varchar = true))"
        f" TO '{path.with_suffix('.parquet')}'"
    )


@main.command(hidden=True)
@click.argument("path", type=click.Path(path_type=Path))
def one(*, path: Path) -> None:
    """Find everything in one file, and print what it took as JSON."""
    walls, cpus = [time.perf_counter()], [time.process_time()]

    def passed() -> None:
        walls.append(time.perf_counter())
        cpus.append(time.process_time())

    from trilogue.analysis.patterns.bulk import bulk
    from trilogue.analysis.patterns.findings import counted
    from trilogue.analysis.patterns.trajectories import best_estimates
    from trilogue.analysis.seismology.events import days_of_tests

    passed()
    with bulk(path) as file:
        passed()
        count = file.tally()
        passed()
        counted(count, days_of_tests(), best_estimates(count.flights))
        passed()
        end = count.last + timedelta(days=1)
        file.news(end - timedelta(days=30), end)
        passed()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    both = [
        dict(zip(STAGES, [*np.diff(of).tolist(), of[-1] - of[0]], strict=True))
        for of in (walls, cpus)
    ]
    print(json.dumps({"wall": both[0], "cpu": both[1], "memory": memory}))


if __name__ == "__main__":
    main()
