"""What pages are made live with: scripts that are built from `web/` before the package is.

A page names a script, and a manifest says under which file it was built. Where nothing was built
pages have no script, and work. Built files carry their digest in their name: a browser keeps them.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec
from litestar import Response, get

from trilogue.api.call import Call
from trilogue.console.headers import HEADERS
from trilogue.encoding import base64
from trilogue.encoding.digest import sha256
from trilogue.errors import NotFoundError

__all__ = ["HANDLERS", "Built", "built", "scripts"]

_ROOT = Path(str(files("trilogue.console")))
_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}


class Built(msgspec.Struct, frozen=True, rename={"styles": "css"}):
    """One built file of Vite's manifest: where it lies, and which styles it brings."""

    file: str
    styles: tuple[str, ...] = ()


@cache
def scripts() -> Mapping[str, Built]:
    """Return what was built, by the name of its entry: `console` for `src/console.ts`."""
    try:
        data = (_ROOT / "built" / "manifest.json").read_bytes()
    except FileNotFoundError:
        return {}
    manifest = msgspec.json.decode(data, type=dict[str, Built])
    return {
        Path(source).stem: found for source, found in manifest.items() if source.startswith("src/")
    }


def built(name: str) -> Built | None:
    """Return a script that was built, or None."""
    return scripts().get(name)


@get("/built/{path:path}", name="built", sync_to_thread=True)
def serve_built(request: Call) -> Response[bytes]:
    """Serve a built file. Those with a digest in their name never change."""
    return _respond(request, "built", str(request.path_params["path"]).lstrip("/"))


@get("/static/{name:str}", name="static", sync_to_thread=True)
def serve_static(request: Call) -> Response[bytes]:
    """Serve what pages look like. A browser asks each time whether it changed."""
    return _respond(request, "static", str(request.path_params["name"]))


def _respond(request: Call, folder: str, name: str) -> Response[bytes]:
    path = (_ROOT / folder / name).resolve()
    if not path.is_relative_to(_ROOT / folder) or not path.is_file():
        raise NotFoundError("no such file of the console")
    tag = _tag(path)
    kept = _FOREVER if folder == "built" and name.startswith("assets/") else "no-cache"
    headers = {**HEADERS, "Cache-Control": kept, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(path.read_bytes(), media_type=kind, headers=headers)


@cache
def _tag(path: Path) -> str:
    return f'"{base64.encode(sha256(path.read_bytes()))}"'


HANDLERS = (serve_built, serve_static)
