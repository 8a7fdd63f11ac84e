"""Running a campaign: on all cores, or on a Dask cluster. The rows are the same either way.

Cases go out one by one, so that a slow one holds nobody up, and their rows are put back into the
order of the cases.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib import import_module
from multiprocessing import get_context
from typing import Any

from trilogue.analysis.value.campaign import Case
from trilogue.analysis.value.case import run_case
from trilogue.analysis.value.row import Row

__all__ = ["ClusterError", "run_here", "run_on_dask"]

Progress = Callable[[int], None]
CONNECT_SECONDS = 20.0


class ClusterError(RuntimeError):
    """The Dask cluster cannot be used; the message says what to do."""


def run_here(
    cases: Sequence[Case], *, workers: int | None = None, done: Progress = lambda _n: None
) -> list[Row]:
    """Run cases in so many processes, by default one a core; tell `done` of each that ends."""
    count = min(workers or os.cpu_count() or 1, max(len(cases), 1))
    if count == 1:
        return _in_order(_one_by_one(cases, done), len(cases))
    # New interpreters, not forks: the parent has threads (a progress bar's, numba's).
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(_run, case): k for k, case in enumerate(cases)}
        try:
            return _in_order(
                (_told(running[one], one.result(), done) for one in as_completed(running)),
                len(cases),
            )
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def run_on_dask(
    cases: Sequence[Case], address: str, *, done: Progress = lambda _n: None
) -> list[Row]:
    """Run cases on the workers of a Dask scheduler.

    Raises `ClusterError` when Dask is not installed, nobody answers, or no worker is there.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise ClusterError(
            "Dask is not installed: `pip install 'trilogue[dask]'` brings it"
        ) from error
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address}: {error}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise ClusterError(f"the scheduler at {address} has no worker") from error
        futures = client.map(_run, cases, pure=False)
        running = {one.key: k for k, one in enumerate(futures)}
        return _in_order(
            (
                _told(running[one.key], rows, done)
                for one, rows in distributed.as_completed(
                    futures, loop=client.loop, with_results=True
                )
            ),
            len(cases),
        )


def _one_by_one(cases: Iterable[Case], done: Progress) -> Iterable[tuple[int, tuple[Row, ...]]]:
    """Yield the number and rows of each case, run here."""
    for k, case in enumerate(cases):
        yield _told(k, _run(case), done)


def _run(case: Case) -> tuple[Row, ...]:
    try:
        return run_case(case)
    except Exception as error:
        error.add_note(f"in the case {case.name}")
        raise


def _told(k: int, rows: tuple[Row, ...], done: Progress) -> tuple[int, tuple[Row, ...]]:
    done(1)
    return k, rows


def _in_order(found: Iterable[tuple[int, tuple[Row, ...]]], count: int) -> list[Row]:
    parts: list[tuple[Row, ...]] = [()] * count
    for k, rows in found:
        parts[k] = rows
    return [row for rows in parts for row in rows]
