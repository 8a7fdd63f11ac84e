"""A neighbour that misbehaves over a properly authenticated channel: KR's key, anybody's bytes.

US runs; KR's key speaks to its peer port. Whatever it sends, US stays up, answers with a 4xx,
counts nothing, and serves its other neighbour meanwhile.
"""

from __future__ import annotations

import mmap
import random
import ssl
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from tests.support.channel import channel, context, request, tls_key
from tests.support.processes import Node, Nodes, open_trio
from tests.support.trio import Filed

from trilogue.node.condition import Status
from trilogue.protocol.delivery import MAX_DELIVERY

pytestmark = pytest.mark.processes

SEED = 20160909


@pytest.fixture
def us(running: Nodes) -> Node:
    """US's node, which runs."""
    return running["US"]


@pytest.fixture
def kr(running: Nodes) -> ssl.SSLContext:
    """What shows KR's key."""
    return context(tls_key(running["KR"]))


@pytest.fixture
def granted(nodes: Nodes) -> tuple[Filed, bytes]:
    """A report that KR granted before it went down, and the delivery of it that waits for US."""
    trio = open_trio(nodes.base)
    what = trio.file("KR")
    trio.grant(what)
    outgoing = trio["KR"].sending.outgoing("US")
    assert outgoing is not None
    trio.close()
    return what, outgoing.data


GARBAGE = {
    "nothing": b"",
    "no JSON": b"\xff" * 1000,
    "no delivery": b"{}",
    "a list": b"[]",
    "zeros": bytes(65536),
    "very deep": b"[" * 200_000,
    "a very long number": b'{"v":' + b"9" * 100_000 + b"}",
    "not a number": b'{"v":NaN}',
    "a lone surrogate": b'{"sender":"\\ud800"}',
    "one key twice": b'{"v":1,"v":1}',
    "nobody's": b'{"boxes":[],"ciphertexts":[],"sender":"XX","v":1,"voices":[]}',
    "no neighbour's": b'{"boxes":[],"ciphertexts":[],"sender":"US","v":1,"voices":[]}',
}


def test_garbage_is_answered_and_counts_for_nothing(us: Node, kr: ssl.SSLContext) -> None:
    before = us.status()
    with channel(us, kr) as connection:
        for name, body in GARBAGE.items():
            assert request(connection, "POST", "/deliver", body) == 400, name
            assert request(connection, "POST", "/witness/add-checkpoint", body) == 400, name
        assert request(connection, "GET", "/seen") == 204
    assert _without_time(us.status()) == _without_time(before)


def test_there_is_nothing_else_at_the_port(us: Node, kr: ssl.SSLContext) -> None:
    with channel(us, kr) as connection:
        for method, path in (
            ("GET", "/"),
            ("GET", "/deliver"),
            ("POST", "/seen"),
            ("GET", "/v1/status"),
            ("POST", "/v1/reports"),
            ("GET", "/../node.toml"),
            ("DELETE", "/deliver"),
        ):
            assert request(connection, method, path) == 404, (method, path)


@pytest.mark.threat("T17")
def test_what_is_too_large_is_not_read_to_its_end(us: Node, kr: ssl.SSLContext) -> None:
    size = MAX_DELIVERY + (4 << 20)
    before, memory = us.status(), _memory(us)
    for _ in range(5):
        with channel(us, kr) as connection:
            assert request(connection, "POST", "/deliver", bytes(size)) == 400
    assert _without_time(us.status()) == _without_time(before)
    # Five times as much was sent; what is kept of it is less than one.
    assert _memory(us) - memory < size


@pytest.mark.threat("T17")
def test_bodies_that_stall_hold_up_nobody_else(
    running: Nodes, us: Node, kr: ssl.SSLContext
) -> None:
    with ExitStack() as stack:
        for _ in range(40):
            connection = stack.enter_context(channel(us, kr))
            connection.sendall(
                b"POST /deliver HTTP/1.1\r\nhost: us\r\ncontent-length: 100\r\n\r\n{"
            )
        what = running["JP"].submit("seen")
        running["JP"].grant(what, "US")
        running.until(lambda: us.statements("grant"), "JP's grant does not arrive")
        assert us.read(what) == "seen"


@pytest.mark.threat("T02")
def test_a_delivery_with_any_byte_changed_counts_for_nothing_and_the_true_one_does(
    nodes: Nodes, granted: tuple[Filed, bytes]
) -> None:
    what, data = granted
    chance = random.Random(SEED)
    nodes.start("US")
    with channel(nodes["US"], context(tls_key(nodes["KR"]))) as connection:
        for _ in range(50):
            spoilt = bytearray(data)
            spoilt[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            assert request(connection, "POST", "/deliver", bytes(spoilt)) in (200, 400)
    nodes.start()
    nodes.settle()
    assert nodes["JP"].read(what) == "seen"
    with nodes.at_rest() as trio:
        assert trio.held("US") == trio.held("JP") == set(what.portions)


def test_a_neighbour_cannot_speak_in_anothers_name(us: Node, kr: ssl.SSLContext) -> None:
    """What comes over KR's channel comes from KR, whatever it says: JP is not blamed for it."""
    body = b'{"boxes":[],"ciphertexts":[],"sender":"JP","v":1,"voices":[]}'
    with channel(us, kr) as connection:
        assert request(connection, "POST", "/deliver", body) == 400


@pytest.mark.threat("T17")
def test_a_head_without_end_is_cut_off(us: Node, kr: ssl.SSLContext) -> None:
    memory = _memory(us)
    with channel(us, kr) as connection, pytest.raises(OSError):
        _repeat(connection, b"x: " + b"y" * 65536 + b"\r\n")
    assert _memory(us) - memory < 16 << 20


def _repeat(connection: ssl.SSLSocket, line: bytes) -> None:
    """Send one line of a head again and again, for as long as it can be sent."""
    connection.sendall(b"POST /deliver HTTP/1.1\r\nhost: us\r\n")
    while True:
        connection.sendall(line)


def _memory(node: Node) -> int:
    """Return how many bytes a node's process has in memory."""
    assert node.process is not None
    statm = Path(f"/proc/{node.process.pid}/statm").read_text("ascii")
    return int(statm.split()[1]) * mmap.PAGESIZE


def _without_time(answer: Status) -> Status:
    """Return a status without what changes by itself: time, disk, and whom the node reaches."""
    neighbours = tuple(
        msgspec.structs.replace(one, heard=None, reachable=None, problem="", cosigned=0)
        for one in answer.neighbours
    )
    return msgspec.structs.replace(
        answer, at="", free_bytes=0, queued=0, neighbours=neighbours, advice=()
    )
