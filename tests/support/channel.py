"""The channel from outside: connections to a peer port with any key, protocol version and bytes."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from tests.support.processes import Node

TIMEOUT = 60.0


def tls_key(node: Node, sequence: int = 0) -> Path:
    """Return the PEM file with a node's TLS key and certificate of one key statement."""
    return node.directory / "keys" / f"{sequence:04d}" / "tls.pem"


def context(
    key: Path | None, *, highest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> ssl.SSLContext:
    """Return a client's context that shows a key, or none, and believes any server."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.maximum_version = highest
    if key is not None:
        made.load_cert_chain(key)
    return made


@contextmanager
def channel(node: Node, made: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    """Connect to a node's peer port."""
    address = node.settings.listen_address
    with (
        socket.create_connection(address, TIMEOUT) as plain,
        made.wrap_socket(plain, server_hostname="peer", do_handshake_on_connect=False) as wrapped,
    ):
        wrapped.do_handshake()
        yield wrapped


def request(connection: ssl.SSLSocket, method: str, path: str, body: bytes = b"") -> int:
    """Send one request, read its answer to the end, and return its status.

    What a node does not want to read to its end it answers early; the rest then meets a closed
    connection, which is no fault.
    """
    head = f"{method} {path} HTTP/1.1\r\nhost: peer\r\ncontent-length: {len(body)}\r\n\r\n"
    with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
        connection.sendall(head.encode() + body)
    return answer(connection)


def answer(connection: ssl.SSLSocket) -> int:
    """Read one answer to its end and return its status."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    response.read()
    return response.status


class Impostor:
    """A TLS server at a node's address, with a key and an answer of its choice.

    `refusals` holds why handshakes failed, `heard` the requests of those that did not. Without an
    `answer` (the whole of it, status line first) every connection ends when a request has come.
    """

    def __init__(self, address: tuple[str, int], key: Path, answer: bytes = b"") -> None:
        self.refusals: list[str] = []
        self.heard: list[bytes] = []
        self.answer = answer
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(key)
        self._socket = socket.create_server(address)
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return  # closed
            with plain:
                plain.settimeout(TIMEOUT)
                try:
                    with self._context.wrap_socket(plain, server_side=True) as wrapped:
                        self.heard.append(_whole_request(wrapped))
                        wrapped.sendall(self.answer)
                except OSError as error:  # ssl.SSLError is one
                    self.refusals.append(str(error))


def _whole_request(connection: ssl.SSLSocket) -> bytes:
    """Read one request to its end, as far as its length says."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, body = data.split(b"\r\n\r\n", 1)
    found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    missing = (int(found[1]) if found else 0) - len(body)
    while missing > 0:
        more = _some(connection)
        data += more
        missing -= len(more)
    return data


def _some(connection: ssl.SSLSocket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionResetError("the connection ended inside a request")
    return data
