"""The door: who opens a page, whether their roles allow it, and whether a form is one of ours.

The session's cookie is sent to this node alone and to no script, and with no request that another
site began (`SameSite=Strict`). A form carries a digest of the cookie beside it, which only a page
of ours could know, and comes from our own origin. What fails is refused before anything is read.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from trilogue.api.call import Call
from trilogue.arrangement import Lang
from trilogue.console.words import LANGUAGES
from trilogue.encoding import base64, instant
from trilogue.encoding.digest import commit, same
from trilogue.errors import UnavailableError
from trilogue.node import sessions
from trilogue.node.problem import RoleError, UnknownCallerError
from trilogue.node.tokens import Role

__all__ = [
    "COOKIE",
    "FORM_TOKEN",
    "LANGUAGE",
    "Person",
    "check_form",
    "check_origin",
    "check_roles",
    "language",
    "local",
    "onward",
    "person",
]

COOKIE = "trilogue-session"
LANGUAGE = "trilogue-language"
FORM_TOKEN = "form"  # noqa: S105 - the name of a field
_SEEN_SECONDS = 60
"""How often a session's last use is written down."""
_FORM = b"trilogue/v1/console-form\n"


@dataclass(frozen=True)
class Person:
    """Who is signed in."""

    name: str
    roles: frozenset[Role]
    form: str
    """What every form of theirs carries."""
    newest: int
    """The newest position that counted here when they came."""
    due: bool = False
    """Whether their session's last use is still to be written, by the process that acts."""

    def may(self, roles: Collection[Role]) -> bool:
        """Whether one of their roles is among these."""
        return not self.roles.isdisjoint(roles)


async def person(call: Call, *, seen: bool = True) -> Person | None:
    """Return who is signed in, or None. `seen` unless nobody need sit there for this request."""
    secret = call.cookies.get(COOKIE, "")
    if not secret:
        return None
    engine = call.node.engine
    now = engine.now()
    newest, session = await call.node.ask(
        lambda: (engine.db.q.last_position(), sessions.find(engine.db, secret, now))
    )
    if session is None:
        return None
    due = seen and now > instant.plus(session.seen, _SEEN_SECONDS)
    if due and call.node.handing is None:
        with suppress(UnavailableError):  # nothing can be written: the session ends the sooner
            await call.node.run(lambda: sessions.see(engine.db, secret, now))
        due = False
    return Person(session.name, session.roles, _form(secret), newest, due)


def check_roles(who: Person, roles: Collection[Role]) -> None:
    """Raise `RoleError` unless somebody may open a page."""
    if not who.may(roles):
        raise RoleError(
            f"this page is not for {', '.join(sorted(who.roles))}",
            hint=f"it is for {', '.join(sorted(roles))}",
        )


def check_origin(call: Call) -> None:
    """Raise `UnknownCallerError` for a form that did not come from a page of this node."""
    origin = call.headers.get("origin")
    site = call.headers.get("sec-fetch-site")
    foreign = origin is not None and urlsplit(origin).netloc != call.headers.get("host", "")
    if foreign or site not in (None, "same-origin"):
        raise UnknownCallerError(
            "this form did not come from a page of this node",
            hint="open the page here, and send it",
        )


def check_form(who: Person, given: str) -> None:
    """Raise `UnknownCallerError` for a form that is not this person's."""
    if not same(who.form.encode(), given.encode("utf-8", "replace")):
        raise UnknownCallerError(
            "this form is from another session", hint="open the page again, and send it from there"
        )


def local(to: str) -> str:
    """Return where to go on to: a path of this node, whatever was asked for.

    A browser drops tabs and line ends from an address, so that `/`, tab, `/` leads elsewhere, too.

    >>> local("/reports?before=7"), local("//evil.example"), local("/\\t/evil.example")
    ('/reports?before=7', '/', '/')
    """
    plain = all("!" <= char <= "~" for char in to)
    return to if plain and to.startswith("/") and not to.startswith(("//", "/\\")) else "/"


def onward(to: str) -> str:
    """Return where to go on to as a query.

    >>> onward("/reports?before=7")
    'to=%2Freports%3Fbefore%3D7'
    """
    return f"to={quote(to, safe='')}"


def language(call: Call) -> Lang:
    """Return the language that was chosen, else the first that the browser asks for and we have."""
    chosen = call.cookies.get(LANGUAGE)
    for lang in LANGUAGES:
        if lang == chosen:
            return lang
    wanted: list[tuple[float, str]] = []
    for part in call.headers.get("accept-language", "").split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), tag.strip().lower()[:2]))
        except ValueError:
            continue
    for _, tag in sorted(wanted, key=lambda one: one[0]):
        for lang in LANGUAGES:
            if lang == tag:
                return lang
    return "en"


def _form(secret: str) -> str:
    return base64.encode(commit(_FORM, secret.encode()))
