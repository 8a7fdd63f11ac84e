"""A portion's content under its own key: AES-256-GCM (NIST SP 800-38D), the key used once.

    ciphertext = AES-256-GCM(key, nonce = 12 zero bytes, plaintext, "trilogue/v1/portion\\n")

The 16-byte tag stands at the end of the ciphertext.

The nonce is fixed at zero because the key is fresh: GCM must never see one pair of key and nonce
with two inputs (SP 800-38D §8), and a key that seals one plaintext makes one pair whatever the
nonce is. `seal_portion` draws the key itself, so that no caller can use one twice.

GCM does not commit to its key: two keys may open one ciphertext to two contents. The header of a
portion therefore carries a commitment to the plaintext, which the caller owes to compare.

>>> sealed = seal_portion(b"arrival P 00:30:01.353")
>>> open_portion(sealed.key, sealed.ciphertext)
b'arrival P 00:30:01.353'
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trilogue.errors import OpeningError
from trilogue.sealing.hidden import Hidden

__all__ = ["KEY_SIZE", "OVERHEAD", "SealedPortion", "open_portion", "seal_portion"]

KEY_SIZE = 32
"""Length of a portion's key in bytes."""

OVERHEAD = 16
"""How many bytes a ciphertext is longer than its plaintext."""

_NONCE = bytes(12)
_CONTEXT = b"trilogue/v1/portion\n"


@dataclass(frozen=True, slots=True, repr=False)
class SealedPortion(Hidden):
    """A ciphertext and the key that opens it. The representation does not show the key."""

    key: bytes
    ciphertext: bytes


def seal_portion(plaintext: bytes) -> SealedPortion:
    """Seal `plaintext` under a fresh key of 32 bytes."""
    key = secrets.token_bytes(KEY_SIZE)
    return SealedPortion(key, AESGCM(key).encrypt(_NONCE, plaintext, _CONTEXT))


def open_portion(key: bytes, ciphertext: bytes) -> bytes:
    """Return the plaintext of a sealed portion; raise `OpeningError`.

    The caller still owes the comparison with the plaintext commitment of the header.
    """
    if len(key) != KEY_SIZE:
        raise OpeningError(f"a portion's key of {len(key)} bytes where {KEY_SIZE} must stand")
    try:
        return AESGCM(key).decrypt(_NONCE, ciphertext, _CONTEXT)
    except InvalidTag:
        raise OpeningError("the portion does not open with this key") from None
