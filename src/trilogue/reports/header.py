"""A portion's header: what a reader must know before the content, and what binds the content.

The header is canonical JSON. It carries its own 32-byte salt, so that its digest

    commit(Domain.HEADER, header bytes)

may stand in a public report and still say nothing to a reader who was not granted the portion.
It binds the ciphertext and, by a salted commitment, the plaintext: two readers cannot be shown
two contents of one portion. Every field is always spelled, absent ones as `null`, so that one
header has one spelling.

`parse_header` returns an `UnverifiedHeader`; `verify_header` compares it with the digest that
the originator's report lists and returns the `Header`.

The caller still owes: that the report which lists the digest stands in the originator's log
(acceptance steps 2 to 5), and that the decision on what the header says is a permit (step 8).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

import msgspec

from trilogue.encoding import base64, canonical, instant
from trilogue.encoding.digest import Domain, commit, same
from trilogue.encoding.instant import CheckedInstant
from trilogue.errors import OpeningError
from trilogue.marking import Marking
from trilogue.reports.cite import (
    CheckedDigest,
    CheckedParticipant,
    Cite,
    DigestText,
    PortionRef,
    check_digests,
    check_participant,
)
from trilogue.reports.payloads.quantities import Language

__all__ = [
    "MAX_PLAINTEXT",
    "Generalised",
    "Header",
    "Leg",
    "Place",
    "Redacted",
    "Source",
    "UnverifiedHeader",
    "parse_header",
    "verify_header",
]

MAX_PLAINTEXT = 2**24
"""Largest content of one portion in bytes. A longer item is several portions."""

_NAME = r"[a-z0-9]+(-[a-z0-9]+)*"

_name = re.compile(_NAME).fullmatch

CheckedName = Annotated[
    str, msgspec.Meta(max_length=64, extra_json_schema={"pattern": f"^{_NAME}$"})
]
"""An identifier of the arrangement: a subject, a payload type, a pact. Its struct checks it: few
names stand in many headers, and a pattern apiece is most of what reading a header takes."""


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the portion's subject lies, WGS-84, in units of 1e-5 degrees (about one metre)."""

    latitude_e5: Annotated[int, msgspec.Meta(ge=-9_000_000, le=9_000_000)]
    longitude_e5: Annotated[int, msgspec.Meta(ge=-18_000_000, le=18_000_000)]


class Leg(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One leg of the passage and the pact that protects it: `[sender, receiver, pact]`."""

    sender: CheckedParticipant
    receiver: CheckedParticipant
    pact: CheckedName

    def __post_init__(self) -> None:
        """Check the spelling of the three."""
        check_participant(self.sender)
        check_participant(self.receiver)
        _check_name(self.pact)


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A portion that this one is derived from, and the grants that permitted it.

    `grants` is empty only for the author's own portions: nobody grants to itself.
    """

    report: Cite
    portion: DigestText
    grants: Annotated[tuple[Cite, ...], msgspec.Meta(max_length=64)]
    version_of: Annotated[tuple[DigestText, ...], msgspec.Meta(max_length=4)] = ()
    """Portions that the source is a tearline, translation, generalised or redacted version of."""


class Generalised(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was rounded, by how much, and by how much the declared uncertainty was raised.

    The same statement as Darwin Core's `dataGeneralizations`, in numbers. Grids are `None` where
    nothing of the kind was rounded. The standard deviations are those of the rounding error
    alone, the greatest in the payload, rounded up; the uncertainties that the payload states
    contain them already.
    """

    of: DigestText | None
    """The portion it was made from, so that a reader of both counts them once."""
    fields: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=64)]
    position_grid_e5: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)] | None
    """Grid of latitude and longitude in 1e-5 degrees."""
    position_sd_m: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] | None
    """Standard deviation that rounding added to each axis, metres."""
    time_grid_ms: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)] | None
    """Grid of times in milliseconds."""
    time_sd_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] | None
    """Standard deviation that rounding added to each time, milliseconds."""


class Redacted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was removed: the same statement as Darwin Core's `informationWithheld`."""

    of: DigestText | None
    """The portion it was made from, so that a reader of both counts them once."""
    fields: Annotated[tuple[str, ...], msgspec.Meta(max_length=256)]
    """Paths of the fields that were emptied."""
    spans: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
    """Number of text spans that were replaced by the mark of redaction."""


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The header of one portion, as it stands on the wire."""

    v: Literal[1]
    salt: CheckedDigest
    """32 random bytes: they hide the header behind its digest, and the content behind its own."""
    marking: Marking
    payload_type: CheckedName
    language: Language | None
    """Language of the text, if the content is text."""
    subject: CheckedName
    """A subject of the arrangement's scope, such as `nuclear-test`."""
    place: Place | None
    trajectory: bool
    """The place lies on a trajectory that began in the region of the scope."""
    period: tuple[CheckedInstant, CheckedInstant] | None
    """First and last moment that the content speaks of."""
    size: Annotated[int, msgspec.Meta(ge=1, le=MAX_PLAINTEXT)]
    """Length of the plaintext in bytes."""
    ciphertext: CheckedDigest
    """commit(Domain.CIPHERTEXT, ciphertext)."""
    commitment: CheckedDigest
    """commit(Domain.PLAINTEXT, salt, plaintext)."""
    handling: Annotated[tuple[Leg, ...], msgspec.Meta(max_length=16)]
    """Which pact protects the portion on which leg (TISA paragraph 3)."""
    derived_from: Annotated[tuple[Source, ...], msgspec.Meta(max_length=1024)]
    """The whole lineage, not its last step alone: see `trilogue.reports.lineage`."""
    supersedes: PortionRef | None
    tearline_of: DigestText | None
    """Digest of the portion that this one is a tearline of."""
    translation_of: DigestText | None
    """Digest of the portion that this one translates."""
    generalised: Generalised | None
    redacted: Redacted | None

    @property
    def version_of(self) -> tuple[str, ...]:
        """The portions that this one is another version of: they say the same thing once."""
        links = (
            self.tearline_of,
            self.translation_of,
            self.generalised.of if self.generalised else None,
            self.redacted.of if self.redacted else None,
        )
        return tuple(sorted({digest for digest in links if digest is not None}))

    def __post_init__(self) -> None:
        """Check the spelling of the digests, and what no single field shows."""
        check_digests("salt", (self.salt,))
        check_digests("ciphertext or commitment", (self.ciphertext, self.commitment))
        _check_name(self.payload_type)
        _check_name(self.subject)
        if self.period is not None:
            first, last = map(instant.parse, self.period)
            if first > last:
                raise ValueError(f"period: ends at {last}, before it begins at {first}")
        if self.trajectory and self.place is None:
            raise ValueError("trajectory: true without a place that lies on it")
        if len({source.portion for source in self.derived_from}) != len(self.derived_from):
            raise ValueError("derived_from: a portion stands twice")


@lru_cache(maxsize=1024)
def _check_name(text: str) -> None:
    if _name(text) is None:
        raise ValueError(f"not a name of the arrangement: {text!r}")


@dataclass(frozen=True, slots=True)
class UnverifiedHeader:
    """A header that parses. Nothing binds it to a report yet."""

    data: bytes
    claimed: Header

    @property
    def digest(self) -> bytes:
        """The digest that a report must list for this header to be one of its portions."""
        return commit(Domain.HEADER, self.data)


def parse_header(data: bytes) -> UnverifiedHeader:
    """Read the canonical bytes of a header. Raises `FormatError`."""
    return UnverifiedHeader(data, canonical.decode(data, Header))


def verify_header(unverified: UnverifiedHeader, digest: bytes) -> Header:
    """Return the header whose digest is `digest`, as listed by the originator's report.

    Raises `OpeningError` (acceptance step 9).
    """
    if not same(unverified.digest, digest):
        raise OpeningError(
            f"the header's digest is {base64.encode(unverified.digest)}, "
            f"not {base64.encode(digest)} as the report lists",
            hint="the grant carries a header of another portion",
        )
    return unverified.claimed
