"""The benchmark of the console: how long a page takes when ten thousand reports are known.

    python -m benchmarks.console [--reports 10240] [--only pages|globe|start] [--write]

Three real nodes; KR files the reports and all of them reach JP. Then somebody is signed in at JP,
and each page is asked for again and again over one kept connection, as a browser does, from the
request to the last byte of the answer. Then a browser has the list of reports open at two nodes,
and shows what is new by itself.

Then the globe (`benchmarks.console.globe`): a picture of 200 tracks and 50,000 plots. Last, the
first page of flights after a start (`benchmarks.console.start`).
"""

from __future__ import annotations

import time

import click
import httpx
import numpy as np
from tests.support.processes import Node
from tests.support.trio import OFFICERS

from benchmarks.console.globe import tables
from benchmarks.console.live import ROUNDS as ROUNDS_LIVE
from benchmarks.console.live import updates
from benchmarks.console.start import first_pages
from benchmarks.exchange.nodes import batch, running
from benchmarks.page import machine, markdown, tell
from trilogue.node.founding import token_file

ROUNDS = 50
TOGETHER = 256
PAGES = {
    "reports, the newest": "/reports",
    "reports, in the middle": "/reports?before=5000",
    "one report": "/reports/KR/100",
    "desk": "/desk",
    "log, the newest": "/statements",
    "arrangement": "/arrangement",
}


def table(reports: int) -> str:
    """Run it; return the table as Markdown."""
    with running() as nodes:
        with nodes["KR"].client() as client:
            for first in range(0, reports, TOGETHER):
                client.submit_batch(batch(first, min(TOGETHER, reports - first)))
        nodes.settle()
        found = _pages(nodes["JP"])
        shown = updates(nodes)
    pages = markdown(
        f"Pages of JP's console, with {reports:,} reports known, asked for {ROUNDS} times",
        ("page", "p50 ms", "p99 ms", "kB"),
        [
            [
                name,
                *(f"{np.percentile(took, share):.1f}" for share in (50, 99)),
                f"{size / 1e3:.0f}",
            ]
            for name, took, size in found
        ],
    )
    live = markdown(
        f"From KR's signature for a report until a page that is open shows it, {ROUNDS_LIVE} times",
        ("page", "p50 ms", "p99 ms", "longest ms"),
        [
            [
                f"reports at {who}",
                *(f"{np.percentile(took, share):.0f}" for share in (50, 99, 100)),
            ]
            for who, took in shown
        ],
    )
    return f"{pages}\n\n{live}"


def _pages(node: Node) -> list[tuple[str, list[float], int]]:
    token = token_file(node.directory, OFFICERS[0]).read_text("ascii").strip()
    found = []
    with httpx.Client(base_url=node.api_url, timeout=60) as browser:
        if browser.post("/sign-in", data={"token": token}).status_code != 303:
            raise AssertionError("nobody signed in")
        for name, path in PAGES.items():
            took, size = [], 0
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                answer = browser.get(path)
                took.append(1e3 * (time.perf_counter() - begun))
                if answer.status_code != 200:
                    raise AssertionError(f"{path}: {answer.status_code}")
                size = len(answer.content)
            found.append((name, took, size))
    return found


@click.command()
@click.option("--reports", default=10_240, help="How many reports are known.")
@click.option("--only", type=click.Choice(["pages", "globe", "start"]), help="One of the three.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def main(reports: int, only: str | None, write: bool) -> None:
    """Run the benchmark of the console."""
    if only in (None, "pages"):
        text = f"{table(reports)}\n\n{machine(('litestar', 'jinja2', 'uvloop'))}."
        tell("console", text, write=write)
    if only in (None, "globe"):
        with running() as nodes:
            text = f"{tables(nodes['US'])}\n\n{machine(('numpy', 'msgspec', 'playwright'))}."
        tell("globe", text, write=write)
    if only in (None, "start"):
        text = f"{first_pages()}\n\n{machine(('numba', 'scipy', 'litestar'))}."
        tell("start", text, write=write)


if __name__ == "__main__":
    main()
