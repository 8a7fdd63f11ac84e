"""Signing with a passkey: who is asked, in which session, and what came back with the form."""

from __future__ import annotations

from trilogue.console import door
from trilogue.console.page import Visit
from trilogue.encoding import base64
from trilogue.errors import FormatError, InputError
from trilogue.node import passkeys, tokens
from trilogue.node.ceremonies import Asking
from trilogue.node.engine import Engine
from trilogue.node.relying import Relying

__all__ = ["ASSERTED", "asking", "by_hand", "signed_bytes"]

ASSERTED = ("credential", "client", "authenticator", "signature")
"""The fields that the page's script fills in before it sends the form."""


def asking(visit: Visit) -> Asking:
    """Return who asks. Raises `InputError` where browsers make no passkeys."""
    url = visit.call.node.console_url
    if url is None:
        raise InputError(
            "this console is reached by a bare address, for which browsers make no passkeys",
            hint='give it a host name: `console = "https://HOST"` in node.toml',
        )
    secret = visit.call.cookies.get(door.COOKIE, "")
    return Asking(visit.who.name, tokens.digest(secret), Relying(url))


def by_hand(engine: Engine, visit: Visit) -> bool:
    """Whether whoever looks at a page signs grants with a passkey, and with nothing else."""
    return bool(passkeys.published(engine.books, visit.who.name))


def signed_bytes(visit: Visit, name: str) -> bytes:
    """Return what the browser put into a field. Raises `InputError`."""
    try:
        return base64.decode_url(visit.form.one(name))
    except FormatError as error:
        raise InputError(f"{name}: {error.message}", hint="sign on the page, with script") from None
