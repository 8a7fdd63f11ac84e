"""The benchmark of the exchange: throughput, latency, and the floor of its own primitives.

    python -m benchmarks.exchange [--peers] [--write]

`--peers` runs other ways to share instead (`benchmarks.exchange.peers`). `--write` puts the tables
into `docs/performance.md`.
"""

from __future__ import annotations

import os

import click

from benchmarks.exchange import floor, latency, throughput
from benchmarks.page import machine, markdown, tell

TOGETHER = 256


def tables() -> str:
    """Run all of it; return the tables as Markdown."""
    lowest = floor.measure(TOGETHER)
    through = throughput.measure(together=TOGETHER)
    under_way = latency.measure()
    cores = os.cpu_count() or 1
    work = 1e6 * through.cpu_seconds / through.reports
    rate = markdown(
        "Reports from KR by way of US to JP, receipts back at KR; three nodes, TLS, synced",
        (
            *("reports", "in a batch", "reports/s", "CPU of the nodes µs/report"),
            *("floor µs/report", "times the floor", "largest node MB"),
        ),
        [
            [
                f"{through.reports:,}",
                str(through.together),
                f"{through.rate:,.0f}",
                f"{work:,.0f}",
                f"{lowest.microseconds:,.0f}",
                f"{work / lowest.microseconds:.1f}",
                f"{through.largest_mb:.0f}",
            ]
        ],
    )
    waits = markdown(
        f"From submitting a report at KR until JP has opened it, at {under_way.pace:.0f} reports/s",
        ("reports", "p50 ms", "p90 ms", "p99 ms", "longest ms"),
        [
            [
                f"{len(under_way.milliseconds):,}",
                *(f"{under_way.percentile(share):.1f}" for share in (50, 90, 99, 100)),
            ]
        ],
    )
    parts = markdown(
        f"The floor: what a report needs over all three nodes, {lowest.together} in a batch",
        ("primitive", "calls a report", "µs each", "µs a report"),
        [
            [one.name, f"{one.calls:.3f}", f"{one.microseconds:.3g}", f"{one.together:.1f}"]
            for one in (*lowest.worked, lowest.synced)
        ],
    )
    note = (
        f"The nodes, the clients that file and the readers share {cores} cores. A row is written"
        " with its indexes, as the nodes write it. The floor holds neither reading, JSON, HTTP nor"
        " sockets; a sync is waited for and is no part of the sum."
    )
    return f"{rate}\n\n{waits}\n\n{parts}\n\n{note}"


@click.command()
@click.option("--peers", is_flag=True, help="Run other ways to share instead, and ours beside.")
@click.option("--write", is_flag=True, help="Put the tables into docs/performance.md.")
def main(peers: bool, write: bool) -> None:
    """Run the benchmark of the exchange."""
    if peers:
        from benchmarks.exchange.peers import main as beside

        beside(write=write)
        return
    table = f"{tables()}\n\n{machine(('cryptography', 'msgspec', 'uvloop'))}."
    tell("exchange", table, write=write)


if __name__ == "__main__":
    main()
