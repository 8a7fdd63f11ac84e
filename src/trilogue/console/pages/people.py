"""People: who may ask this node for what, and the register of who opened what."""

from __future__ import annotations

from trilogue.api.roles import MAY
from trilogue.console.page import View, Visit, page
from trilogue.node import questions, tokens
from trilogue.node.engine import Engine
from trilogue.node.tokens import Role

__all__ = ["HANDLERS"]

MOST = 200
_REGISTER = MAY["accesses"]
_HERE = frozenset({Role.ADMINISTRATOR, Role.SECURITY_OFFICER})


@page("GET", "/people", roles=_HERE)
async def people(visit: Visit) -> View:
    """List who holds a token and, for the security officer, the access register."""
    register = visit.who.may(_REGISTER)
    after = visit.number("after", default=0)

    def look(engine: Engine) -> View:
        return View(
            "people.html",
            {
                "tokens": tokens.issued(engine.db),
                "register": questions.accesses(engine, after, MOST) if register else None,
            },
        )

    return await visit.ask(look)


HANDLERS = (people,)
