"""Stores of a wanted size, filled with the nodes' own traffic.

Three engines in one process take batches of reports from KR by way of US to JP, with receipts. The
last is then told again (`benchmarks.growth.again`) until KR's log has so many entries. On the way,
each wanted size is kept. A million entries take some minutes and thirteen gigabytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.support.processes import Nodes, open_trio
from tests.support.rules import standing
from tests.support.trio import OFFICERS, Trio

from benchmarks.exchange.nodes import batch
from benchmarks.growth.again import AT_ONCE, Again
from trilogue.node.inputs import StandingInput

__all__ = ["TOGETHER", "entries", "fill", "pass_on"]

TOGETHER = 256
"""Reports in a batch."""


def fill(base: Path, sizes: Iterable[int], told: Callable[[int], None]) -> dict[int, Path]:
    """Return the folder of three nodes for each number of entries in KR's log.

    What stands in `base` already is taken as it is, and the largest of it is gone on from.
    `told` hears how many entries there are, now and then.
    """
    wanted = {size: base / str(size) for size in sorted(sizes)}
    for size, place in wanted.items():
        if place.exists():
            continue
        growing = base / "growing"
        shutil.rmtree(growing, ignore_errors=True)
        before = [path for have, path in wanted.items() if have < size]
        if before:
            shutil.copytree(before[-1], growing)
        else:
            Nodes.copy(growing)
        trio = open_trio(growing)
        try:
            if not before:
                rule = StandingInput(rule=standing(per_hour=100_000_000))
                trio.act("KR", lambda engine: engine.desk.stand(rule, OFFICERS))  # noqa: B023 - run at once
                trio.settle()
            _fill(trio, size, told)
        finally:
            trio.close()
        growing.rename(place)
    return wanted


def _fill(trio: Trio, size: int, told: Callable[[int], None]) -> None:
    pass_on(trio, TOGETHER)
    again = Again(trio, lambda: pass_on(trio, TOGETHER))
    while (left := (size - entries(trio)) // again.count["KR"]) > 0:
        told(entries(trio))
        again.tell(min(left, 4 * AT_ONCE))


def entries(trio: Trio) -> int:
    """Return how many entries KR's log has."""
    found: int = trio["KR"].db.q.size_of(speaker="KR")
    return found


def pass_on(trio: Trio, reports: int) -> None:
    """File so many reports at KR together, and carry them to JP and all receipts back."""
    given = batch(entries(trio), reports).reports
    done, _ = trio.act("KR", lambda engine: engine.submit_all(given))
    failures = trio.settle()
    if failures or len(done) != reports:
        raise AssertionError(f"not all reports came to JP: {failures}")
