"""An OpenID Connect provider in memory, which keeps the rules unless a test has it break one.

    provider = FakeProvider(clock)
    way = provider.sign_on()                      what a node is given
    answer = provider.authorize(location)         what a browser brings back
    provider.claims["aud"] = "somebody-else"      … and what the next ID token says instead

It is a `Fetch`: no network is between. Codes serve once and are bound to redirect and challenge.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from trilogue.encoding import instant
from trilogue.node.oidc.settings import OidcSettings
from trilogue.node.oidc.sign_on import SignOn

ISSUER = "https://login.example/realms/kr"
CLIENT = "trilogue-kr"
SECRET = "a secret: of two+parts"
ADDRESS = "http://testserver.local"
VALUES = {
    "kr-analysts": ("analyst",),
    "kr-release": ("analyst", "release-officer"),
    "kr-admin": ("administrator",),
}
SETTINGS = OidcSettings(
    issuer=ISSUER,
    client_id=CLIENT,
    name="preferred_username",
    roles="groups",
    values=VALUES,
    scopes=("profile", "groups"),
)
PERSON = {"sub": "7f3a", "preferred_username": "kim-ju", "groups": ["kr-analysts", "chess-club"]}

KEYS: dict[str, Any] = {
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
"""One key for each algorithm, made once: RSA takes its time."""


def public(algorithm: str, key: Any, kid: str, **members: Any) -> dict[str, Any]:
    """Return a key as a JWK."""
    made = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    return {**made, "kid": kid, "alg": algorithm, "use": "sig", **members}


class FakeProvider:
    """One provider; `algorithm` and `kid` say how it signs, `claims` what it says otherwise."""

    def __init__(self, clock: Callable[[], str]) -> None:
        self.clock = clock
        self.algorithm = "RS256"
        self.kid = "RS256"
        self.header: dict[str, Any] = {}
        self.person: dict[str, Any] = dict(PERSON)
        self.claims: dict[str, Any] = {}
        self.left_out: set[str] = set()
        self.signs: Callable[[dict[str, Any], dict[str, Any]], str] = self._sign
        self.published = {name: public(name, key, name) for name, key in KEYS.items()}
        self.described: dict[str, Any] = {}
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}

    def sign_on(self, settings: OidcSettings = SETTINGS, secret: str | None = SECRET) -> SignOn:
        """Return a node's way through this provider."""
        return SignOn(settings, ADDRESS, secret, self)

    def authorize(self, location: str) -> dict[str, str]:
        """Have somebody sign in who was sent here; return the query that they bring back."""
        asked = dict(parse_qsl(urlsplit(location).query))
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": ISSUER}

    async def __call__(
        self,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        self.asked.append(name)
        if name in self.answers:
            return self.answers[name]
        match name:
            case "openid-configuration":
                told = {
                    "issuer": ISSUER,
                    "authorization_endpoint": f"{ISSUER}/authorize",
                    "token_endpoint": f"{ISSUER}/token",
                    "jwks_uri": f"{ISSUER}/keys",
                    "code_challenge_methods_supported": ["plain", "S256"],
                    "authorization_response_iss_parameter_supported": True,
                    **self.described,
                }
                return 200, json.dumps(told).encode()
            case "keys":
                return 200, json.dumps({"keys": list(self.published.values())}).encode()
            case "token":
                return self._token(dict(form or {}), dict(headers or {}))
        raise AssertionError(url)

    def token(self, nonce: str) -> str:
        """Return an ID token for an attempt."""
        now = int(instant.to_datetime(self.clock()).timestamp())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.person,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if name not in self.left_out}
        return self.signs({"alg": self.algorithm, "kid": self.kid, **self.header}, claims)

    def _sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        payload, key = json.dumps(claims).encode(), KEYS[self.algorithm]
        return jwt.PyJWS().encode(payload, key, algorithm=self.algorithm, headers=header)

    def _token(self, form: dict[str, str], headers: dict[str, str]) -> tuple[int, bytes]:
        asked = self._codes.pop(form["code"], None)
        shown = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(shown).rstrip(b"=").decode()
        if (
            asked is None
            or form["redirect_uri"] != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
        ):
            return 400, b'{"error":"invalid_grant","error_description":"<b>words</b>"}'
        pair = f"{CLIENT}:{urlencode({'': SECRET})[1:]}".encode()
        if headers.get("Authorization") != f"Basic {base64.b64encode(pair).decode()}" and (
            form.get("client_secret") != SECRET
        ):
            return 401, b'{"error":"invalid_client"}'
        given = {
            "token_type": "Bearer",
            "access_token": "x",
            "id_token": self.token(asked["nonce"]),
        }
        return 200, json.dumps(given).encode()
