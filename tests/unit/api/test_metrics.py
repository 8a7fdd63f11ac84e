"""A monitor at the API: it reads metrics, and nothing else."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse
from tests.support.office import Office


def read(text: bytes) -> dict[tuple[str, ...], float]:
    """Return samples by name and label values."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in parse(text.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("role", ["monitor", "administrator"])
def test_a_monitor_reads_metrics_through_the_api(office: Office, role: str) -> None:
    office.get("analyst", "/v1/status")
    office.ask(None, "GET", "/v1/status")
    office.ask("analyst", "GET", "/nowhere/that-somebody-wrote")
    answer = office.ask(role, "GET", "/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    found = read(answer.content)
    assert found["trilogue_api_requests_total", "status", "200"] == 1
    assert found["trilogue_api_requests_total", "status", "401"] == 1
    assert found["trilogue_api_requests_total", "none", "404"] == 1
    assert "that-somebody-wrote" not in answer.text
    assert "the-analyst" not in answer.text


def test_a_monitor_reads_nothing_else(office: Office) -> None:
    assert office.ask("monitor", "GET", "/v1/status").status_code == 403
    assert office.ask("monitor", "GET", "/v1/statements").status_code == 403
    assert office.ask("analyst", "GET", "/metrics").status_code == 403
    assert office.ask(None, "GET", "/metrics").status_code == 401
