"""Headers, payloads, portions, boxes and wrapped keys; and the marks that stand on paper."""

from __future__ import annotations

from functools import cache

from fuzz.target import target
from trilogue.arrangement.files import shipped
from trilogue.arrangement.parse import parse_arrangement
from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit
from trilogue.errors import FormatError, InputError, OpeningError
from trilogue.marking import Scale, parse_portion_mark, portion_mark
from trilogue.protocol.granting import Bundle
from trilogue.reports.header import parse_header, verify_header
from trilogue.reports.payloads import PAYLOADS, encode_payload, parse_payload, read_payload
from trilogue.sealing.box import SealingSecret, open_box, seal_box
from trilogue.sealing.portion import open_portion, seal_portion
from trilogue.sealing.wrap import unwrap, wrap

TYPES = sorted(PAYLOADS)
CONTENT = b"what only the granted may read"
INFO = b"grant KR/17 to JP"


@cache
def box_secret() -> SealingSecret:
    """Return the same sealing key every time."""
    return SealingSecret.from_bytes(bytes(range(96)))


@cache
def box() -> bytes:
    """Return a box for `box_secret`."""
    return seal_box(CONTENT, box_secret().public, INFO)


@cache
def portion() -> tuple[bytes, bytes]:
    """Return key and ciphertext of `CONTENT`."""
    sealed = seal_portion(CONTENT)
    return sealed.key, sealed.ciphertext


@cache
def wrapped() -> bytes:
    """Return `CONTENT` under a wrapping key of zeros."""
    return wrap(bytes(32), CONTENT, INFO)


@cache
def scale() -> Scale:
    """Return the scale of the shipped arrangement."""
    return parse_arrangement(shipped("tisa-2014")).scale


@target(FormatError)
def header(data: bytes) -> None:
    unverified = parse_header(data)
    assert canonical.encode(unverified.claimed) == data
    assert verify_header(unverified, commit(Domain.HEADER, data)) == unverified.claimed
    base64.decode(unverified.claimed.salt, 32)


@target(FormatError)
def payload(data: bytes) -> None:
    """The first byte chooses the type. What is well formed is what its author would write."""
    kind, content = TYPES[(data[0] if data else 0) % len(TYPES)], data[1:]
    assert encode_payload(parse_payload(kind, content)) == content


@target(InputError)
def written_payload(data: bytes) -> None:
    """As a person writes it: what is taken is well formed for every peer."""
    kind, content = TYPES[(data[0] if data else 0) % len(TYPES)], data[1:]
    said = encode_payload(read_payload(kind, content))
    assert encode_payload(parse_payload(kind, said)) == said


@target(OpeningError)
def sealed_portion(data: bytes) -> None:
    key, _ = portion()
    assert open_portion(key, data) == CONTENT


@target(OpeningError)
def sealed_box(data: bytes) -> None:
    assert open_box(data, box_secret(), INFO) == CONTENT


@target(OpeningError)
def wrapped_key(data: bytes) -> None:
    assert unwrap(bytes(32), data, INFO) == CONTENT


@target(FormatError)
def bundle(data: bytes) -> None:
    assert canonical.encode(canonical.decode(data, Bundle)) == data


@target(InputError)
def mark_line(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    assert portion_mark(parse_portion_mark(text, scale(), ["KR"]), scale()) == text
