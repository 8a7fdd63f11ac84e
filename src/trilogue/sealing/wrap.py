"""A key kept at rest under a wrapping key: AES-256-GCM with a random nonce.

    wrapped = nonce (12 bytes) || ciphertext || tag (16 bytes)

`context` says what the wrapped bytes are and where they belong. It is authenticated and not
stored, so that a row moved to another place no longer opens. Erasing the wrapping key shreds all
that it wraps.

A random nonce of 96 bits serves one wrapping key for up to 2^32 wraps (SP 800-38D §8.3).

>>> kept = wrap(bytes(32), b"a portion's key", b"KR/17/0")
>>> unwrap(bytes(32), kept, b"KR/17/0")
b"a portion's key"
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trilogue.errors import InputError, OpeningError

__all__ = ["KEY_SIZE", "unwrap", "wrap"]

KEY_SIZE = 32
"""Length of a wrapping key in bytes."""

_NONCE_SIZE = 12
_TAG_SIZE = 16


def wrap(wrapping_key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Return `plaintext` under the wrapping key, bound to `context`.

    Raises `InputError` when the wrapping key is not 32 bytes.
    """
    nonce = secrets.token_bytes(_NONCE_SIZE)
    return nonce + _cipher(wrapping_key).encrypt(nonce, plaintext, context)


def unwrap(wrapping_key: bytes, wrapped: bytes, context: bytes) -> bytes:
    """Return what `wrap` kept under the same key and context.

    Raises `OpeningError`, and `InputError` when the wrapping key is not 32 bytes.
    """
    cipher = _cipher(wrapping_key)
    if len(wrapped) < _NONCE_SIZE + _TAG_SIZE:
        raise OpeningError(f"{len(wrapped)} bytes are too short to be a wrapped key")
    try:
        return cipher.decrypt(wrapped[:_NONCE_SIZE], wrapped[_NONCE_SIZE:], context)
    except InvalidTag:
        raise OpeningError("the wrapped key does not open with this key and context") from None


def _cipher(wrapping_key: bytes) -> AESGCM:
    if len(wrapping_key) != KEY_SIZE:
        raise InputError(f"a wrapping key of {len(wrapping_key)} bytes where {KEY_SIZE} must stand")
    return AESGCM(wrapping_key)
