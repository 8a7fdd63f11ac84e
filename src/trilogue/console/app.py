"""The application of a node: the API, and the console beside it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from litestar import Litestar, Response
from litestar.exceptions import HTTPException

from trilogue import api
from trilogue.api.call import Call, Node
from trilogue.api.problems import HANDLERS, unreached
from trilogue.console import assets, live
from trilogue.console.page import lost
from trilogue.console.pages import PAGES

__all__ = ["create_app"]


def create_app(node: Node) -> Litestar:
    """Return the API of a node with its console."""
    pages = [*PAGES, *live.HANDLERS, *assets.HANDLERS]
    return api.create_app(node, pages, {**HANDLERS, HTTPException: _unreached})


def _unreached(request: Call, error: HTTPException) -> Response[Any]:
    """Tell of a path that nothing has: a browser as a page, and a program as a problem."""
    browser = "text/html" in request.headers.get("accept", "")
    if error.status_code == HTTPStatus.NOT_FOUND and browser:
        return lost(request)
    return unreached(request, error)
