"""A disk that takes no more: the node says so, refuses to act, and has done nothing by halves."""

from __future__ import annotations

from contextlib import suppress

import pytest
from tests.support.processes import Node, Nodes
from tests.support.trio import Filed

from trilogue.cli.exits import Exit
from trilogue.errors import TrilogueError, UnavailableError
from trilogue.node.inputs import Place, WithdrawalInput
from trilogue.node.verifying import verify

pytestmark = pytest.mark.processes

ROOM = 200_000
"""Bytes that the largest file may still grow by."""


def test_an_author_whose_disk_is_full_refuses_and_recovers_at_its_restart(nodes: Nodes) -> None:
    nodes.start()
    node = nodes["KR"]
    done = _fill(node)
    # Where twenty thousand bytes find no room a small report may: a node uses what there is.
    node.limit_files(0)
    with pytest.raises(UnavailableError, match="cannot be written"):
        node.submit("one more")
    before = node.status()
    assert before.halted
    with node.client() as client:
        # An act that writes nothing finds a way, and shows nothing about the disk.
        nowhere = Place(speaker="KR", index=before.log_size)
        with pytest.raises(TrilogueError, match="KR"):
            client.withdraw(WithdrawalInput(grant=nowhere, reason="none stands there"))
        assert client.status().halted
        assert not client.healthz().ready
        assert "cannot be written" in client.healthz().reasons[0]
        assert not client.readyz().ready
    with pytest.raises(UnavailableError, match="cannot be written"):
        node.submit("and another")
    assert (node.status().log_size, node.status().position) == (before.log_size, before.position)
    node.kill()
    node.start()
    late = node.submit("late")
    _check(nodes, [*done, late])


def test_a_node_that_finds_no_room_does_not_start_and_says_why(nodes: Nodes) -> None:
    code, said = nodes["KR"].try_to_start(blocks=16)
    assert code == Exit.UNAVAILABLE
    assert "the store cannot be opened" in said
    nodes.start("KR")
    assert nodes["KR"].submit()


def test_it_recovers_by_itself_once_there_is_room(nodes: Nodes) -> None:
    nodes.start()
    node = nodes["KR"]
    done = _fill(node)
    node.limit_files(None)
    done.append(node.submit("late"))
    with node.client() as client:
        assert client.healthz().ready
    _check(nodes, done)


def test_a_recipient_whose_disk_is_full_loses_nothing_that_waits_for_it(nodes: Nodes) -> None:
    nodes.start()
    nodes["US"].limit_files(_largest(nodes["US"]) + ROOM)
    done = []
    while not nodes["US"].status().halted:
        done.append(nodes["KR"].submit("x" * 20_000))
        nodes["KR"].grant(done[-1])
    assert nodes["KR"].waiting()
    nodes["US"].kill()
    nodes.start("US")
    _check(nodes, done)


def _fill(node: Node) -> list[Filed]:
    """Submit and grant until the disk takes no more; return the reports that were acknowledged."""
    node.limit_files(_largest(node) + ROOM)
    done: list[Filed] = []
    with suppress(UnavailableError):
        while True:
            done.append(node.submit("x" * 20_000))
    return done


def _largest(node: Node) -> int:
    return max(path.stat().st_size for path in node.directory.rglob("*") if path.is_file())


def _check(nodes: Nodes, done: list[Filed]) -> None:
    nodes.settle()
    for what in done:
        nodes["KR"].grant(what)
    nodes.settle()
    with nodes.at_rest() as trio:
        for engine in trio:
            assert not any(verify(engine).differences.values())
        expected = {digest for what in done for digest in what.portions}
        for who in ("KR", "US", "JP"):
            assert trio.held(who) == expected
        assert not trio.faults()
