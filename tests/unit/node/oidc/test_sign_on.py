"""Signing in through a provider: what is believed, and everything that is not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from tests.support.provider import CLIENT, ISSUER, KEYS, SETTINGS, FakeProvider, public
from tests.support.sign_on import NOW, Clock, go

from trilogue.errors import FormatError, TrilogueError, UnavailableError
from trilogue.node.oidc.id_token import read_keys
from trilogue.node.oidc.settings import SignedIn
from trilogue.node.oidc.sign_on import Returned
from trilogue.node.problem import UnknownCallerError
from trilogue.node.tokens import Role


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
