"""The metrics' own port, for a monitor on this machine: `GET /metrics`, without a token.

It is there only when `metrics` stands in `node.toml`, and on loopback alone. Elsewhere a monitor
asks the API for the same, with a token.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from trilogue.errors import UnavailableError
from trilogue.node.metrics import MEDIA_TYPE

__all__ = ["Scrape"]

Message = MutableMapping[str, Any]


class Scrape:
    """An ASGI application over the function that gives the metrics."""

    def __init__(self, metrics: Callable[[], Awaitable[bytes]]) -> None:
        self._metrics = metrics

    async def __call__(
        self,
        scope: Message,
        _receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        status, kind, body = 404, "text/plain", b"nothing but GET /metrics\n"
        if (scope["method"], scope["path"]) == ("GET", "/metrics"):
            try:
                status, kind, body = 200, MEDIA_TYPE, await self._metrics()
            except UnavailableError as error:
                status, body = 503, f"{error}\n".encode()
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
