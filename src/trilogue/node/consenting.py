"""Consent in somebody's name: who asks, who grants or refuses, and the second officer.

The desk checks rules and windows; here it is checked that the arrangement is in force and that
whoever consents is an officer with a release key, whose signature the grant will carry. An officer
whose passkey is published signs with it, by their own hand (`trilogue.node.ceremonies`).

A grant above the level at which two officers must agree is kept as the first gave it, and made
anew when the second agrees: consent, windows and rules are those of that moment. What the first
signed by hand stays as it was signed: when it begins, and so when it ends, is settled.
"""

from __future__ import annotations

from dataclasses import dataclass

from trilogue.consent.acts import Approval
from trilogue.encoding import canonical
from trilogue.errors import ConsentError, NotFoundError
from trilogue.node import passkeys
from trilogue.node.authoring import Refused
from trilogue.node.desk import NeedsSecondOfficer
from trilogue.node.engine import Engine
from trilogue.node.inputs import GrantInput, RefusalInput, RequestInput, StandingInput
from trilogue.node.problem import PasskeyError, SameOfficerError
from trilogue.protocol.statement import Composed
from trilogue.store.database import Row

__all__ = [
    "Deferred",
    "agree",
    "drop",
    "grant",
    "refuse",
    "request",
    "require_officer",
    "stand",
    "waiting",
    "waiting_for",
]


@dataclass(frozen=True)
class Deferred:
    """A grant that waits, and why one officer is not enough."""

    number: int
    officer: str
    rules: tuple[str, ...]
    reason: str


def request(engine: Engine, given: RequestInput) -> Composed | Refused:
    """Inside an act: ask an originator. Raises `NotInForceError`."""
    engine.require_force()
    return engine.desk.request(given)


def grant(
    engine: Engine, given: GrantInput, officer: str, signed: Approval | None = None
) -> Composed | Refused | Deferred:
    """Inside an act: grant in an officer's name, or keep it for a second one.

    `signed` is what the officer's passkey signed. Raises `ConsentError` when it has to and did not.
    """
    require_officer(engine, officer)
    _require_hand(engine, officer, signed)
    engine.require_force()
    done = engine.desk.grant(given, (officer,), _each(signed))
    if not isinstance(done, NeedsSecondOfficer):
        return done
    number = engine.db.q.add_pending(
        body=canonical.encode(given),
        officer=officer,
        since=engine.now(),
        approval=None if signed is None else canonical.encode(signed),
    )
    return Deferred(number, officer, done.rules, done.reason)


def refuse(
    engine: Engine, given: RefusalInput, officer: str, signed: Approval | None = None
) -> Composed:
    """Inside an act: refuse a request in an officer's name.

    `signed` is what the officer's passkey signed. Raises `ConsentError` when it has to and did not.
    """
    require_officer(engine, officer)
    _require_hand(engine, officer, signed)
    return engine.desk.refuse(given, (officer,), _each(signed))


def waiting(engine: Engine, number: int) -> tuple[GrantInput, str]:
    """Return a grant that waits, and who agreed to it. Raises `NotFoundError`."""
    row = _pending(engine, number)
    return canonical.decode(row["body"], GrantInput), row["officer"]


def agree(
    engine: Engine,
    number: int,
    officer: str,
    signed: Approval | None = None,
    given: GrantInput | None = None,
) -> Composed | Refused | Deferred:
    """Inside an act: give the second consent to a grant that waits.

    `signed` is what the officer's passkey signed, of the grant as `given` says it. Raises
    `NotFoundError`, `ConsentError`, and `SameOfficerError` when the officer gave the first.
    """
    row = waiting_for(engine, number, officer)
    _require_hand(engine, officer, signed)
    engine.require_force()
    first = None if row["approval"] is None else canonical.decode(row["approval"], Approval)
    done = engine.desk.grant(
        given or canonical.decode(row["body"], GrantInput),
        (row["officer"], officer),
        (*_each(first), *_each(signed)),
    )
    if isinstance(done, NeedsSecondOfficer):
        return Deferred(number, row["officer"], done.rules, done.reason)
    engine.db.q.drop_pending(id=number)
    return done


def waiting_for(engine: Engine, number: int, officer: str) -> Row:
    """Return a grant that waits for another than the officer who gave the first consent.

    Raises `NotFoundError`, `ConsentError` or `SameOfficerError`.
    """
    row = _pending(engine, number)
    require_officer(engine, officer)
    if officer == row["officer"]:
        raise SameOfficerError(
            f"{officer} has agreed to grant {number} already",
            hint="another release officer must agree",
        )
    return row


def drop(engine: Engine, number: int) -> None:
    """Inside an act: give up a grant that waits. Raises `NotFoundError`."""
    _pending(engine, number)
    engine.db.q.drop_pending(id=number)


def stand(engine: Engine, given: StandingInput, officer: str) -> Composed:
    """Inside an act: lay down a standing consent in an officer's name."""
    require_officer(engine, officer)
    engine.require_force()
    return engine.desk.stand(given, (officer,))


def require_officer(engine: Engine, name: str) -> None:
    """Raise `ConsentError` unless `name` is a release officer, with a key here or a passkey."""
    officers = engine.keystore.officers()
    if name not in officers and not passkeys.published(engine.books, name):
        raise ConsentError(
            f"{name} has no release key here, so nothing can be granted or refused in that name",
            hint=f"release officers are {', '.join(officers) or 'none'}",
            detail="no-officer",
            officer=name,
        )


def _require_hand(engine: Engine, officer: str, signed: Approval | None) -> None:
    """Raise `PasskeyError` when an officer has a passkey and did not sign with it."""
    if signed is None and passkeys.published(engine.books, officer):
        raise PasskeyError(
            f"{officer} has a passkey, so nothing else grants or refuses in that name",
            hint="do it at the console, and sign there",
        )


def _each(signed: Approval | None) -> tuple[Approval, ...]:
    return () if signed is None else (signed,)


def _pending(engine: Engine, number: int) -> Row:
    row: Row | None = engine.db.q.pending_at(id=number)
    if row is None:
        raise NotFoundError(f"no grant {number} waits for a second officer")
    return row
