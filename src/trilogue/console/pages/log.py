"""The log: what counts here, this participant's checkpoints, and how others see them."""

from __future__ import annotations

from trilogue.console.page import View, Visit, page
from trilogue.node import questions
from trilogue.node.engine import Engine
from trilogue.node.watch import status

__all__ = ["HANDLERS"]

MOST = 50
CHECKPOINTS = 10


@page("GET", "/statements")
async def statements(visit: Visit) -> View:
    """Show the newest statements, and the newest checkpoints with who cosigned them."""
    before = visit.number("before")
    running = visit.call.node.running()

    def look(engine: Engine) -> View:
        return View(
            "statements.html",
            {
                "first": before is None,
                "statements": questions.newest_statements(engine, before, MOST),
                "checkpoints": questions.checkpoints(engine, CHECKPOINTS),
                "status": status(engine, visit.lang, running),
            },
            live=("newest", "statements") if before is None else (),
        )

    return await visit.ask(look)


HANDLERS = (statements,)
