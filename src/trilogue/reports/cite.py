"""Cites: how a statement points at another statement, and at one portion of a report.

A cite names the speaker, the index in the speaker's log and the leaf hash that stands there, so
that the order of statements across logs is proven by hash. On the wire it is an array.

>>> from trilogue.encoding import base64, canonical
>>> leaf = base64.encode(bytes(32))
>>> canonical.encode(Cite("KR", 17, leaf))
b'["KR",17,"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]'
>>> Cite("KR", 17, leaf).short
'KR 17'
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated

import msgspec

__all__ = [
    "CheckedDigest",
    "CheckedParticipant",
    "Cite",
    "DigestText",
    "Index",
    "PortionRef",
    "check_digests",
    "check_participant",
]

_DIGEST = "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="
_digest = re.compile(_DIGEST).fullmatch
_digests = re.compile(f"(?:{_DIGEST})*").fullmatch
_PARTICIPANT = re.compile("[A-Z]{2,8}")
_WRONG = "not canonical base64 of 32 bytes"

DigestText = Annotated[str, msgspec.Meta(pattern=f"^{_DIGEST}$", min_length=44, max_length=44)]
"""Canonical base64 of 32 bytes. The last character carries four bits and two that are zero."""

CheckedDigest = Annotated[
    str,
    msgspec.Meta(min_length=44, max_length=44, extra_json_schema={"pattern": f"^{_DIGEST}$"}),
]
"""A `DigestText` that its struct checks, with others at once: a pattern apiece costs more than all
else of reading a statement."""

CheckedParticipant = Annotated[
    str, msgspec.Meta(max_length=8, extra_json_schema={"pattern": "^[A-Z]{2,8}$"})
]
"""A participant as the arrangement names it: `KR`, `US`, `JP`. Its struct checks it."""

Index = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
"""A position in a participant's log, from 0."""


class Cite(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, order=True):
    """One statement: `[speaker, index, leaf hash]`. Cites sort by speaker, then index."""

    speaker: CheckedParticipant
    index: Index
    leaf: CheckedDigest

    def __post_init__(self) -> None:
        """Check the spelling of the speaker and of the leaf hash."""
        check_participant(self.speaker)
        if _digest(self.leaf) is None:
            raise ValueError(f"leaf hash: {_WRONG}: {self.leaf!r}")

    @property
    def short(self) -> str:
        """The cite as people write it, without the hash."""
        return f"{self.speaker} {self.index}"


def check_digests(what: str, texts: Iterable[str]) -> None:
    """Raise `ValueError` unless each of these texts of 44 characters is a `DigestText`.

    `what` says what they are.
    """
    if _digests("".join(texts)) is None:
        wrong = next(text for text in texts if _digest(text) is None)
        raise ValueError(f"{what}: {_WRONG}: {wrong!r}")


@lru_cache(maxsize=1024)
def check_participant(text: str) -> None:
    """Raise `ValueError` unless this is how a participant is named."""
    if _PARTICIPANT.fullmatch(text) is None:
        raise ValueError(f"not a participant's name: {text!r}")


class PortionRef(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One portion of one report. `portion` is the digest of its header."""

    report: Cite
    portion: DigestText
