"""HTTP servers inside the node's own event loop: uvicorn, without its signals and its logging."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn

from trilogue.node.connection import Connection, Connections

__all__ = ["Stoppable", "end_connections", "http_server"]

ENDING_SECONDS = 0.05
"""How long the event loop may take to notice that connections ended."""


class Stoppable(uvicorn.Server):
    """A server that its owner stops: signals are the node's."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.server_state = Connections()

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


async def end_connections() -> None:
    """End every connection that this process still has, also those that are in a handshake.

    These belong to nobody yet, and with one of them open the event loop would never close.
    """
    _shut_down_sockets()
    await asyncio.sleep(ENDING_SECONDS)


def _shut_down_sockets() -> None:
    for path in Path("/dev/fd").iterdir():
        with suppress(OSError):
            if not stat.S_ISSOCK(path.stat().st_mode):
                continue
            with socket.socket(fileno=os.dup(int(path.name))) as one:
                if one.family in (socket.AF_INET, socket.AF_INET6):
                    one.shutdown(socket.SHUT_RDWR)


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
