"""Parameters of paths and queries that several operations share."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from trilogue.node.answers import RequestState
from trilogue.node.inputs import Place
from trilogue.protocol.statement import Kind

__all__ = [
    "After",
    "ForPurpose",
    "ForRecord",
    "InLanguage",
    "Numbered",
    "OfKind",
    "OfState",
    "Place",
    "Slice",
    "SliceInLanguage",
]

Position = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Most = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Language = Literal["en", "ko", "ja"]


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base: a parameter that is not known is refused."""


class InLanguage(Parameters, frozen=True, kw_only=True):
    """The language of names, banners and reasons."""

    lang: Language = "en"


class Slice(Parameters, frozen=True, kw_only=True):
    """Which part of a list: at most `most` items behind the cursor `after`."""

    after: Position = 0
    most: Most = 100


class SliceInLanguage(Slice, frozen=True, kw_only=True):
    """Which part of a list, in which language."""

    lang: Language = "en"


class OfState(Slice, frozen=True, kw_only=True):
    """Which part of the requests, in which state."""

    state: RequestState | None = None


class OfKind(Slice, frozen=True, kw_only=True):
    """Which part of the statements, of which kind."""

    kind: Kind | None = None


class After(Parameters, frozen=True, kw_only=True):
    """Where a stream begins: behind this position; None is with what comes next."""

    after: Position | None = None


class ForPurpose(Parameters, frozen=True, kw_only=True):
    """For which purpose the picture is made, and whether of one's own readings alone."""

    purpose: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = "analysis"
    readings: Literal["all", "own"] = "all"


class ForRecord(InLanguage, frozen=True, kw_only=True):
    """For which purpose the record is made, and of which reports beside the public rows."""

    purpose: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = "analysis"
    reports: Literal["all", "own", "none"] = "all"


class Numbered(Parameters, frozen=True, kw_only=True):
    """A grant that waits for a second officer."""

    id: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
