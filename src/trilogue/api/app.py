"""The ASGI application: operations, public files and the document, over one running node."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from litestar import Litestar, Response, get, route
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.types import ControllerRouterHandler

from trilogue.api.call import Call, Node
from trilogue.api.controllers import SUBJECTS
from trilogue.api.gate import Gate, guard
from trilogue.api.openapi import document
from trilogue.api.operation import EVENTS
from trilogue.api.problems import HANDLERS, MAX_BODY, Handlers
from trilogue.api.public import log_file
from trilogue.encoding import canonical
from trilogue.node.tracing import span

__all__ = ["create_app"]


@get("/schema", name="schema")
async def schema() -> Response[bytes]:
    """Serve the OpenAPI document."""
    return Response(_document(), media_type="application/vnd.oai.openapi+json;version=3.1")


@cache
def _document() -> bytes:
    """Make the document when it is first asked for: a node that starts has no time for it."""
    return canonical.encode_payload(document())


class Api(Litestar):
    """The application, which counts each request when it was answered."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, or the end of the server."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        begun, status = time.perf_counter(), 0

        async def sending(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        with span("none") as made:
            try:
                await super().__call__(scope, receive, sending)
            finally:
                handler = scope.get("route_handler")
                operation = None if handler is None else handler.opt.get("operation")
                name = "none" if operation is None else operation.name
                lasting = operation is not None and operation.media_type == EVENTS
                node: Node = self.state.node
                node.metrics.asked(name, status, None if lasting else time.perf_counter() - begun)
                if made is not None:
                    made.update_name(name)
                    made.set_attribute("http.response.status_code", status)


def create_app(
    node: Node, pages: Sequence[ControllerRouterHandler] = (), handlers: Handlers = HANDLERS
) -> Litestar:
    """Return the API of a node (`trilogue.node.service.Service`, or what answers like it).

    `pages` are routes that stand beside it, `handlers` what is called for each error.
    """
    routes = [handler for module in SUBJECTS.values() for handler in module.HANDLERS]
    return Api(
        [*_options(routes), *routes, log_file, schema, *pages],
        state=State({"node": node, "gate": Gate(node, node.limit)}),
        request_class=Call,
        guards=[guard],
        exception_handlers={**handlers},
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        logging_config=None,
    )


def _options(handlers: Iterable[HTTPRouteHandler]) -> Iterator[HTTPRouteHandler]:
    """Answer OPTIONS with every method of a path; Litestar names those that it met first alone."""
    methods: dict[str, set[str]] = defaultdict(lambda: {"OPTIONS"})
    for handler in handlers:
        for path in handler.paths:
            methods[path] |= handler.http_methods
    for path, allowed in methods.items():
        yield _option(path, ", ".join(sorted(allowed)))


def _option(path: str, allowed: str) -> HTTPRouteHandler:
    @route(path, http_method=["OPTIONS"], status_code=204)
    async def options() -> Response[None]:
        return Response(None, headers={"Allow": allowed})

    return options
