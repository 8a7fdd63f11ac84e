"""The log: what counts here, this participant's checkpoints, and how others see them.

The page's script verifies the log (`web/src/verify.ts`). It takes nothing from the page but what it
compares with: the published log, and beside it what the log holds until now, are fetched as files.
"""

from __future__ import annotations

from trilogue.console.page import Data, View, Visit, page
from trilogue.console.words import catalogue
from trilogue.encoding import canonical
from trilogue.node import logfiles, questions
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
                "words": _words(visit),
            },
            live=("newest", "statements") if before is None else (),
            scripts=("verify",),
        )

    return await visit.ask(look)


@page("GET", "/statements/vouchers")
async def vouchers(visit: Visit) -> Data:
    """Serve what verifying rests on: roots, and the keys for which they vouch."""
    return Data(await visit.ask(logfiles.vouchers), "application/json")


@page("GET", "/statements/log/{path:path}")
async def log_file(visit: Visit) -> Data:
    """Serve the log as it stands now, in the files of the published one."""
    name = str(visit.path("path")).removeprefix("/")
    return Data(await visit.ask(lambda engine: logfiles.log_file(engine, name)))


def _words(visit: Visit) -> str:
    """Return what the script says, in the language of the page."""
    said = catalogue(visit.lang).items()
    return canonical.encode({k: text for k, text in said if k.startswith("verify.")}).decode()


HANDLERS = (statements, vouchers, log_file)
