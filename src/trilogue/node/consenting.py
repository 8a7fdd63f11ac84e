"""Consent in somebody's name: who asks, who grants, and the second officer.

The desk checks rules and windows; here it is checked that the arrangement is in force and that
whoever consents is an officer with a release key, whose signature the grant will carry.

A grant above the level at which two officers must agree is kept as the first gave it, and made
anew when the second agrees: consent, windows and rules are those of that moment.
"""

from __future__ import annotations

from dataclasses import dataclass

from trilogue.encoding import canonical
from trilogue.errors import ConsentError, NotFoundError
from trilogue.node.authoring import Refused
from trilogue.node.desk import NeedsSecondOfficer
from trilogue.node.engine import Engine
from trilogue.node.inputs import GrantInput, RequestInput, StandingInput
from trilogue.node.problem import SameOfficerError
from trilogue.protocol.statement import Composed
from trilogue.store.database import Row

__all__ = ["Deferred", "agree", "drop", "grant", "request", "stand", "waiting"]


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


def grant(engine: Engine, given: GrantInput, officer: str) -> Composed | Refused | Deferred:
    """Inside an act: grant in an officer's name, or keep it for a second one."""
    _require_officer(engine, officer)
    engine.require_force()
    done = engine.desk.grant(given, (officer,))
    if not isinstance(done, NeedsSecondOfficer):
        return done
    number = engine.db.q.add_pending(
        body=canonical.encode(given), officer=officer, since=engine.now()
    )
    return Deferred(number, officer, done.rules, done.reason)


def waiting(engine: Engine, number: int) -> tuple[GrantInput, str]:
    """Return a grant that waits, and who agreed to it. Raises `NotFoundError`."""
    row = _pending(engine, number)
    return canonical.decode(row["body"], GrantInput), row["officer"]


def agree(engine: Engine, number: int, officer: str) -> Composed | Refused | Deferred:
    """Inside an act: give the second consent to a grant that waits.

    Raises `NotFoundError`, and `SameOfficerError` when the officer is the one who gave the first.
    """
    given, first = waiting(engine, number)
    _require_officer(engine, officer)
    engine.require_force()
    if officer == first:
        raise SameOfficerError(
            f"{officer} has agreed to grant {number} already",
            hint="another release officer must agree",
        )
    done = engine.desk.grant(given, (first, officer))
    if isinstance(done, NeedsSecondOfficer):
        return Deferred(number, first, done.rules, done.reason)
    engine.db.q.drop_pending(id=number)
    return done


def drop(engine: Engine, number: int) -> None:
    """Inside an act: give up a grant that waits. Raises `NotFoundError`."""
    _pending(engine, number)
    engine.db.q.drop_pending(id=number)


def stand(engine: Engine, given: StandingInput, officer: str) -> Composed:
    """Inside an act: lay down a standing consent in an officer's name."""
    _require_officer(engine, officer)
    engine.require_force()
    return engine.desk.stand(given, (officer,))


def _require_officer(engine: Engine, name: str) -> None:
    """Raise `ConsentError` unless `name` is a release officer with a key in this node."""
    officers = engine.keystore.officers()
    if name not in officers:
        raise ConsentError(
            f"{name} has no release key here, so nothing can be granted in that name",
            hint=f"release officers are {', '.join(officers) or 'none'}",
        )


def _pending(engine: Engine, number: int) -> Row:
    row: Row | None = engine.db.q.pending_at(id=number)
    if row is None:
        raise NotFoundError(f"no grant {number} waits for a second officer")
    return row
