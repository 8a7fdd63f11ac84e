"""The published log, as files: what `trilogue.node.publishing` writes, and nothing beside it.

Tiles never change once they are full, and a partial one is the same for ever under its own width;
the checkpoint does (c2sp.org/tlog-tiles). No token: it is published.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from litestar import Response, get

from trilogue.api.call import Call
from trilogue.errors import FormatError, NotFoundError
from trilogue.protocol.publiclog import ARRANGEMENT, CHECKPOINT, OPEN
from trilogue.tlog.tiles import parse_tile_path

__all__ = ["log_file"]

_TEXT = "text/plain"
_FOR_EVER = "public, max-age=31536000, immutable"


_ARRANGEMENT = re.compile(
    rf"{ARRANGEMENT}/(roots/)?[A-Za-z0-9-]+(\.(?!new\b)[A-Za-z0-9-]+)+", re.ASCII
)


@get("/log/{path:path}", name="log_file")
async def log_file(request: Call) -> Response[bytes]:
    """Serve one file of the published log."""
    name = str(request.path_params["path"]).removeprefix("/")
    folder = request.node.engine.directory / "public"
    data = await asyncio.to_thread(_read, folder, name)
    return Response(
        data,
        media_type=_media_type(name),
        headers={
            "Cache-Control": _FOR_EVER if name.startswith("tile/") else "no-cache",
            "Access-Control-Allow-Origin": "*",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _read(folder: Path, name: str) -> bytes:
    """Return a published file. Raises `NotFoundError`: a name that could not be one is not read."""
    if not _could_be(name):
        raise NotFoundError(f"no file of a log is called {name!r}")
    try:
        return (folder / name).read_bytes()
    except OSError:
        raise NotFoundError(
            f"not published: {name!r}", hint="entries are published after the arrangement's delay"
        ) from None


def _could_be(name: str) -> bool:
    if name in (CHECKPOINT, OPEN) or _ARRANGEMENT.fullmatch(name):
        return True
    try:
        parse_tile_path(name)
    except FormatError:
        return False
    return True


def _media_type(name: str) -> str:
    if name.startswith("tile/"):
        return "application/octet-stream"
    return "application/x-ndjson" if name == OPEN else _TEXT
