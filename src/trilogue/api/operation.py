"""An operation: what it takes, what it gives, and what it may refuse, made from its handler.

    @operation("POST", "/v1/reports", gives={201: Submitted}, raises=(NotInForceError,), once=True)
    async def submit(call: Call, given: ReportInput) -> Reply: …

The handler's name is the operation's; the first line of its docstring is the summary, the rest the
description. Its parameters say what is read: `path` and `query` are structs of parameters, `given`
is the body. It returns an answer, whose status is that of its shape in `gives`, or a `Reply`, or a
response of its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

import msgspec
from litestar import Response, delete, get, post
from litestar.exceptions import InternalServerException
from litestar.handlers import HTTPRouteHandler

from trilogue.api import reading
from trilogue.api.call import Call
from trilogue.api.tags import IF_NONE_MATCH, OWN, tagged
from trilogue.errors import TrilogueError
from trilogue.node import problem
from trilogue.node.answers import Answer
from trilogue.node.handing import Answered
from trilogue.node.repeats import Reply

__all__ = ["EVENTS", "NO_STORE", "Operation", "operation", "whole_body"]

Method = Literal["GET", "POST", "DELETE"]

EVENTS = "text/event-stream"

_DECORATORS = {"GET": get, "POST": post, "DELETE": delete}
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_REPEATED = {"Idempotency-Replayed": "true"}


@dataclass(frozen=True)
class Operation:
    """One operation. `gives` maps statuses to the shapes of their answers.

    One that `acts` is answered by the process that writes, whichever was asked; one that `draws`,
    by a process that does nothing else, where there is one.
    """

    name: str
    method: Method
    summary: str
    description: str
    gives: Mapping[int, type | None]
    raises: tuple[type[TrilogueError], ...]
    once: bool
    public: bool
    acts: bool
    draws: bool
    media_type: str
    path: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    given: type[msgspec.Struct] | None

    @property
    def writes(self) -> bool:
        """Whether it is an act."""
        return self.method != "GET"

    def status_of(self, answer: Answer | None) -> int:
        """Return the status under which an answer is given."""
        if answer is None or len(self.gives) == 1:
            return next(iter(self.gives))
        return next(status for status, shape in self.gives.items() if shape is type(answer))

    async def read(self, call: Call) -> dict[str, Any]:
        """Return the handler's arguments. Raises `MalformedError` or `MediaTypeError`."""
        arguments: dict[str, Any] = {}
        if self.path is not None:
            arguments["path"] = reading.read_parameters(call.path_params.items(), self.path)
        if self.query is not None:
            query = call.query_params.multi_items()
            arguments["query"] = reading.read_parameters(query, self.query)
        if self.given is not None:
            content_type = call.headers.get("content-type", "")
            arguments["given"] = reading.read_body(content_type, await whole_body(call), self.given)
        elif self.writes:
            reading.read_no_body(await whole_body(call))
        return arguments

    @property
    def tagged(self) -> bool:
        """Whether its answer has an entity tag: what is asked for with a token, as JSON.

        How the process that acts is at this moment is never the same twice.
        """
        return not (self.writes or self.public or self.acts) and (
            self.media_type == reading.MEDIA_TYPE
        )

    def respond(
        self, done: Answer | Reply | Response[Any], if_none_match: str = ""
    ) -> Response[Any]:
        """Return what a handler returned as a response, or 304 to whoever has it.

        What is drawn comes of content, which nobody keeps: a caller may remember its tag.
        """
        if isinstance(done, Response):
            return done
        if isinstance(done, Reply):
            return Response(
                done.body.encode(),
                status_code=done.status,
                media_type=self.media_type if done.status in self.gives else problem.MEDIA_TYPE,
                headers={**NO_STORE, **(_REPEATED if done.repeat else {})},
            )
        if self.tagged:
            headers = {**OWN, **(NO_STORE if self.draws else {})}
            return tagged(msgspec.json.encode(done), if_none_match, self.media_type, headers)
        return Response(
            msgspec.json.encode(done),
            status_code=self.status_of(done),
            media_type=self.media_type,
            headers=NO_STORE,
        )


def handed_back(answered: Answered) -> Response[bytes]:
    """Return as one's own what the process that acts answered."""
    headers = dict(answered.headers)
    return Response(
        answered.body,
        status_code=answered.status,
        media_type=headers.pop("content-type", reading.MEDIA_TYPE),
        headers={**NO_STORE, **headers},
    )


async def whole_body(call: Call) -> bytes:
    """Return the body of a request. Raises `MalformedError` for a caller that left before its end.

    Litestar calls that an error of the server; the node would log it as one of its own.
    """
    try:
        return await call.body()
    except InternalServerException as error:
        raise problem.MalformedError("the request ended before its whole body had come") from error


def operation(
    method: Method,
    path: str,
    *,
    gives: Mapping[int, type | None],
    raises: tuple[type[TrilogueError], ...] = (),
    once: bool = False,
    public: bool = False,
    acts: bool | None = None,
    draws: bool = False,
    media_type: str = reading.MEDIA_TYPE,
) -> Callable[[Callable[..., Awaitable[Any]]], HTTPRouteHandler]:
    """Make a route of a handler. `path` is Litestar's: `/v1/reports/{speaker:str}/{index:str}`."""

    def declare(handler: Callable[..., Awaitable[Any]]) -> HTTPRouteHandler:
        hints = get_type_hints(handler)
        summary, _, description = inspect.cleandoc(handler.__doc__ or "").partition("\n\n")
        described = Operation(
            name=handler.__name__,
            method=method,
            summary=summary.rstrip("."),
            description=description,
            gives=gives,
            raises=raises,
            once=once,
            public=public,
            acts=method != "GET" if acts is None else acts,
            draws=draws,
            media_type=media_type,
            path=hints.get("path"),
            query=hints.get("query"),
            given=hints.get("given"),
        )

        async def endpoint(request: Call) -> Response[Any]:
            arguments = await described.read(request)
            handing = request.node.handing
            if described.acts and handing is not None:
                handed = request.handed(handing, once=described.once, again=not described.writes)
                return handed_back(await handed)
            if described.draws and handing is not None:
                drawn = await request.drawn(handing)
                if drawn is not None:
                    return handed_back(drawn)
            given = request.headers.get(IF_NONE_MATCH, "")
            return described.respond(await handler(request, **arguments), given)

        # The status is each response's own; Litestar wants one that admits a body.
        route: HTTPRouteHandler = _DECORATORS[method](
            path, opt={"operation": described}, name=described.name, status_code=200
        )(endpoint)
        return route

    return declare
