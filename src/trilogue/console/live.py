"""News for a page that is open: that something new counts here, and that the session is over.

News are a position and nothing else. A page that hears of one fetches itself again, with its
session and its roles, so that no content takes another way than the page it stands on. Hearing
and fetching so is no use of the session: nobody need sit there for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from litestar import Response, get
from litestar.response import Stream

from trilogue.api.call import Call
from trilogue.api.news import HEARTBEAT_SECONDS
from trilogue.console import door
from trilogue.console.headers import HEADERS
from trilogue.errors import InputError, TrilogueError
from trilogue.node.problem import UnknownCallerError

__all__ = ["HANDLERS", "LIVE"]

LIVE = "hx-request"
"""What a request carries that a page made by itself."""
_PAUSE_SECONDS = 0.1
"""How long news are gathered: of many statements at once a page hears once."""


@get("/live", name="live")
async def live(request: Call) -> Response[bytes] | Stream:
    """Tell a page of news, as server-sent events that go on where they broke off."""
    try:
        if await door.person(request, seen=False) is None:
            raise UnknownCallerError("nobody is signed in", hint="sign in again")
        after = _after(request)
    except TrilogueError as error:
        return Response(
            error.message.encode(), status_code=401, media_type="text/plain", headers=HEADERS
        )
    return Stream(_news(request, after), media_type="text/event-stream", headers=HEADERS)


def _after(request: Call) -> int:
    text = str(request.headers.get("last-event-id") or request.query_params.get("after") or "0")
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise InputError(f"a position is a whole number, not {text[:20]!r}")
    return int(text)


async def _news(request: Call, known: int) -> AsyncIterator[bytes]:
    changes = request.node.subscribe()
    change = asyncio.ensure_future(anext(changes))
    try:
        await asyncio.sleep(0)  # the wait has begun: nothing falls between it and the reading
        while True:
            who = await door.person(request, seen=False)
            if who is None:
                yield b"event: over\ndata:\n\n"
                return
            if who.newest != known:
                known = who.newest
                yield f"id: {known}\nevent: news\ndata: {known}\n\n".encode()
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                yield b": still here\n\n"
            done, _ = await asyncio.wait({change}, timeout=HEARTBEAT_SECONDS)
            if done:
                change.result()
                change = asyncio.ensure_future(anext(changes))
                await asyncio.sleep(0)
    except StopAsyncIteration:
        return
    finally:
        change.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await change


HANDLERS = (live,)
