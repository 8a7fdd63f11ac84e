"""How long the first page of flights takes after a node's start, and what acts notice of it.

A node that holds the plots of a launch is started again: it makes its picture by itself after a
moment. Somebody asks for the page at once, or after a while; meanwhile a neighbour's officer files
reports there, one after the other.
"""

from __future__ import annotations

import time

import httpx
import numpy as np
from tests.support.processes import Node, Nodes
from tests.support.trio import OFFICERS

from benchmarks.exchange.nodes import report, running
from benchmarks.page import markdown
from trilogue.cli.demo.launch import launch_material
from trilogue.node.founding import token_file
from trilogue.node.inputs import StandingInput

__all__ = ["first_pages"]

WATCHED_S = 30.0
STARTS = 3
PAGE = "/picture/flights"


def first_pages() -> str:
    """Run it; return the tables as Markdown."""
    with running() as nodes:
        _share(nodes)
        node = nodes["US"]
        waits = {"at once": 0.0, f"after {WATCHED_S:.0f} s": WATCHED_S}
        pages, acts, quiet = [], [], []
        for name, wait in waits.items():
            found = [_start(node, wait) for _ in range(STARTS)]
            pages.append([name, *(f"{f(one for one, _ in found):.2f}" for f in (min, max))])
            if wait:
                for _, took in found:
                    acts += [ms for at, ms in took if at < wait / 2]
                    quiet += [ms for at, ms in took if at >= wait / 2]
    first = markdown(
        f"The first page of flights after a start of US's node, {STARTS} starts each",
        ("asked for", "least s", "most s"),
        pages,
    )
    rows = [
        [name, f"{len(took)}", *(f"{np.percentile(took, share):.0f}" for share in (50, 99, 100))]
        for name, took in (
            (f"in the first {WATCHED_S / 2:.0f} s, the picture being made", acts),
            ("later", quiet),
        )
    ]
    second = markdown(
        "Reports filed there one after the other, from asking to the answer",
        ("when", "reports", "p50 ms", "p99 ms", "longest ms"),
        rows,
    )
    return f"{first}\n\n{second}"


def _share(nodes: Nodes) -> None:
    material = launch_material()
    for who, audience in (("KR", ("US",)), ("US", ("JP", "KR")), ("JP", ("KR", "US"))):
        with nodes[who].client() as client:
            client.stand(StandingInput(rule=material.standing(audience, client.status().at)))
            for stretch in material.stretches[:2]:
                client.submit(material.report(who, stretch))
    nodes.settle()
    with nodes["US"].client(seconds=600.0) as client:
        client.flights()  # compiled once on a machine, and kept


def _start(node: Node, wait: float) -> tuple[float, list[tuple[float, float]]]:
    """Start a node anew; return how long its first page took, and acts: when, milliseconds."""
    node.stop()
    node.start()
    took = []
    begun = time.perf_counter()
    with node.client() as client:
        while (at := time.perf_counter() - begun) < wait:
            asked = time.perf_counter()
            client.submit(report(len(took)))
            took.append((at, 1e3 * (time.perf_counter() - asked)))
            time.sleep(0.02)
    token = token_file(node.directory, OFFICERS[0]).read_text("ascii").strip()
    with httpx.Client(base_url=node.api_url, timeout=300) as browser:
        if browser.post("/sign-in", data={"token": token}).status_code != 303:
            raise AssertionError("nobody signed in")
        asked = time.perf_counter()
        answer = browser.get(PAGE)
        if answer.status_code != 200:
            raise AssertionError(f"{answer.status_code}")
        return time.perf_counter() - asked, took
