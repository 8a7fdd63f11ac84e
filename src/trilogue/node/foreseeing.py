"""Foreseeing: a node that holds plots makes its picture before anybody asks for it.

The first picture after a start waits for the numerics to be loaded, which takes seconds, and for
every flight in hand to be estimated. So a node that has been serving for a moment makes one by
itself, apart from the thread that acts, and remembers it like any other. What it is made of is
looked for in small pieces, between acts. A node that holds no plots loads nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol, TypeVar

from trilogue.errors import TrilogueError
from trilogue.node.contents import Contents
from trilogue.node.picturing import Picturing

__all__ = ["AFTER_SECONDS", "PURPOSE", "Asked", "foresee"]

T = TypeVar("T")
log = logging.getLogger("trilogue.node")

AFTER_SECONDS = 5.0
"""How long a node serves before it looks ahead: what waited for its start comes first."""
AT_ONCE = 500
"""Portions that are looked at between two acts: ten milliseconds."""
PURPOSE = "analysis"
"""The purpose for which the pages are drawn when nobody names one."""


class Asked(Protocol):
    """What answers questions in the node's thread."""

    async def ask(self, question: Callable[[], T]) -> T:
        """Answer a question."""


async def foresee(
    node: Asked, contents: Contents, picturing: Picturing, after: float = AFTER_SECONDS
) -> None:
    """Make the first picture of flights, if there is anything to make it of; then rest."""
    await asyncio.sleep(after)
    try:
        while await node.ask(lambda: contents.look(AT_ONCE)):
            pass
        hand = await node.ask(lambda: picturing.in_hand(PURPOSE))
        if hand.openings:
            await asyncio.to_thread(picturing.flights_of, hand)
    except TrilogueError as error:
        # Whoever asks for the picture is told by an answer of their own.
        log.warning("no picture was made ahead: %s", error.message)
    # A part of a node that ends, ends the node.
    await asyncio.Event().wait()
