"""Signing in and out, the language, and the page that each begins with."""

from __future__ import annotations

from trilogue.console import door
from trilogue.console.access import NAVIGATION
from trilogue.console.page import Go, View, Visit, page
from trilogue.console.words import LANGUAGES
from trilogue.errors import NotFoundError
from trilogue.node import sessions, tokens
from trilogue.node.problem import UnknownCallerError

__all__ = ["HANDLERS"]


@page("GET", "/", roles=None)
async def home(visit: Visit) -> Go:
    """Lead to the first page that somebody's roles open."""
    if visit.person is None:
        return Go("/sign-in")
    return Go(next(path for path, _, roles in NAVIGATION if visit.person.may(roles)))


@page("GET", "/sign-in", roles=None)
async def ask(visit: Visit) -> View:
    """Ask for a token."""
    return _asking(visit, door.local(visit.query("to")))


@page("POST", "/sign-in", roles=None)
async def sign_in(visit: Visit) -> View | Go:
    """Begin a session."""
    token, to = visit.form.one("token"), door.local(visit.form.one("to"))
    try:
        # A stranger's guesses do not wait among the acts of those who are known.
        await visit.ask(lambda engine: tokens.check(engine.db, token))
        secret = await visit.act(lambda engine: sessions.sign_in(engine.db, token, engine.now()))
    except UnknownCallerError as error:
        return _asking(visit, to, error)
    return Go(to, {door.COOKIE: secret})


@page("GET", "/sign-in/{code:str}", roles=None)
async def linked(visit: Visit) -> View:
    """Offer to use a link up: only a person's click does, not whoever looks at it before."""
    return View("sign_in.html", {"code": visit.path("code"), "error": None})


@page("POST", "/sign-in/{code:str}", roles=None)
async def follow(visit: Visit) -> View | Go:
    """Begin a session by a link that serves once."""
    code = visit.path("code")
    try:
        await visit.ask(lambda engine: sessions.check_link(engine.db, code, engine.now()))
        secret = await visit.act(lambda engine: sessions.follow_link(engine.db, code, engine.now()))
    except UnknownCallerError as error:
        return _asking(visit, "/", error)
    return Go("/", {door.COOKIE: secret})


@page("POST", "/sign-out")
async def sign_out(visit: Visit) -> Go:
    """End this session, or every one of this person's."""
    name, secret = visit.who.name, visit.call.cookies.get(door.COOKIE, "")
    if visit.form.one("everywhere"):
        await visit.act(lambda engine: sessions.sign_out_everywhere(engine.db, name))
    else:
        await visit.act(lambda engine: sessions.sign_out(engine.db, secret))
    return Go("/sign-in", {door.COOKIE: None})


@page("GET", "/language/{lang:str}", roles=None)
async def choose(visit: Visit) -> Go:
    """Keep a language, and go back."""
    lang = visit.path("lang")
    if lang not in LANGUAGES:
        raise NotFoundError(f"the pages do not speak {lang[:8]!r}")
    return Go(door.local(visit.query("to")), {door.LANGUAGE: lang})


HANDLERS = (home, ask, sign_in, linked, follow, sign_out, choose)


def _asking(visit: Visit, to: str, error: UnknownCallerError | None = None) -> View:
    """Return the page that asks for a token, with the way through a provider where there is one."""
    way = visit.call.node.sign_on
    values = {
        "to": to,
        "code": "",
        "error": error,
        "provider": None if way is None else way.settings.host,
        "onward": door.onward(to),
    }
    return View("sign_in.html", values, status=200 if error is None else 401)
