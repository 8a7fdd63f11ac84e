"""Passkeys: what an authenticator signs when its owner agrees, and when that holds.

W3C Web Authentication, Level 2 (https://www.w3.org/TR/webauthn-2/); sections below are its own.
An assertion is three strings of bytes:

    client data          JSON by the browser: what was asked, and by which page (§5.8.1)
    authenticator data   SHA-256 of the RP ID (32) || flags (1) || counter (4, big-endian)  (§6.1)
    signature            over authenticator data || SHA-256(client data)  (§6.3.3, figure 4)

`verify_assertion` checks it in the order of §7.2 and says at which step it fails. What is narrower
here than there, because nobody here needs more:

- A key is ES256 (COSE -7, P-256) or EdDSA (COSE -8, Ed25519), in the one encoding that §6.5.1
  leaves open: CTAP2 canonical CBOR, required parameters alone.
- The page is the node's console: `https://RP ID`, any port, or `http://localhost`; not a subdomain,
  not in a frame of another page.
- User present *and* user verified, always: a signature names a person.
- No extensions are asked for and none are taken: an assertion's authenticator data has 37 bytes.
- No attestation: who holds the key is told by whoever vouches for it (`trilogue.protocol.keys`).

The challenge is the caller's. It says what is agreed to, so it is no random number: see
`trilogue.protocol.granting`.

>>> key = CredentialKey.parse(bytes.fromhex(
...     "a4010103272006215820d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
>>> key.algorithm
'EdDSA'
>>> CredentialKey.parse(key.cose + key.cose)
Traceback (most recent call last):
    ...
trilogue.errors.FormatError: neither an ES256 nor an EdDSA key in COSE form: a4010103272006215820…
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Self

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import same, sha256
from trilogue.errors import FormatError, SignatureError
from trilogue.signing.keys import check_ed25519

__all__ = [
    "MOST_CREDENTIAL",
    "Assertion",
    "AuthenticatorData",
    "CredentialKey",
    "Registered",
    "check_rp",
    "parse_authenticator_data",
    "verify_assertion",
    "verify_registration",
]

MOST_CREDENTIAL = 1023
"""Bytes of a credential's identifier at most (Level 3, §7.1 step 25)."""
_MOST_CLIENT_DATA = 2048
_MOST_SIGNATURE = 128

# COSE_Key (RFC 9052 §7, RFC 9053 §7) as CTAP2 orders it: kty, alg, crv, x, y.
_ES256 = bytes.fromhex("a5010203262001215820")  # {1: 2, 3: -7, -1: 1, -2: x(32)
_ES256_Y = bytes.fromhex("225820")  # -3: y(32)}
_EDDSA = bytes.fromhex("a4010103272006215820")  # {1: 1, 3: -8, -1: 6, -2: x(32)}
_COORDINATE = 32

_UP, _UV, _BE, _BS, _AT, _ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80  # §6.1; BE and BS: Level 3
_RESERVED = 0x22
_HEAD = 37
_AAGUID = 16

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_RP = re.compile(rf"(?:{_LABEL}\.)*(?!\d+\Z){_LABEL}\Z")


@dataclass(frozen=True)
class CredentialKey:
    """The public key of a credential; `cose` is the bytes by which it is published."""

    cose: bytes

    def __post_init__(self) -> None:
        self._public()

    @classmethod
    def parse(cls, cose: bytes) -> Self:
        """Read a key from its COSE form (§6.5.1). Raises `FormatError`."""
        return cls(cose)

    @property
    def algorithm(self) -> Literal["ES256", "EdDSA"]:
        """What it signs by."""
        return "ES256" if self.cose.startswith(_ES256) else "EdDSA"

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check a signature (§6.5.6: DER for ES256, 64 bytes for EdDSA); raise `SignatureError`."""
        public = self._public()
        try:
            if isinstance(public, Ed25519PublicKey):
                public.verify(signature, message)
            else:
                _check_der(signature)
                public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise SignatureError(
                f"the {self.algorithm} signature of the passkey does not verify"
            ) from None

    def _public(self) -> ec.EllipticCurvePublicKey | Ed25519PublicKey:
        """Take the key out of the only bytes that may stand around it."""
        cose, x = self.cose, self.cose[len(_ES256) : len(_ES256) + _COORDINATE]
        if cose == _EDDSA + x and len(x) == _COORDINATE:
            check_ed25519(x, "passkey")
            return Ed25519PublicKey.from_public_bytes(x)
        y = cose[-_COORDINATE:]
        if cose == _ES256 + x + _ES256_Y + y and len(x) == len(y) == _COORDINATE:
            try:
                return ec.EllipticCurvePublicNumbers(
                    int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()
                ).public_key()
            except ValueError:
                raise FormatError("an ES256 key that is no point of P-256") from None
        raise FormatError(f"neither an ES256 nor an EdDSA key in COSE form: {cose[:10].hex()}…")


@dataclass(frozen=True)
class Assertion:
    """What came of asking an authenticator to sign."""

    authenticator_data: bytes
    client_data: bytes
    signature: bytes


@dataclass(frozen=True)
class AuthenticatorData:
    """Authenticator data as read. `credential` and `key` stand in it at registration alone."""

    rp_hash: bytes
    flags: int
    counter: int
    credential: bytes | None = None
    key: bytes | None = None


@dataclass(frozen=True)
class Registered:
    """A credential that was just made: what it is called, its key, and its counter."""

    credential: bytes
    key: CredentialKey
    counter: int


class _ClientData(msgspec.Struct, frozen=True, rename="camel"):
    """The client data that are looked at; a reader must be prepared for more (§5.8.1)."""

    type: str
    challenge: str
    origin: str
    cross_origin: bool = False
    top_origin: str | None = None
    token_binding: dict[str, str] | None = None


def check_rp(rp: str) -> None:
    """Raise `FormatError` unless `rp` can be an RP ID (§4): a domain in small letters, no address.

    >>> check_rp("localhost"), check_rp("console.kr.example")
    (None, None)
    >>> check_rp("127.0.0.1")
    Traceback (most recent call last):
        ...
    trilogue.errors.FormatError: '127.0.0.1' is no RP ID (a host name, such as localhost)
    """
    if len(rp) > 253 or not _RP.match(rp):
        raise FormatError(f"{rp[:80]!r} is no RP ID", hint="a host name, such as localhost")


def parse_authenticator_data(data: bytes) -> AuthenticatorData:
    """Read authenticator data (§6.1), to its last byte. Raises `FormatError`.

    The caller owes every check of what it says.
    """
    if len(data) < _HEAD:
        raise FormatError(f"{len(data)} bytes of authenticator data; {_HEAD} at least")
    flags = data[32]
    if flags & _RESERVED:
        raise FormatError(f"reserved flags of authenticator data are set: {flags:#04x}")
    if flags & _BS and not flags & _BE:
        raise FormatError("a passkey that is backed up and cannot be")  # Level 3, §7.2 step 17
    if flags & _ED:
        raise FormatError("extensions in authenticator data: none were asked for")
    counter = int.from_bytes(data[33:_HEAD], "big")
    if not flags & _AT:
        if len(data) != _HEAD:
            raise FormatError(f"{len(data)} bytes of authenticator data where {_HEAD} must stand")
        return AuthenticatorData(data[:32], flags, counter)
    # Attested credential data (§6.5.1): AAGUID, length, identifier, key.
    start = _HEAD + _AAGUID + 2
    size = int.from_bytes(data[start - 2 : start], "big")
    if len(data) < start or not 1 <= size <= MOST_CREDENTIAL or len(data) <= start + size:
        raise FormatError(f"a credential of {size} bytes, or cut off")
    return AuthenticatorData(
        data[:32], flags, counter, data[start : start + size], data[start + size :]
    )


def verify_assertion(
    key: CredentialKey,
    assertion: Assertion,
    *,
    rp: str,
    challenge: bytes,
    origin: str | None = None,
) -> AuthenticatorData:
    """Check an assertion by a credential's key (§7.2); return what the authenticator said.

    `origin` is the very page on which it must have been made, for whoever knows that.
    Raises `FormatError` for what is none, and `SignatureError`, which names the step. The caller
    owes steps 5 to 7, that the credential is its owner's, and step 21, the counter.
    """
    if len(assertion.signature) > _MOST_SIGNATURE:
        raise FormatError(f"a signature of {len(assertion.signature)} bytes")
    said_origin = _check_client_data(
        assertion.client_data, "webauthn.get", challenge, rp, _STEPS_GET
    )
    _check_origin(said_origin, origin, _STEPS_GET)
    said = parse_authenticator_data(assertion.authenticator_data)
    if said.credential is not None:
        raise FormatError("attested credential data in an assertion (WebAuthn §6.1)")
    _check_flags(said, rp, _STEPS_GET)
    signed = assertion.authenticator_data + sha256(assertion.client_data)  # step 19
    try:
        key.verify(signed, assertion.signature)
    except SignatureError as error:
        raise _broken(_STEPS_GET, _STEPS_GET.signature, error.message) from None
    return said


def verify_registration(
    client_data: bytes,
    authenticator_data: bytes,
    *,
    rp: str,
    challenge: bytes,
    origin: str | None = None,
) -> Registered:
    """Check a registration without attestation (§7.1); return the credential.

    Raises `FormatError` for what is none, and `SignatureError`, which names the step. The caller
    owes step 22, that nobody has the credential yet. Nothing is signed here: that its owner is who
    it says, somebody must vouch for.
    """
    said_origin = _check_client_data(client_data, "webauthn.create", challenge, rp, _STEPS_CREATE)
    _check_origin(said_origin, origin, _STEPS_CREATE)
    said = parse_authenticator_data(authenticator_data)
    _check_flags(said, rp, _STEPS_CREATE)
    if said.credential is None or said.key is None:
        raise FormatError("a registration without a credential (WebAuthn §6.5.1)")
    return Registered(said.credential, CredentialKey.parse(said.key), said.counter)


@dataclass(frozen=True)
class _Steps:
    """How the steps are numbered in §7.2, or in §7.1."""

    section: str
    type: int
    challenge: int
    origin: int
    binding: int
    rp: int
    present: int
    verified: int
    signature: int


_STEPS_GET = _Steps("7.2", 11, 12, 13, 14, 15, 16, 17, 20)
_STEPS_CREATE = _Steps("7.1", 7, 8, 9, 10, 13, 14, 15, 19)


def _check_client_data(data: bytes, kind: str, challenge: bytes, rp: str, steps: _Steps) -> str:
    """Check what every reader can, and return the origin."""
    if len(data) > _MOST_CLIENT_DATA:
        raise FormatError(f"{len(data)} bytes of client data; at most {_MOST_CLIENT_DATA}")
    try:
        said = msgspec.convert(canonical.loads(data), _ClientData)
    except msgspec.ValidationError as error:
        raise FormatError(f"client data of another shape: {error}") from error
    if said.type != kind:
        raise _broken(steps, steps.type, f"made for {said.type[:40]!r}, not for {kind!r}")
    if not same(said.challenge.encode("utf-8", "replace"), base64.encode_url(challenge).encode()):
        raise _broken(steps, steps.challenge, "something else was signed")
    if not _is_of(said.origin, rp):
        raise _broken(steps, steps.origin, f"made on {said.origin[:80]!r}, which is not {rp}'s")
    if said.cross_origin or said.top_origin is not None:
        raise _broken(steps, steps.origin, "made in a frame of another page")
    if (said.token_binding or {}).get("status") == "present":
        raise _broken(steps, steps.binding, "bound to a connection that nobody here knows")
    return said.origin


def _check_origin(said: str, wanted: str | None, steps: _Steps) -> None:
    if wanted is not None and said != wanted:
        raise _broken(steps, steps.origin, f"made on {said}, not on {wanted}")


def _check_flags(said: AuthenticatorData, rp: str, steps: _Steps) -> None:
    if not same(said.rp_hash, sha256(rp.encode())):
        raise _broken(steps, steps.rp, f"made for another RP ID than {rp}")
    if not said.flags & _UP:
        raise _broken(steps, steps.present, "nobody was present")
    if not said.flags & _UV:
        raise _broken(steps, steps.verified, "the authenticator did not verify who was present")


def _is_of(origin: str, rp: str) -> bool:
    """Whether an origin is a page of `rp` itself, over TLS or on this machine."""
    scheme, _, rest = origin.partition("://")
    host, colon, port = rest.partition(":")
    if host != rp or (colon and not re.fullmatch(r"[1-9][0-9]{0,4}", port, re.ASCII)):
        return False
    return scheme == "https" or (scheme == "http" and rp == "localhost")


def _check_der(signature: bytes) -> None:
    """Refuse a DER signature that is spelled otherwise than its numbers are."""
    try:
        spelled = encode_dss_signature(*decode_dss_signature(signature))
    except ValueError:
        spelled = b""
    if spelled != signature:
        raise SignatureError("the ES256 signature of the passkey is not DER")


def _broken(steps: _Steps, step: int, what: str) -> SignatureError:
    return SignatureError(f"passkey: {what} (WebAuthn §{steps.section} step {step})")
