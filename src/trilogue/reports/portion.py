"""Portions: the smallest part of a report with its own marking and its own key.

`seal` turns a draft into the four things that leave an author's desk by different ways:

- `digest` goes into the report, among decoys;
- `ciphertext` goes beside it, to whoever stores or relays it;
- `header_bytes` and `key` go into a grant, sealed to its audience. No grant, no key.

`open_sealed` is the reader's side. Its steps are numbered as in the acceptance steps of
`trilogue.protocol`, step 9; a failure at any of them is an `OpeningError`.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import SIZE, Domain, commit, same
from trilogue.errors import FormatError, InputError, OpeningError
from trilogue.marking import Marking
from trilogue.reports.cite import Cite, PortionRef
from trilogue.reports.header import (
    MAX_PLAINTEXT,
    Generalised,
    Header,
    Leg,
    Place,
    Redacted,
    Source,
    UnverifiedHeader,
    parse_header,
    verify_header,
)
from trilogue.reports.payloads import (
    PAYLOADS,
    Payload,
    encode_payload,
    parse_payload,
    payload_type,
)
from trilogue.reports.payloads.quantities import Language
from trilogue.sealing.hidden import Hidden
from trilogue.sealing.portion import SealedPortion, open_portion, seal_portion

__all__ = [
    "Cite",
    "Generalised",
    "Header",
    "Leg",
    "Place",
    "PortionDraft",
    "PortionRef",
    "Redacted",
    "Sealed",
    "Source",
    "UnverifiedHeader",
    "draft_portion",
    "open_sealed",
    "parse_header",
    "seal",
    "verify_header",
]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PortionDraft(Hidden):
    """A portion before it is sealed. Fields are those of `Header`; what is absent is `None`."""

    marking: Marking
    payload_type: str
    plaintext: bytes
    """The encoded payload. `draft_portion` writes it from a payload."""
    subject: str
    handling: tuple[Leg, ...]
    language: Language | None = None
    place: Place | None = None
    trajectory: bool = False
    period: tuple[str, str] | None = None
    derived_from: tuple[Source, ...] = ()
    supersedes: PortionRef | None = None
    tearline_of: str | None = None
    translation_of: str | None = None
    generalised: Generalised | None = None
    redacted: Redacted | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sealed(Hidden):
    """A sealed portion. `key` and `header_bytes` are secret until a grant carries them."""

    header: Header
    header_bytes: bytes
    digest: bytes
    """commit(Domain.HEADER, header_bytes): what the report lists."""
    key: bytes
    ciphertext: bytes


def draft_portion(
    payload: Payload,
    *,
    marking: Marking,
    subject: str,
    handling: tuple[Leg, ...],
    place: Place | None = None,
    trajectory: bool = False,
    period: tuple[str, str] | None = None,
) -> PortionDraft:
    """Return a draft with this payload. Raises `InputError` when the payload breaks a rule."""
    return PortionDraft(
        marking=marking,
        payload_type=payload_type(payload),
        plaintext=encode_payload(payload),
        subject=subject,
        handling=handling,
        language=getattr(payload, "language", None),
        place=place,
        trajectory=trajectory,
        period=period,
    )


def seal(
    draft: PortionDraft,
    *,
    salt: bytes | None = None,
    encrypt: Callable[[bytes], SealedPortion] = seal_portion,
) -> Sealed:
    """Encrypt the draft under a key of its own and bind both by its header.

    `salt` is 32 random bytes; it and `encrypt` are arguments only so that test vectors can be
    written twice with the same bytes. Raises `InputError` when a field is not what peers accept.
    """
    if salt is None:
        salt = secrets.token_bytes(SIZE)
    if not 0 < len(draft.plaintext) <= MAX_PLAINTEXT:
        raise InputError(
            f"a portion of {len(draft.plaintext)} bytes: 1 to {MAX_PLAINTEXT} may stand",
            hint="write a longer item as several portions",
        )
    try:
        # A type that is not known here is left to the rules of the arrangement, which refuse it.
        if draft.payload_type in PAYLOADS:
            _check_content(draft.payload_type, draft.language, draft.plaintext)
        sealed = encrypt(draft.plaintext)
        header = Header(
            v=1,
            salt=base64.encode(salt),
            marking=draft.marking,
            payload_type=draft.payload_type,
            language=draft.language,
            subject=draft.subject,
            place=draft.place,
            trajectory=draft.trajectory,
            period=draft.period,
            size=len(draft.plaintext),
            ciphertext=base64.encode(commit(Domain.CIPHERTEXT, sealed.ciphertext)),
            commitment=base64.encode(commit(Domain.PLAINTEXT, salt, draft.plaintext)),
            handling=draft.handling,
            derived_from=draft.derived_from,
            supersedes=draft.supersedes,
            tearline_of=draft.tearline_of,
            translation_of=draft.translation_of,
            generalised=draft.generalised,
            redacted=draft.redacted,
        )
        header_bytes = canonical.encode(header)
        # Read back: what no peer would accept must not enter a log that cannot be unsaid.
        unverified = parse_header(header_bytes)
    except (FormatError, ValueError, TypeError) as error:
        raise InputError(f"the portion does not hold: {error}") from error
    return Sealed(
        header=header,
        header_bytes=header_bytes,
        digest=unverified.digest,
        key=sealed.key,
        ciphertext=sealed.ciphertext,
    )


def open_sealed(header: Header, key: bytes, ciphertext: bytes) -> bytes:
    """Return the plaintext of a portion whose header is verified.

    Raises `OpeningError` (acceptance step 9), which names the part that failed.
    """
    # (9a) The ciphertext is the one that the header binds.
    if not same(commit(Domain.CIPHERTEXT, ciphertext), base64.decode(header.ciphertext, SIZE)):
        raise OpeningError(
            "the ciphertext is not the one that the header names",
            hint="ask for the portion again: what came is another portion's or is damaged",
        )
    # (9b) It opens under the key that the grant carried.
    plaintext = open_portion(key, ciphertext)
    # (9c) The content is what the originator committed to, for every reader alike.
    if len(plaintext) != header.size:
        raise OpeningError(f"size: {len(plaintext)} bytes where the header says {header.size}")
    salt = base64.decode(header.salt, SIZE)
    commitment = base64.decode(header.commitment, SIZE)
    if not same(commit(Domain.PLAINTEXT, salt, plaintext), commitment):
        raise OpeningError(
            "the plaintext is not the one that the header commits to",
            hint="the originator may have sealed two contents: report an incident",
        )
    # (9d) The content is a payload of the type and in the language that the header names. What is
    # wrong with it is told to peers and stands in logs, so nothing of it is quoted.
    try:
        _check_content(header.payload_type, header.language, plaintext, quote=False)
    except FormatError as error:
        raise OpeningError(error.message, hint=error.hint) from None
    return plaintext


def _check_content(
    type_id: str, language: str | None, plaintext: bytes, *, quote: bool = True
) -> None:
    """Raise `FormatError` unless the content is of this type and in this language."""
    try:
        payload = parse_payload(type_id, plaintext, quote=quote)
    except FormatError as error:
        raise FormatError(
            f"the content is no {type_id!r} payload: {error.message}", hint=error.hint
        ) from error
    found = getattr(payload, "language", None)
    if found != language:
        raise FormatError(
            f"language: the content's is {found!r}, the header's {language!r}"
            if quote
            else "language: the content is in another than the header names"
        )
