"""What the acts of consent say: the bodies of their statements.

Every body is canonical JSON. Cites lead to statements in logs; digests are base64.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from trilogue.encoding.canonical import Integer
from trilogue.encoding.instant import Instant
from trilogue.reports.cite import Cite, PortionRef

__all__ = [
    "Act",
    "Approval",
    "AssertionBody",
    "Box",
    "Description",
    "Extent",
    "GrantBody",
    "GrantItem",
    "RefusalBody",
    "RequestBody",
    "StandingBody",
    "StandingRule",
    "WithdrawalBody",
]


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every body: immutable, named fields, nothing unknown."""


class Description(Act, frozen=True, kw_only=True):
    """What an asker wants who cannot know what exists. An empty field asks for anything."""

    subject: str | None
    payload_type: str | None
    period: tuple[Instant, Instant] | None


class RequestBody(Act, frozen=True, kw_only=True):
    """Please release to me, for this purpose, because …

    Either `portions` are named or `description` says what would fit; never both, never neither.
    """

    originator: str
    portions: tuple[PortionRef, ...]
    description: Description | None
    purpose: str
    because: str


class Extent(Act, frozen=True, kw_only=True):
    """What a grant covers.

    `derive_for` names the participants for whom the audience may make derived reports; empty
    means that no derived product may go on. `expires` is exclusive; None is until withdrawn.
    """

    audience: tuple[str, ...]
    purposes: tuple[str, ...]
    not_before: Instant
    expires: Instant | None
    derive_for: tuple[str, ...]


class GrantItem(Act, frozen=True, kw_only=True):
    """One report and the portions of it that are granted."""

    report: Cite
    portions: tuple[str, ...]


class Box(Act, frozen=True, kw_only=True):
    """The bundle of headers and keys sealed to one participant, by digest; it travels beside."""

    participant: str
    digest: str


class AssertionBody(Act, frozen=True, kw_only=True):
    """What came of asking an officer's passkey to sign (`trilogue.signing.passkey`), in base64."""

    credential: str
    authenticator_data: str
    client_data: str
    signature: str


class Approval(Act, frozen=True, kw_only=True, omit_defaults=True):
    """An officer's signature over the digest of what is approved.

    Either `note` is one under the release key that the officer's node keeps, or `passkey` is one by
    the officer's own hand; the other is not there.
    """

    officer: str
    note: str | None = None
    passkey: AssertionBody | None = None

    def __post_init__(self) -> None:
        """Refuse an approval with two signatures, or none."""
        if (self.note is None) == (self.passkey is None):
            raise ValueError("an approval has a note or a passkey's assertion, one of the two")


class GrantBody(Act, frozen=True, kw_only=True):
    """Consent: one or many reports, its extent, and the boxes that carry the keys."""

    items: tuple[GrantItem, ...]
    extent: Extent
    boxes: tuple[Box, ...]
    answers: Cite | None
    under: Cite | None
    approvals: tuple[Approval, ...]


class StandingRule(Act, frozen=True, kw_only=True):
    """When the originator's own node grants at once.

    A portion fits when its subject, payload type and level do, and when it is at least as coarse
    as `grid_e5` (1e-5 degree) asks; `per_hour` caps how many reports go on in any hour.
    """

    subjects: tuple[str, ...]
    payload_types: tuple[str, ...]
    levels: tuple[str, ...]
    grid_e5: Integer
    per_hour: Integer
    audience: tuple[str, ...]
    purposes: tuple[str, ...]
    derive_for: tuple[str, ...]
    lasts_seconds: Integer | None
    not_before: Instant
    expires: Instant | None


class StandingBody(Act, frozen=True, kw_only=True):
    """A standing consent: the rule, and who approved it."""

    rule: StandingRule
    approvals: tuple[Approval, ...]


class RefusalBody(Act, frozen=True, kw_only=True, omit_defaults=True):
    """No, because … To a request (`answers`), or to an act of the node's own people.

    A person refuses a request, and approves the refusal. The other acts are refused by the rules,
    in nobody's name.
    """

    act: Literal["submit", "request", "grant", "relay", "accept", "read", "release-derived", "send"]
    answers: Cite | None
    rules: tuple[str, ...]
    reason: str
    language: Literal["en", "ko", "ja"]
    approvals: tuple[Approval, ...] = ()

    def __post_init__(self) -> None:
        """Refuse approvals of what nobody approves."""
        if self.approvals and not self.by_person:
            raise ValueError("only the refusal of a request has approvals")

    @property
    def by_person(self) -> bool:
        """Whether it answers a request: what rules refuse is in nobody's name."""
        return self.act == "request" and self.answers is not None


class WithdrawalBody(Act, frozen=True, kw_only=True):
    """That grant (or standing consent) is over for these participants; destroy."""

    grant: Cite
    audience: tuple[str, ...]
    reason: str
