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

from typing import Annotated

import msgspec

__all__ = ["Cite", "DigestText", "Index", "ParticipantId", "PortionRef"]

DigestText = Annotated[
    str,
    msgspec.Meta(pattern="^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$", min_length=44, max_length=44),
]
"""Canonical base64 of 32 bytes. The last character carries four bits and two that are zero."""

ParticipantId = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,8}$(?!\n)", max_length=8)]
"""A participant as the arrangement names it: `KR`, `US`, `JP`.

In Python, unlike in JSON Schema, `$` alone admits one newline at the end.
"""

Index = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
"""A position in a participant's log, from 0."""


class Cite(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, order=True):
    """One statement: `[speaker, index, leaf hash]`. Cites sort by speaker, then index."""

    speaker: ParticipantId
    index: Index
    leaf: DigestText

    @property
    def short(self) -> str:
        """The cite as people write it, without the hash."""
        return f"{self.speaker} {self.index}"


class PortionRef(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One portion of one report. `portion` is the digest of its header."""

    report: Cite
    portion: DigestText
