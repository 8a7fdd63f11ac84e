"""Statements: everything that counts here, as a list and as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
from litestar.response import ServerSentEvent, ServerSentEventMessage

from trilogue.api.call import Call
from trilogue.api.news import news
from trilogue.api.operation import EVENTS, operation
from trilogue.api.parameters import After, OfKind
from trilogue.api.reading import read_parameters
from trilogue.node import questions
from trilogue.node.answers import Page, StatementEntry

__all__ = ["HANDLERS"]


@operation("GET", "/v1/statements", gives={200: Page[StatementEntry]})
async def statements(call: Call, query: OfKind) -> Page[StatementEntry]:
    """List statements, own and heard, in the order in which they came to count here.

    Of one kind (`receipt`, `destruction`, …) or of all. The cursor is the position: going on from
    `next` neither skips nor repeats.
    """
    return await call.ask(
        lambda engine: questions.statements(engine, query.after, query.most, query.kind)
    )


@operation(
    "GET",
    "/v1/stream",
    gives={200: StatementEntry},
    media_type=EVENTS,
)
async def stream(call: Call, query: After) -> ServerSentEvent:
    """Follow statements as they come to count, as server-sent events.

    Each event is named `statement`; its id is the position and its data the entry that the list
    shows. A reader that reconnects sends the last id as `Last-Event-ID`, or as `after`, and misses
    nothing. Without either the stream begins with what comes next. A comment is sent after 15
    seconds of silence.
    """
    resumed = call.headers.get("last-event-id")
    begin = query if resumed is None else read_parameters([("after", resumed)], After)
    if begin.after is None:
        after = await call.ask(lambda engine: engine.db.q.last_position())
    else:
        after = begin.after
    return ServerSentEvent(_events(news(call, after)), headers={"Cache-Control": "no-store"})


HANDLERS = (statements, stream)


async def _events(
    entries: AsyncIterator[StatementEntry | None],
) -> AsyncIterator[ServerSentEventMessage]:
    async for entry in entries:
        if entry is None:
            yield ServerSentEventMessage(comment="nothing new", data=None)
        else:
            yield ServerSentEventMessage(
                event="statement",
                id=entry.position,
                data=msgspec.json.encode(entry).decode(),
            )
