"""The exchange beside others: what it takes to share reports in the ways that are used today.

    python -m benchmarks.exchange --peers [--write]

None of them does what the exchange does: what each leaves out stands in the table. It needs the
packages of `requirements/benchmark.txt`.
"""

from __future__ import annotations

from benchmarks.exchange import plain, taxii
from benchmarks.exchange.throughput import measure as exchanged
from benchmarks.page import machine, markdown, tell

__all__ = ["main", "tables"]

SINGLE, BULK, TOGETHER = 500, 2_560, 256
"""Reports one by one, reports in batches, and reports in a batch."""


def tables() -> str:
    """Run the exchange and its peers; return the table as Markdown."""
    ours = [exchanged(BULK, TOGETHER), exchanged(SINGLE, 1)]
    signed = plain.measure(SINGLE)
    one, many = taxii.measure(SINGLE, 1), taxii.measure(BULK, TOGETHER)
    without = "signatures, sealing, consent, sync, receipts, TLS, a hub"
    rows = [
        *(
            (
                "Trilogue, KR by way of US to JP",
                run.together,
                run.reports,
                run.rate,
                run.cpu_seconds,
                "–",
            )
            for run in ours
        ),
        (
            "each message signed by itself, KR by way of US to JP",
            1,
            signed.messages,
            signed.rate,
            signed.cpu_seconds,
            "sealing, consent, a log and its proofs",
        ),
        *(
            (
                "TAXII (medallion), KR to JP",
                run.together,
                run.reports,
                run.rate,
                run.cpu_seconds,
                without,
            )
            for run in (one, many)
        ),
    ]
    table = markdown(
        "Reports shared, beside two other ways",
        ("way", "in a batch", "reports", "reports/s", "CPU µs/report", "does without"),
        [
            [name, str(batch), f"{count:,}", f"{rate:,.0f}", f"{1e6 * cpu / count:,.0f}", less]
            for name, batch, count, rate, cpu, less in rows
        ],
    )
    return f"{table}\n\n{machine(('cryptography', 'medallion', 'taxii2-client'))}."


def main(*, write: bool) -> None:
    """Run them; put the table into docs/performance.md when asked to."""
    table = tables()
    tell("peers", table, write=write)
