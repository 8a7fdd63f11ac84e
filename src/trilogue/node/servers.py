"""HTTP servers inside the node's own event loop: uvicorn, without its signals and its logging."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from trilogue.node.connection import Connection

__all__ = ["Stoppable", "http_server"]


class Stoppable(uvicorn.Server):
    """A server that its owner stops: signals are the node's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving, also on connections whose handshake ends only now."""
        ending = asyncio.create_task(super().shutdown(sockets))
        while not ending.done():
            await asyncio.wait([ending], timeout=0.1)
            for connection in list(self.server_state.connections):
                connection.shutdown()
        await ending


def http_server(
    application: Callable[..., Any], host: str, port: int, context: ssl.SSLContext | None
) -> Stoppable:
    """Return a server for an ASGI application; `context` None is plain HTTP (loopback only)."""
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
        limit_concurrency=512,
    )
    config.load()
    config.ssl = context
    return Stoppable(config)
