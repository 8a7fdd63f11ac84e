"""Performing a request that was handed over: through the API's own application, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from trilogue.node.handing import Answered, Asked

__all__ = ["Application", "perform"]

Message = MutableMapping[str, Any]
Application = Callable[..., Any]


async def perform(application: Application, asked: Asked) -> Answered:
    """Have an ASGI application answer a request."""
    path, _, query = asked.target.partition("?")
    scope: Message = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("latin-1"),
        "root_path": "",
        "query_string": query.encode("latin-1"),
        "headers": [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in (*asked.headers, ("content-length", str(len(asked.body))))
        ],
        "client": None,
        "server": None,
        "state": {},
    }
    whole = iter([{"type": "http.request", "body": asked.body, "more_body": False}])
    begun: Message = {}
    parts: list[bytes] = []

    async def receive() -> Message:
        message: Message | None = next(whole, None)
        if message is None:
            await asyncio.Event().wait()  # whoever asked waits, too
        assert message is not None
        return message

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            begun.update(message)
        else:
            parts.append(message.get("body", b""))

    await application(scope, receive, send)
    return Answered(
        status=begun["status"],
        headers=tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in begun.get("headers", ())
        ),
        body=b"".join(parts),
    )
