"""A connection whose request heads are endless, slow or missing is ended; others are served."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from trilogue.node import connection
from trilogue.node.servers import http_server

REQUEST = b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 3\r\n\r\n"


async def _echo(scope, receive, send) -> None:
    """Answer with the body; ASGI."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message.get("more_body", False)
    assert scope["state"]["certificate"] is None
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def port() -> Iterator[socket.socket]:
    """A connection to a server that echoes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = http_server(_echo, "127.0.0.1", 0, None)
        serving = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
        serving.start()
        with closing(socket.create_connection(listening.getsockname(), 10)) as made:
            yield made
        server.should_exit = True
        serving.join()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server wait for a head no longer than this."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)


@pytest.fixture
def hasty_for_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server wait for a body that stands still no longer than this."""
    monkeypatch.setattr(connection, "BODY_SECONDS", 0.2)
    monkeypatch.setattr(connection, "BODY_LOOK_SECONDS", 0.05)


def test_one_connection_serves_many_requests(port: socket.socket) -> None:
    for body in (b"one", b"two"):
        port.sendall(REQUEST + body)
        assert _answer(port).endswith(body)


def test_a_large_body_is_no_head(port: socket.socket) -> None:
    body = b"x" * (4 * connection.MAX_HEAD)
    port.sendall(REQUEST.replace(b": 3", b": %d" % len(body)) + body)
    assert _answer(port, len(body)).startswith(b"HTTP/1.1 200")


@pytest.mark.threat("T17")
@pytest.mark.parametrize("line", [b"x: " + b"y" * 1000 + b"\r\n", b"y" * 1000])
def test_an_endless_head_is_cut_off(port: socket.socket, line: bytes) -> None:
    """Many headers, or one without end."""
    port.sendall(b"GET / HTTP/1.1\r\nx: ")
    with pytest.raises(ConnectionError):
        _repeat(port, line)


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"GET / HT"])
@pytest.mark.usefixtures("hasty")
def test_a_head_that_does_not_come_ends_the_connection(port: socket.socket, begun: bytes) -> None:
    port.sendall(begun)
    while port.recv(65536):
        pass


@pytest.mark.threat("T17")
@pytest.mark.parametrize("before", [b"", REQUEST + b"one"])
@pytest.mark.usefixtures("hasty")
def test_a_head_that_trickles_ends_the_connection(port: socket.socket, before: bytes) -> None:
    """Line ends keep nothing open, before the first request and after it."""
    if before:
        port.sendall(before)
        _answer(port)
    with pytest.raises(ConnectionError):
        _repeat(port, b"\r\n", pause=0.02)


def _repeat(port: socket.socket, line: bytes, pause: float = 0) -> None:
    """Send the same again and again, for as long as it can be sent."""
    while True:
        port.sendall(line)
        time.sleep(pause)


def _answer(port: socket.socket, size: int = 3) -> bytes:
    data = b""
    while len(data.partition(b"\r\n\r\n")[2]) < size:
        more = port.recv(65536)
        assert more, data
        data += more
    return data


@pytest.mark.usefixtures("hasty_for_bodies")
def test_a_body_that_comes_too_slowly_ends_the_connection(port: socket.socket) -> None:
    port.sendall(REQUEST.replace(b": 3", b": 1000"))
    with pytest.raises(OSError):
        _drip(port)


@pytest.mark.usefixtures("hasty_for_bodies")
def test_a_body_that_comes_as_on_a_slow_link_is_waited_for(port: socket.socket) -> None:
    body = b"x" * (8 * connection.LEAST_RATE)
    port.sendall(REQUEST.replace(b": 3", b": %d" % len(body)) + body[:-1])
    time.sleep(0.5)  # longer than a body without a byte is given
    port.sendall(body[-1:])
    assert _answer(port, len(body)).startswith(b"HTTP/1.1 200")


def test_of_many_idle_connections_the_longest_idle_end_and_requests_are_answered(
    port: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MOST_IDLE", 3)
    port.sendall(REQUEST + b"one")
    assert _answer(port).endswith(b"one")
    idle = [socket.create_connection(port.getpeername(), 10) for _ in range(10)]
    try:
        assert port.recv(1) == b""  # it was the longest idle
        for one in idle[:7]:
            assert one.recv(1) == b""
        idle[-1].sendall(REQUEST + b"two")
        assert _answer(idle[-1]).endswith(b"two")
    finally:
        for one in idle:
            one.close()


def _drip(port: socket.socket) -> None:
    """Send a byte now and then, for as long as it can be sent."""
    while True:
        port.sendall(b"x")
        time.sleep(0.05)
