"""Reports a second from KR by way of US to JP, receipts back at KR, over three real nodes.

Batches of reports are posted to KR's API without a pause, by so many clients at once. Time runs
from the first post until no outbox of the three holds anything any more: by then JP has opened
every report, and KR has both receipts of each. The nodes' stores are counted afterwards.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import Nodes

from benchmarks.exchange.nodes import batch, running
from trilogue.errors import UnavailableError
from trilogue.protocol.bodies import ReceiptBody

__all__ = ["Throughput", "measure"]

CLIENTS = 2
_TICKS = os.sysconf("SC_CLK_TCK")
LOOK = 0.02


@dataclass(frozen=True)
class Throughput:
    """What a run came to. CPU is that of the three nodes."""

    reports: int
    together: int
    """Reports in a batch."""
    seconds: float
    posting_seconds: float
    cpu_seconds: float
    largest_mb: float

    @property
    def rate(self) -> float:
        """Reports a second."""
        return self.reports / self.seconds


def measure(reports: int = 10_240, together: int = 256) -> Throughput:
    """Start nodes, file so many reports, and count what arrived."""
    with running() as nodes:
        _post(nodes, 4 * together, together)  # the nodes have then run all of their code
        _still(nodes)
        before = _cpu(nodes)
        begun = time.perf_counter()
        _post(nodes, reports, together)
        posted = time.perf_counter()
        _still(nodes)
        ended = time.perf_counter()
        cpu = _cpu(nodes) - before
        largest = max(_peak_mb(nodes[who].process.pid) for who in ("KR", "US", "JP"))
        _check(nodes, reports + 4 * together)
    return Throughput(reports, together, ended - begun, posted - begun, cpu, largest)


def _post(nodes: Nodes, reports: int, together: int) -> None:
    numbers = iter(range(0, reports, together))
    lock = threading.Lock()
    failed: list[Exception] = []

    def work() -> None:
        try:
            with nodes["KR"].client() as client:
                while True:
                    with lock:
                        first = next(numbers, None)
                    if first is None:
                        return
                    given = batch(first, min(together, reports - first))
                    while True:
                        try:
                            client.submit_batch(given)
                            break
                        except UnavailableError:
                            time.sleep(0.05)
        except Exception as error:  # noqa: BLE001 - told by the thread that waits
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def _still(nodes: Nodes) -> None:
    """Wait until nothing is under way: KR hears of the last receipt last."""
    clients = [nodes[who].client() for who in ("KR", "US", "JP")]
    try:
        last: list[int] = []
        while True:
            found = [client.status() for client in clients]
            now = [one.position for one in found]
            if now == last and not any(n.waiting for one in found for n in one.neighbours):
                return
            last = now
            time.sleep(LOOK)
    finally:
        for client in clients:
            client.close()


def _check(nodes: Nodes, reports: int) -> None:
    with nodes.at_rest() as trio:
        if len(trio.held("JP")) != reports:
            raise AssertionError(f"JP holds {len(trio.held('JP'))} of {reports} reports")
        receipts = Counter(
            statement.speaker
            for statement in trio.statements("KR", "receipt")
            for _ in statement.says(ReceiptBody).items
        )
        if receipts != {"US": reports, "JP": reports}:
            raise AssertionError(f"receipts for {reports} reports: {dict(receipts)}")


def _cpu(nodes: Nodes) -> float:
    ticks = 0
    for node in nodes:
        assert node.process is not None
        stat = Path(f"/proc/{node.process.pid}/stat").read_text("ascii")
        fields = stat.rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
