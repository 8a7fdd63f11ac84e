"""How often one token may ask: a bucket for each, and a word about how long to wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.office import Office

from trilogue.api.gate import Gate
from trilogue.api.limit import Limit
from trilogue.node.problem import TooManyError
from trilogue.node.settings import LimitSettings

SLOW = LimitSettings(per_second=1e-3, burst=2)


@pytest.fixture
def limited(office: Office) -> Office:
    """KR's API, which lets each token ask twice and then hardly at all."""
    office.app.state["gate"] = Gate(office.service, SLOW)
    return office


@pytest.mark.threat("T17")
def test_a_token_that_asks_too_often_is_told_how_long_to_wait(limited: Office) -> None:
    for _ in range(2):
        assert limited.ask("analyst", "GET", "/v1/status").status_code == 200
    answer = limited.ask("analyst", "GET", "/v1/status")
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert 900 < int(answer.headers["retry-after"]) <= 1000
    assert answer.json()["type"] == "urn:trilogue:error:too-many"


@pytest.mark.threat("T17")
def test_one_token_does_not_use_up_another_s(limited: Office) -> None:
    for _ in range(3):
        limited.ask("analyst", "GET", "/v1/status")
    assert limited.ask("auditor", "GET", "/v1/status").status_code == 200


def test_spelling_the_header_otherwise_gives_no_second_bucket(limited: Office) -> None:
    token = limited.tokens["analyst"]
    told = [
        limited.ask(None, "GET", "/v1/status", headers={"Authorization": f"{scheme} {token}"})
        for scheme in ("Bearer", "bearer", "BEARER")
    ]
    assert [answer.status_code for answer in told] == [200, 200, 429]


def test_what_is_turned_away_does_nothing(limited: Office) -> None:
    before = limited.log_size()
    for _ in range(2):
        limited.ask("analyst", "GET", "/v1/status")
    assert limited.ask("analyst", "POST", "/v1/reports", {"portions": []}).status_code == 429
    assert limited.log_size() == before


def test_without_a_setting_nothing_is_limited(office: Office) -> None:
    told = {office.ask("analyst", "GET", "/v1/arrangement").status_code for _ in range(50)}
    assert told == {200}


def test_health_needs_no_token_and_has_no_limit(limited: Office) -> None:
    assert {limited.ask(None, "GET", "/healthz").status_code for _ in range(5)} == {200}


def test_an_error_carries_how_long_to_wait() -> None:
    assert TooManyError("too often", seconds=7).seconds == 7


@given(
    rate=st.floats(0.1, 100),
    burst=st.integers(1, 20),
    gaps=st.lists(st.floats(0, 5), min_size=1, max_size=60),
)
def test_never_more_pass_than_the_burst_and_the_rate_allow(
    rate: float, burst: int, gaps: list[float]
) -> None:
    limit = Limit(LimitSettings(per_second=rate, burst=burst))
    at, passed = 0.0, 0
    for gap in gaps:
        at += gap
        wait = limit.take("token", "name", at=at)
        passed += not wait
        assert passed <= burst + rate * at + 1e-6
        if wait:
            # Whoever waits so long and asks again passes.
            assert not limit.take("token", "name", at=at + wait + 1e-6)
            at, passed = at + wait + 1e-6, passed + 1


def test_a_name_may_have_a_rate_of_its_own() -> None:
    limit = Limit(LimitSettings(per_second=1.0, burst=1, names={"sensor-feed": 500.0}))
    told = [limit.take("feed", "sensor-feed", at=0.0) for _ in range(500)]
    assert set(told) == {0.0}
    assert limit.take("feed", "sensor-feed", at=0.0) == pytest.approx(0.002)
    assert limit.take("person", "kim-ju", at=0.0) == 0.0
    assert limit.take("person", "kim-ju", at=0.0) == 1.0
