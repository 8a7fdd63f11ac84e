"""A node that is told to stop ends soon and well, whatever it was in the middle of."""

from __future__ import annotations

import pytest
from tests.support.processes import Nodes
from tests.support.rules import standing
from tests.support.traffic import traffic

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
