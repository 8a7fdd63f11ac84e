"""Digests and commitments: SHA-256 with the purpose written first, so that none serves for two.

A digest is 32 bytes; on the wire it is base64.

>>> Domain.STATEMENT
b'trilogue/v1/statement\\n'
>>> commit(Domain.STATEMENT, b"{}").hex()[:16]
'c867c5d9c476379d'
"""

from __future__ import annotations

import hashlib
import hmac

__all__ = ["SIZE", "Domain", "commit", "same", "sha256"]

SIZE = 32
"""Length of a digest in bytes."""


class Domain:
    """What a digest is of. Each is a prefix of the hashed bytes, ended by a newline."""

    STATEMENT = b"trilogue/v1/statement\n"
    """The commitment in a leaf; the statement's own salt hides it."""
    HEADER = b"trilogue/v1/portion-header\n"
    """A portion's digest in a report; the header's own salt hides it."""
    PLAINTEXT = b"trilogue/v1/plaintext\n"
    """The commitment to a portion's content, salted by its header."""
    CIPHERTEXT = b"trilogue/v1/ciphertext\n"
    BOX = b"trilogue/v1/box\n"
    """A bundle of keys sealed to one participant."""
    ARRANGEMENT = b"trilogue/v1/arrangement\n"
    KEYS = b"trilogue/v1/keys\n"
    EXTENT = b"trilogue/v1/extent\n"
    REFUSAL = b"trilogue/v1/refusal\n"


def same(one: bytes, other: bytes) -> bool:
    """Say whether two digests are equal, in a time that does not tell where they differ.

    One of them came from outside, and what it is compared with may be of something secret: every
    comparison of digests, commitments and hashes goes this way, so that none has to be argued.

    >>> same(sha256(b"a"), sha256(b"a")), same(sha256(b"a"), sha256(b"b"))
    (True, False)
    """
    return hmac.compare_digest(one, other)


def sha256(data: bytes) -> bytes:
    """Return the plain SHA-256 of `data`."""
    return hashlib.sha256(data).digest()


def commit(domain: bytes, *parts: bytes) -> bytes:
    """Return SHA-256 over `domain` and the parts in order.

    Parts of varying length must be self-delimiting or stand last.
    """
    hasher = hashlib.sha256(domain)
    for part in parts:
        hasher.update(part)
    return hasher.digest()
