"""Reports: which are known, what of one is held, its content when it is opened, and writing."""

from __future__ import annotations

from urllib.parse import quote

from trilogue.console import writing
from trilogue.console.access import AUTHORS, KEEPERS, READERS, RELEASE
from trilogue.console.page import Go, Stay, View, Visit, page
from trilogue.console.reading import place_at, shaped
from trilogue.console.writing import Draft
from trilogue.errors import InputError, TrilogueError
from trilogue.node import catalogue, questions
from trilogue.node.answers import ArrangementAnswer, Opened
from trilogue.node.engine import Engine, raise_refused
from trilogue.node.inputs import OpeningInput, SourceInput

__all__ = ["HANDLERS"]

MOST = 50
READABLE = ("own", "live")


@page("GET", "/reports", roles=KEEPERS)
async def reports(visit: Visit) -> View:
    """List the newest reports."""
    before = visit.number("before")
    found = await visit.ask(lambda engine: catalogue.newest(engine, before, MOST, visit.lang))
    writes = visit.who.may(AUTHORS)
    return View(
        "reports.html",
        {"reports": found, "first": before is None, "writes": writes},
        live=("list",) if before is None else (),
    )


@page("GET", "/reports/{speaker:str}/{index:int}", roles=KEEPERS)
async def report(visit: Visit) -> View:
    """Show what is held of one report."""
    place = place_at(visit)

    def look(engine: Engine) -> View:
        entry = catalogue.report(engine, place, visit.lang)
        return View(
            "report.html",
            {
                "report": entry,
                "arrangement": questions.arrangement(engine, visit.lang),
                "given": visit.form,
                "reads": visit.who.may(READERS),
                "grants": visit.who.may(RELEASE) and entry.report.speaker == engine.me,
            },
            marking=entry.banner,
            live=("portions",),
        )

    return await visit.ask(look)


@page("POST", "/reports/{speaker:str}/{index:int}", roles=READERS)
async def opened(visit: Visit) -> View:
    """Open a portion: the register is written first, then its content is shown."""
    given = shaped(
        {name: visit.form.one(name) for name in ("portion", "purpose", "why")}, OpeningInput
    )
    source = SourceInput(report=place_at(visit), portion=given.portion)

    def act(engine: Engine) -> Opened:
        opening = engine.reading.read(
            source, officer=visit.who.name, purpose=given.purpose, why=given.why
        )
        return catalogue.opened(engine, opening, visit.lang)

    shown = await visit.act(act)
    place = f"/reports/{shown.report.speaker}/{shown.report.index}"
    return View(
        "opened.html",
        {"opened": shown},
        marking=shown.banner,
        watch=f"{place}/opened?portion={quote(given.portion, safe='')}",
    )


@page("GET", "/reports/{speaker:str}/{index:int}/opened", roles=READERS)
async def still(visit: Visit) -> Go | Stay:
    """Say whether an opened portion may still be read: what is withdrawn goes from the screen."""
    place, portion = place_at(visit), visit.query("portion")
    entry = await visit.ask(lambda engine: catalogue.report(engine, place, visit.lang))
    if any(one.portion == portion and one.state in READABLE for one in entry.portions):
        return Stay()
    return Go(f"/reports/{place.speaker}/{place.index}")


@page("GET", "/write", roles=AUTHORS)
async def begin(visit: Visit) -> View:
    """Begin a report."""
    arrangement = await _arrangement(visit)
    return await _writing(visit, writing.blank(_readers(arrangement)), arrangement)


@page("POST", "/write", roles=AUTHORS)
async def write(visit: Visit) -> View | Go:
    """Show how a report would be marked, add a portion, or submit it."""
    draft, given, error = writing.read(visit.form)
    arrangement = await _arrangement(visit)
    do = visit.form.one("do")
    try:
        if do == "add":
            draft = draft.more(_readers(arrangement))
        if do != "submit":
            return await _writing(visit, draft, arrangement)
        if given is None:
            raise error or InputError("nothing is written")
        done = await visit.act(lambda engine: engine.submit(given))
        authored, _ = raise_refused(done)
    except TrilogueError as refused:
        return await _writing(visit, draft, arrangement, refused)
    return Go(f"/reports/{authored.report.speaker}/{authored.report.index}")


def _readers(arrangement: ArrangementAnswer) -> tuple[str, ...]:
    return tuple(one.id for one in arrangement.participants)


async def _arrangement(visit: Visit) -> ArrangementAnswer:
    return await visit.ask(lambda engine: questions.arrangement(engine, visit.lang))


async def _writing(
    visit: Visit,
    draft: Draft,
    arrangement: ArrangementAnswer,
    error: TrilogueError | None = None,
) -> View:
    """Show a report as far as it is written, with the marks of the portions that have a level."""
    marked = [(one.number, one.marking) for one in draft.portions]
    given = [(number, marking) for number, marking in marked if marking is not None]
    marks: tuple[str, ...] = ()
    try:
        if given:
            marks = await visit.ask(
                lambda engine: catalogue.would_stand(engine, [one for _, one in given], visit.lang)
            )
    except InputError as wrong:
        error = error or wrong
    return View(
        "write.html",
        {
            "arrangement": arrangement,
            "draft": draft,
            "error": error,
            "marks": {number: mark for (number, _), mark in zip(given, marks, strict=False)},
            "most": writing.MOST_PORTIONS,
        },
        marking=marks[-1] if marks else "",
        status=200 if error is None else 422,
    )


HANDLERS = (reports, report, opened, still, begin, write)
