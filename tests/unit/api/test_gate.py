"""The gate: every operation, tried in every role and in none."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.office import Office

from trilogue.api import gate
from trilogue.api.examples import GIVEN
from trilogue.api.openapi import operations
from trilogue.api.operation import EVENTS
from trilogue.api.roles import MAY
from trilogue.node.tokens import Role, revoke

OPERATIONS = {operation.name: (path, operation) for _, path, operation in operations()}
GUARDED = sorted(name for name, (_, operation) in OPERATIONS.items() if not operation.public)
STREAMS = {name for name in GUARDED if OPERATIONS[name][1].media_type == EVENTS}


def call(office: Office, role: str | None, name: str, **headers: str) -> Any:
    path, operation = OPERATIONS[name]
    for parameter, value in (("{speaker}", "KR"), ("{index}", "999"), ("{id}", "999")):
        path = path.replace(parameter, value)
    return office.ask(role, operation.method, path, GIVEN.get(name), headers=headers)


def test_the_table_names_every_operation_and_no_other() -> None:
    assert sorted(MAY) == GUARDED
    assert all(MAY.values())
    assert frozenset().union(*MAY.values()) == set(Role)


@pytest.mark.parametrize("name", GUARDED)
def test_without_a_token_no_operation_answers(office: Office, name: str) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer nobody"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {office.tokens[Role.ANALYST]}"},
        {"Authorization": office.tokens[Role.ANALYST]},
    ):
        answer = call(office, None, name, **headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["type"] == "urn:trilogue:error:unknown-caller"


@pytest.mark.parametrize("name", sorted(set(GUARDED) - STREAMS))
def test_an_operation_answers_the_roles_that_the_table_names_and_no_other(
    office: Office, name: str
) -> None:
    for role in Role:
        answer = call(office, role, name)
        refused = answer.status_code == 403 and answer.json()["type"].endswith(":role")
        assert refused is (role not in MAY[name]), f"{role}: {answer.text}"
        assert answer.status_code not in {401, 500}


def test_what_is_wrong_with_a_request_is_told_to_nobody_who_may_not_send_it(office: Office) -> None:
    junk = {"content": b"{", "headers": {"Content-Type": "application/json"}}
    assert office.ask(None, "POST", "/v1/grants", **junk).status_code == 401
    assert office.ask("analyst", "POST", "/v1/grants", **junk).status_code == 403
    assert office.ask("release-officer", "POST", "/v1/grants", **junk).status_code == 400


@pytest.mark.threat("T03")
def test_a_revoked_token_is_shut_out_once_it_is_looked_up_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.get("analyst", "/v1/status")
    revoke(office.engine.db, "the-analyst")
    monkeypatch.setattr(gate, "TRUSTED_SECONDS", 0.0)
    assert office.ask("analyst", "GET", "/v1/status").status_code == 401


def test_a_token_is_not_looked_up_for_every_request(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.get("analyst", "/v1/status")
    monkeypatch.setattr(gate.tokens, "check", None)
    office.get("analyst", "/v1/status")
