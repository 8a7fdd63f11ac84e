"""TAXII, as threat intelligence is shared: medallion, the server of its own standards body.

    KR ──STIX reports──> medallion <──polls── JP

KR adds STIX reports to a collection with `taxii2-client`, one by one or many in an envelope, and JP
reads the collection page by page until it has them all. medallion keeps them in memory and serves
plain HTTP: nothing is signed, sealed, synced or acknowledged. Both packages are in
`requirements/benchmark.txt`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.processes import free_ports, until

from benchmarks.exchange.plain import cpu_seconds, listens

__all__ = ["Taxii", "measure"]

COLLECTION = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
PAGE = 100
MOMENT = "2016-09-09T00:30:01.353Z"


@dataclass(frozen=True)
class Taxii:
    """What a run came to. CPU is of the server alone."""

    reports: int
    together: int
    posting_seconds: float
    reading_seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Reports a second that were added and then read."""
        return self.reports / (self.posting_seconds + self.reading_seconds)


def measure(reports: int, together: int) -> Taxii:
    """Add so many reports, so many in an envelope, and read them all."""
    from taxii2client.v21 import Collection, as_pages

    with tempfile.TemporaryDirectory(prefix="taxii-") as folder, ExitStack() as stack:
        (port,) = free_ports(1)
        command = [sys.executable, "-m", "medallion.scripts.run", "--port", str(port)]
        server = subprocess.Popen(
            [*command, str(_configured(Path(folder)))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(server.wait)
        stack.callback(server.kill)
        until(lambda: listens(port), "medallion does not listen")
        url = f"http://127.0.0.1:{port}/trial/collections/{COLLECTION}/"
        kr, jp = (stack.enter_context(Collection(url, user="a", password="a")) for _ in range(2))
        kr.add_objects({"objects": [_report(-1)]}, wait_for_completion=False)
        before, begun = cpu_seconds(server.pid), time.perf_counter()
        for first in range(0, reports, together):
            some = [_report(n) for n in range(first, min(first + together, reports))]
            kr.add_objects({"objects": some}, wait_for_completion=False)
        posted = time.perf_counter()
        read: set[str] = set()
        for page in as_pages(jp.get_objects, per_request=PAGE):
            read.update(one["id"] for one in page.get("objects", ()))
        ended, cpu = time.perf_counter(), cpu_seconds(server.pid) - before
        if len(read) != reports + 1:
            raise AssertionError(f"{len(read)} of {reports + 1} reports were read")
    return Taxii(reports, together, posted - begun, ended - posted, cpu)


def _report(number: int) -> dict[str, Any]:
    return {
        "type": "report",
        "spec_version": "2.1",
        "id": f"report--{uuid.uuid4()}",
        "created": MOMENT,
        "modified": MOMENT,
        "published": MOMENT,
        "name": "event",
        "description": f"seen, for the {number}th time",
        "lang": "en",
        "object_refs": [f"observed-data--{uuid.uuid4()}"],
    }


def _configured(folder: Path) -> Path:
    """Write a server with one empty collection; return where its configuration stands."""
    data = folder / "data.json"
    collection = {
        "id": COLLECTION,
        "title": "reports",
        "can_read": True,
        "can_write": True,
        "media_types": ["application/stix+json;version=2.1"],
        "objects": [],
        "manifest": [],
    }
    information = {
        "title": "trial",
        "versions": ["application/taxii+json;version=2.1"],
        "max_content_length": 100 << 20,
    }
    root = {"information": information, "status": [], "collections": [collection]}
    discovery = {"title": "trial", "api_roots": ["/trial/"], "default": "/trial/"}
    data.write_text(json.dumps({"/discovery": discovery, "trial": root}), "utf-8")
    backend = {
        "module": "medallion.backends.memory_backend",
        "module_class": "MemoryBackend",
        "filename": str(data),
    }
    configuration = folder / "medallion.json"
    configuration.write_text(
        json.dumps({"users": {"a": "a"}, "taxii": {"max_page_size": PAGE}, "backend": backend}),
        "utf-8",
    )
    return configuration
