"""What a report costs in a store of some size: one process a size, told when to work.

Only one of them works at a time, in turns, so that whatever else the machine does meets all sizes
alike and the ratio between them stands.

    worker = Worker(folder)        opens the three stores, and runs all of the code once
    worker.turn("together")        a batch of reports to JP and back, or some one by one
    worker.close()
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.support.processes import open_trio
from tests.support.trio import Trio

from benchmarks.growth.stores import TOGETHER, entries, pass_on
from trilogue.store.sqlite import SqliteDatabase

__all__ = ["MODES", "Turn", "Worker"]

MODES = {"together": (TOGETHER, 1), "alone": (1, 16)}
"""Reports in a batch, and batches in a turn."""
WARM = 3


@dataclass(frozen=True)
class Turn:
    """What a turn took, a report; over the three engines."""

    entries: int
    cpu_us: float
    wall_us: float
    commits: float
    resident_mb: float


class Worker:
    """A process that holds the three stores of a size open."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.growth.work", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for mode in MODES:
            for _ in range(WARM):
                self.turn(mode)

    def turn(self, mode: str) -> Turn:
        """Have it work once. Raises `RuntimeError` when it ended."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{mode}\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker ended with {process.wait()}")
        return Turn(**json.loads(line))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def _work(trio: Trio, mode: str, commits: list[int]) -> Turn:
    together, times = MODES[mode]
    before, cpu, wall = commits[0], time.process_time(), time.perf_counter()
    for _ in range(times):
        pass_on(trio, together)
    reports = together * times
    return Turn(
        entries=entries(trio),
        cpu_us=1e6 * (time.process_time() - cpu) / reports,
        wall_us=1e6 * (time.perf_counter() - wall) / reports,
        commits=(commits[0] - before) / reports,
        resident_mb=_resident_mb(),
    )


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _counted() -> list[int]:
    """Count the transactions of every store from now on; each is synced."""
    commits, transaction = [0], SqliteDatabase.transaction

    @contextmanager
    def counting(self: SqliteDatabase) -> Iterator[None]:
        commits[0] += 1
        with transaction(self):
            yield

    SqliteDatabase.transaction = counting  # type: ignore[method-assign]
    return commits


def main() -> None:
    """Serve one size until the input ends."""
    commits = _counted()
    trio = open_trio(Path(sys.argv[1]))
    try:
        for line in sys.stdin:
            print(json.dumps(asdict(_work(trio, line.strip(), commits))), flush=True)
    finally:
        trio.close()


if __name__ == "__main__":
    main()
