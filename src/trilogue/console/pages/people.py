"""People: who may ask this node for what, whose passkeys sign, and who opened what."""

from __future__ import annotations

from trilogue.console.access import PEOPLE, REGISTER
from trilogue.console.page import View, Visit, page
from trilogue.node import passkeys, questions, sessions, tokens
from trilogue.node.engine import Engine

__all__ = ["HANDLERS"]

MOST = 200


@page("GET", "/people", roles=PEOPLE)
async def people(visit: Visit) -> View:
    """List who holds a token and, for the security officer, the access register."""
    register = visit.who.may(REGISTER)
    after = visit.number("after") or 0

    def look(engine: Engine) -> View:
        return View(
            "people.html",
            {
                "tokens": tokens.issued(engine.db),
                "passkeys": passkeys.listed(engine.db, engine.books),
                "register": questions.accesses(engine, after, MOST) if register else None,
            },
        )

    return await visit.ask(look)


@page("GET", "/you")
async def you(visit: Visit) -> View:
    """Show somebody who they are here, and where they are signed in."""
    name = visit.who.name
    since = await visit.ask(lambda engine: sessions.of(engine.db, name, engine.now()))
    return View("you.html", {"sessions": since})


HANDLERS = (people, you)
