"""Patterns: the public record of launches as table, map and timeline, and what was found in it."""

from __future__ import annotations

from trilogue.console import record
from trilogue.console.page import Data, View, Visit, page
from trilogue.errors import NotFoundError

__all__ = ["HANDLERS"]


@page("GET", "/patterns")
async def patterns(visit: Visit) -> View:
    """Show the record."""
    shown = await visit.call.aside(lambda: record.shown(visit.lang))
    return View("patterns.html", {"record": shown})


@page("GET", "/patterns/findings")
async def findings(visit: Visit) -> View:
    """Say what was found in the record, each finding with its uncertainty and how it was found."""

    def look() -> View:
        sections = record.found(visit.lang)
        texts = {
            name: record.figure(name, visit.lang).text
            for section in sections
            for name in section.figures
        }
        return View("findings.html", {"sections": sections, "texts": texts})

    return await visit.call.aside(look)


@page("GET", "/patterns/figures/{name:str}")
async def drawn(visit: Visit) -> Data:
    """Serve what is drawn of a finding: `NAME.png`, or its numbers as `NAME.csv`."""
    name, _, kind = str(visit.path("name")).rpartition(".")
    if kind not in ("png", "csv"):
        raise NotFoundError(f"figures are .png and .csv, not {kind[:10]!r}")
    figure = await visit.call.aside(lambda: record.figure(name, visit.lang))
    if kind == "csv":
        return Data(figure.csv.encode(), "text/csv; charset=utf-8")
    return Data(figure.png, "image/png")


HANDLERS = (patterns, findings, drawn)
