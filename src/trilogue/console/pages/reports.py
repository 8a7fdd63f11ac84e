"""Reports: which are known, what of one is held, its content when it is opened, and writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from trilogue.arrangement import Lang
from trilogue.console import writing
from trilogue.console.access import AUTHORS, KEEPERS, READERS, REGISTER, RELEASE
from trilogue.console.drawing import draw
from trilogue.console.held import Whole, finding_whole
from trilogue.console.page import Go, Stay, View, Visit, page
from trilogue.console.reading import place_at, shaped
from trilogue.console.signing import by_hand
from trilogue.console.writing import Draft
from trilogue.errors import InputError, TrilogueError
from trilogue.node import catalogue, questions
from trilogue.node.answers import ArrangementAnswer, Gone, Opened, PortionEntry
from trilogue.node.engine import Engine, raise_refused
from trilogue.node.inputs import OpeningInput, SourceInput
from trilogue.reports.payloads.finding import Finding

__all__ = ["HANDLERS"]

MOST = 50
MOST_TRAIL = 60
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
        sources = dict.fromkeys(
            source.report
            for portion in entry.portions
            if portion.header is not None
            for source in portion.header.derived_from
        )
        trail, more = questions.trail(engine, (*sources, place), MOST_TRAIL)
        return View(
            "report.html",
            {
                "report": entry,
                "portions": _in_order(entry.portions),
                "drawing": draw(trail, engine.books.addressing().participants),
                "more": more,
                "register": questions.accesses_of(engine, place)
                if visit.who.may(REGISTER)
                else None,
                "arrangement": questions.arrangement(engine, visit.lang),
                "given": visit.form,
                "reads": visit.who.may(READERS),
                "grants": visit.who.may(RELEASE) and entry.report.speaker == engine.me,
                "by_hand": by_hand(engine, visit),
            },
            marking=entry.banner,
            live=("portions", "trail"),
        )

    return await visit.ask(look)


@page("POST", "/reports/{speaker:str}/{index:int}", roles=READERS)
async def opened(visit: Visit) -> View:
    """Open a portion and versions of it: the register is written before anything is shown."""
    given = shaped(
        {name: visit.form.one(name) for name in ("portion", "purpose", "why")}, OpeningInput
    )
    chosen = tuple(dict.fromkeys((given.portion, *visit.form.many("beside"))))
    if len(chosen) > writing.MOST_PORTIONS:
        raise InputError(f"{len(chosen)} portions at once; at most {writing.MOST_PORTIONS}")
    place = place_at(visit)

    def act(engine: Engine) -> tuple[list[Opened], dict[str, tuple[Gone, ...]], str | None]:
        openings = [
            engine.reading.read(
                SourceInput(report=place, portion=one),
                officer=visit.who.name,
                purpose=given.purpose,
                why=given.why,
            )
            for one in chosen
        ]
        shown = [catalogue.opened(engine, one, visit.lang) for one in openings]
        gone = {one.holding.portion: engine.lineages.gone(one.holding) for one in openings}
        return shown, gone, catalogue.line(engine, [one.marking for one in openings], visit.lang)

    shown, gone, marking = await visit.act(act)
    asked = "&".join(f"portion={quote(one, safe='')}" for one in chosen)
    return View(
        "opened.html",
        {
            "place": place,
            "opened": shown,
            "gone_behind": gone,
            "findings": await visit.call.aside(lambda: _findings(shown, visit.lang)),
        },
        marking=marking,
        watch=f"/reports/{place.speaker}/{place.index}/opened?{asked}",
    )


def _findings(opened: Sequence[Opened], lang: Lang) -> dict[str, Whole]:
    """Return the findings among opened portions as they are read, by portion."""
    return {
        one.portion: finding_whole(shaped(one.payload, Finding), lang)
        for one in opened
        if one.header.payload_type == "finding"
    }


@page("GET", "/reports/{speaker:str}/{index:int}/opened", roles=READERS)
async def still(visit: Visit) -> Go | Stay:
    """Say whether opened portions may still be read: what is withdrawn goes from the screen."""
    place, shown = place_at(visit), set(visit.call.query_params.getall("portion", []))
    entry = await visit.ask(lambda engine: catalogue.report(engine, place, visit.lang))
    readable = {one.portion for one in entry.portions if one.state in READABLE}
    if shown and shown <= readable:
        return Stay()
    return Go(f"/reports/{place.speaker}/{place.index}")


@dataclass(frozen=True)
class Placed:
    """A portion where it stands on the page, and what it is a version of."""

    number: int
    entry: PortionEntry
    version: str
    """Empty, or `tearline`, `translation`, `generalised`, `redacted`."""
    of: int
    """The number of the portion that it is a version of, or its own."""


def _in_order(portions: Sequence[PortionEntry]) -> tuple[Placed, ...]:
    """Place portions with their versions behind them."""
    order = {one.portion: number for number, one in enumerate(portions)}

    def version(one: PortionEntry) -> tuple[str, str]:
        header = one.header
        if header is not None:
            for kind, of in (
                ("tearline", header.tearline_of),
                ("translation", header.translation_of),
                ("generalised", header.generalised and header.generalised.of),
                ("redacted", header.redacted and header.redacted.of),
            ):
                if of is not None and of in order:
                    return kind, of
        return "", one.portion

    placed = sorted(
        ((one, *version(one)) for one in portions), key=lambda one: (order[one[2]], one[1] != "")
    )
    numbers = {one.portion: number for number, (one, _, _) in enumerate(placed, 1)}
    return tuple(
        Placed(number, one, kind, numbers[of]) for number, (one, kind, of) in enumerate(placed, 1)
    )


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
            raise error or InputError("nothing is written", detail="nothing-written")
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
