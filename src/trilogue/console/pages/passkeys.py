"""Passkeys: a release officer registers one, and signs with it what the desk is about to grant."""

from __future__ import annotations

from urllib.parse import urlsplit

from trilogue.console.access import RELEASE
from trilogue.console.page import Go, View, Visit, page
from trilogue.console.signing import ASSERTED, asking, signed_bytes
from trilogue.encoding import base64
from trilogue.encoding.digest import commit
from trilogue.node import catalogue, ceremonies, passkeys
from trilogue.node.answers import PortionEntry
from trilogue.node.ceremonies import REGISTER, SIGN, Ceremony
from trilogue.node.engine import Engine, raise_refused
from trilogue.node.inputs import Place
from trilogue.signing.passkey import Assertion

__all__ = ["HANDLERS"]

_USER = b"trilogue/v1/passkey-user\n"


@page("GET", "/passkeys", roles=RELEASE)
async def mine(visit: Visit) -> View:
    """List the officer's own passkeys."""
    officer = visit.who.name

    def look(engine: Engine) -> View:
        found = passkeys.listed(engine.db, engine.books)
        return View(
            "passkeys.html",
            {
                "passkeys": [one for one in found if one.officer == officer],
                "available": visit.call.node.console_url is not None,
                "elsewhere": _elsewhere(visit),
            },
            live=("passkeys",),
        )

    return await visit.ask(look)


@page("POST", "/passkeys", roles=RELEASE)
async def register(visit: Visit) -> Go:
    """Ask the officer's browser for a new passkey."""
    who = asking(visit)
    number = await visit.act(lambda engine: ceremonies.begin_registration(engine, who))
    return Go(f"/passkeys/{number}")


@page("GET", "/passkeys/{number:int}", roles=RELEASE)
async def registration(visit: Visit) -> View:
    """Show what a new passkey is for, and have the browser make it."""
    who, number = asking(visit), visit.path("number")
    asked = await visit.ask(lambda engine: ceremonies.look(engine, who, number, REGISTER))
    me = visit.call.node.engine.me
    user = commit(_USER, f"{me}\n{who.officer}".encode())
    return View(
        "register.html",
        {"asked": _shown(asked), "rp": who.site.rp, "user": base64.encode_url(user)},
        scripts=("passkey",),
    )


@page("POST", "/passkeys/{number:int}", roles=RELEASE)
async def registered(visit: Visit) -> Go:
    """Keep the passkey that the browser made; an administrator has it published."""
    who, number = asking(visit), visit.path("number")
    client, authenticator = (signed_bytes(visit, name) for name in ("client", "authenticator"))
    asked = await visit.act(lambda engine: ceremonies.take(engine, who, number, REGISTER))
    await visit.act(
        lambda engine: ceremonies.finish_registration(engine, who, asked, client, authenticator)
    )
    return Go("/passkeys")


@page("GET", "/signatures/{number:int}", roles=RELEASE)
async def signature(visit: Visit) -> View:
    """Show the very thing that is to be signed, and have the browser ask the officer's passkey."""
    who, number = asking(visit), visit.path("number")

    def look(engine: Engine) -> View:
        asked = ceremonies.look(engine, who, number, SIGN)
        shown = ceremonies.to_sign(engine, asked)
        portions = [
            (place, portion)
            for item in (shown.grant.items if shown.grant else ())
            for place in (Place(speaker=item.report.speaker, index=item.report.index),)
            for portion in _portions(engine, place, item.portions, visit)
        ]
        return View(
            "sign.html",
            {
                "asked": _shown(asked),
                "rp": who.site.rp,
                "grant": shown.grant,
                "refusal": shown.refusal,
                "first": shown.first,
                "portions": portions,
                "elsewhere": _elsewhere(visit),
            },
            scripts=("passkey",),
        )

    return await visit.ask(look)


@page("POST", "/signatures/{number:int}", roles=RELEASE)
async def sign(visit: Visit) -> Go:
    """Grant or refuse what the officer's passkey signed, or keep it for a second officer."""
    who, number = asking(visit), visit.path("number")
    credential, client, authenticator, made = (signed_bytes(visit, name) for name in ASSERTED)
    assertion = Assertion(authenticator, client, made)
    asked = await visit.act(lambda engine: ceremonies.take(engine, who, number, SIGN))
    done = await visit.act(
        lambda engine: ceremonies.finish_signing(engine, who, asked, credential, assertion)
    )
    raise_refused(done)
    return Go("/desk")


def _portions(
    engine: Engine, place: Place, wanted: tuple[str, ...], visit: Visit
) -> list[PortionEntry]:
    entry = catalogue.report(engine, place, visit.lang)
    return [one for one in entry.portions if one.portion in wanted]


def _shown(asked: Ceremony) -> dict[str, str]:
    """Return what the page's script hands to the browser."""
    return {
        "number": str(asked.number),
        "challenge": base64.encode_url(asked.challenge),
        "credentials": " ".join(map(base64.encode_url, asked.credentials)),
        "until": asked.until,
    }


def _elsewhere(visit: Visit) -> str | None:
    """Return where passkeys work, when this page was opened by another address."""
    url = visit.call.node.console_url
    return url if url is not None and urlsplit(url).netloc != visit.call.headers["host"] else None


HANDLERS = (mine, register, registration, registered, signature, sign)
