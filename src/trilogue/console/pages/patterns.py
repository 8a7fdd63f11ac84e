"""Patterns: the launch record as table, map and timeline, and what is found in it.

Everybody sees the public record. Who may read sees beside it what the node holds, each row with its
mark, and files a finding as the derived report that it is.
"""

from __future__ import annotations

from typing import get_args

from trilogue.api.parameters import ForRecord
from trilogue.api.pattern_shapes import Marked, gathered
from trilogue.console import held, record
from trilogue.console.access import AUTHORS, READERS
from trilogue.console.page import Data, Go, View, Visit, page
from trilogue.console.reading import shaped
from trilogue.errors import InputError, NotFoundError
from trilogue.node import catalogue
from trilogue.node.engine import Engine, raise_refused
from trilogue.node.inputs import FindingFilingInput
from trilogue.node.pattern_answers import FiledFinding
from trilogue.node.patterning import Reports

__all__ = ["HANDLERS"]

PURPOSE = ForRecord().purpose


def _reports(visit: Visit) -> Reports:
    """Return which reports are to stand beside the public rows: none for whoever may not read."""
    if not visit.who.may(READERS):
        return "none"
    asked = visit.query("reports") or "all"
    for one in get_args(Reports):
        if asked == one:
            return one  # type: ignore[no-any-return]
    raise InputError(f"reports is {', '.join(get_args(Reports))}, not {asked[:20]!r}")


@page("GET", "/patterns")
async def patterns(visit: Visit) -> View:
    """Show the record."""
    reports = _reports(visit)
    marked = await visit.ask(lambda engine: gathered(engine, PURPOSE, reports, visit.lang))
    patterning = visit.call.node.engine.patterning

    def look() -> View:
        found = patterning.record_of(marked.hand)
        return View(
            "patterns.html",
            {
                "record": record.shown_of(found.launches, visit.lang)
                if found.rows
                else record.shown(visit.lang),
                "held": held.held_view(found, marked, visit.lang),
                "public": found.public,
                **_beside(visit, reports),
            },
            marking=marked.banner,
            live=("patterns",) if reports != "none" else (),
        )

    return await visit.call.aside(look)


@page("GET", "/patterns/findings")
async def findings(visit: Visit) -> View:
    """Say what was found in the record, each finding with its uncertainty and how it was found."""
    reports = _reports(visit)

    def gather(engine: Engine) -> tuple[Marked, tuple[FiledFinding, ...]]:
        return (
            gathered(engine, PURPOSE, reports, visit.lang),
            catalogue.filed_findings(engine, PURPOSE, reports),
        )

    marked, filed = await visit.ask(gather)
    patterning = visit.call.node.engine.patterning

    def look() -> View:
        texts = {}
        stands_on = patterning.record_of(marked.hand).rows
        if stands_on:
            sections = record.found_of(patterning.found_in(marked.hand), visit.lang)
        else:
            sections = record.found(visit.lang)
            texts = {
                name: record.figure(name, visit.lang).text
                for section in sections
                for name in section.figures
            }
        return View(
            "findings.html",
            {
                "sections": sections,
                "texts": texts,
                "stands_on": len(stands_on),
                "files": bool(stands_on) and visit.who.may(AUTHORS),
                "filed": filed[::-1],
                "titles": held.titles(visit.lang),
                **_beside(visit, reports),
            },
            marking=marked.banner,
            live=("findings",) if reports != "none" else (),
        )

    return await visit.call.aside(look)


@page("POST", "/patterns/findings", roles=AUTHORS)
async def file(visit: Visit) -> Go:
    """File a finding as a derived report, and show that."""
    given = shaped(
        {name: visit.form.one(name) for name in ("finding", "reports")}, FindingFilingInput
    )
    patterning = visit.call.node.engine.patterning
    hand = await visit.ask(
        lambda engine: engine.patterning.in_hand(given.purpose, reports=given.reports)
    )
    await visit.call.aside(lambda: patterning.found_in(hand))
    done = await visit.act(
        lambda engine: engine.submit(
            engine.patterning.file(given.finding, given.purpose, given.reports)
        )
    )
    authored, _ = raise_refused(done)
    return Go(f"/reports/{authored.report.speaker}/{authored.report.index}")


@page("GET", "/patterns/figures/{name:str}")
async def drawn(visit: Visit) -> Data:
    """Serve what is drawn of a finding: `NAME.png`, or its numbers as `NAME.csv`."""
    name, _, kind = str(visit.path("name")).rpartition(".")
    if kind not in ("png", "csv"):
        raise NotFoundError(f"figures are .png and .csv, not {kind[:10]!r}")
    reports = _reports(visit) if visit.query("reports") else "none"
    marked = await visit.ask(lambda engine: gathered(engine, PURPOSE, reports, visit.lang))
    patterning = visit.call.node.engine.patterning

    def look() -> Data:
        figure = (
            record.figure_of(patterning.found_in(marked.hand), name, visit.lang)
            if patterning.record_of(marked.hand).rows
            else record.figure(name, visit.lang)
        )
        if kind == "csv":
            return Data(figure.csv.encode(), "text/csv; charset=utf-8")
        return Data(figure.png, "image/png")

    return await visit.call.aside(look)


def _beside(visit: Visit, reports: Reports) -> dict[str, object]:
    """Return what both pages offer: which reports stand beside the public rows."""
    return {
        "reports": reports,
        "choices": get_args(Reports) if visit.who.may(READERS) else (),
    }


HANDLERS = (patterns, findings, file, drawn)
