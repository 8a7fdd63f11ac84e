"""The hybrid pair: one name, an Ed25519 key (RFC 8032) and an ML-DSA-44 key (FIPS 204).

A public key is written as two verifier keys (`trilogue.signing.vkeys`). The type of the Ed25519
key is 0x01. C2SP assigns no type to ML-DSA-44 over the text of a note, so its type is 0xff, which
C2SP reserves for such a use, and the identifier ``trilogue/v1/ml-dsa-44``. (Checkpoints carry
ML-DSA-44 as C2SP does define it, type 0x06: see `trilogue.tlog.checkpoint`.)

>>> secret = SecretKey.from_seeds("example.org/kr", bytes(32), bytes(32))
>>> secret
SecretKey('example.org/kr')
>>> secret.public.vkeys()[0]
'example.org/kr+d0c53692+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop'
>>> verify_text(secret.public, sign_text(secret, "in force\\n"))
'in force\\n'
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from trilogue.errors import FormatError, InputError, SignatureError
from trilogue.signing.note import check_name, parse_note, sign_note, verify_note
from trilogue.signing.vkeys import format_vkey, key_id, parse_vkey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "ED25519",
    "MLDSA44",
    "SUITE",
    "PublicKey",
    "SecretKey",
    "TextSigner",
    "TextVerifier",
    "check_ed25519",
    "sign_text",
    "verify_text",
]

SUITE = "ed25519+mldsa44"
"""The suite that an arrangement names: both signatures stand on a note, and both must verify."""

ED25519 = b"\x01"
MLDSA44 = b"\xfftrilogue/v1/ml-dsa-44"

_SEED_SIZE = 32
_ED25519_SIZE = 32
_MLDSA44_SIZE = 1312

_COSIGNATURE = "cosignature/v1\n"

_P = 2**255 - 19
_SMALL_ORDER = frozenset(
    int.from_bytes(bytes.fromhex(y), "little")
    for y in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)
"""The y-coordinates of the eight points of small order on edwards25519."""


def check_ed25519(key: bytes, name: str) -> None:
    """Raise `FormatError` for 32 bytes that are a point of small order, or not its one encoding."""
    y = int.from_bytes(key, "little") & (2**255 - 1)  # the top bit is the sign of x
    if y >= _P or y in _SMALL_ORDER:
        raise FormatError(f"an Ed25519 key under which anyone could sign: {name!r}")


@dataclass(frozen=True)
class PublicKey:
    """What others know of a hybrid pair: `ed25519` is 32 bytes, `mldsa44` is 1312.

    Raises `FormatError` when the name cannot stand on a note, a key has another length, or the
    Ed25519 key is a point of small order or not in its one encoding: signatures that its owner
    never made would verify, and whoever published it could deny its own.
    """

    name: str
    ed25519: bytes
    mldsa44: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if (len(self.ed25519), len(self.mldsa44)) != (_ED25519_SIZE, _MLDSA44_SIZE):
            raise FormatError(
                f"keys of {len(self.ed25519)} and {len(self.mldsa44)} bytes"
                f" where {_ED25519_SIZE} and {_MLDSA44_SIZE} must stand"
            )
        check_ed25519(self.ed25519, self.name)

    @classmethod
    def parse(cls, vkeys: Sequence[str]) -> PublicKey:
        """Read the Ed25519 and the ML-DSA-44 verifier key of one name; raise `FormatError`."""
        return _parsed(tuple(vkeys))

    def vkeys(self) -> tuple[str, str]:
        """Return the two verifier keys as text, Ed25519 first."""
        return (
            format_vkey(self.name, ED25519, self.ed25519),
            format_vkey(self.name, MLDSA44, self.mldsa44),
        )

    def verify_ed25519(self, message: bytes, signature: bytes) -> None:
        """Check a bare Ed25519 signature (64 bytes); raise `SignatureError`."""
        try:
            self._ed25519.verify(signature, message)
        except InvalidSignature:
            raise SignatureError(f"Ed25519 signature of {self.name} does not verify") from None

    def verify_mldsa44(self, message: bytes, signature: bytes) -> None:
        """Check a bare ML-DSA-44 signature (2420 bytes); raise `SignatureError`.

        FIPS 204 pure mode with an empty context.
        """
        try:
            self._mldsa44.verify(signature, message)
        except InvalidSignature:
            raise SignatureError(f"ML-DSA-44 signature of {self.name} does not verify") from None

    @cached_property
    def note_verifiers(self) -> tuple[TextVerifier, TextVerifier]:
        """What verifies the two signatures of a note, Ed25519 first."""
        return (
            TextVerifier(self.name, key_id(self.name, ED25519, self.ed25519), self.verify_ed25519),
            TextVerifier(self.name, key_id(self.name, MLDSA44, self.mldsa44), self.verify_mldsa44),
        )

    @cached_property
    def _ed25519(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.ed25519)

    @cached_property
    def _mldsa44(self) -> MLDSA44PublicKey:
        return MLDSA44PublicKey.from_public_bytes(self.mldsa44)


@lru_cache(maxsize=64)
def _parsed(vkeys: tuple[str, ...]) -> PublicKey:
    """Read a pair of verifier keys: a few verify all that is heard, each time anew."""
    if len(vkeys) != 2:
        raise FormatError(f"{len(vkeys)} verifier keys where Ed25519 and ML-DSA-44 must stand")
    name, ed25519 = parse_vkey(vkeys[0], ED25519)
    other, mldsa44 = parse_vkey(vkeys[1], MLDSA44)
    if name != other:
        raise FormatError(f"verifier keys of two names: {name!r} and {other!r}")
    return PublicKey(name, ed25519, mldsa44)


class SecretKey:
    """The secret half of a hybrid pair. Its representation shows the name alone."""

    __slots__ = ("_ed25519", "_mldsa44", "public")

    def __init__(self, name: str, ed25519: Ed25519PrivateKey, mldsa44: MLDSA44PrivateKey) -> None:
        self._ed25519 = ed25519
        self._mldsa44 = mldsa44
        self.public = PublicKey(
            name,
            ed25519.public_key().public_bytes_raw(),
            mldsa44.public_key().public_bytes_raw(),
        )

    @classmethod
    def generate(cls, name: str) -> Self:
        """Return a fresh pair under `name`."""
        return cls(name, Ed25519PrivateKey.generate(), MLDSA44PrivateKey.generate())

    @classmethod
    def from_seeds(cls, name: str, ed25519_seed: bytes, mldsa_seed: bytes) -> Self:
        """Return the pair of two seeds of 32 bytes (RFC 8032 §5.1.5, FIPS 204 algorithm 6).

        Raises `InputError`.
        """
        if len(ed25519_seed) != _SEED_SIZE or len(mldsa_seed) != _SEED_SIZE:
            raise InputError(f"a seed is {_SEED_SIZE} bytes")
        return cls(
            name,
            Ed25519PrivateKey.from_private_bytes(ed25519_seed),
            MLDSA44PrivateKey.from_seed_bytes(mldsa_seed),
        )

    @property
    def name(self) -> str:
        """The key name that stands on signature lines."""
        return self.public.name

    def seeds(self) -> tuple[bytes, bytes]:
        """Return the Ed25519 and the ML-DSA-44 seed, for keeping them at rest."""
        return self._ed25519.private_bytes_raw(), self._mldsa44.private_bytes_raw()

    def sign_ed25519(self, message: bytes) -> bytes:
        """Return a bare Ed25519 signature, 64 bytes. The message carries its own domain."""
        return self._ed25519.sign(message)

    def sign_mldsa44(self, message: bytes) -> bytes:
        """Return a bare ML-DSA-44 signature, 2420 bytes. The message carries its own domain."""
        return self._mldsa44.sign(message)

    def note_signers(self) -> tuple[TextSigner, TextSigner]:
        """Return what makes the two signatures of a note, Ed25519 first."""
        name, public = self.name, self.public
        return (
            TextSigner(name, key_id(name, ED25519, public.ed25519), self.sign_ed25519),
            TextSigner(name, key_id(name, MLDSA44, public.mldsa44), self.sign_mldsa44),
        )

    def __repr__(self) -> str:
        return f"SecretKey({self.name!r})"


@dataclass(frozen=True, slots=True)
class TextVerifier:
    """Verifies one algorithm's signature over the text of a note."""

    name: str
    key_id: bytes
    check: Callable[[bytes, bytes], None]

    def verify(self, text: str, value: bytes) -> None:
        """Check one signature value; raise `SignatureError`."""
        if text.startswith(_COSIGNATURE):
            raise SignatureError("the text of this note reads as a cosignature")
        self.check(text.encode(), value)


@dataclass(frozen=True, slots=True)
class TextSigner:
    """Makes one algorithm's signature over the text of a note."""

    name: str
    key_id: bytes
    make: Callable[[bytes], bytes]

    def sign(self, text: str) -> bytes:
        """Return the signature value; raise `InputError` for a text that reads as a cosignature."""
        # A cosignature is Ed25519 over "cosignature/v1", a newline and more. The same key makes
        # those, so it signs no note that reads as one. (ML-DSA-44 cosignatures hold a zero byte,
        # which no note does.)
        if text.startswith(_COSIGNATURE):
            raise InputError("the text of a note must not begin with the line cosignature/v1")
        return self.make(text.encode())


def sign_text(secret: SecretKey, text: str) -> str:
    """Return the note of `text` signed by both keys of the pair.

    Raises `InputError` when the text cannot be the text of a note.
    """
    return sign_note(text, secret.note_signers())


def verify_text(public: PublicKey, note: str | bytes) -> str:
    """Return the text of a note when both keys of the pair signed it.

    Raises `FormatError` when it is no note and `SignatureError` when a signature is missing or
    does not verify.
    """
    return verify_note(parse_note(note), public.note_verifiers).text
