"""What each kind of statement says. The four acts of consent stand in `trilogue.consent.acts`.

`cites_of` lists, in the order of the body, every statement that a body builds on; the same list
stands in the public leaf. A body that cites nothing builds on nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from trilogue.consent.acts import (
    Act,
    GrantBody,
    RefusalBody,
    RequestBody,
    StandingBody,
    WithdrawalBody,
)
from trilogue.encoding.instant import Instant
from trilogue.marking import Marking
from trilogue.reports.cite import Cite, Index
from trilogue.reports.report import ReportBody

__all__ = [
    "BODIES",
    "AdoptionBody",
    "Body",
    "DestructionBody",
    "IncidentBody",
    "KeyMaterial",
    "KeysBody",
    "Mark",
    "PaddingBody",
    "ReceiptBody",
    "ReceiptItem",
    "ReclassificationBody",
    "RelayBody",
    "RelayItem",
    "ReleaseKey",
    "ReleasePasskey",
    "StandBody",
    "WithdrawalFromArrangementBody",
    "cites_of",
]

Body = msgspec.Struct


class ReleaseKey(Act, frozen=True, kw_only=True):
    """The key by which one release officer signs grants. The name may be a post, not a person."""

    officer: str
    vkeys: tuple[str, str]


class ReleasePasskey(Act, frozen=True, kw_only=True):
    """A passkey by which one release officer signs grants; base64 of identifier and COSE key.

    `rp` is the host of the console for which it was made: it signs for no other.
    """

    officer: str
    credential: str
    key: str
    rp: str


class KeyMaterial(Act, frozen=True, kw_only=True, omit_defaults=True):
    """A participant's keys from `not_before` until `expires` or a newer key statement.

    `passkeys` stand in it when there are any, ordered by officer and identifier. Whoever has one
    signs grants with it, and with nothing else.
    """

    participant: str
    sequence: Index
    checkpoint: tuple[str, str]
    sealing: str
    tls: str
    release: tuple[ReleaseKey, ...]
    not_before: Instant
    expires: Instant
    passkeys: tuple[ReleasePasskey, ...] = ()


class KeysBody(Act, frozen=True, kw_only=True):
    """My keys from now on; `note` is the root's signed note over the material's digest."""

    material: KeyMaterial
    note: str


class AdoptionBody(Act, frozen=True, kw_only=True):
    """I adopt these bytes; `supersedes` is the digest that I had adopted before."""

    digest: str
    supersedes: str | None


class StandBody(Act, frozen=True, kw_only=True):
    """I suspend, or resume, the arrangement or my notice of withdrawal from it."""

    of: Literal["arrangement", "notice"]
    reason: str


class WithdrawalFromArrangementBody(Act, frozen=True, kw_only=True):
    """I give notice that I leave the arrangement when `effective` comes."""

    effective: Instant
    reason: str


class RelayItem(Act, frozen=True, kw_only=True):
    """One statement that the hub passes on, and the pact that protects it on this leg."""

    statement: Cite
    pact: str


class Mark(Act, frozen=True, kw_only=True):
    """The hub's own equivalent, added to the originator's marking of one portion."""

    portion: str
    equivalent: str


class RelayBody(Act, frozen=True, kw_only=True):
    """I passed these on, under those grants, marked with my equivalents."""

    recipient: str
    items: tuple[RelayItem, ...]
    marks: tuple[Mark, ...]


class ReceiptItem(Act, frozen=True, kw_only=True):
    """One portion that was opened under one grant, and the commitment of what is held."""

    report: Cite
    grant: Cite
    portion: str
    commitment: str


class ReceiptBody(Act, frozen=True, kw_only=True):
    """I opened these, and what I hold has these commitments."""

    items: tuple[ReceiptItem, ...]


class DestructionBody(Act, frozen=True, kw_only=True):
    """Keys and content of these portions are gone. `withdrawal` is None when a grant ran out."""

    grant: Cite
    withdrawal: Cite | None
    portions: tuple[str, ...]


class ReclassificationBody(Act, frozen=True, kw_only=True):
    """The marking of one portion changed; those who hold it (`audience`) re-mark."""

    audience: tuple[str, ...]
    report: Cite
    portion: str
    marking: Marking
    reason: str


class IncidentBody(Act, frozen=True, kw_only=True):
    """Loss or compromise, actual or possible, or a peer's fault; findings follow by cite.

    `step` is the acceptance step that failed when `nature` is "protocol".
    """

    nature: Literal["loss", "compromise", "protocol"]
    certainty: Literal["actual", "possible"]
    concerns: tuple[Cite, ...]
    findings_of: Cite | None
    peer: str | None
    step: Index | None
    text: str


class PaddingBody(Act, frozen=True, kw_only=True):
    """Nothing: an entry that hides tempo."""


BODIES: dict[str, type[msgspec.Struct]] = {
    "keys": KeysBody,
    "adoption": AdoptionBody,
    "suspension": StandBody,
    "resumption": StandBody,
    "withdrawal-from-arrangement": WithdrawalFromArrangementBody,
    "report": ReportBody,
    "request": RequestBody,
    "grant": GrantBody,
    "standing": StandingBody,
    "refusal": RefusalBody,
    "withdrawal": WithdrawalBody,
    "relay": RelayBody,
    "receipt": ReceiptBody,
    "destruction": DestructionBody,
    "reclassification": ReclassificationBody,
    "incident": IncidentBody,
    "padding": PaddingBody,
}


def cites_of(body: Body) -> tuple[Cite, ...]:
    """Return what a body builds on, each once, in the order of the body."""
    return tuple(dict.fromkeys(_cites(body)))


def _cites(body: Body) -> Iterable[Cite]:
    match body:
        case GrantBody():
            yield from (item.report for item in body.items)
            yield from (cite for cite in (body.answers, body.under) if cite is not None)
        case RequestBody():
            yield from (portion.report for portion in body.portions)
        case RefusalBody():
            if body.answers is not None:
                yield body.answers
        case WithdrawalBody():
            yield body.grant
        case RelayBody():
            yield from (item.statement for item in body.items)
        case ReceiptBody():
            for item in body.items:
                yield item.report
                yield item.grant
        case DestructionBody():
            yield body.grant
            if body.withdrawal is not None:
                yield body.withdrawal
        case ReclassificationBody():
            yield body.report
        case IncidentBody():
            yield from body.concerns
            if body.findings_of is not None:
                yield body.findings_of
        case _:
            return
