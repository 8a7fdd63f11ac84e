"""Three real nodes for a benchmark: founded, the arrangement adopted, a standing consent laid down.

Each is a process of its own; they talk over TLS and sync every commit, as in operation.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import Nodes
from tests.support.rules import standing
from tests.support.trio import portion

from trilogue.node.inputs import BatchInput, ReportInput, StandingInput

__all__ = ["batch", "report", "running"]


@contextmanager
def running() -> Iterator[Nodes]:
    """Start three nodes, of which KR grants at once whatever it files here; end them afterwards."""
    with tempfile.TemporaryDirectory(prefix="exchange-") as base:
        nodes = Nodes.copy(Path(base))
        nodes.start()
        try:
            with nodes["KR"].client() as client:
                client.stand(StandingInput(rule=standing(per_hour=100_000_000)))
            nodes.settle()
            yield nodes
        finally:
            nodes.end()


def report(number: int) -> ReportInput:
    """Return a report of one portion: a sentence on the test site."""
    return ReportInput(portions=(portion(f"seen, for the {number}th time"),))


def batch(first: int, size: int) -> BatchInput:
    """Return so many reports in a batch."""
    return BatchInput(reports=tuple(report(first + k) for k in range(size)))
