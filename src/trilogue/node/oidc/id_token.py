"""The ID token: what a provider says of whoever signed in, and how it is believed.

Verification (OpenID Connect Core 1.0 section 3.1.3.7) is numbered; each step fails closed:

    0  shape        three parts, of bounded size, JSON without a key named twice
    1  algorithm    RS256, ES256 or EdDSA; nothing critical that is not understood
    2  key          the provider's own, named by `kid`, of the kind that the algorithm takes
    3  signature
    4  issuer       the very one of the settings
    5  audience     this client; among others only when it was made for this one (`azp`)
    6  time         issued during this attempt, not run out, not of the future, within a minute
    7  nonce        this attempt's
    8  person       a subject, and a name that may stand in a register
    9  roles        at least one value that the settings give a role

It does no I/O and reads no clock. The caller owes: that the token came from the provider's token
endpoint, and that an attempt is used once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from jwt.exceptions import PyJWTError

from trilogue.encoding import canonical, instant
from trilogue.encoding.digest import same
from trilogue.errors import FormatError
from trilogue.node.oidc.attempt import LEEWAY_SECONDS, Attempt
from trilogue.node.oidc.settings import OidcSettings
from trilogue.node.problem import UnknownCallerError
from trilogue.node.tokens import NAME, Role

__all__ = [
    "ALGORITHMS",
    "IdTokenError",
    "Identity",
    "Keys",
    "UnknownKeyError",
    "read_keys",
    "verify",
]

ALGORITHMS = ("RS256", "ES256", "EdDSA")
LONGEST_TOKEN = 16_384
MOST_KEYS = 64
MOST_VALUES = 1_000
"""Values of the claim for roles."""

_SUBJECT = re.compile(r"[ -~]{1,255}", re.ASCII)  # Core section 2: 255 ASCII characters
_jws = jwt.PyJWS(options={"verify_signature": True, "enforce_minimum_key_length": True})

Keys = Mapping[str, jwt.PyJWK]
"""A provider's keys by their `kid`."""


class IdTokenError(UnknownCallerError):
    """The provider's ID token does not verify. `step` is the step that failed."""

    def __init__(self, step: int, message: str, *, hint: str = "sign in again") -> None:
        super().__init__(f"step {step}: {message}", hint=hint)
        self.step = step


class UnknownKeyError(IdTokenError):
    """The key is none of those that are known: the provider may have changed its keys since."""


@dataclass(frozen=True)
class Identity:
    """Who somebody is, as the provider says and as the settings read it."""

    issuer: str
    subject: str
    name: str
    roles: frozenset[Role]
    until: str
    """When the ID token runs out."""


def read_keys(data: bytes) -> Keys:
    """Read a JWK set (RFC 7517) and return the keys that may sign. Raises `FormatError`.

    Keys of other kinds, for other uses or without `kid` are left out: a set may hold them.
    """
    value = canonical.loads(data)
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list) or len(keys) > MOST_KEYS:
        raise FormatError(f"not a JWK set of at most {MOST_KEYS} keys")
    found: dict[str, jwt.PyJWK] = {}
    for one in keys:
        kid = one.get("kid") if isinstance(one, dict) else None
        if not isinstance(kid, str) or one.get("use", "sig") != "sig" or "d" in one:
            continue
        if kid in found:
            raise FormatError("two keys of the JWK set have one kid")
        try:
            key = jwt.PyJWK(one)
        except (PyJWTError, ValueError, TypeError, AttributeError):
            continue
        if key.algorithm_name in ALGORITHMS:
            found[kid] = key
    return found


def verify(
    token: str, keys: Keys, settings: OidcSettings, attempt: Attempt, *, at: str
) -> Identity:
    """Return whom an ID token names. Raises `IdTokenError`, or `UnknownKeyError` for the key."""
    claims = _signed(token, keys)
    now, begun = _seconds(at), _seconds(attempt.begun)

    # (4) issuer
    if claims.get("iss") != settings.issuer:
        raise IdTokenError(4, "the ID token is another issuer's")

    # (5) audience
    aud = claims.get("aud")
    audience = [aud] if isinstance(aud, str) else aud
    if not isinstance(audience, list) or settings.client_id not in audience:
        raise IdTokenError(5, "the ID token is not for this node")
    azp = claims.get("azp", settings.client_id if len(audience) == 1 else None)
    if azp != settings.client_id:
        raise IdTokenError(5, "the ID token was made for another client (azp)")

    # (6) time
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    if expires <= now - LEEWAY_SECONDS:
        raise IdTokenError(6, "the ID token has run out")
    if issued > now + LEEWAY_SECONDS:
        raise IdTokenError(6, "the ID token is of the future", hint="do the clocks agree?")
    if issued < begun - LEEWAY_SECONDS:
        raise IdTokenError(6, "the ID token is older than this attempt to sign in")
    if "nbf" in claims and _time(claims, "nbf") > now + LEEWAY_SECONDS:
        raise IdTokenError(6, "the ID token is not valid yet", hint="do the clocks agree?")

    # (7) nonce
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not same(nonce.encode(), attempt.nonce.encode()):
        raise IdTokenError(7, "the ID token was made for another attempt to sign in (nonce)")

    # (8) person
    subject, name = claims.get("sub"), claims.get(settings.name)
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise IdTokenError(8, "the ID token names no subject")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise IdTokenError(
            8,
            f"the claim {settings.name!r} of the ID token is no name that a register may hold",
            hint="it has to be 1 to 40 letters, digits and '-'; an administrator sets oidc.name",
        )

    # (9) roles
    roles = _roles(claims.get(settings.roles), settings)
    if not roles:
        raise IdTokenError(
            9,
            f"the claim {settings.roles!r} of the ID token gives {name} no role here",
            hint="have yourself added at the provider, or oidc.values changed",
        )
    return Identity(settings.issuer, subject, name, roles, _instant(min(expires, now + 86_400)))


def _signed(token: str, keys: Keys) -> dict[str, Any]:
    """Return the claims that the provider signed: steps 0 to 3."""
    # (0) shape
    if len(token) > LONGEST_TOKEN or not token.isascii() or token.count(".") != 2:
        raise IdTokenError(0, "that is no ID token")
    try:
        header = _jws.get_unverified_header(token)
    except (PyJWTError, ValueError, RecursionError) as error:
        raise IdTokenError(0, "the head of the ID token does not read") from error

    # (1) algorithm
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise IdTokenError(1, f"the ID token is not signed with {', '.join(ALGORITHMS)}")
    if "crit" in header or "b64" in header:
        raise IdTokenError(1, "the ID token asks for what is not understood (crit)")

    # (2) key
    key = keys.get(header.get("kid", ""))
    if key is None:
        raise UnknownKeyError(2, "the ID token is signed by no key that the provider publishes")
    if key.algorithm_name != algorithm:
        raise IdTokenError(2, "the ID token's key is for another algorithm")

    # (3) signature
    try:
        payload: bytes = _jws.decode_complete(token, key, list(ALGORITHMS))["payload"]
    except (PyJWTError, ValueError) as error:
        raise IdTokenError(3, "the signature of the ID token does not hold") from error
    try:
        claims = canonical.loads(payload)
    except FormatError as error:
        raise IdTokenError(0, "the ID token holds no JSON that reads one way") from error
    if not isinstance(claims, dict):
        raise IdTokenError(0, "the ID token holds no claims")
    return claims


def _roles(given: Any, settings: OidcSettings) -> frozenset[Role]:
    values = [given] if isinstance(given, str) else given
    if not isinstance(values, list) or len(values) > MOST_VALUES:
        return frozenset()
    known = (settings.values.get(one, ()) for one in values if isinstance(one, str))
    return frozenset(Role(role) for roles in known for role in roles)


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 2**40:
        raise IdTokenError(6, f"the ID token does not say when ({name})")
    return value


def _seconds(at: str) -> float:
    return instant.to_datetime(at).timestamp()


def _instant(seconds: float) -> str:
    return instant.from_datetime(datetime.fromtimestamp(seconds, UTC))
