"""Bearer tokens: who may ask a node, and in which roles.

A token is 32 random bytes in base64url (RFC 4648 section 5, without padding), shown once. The
store keeps its SHA-256 alone: the token cannot be made from it, and looking it up takes the same
time whatever a stranger offers. A token names its holder (an officer, or a service such as a
sensor feed) and the holder's roles; the name is what grants and the access register say.

>>> from trilogue.store.database import open_database
>>> db = open_database(":memory:")
>>> token = issue(db, "lee-min", {Role.ANALYST})
>>> check(db, token)
Caller(name='lee-min', roles=frozenset({<Role.ANALYST: 'analyst'>}))
>>> revoke(db, "lee-min")
1
>>> check(db, token)
Traceback (most recent call last):
    ...
trilogue.node.problem.UnknownCallerError: this token is not known here (ask an administrator)
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from trilogue.encoding.digest import sha256
from trilogue.errors import InputError, NotFoundError
from trilogue.node.problem import UnknownCallerError
from trilogue.store.database import Database

__all__ = [
    "NAME",
    "Caller",
    "Issued",
    "Role",
    "check",
    "digest",
    "forget",
    "issue",
    "issued",
    "revoke",
]

NAME = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)
_BYTES = 32


class Role(StrEnum):
    """What a holder of a token is here."""

    ANALYST = "analyst"
    RELEASE_OFFICER = "release-officer"
    WATCH_OFFICER = "watch-officer"
    SECURITY_OFFICER = "security-officer"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    MONITOR = "monitor"


@dataclass(frozen=True)
class Caller:
    """Who asks, as a valid token says."""

    name: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class Issued:
    """One token as it is listed: not the token itself, which nobody can show again."""

    name: str
    roles: tuple[Role, ...]
    revoked: bool
    provider: str | None = None
    """Who named the holder, where that is no token but somebody who signs in elsewhere."""


def issue(db: Database, name: str, roles: Iterable[str]) -> str:
    """Make a token for `name` and return it; it is not kept. Raises `InputError`."""
    if not NAME.fullmatch(name):
        raise InputError(f"a name is 1 to 40 letters, digits and '-': {name!r}")
    chosen = sorted({_role(role) for role in roles})
    if not chosen:
        raise InputError("a token without a role opens nothing", hint=f"roles: {_known()}")
    token = secrets.token_urlsafe(_BYTES)
    db.q.add_token(hash=digest(token), name=name, roles=" ".join(chosen))
    return token


def check(db: Database, token: str) -> Caller:
    """Return whose token it is. Raises `UnknownCallerError`."""
    row = db.q.token_of(hash=digest(token))
    if row is None:
        raise UnknownCallerError("this token is not known here", hint="ask an administrator")
    return Caller(row["name"], frozenset(map(Role, row["roles"].split())))


def issued(db: Database) -> list[Issued]:
    """Return every token that was issued, by name."""
    return [
        Issued(
            row["name"],
            tuple(map(Role, row["roles"].split())),
            bool(row["revoked"]),
            row["issuer"],
        )
        for row in db.q.tokens()
    ]


def revoke(db: Database, name: str) -> int:
    """Revoke every token of `name` and return how many there were. Raises `NotFoundError`.

    Whoever signs in under that name elsewhere is shut out, too. A running node looks a token up
    again after a second at the latest.
    """
    revoked = sum(one.name == name and not one.revoked for one in issued(db))
    if not revoked:
        raise NotFoundError(f"no token is in the name of {name!r}")
    db.q.revoke_token(name=name)
    return revoked


def forget(db: Database, name: str) -> int:
    """Forget whom a provider named so, and return how many there were. Raises `NotFoundError`.

    Their sessions end. Whoever the provider next names so is `name` from then on.
    """
    if not db.q.named_elsewhere(name=name):
        raise NotFoundError(
            f"nobody who signed in elsewhere is called {name!r}",
            hint="`trilogue node token list` says who did",
        )
    with db.transaction():
        db.q.drop_sessions_of(name=name)
        db.q.revoke_identities_of(name=name)
        return int(db.q.drop_identities_of(name=name))


def digest(token: str) -> bytes:
    """Return what the store keeps of a token, or of another secret that somebody shows."""
    return sha256(token.encode("utf-8", "surrogateescape"))


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise InputError(f"no such role: {text!r}", hint=f"roles: {_known()}") from None


def _known() -> str:
    return ", ".join(Role)
