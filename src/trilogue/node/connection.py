"""One connection to a node's ports: request heads are short and come soon, from somebody known.

uvicorn reads the head of a request for as long as it comes, however large it grows. Here a head
beyond `MAX_HEAD` bytes, or one that is not whole after `HEAD_SECONDS`, ends the connection, and so
does a connection on which no request begins: at once, without an answer, for TLS would wait for
the other end to say goodbye. Bodies have limits of their own where they are read.

`scope["state"]["certificate"]` is the certificate (DER) that the other end showed, or None.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["Connection"]

MAX_HEAD = 1 << 16
HEAD_SECONDS = 30.0


class Connection(HttpToolsProtocol):
    """HTTP/1.1 on one connection, read by httptools."""

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self._certificate: bytes | None = None
        self._in_head = False
        self._in_message = False
        self._head = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note who is at the other end, and wait for the first head."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        self._certificate = None if tls is None else tls.getpeercert(binary_form=True)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_expecting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; end the connection when its head grows too large."""
        within = self._in_head
        super().data_received(data)
        if within and self._in_head:
            self._head += len(data)
            if self._head > MAX_HEAD:
                self.transport.abort()
        elif not self._in_message and (self.cycle is None or self.cycle.response_complete):
            self._expect_head()  # line ends between requests begin none

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["state"]["certificate"] = self._certificate
        self._in_head = self._in_message = True
        self._head = 0
        self._expect_head()

    def on_headers_complete(self) -> None:
        """Hand the request on; its body follows."""
        self._in_head = False
        self._stop_expecting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the request."""
        self._in_message = False
        super().on_message_complete()

    def shutdown(self) -> None:
        """End the connection when its server stops: at once, unless an answer is underway."""
        super().shutdown()
        answered = self.cycle is None or self.cycle.response_complete
        if answered and not self.transport.get_write_buffer_size():
            self.transport.abort()

    def _expect_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_expecting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
