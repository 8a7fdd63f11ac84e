"""Signing in through the participant's OpenID Connect provider.

Whoever comes back was sent by another site, and no browser sends the session's cookie along with
that, nor with what it redirects to. So the last page leads on by itself: that is this node's own.
"""

from __future__ import annotations

from trilogue.console import door
from trilogue.console.page import Cookie, Go, View, Visit, page
from trilogue.errors import NotFoundError
from trilogue.node import sessions
from trilogue.node.oidc.attempt import ATTEMPT_SECONDS
from trilogue.node.oidc.sign_on import RETURN, SignOn

__all__ = ["HANDLERS"]

COOKIE = "trilogue-sign-on"
PATH = "/sign-on"


@page("GET", PATH, roles=None, acts=True)
async def begin_sign_on(visit: Visit) -> Go:
    """Send somebody to the provider."""
    address, attempt = await _way(visit).begin(door.local(visit.query("to")), _now(visit))
    return Go(address, {COOKIE: Cookie(attempt.cookie, PATH, ATTEMPT_SECONDS)})


@page("GET", RETURN, roles=None, acts=True)
async def end_sign_on(visit: Visit) -> Go:
    """Take somebody back whom the provider named, and begin a session."""
    given = {name: visit.query(name) for name in visit.call.query_params}
    cookie = visit.call.cookies.get(COOKIE, "")
    found = await _way(visit).finish(cookie, given, _now(visit))
    who = found.identity
    secret = await visit.act(
        lambda engine: sessions.sign_in_as(
            engine.db,
            (who.issuer, who.subject),
            who.name,
            who.roles,
            attempt=found.attempt.digest,
            at=engine.now(),
            until=found.until,
        )
    )
    return Go(f"{PATH}/done?{door.onward(found.attempt.to)}", {door.COOKIE: secret})


@page("GET", f"{PATH}/done", roles=None)
async def signed_on(visit: Visit) -> View:
    """Lead on to the page that was asked for."""
    return View("signed_on.html", {"to": door.local(visit.query("to"))})


HANDLERS = (begin_sign_on, end_sign_on, signed_on)


def _way(visit: Visit) -> SignOn:
    found = visit.call.node.sign_on
    if found is None:
        raise NotFoundError(
            "nobody signs in here through a provider", hint="sign in with your token"
        )
    return found


def _now(visit: Visit) -> str:
    return visit.call.node.engine.now()
