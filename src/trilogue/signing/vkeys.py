"""Verifier keys (c2sp.org/signed-note@v1.0.0, §Verifier keys): a public key as a line of text.

    <name>+<key ID, 8 hex digits>+<base64(type || public key)>

    key ID = SHA-256(name || "\\n" || type || public key)[:4]

The type says by which algorithm the key signs, so the same key under two types has two IDs.

>>> format_vkey("example.org/key", b"\\x01", bytes(32))
'example.org/key+15606b20+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
"""

from __future__ import annotations

from trilogue.encoding import base64
from trilogue.encoding.digest import sha256
from trilogue.errors import FormatError
from trilogue.signing.note import KEY_ID_SIZE, check_name

__all__ = ["format_vkey", "key_id", "parse_vkey"]


def key_id(name: str, algorithm: bytes, public: bytes) -> bytes:
    """Return the 4 bytes that name a key and its algorithm on a signature line (§Signatures)."""
    return sha256(name.encode() + b"\n" + algorithm + public)[:KEY_ID_SIZE]


def format_vkey(name: str, algorithm: bytes, public: bytes) -> str:
    """Return the verifier key as text."""
    identifier = key_id(name, algorithm, public).hex()
    return f"{name}+{identifier}+{base64.encode(algorithm + public)}"


def parse_vkey(vkey: str, algorithm: bytes) -> tuple[str, bytes]:
    """Return the name and the public key of a verifier key of type `algorithm`.

    Raises `FormatError`, also when the key ID is not the one that name and key give. The caller
    owes the check of the key's length.
    """
    name, _, rest = vkey.partition("+")
    _, _, encoded = rest.partition("+")  # base64 itself may hold a plus
    check_name(name)
    data = base64.decode(encoded)
    if not data.startswith(algorithm):
        raise FormatError(f"not a verifier key of type {algorithm!r}: {vkey[:80]!r}")
    public = data.removeprefix(algorithm)
    if format_vkey(name, algorithm, public) != vkey:
        raise FormatError(f"the key ID does not belong to the verifier key: {vkey[:80]!r}")
    return name, public
