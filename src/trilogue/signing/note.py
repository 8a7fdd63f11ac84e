"""Signed notes (c2sp.org/signed-note@v1.0.0): text, a blank line, signature lines.

    the arrangement is in force

    — example.org/kr 0MU2khaI9Yl2tPZxYSw7Kj…
    — example.org/kr 5h1pAqkZ0Hq0mNc4vXJ2Qe…

The text ends with a newline and may hold blank lines: the *last* blank line separates it from the
signatures. A signature line is an em dash, a space, the key name, a space, and the base64 of a
4-byte key ID followed by the signature value. Name and key ID together say which key signed and
by which algorithm.

Reading has two stages. `parse_note` checks the shape and believes nothing; `verify_note` checks
signatures and returns what may be believed. A signature by an unknown key is ignored; a signature
by a known key that does not verify rejects the whole note.

>>> parse_note("an opinion\\n\\n— example.org/key AAAAAEE=\\n").signatures
(Signature(name='example.org/key', key_id=b'\\x00\\x00\\x00\\x00', value=b'A'),)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from trilogue.encoding import base64
from trilogue.errors import FormatError, InputError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "KEY_ID_SIZE",
    "MAX_SIGNATURES",
    "MAX_SIZE",
    "Note",
    "Signature",
    "Signer",
    "UnverifiedNote",
    "Verifier",
    "check_name",
    "format_signature",
    "parse_note",
    "parse_signature",
    "parse_signatures",
    "sign_note",
    "verify_note",
]

MAX_SIGNATURES = 64
"""Most signature lines in a note. C2SP asks for at least 16 and for some limit."""

MAX_SIZE = 1_000_000
"""Most bytes in a note: 64 ML-DSA-44 signatures are 210,000 bytes."""

KEY_ID_SIZE = 4
"""Length of a key ID in bytes."""

_DASH = "— "

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line. `value` is read by the algorithm that the key ID names."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class UnverifiedNote:
    """A note of the right shape. Nobody has checked who signed it."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A note that every given verifier signed. `ignored` are the lines of unknown keys."""

    text: str
    signatures: tuple[Signature, ...]
    ignored: tuple[Signature, ...]


class Verifier(Protocol):
    """A public key with its name and one algorithm."""

    @property
    def name(self) -> str:
        """The key name, as it stands on signature lines."""

    @property
    def key_id(self) -> bytes:
        """Four bytes, which distinguish keys and algorithms under one name."""

    def verify(self, text: str, value: bytes) -> None:
        """Check one signature over the note text; raise `SignatureError`."""


class Signer(Protocol):
    """A secret key with its name and one algorithm."""

    @property
    def name(self) -> str:
        """The key name, as it stands on signature lines."""

    @property
    def key_id(self) -> bytes:
        """Four bytes, which distinguish keys and algorithms under one name."""

    def sign(self, text: str) -> bytes:
        """Return the signature value over the note text."""


def parse_note(data: str | bytes) -> UnverifiedNote:
    """Split a note into its text and signatures (§Format); raise `FormatError`.

    The caller still owes `verify_note`.
    """
    head, blank, lines = _read(data).rpartition("\n\n")
    if not blank:
        raise FormatError("a note without the blank line that ends its text")
    return UnverifiedNote(text=head + "\n", signatures=parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Read one or more signature lines, each ended by a newline; raise `FormatError`."""
    if not lines.endswith("\n"):
        raise FormatError("signature lines must be there and end with a newline")
    rows = lines.split("\n")[:-1]
    if len(rows) > MAX_SIGNATURES:
        raise FormatError(f"{len(rows)} signatures where {MAX_SIGNATURES} are allowed")
    return tuple(parse_signature(row + "\n") for row in rows)


def parse_signature(line: str) -> Signature:
    """Read one signature line, newline included (§Signatures); raise `FormatError`."""
    name, space, encoded = line.removeprefix(_DASH).removesuffix("\n").partition(" ")
    if not (line.startswith(_DASH) and line.endswith("\n") and space):
        raise FormatError(f"not a signature line: {line[:80]!r}")
    check_name(name)
    data = base64.decode(encoded)
    if len(data) <= KEY_ID_SIZE:
        raise FormatError(f"a signature of {len(data)} bytes holds no value: {line[:80]!r}")
    return Signature(name=name, key_id=data[:KEY_ID_SIZE], value=data[KEY_ID_SIZE:])


def format_signature(signature: Signature) -> str:
    """Return the signature line, newline included.

    >>> format_signature(Signature("example.org/key", bytes(4), b"A"))
    '— example.org/key AAAAAEE=\\n'
    """
    encoded = base64.encode(signature.key_id + signature.value)
    return f"{_DASH}{signature.name} {encoded}\n"


def check_name(name: str) -> None:
    """Raise `FormatError` unless `name` may name a key: some text, no space, no plus (§Format)."""
    if name.split() != [name] or "+" in name:
        raise FormatError(
            f"not a key name: {name[:80]!r}", hint="no spaces and no plus, like example.org/key"
        )
    _read(name)


def sign_note(text: str, signers: Sequence[Signer]) -> str:
    """Return `text` signed by every signer, in their order.

    Raises `InputError` when the text cannot be the text of a note.
    """
    if not text.endswith("\n"):
        raise InputError("the text of a note ends with a newline")
    try:
        _read(text)
    except FormatError as error:
        raise InputError(error.message) from error
    if not 1 <= len(signers) <= MAX_SIGNATURES:
        raise InputError(f"{len(signers)} signers where 1 to {MAX_SIGNATURES} are allowed")
    lines = (
        format_signature(Signature(signer.name, signer.key_id, signer.sign(text)))
        for signer in signers
    )
    return f"{text}\n{''.join(lines)}"


def verify_note(note: UnverifiedNote, verifiers: Iterable[Verifier]) -> Note:
    """Return the note as signed by *every* verifier; raise `SignatureError`.

    1. A line whose name and key ID are unknown is set aside (§Signatures: MUST ignore).
    2. A line of a known key must verify, or the whole note is rejected (SHOULD reject).
    3. Every verifier must have signed. No verifiers verify nothing, so they are an error.
    """
    known: dict[tuple[str, bytes], Verifier] = {}
    for verifier in verifiers:
        if known.setdefault((verifier.name, verifier.key_id), verifier) is not verifier:
            raise InputError(f"two keys share the name {verifier.name} and the key ID")
    if not known:
        raise SignatureError("no key is known that could have signed this note")
    signatures: list[Signature] = []
    ignored: list[Signature] = []
    missing = dict.fromkeys(known)
    for signature in note.signatures:
        key = (signature.name, signature.key_id)
        if key not in known:  # 1
            ignored.append(signature)
            continue
        known[key].verify(note.text, signature.value)  # 2
        missing.pop(key, None)
        signatures.append(signature)
    if missing:  # 3
        lacking = ", ".join(f"{name}+{key_id.hex()}" for name, key_id in missing)
        raise SignatureError(f"the note lacks a signature by {lacking}")
    return Note(note.text, tuple(signatures), tuple(ignored))


def _read(data: str | bytes) -> str:
    """Return the note as text when it is UTF-8 of bounded size without control characters."""
    try:
        encoded = data.encode() if isinstance(data, str) else data
        whole = encoded.decode()
    except UnicodeError as error:
        raise FormatError(f"a note must be UTF-8: {error}") from error
    if len(encoded) > MAX_SIZE:
        raise FormatError(f"a note of {len(encoded)} bytes where {MAX_SIZE} are allowed")
    found = _CONTROL.search(whole)
    if found:
        raise FormatError(f"a control character in a note: {found.group()!r}")
    return whole
