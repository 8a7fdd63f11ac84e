"""Passkeys of release officers: registered by their owners, confirmed by an administrator.

    waiting ──> confirmed ──> published ──> dropped
    its owner   its finger-   the root      refused here from now on; the next key
    made it     print was     signed it     statement leaves it out
                compared

Only what is published counts, here and anywhere: a key statement says it, which the root signs.
Whoever has one that is published signs grants with a passkey alone, also while it is dropped.

>>> fingerprint(b"credential", b"key")
'eb75 3cdf d4ba b88d affe 4247 ac88 9d26'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from trilogue.encoding import base64
from trilogue.encoding.digest import commit
from trilogue.errors import InputError, NotFoundError
from trilogue.node.books import Books
from trilogue.node.problem import PasskeyError
from trilogue.protocol.bodies import ReleasePasskey
from trilogue.signing.passkey import CredentialKey, Registered
from trilogue.store.database import Database, Row

__all__ = [
    "Passkey",
    "State",
    "confirm",
    "confirmed",
    "drop",
    "fingerprint",
    "heed_counter",
    "listed",
    "published",
    "register",
    "usable",
]

State = Literal["waiting", "confirmed", "published", "dropped"]
_FINGERPRINT = b"trilogue/v1/passkey\n"
_FINGERPRINT_SIZE = 16


@dataclass(frozen=True)
class Passkey:
    """One passkey as it is listed."""

    officer: str
    fingerprint: str
    state: State
    rp: str
    algorithm: str
    since: str


def fingerprint(credential: bytes, key: bytes) -> str:
    """Return what an officer reads to the administrator: half a SHA-256 over identifier and key."""
    size = len(credential).to_bytes(2, "big")
    text = commit(_FINGERPRINT, size, credential, key)[:_FINGERPRINT_SIZE].hex()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def register(db: Database, officer: str, made: Registered, rp: str, at: str) -> str:
    """Keep a passkey that an officer made; return its fingerprint. Raises `InputError`."""
    # WebAuthn §7.1 step 22: nobody has it yet.
    if db.q.passkey_at(credential=made.credential) is not None:
        raise InputError("this passkey is registered already", hint="make another")
    db.q.add_passkey(
        credential=made.credential,
        officer=officer,
        key=made.key.cose,
        rp=rp,
        since=at,
        counter=made.counter,
    )
    return fingerprint(made.credential, made.key.cose)


def listed(db: Database, books: Books) -> list[Passkey]:
    """List all passkeys, by officer and age."""
    known = _known(books)
    return [
        Passkey(
            officer=row["officer"],
            fingerprint=fingerprint(row["credential"], row["key"]),
            state=_state(row, known),
            rp=row["rp"],
            algorithm=CredentialKey.parse(row["key"]).algorithm,
            since=row["since"],
        )
        for row in db.q.passkeys()
    ]


def confirm(db: Database, officer: str, shown: str) -> None:
    """Let the next key statement publish an officer's passkey. Raises `NotFoundError`."""
    row = _row(db, shown)
    if row["officer"] != officer or row["state"] == "dropped":
        raise NotFoundError(
            f"no passkey {shown!r} of {officer} waits", hint="`trilogue node passkey list`"
        )
    db.q.set_passkey(credential=row["credential"], state="confirmed")


def drop(db: Database, shown: str) -> str:
    """Drop a passkey; return whose it was. Raises `NotFoundError`."""
    row = _row(db, shown)
    if row["state"] == "waiting":
        db.q.drop_passkey(credential=row["credential"])
    else:
        db.q.set_passkey(credential=row["credential"], state="dropped")
    return str(row["officer"])


def confirmed(db: Database) -> tuple[ReleasePasskey, ...]:
    """Return what the next key statement publishes, in its order."""
    found = (
        ReleasePasskey(
            officer=row["officer"],
            credential=base64.encode(row["credential"]),
            key=base64.encode(row["key"]),
            rp=row["rp"],
        )
        for row in db.q.passkeys()
        if row["state"] == "confirmed"
    )
    return tuple(sorted(found, key=lambda one: (one.officer, one.credential)))


def published(books: Books, officer: str) -> Mapping[str, ReleasePasskey]:
    """Return an officer's passkeys that readers of this log know, by credential in base64."""
    return {name: one for name, one in _known(books).items() if one.officer == officer}


def usable(db: Database, books: Books, officer: str, rp: str) -> Mapping[str, ReleasePasskey]:
    """Return those of them that sign here: not dropped, and made for this console.

    Raises `PasskeyError` when there is none.
    """
    dropped = {
        base64.encode(row["credential"]) for row in db.q.passkeys() if row["state"] == "dropped"
    }
    found = {
        name: one
        for name, one in published(books, officer).items()
        if name not in dropped and one.rp == rp
    }
    if not found:
        raise PasskeyError(
            f"none of {officer}'s passkeys signs at {rp}",
            hint="register one here, and have an administrator publish it",
        )
    return found


def heed_counter(db: Database, credential: bytes, counter: int) -> None:
    """Take in an authenticator's counter. Raises `PasskeyError` when it did not go on.

    WebAuthn §7.2 step 21: then there may be two copies of the passkey. One that counts nothing
    stays at zero.
    """
    row = db.q.passkey_at(credential=credential)
    if row is None:
        raise NotFoundError("no such passkey is kept here", hint="register another")
    if (counter or row["counter"]) and counter <= row["counter"]:
        raise PasskeyError(
            f"the passkey's counter stands at {counter}, and stood at {row['counter']} before"
            " (WebAuthn §7.2 step 21)",
            hint="there may be a copy of it: drop it, report the incident, and register another",
        )
    db.q.count_passkey(credential=credential, counter=counter)


def _known(books: Books) -> dict[str, ReleasePasskey]:
    """Return what the newest own key statement publishes, also when it is not valid (any more)."""
    materials = [material for _, material in books.materials(books.me)]
    newest = max(materials, key=lambda one: one.sequence, default=None)
    return {} if newest is None else {one.credential: one for one in newest.passkeys}


def _state(row: Row, known: Mapping[str, ReleasePasskey]) -> State:
    if row["state"] == "confirmed" and base64.encode(row["credential"]) in known:
        return "published"
    state: State = row["state"]
    return state


def _row(db: Database, shown: str) -> Row:
    wanted = "".join(shown.split()).lower()
    rows: Iterator[Row] = iter(db.q.passkeys())
    for row in rows:
        if fingerprint(row["credential"], row["key"]).replace(" ", "") == wanted:
            return row
    raise NotFoundError(
        f"no passkey with the fingerprint {shown!r}", hint="`trilogue node passkey list` lists them"
    )
