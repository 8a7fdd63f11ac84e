"""Ceremonies: what an officer's passkey is asked for, and what comes of the answer.

    begin_registration, begin_grant,        an act: keeps what is asked, and of whom
    begin_agreement, begin_refusal
    look                                    a question: what the page shows and asks
    take                                    an act: it is asked for once
    finish_registration, finish_signing     an act: the answer, checked and done

What is asked is bound to the session that asked and lasts five minutes. It is gone when the first
answer comes, whether that holds or not; so taking it is an act of its own.

The challenge of a registration is random. That of a grant or a refusal says which: it is made anew
from what would be logged now, and differs when anything that the officer saw has changed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal

import msgspec

from trilogue.consent.acts import Approval, GrantBody, RefusalBody
from trilogue.encoding import base64, canonical, instant
from trilogue.encoding.digest import same
from trilogue.errors import InputError, NotFoundError, PeerError
from trilogue.node import consenting, passkeys
from trilogue.node.authoring import Refused
from trilogue.node.consenting import Deferred
from trilogue.node.engine import Engine
from trilogue.node.inputs import GrantInput, RefusalInput
from trilogue.node.problem import PasskeyError
from trilogue.node.relying import Relying
from trilogue.protocol.bodies import ReleasePasskey
from trilogue.protocol.granting import (
    approve_with,
    check_passkey,
    passkey_challenge,
    refusal_digest,
)
from trilogue.protocol.statement import Composed
from trilogue.signing.passkey import Assertion, verify_registration
from trilogue.store.database import Row

__all__ = [
    "LASTS_SECONDS",
    "REGISTER",
    "SIGN",
    "Asking",
    "Ceremony",
    "ToSign",
    "begin_agreement",
    "begin_grant",
    "begin_refusal",
    "begin_registration",
    "finish_registration",
    "finish_signing",
    "look",
    "take",
    "to_sign",
]

LASTS_SECONDS = 300
_CHALLENGE = 32

Act = Literal["register", "grant", "refuse"]
REGISTER: tuple[Act, ...] = ("register",)
SIGN: tuple[Act, ...] = ("grant", "refuse")
"""What a page asks for: a new passkey, or a signature by one."""


@dataclass(frozen=True)
class Asking:
    """Who asks, in which session (the digest of its secret), and at which console."""

    officer: str
    session: bytes
    site: Relying


@dataclass(frozen=True)
class Ceremony:
    """What is asked. `credentials` are those that may sign; at a registration, those that exist."""

    number: int
    act: Act
    challenge: bytes
    body: bytes
    until: str
    credentials: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class ToSign:
    """What is asked about, a grant or a refusal, and who agreed to the grant before."""

    grant: GrantBody | None
    refusal: RefusalBody | None
    first: str | None


class _Grant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is granted when the answer holds: the second consent to `pending`, or a first one."""

    given: GrantInput
    pending: int | None


def begin_registration(engine: Engine, asking: Asking) -> int:
    """Inside an act: ask for a new passkey of an officer; return the number of the question."""
    return _begin(engine, asking, "register", b"", secrets.token_bytes(_CHALLENGE))


def begin_grant(engine: Engine, asking: Asking, given: GrantInput) -> int | Refused:
    """Inside an act: ask an officer to sign a grant, as it would be logged now.

    Raises what `consenting.grant` raises, and `PasskeyError` without a passkey that signs here.
    """
    consenting.require_officer(engine, asking.officer)
    return _ask(engine, asking, given, None, (asking.officer,))


def begin_agreement(engine: Engine, asking: Asking, number: int) -> int | Refused:
    """Inside an act: ask the second officer to sign a grant that waits."""
    row = consenting.waiting_for(engine, number, asking.officer)
    given = canonical.decode(row["body"], GrantInput)
    return _ask(engine, asking, given, number, (row["officer"], asking.officer))


def begin_refusal(engine: Engine, asking: Asking, given: RefusalInput) -> int:
    """Inside an act: ask an officer to sign the refusal of a request.

    Raises what `consenting.refuse` raises, and `PasskeyError` without a passkey that signs here.
    """
    consenting.require_officer(engine, asking.officer)
    _usable(engine, asking)
    digest = refusal_digest(engine.desk.draft_refusal(given))
    challenge = passkey_challenge(asking.officer, digest)
    return _begin(engine, asking, "refuse", canonical.encode(given), challenge)


def look(engine: Engine, asking: Asking, number: int, acts: tuple[Act, ...]) -> Ceremony:
    """Return what is asked, one of these acts, while it may be answered. Raises `NotFoundError`."""
    row: Row | None = engine.db.q.ceremony_at(id=number)
    if (
        row is None
        or row["until"] < engine.now()
        or row["officer"] != asking.officer
        or row["act"] not in acts
        or not same(row["session"], asking.session)
    ):
        raise NotFoundError(
            "this was not asked in your session, was answered, or is older than five minutes",
            hint="begin again, on the page that asked",
            detail="asked-once",
        )
    if row["act"] in SIGN:
        credentials = tuple(base64.decode(one) for one in _usable(engine, asking))
    else:
        known = (row for row in engine.db.q.passkeys() if row["officer"] == asking.officer)
        credentials = tuple(row["credential"] for row in known)
    return Ceremony(number, row["act"], row["challenge"], row["body"], row["until"], credentials)


def to_sign(engine: Engine, asked: Ceremony) -> ToSign:
    """Return what is asked about, as it would be logged now."""
    if asked.act == "refuse":
        given = canonical.decode(asked.body, RefusalInput)
        return ToSign(None, engine.desk.draft_refusal(given), None)
    wanted = canonical.decode(asked.body, _Grant)
    pending = None if wanted.pending is None else engine.db.q.pending_at(id=wanted.pending)
    draft = engine.desk.draft(wanted.given)
    return ToSign(draft.grant, None, None if pending is None else pending["officer"])


def take(engine: Engine, asking: Asking, number: int, acts: tuple[Act, ...]) -> Ceremony:
    """Inside an act: take what was asked; it is not there again. Raises `NotFoundError`."""
    asked = look(engine, asking, number, acts)
    engine.db.q.drop_ceremony(id=number)
    return asked


def finish_registration(
    engine: Engine, asking: Asking, asked: Ceremony, client_data: bytes, authenticator_data: bytes
) -> str:
    """Inside an act: keep a new passkey; return its fingerprint. Raises `InputError`."""
    try:
        made = verify_registration(
            client_data,
            authenticator_data,
            rp=asking.site.rp,
            challenge=asked.challenge,
            origin=asking.site.origin,
        )
    except PeerError as error:
        raise InputError(error.message, hint="register it again") from error
    return passkeys.register(engine.db, asking.officer, made, asking.site.rp, engine.now())


def finish_signing(
    engine: Engine, asking: Asking, asked: Ceremony, credential: bytes, assertion: Assertion
) -> Composed | Refused | Deferred:
    """Inside an act: do what an officer's passkey signed, or keep it for a second officer.

    Raises `PasskeyError` when the signature does not hold or what would be logged is another by
    now, and whatever `consenting.grant` and `consenting.refuse` raise.
    """
    officer = asking.officer
    if asked.act == "refuse":
        refused = canonical.decode(asked.body, RefusalInput)
        digest = refusal_digest(engine.desk.draft_refusal(refused))
        approval = _approval(engine, asking, asked, digest, credential, assertion)
        return consenting.refuse(engine, refused, officer, approval)
    wanted = canonical.decode(asked.body, _Grant)
    digest = engine.desk.draft(wanted.given).digest
    approval = _approval(engine, asking, asked, digest, credential, assertion)
    if wanted.pending is None:
        return consenting.grant(engine, wanted.given, officer, approval)
    return consenting.agree(engine, wanted.pending, officer, approval, wanted.given)


def _approval(
    engine: Engine,
    asking: Asking,
    asked: Ceremony,
    digest: bytes,
    credential: bytes,
    assertion: Assertion,
) -> Approval:
    """Return the approval of a digest that an answer makes. Raises `PasskeyError`."""
    officer, known = asking.officer, _usable(engine, asking)
    if not same(passkey_challenge(officer, digest), asked.challenge):
        raise PasskeyError(
            "what would be logged is not what was shown any more",
            hint="look at it again",
            detail="changed-since",
        )
    approval = approve_with(officer, credential, assertion)
    assert approval.passkey is not None
    try:
        said = check_passkey(officer, approval.passkey, digest, known, asking.site.origin)
    except PeerError as error:
        raise PasskeyError(error.message, hint="sign it again") from error
    passkeys.heed_counter(engine.db, credential, said.counter)
    return approval


def _ask(
    engine: Engine,
    asking: Asking,
    given: GrantInput,
    pending: int | None,
    officers: tuple[str, ...],
) -> int | Refused:
    """Ask for a signature under what the rules permit; what they deny is refused at once."""
    engine.require_force()
    _usable(engine, asking)
    if given.not_before is None:  # so it is the same whenever it is made
        given = msgspec.structs.replace(given, not_before=engine.now())
    draft = engine.desk.draft(given)
    denied = engine.desk.judge(draft, officers)
    if isinstance(denied, Refused):
        return denied
    body = canonical.encode(_Grant(given=given, pending=pending))
    challenge = passkey_challenge(asking.officer, draft.digest)
    return _begin(engine, asking, "grant", body, challenge)


def _begin(engine: Engine, asking: Asking, act: Act, body: bytes, challenge: bytes) -> int:
    at = engine.now()
    engine.db.q.drop_old_ceremonies(at=at)
    number: int = engine.db.q.add_ceremony(
        session=asking.session,
        officer=asking.officer,
        act=act,
        body=body,
        challenge=challenge,
        until=instant.plus(at, LASTS_SECONDS),
    )
    return number


def _usable(engine: Engine, asking: Asking) -> dict[str, ReleasePasskey]:
    return dict(passkeys.usable(engine.db, engine.books, asking.officer, asking.site.rp))
