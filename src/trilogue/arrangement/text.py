"""The text: what `arrangement.toml` says, as types. Numbers and names only; words stand apart.

What a person reads (titles, paragraphs, the names of things, the reason behind each rule) stands
in one vocabulary per language and is found there by the ids given here. Everything that claims
something about the world carries a `Tag` and its sources; what carries no tag is a choice of this
text, made so that the arrangement can be run.

An unknown key, a missing key or a value of another type is refused by the decoder, as are floats:
places are integers, so that every participant decides alike on every machine.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import msgspec

from trilogue.errors import InputError
from trilogue.marking import Level

__all__ = [
    "LANGUAGES",
    "Article",
    "Ceiling",
    "Claim",
    "Deadlines",
    "Lang",
    "LevelText",
    "Limits",
    "Note",
    "Pact",
    "Paragraph",
    "Participant",
    "PayloadType",
    "Publication",
    "Quorum",
    "Region",
    "Scope",
    "Signature",
    "Tag",
    "Text",
    "decode",
]

Lang = Literal["en", "ko", "ja"]
LANGUAGES: tuple[Lang, ...] = ("en", "ko", "ja")

Tag = Literal["S", "P", "U"]
"""How a claim is known: S its source was read, P only a part or a press summary, U unsourced."""

Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)")]
ParticipantId = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,8}$(?!\n)")]
Natural = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Hundredths = Annotated[int, msgspec.Meta(ge=-18000, le=18000)]
"""Hundredths of a degree."""


class _Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Strict: what is not known here is refused."""


class Claim(_Struct, frozen=True, kw_only=True):
    """Something said about the world: how it is known, and from which of `Text.sources`."""

    tag: Tag
    sources: tuple[Id, ...] = ()


class Signature(Claim, frozen=True, kw_only=True):
    """The day on which a participant signed."""

    on: dt.date


class Participant(_Struct, frozen=True, kw_only=True):
    """A ministry that adopts. `log` is the origin of its log, `language` its own."""

    id: ParticipantId
    language: Lang
    log: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$(?!\n)")]
    signed: Signature


class Article(Claim, frozen=True, kw_only=True):
    """One thing that a pact provides; its words are `article` `<pact>/<number>`."""

    number: str


class Pact(Claim, frozen=True, kw_only=True):
    """A bilateral agreement that protects what passes between two participants."""

    id: Id
    between: tuple[ParticipantId, ParticipantId]
    signed: dt.date
    articles: tuple[Article, ...]


class Paragraph(Claim, frozen=True, kw_only=True):
    """One paragraph, in our own words; they are `paragraph` `<number>`."""

    number: Positive


class Note(Claim, frozen=True, kw_only=True):
    """What happened around the text and bears on how it is run; its words are `note` `<id>`."""

    id: Id


class LevelText(Claim, frozen=True, kw_only=True):
    """A level of classification with its equivalents (`Level`), and how these are known."""

    id: str
    rank: int
    mark: str
    labels: dict[ParticipantId, dict[Lang, str]]

    @property
    def level(self) -> Level:
        """The level without the claim."""
        labels = {
            who: {str(lang): text for lang, text in own.items()} for who, own in self.labels.items()
        }
        return Level(id=self.id, rank=self.rank, mark=self.mark, labels=labels)


class Ceiling(Claim, frozen=True, kw_only=True):
    """The highest level that may be shared."""

    level: str


class Region(_Struct, frozen=True, kw_only=True):
    """Where the threat is: a ring of (latitude, longitude) in hundredths of a degree.

    `seaward_metres` and `landward_metres` say how far the ring may stand off the outline of the
    territory. It is a gate for reports and claims no boundary.
    """

    outline: str
    seaward_metres: Natural
    landward_metres: Natural
    ring: Annotated[tuple[tuple[Hundredths, Hundredths], ...], msgspec.Meta(min_length=3)]


class Scope(Claim, frozen=True, kw_only=True):
    """What the arrangement covers. `trajectory_subjects` may also lie on a trajectory."""

    subjects: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1)]
    trajectory_subjects: tuple[Id, ...]
    region: Region


class PayloadType(_Struct, frozen=True, kw_only=True):
    """A type of payload that may be shared; `states_place` when it cannot go without a place."""

    id: Id
    states_place: bool


class Quorum(_Struct, frozen=True, kw_only=True):
    """How many neighbours cosign a checkpoint, and whether delivery waits for them."""

    cosignatures: Natural
    delivery_waits: bool


class Publication(_Struct, frozen=True, kw_only=True):
    """After how long the tiles of a log are published, and to whom."""

    delay_seconds: Natural
    readers: tuple[Id, ...]


class Deadlines(_Struct, frozen=True, kw_only=True):
    """Seconds until a receipt and until a destruction is due, and how far clocks may differ."""

    receipt_seconds: Positive
    destruction_seconds: Positive
    clock_skew_seconds: Natural


class Limits(_Struct, frozen=True, kw_only=True):
    """Sizes beyond which a node refuses before it reads on."""

    statement_bytes: Positive
    portions: Positive
    portion_bytes: Positive
    reports_per_grant: Positive
    cites: Positive


class Text(_Struct, frozen=True, kw_only=True):
    """The whole of `arrangement.toml`."""

    format: Literal[1]
    id: Id
    hub: ParticipantId
    suite: str
    effective: dt.date
    ends: dt.date | None = None
    notice_days: Natural
    two_person_above: str
    purposes: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1)]
    caveats: tuple[str, ...]
    sharing_caveat: str
    ceiling: Ceiling
    quorum: Quorum
    publication: Publication
    deadlines: Deadlines
    limits: Limits
    participants: Annotated[tuple[Participant, ...], msgspec.Meta(min_length=2)]
    pacts: tuple[Pact, ...]
    levels: Annotated[tuple[LevelText, ...], msgspec.Meta(min_length=1)]
    payload_types: Annotated[tuple[PayloadType, ...], msgspec.Meta(min_length=1)]
    paragraphs: tuple[Paragraph, ...]
    notes: tuple[Note, ...]
    scope: Scope
    sources: tuple[Id, ...]


def decode(data: bytes) -> Text:
    """Read `arrangement.toml`; raise `InputError`, which says what does not fit and where."""
    try:
        return msgspec.toml.decode(data, type=Text, strict=True)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InputError(f"arrangement.toml does not read: {error}") from error
