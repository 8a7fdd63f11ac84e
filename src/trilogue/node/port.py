"""The peer port: what a neighbour may ask over the channel. Four paths, nothing else.

    POST /deliver                 a delivery -> its acknowledgement
    POST /witness/add-checkpoint  C2SP tlog-witness -> cosignature lines
    GET  /seen                    nothing; 204: is the channel up
    GET  /seen/own                how far the asking neighbour's own log was seen here

A body is read up to its limit and no further; one that comes more slowly than any link that is of
use is cut off. Whose delivery it is, the certificate of its channel says, not the delivery.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from trilogue.encoding import canonical
from trilogue.errors import FormatError, TrilogueError, UnavailableError
from trilogue.node.connection import LEAST_RATE
from trilogue.protocol.delivery import MAX_DELIVERY, Ack, Seen
from trilogue.tlog.witness import WitnessAnswer

__all__ = ["READ_SECONDS", "PeerPort"]

Message = MutableMapping[str, Any]
MAX_WITNESS = 1 << 16
READ_SECONDS = 30.0
"""How long a request may take, beside the time that its bytes need on the slowest link."""


class PeerPort:
    """An ASGI application over three functions of the service.

    `neighbours` are their names by certificate (DER); `deliver` is told by whom.
    """

    def __init__(
        self,
        deliver: Callable[[str, bytes], Awaitable[Ack]],
        witness: Callable[[bytes], Awaitable[WitnessAnswer]],
        seen: Callable[[str], Awaitable[Seen]],
        neighbours: Mapping[bytes, str],
    ) -> None:
        self._deliver = deliver
        self._witness = witness
        self._seen = seen
        self._neighbours = neighbours

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        try:
            async with asyncio.timeout(READ_SECONDS) as limit:
                status, kind, body = await self._answer(scope, receive, limit)
        except TimeoutError:
            status, kind, body = 408, "text/plain", b"the request took too long\n"
        except FormatError as error:
            status, kind, body = 400, "text/plain", f"{error}\n".encode()
        except UnavailableError as error:
            status, kind, body = 503, "text/plain", f"{error}\n".encode()
        except TrilogueError as error:
            status, kind, body = 422, "text/plain", f"{error}\n".encode()
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        if status == 503:
            headers.append((b"retry-after", b"1"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], limit: asyncio.Timeout
    ) -> tuple[int, str, bytes]:
        neighbour = self._neighbours.get(scope["state"]["certificate"])
        if neighbour is None:
            return 403, "text/plain", b"no neighbour's certificate\n"
        match scope["method"], scope["path"]:
            case "POST", "/deliver":
                ack = await self._deliver(neighbour, await _body(receive, MAX_DELIVERY, limit))
                return 200, "application/json", canonical.encode(ack)
            case "POST", "/witness/add-checkpoint":
                answer = await self._witness(await _body(receive, MAX_WITNESS, limit))
                return answer.status, answer.content_type, answer.body.encode()
            case "GET", "/seen":
                return 204, "text/plain", b""
            case "GET", "/seen/own":
                seen = await self._seen(neighbour)
                return 200, "application/json", canonical.encode(seen)
            case _:
                return 404, "text/plain", b"no such path on the peer port\n"


async def _body(
    receive: Callable[[], Awaitable[Message]], most: int, limit: asyncio.Timeout
) -> bytes:
    """Read a body; what has come of it puts the limit off. What follows has time of its own."""
    chunks, size, begun = [], 0, asyncio.get_running_loop().time()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise FormatError("the connection ended inside the request")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise FormatError(f"a body of more than {most} bytes")
        chunks.append(chunk)
        if not message.get("more_body", False):
            limit.reschedule(asyncio.get_running_loop().time() + READ_SECONDS)
            return b"".join(chunks)
        limit.reschedule(begun + READ_SECONDS + size / LEAST_RATE)
