"""What a provider says of who somebody is: ID tokens, their claims, its keys; and an attempt."""

from __future__ import annotations

import json

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fuzz.target import target
from trilogue.errors import FormatError
from trilogue.node.oidc.attempt import Attempt
from trilogue.node.oidc.id_token import ALGORITHMS, IdTokenError, read_keys, verify
from trilogue.node.oidc.settings import OidcSettings
from trilogue.node.problem import UnknownCallerError
from trilogue.node.tokens import NAME

AT = "2017-11-28T18:00:00.000Z"
ATTEMPT = Attempt(begun=AT, secret="not-so-secret", to="/desk")
SETTINGS = OidcSettings(
    issuer="https://login.example",
    client_id="trilogue-kr",
    name="preferred_username",
    roles="groups",
    values={"kr-analysts": ("analyst",)},
)
OWNER = Ed25519PrivateKey.from_private_bytes(bytes(32))
JWK = {
    **jwt.get_algorithm_by_name("EdDSA").to_jwk(OWNER.public_key(), as_dict=True),
    "kid": "of-the-provider",
}
KEYS = read_keys(json.dumps({"keys": [JWK]}).encode())
CLAIMS = {
    "iss": SETTINGS.issuer,
    "aud": [SETTINGS.client_id],
    "sub": "7f3a",
    "iat": 1511892000,
    "exp": 1511892300,
    "nonce": ATTEMPT.nonce,
    "preferred_username": "kim-ju",
    "groups": ["kr-analysts", "chess-club"],
}


def signed(claims: bytes) -> str:
    """Return an ID token with these bytes for its claims."""
    header = {"kid": "of-the-provider"}
    return jwt.PyJWS().encode(claims, OWNER, algorithm="EdDSA", headers=header)


@target(IdTokenError)
def id_token(data: bytes) -> None:
    """Whatever is shown, it counts when the provider's key signed it."""
    token = data.decode("latin-1")
    verify(token, KEYS, SETTINGS, ATTEMPT, at=AT)
    OWNER.public_key().verify(
        jwt.utils.base64url_decode(token.rpartition(".")[2]), token.rpartition(".")[0].encode()
    )


@target(IdTokenError)
def claims(data: bytes) -> None:
    """Whatever a provider signs, it names somebody in a role, or nobody gets in."""
    who = verify(signed(data), KEYS, SETTINGS, ATTEMPT, at=AT)
    said = json.loads(data)
    assert (said["iss"], said["nonce"]) == (SETTINGS.issuer, ATTEMPT.nonce)
    assert NAME.fullmatch(who.name)
    assert who.roles
    assert "kr-analysts" in said["groups"]


@target(FormatError)
def jwk_set(data: bytes) -> None:
    """A set gives keys that may sign, each under one name."""
    for kid, key in read_keys(data).items():
        assert (key.key_id, key.algorithm_name in ALGORITHMS) == (kid, True)


@target(UnknownCallerError)
def attempt(data: bytes) -> None:
    """A cookie has one spelling."""
    text = data.decode("latin-1")
    assert Attempt.parse(text, AT).cookie == text
