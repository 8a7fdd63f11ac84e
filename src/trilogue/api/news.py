"""News: statements as they come to count, each once and in order, from any position on.

A reader that went away goes on from the last position it had. Between reading a batch and waiting
for the next nothing can be missed: the wait begins before the reading does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from trilogue.api.call import Call
from trilogue.node import questions
from trilogue.node.answers import StatementEntry
from trilogue.node.problem import UnknownCallerError

__all__ = ["HEARTBEAT_SECONDS", "news"]

HEARTBEAT_SECONDS = 15.0
"""After how long a silence something is sent all the same, so that a dead connection shows."""
BATCH = 100


async def news(call: Call, after: int) -> AsyncIterator[StatementEntry | None]:
    """Yield every statement behind `after`, for as long as the node runs; None is a heartbeat.

    The caller is looked at again before each batch: a revoked token ends the stream.
    """
    changes = call.node.subscribe()
    change = asyncio.ensure_future(anext(changes))
    try:
        await asyncio.sleep(0)  # the wait has begun
        while True:
            await call.look_again()
            batch = await call.ask(lambda engine: questions.statements(engine, after, BATCH, None))  # noqa: B023 - asked at once
            for entry in batch.items:
                yield entry
            after = batch.next
            if batch.more:
                continue
            done, _ = await asyncio.wait({change}, timeout=HEARTBEAT_SECONDS)
            if not done:
                yield None
                continue
            change.result()
            change = asyncio.ensure_future(anext(changes))
            await asyncio.sleep(0)
    except (StopAsyncIteration, UnknownCallerError):
        return
    finally:
        change.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await change
