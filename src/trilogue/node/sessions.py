"""Sessions: who is signed in at the console, until when, and the links by which one signs in once.

A session stands for a token that was shown, or for a link that an administrator made for a holder
of one: its roles are the token's as they are now, and it ends when the token is revoked. The
browser keeps 32 random bytes in a cookie; the store keeps their SHA-256 alone, as with tokens.

Whom an OpenID Connect provider named has a row among the tokens, too, which nobody can show: its
hash is random, and of nothing. So one look finds out who somebody is and in which roles, and one
revocation ends everything. The roles are those of the latest sign-in. A name belongs to the subject
that first had it: another one, or the same one under another name, is refused until an
administrator forgets the first (`trilogue.node.tokens.forget`).

A session ends a quarter of an hour after it was last used, and twelve hours after it began at the
latest. A link is good for ten minutes and for one use, an attempt at a provider for one.

>>> from trilogue.node import tokens
>>> from trilogue.store.database import open_database
>>> db = open_database(":memory:")
>>> token = tokens.issue(db, "lee-min", {tokens.Role.ANALYST})
>>> secret = sign_in(db, token, "2017-11-28T18:00:00.000Z")
>>> find(db, secret, "2017-11-28T18:10:00.000Z").name
'lee-min'
>>> find(db, secret, "2017-11-28T18:15:00.001Z") is None
True
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from trilogue.encoding import instant
from trilogue.errors import NotFoundError
from trilogue.node.problem import UnknownCallerError
from trilogue.node.tokens import Role, check, digest
from trilogue.store.database import Database

__all__ = [
    "IDLE_SECONDS",
    "LINK_SECONDS",
    "LONGEST_SECONDS",
    "Session",
    "check_link",
    "find",
    "follow_link",
    "make_link",
    "of",
    "see",
    "sign_in",
    "sign_in_as",
    "sign_out",
    "sign_out_everywhere",
]

IDLE_SECONDS = 900
LONGEST_SECONDS = 12 * 3600
LINK_SECONDS = 600
_BYTES = 32
_NO_PAGES = frozenset({Role.MONITOR})


@dataclass(frozen=True)
class Session:
    """Who is signed in, in which roles, and when the session was last used."""

    name: str
    roles: frozenset[Role]
    seen: str


def sign_in(db: Database, token: str, at: str) -> str:
    """Begin a session for a token; return the secret of its cookie. Raises `UnknownCallerError`."""
    if check(db, token).roles <= _NO_PAGES:
        raise UnknownCallerError("a monitor reads metrics, and has no pages")
    return _begin(db, digest(token), at)


def sign_in_as(
    db: Database,
    subject: tuple[str, str],
    name: str,
    roles: Collection[Role],
    *,
    attempt: bytes,
    at: str,
    until: str,
) -> str:
    """Begin a session of whom a provider named, until then; return the secret of its cookie.

    `subject` is the provider and its name for that person, which never changes; `attempt` is the
    digest of the attempt, which is used up. Raises `UnknownCallerError`.
    """
    db.q.drop_old_attempts(at=instant.plus(at, -LINK_SECONDS))
    if not db.q.add_attempt(hash=attempt, until=instant.plus(at, LINK_SECONDS)):
        raise UnknownCallerError("this attempt to sign in was used already", hint="sign in again")
    token = _identified(db, subject, name, " ".join(sorted(roles)))
    return _begin(db, token, at, until)


def make_link(db: Database, name: str, at: str) -> str:
    """Return the code of a link by which the holder of a token signs in once, without it.

    Of several tokens it stands for the one with most roles. Raises `NotFoundError` when nobody of
    that name holds one that opens pages.
    """
    held = [(set(row["roles"].split()), row) for row in db.q.valid_tokens(name=name)]
    fit = [(len(roles), row["hash"], row) for roles, row in held if not roles <= _NO_PAGES]
    if not fit:
        raise NotFoundError(
            f"no token with pages is in the name of {name!r}",
            hint="`trilogue node token issue` makes one",
        )
    *_, row = max(fit, key=lambda one: one[:2])
    code = secrets.token_urlsafe(_BYTES)
    until = instant.plus(at, LINK_SECONDS)
    db.q.add_link(hash=digest(code), token=row["hash"], until=until)
    return code


def follow_link(db: Database, code: str, at: str) -> str:
    """Use a link up and begin a session; return the secret. Raises `UnknownCallerError`."""
    token = check_link(db, code, at)
    db.q.drop_link(hash=digest(code))
    db.q.drop_old_links(at=at)
    return _begin(db, token, at)


def check_link(db: Database, code: str, at: str) -> bytes:
    """Return the digest of the token that a link stands for. Raises `UnknownCallerError`."""
    row = db.q.link_of(hash=digest(code))
    if row is None or row["until"] < at:
        raise UnknownCallerError(
            "this link was used or is older than ten minutes",
            hint="sign in with your token, or ask an administrator for another link",
        )
    token: bytes = row["token"]
    return token


def find(db: Database, secret: str, at: str) -> Session | None:
    """Return the session of a cookie, or None when it ended or never was."""
    row = db.q.session_of(hash=digest(secret))
    if row is None:
        return None
    if at > instant.plus(row["seen"], IDLE_SECONDS):
        return None
    if at > row["until"]:
        return None
    return Session(row["name"], frozenset(map(Role, row["roles"].split())), row["seen"])


def of(db: Database, name: str, at: str) -> tuple[str, ...]:
    """Return since when somebody is signed in, for each session that has not ended."""
    rows = db.q.sessions_by_name(
        name=name,
        seen=instant.plus(at, -IDLE_SECONDS),
        since=instant.plus(at, -LONGEST_SECONDS),
    )
    return tuple(row["since"] for row in rows)


def see(db: Database, secret: str, at: str) -> None:
    """Note that a session was used."""
    db.q.see_session(hash=digest(secret), at=at)


def sign_out(db: Database, secret: str) -> None:
    """End a session."""
    db.q.drop_session(hash=digest(secret))


def sign_out_everywhere(db: Database, name: str) -> None:
    """End every session of somebody."""
    db.q.drop_sessions_of(name=name)


def _identified(db: Database, subject: tuple[str, str], name: str, roles: str) -> bytes:
    """Return the hash under which somebody stands among the tokens, in the roles of now."""
    issuer, sub = subject
    row = db.q.identity_of(issuer=issuer, subject=sub)
    way = f"an administrator decides: `trilogue node token forget DIR {name}`"
    if row is None:
        if db.q.named_elsewhere(name=name):
            raise UnknownCallerError(f"{name} is somebody else who signed in before", hint=way)
        token = secrets.token_bytes(_BYTES)
        db.q.add_token(hash=token, name=name, roles=roles)
        db.q.add_identity(issuer=issuer, subject=sub, token=token)
        return token
    if row["revoked"]:
        raise UnknownCallerError(f"{row['name']} was shut out here", hint=way)
    if row["name"] != name:
        raise UnknownCallerError(
            f"{name} signed in before under the name of {row['name']}",
            hint=f"an administrator decides: `trilogue node token forget DIR {row['name']}`",
        )
    db.q.change_roles(hash=row["token"], roles=roles)
    return bytes(row["token"])


def _begin(db: Database, token: bytes, at: str, until: str | None = None) -> str:
    db.q.drop_old_sessions(seen=instant.plus(at, -IDLE_SECONDS), at=at)
    secret = secrets.token_urlsafe(_BYTES)
    longest = instant.plus(at, LONGEST_SECONDS)
    end = longest if until is None else min(until, longest)
    db.q.add_session(hash=digest(secret), token=token, at=at, until=end)
    return secret
