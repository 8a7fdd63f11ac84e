"""Signing in through a provider: what is believed, and everything that is not."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.support.provider import CLIENT, ISSUER, KEYS, SETTINGS, FakeProvider, public

from trilogue.encoding import instant
from trilogue.errors import FormatError, TrilogueError, UnavailableError
from trilogue.node.oidc.id_token import IdTokenError, read_keys
from trilogue.node.oidc.settings import SignedIn
from trilogue.node.oidc.sign_on import Returned, SignOn
from trilogue.node.problem import UnknownCallerError
from trilogue.node.tokens import Role

NOW = "2017-11-28T18:00:00.000Z"


class Clock:
    """The one time of node and provider."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> str:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now = instant.plus(self.now, seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock) -> FakeProvider:
    return FakeProvider(clock)


async def signed_in(provider: FakeProvider, way: SignOn, clock: Clock) -> Returned:
    """Go the whole way, as a browser does."""
    location, attempt = await way.begin("/desk", clock())
    return await way.finish(attempt.cookie, provider.authorize(location), clock())


def go(provider: FakeProvider, clock: Clock, way: SignOn | None = None) -> Returned:
    return asyncio.run(signed_in(provider, way or provider.sign_on(), clock))


def refused(provider: FakeProvider, clock: Clock, step: int) -> str:
    """Return why an ID token is refused; it must be at this step."""
    with pytest.raises(IdTokenError) as caught:
        go(provider, clock)
    assert caught.value.step == step, caught.value
    return str(caught.value)


@pytest.mark.parametrize("algorithm", KEYS)
def test_whom_the_provider_names_is_known_in_the_roles_of_the_settings(
    provider: FakeProvider, clock: Clock, algorithm: str
) -> None:
    provider.algorithm = provider.kid = algorithm
    who = go(provider, clock).identity
    assert (who.issuer, who.subject, who.name) == (ISSUER, "7f3a", "kim-ju")
    assert who.roles == {Role.ANALYST}
    assert who.until == "2017-11-28T18:05:00.000Z"


def test_a_browser_is_sent_with_everything_that_binds_the_answer(
    provider: FakeProvider, clock: Clock
) -> None:
    location, attempt = asyncio.run(provider.sign_on().begin("/desk", clock()))
    address, _, query = location.partition("?")
    assert address == f"{ISSUER}/authorize"
    asked = dict(parse_qsl(query))
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": "http://testserver.local/sign-on/return",
        "scope": "openid profile groups",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
    }
    assert attempt.verifier not in location
    assert attempt.secret not in location


def test_no_two_attempts_have_anything_in_common(provider: FakeProvider, clock: Clock) -> None:
    way = provider.sign_on()
    made = [asyncio.run(way.begin("/desk", clock()))[1] for _ in range(20)]
    assert len({text for one in made for text in (one.state, one.nonce, one.verifier)}) == 60


# The ID token, step by step.


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


# The way there and back.


async def back(
    provider: FakeProvider,
    clock: Clock,
    change: Callable[[dict[str, str]], None] = lambda _: None,
    *,
    cookie: str | None = None,
    after: float = 0.0,
) -> Returned:
    way = provider.sign_on()
    location, attempt = await way.begin("/desk", clock())
    answer = provider.authorize(location)
    change(answer)
    clock.advance(after)
    return await way.finish(attempt.cookie if cookie is None else cookie, answer, clock())


@pytest.mark.threat("T30")
@pytest.mark.parametrize("state", ["", "another", "é"])
def test_an_answer_to_another_attempt_is_not_taken(
    provider: FakeProvider, clock: Clock, state: str
) -> None:
    with pytest.raises(UnknownCallerError, match="another attempt"):
        asyncio.run(back(provider, clock, lambda answer: answer.update(state=state)))
    assert "token" not in provider.asked


@pytest.mark.threat("T30")
@pytest.mark.parametrize(
    "cookie",
    ["", "x", "~~", f"{NOW}~x~/desk", "é~é~é", f"{NOW}~x~2F"],
)
def test_a_browser_that_began_nothing_ends_nothing(
    provider: FakeProvider, clock: Clock, cookie: str
) -> None:
    with pytest.raises(UnknownCallerError):
        asyncio.run(back(provider, clock, cookie=cookie))
    assert "token" not in provider.asked


@pytest.mark.threat("T30")
@pytest.mark.parametrize("after", [601.0, -61.0])
def test_an_attempt_lasts_ten_minutes(provider: FakeProvider, clock: Clock, after: float) -> None:
    with pytest.raises(UnknownCallerError, match="ten minutes"):
        asyncio.run(back(provider, clock, after=after))
    assert "token" not in provider.asked


def test_a_provider_may_take_its_time(provider: FakeProvider, clock: Clock) -> None:
    assert asyncio.run(back(provider, clock, after=599.0)).identity.name == "kim-ju"


@pytest.mark.threat("T30")
@pytest.mark.parametrize("issuer", ["https://evil.example", ""])
def test_another_providers_answer_is_not_exchanged_here(
    provider: FakeProvider, clock: Clock, issuer: str
) -> None:
    with pytest.raises(UnknownCallerError, match="another provider"):
        asyncio.run(back(provider, clock, lambda answer: answer.update(iss=issuer)))
    with pytest.raises(UnknownCallerError, match="another provider"):
        asyncio.run(back(provider, clock, lambda answer: answer.pop("iss") and None))
    assert "token" not in provider.asked


def test_a_provider_that_does_not_name_itself_is_taken_for_itself(
    provider: FakeProvider, clock: Clock
) -> None:
    provider.described["authorization_response_iss_parameter_supported"] = False
    found = asyncio.run(back(provider, clock, lambda answer: answer.pop("iss") and None))
    assert found.identity.name == "kim-ju"


@pytest.mark.threat("T30")
def test_a_code_serves_once(provider: FakeProvider, clock: Clock) -> None:
    async def twice() -> None:
        way = provider.sign_on()
        location, attempt = await way.begin("/desk", clock())
        answer = provider.authorize(location)
        await way.finish(attempt.cookie, answer, clock())
        await way.finish(attempt.cookie, answer, clock())

    with pytest.raises(UnknownCallerError, match="invalid_grant") as caught:
        asyncio.run(twice())
    assert "words" not in str(caught.value)


@pytest.mark.threat("T30")
def test_a_code_of_another_attempt_does_not_fit_this_one(
    provider: FakeProvider, clock: Clock
) -> None:
    async def injected() -> None:
        way = provider.sign_on()
        stolen = provider.authorize((await way.begin("/desk", clock()))[0])
        location, own = await way.begin("/desk", clock())
        answer = {**provider.authorize(location), "code": stolen["code"]}
        await way.finish(own.cookie, answer, clock())

    with pytest.raises(UnknownCallerError, match="invalid_grant"):
        asyncio.run(injected())


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "access_denied", "error_description": "<b>words</b>"},
        {"error": ""},
        {"code": ""},
        {"code": "x" * 5000},
    ],
)
def test_an_answer_without_a_code_says_so_and_nothing_of_the_providers_words(
    provider: FakeProvider, clock: Clock, answer: dict[str, str]
) -> None:
    with pytest.raises(UnknownCallerError) as caught:
        asyncio.run(back(provider, clock, lambda given: given.update(answer)))
    assert "words" not in str(caught.value)
    assert "token" not in provider.asked


@pytest.mark.parametrize(
    ("described", "said"),
    [
        ({"issuer": "https://evil.example"}, "another issuer"),
        ({"issuer": f"{ISSUER}/"}, "another issuer"),
        ({"token_endpoint": "http://login.example/token"}, "in clear"),
        ({"jwks_uri": "file:///etc/passwd"}, "no URL"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "no URL"),
        ({"token_endpoint": None}, "does not read"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, "signs with none"),
    ],
)
def test_a_provider_that_describes_itself_badly_is_not_asked(
    provider: FakeProvider, clock: Clock, described: dict[str, Any], said: str
) -> None:
    provider.described = described
    with pytest.raises(UnavailableError, match=said):
        go(provider, clock)
    assert provider.asked == ["openid-configuration"]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"issuer":"a","issuer":"b"}', b"\xff", b"[" * 9999]
)
@pytest.mark.parametrize("what", ["openid-configuration", "keys", "token"])
def test_an_answer_that_does_not_read_lets_nobody_in(
    provider: FakeProvider, clock: Clock, what: str, body: bytes
) -> None:
    provider.answers[what] = (200, body)
    with pytest.raises(TrilogueError):
        go(provider, clock)


def test_a_wrong_secret_is_for_the_administrator_to_mend(
    provider: FakeProvider, clock: Clock
) -> None:
    with pytest.raises(UnavailableError, match="invalid_client") as caught:
        go(provider, clock, provider.sign_on(secret="wrong"))
    assert "client_secret" in caught.value.hint


def test_a_provider_may_take_the_secret_in_the_form_alone(
    provider: FakeProvider, clock: Clock
) -> None:
    provider.described["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert go(provider, clock).identity.name == "kim-ju"


def test_description_and_keys_are_kept_and_asked_for_again_after_an_hour(
    provider: FakeProvider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    way, steady = provider.sign_on(), 1000.0
    monkeypatch.setattr("trilogue.node.oidc.sign_on.time.monotonic", lambda: steady)
    for _ in range(3):
        go(provider, clock, way)
    assert provider.asked.count("openid-configuration") == provider.asked.count("keys") == 1
    steady += 3601
    go(provider, clock, way)
    assert provider.asked.count("openid-configuration") == provider.asked.count("keys") == 2


def test_what_failed_is_not_remembered(provider: FakeProvider, clock: Clock) -> None:
    way = provider.sign_on()
    provider.answers["openid-configuration"] = (400, b"")
    with pytest.raises(UnavailableError):
        go(provider, clock, way)
    provider.answers.clear()
    assert go(provider, clock, way).identity.name == "kim-ju"


def test_a_session_ends_with_its_token_or_after_the_hours_that_are_set(
    provider: FakeProvider, clock: Clock
) -> None:
    assert go(provider, clock).until == "2017-11-28T18:05:00.000Z"
    eight = provider.sign_on(msgspec.structs.replace(SETTINGS, hours=8.0))
    assert go(provider, clock, eight).until == "2017-11-29T02:00:00.000Z"


def test_too_many_at_once_are_turned_away(provider: FakeProvider, clock: Clock) -> None:
    async def crowd() -> list[BaseException | Returned]:
        way = provider.sign_on()
        await way.begin("/desk", clock())
        gate = asyncio.Event()

        async def slow(*_: Any) -> tuple[int, bytes]:
            await gate.wait()
            return 400, b"{}"

        way._provider._fetch = slow  # type: ignore[assignment]
        begun = [await way.begin("/desk", clock()) for _ in range(33)]
        going = [
            asyncio.create_task(way.finish(one.cookie, provider.authorize(location), clock()))
            for location, one in begun
        ]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gate.set()
        return await asyncio.gather(*going, return_exceptions=True)

    found = asyncio.run(crowd())
    assert sum("too many" in str(one) for one in found) == 1


# Keys.


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "RSA", "n": "!", "e": "AQAB"},
        {"kty": "unheard-of"},
        {"kid": 7},
        {"alg": "RS512"},
        {"d": "private"},
    ],
)
def test_keys_that_cannot_have_signed_are_left_out(members: dict[str, Any]) -> None:
    fit = public("ES256", KEYS["ES256"], "fit")
    odd = {**public("RS256", KEYS["RS256"], "odd"), **members}
    assert set(read_keys(json.dumps({"keys": [odd, fit, 7, None]}).encode())) == {"fit"}


def test_a_set_with_two_keys_of_one_name_is_none() -> None:
    one = public("ES256", KEYS["ES256"], "a")
    with pytest.raises(FormatError, match="one kid"):
        read_keys(json.dumps({"keys": [one, one]}).encode())
    with pytest.raises(FormatError, match="at most"):
        read_keys(json.dumps({"keys": [one] * 65}).encode())


def test_the_roles_that_people_may_have_are_all_but_the_monitors() -> None:
    assert set(get_args(SignedIn)) == {role.value for role in Role} - {"monitor"}


def test_nothing_secret_shows(provider: FakeProvider, clock: Clock) -> None:
    way = provider.sign_on()
    _, attempt = asyncio.run(way.begin("/desk", clock()))
    with suppress(UnknownCallerError):
        attempt.check_state("another")
    assert attempt.secret not in repr(attempt)


def test_where_the_browser_was_sent_says_only_the_host(
    provider: FakeProvider, clock: Clock
) -> None:
    location, _ = asyncio.run(provider.sign_on().begin("/" + "x" * 900, clock()))
    assert urlsplit(location).netloc == "login.example"
    assert len(location) < 1000
