"""A box: bytes sealed to one participant by HPKE (RFC 9180), base mode, single shot.

    box = encapsulation (1120 bytes) || ciphertext || tag (16 bytes)

The suite is MLKEM768-X25519 (KEM 0x647a, draft-ietf-hpke-pq), HKDF-SHA256 (KDF 0x0001) and
AES-256-GCM (AEAD 0x0002): an attacker must break ML-KEM-768 *and* X25519 to open a box.

`info` says what the box is for (which grant, which recipient); the same bytes must be given to
open it. There is no further associated data. Base mode does not say who sealed the box: the
sealer is known by the statement that names the box's digest.

>>> secret = SealingSecret.generate()
>>> box = seal_box(b"a portion's key", secret.public, b"grant KR/17 to JP")
>>> open_box(box, secret, b"grant KR/17 to JP")
b"a portion's key"
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from trilogue.errors import FormatError, InputError, OpeningError

__all__ = ["OVERHEAD", "SealingPublic", "SealingSecret", "open_box", "seal_box"]

OVERHEAD = 1120 + 16
"""How many bytes a box is longer than its plaintext: encapsulation and tag."""

_MLKEM_PUBLIC = 1184
_MLKEM_SEED = 64
_X25519 = 32

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True)
class SealingPublic:
    """The public half of a sealing key: `mlkem` is 1184 bytes, `x25519` is 32."""

    mlkem: bytes
    x25519: bytes

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read ML-KEM-768 key || X25519 key, 1216 bytes.

        Raises `FormatError`, also when the ML-KEM key is not one (FIPS 203 §7.2).
        """
        if len(data) != _MLKEM_PUBLIC + _X25519:
            raise FormatError(
                f"a sealing key of {len(data)} bytes where {_MLKEM_PUBLIC + _X25519} must stand"
            )
        public = cls(data[:_MLKEM_PUBLIC], data[_MLKEM_PUBLIC:])
        try:
            public.key  # noqa: B018 - loading checks the ML-KEM key
        except ValueError as error:
            raise FormatError(f"not a sealing key: {error}") from error
        return public

    def to_bytes(self) -> bytes:
        """Return ML-KEM-768 key || X25519 key, 1216 bytes."""
        return self.mlkem + self.x25519

    @cached_property
    def key(self) -> MLKEM768X25519PublicKey:
        """The key as `cryptography` knows it."""
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.mlkem),
            X25519PublicKey.from_public_bytes(self.x25519),
        )


class SealingSecret:
    """The secret half of a sealing key. Its representation shows nothing of it."""

    __slots__ = ("_mlkem", "_x25519", "key", "public")

    def __init__(self, mlkem: MLKEM768PrivateKey, x25519: X25519PrivateKey) -> None:
        self._mlkem = mlkem
        self._x25519 = x25519
        self.key = MLKEM768X25519PrivateKey(mlkem, x25519)
        self.public = SealingPublic(
            mlkem.public_key().public_bytes_raw(), x25519.public_key().public_bytes_raw()
        )

    @classmethod
    def generate(cls) -> Self:
        """Return a fresh sealing key."""
        return cls(MLKEM768PrivateKey.generate(), X25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read ML-KEM-768 seed (64 bytes, d || z) || X25519 key (32 bytes); raise `InputError`."""
        if len(data) != _MLKEM_SEED + _X25519:
            raise InputError(f"a sealing secret is {_MLKEM_SEED + _X25519} bytes")
        return cls(
            MLKEM768PrivateKey.from_seed_bytes(data[:_MLKEM_SEED]),
            X25519PrivateKey.from_private_bytes(data[_MLKEM_SEED:]),
        )

    def to_bytes(self) -> bytes:
        """Return the 96 bytes that `from_bytes` reads, for keeping them at rest."""
        return self._mlkem.private_bytes_raw() + self._x25519.private_bytes_raw()

    def __repr__(self) -> str:
        return "SealingSecret(…)"


def seal_box(plaintext: bytes, public: SealingPublic, info: bytes) -> bytes:
    """Seal `plaintext` to the holder of the secret half.

    Raises `FormatError` when the recipient's X25519 key is a point of small order, which would
    give a shared secret known to all (RFC 9180 §7.1.4).
    """
    try:
        return _SUITE.encrypt(plaintext, public.key, info)
    except ValueError as error:
        raise FormatError(f"nothing can be sealed to this key: {error}") from error


def open_box(box: bytes, secret: SealingSecret, info: bytes) -> bytes:
    """Return the plaintext of a box that was sealed to `secret` with the same `info`.

    Raises `OpeningError`, with one message for every cause: which one it was is for nobody.
    """
    try:
        return _SUITE.decrypt(box, secret.key, info)
    except (InvalidTag, ValueError):
        raise OpeningError("the box does not open with this key and info") from None
