"""A node that is told to stop ends soon and well, whatever it was in the middle of."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest
from tests.support.processes import OFFICERS, Nodes
from tests.support.rules import standing
from tests.support.traffic import traffic

from trilogue.node.founding import token_file
from trilogue.node.inputs import StandingInput

pytestmark = pytest.mark.processes


def test_nodes_stop_well_under_traffic_and_lose_nothing(nodes: Nodes) -> None:
    nodes.start()
    with nodes["KR"].client() as client:
        client.stand(StandingInput(rule=standing()))
    with traffic(nodes["KR"], pause=0) as done:
        for who in ("US", "KR", "JP", "KR", "US"):
            assert nodes[who].stop() == 0
            nodes[who].start()
    nodes.settle()
    with nodes.at_rest() as trio:
        expected = {digest for what in done for digest in what.portions}
        assert trio.held("KR") == trio.held("US") == trio.held("JP") == expected
        assert not trio.faults()


def test_a_caller_that_leaves_in_the_middle_of_its_body_is_no_error_of_the_node(
    nodes: Nodes,
) -> None:
    nodes.start("KR")
    node = nodes["KR"]
    url = urlsplit(node.settings.api_url)
    token = token_file(node.directory, OFFICERS[0]).read_text("ascii").strip()
    head = (
        f"POST /v1/reports HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nIdempotency-Key: half\r\nContent-Length: 1000\r\n\r\n"
    )
    for _ in range(5):
        with socket.create_connection((url.hostname, url.port)) as caller:
            caller.sendall(head.encode() + b'{"portions": [')
    # The node answers the next caller, and its log shows no failure of its own.
    before = len(node.statements())
    assert node.stop() == 0
    assert "Traceback" not in node.stderr
    node.start()
    assert len(node.statements()) == before
