"""Timestamped signatures of c2sp.org/tlog-cosignature: what checkpoints and cosignatures share.

The value on the signature line is the time followed by the signature:

    u64 timestamp || signature        (64 bytes of Ed25519, 2420 of ML-DSA-44)

ML-DSA-44 (type 0x06) signs a structure, in the presentation of RFC 8446 §3:

    uint8  label[12] = "subtree/v1\\n\\0"
    opaque cosigner_name<1..2^8-1>
    uint64 timestamp
    opaque log_origin<1..2^8-1>
    uint64 start                      0: a checkpoint is a subtree that begins at the first leaf
    uint64 end                        the size of the tree
    uint8  hash[32]                   its root hash

>>> cosigned_message("w", 1, "log", 2, bytes(32)).hex(" ")[:47]
'73 75 62 74 72 65 65 2f 76 31 0a 00 01 77 00 00'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trilogue.encoding.digest import SIZE
from trilogue.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "MAX_TIMESTAMP",
    "TimestampedSigner",
    "TimestampedVerifier",
    "cosigned_message",
    "split_timestamp",
]

MAX_TIMESTAMP = 2**63 - 1
"""Latest time that a signature may state, in seconds since 1970 (§Format)."""

_LABEL = b"subtree/v1\n\x00"


@dataclass(frozen=True, slots=True)
class TimestampedSigner:
    """Signs the text of a checkpoint at one time, with one key by one algorithm.

    `message` gives what is signed for a time and a text, `make` signs it.
    """

    name: str
    key_id: bytes
    message: Callable[[int, str], bytes]
    make: Callable[[bytes], bytes]
    timestamp: int

    def sign(self, text: str) -> bytes:
        """Return the signature value; raise `FormatError` when the time or text cannot stand."""
        _check_timestamp(self.timestamp)
        signature = self.make(self.message(self.timestamp, text))
        return self.timestamp.to_bytes(8, "big") + signature


@dataclass(frozen=True, slots=True)
class TimestampedVerifier:
    """Verifies the signature of one key by one algorithm over the text of a checkpoint.

    `message` gives what was signed for a time and a text, `check` raises `SignatureError`.
    """

    name: str
    key_id: bytes
    message: Callable[[int, str], bytes]
    check: Callable[[bytes, bytes], None]

    def verify(self, text: str, value: bytes) -> None:
        """Check one signature value; raise `SignatureError` or `FormatError`."""
        timestamp, signature = split_timestamp(value)
        self.check(self.message(timestamp, text), signature)


def cosigned_message(name: str, timestamp: int, origin: str, size: int, root: bytes) -> bytes:
    """Return what ML-DSA-44 signs for a tree of `size` leaves (§ML-DSA-44 signed message).

    Raises `FormatError` when a name, the time or the size cannot be written.
    """
    _check_timestamp(timestamp)
    if not 0 <= size < 2**63 or len(root) != SIZE:
        raise FormatError(f"no tree of {size} leaves has a root hash of {len(root)} bytes")
    return b"".join(
        (
            _LABEL,
            _opaque(name),
            timestamp.to_bytes(8, "big"),
            _opaque(origin),
            bytes(8),
            size.to_bytes(8, "big"),
            root,
        )
    )


def split_timestamp(value: bytes) -> tuple[int, bytes]:
    """Return the time and the signature of a signature line's value; raise `FormatError`."""
    if len(value) <= 8:
        raise FormatError(f"a timestamped signature of {len(value)} bytes")
    timestamp = int.from_bytes(value[:8], "big")
    _check_timestamp(timestamp)
    return timestamp, value[8:]


def _check_timestamp(timestamp: int) -> None:
    """Raise `FormatError` unless the time is one that a signature may state."""
    if not 0 <= timestamp <= MAX_TIMESTAMP:
        raise FormatError(f"not a time in seconds since 1970: {timestamp}")


def _opaque(text: str) -> bytes:
    """Return opaque<1..2^8-1>: one byte of length, then the bytes."""
    data = text.encode()
    if not 1 <= len(data) <= 255:
        raise FormatError(f"a name of {len(data)} bytes where 1 to 255 are allowed")
    return bytes([len(data)]) + data
