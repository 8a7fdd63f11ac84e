"""One connection to a node's ports: request heads are short and come soon, from somebody known.

uvicorn reads the head of a request for as long as it comes, however large it grows. Here a head
beyond `MAX_HEAD` bytes, or one that is not whole after `HEAD_SECONDS`, ends the connection, and so
does a connection on which no request begins: at once, without an answer, for TLS would wait for
the other end to say goodbye. A body may take as long as on the slowest link that is waited for, and
of one that is answered before its end, `MOST_LEFT` bytes more are read for a moment. How large it
may be is said where it is read.

Of connections on which nothing is asked, `MOST_IDLE` are kept. One more ends the one that has been
idle for longest: whoever holds thousands of them open holds none against the others.

`scope["state"]["certificate"]` is the certificate (DER) that the other end showed, or None.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

__all__ = ["LEAST_RATE", "Connection", "Connections"]

MAX_HEAD = 1 << 16
HEAD_SECONDS = 30.0
BODY_SECONDS = 30.0
"""How long a body may take, beside the time that its bytes need on the slowest link."""
LEAST_RATE = 16_384
"""Bytes a second of the slowest link that is waited for."""
BODY_LOOK_SECONDS = 5.0
MOST_LEFT = 1 << 20
LEFT_SECONDS = 5.0
"""How much of a request is read, and for how long, after it was answered: nobody waits for it."""
ANSWERED_SECONDS = 1.0
"""How long an answer may take to leave on a connection that is ended."""
MOST_IDLE = 256


class Connections(ServerState):
    """All connections to one server, and which of them are idle, the longest first."""

    def __init__(self) -> None:
        super().__init__()
        self.idle: dict[Connection, None] = {}

    def add_idle(self, connection: Connection) -> None:
        """Note that nothing is asked on a connection, and end the one that waited longest."""
        self.idle.pop(connection, None)
        self.idle[connection] = None
        if len(self.idle) > MOST_IDLE:
            longest = next(iter(self.idle))
            del self.idle[longest]
            longest.transport.abort()


class Connection(HttpToolsProtocol):
    """HTTP/1.1 on one connection, read by httptools."""

    def __init__(self, config: Config, server_state: Connections, *given: Any, **more: Any) -> None:
        super().__init__(config, server_state, *given, **more)
        self._all = server_state
        self._certificate: bytes | None = None
        self._in_head = False
        self._in_message = False
        self._head = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._body = 0
        self._body_begun = 0.0
        self._body_look: asyncio.TimerHandle | None = None
        self._most: int | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note who is at the other end, and wait for the first head."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        self._certificate = None if tls is None else tls.getpeercert(binary_form=True)
        self._all.add_idle(self)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_looking()
        self._all.idle.pop(self, None)
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
        self._all.idle.pop(self, None)
        self._stop_expecting()
        self._body, self._body_begun = 0, self.loop.time()
        self._body_look = self.loop.call_later(BODY_LOOK_SECONDS, self._look_at_body)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand a part of the body on."""
        self._body += len(body)
        super().on_body(body)
        if self._most is not None and self._body > self._most:
            self._end()

    def _look_at_body(self) -> None:
        """End a connection whose body comes more slowly than any link of use."""
        taken = self.loop.time() - self._body_begun
        if taken > BODY_SECONDS + self._body / LEAST_RATE:
            self.transport.abort()
            return
        self._body_look = self.loop.call_later(BODY_LOOK_SECONDS, self._look_at_body)

    def on_message_complete(self) -> None:
        """End the request."""
        self._in_message = False
        self._most = None
        self._stop_looking()
        super().on_message_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self._all.add_idle(self)

    def on_response_complete(self) -> None:
        """Have nothing to do until the next request comes, if one does."""
        super().on_response_complete()
        if self._in_message and not self.transport.is_closing():
            self._stop_looking()
            self._most = self._body + MOST_LEFT
            self._body_look = self.loop.call_later(LEFT_SECONDS, self._end)
        elif not self._in_message and not self.transport.is_closing():
            self._all.add_idle(self)

    def shutdown(self) -> None:
        """End the connection when its server stops: at once, unless an answer is underway."""
        super().shutdown()
        answered = self.cycle is None or self.cycle.response_complete
        if answered and not self.transport.get_write_buffer_size():
            self.transport.abort()

    def _expect_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _end(self) -> None:
        """End the connection; what was answered leaves before, and nothing more is read.

        Under TLS a closed transport would go on reading, for the other end's goodbye.
        """
        self._stop_looking()
        self._most = None
        if not self.transport.is_closing():
            self.transport.pause_reading()
            self.loop.call_later(ANSWERED_SECONDS, self.transport.abort)

    def _stop_looking(self) -> None:
        if self._body_look is not None:
            self._body_look.cancel()
            self._body_look = None

    def _stop_expecting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
