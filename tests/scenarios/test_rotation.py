"""New working keys on a network that runs: signatures, boxes and channels change over unbroken."""

from __future__ import annotations

import pytest
from tests.support.channel import channel, context, request, tls_key
from tests.support.processes import Nodes, command
from tests.support.rules import standing
from tests.support.traffic import traffic
from tests.support.trio import PARTICIPANTS

from trilogue.node.inputs import StandingInput
from trilogue.node.verifying import verify

pytestmark = pytest.mark.processes


def test_every_node_replaces_its_keys_under_traffic(nodes: Nodes) -> None:
    nodes.start()
    with nodes["KR"].client() as client:
        client.stand(StandingInput(rule=standing()))
    with traffic(nodes["KR"]) as done:
        for who in ("JP", "US", "KR"):
            _rotate(nodes, who)
    nodes.settle()
    nodes.stop()
    nodes.start()
    done.append(nodes["KR"].submit("late"))
    nodes.settle()
    with nodes.at_rest() as trio:
        expected = {digest for what in done for digest in what.portions}
        for who in PARTICIPANTS:
            assert trio.held(who) == expected
            assert [one.body["material"]["sequence"] for one in trio.own(who, "keys")] == [0, 1]
            assert not any(verify(trio[who]).differences.values())
        assert not trio.faults()
        assert not trio.failed()


@pytest.mark.threat("T12")
def test_a_key_that_was_replaced_twice_opens_no_channel(nodes: Nodes) -> None:
    nodes.start()
    for _ in range(2):
        _rotate(nodes, "KR")
        nodes.settle()
    nodes.until(lambda: _reaches(nodes, "KR", 2), "the new key opens no channel")
    assert not _reaches(nodes, "KR", 0)


def test_a_hub_replaces_its_keys_while_a_neighbour_is_away(nodes: Nodes) -> None:
    """The other neighbour's channel stays, and the one that was away finds its way back."""
    nodes.start("KR", "US")
    for number in range(3):
        _rotate(nodes, "US")
        nodes.until(
            lambda number=number: len(nodes["KR"].statements("keys", by="US")) == 2 + number,
            "KR does not hear of US's new keys",
        )
    nodes["KR"].stop()
    nodes["KR"].start()
    what = nodes["KR"].submit()
    nodes["KR"].grant(what)
    nodes.until(lambda: nodes["US"].statements("grant"), "KR does not reach US any more")
    nodes.start("JP")
    nodes.settle()
    assert nodes["JP"].read(what) == "seen"


def test_boxes_that_were_sealed_before_several_new_keys_still_open(nodes: Nodes) -> None:
    """JP replaces its keys again and again while a grant sealed to the first waits for it."""
    nodes.start("KR", "US")
    what = nodes["KR"].submit()
    nodes["KR"].grant(what)
    nodes.until(lambda: nodes["KR"].waiting() == 0, "US does not take the grant in")
    for _ in range(3):
        command("node", "rotate-keys", nodes["JP"].directory)
    nodes.start("JP")
    nodes.settle()
    assert nodes["JP"].read(what) == "seen"
    with nodes.at_rest() as trio:
        assert not trio.faults()


def _rotate(nodes: Nodes, who: str) -> None:
    assert nodes[who].stop() == 0
    command("node", "rotate-keys", nodes[who].directory)
    nodes[who].start()


def _reaches(nodes: Nodes, who: str, sequence: int) -> bool:
    """Whether a TLS key of a neighbour's opens the hub's port."""
    try:
        with channel(nodes["US"], context(tls_key(nodes[who], sequence))) as connection:
            return request(connection, "GET", "/seen") == 204
    except OSError:
        return False
