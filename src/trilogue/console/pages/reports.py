"""Reports: which are known, what of one is held, its content when it is opened, and writing."""

from __future__ import annotations

from urllib.parse import quote

from trilogue.console.access import AUTHORS, KEEPERS, READERS, RELEASE
from trilogue.console.page import Go, Stay, View, Visit, page
from trilogue.console.reading import decimal, place_at, shaped
from trilogue.errors import TrilogueError
from trilogue.node import catalogue, questions
from trilogue.node.answers import ArrangementAnswer, Opened
from trilogue.node.engine import Engine, raise_refused
from trilogue.node.inputs import MarkingInput, OpeningInput, ReportInput, SourceInput

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
async def blank(visit: Visit) -> View:
    """Begin a report."""
    return await _writing(visit, {}, None, ())


@page("POST", "/write", roles=AUTHORS)
async def write(visit: Visit) -> View | Go:
    """Show how a report would be marked, or submit it."""
    fields = {
        name: visit.form.one(name)
        for name in (
            *("title", "text", "language", "confidence", "level", "subject"),
            *("latitude", "longitude"),
        )
    }
    chosen = {name: visit.form.many(name) for name in ("releasable_to", "caveats")}
    try:
        given = _given(visit, fields, chosen)
        if visit.form.one("do") == "look":
            marks = await visit.ask(
                lambda engine: catalogue.would_stand(
                    engine, [one.marking for one in given.portions], visit.lang
                )
            )
            return await _writing(visit, {**fields, **chosen}, None, marks)
        done = await visit.act(lambda engine: engine.submit(given))
        authored, _ = raise_refused(done)
    except TrilogueError as error:
        return await _writing(visit, {**fields, **chosen}, error, ())
    return Go(f"/reports/{authored.report.speaker}/{authored.report.index}")


def _given(visit: Visit, fields: dict[str, str], chosen: dict[str, tuple[str, ...]]) -> ReportInput:
    latitude, longitude = (decimal(visit.form, name) for name in ("latitude", "longitude"))
    placed = latitude is not None or longitude is not None
    portion = {
        "payload_type": "assessment",
        "payload": {
            "type": "assessment",
            **{name: fields[name] for name in ("title", "language", "text", "confidence")},
        },
        "marking": {"level": fields["level"], **chosen},
        "subject": fields["subject"],
        "language": fields["language"],
        "place": {"latitude": latitude, "longitude": longitude} if placed else None,
    }
    return shaped({"portions": [portion]}, ReportInput)


async def _writing(
    visit: Visit,
    given: dict[str, str | tuple[str, ...]],
    error: TrilogueError | None,
    marks: tuple[str, ...],
) -> View:
    arrangement: ArrangementAnswer = await visit.ask(
        lambda engine: questions.arrangement(engine, visit.lang)
    )
    return View(
        "write.html",
        {
            "arrangement": arrangement,
            "given": given,
            "error": error,
            "mark": marks[0] if marks else None,
            "usual": MarkingInput(level="").caveats,
        },
        marking=marks[-1] if marks else None,
        status=200 if error is None else 422,
    )


HANDLERS = (reports, report, opened, still, blank, write)
