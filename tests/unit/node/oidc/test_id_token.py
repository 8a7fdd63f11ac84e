"""ID tokens: what is believed of one, step by step, and everything that is not."""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import sha256
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.support.provider import CLIENT, ISSUER, KEYS, FakeProvider, public
from tests.support.sign_on import Clock, go, refused

from trilogue.node.oidc.id_token import IdTokenError
from trilogue.node.tokens import Role


@pytest.mark.threat("T30")
@pytest.mark.parametrize(
    "token", ["", "a", "a.b", "a.b.c", "a.b.c.d", "é.b.c", "a" * 20_000, "....", "\0.\0.\0"]
)
def test_0_what_is_no_token_is_none(provider: FakeProvider, clock: Clock, token: str) -> None:
    provider.signs = lambda *_: token
    refused(provider, clock, 0)


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts)


@pytest.mark.threat("T30")
@pytest.mark.parametrize("algorithm", ["none", "None", "", "RS384", "PS256", "HS512", 7, None])
def test_1_only_three_algorithms_count_and_none_is_none_of_them(
    provider: FakeProvider, clock: Clock, algorithm: object
) -> None:
    provider.signs = lambda header, claims: unsigned({**header, "alg": algorithm}, claims)
    refused(provider, clock, 1)


@pytest.mark.threat("T30")
def test_1_a_public_key_is_no_shared_secret(provider: FakeProvider, clock: Clock) -> None:
    """RS256's public key as the secret of HS256: the oldest of all confusions."""
    secret = json.dumps(provider.published["RS256"]).encode()

    def confuse(header: dict[str, Any], claims: dict[str, Any]) -> str:
        signed, _, _ = unsigned({**header, "alg": "HS256"}, claims).rpartition(".")
        mac = hmac.digest(secret, signed.encode(), sha256)
        return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    provider.signs = confuse
    refused(provider, clock, 1)


@pytest.mark.parametrize("header", [{"crit": ["exp"], "exp": 1}, {"b64": False, "crit": ["b64"]}])
def test_1_what_is_critical_and_not_understood_is_refused(
    provider: FakeProvider, clock: Clock, header: dict[str, Any]
) -> None:
    provider.signs = lambda given, claims: unsigned({**given, **header}, claims)
    with pytest.raises(IdTokenError) as caught:
        go(provider, clock)
    assert caught.value.step <= 1


@pytest.mark.threat("T30")
def test_2_a_key_is_named_and_published(provider: FakeProvider, clock: Clock) -> None:
    provider.kid = "unheard-of"
    refused(provider, clock, 2)
    assert provider.asked.count("keys") == 2  # looked for once more, and no more
    provider.signs = lambda header, claims: unsigned({"alg": "RS256"}, claims)
    refused(provider, clock, 2)


@pytest.mark.threat("T30")
def test_2_a_key_serves_its_own_algorithm(provider: FakeProvider, clock: Clock) -> None:
    provider.kid = "ES256"
    refused(provider, clock, 2)


def test_2_a_new_key_is_looked_for_once_and_then_known(
    provider: FakeProvider, clock: Clock
) -> None:
    way = provider.sign_on()
    go(provider, clock, way)
    provider.kid = "new"
    provider.published["new"] = public("RS256", KEYS["RS256"], "new")
    assert go(provider, clock, way).identity.name == "kim-ju"
    assert go(provider, clock, way).identity.name == "kim-ju"
    assert provider.asked.count("keys") == 2
    assert provider.asked.count("openid-configuration") == 1


@pytest.mark.threat("T30")
def test_3_a_signature_by_another_key_does_not_hold(provider: FakeProvider, clock: Clock) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    provider.signs = lambda header, claims: jwt.encode(claims, other, "RS256", headers=header)
    refused(provider, clock, 3)


@pytest.mark.threat("T30")
def test_3_no_byte_of_a_token_may_change(provider: FakeProvider, clock: Clock) -> None:
    def changed(header: dict[str, Any], claims: dict[str, Any]) -> str:
        head, _, signature = provider._sign(header, claims).split(".")
        payload = json.dumps({**claims, "groups": ["kr-admin"]}).encode()
        return f"{head}.{base64.urlsafe_b64encode(payload).rstrip(b'=').decode()}.{signature}"

    provider.signs = changed
    refused(provider, clock, 3)


def test_3_a_key_that_is_too_short_signs_nothing(provider: FakeProvider, clock: Clock) -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    provider.published["RS256"] = public("RS256", short, "RS256")

    def sign(header: dict[str, Any], claims: dict[str, Any]) -> str:
        with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
            return jwt.encode(claims, short, "RS256", headers=header)

    provider.signs = sign
    refused(provider, clock, 3)


@pytest.mark.threat("T30")
@pytest.mark.parametrize(
    "issuer", ["https://login.example/realms/us", f"{ISSUER}/", "", None, [ISSUER]]
)
def test_4_the_issuer_is_the_very_one(provider: FakeProvider, clock: Clock, issuer: object) -> None:
    provider.claims["iss"] = issuer
    refused(provider, clock, 4)


@pytest.mark.threat("T30")
@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "somebody-else"},
        {"aud": []},
        {"aud": None},
        {"aud": {CLIENT: 1}},
        {"aud": ["somebody-else"]},
        {"aud": [CLIENT, "somebody-else"]},
        {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
        {"azp": "somebody-else"},
        {"azp": None},
    ],
)
def test_5_a_token_for_another_client_is_none(
    provider: FakeProvider, clock: Clock, claims: dict[str, Any]
) -> None:
    provider.claims |= claims
    refused(provider, clock, 5)


def test_5_a_token_may_be_for_others_too_when_it_was_made_for_this_one(
    provider: FakeProvider, clock: Clock
) -> None:
    provider.claims |= {"aud": [CLIENT, "somebody-else"], "azp": CLIENT}
    assert go(provider, clock).identity.name == "kim-ju"


SECONDS = 1511892000
"""`NOW`, as a token says it."""


@pytest.mark.threat("T30")
@pytest.mark.parametrize(
    "claims",
    [
        {"exp": SECONDS - 61},
        {"exp": SECONDS - 60},
        {"iat": SECONDS + 61},
        {"iat": SECONDS - 61},
        {"nbf": SECONDS + 61},
        {"exp": "2030"},
        {"exp": True},
        {"iat": None},
        {"exp": -1},
        {"exp": 2**41},
        {"nbf": "now"},
    ],
)
def test_6_a_token_is_of_now(provider: FakeProvider, clock: Clock, claims: dict[str, Any]) -> None:
    provider.claims |= claims
    refused(provider, clock, 6)


@pytest.mark.parametrize(
    "claims",
    [{"exp": SECONDS - 59}, {"iat": SECONDS + 60}, {"iat": SECONDS - 60}, {"nbf": SECONDS + 60}],
)
def test_6_clocks_may_differ_by_a_minute(
    provider: FakeProvider, clock: Clock, claims: dict[str, Any]
) -> None:
    provider.claims |= claims
    assert go(provider, clock).identity.name == "kim-ju"


@pytest.mark.parametrize("name", ["exp", "iat"])
def test_6_a_token_says_when(provider: FakeProvider, clock: Clock, name: str) -> None:
    provider.left_out.add(name)
    refused(provider, clock, 6)


@pytest.mark.threat("T30")
@pytest.mark.parametrize("nonce", ["", "another", None, 7, "é"])
def test_7_a_token_is_of_this_attempt(provider: FakeProvider, clock: Clock, nonce: object) -> None:
    provider.claims["nonce"] = nonce
    refused(provider, clock, 7)
    provider.left_out.add("nonce")
    refused(provider, clock, 7)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "é"},
        {"preferred_username": "kim@kr.example"},
        {"preferred_username": ""},
        {"preferred_username": None},
        {"preferred_username": "x" * 41},
        {"preferred_username": "kim ju"},
        {"preferred_username": "kim\n"},
    ],
)
def test_8_a_person_has_a_name_that_a_register_may_hold(
    provider: FakeProvider, clock: Clock, claims: dict[str, Any]
) -> None:
    provider.claims |= claims
    refused(provider, clock, 8)


@pytest.mark.threat("T30")
@pytest.mark.parametrize(
    "groups", [[], ["chess-club"], "", None, 7, {"kr-analysts": 1}, [["kr-analysts"]], ["analyst"]]
)
def test_9_without_a_value_that_means_a_role_nobody_gets_in(
    provider: FakeProvider, clock: Clock, groups: object
) -> None:
    provider.claims["groups"] = groups
    assert "no role here" in refused(provider, clock, 9)
    provider.left_out.add("groups")
    refused(provider, clock, 9)


def test_9_every_value_that_is_known_gives_its_roles(provider: FakeProvider, clock: Clock) -> None:
    provider.claims["groups"] = ["kr-release", "kr-admin", 7, "chess-club"]
    found = go(provider, clock).identity.roles
    assert found == {Role.ANALYST, Role.RELEASE_OFFICER, Role.ADMINISTRATOR}
    provider.claims["groups"] = "kr-admin"
    assert go(provider, clock).identity.roles == {Role.ADMINISTRATOR}


def test_no_claim_is_named_twice(provider: FakeProvider, clock: Clock) -> None:
    def twice(header: dict[str, Any], claims: dict[str, Any]) -> str:
        text = json.dumps(claims)[:-1] + ', "groups": ["kr-admin"]}'
        return jwt.PyJWS().encode(text.encode(), KEYS["RS256"], "RS256", headers=header)

    provider.signs = twice
    refused(provider, clock, 0)
