"""Where a campaign runs changes nothing: one process, several, or a Dask cluster."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from trilogue.analysis.value import runner
from trilogue.analysis.value.runner import ClusterError, run_here, run_on_dask

WAIT_S = 60.0


@contextmanager
def process(*words, log):
    """Run a module of Dask until the block ends."""
    with log.open("w") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield running
        finally:
            running.terminate()
            running.wait(WAIT_S)


@contextmanager
def scheduler(folder: Path):
    """Run a scheduler; yield its address, which it writes into a file itself."""
    file = folder / "scheduler.json"
    words = ("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    with process(*words, "--scheduler-file", str(file), log=folder / "scheduler.log") as running:
        until = time.monotonic() + WAIT_S
        while not file.exists() or not file.read_text().rstrip().endswith("}"):
            assert running.poll() is None, (folder / "scheduler.log").read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        yield json.loads(file.read_text())["address"]


def test_rows_are_the_same_on_two_processes_and_progress_is_told(small, rows) -> None:
    told = []
    assert run_here(small.cases(), workers=2, done=told.append) == rows
    assert told == [1] * len(small.cases())


def test_rows_stand_in_the_order_of_cases_whichever_ends_first(rows) -> None:
    first, second, third = (tuple(rows[k : k + 2]) for k in (0, 2, 4))
    found = runner._in_order([(2, third), (0, first), (1, second)], 3)
    assert found == rows[:6]


@pytest.mark.slow
def test_rows_are_the_same_on_a_dask_cluster(small, rows, tmp_path, monkeypatch) -> None:
    told = []
    words = ("dask_worker", "--no-dashboard", "--nthreads", "1", "--no-nanny")
    where = ("--host", "127.0.0.1", "--local-directory", str(tmp_path))
    with scheduler(tmp_path) as address:
        with monkeypatch.context() as patched:
            patched.setattr(runner, "CONNECT_SECONDS", 2.0)
            with pytest.raises(ClusterError, match=f"the scheduler at {address} has no worker"):
                run_on_dask(small.cases(), address)
        with process(*words, *where, address, log=tmp_path / "worker.log"):
            found = run_on_dask(small.cases(), address, done=told.append)
    assert found == rows
    assert told == [1] * len(small.cases())


@pytest.mark.parametrize("address", ["127.0.0.1:9", "tcp://127.0.0.1:9", "nonsense://x"])
def test_an_address_where_nobody_answers_is_named(small, address, monkeypatch) -> None:
    monkeypatch.setattr(runner, "CONNECT_SECONDS", 1.0)
    with pytest.raises(ClusterError, match=f"no Dask scheduler answers at {address}"):
        run_on_dask(small.cases(), address)


def test_without_dask_the_way_to_get_it_is_named(small, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install 'trilogue\[dask\]'"):
        run_on_dask(small.cases(), "127.0.0.1:9")


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_case_that_fails_is_named(small, workers) -> None:
    case = small.cases()[0]
    heavy = replace(case.missile.missile, payload_kg=1e9)
    broken = replace(case, missile=replace(case.missile, missile=heavy))
    with pytest.raises(ValueError, match="does not lift off") as found:
        run_here([broken, broken], workers=workers)
    assert found.value.__notes__ == [f"in the case {case.name}"]


def test_plots_that_settle_nothing_are_a_failed_estimate_and_end_no_campaign() -> None:
    from trilogue.analysis.scenario.play import play
    from trilogue.analysis.scenario.scenario import load
    from trilogue.analysis.tracking.divergence import DivergedError
    from trilogue.analysis.tracking.flight_estimate import estimate_flight
    from trilogue.analysis.tracking.plots import RANGE
    from trilogue.analysis.value import case as cases

    plots = play(load("single"), 1).observed.plots
    plots = plots.where(plots.sensor == 0)
    # A range beyond any number that a state can be squared in.
    plots.values[:, RANGE] = 1e200
    with pytest.raises(DivergedError):
        estimate_flight(plots)
    assert cases._estimate(plots) is None
