"""The application of a node: the API, and the console beside it."""

from __future__ import annotations

from litestar import Litestar

from trilogue import api
from trilogue.api.call import Node
from trilogue.console import assets, live
from trilogue.console.pages import PAGES

__all__ = ["create_app"]


def create_app(node: Node) -> Litestar:
    """Return the API of a node with its console."""
    return api.create_app(node, [*PAGES, *live.HANDLERS, *assets.HANDLERS])
