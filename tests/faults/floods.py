"""Too much: a body of a gigabyte, heads and bodies that never end, ten thousand connections."""

from __future__ import annotations

import resource
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.faults.deliveries import as_kr
from tests.faults.fault import fault
from tests.faults.scene import Scene
from tests.support.channel import answer, channel
from tests.support.processes import Node, until
from tests.support.trio import OFFICERS
from trilogue.node.founding import token_file

FLOODS = "Floods"
GIGABYTE = 1 << 30
PIECE = bytes(1 << 20)
MANY = 10_000


def memory_mb(node: Node) -> float:
    """Return the most memory that a node's process ever had, in MiB."""
    assert node.process is not None
    status = Path(f"/proc/{node.process.pid}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


@contextmanager
def api(node: Node) -> Iterator[socket.socket]:
    """Connect to a node's API."""
    host, port = node.settings.api_address
    with socket.create_connection((host, port), 60) as plain:
        yield plain


def pour(connection: socket.socket | ssl.SSLSocket, path: str, token: str = "") -> tuple[int, int]:
    """Send a gigabyte as one body, or as much as is taken; return status and bytes."""
    head = f"POST {path} HTTP/1.1\r\nhost: node\r\ncontent-type: application/json\r\n"
    head += f"authorization: Bearer {token}\r\n" if token else ""
    connection.sendall(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
    sent = 0
    with suppress(OSError):
        while sent < GIGABYTE:
            connection.sendall(f"{len(PIECE):x}\r\n".encode() + PIECE + b"\r\n")
            sent += len(PIECE)
        connection.sendall(b"0\r\n\r\n")
    try:
        return answer(connection), sent  # type: ignore[arg-type]
    except (OSError, ValueError, ssl.SSLError):
        return 0, sent


@fault(
    FLOODS,
    "a neighbour sends a gigabyte",
    does="US reads as much as a delivery may have, answers 400 and ends the connection.",
    recovers="nothing to recover from",
)
def gigabyte_at_peer_port(scene: Scene) -> None:
    before = memory_mb(scene["US"])
    for _ in range(3):
        with channel(scene["US"], as_kr(scene)) as connection:
            status, sent = pour(connection, "/deliver")
            assert status in (0, 400)
            assert sent < GIGABYTE
    assert memory_mb(scene["US"]) < before + 128
    scene.healthz("US", '200 {"ready":true')
    scene.until_opened("JP", scene.file())


@fault(
    FLOODS,
    "a caller of the API sends a gigabyte",
    does="KR reads as much as a body may have and ends the connection.",
    recovers="nothing to recover from",
)
def gigabyte_at_api(scene: Scene) -> None:
    token = token_file(scene["KR"].directory, OFFICERS[0]).read_text("ascii").strip()
    before = memory_mb(scene["KR"])
    for _ in range(3):
        with api(scene["KR"]) as connection:
            status, sent = pour(connection, "/v1/reports", token)
            assert status in (0, 400, 413)
            assert sent < GIGABYTE
    assert memory_mb(scene["KR"]) < before + 128
    scene.healthz("KR", '200 {"ready":true')
    scene.until_opened("JP", scene.file())


@fault(
    FLOODS,
    "heads that never end, at both ports",
    does="A head that is not whole in time ends its connection; all others are served meanwhile.",
    recovers="nothing to recover from",
)
def slow_heads(scene: Scene) -> None:
    with ExitStack() as stack:
        slow: list[socket.socket] = []
        for _ in range(50):
            slow.append(stack.enter_context(channel(scene["US"], as_kr(scene))))
            slow.append(stack.enter_context(api(scene["US"])))
        trickle(scene, slow, b"POST /deliver HTTP/1.1\r\nhost: us\r\n", b"x: y\r\n")


@fault(
    FLOODS,
    "bodies that never end, at both ports",
    does="A body that comes too slowly ends its connection; all others are served meanwhile.",
    recovers="nothing to recover from",
)
def slow_bodies(scene: Scene) -> None:
    token = token_file(scene["US"].directory, OFFICERS[0]).read_text("ascii").strip()
    with ExitStack() as stack:
        at_port = [stack.enter_context(channel(scene["US"], as_kr(scene))) for _ in range(50)]
        at_api = [stack.enter_context(api(scene["US"])) for _ in range(50)]
        size = "content-length: 1000000\r\n\r\n"
        for one in at_port:
            one.sendall(f"POST /deliver HTTP/1.1\r\nhost: us\r\n{size}".encode())
        head = f"POST /v1/reports HTTP/1.1\r\nhost: us\r\nauthorization: Bearer {token}\r\n"
        for two in at_api:
            two.sendall(f"{head}content-type: application/json\r\n{size}".encode())
        trickle(scene, [*at_port, *at_api], b"", b"x")


def trickle(scene: Scene, slow: list[socket.socket], first: bytes, again: bytes) -> None:
    """Send a little on each connection until the node has ended all; be served meanwhile."""
    for one in slow:
        one.sendall(first)
    left = list(slow)

    def ended() -> bool:
        for one in list(left):
            try:
                one.sendall(again)
            except OSError:
                left.remove(one)
        scene.until_opened("JP", scene.file())
        time.sleep(1)
        return not left

    until(ended, f"{len(left)} connections do not end", *scene.nodes)
    scene.healthz("US", '200 {"ready":true')


@fault(
    FLOODS,
    "10,000 connections to the peer port",
    does="Who shows no pinned key gets no further than the handshake, which ends in time. "
    "Deliveries go on.",
    recovers="nothing to recover from",
)
def many_at_peer_port(scene: Scene) -> None:
    flood(scene, scene["US"].settings.listen_address)


@fault(
    FLOODS,
    "10,000 connections to the API",
    does="Connections on which no request comes end: those that wait longest first, when there are "
    "many. Requests are answered.",
    recovers="nothing to recover from",
)
def many_at_api(scene: Scene) -> None:
    flood(scene, scene["US"].settings.api_address)


def flood(scene: Scene, address: tuple[str, int]) -> None:
    """Open so many connections at once, say nothing on them, and be served meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    many = min(MANY, hard - 1000)
    opened: list[socket.socket] = []
    try:
        for number in range(many):
            one = socket.socket()
            opened.append(one)
            one.settimeout(0)
            with suppress(BlockingIOError):
                one.connect(address)
            if number % 100 == 0:
                time.sleep(0.02)  # the kernel's queue of connections that nobody took yet is short
        assert len(opened) == many
        scene.until_opened("JP", scene.file(5))
        scene.healthz("US", '200 {"ready":true')
        scene.note(f"{many} connections open; US's memory stays below 700 MiB")
        assert memory_mb(scene["US"]) < 700
        scene.until_opened("JP", scene.file(5))
    finally:
        for one in opened:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
