"""How long a node takes to start over a store of some size, and how much memory it then has.

A real process, from its first instruction until it answers `healthz` and takes a neighbour's
connection. *Cold* means that the system has nothing of the store in memory.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import Node

__all__ = ["Start", "start"]


@dataclass(frozen=True)
class Start:
    """What a start took."""

    cold_s: float
    warm_s: float
    cpu_s: float
    """Of the process, over all its threads: what a busy machine makes no longer."""
    resident_mb: float


def start(folder: Path, times: int = 3) -> Start:
    """Start the node of a folder cold and warm, each so often; return the quickest of each."""
    cold, warm, cpu, resident = [], [], [], []
    node = Node(folder)
    for _ in range(times):
        _drop(folder)
        for took in (cold, warm):
            begun = time.perf_counter()
            node.start()
            took.append(time.perf_counter() - begun)
            assert node.process is not None
            cpu.append(_cpu_s(node.process.pid))
            resident.append(_peak_mb(node.process.pid))
            node.stop()
    return Start(min(cold), min(warm), min(cpu), max(resident))


def _drop(folder: Path) -> None:
    """Have the system forget what it holds of a folder's files."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
