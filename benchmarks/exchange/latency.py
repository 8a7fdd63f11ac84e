"""How long a report is under way: from submitting it at KR until JP has opened it.

Reports are posted one by one at a steady pace. A reader follows JP's stream of statements; a report
counts there once JP has opened it and its receipt is on disk.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np
from tests.support.processes import Node

from benchmarks.exchange.nodes import report, running

__all__ = ["Latency", "measure"]

WARM = 100
"""Reports that go before those that count: the nodes have then run all of their code."""


@dataclass(frozen=True)
class Latency:
    """What a run came to."""

    pace: float
    """Reports a second."""
    milliseconds: tuple[float, ...]

    def percentile(self, share: float) -> float:
        """Return the time within which so many per cent of the reports were opened."""
        return float(np.percentile(self.milliseconds, share))


def measure(pace: float = 50.0, seconds: float = 30.0) -> Latency:
    """Start nodes, and follow reports that come at a pace."""
    with running() as nodes:
        seen: dict[int, float] = {}
        after = nodes["JP"].status().position
        reader = threading.Thread(target=_follow, args=(nodes["JP"], after, seen), daemon=True)
        reader.start()
        sent: dict[int, float] = {}
        with nodes["KR"].client() as client:
            begun = time.perf_counter()
            for number in range(WARM + round(pace * seconds)):
                wait = begun + number / pace - time.perf_counter()
                if wait > 0.0:
                    time.sleep(wait)
                at = time.perf_counter()
                sent[client.submit(report(number)).report.index] = at
        end = time.perf_counter() + 30.0
        while not sent.keys() <= seen.keys() and time.perf_counter() < end:
            time.sleep(0.05)
        missing = sent.keys() - seen.keys()
        if missing:
            raise AssertionError(f"{len(missing)} of {len(sent)} reports did not come to JP")
        counted = sorted(sent)[WARM:]
        took = tuple(1e3 * (seen[index] - sent[index]) for index in counted)
    return Latency(pace, took)


def _follow(node: Node, after: int, seen: dict[int, float]) -> None:
    with node.client() as client:
        for entry in client.stream(after=after):
            if entry.kind == "report":
                seen[entry.statement.index] = time.perf_counter()
