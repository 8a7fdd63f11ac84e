"""The application of a node: the API, and the console beside it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from litestar import Litestar, Response, get

from trilogue import api
from trilogue.api.call import Call, Node
from trilogue.console.page import HEADERS
from trilogue.console.pages import PAGES
from trilogue.encoding import base64
from trilogue.encoding.digest import sha256
from trilogue.errors import NotFoundError

__all__ = ["create_app"]

_TYPES = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}


def create_app(node: Node) -> Litestar:
    """Return the API of a node with its console."""
    return api.create_app(node, [*PAGES, static])


@get("/static/{name:str}", name="static")
async def static(request: Call) -> Response[bytes]:
    """Serve what pages look like. A browser asks each time whether it changed."""
    found = _static().get(str(request.path_params["name"]))
    if found is None:
        raise NotFoundError("no such file of the console")
    data, kind, tag = found
    headers = {**HEADERS, "Cache-Control": "no-cache", "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    return Response(data, media_type=kind, headers=headers)


@cache
def _static() -> dict[str, tuple[bytes, str, str]]:
    found = {}
    for path in (files("trilogue.console") / "static").iterdir():
        data = path.read_bytes()
        kind = _TYPES[path.name.rpartition(".")[2]]
        found[path.name] = data, kind, f'"{base64.encode(sha256(data))}"'
    return found
