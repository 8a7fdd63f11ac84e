"""Marked secrets go through success, refusal, bad input and a crash: no log line holds one."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.support.office import Office, open_office
from tests.support.trio import Trio

from trilogue.api.app import create_app
from trilogue.node.authoring import Authoring
from trilogue.node.logs import JsonLines, TextLines
from trilogue.node.tokens import Role, issue

MARK = "SEA-OTTER-7719"
"""What nobody but a reader of the report may see; every field of it below holds it."""


def report(level: str = "SECRET", **more: Any) -> dict[str, Any]:
    portion = {
        "label": "a",
        "payload_type": "assessment",
        "payload": {
            "title": f"{MARK} title",
            "text": f"{MARK} text",
            "language": "en",
            "confidence": "moderate",
        },
        "marking": {"level": level, "releasable_to": ["US", "JP"]},
        "subject": "nuclear-test",
        "place": {"latitude": 41.3, "longitude": 129.08},
        "language": "en",
    }
    return {"portions": [portion | more]}


@pytest.fixture(params=[TextLines, JsonLines])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything that anything logs at the lowest level, but the client of these tests."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    handler.addFilter(lambda record: not record.name.startswith("http"))
    root, ours = logging.getLogger(), logging.getLogger("trilogue")
    levels = {logger: logger.level for logger in (root, ours)}
    root.addHandler(handler)
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    for logger, level in levels.items():
        logger.setLevel(level)


@pytest.fixture
def office(trio: Trio, written: io.StringIO) -> Iterator[Office]:
    with open_office(trio, "KR") as made:
        yield made


def test_no_log_line_holds_content_or_a_token(
    office: Office, trio: Trio, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.post("analyst", "/v1/reports", report())
    for given in (
        report("TOP SECRET"),
        report(subject=f"{MARK} subject"),
        report(payload={"title": f"{MARK} title", "extra": f"{MARK} extra"}),
        report(payload=f"{MARK} payload"),
        report(place=f"{MARK} place"),
        report(language=MARK),
        {MARK: [MARK]},
    ):
        assert 400 <= office.ask("analyst", "POST", "/v1/reports", given).status_code < 500
    bad = {"Content-Type": "application/json"}
    body = f'{{"{MARK}": "{MARK}'.encode()
    assert office.ask("analyst", "POST", "/v1/reports", content=body, headers=bad).is_client_error
    for path in (f"/v1/{MARK}", f"/v1/reports/KR/{MARK}", f"/v1/statements?{MARK}={MARK}"):
        assert office.ask("analyst", "GET", path).is_client_error
    stranger = {"Authorization": f"Bearer {MARK}"}
    assert office.ask(None, "GET", "/v1/status", headers=stranger).status_code == 401

    def crash(*_: Any, **__: Any) -> None:
        raise ValueError(f"this holds {MARK}") from KeyError(MARK)

    monkeypatch.setattr(Authoring, "submit_all", crash)
    client = TestClient(create_app(office.service), raise_server_exceptions=False)
    token = issue(trio["KR"].db, "sensor-feed", [Role.ANALYST])
    answer = client.post("/v1/reports", json=report(), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 500
    assert MARK not in answer.text

    text = written.getvalue()
    assert "unforeseen in submit" in text
    assert "ValueError" in text
    assert "in crash" in text
    for secret in (MARK, token, *office.tokens.values()):
        assert secret not in text


def test_the_test_would_notice(office: Office, written: io.StringIO) -> None:
    logging.getLogger("trilogue.node").debug("opened %s", MARK)
    assert MARK in written.getvalue()
