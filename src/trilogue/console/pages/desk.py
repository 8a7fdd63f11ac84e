"""The desk: what is asked of this participant, and what leaves it: grant, refuse, withdraw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from trilogue.consent.acts import Description
from trilogue.console.access import KEEPERS, READERS, RELEASE
from trilogue.console.page import Go, View, Visit, page
from trilogue.console.reading import decimal, place_at, shaped, source
from trilogue.console.signing import asking, by_hand
from trilogue.errors import InputError, TrilogueError
from trilogue.node import catalogue, ceremonies, consenting, questions, weighing
from trilogue.node.answers import PortionEntry, ReportEntry, RequestEntry
from trilogue.node.authoring import Refused
from trilogue.node.consenting import Deferred
from trilogue.node.engine import Engine, raise_refused
from trilogue.node.inputs import (
    GeneraliseInput,
    GrantInput,
    Place,
    RefusalInput,
    RequestInput,
    SourceInput,
    WithdrawalInput,
)
from trilogue.node.weighing import Weighed
from trilogue.protocol.statement import Composed

__all__ = ["HANDLERS"]

MOST = 100
_HOUR = 3600


@page("GET", "/desk", roles=KEEPERS)
async def desk(visit: Visit) -> View:
    """Show what waits for an answer, what waits for a second officer, and what was granted."""

    def look(engine: Engine) -> View:
        asked = questions.requests(engine, 0, MOST, "open").items
        return View(
            "desk.html",
            {
                "asked": [one for one in asked if one.originator == engine.me],
                "own": [one for one in asked if one.request.speaker == engine.me],
                "pending": questions.pending(engine, 0, MOST).items,
                "grants": questions.newest_grants(engine, MOST),
                "arrangement": questions.arrangement(engine, visit.lang),
                "releases": visit.who.may(RELEASE),
                "by_hand": by_hand(engine, visit),
                "asks": visit.who.may(READERS),
            },
            live=("asked", "waiting", "own", "grants"),
        )

    return await visit.ask(look)


@page("GET", "/requests/{speaker:str}/{index:int}", roles=KEEPERS)
async def request(visit: Visit) -> View:
    """Show one request: what is asked, by whom, why, and what could answer it."""
    return await _request(visit)


@page("POST", "/requests/{speaker:str}/{index:int}", roles=RELEASE)
async def answer(visit: Visit) -> View | Go:
    """Grant what is asked, show first what that would reveal, or refuse it with a reason."""
    place, form = place_at(visit), visit.form
    try:
        if form.one("do") == "look":
            return await _request(visit, weighed=await _weigh(visit, place))
        if form.one("do") == "refuse":
            refusal = shaped(
                {
                    "request": msgspec.to_builtins(place),
                    "reason": form.one("reason"),
                    "language": form.one("language"),
                },
                RefusalInput,
            )
            return await _refuse(visit, refusal)
        return await _grant(visit, place)
    except TrilogueError as error:
        return await _request(visit, error=error)


@page("POST", "/grants", roles=RELEASE)
async def grant(visit: Visit) -> View | Go:
    """Grant portions of one's own reports, unasked, or show what that would reveal."""
    if visit.form.one("do") == "look":
        return await _weighed(visit, await _weigh(visit, None), offered=True)
    return await _grant(visit, None)


@page("POST", "/grants/{index:int}/withdrawal", roles=RELEASE)
async def withdraw(visit: Visit) -> Go:
    """Withdraw a grant: whoever holds what it covered destroys it."""
    index, reason = visit.path("index"), visit.form.one("reason")

    def act(engine: Engine) -> None:
        place = {"speaker": engine.me, "index": index}
        engine.desk.withdraw(shaped({"grant": place, "reason": reason}, WithdrawalInput))

    await visit.act(act)
    return Go("/desk")


@page("POST", "/pending/{number:int}", roles=RELEASE)
async def pending(visit: Visit) -> View | Go:
    """Agree to a grant as the second officer, look first what it would reveal, or give it up."""
    number, officer = visit.path("number"), visit.who.name

    def look(engine: Engine) -> Weighed:
        given, first = consenting.waiting(engine, number)
        why = f"grant {number}, as its second officer"
        return weighing.weigh(
            engine, given, None, officer=officer, why=why, lang=visit.lang, agreed=(first,)
        )

    if visit.form.one("do") == "look":
        return await _weighed(visit, await visit.act(look), offered=False)
    if visit.form.one("do") == "drop":
        await visit.act(lambda engine: consenting.drop(engine, number))
        return Go("/desk")
    if await visit.ask(lambda engine: by_hand(engine, visit)):
        who = asking(visit)
        return _signing(
            await visit.act(lambda engine: ceremonies.begin_agreement(engine, who, number))
        )
    raise_refused(await visit.act(lambda engine: consenting.agree(engine, number, officer)))
    return Go("/desk")


@page("POST", "/requests", roles=READERS)
async def ask(visit: Visit) -> Go:
    """Ask an originator for whatever there is on a subject."""
    given = shaped(
        {
            **{name: visit.form.one(name) for name in ("originator", "purpose", "because")},
            "description": {
                "subject": visit.form.one("subject"),
                "payload_type": None,
                "period": None,
            },
        },
        RequestInput,
    )
    raise_refused(await visit.act(lambda engine: consenting.request(engine, given)))
    return Go("/desk")


def _given(visit: Visit, answers: Place | None) -> tuple[GrantInput, GeneraliseInput | None]:
    """Return the grant that a form means, and how coarse a version of it would go instead."""
    form = visit.form
    portions = list(map(source, form.many("portions")))
    if not portions:
        raise InputError(
            "no portion is chosen", hint="tick what is to be granted", detail="no-portion"
        )
    lasts = form.one("lasts")
    if lasts and not (lasts.isascii() and lasts.isdecimal() and len(lasts) < 7):
        raise InputError(
            f"how long it lasts is a number of hours, not {lasts[:20]!r}",
            detail="hours",
            value=lasts[:20],
        )
    given = shaped(
        {
            "portions": portions,
            **{name: form.many(name) for name in ("audience", "purposes", "derive_for")},
            "lasts_seconds": int(lasts) * _HOUR if lasts else None,
            "answers": msgspec.to_builtins(answers),
        },
        GrantInput,
    )
    grids = {name: decimal(form, name) for name in ("position_grid", "time_grid")}
    return given, shaped(grids, GeneraliseInput) if any(grids.values()) else None


async def _weigh(visit: Visit, answers: Place | None) -> Weighed:
    given, grids = _given(visit, answers)
    why = f"request {answers.speaker} {answers.index}" if answers else "before a grant"
    return await visit.act(
        lambda engine: weighing.weigh(
            engine, given, grids, officer=visit.who.name, why=why, lang=visit.lang
        )
    )


async def _weighed(visit: Visit, weighed: Weighed, *, offered: bool) -> View:
    """Show what a grant would reveal, by itself, and offer to grant it unless it waits already."""

    def look(engine: Engine) -> View:
        return View(
            "weighed.html",
            {
                "weighed": weighed,
                "offered": offered,
                "by_hand": by_hand(engine, visit),
                "arrangement": questions.arrangement(engine, visit.lang),
                "given": visit.form,
            },
            marking=catalogue.line(engine, weighed.markings, visit.lang),
        )

    return await visit.ask(look)


async def _grant(visit: Visit, answers: Place | None) -> Go:
    """Grant what the form says, or have it signed first by whoever signs by hand."""
    given, grids = _given(visit, answers)
    officer = visit.who.name
    who = asking(visit) if await visit.ask(lambda engine: by_hand(engine, visit)) else None

    def act(engine: Engine) -> Composed | Deferred | Refused | int:
        meant = given if grids is None else _coarser(engine, given, grids)
        if isinstance(meant, Refused):
            return meant
        if who is not None:
            return ceremonies.begin_grant(engine, who, meant)
        return consenting.grant(engine, meant, officer)

    done = raise_refused(await visit.act(act))
    return _signing(done) if isinstance(done, int) else Go("/desk")


async def _refuse(visit: Visit, given: RefusalInput) -> Go:
    """Refuse a request, or have the refusal signed first by whoever signs by hand."""
    officer = visit.who.name
    if await visit.ask(lambda engine: by_hand(engine, visit)):
        who = asking(visit)
        return _signing(
            await visit.act(lambda engine: ceremonies.begin_refusal(engine, who, given))
        )
    await visit.act(lambda engine: consenting.refuse(engine, given, officer))
    return Go("/desk")


def _coarser(engine: Engine, given: GrantInput, grids: GeneraliseInput) -> GrantInput | Refused:
    """File coarser versions of what a grant names, and name those."""
    portions = []
    for one in given.portions:
        done = weighing.coarser(engine, one, grids)
        if isinstance(done, Refused):
            return done
        (digest, _), report = done.portions[0], done.report
        place = Place(speaker=report.speaker, index=report.index)
        portions.append(SourceInput(report=place, portion=digest))
    return msgspec.structs.replace(given, portions=tuple(portions))


def _signing(begun: int | Refused) -> Go:
    """Go to where it is signed, or raise what was refused."""
    return Go(f"/signatures/{raise_refused(begun)}")


async def _request(
    visit: Visit, *, error: TrilogueError | None = None, weighed: Weighed | None = None
) -> View:
    place = place_at(visit)

    def look(engine: Engine) -> View:
        entry = questions.request(engine, place)
        mine = entry.originator == engine.me
        return View(
            "request.html",
            {
                "request": entry,
                "mine": mine,
                "candidates": _candidates(engine, entry, visit) if mine else (),
                "arrangement": questions.arrangement(engine, visit.lang),
                "releases": mine and entry.state == "open" and visit.who.may(RELEASE),
                "by_hand": by_hand(engine, visit),
                "error": error,
                "weighed": weighed,
                "given": visit.form,
            },
            marking=None
            if weighed is None
            else catalogue.line(engine, weighed.markings, visit.lang),
            live=("facts",),
            status=200 if error is None else 422,
        )

    return await visit.ask(look)


def _candidates(
    engine: Engine, asked: RequestEntry, visit: Visit
) -> tuple[tuple[Place, PortionEntry], ...]:
    """Return own portions that could answer a request: what it names, or what fits it."""
    if asked.portions:
        named = {(one.report, one.portion) for one in asked.portions}
        reports = dict.fromkeys(one.report for one in asked.portions)
        entries = tuple(catalogue.report(engine, report, visit.lang) for report in reports)
        return tuple(one for one in _own(entries) if (one[0], one[1].portion) in named)
    newest = catalogue.newest(engine, None, MOST, visit.lang).items
    return tuple(one for one in _own(newest) if _fits(one[1], asked.description))


def _own(entries: Iterable[ReportEntry]) -> Iterator[tuple[Place, PortionEntry]]:
    for entry in entries:
        for portion in entry.portions:
            if portion.state == "own" and portion.header is not None:
                yield entry.report, portion


def _fits(portion: PortionEntry, wanted: Description | None) -> bool:
    header = portion.header
    return header is not None and (
        wanted is None
        or (
            wanted.subject in (None, header.subject)
            and wanted.payload_type in (None, header.payload_type)
        )
    )


HANDLERS = (desk, request, answer, grant, withdraw, pending, ask)
