"""The arrangement: its text, who stands where with it, and adopting, suspending and resuming it."""

from __future__ import annotations

from trilogue.console.access import GOVERN
from trilogue.console.page import Go, View, Visit, page
from trilogue.console.reading import shaped
from trilogue.errors import InputError
from trilogue.node import questions
from trilogue.node.inputs import StandInput

__all__ = ["HANDLERS"]


@page("GET", "/arrangement")
async def arrangement(visit: Visit) -> View:
    """Show the arrangement under which the node works."""
    found = await visit.ask(lambda engine: questions.arrangement(engine, visit.lang))
    return View(
        "arrangement.html",
        {"arrangement": found, "governs": visit.who.may(GOVERN)},
        live=("participants",),
    )


@page("POST", "/arrangement", roles=GOVERN)
async def govern(visit: Visit) -> Go:
    """Adopt the arrangement, or suspend or resume it with a reason."""
    do = visit.form.one("do")
    if do == "adopt":
        await visit.act(lambda engine: engine.governing.adopt())
    elif do in ("suspend", "resume"):
        given = shaped({"reason": visit.form.one("reason")}, StandInput)
        await visit.act(
            lambda engine: (
                engine.governing.suspend(given.of, given.reason)
                if do == "suspend"
                else engine.governing.resume(given.of, given.reason)
            )
        )
    else:
        raise InputError(f"nothing that can be done: {do[:40]!r}")
    return Go("/arrangement")


HANDLERS = (arrangement, govern)
