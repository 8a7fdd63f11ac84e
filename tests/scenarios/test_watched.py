"""A real node as its operator and its monitor see it."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families as parse
from tests.support.processes import COMMAND, Node, Nodes, free_ports

pytestmark = pytest.mark.processes


def _read(url: str) -> dict[tuple[str, ...], float]:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in parse(answer.read().decode())
            for sample in family.samples
        }


def _status(node: Node) -> tuple[int, dict[str, object]]:
    """Ask as an operator does, with the directory alone."""
    done = subprocess.run(
        [*COMMAND, "node", "status", str(node.directory), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def test_a_monitor_on_this_machine_sees_what_moves(nodes: Nodes) -> None:
    ports = free_ports(3)
    urls = {}
    for node in nodes:
        address = f"127.0.0.1:{ports.pop()}"
        msgspec.structs.replace(node.settings, metrics=address).write()
        urls[node.name] = f"http://{address}/metrics"
    nodes.start()
    kr = nodes["KR"]
    kr.grant(kr.submit())
    nodes.settle()
    found = {who: _read(url) for who, url in urls.items()}
    assert found["KR"]["trilogue_statements_logged_total", "report"] == 1
    assert found["KR"]["trilogue_statements_logged_total", "grant"] == 1
    assert found["JP"]["trilogue_statements_logged_total", "receipt"] == 1
    assert found["US"]["trilogue_statements_accepted_total", "KR"] >= 2
    assert found["US"]["trilogue_outbox_statements", "JP"] == 0
    assert found["KR"]["trilogue_neighbour_reachable", "US"] == 1
    assert found["KR"]["trilogue_commit_seconds_count",] > 0
    assert found["KR"]["process_resident_memory_bytes",] > 0
    assert found["KR"]["trilogue_in_force",] == 1
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(urls["KR"].replace("/metrics", "/v1/status"), timeout=60)


def test_an_operator_sees_a_neighbour_that_is_away_and_what_waits(nodes: Nodes) -> None:
    nodes.start("KR")
    kr = nodes["KR"]
    kr.submit()
    kr.grant(kr.submit())
    code, found = _status(kr)
    assert code == 0
    (us,) = found["neighbours"]  # type: ignore[misc]
    assert us["waiting"] > 0
    assert us["oldest"] is not None
    assert us["reachable"] is None  # a directory does not know
    nodes.until(
        lambda: kr.status().neighbours[0].reachable is False, "KR does not notice that US is away"
    )
    assert any("US is not reached" in one for one in kr.status().advice)
    nodes.start("US")
    nodes.until(lambda: kr.status().neighbours[0].reachable, "KR does not notice that US is back")
    assert kr.status().neighbours[0].heard is not None


def test_readiness_follows_the_arrangement(strangers: Nodes) -> None:
    strangers.start("KR")
    with strangers["KR"].client() as client:
        assert client.healthz().ready
        answer = client.readyz()
        assert not answer.ready
        assert any("Not in force" in reason for reason in answer.reasons)
    assert _status(strangers["KR"])[0] == 4
    assert "What to do" in _people(strangers["KR"])


def _people(node: Node) -> str:
    done = subprocess.run(
        [*COMMAND, "node", "status", str(node.directory)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout
