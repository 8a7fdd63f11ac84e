"""A page: who may open it, what it is made from, and what every answer carries.

    @page("GET", "/reports/{speaker:str}/{index:int}", roles=READERS)
    async def report(visit: Visit) -> View:
        return View("report.html", {"report": …})

A handler of a form is `@page("POST", …)` and mostly ends with `Go` to the page that shows what came
of it. A page that is asked for and yet changes something `acts`, as a form does. An error that the
node raises on purpose becomes a page that says it, with what to do.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import parse_qs, quote

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from trilogue.api.call import Call
from trilogue.api.operation import whole_body
from trilogue.api.problems import status_of
from trilogue.api.roles import EVERYONE
from trilogue.arrangement import Lang
from trilogue.console import assets, door
from trilogue.console.access import NAVIGATION
from trilogue.console.door import Person
from trilogue.console.headers import HEADERS, headers
from trilogue.console.live import LIVE
from trilogue.console.look import filters
from trilogue.console.words import LANGUAGES, Words
from trilogue.errors import InputError, NotFoundError, TrilogueError, UnavailableError
from trilogue.node.engine import Engine
from trilogue.node.handing import Answered
from trilogue.node.tokens import Role

if TYPE_CHECKING:
    import jinja2

__all__ = ["Cookie", "Data", "Form", "Go", "Stay", "View", "Visit", "lost", "page"]

log = logging.getLogger("trilogue.console")
T = TypeVar("T")

MOST_FIELDS = 2_000


class Form:
    """What a form brought: text by field."""

    def __init__(self, body: bytes) -> None:
        try:
            self._fields = parse_qs(
                body.decode("ascii"),
                keep_blank_values=True,
                strict_parsing=bool(body),
                encoding="utf-8",
                errors="strict",
                max_num_fields=MOST_FIELDS,
            )
        except ValueError as error:  # what is not UTF-8, too
            raise InputError(f"a form that cannot be read: {error}") from error

    def __bool__(self) -> bool:
        """Whether anything was brought."""
        return bool(self._fields)

    def one(self, name: str) -> str:
        """Return one field, without space around it; empty when it is not there."""
        values = self._fields.get(name, [""])
        if len(values) != 1:
            raise InputError(f"{name} is given {len(values)} times")
        return values[0].strip().replace("\r\n", "\n")

    def many(self, name: str) -> tuple[str, ...]:
        """Return all that stands under a field: boxes that were ticked."""
        return tuple(self._fields.get(name, ()))


@dataclass(frozen=True)
class View:
    """A page to be shown: its template, and what stands in it.

    `marking` is the line above and below it; a page without content has none. `live` names, by
    their ids, the parts that change when something new counts here; `scripts` those that the page
    has besides the one of every page.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    _: KW_ONLY
    marking: str | None = None
    live: tuple[str, ...] = ()
    watch: str | None = None
    """Another path to ask when something new counts, when asking for this page would be an act."""
    scripts: tuple[str, ...] = ()
    allows: Mapping[str, str] = field(default_factory=dict)
    """What its scripts need beyond what every page is allowed, by directive of the policy."""
    status: int = 200


@dataclass(frozen=True)
class Cookie:
    """A cookie for pages under `path` alone and for so many seconds.

    It also comes with a request that another site sent somebody on with (`SameSite=Lax`).
    """

    value: str
    path: str
    seconds: int


@dataclass(frozen=True)
class Go:
    """Another page to go to, and cookies to keep (None: to forget)."""

    to: str
    cookies: Mapping[str, str | Cookie | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Data:
    """What a page's script fetches. `tag` names it: it is not sent again to whoever has it."""

    body: bytes
    media_type: str = "application/octet-stream"
    tag: str | None = None


@dataclass(frozen=True)
class Stay:
    """Nothing changed: a page that asked stays as it is."""


@dataclass(frozen=True)
class Visit:
    """One request for a page."""

    call: Call
    lang: Lang
    person: Person | None
    form: Form

    @property
    def who(self) -> Person:
        """Who is signed in; only on pages that ask for it."""
        assert self.person is not None
        return self.person

    async def ask(self, question: Callable[[Engine], T]) -> T:
        """Ask the node."""
        return await self.call.ask(question)

    async def act(self, act: Callable[[Engine], T]) -> T:
        """Have the node act."""
        return await self.call.act(act)

    def named(self, kind: str, key: str) -> str:
        """Return what the arrangement calls something; another arrangement's as it is spelled."""
        try:
            return self.call.node.engine.books.addressing().name(kind, key, self.lang)
        except NotFoundError:
            return key

    def path(self, name: str) -> Any:
        """Return a part of the path."""
        return self.call.path_params[name]

    def query(self, name: str) -> str:
        """Return a parameter of the query; empty when it is not there."""
        return str(self.call.query_params.get(name, ""))

    def number(self, name: str) -> int | None:
        """Return a parameter that is a whole number, or None without it. Raises `InputError`."""
        text = self.query(name)
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 16):
            raise InputError(f"{name} is a whole number, not {text[:40]!r}")
        return int(text)


Handler = Callable[[Visit], Awaitable["View | Go | Data | Stay"]]


def page(
    method: Literal["GET", "POST"],
    path: str,
    *,
    roles: Collection[Role] | None = EVERYONE,
    acts: bool = False,
) -> Callable[[Handler], HTTPRouteHandler]:
    """Make a route of a page. `roles` None lets everybody in, signed in or not.

    One that `acts` is answered by the process that writes, as every form is.
    """

    def declare(handler: Handler) -> HTTPRouteHandler:
        async def endpoint(request: Call) -> Response[Any]:
            lang, who = door.language(request), None
            try:
                if method == "POST":
                    door.check_origin(request)
                live = LIVE in request.headers and method == "GET"
                who = await door.person(request, seen=not live)
                if who is None and roles is not None:
                    return _respond(Go(f"/sign-in?to={quote(request.url.path)}"), live=live)
                visit = Visit(request, lang, who, Form(await whole_body(request)))
                _check(visit, roles)
                if method == "POST" and roles is not None:
                    door.check_form(visit.who, visit.form.one(door.FORM_TOKEN))
                handed = await _hand_over(visit, acts=acts or method == "POST")
                if handed is not None:
                    return handed
                return _respond(await handler(visit), visit, live=live)
            except TrilogueError as error:
                return _failed(error, Visit(request, lang, who, Form(b"")))
            except Exception:
                log.exception("a page failed")
                return _failed(None, Visit(request, lang, who, Form(b"")))

        make = get if method == "GET" else post
        route: HTTPRouteHandler = make(
            path,
            name=f"page_{handler.__name__}",
            status_code=200,
            opt={"roles": roles},
        )(endpoint)
        return route

    return declare


def _check(visit: Visit, roles: Collection[Role] | None) -> None:
    """Refuse who may not open a page, and everybody while what stands here may be too old."""
    if roles is None:
        return
    door.check_roles(visit.who, roles)
    if visit.call.node.stale:
        raise UnavailableError(visit.call.node.stale, hint="`trilogue node status` says what to do")


async def _hand_over(visit: Visit, *, acts: bool) -> Response[bytes] | None:
    """Have another process answer, when it is the one that acts and something is to be written.

    With a page that is only looked at, that is when the session was last used. It is looked at here
    when that process is away.
    """
    handing = visit.call.node.handing
    if handing is None or not (acts or (visit.person is not None and visit.person.due)):
        return None
    try:
        return _handed(await visit.call.handed(handing, once=False), secure=_secure(visit))
    except UnavailableError:
        if acts:
            raise
        return None


def _handed(answered: Answered, *, secure: bool) -> Response[bytes]:
    """Return as one's own the page that the process that acts made.

    That one does not know by which scheme people came.
    """
    told = {**HEADERS, **dict(answered.headers)}
    cookie = told.get("set-cookie")
    if cookie is not None and secure and "; secure" not in cookie.lower():
        told["set-cookie"] = f"{cookie}; Secure"
    return Response(answered.body, status_code=answered.status, headers=told)


def _secure(visit: Visit | None) -> bool:
    """Whether people come by TLS: here, or where the settings say that the pages are reached."""
    if visit is None:
        return False
    way = visit.call.node.sign_on
    return visit.call.url.scheme == "https" or (way is not None and way.back.startswith("https:"))


def _failed(error: TrilogueError | None, visit: Visit) -> Response[Any]:
    """Show an error; one that nobody foresaw without its words."""
    status = 500 if error is None else status_of(type(error))
    return _respond(View("error.html", {"error": error}, status=status), visit)


def lost(request: Call) -> Response[Any]:
    """Show that no page has the path, in a stranger's frame: who asks is not looked up."""
    visit = Visit(request, door.language(request), None, Form(b""))
    return _respond(View("lost.html", status=404), visit)


def _respond(
    done: View | Go | Data | Stay, visit: Visit | None = None, *, live: bool = False
) -> Response[Any]:
    """Make the answer. A page that fetched itself leaves as a whole when it is sent elsewhere."""
    if isinstance(done, Stay):
        return Response(None, status_code=204, headers=HEADERS)
    if isinstance(done, Data):
        return _data(done, visit)
    if isinstance(done, Go) and live:
        return Response(b"", headers={**HEADERS, "HX-Redirect": done.to}, media_type="text/plain")
    if isinstance(done, Go):
        response: Response[Any] = Response(
            b"",
            status_code=303,
            media_type="text/plain",
            headers={**HEADERS, "Location": done.to},
        )
        for name, value in done.cookies.items():
            _keep(response, name, value, secure=_secure(visit))
        return response
    assert visit is not None
    return Response(
        _environment()
        .get_template(done.template)
        .render(
            **_frame(visit),
            **done.values,
            marking=done.marking,
            live=done.live,
            watch=done.watch,
            scripts=done.scripts,
        ),
        status_code=done.status,
        media_type="text/html; charset=utf-8",
        headers={
            **headers(done.allows),
            "Content-Language": visit.lang,
            "Vary": "Cookie, Accept-Language",
        },
    )


def _data(done: Data, visit: Visit | None) -> Response[bytes]:
    """Return data, or that nothing changed since it was last sent."""
    if done.tag is None:
        return Response(done.body, media_type=done.media_type, headers=HEADERS)
    told = {**HEADERS, "ETag": f'"{done.tag}"', "Vary": "Cookie, Accept-Language"}
    if visit is not None and visit.call.headers.get("if-none-match") == told["ETag"]:
        return Response(b"", status_code=304, headers=told)
    return Response(done.body, media_type=done.media_type, headers=told)


def _keep(response: Response[Any], name: str, value: str | Cookie | None, *, secure: bool) -> None:
    """Have the browser keep a cookie, or forget it."""
    lasting = value if isinstance(value, Cookie) else None
    text = value.value if isinstance(value, Cookie) else value or ""
    response.set_cookie(
        name,
        text,
        max_age=lasting.seconds if lasting else 0 if value is None else None,
        path=lasting.path if lasting else "/",
        httponly=True,
        samesite="lax" if lasting else "strict",
        secure=secure,
    )


def _frame(visit: Visit) -> dict[str, Any]:
    """Return what every page is made from."""
    return {
        "named": visit.named,
        "names": lambda kind, keys: ", ".join(visit.named(kind, key) for key in keys),
        "say": Words(visit.lang).say,
        "lang": visit.lang,
        "languages": LANGUAGES,
        "person": visit.person,
        "me": visit.call.node.engine.me,
        "here": visit.call.url.path,
        "query": visit.call.url.query,
        "script": assets.built,
        "navigation": [
            (path, key)
            for path, key, roles in NAVIGATION
            if visit.person is not None and visit.person.may(roles)
        ],
        "form_token": "" if visit.person is None else visit.person.form,
    }


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2  # when the first page is made: a node that starts has no time for it

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("trilogue.console"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= filters()
    return made
