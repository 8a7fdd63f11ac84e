"""What the served document declares is what the API does: every operation, every kind of caller.

Nothing here knows the table of roles: what is expected is read from the document alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.support.office import Office

from trilogue.api.app import create_app
from trilogue.api.openapi import document
from trilogue.node.tokens import Role, issue, revoke

PLACES = {"{speaker}": "KR", "{index}": "999", "{id}": "999"}
METHODS = {"get", "post", "delete"}


@dataclass(frozen=True)
class Declared:
    """One operation as the document declares it."""

    name: str
    method: str
    path: str
    roles: frozenset[str] | None
    """None is that it needs no token."""
    example: Any
    streams: bool


def declared() -> Iterator[Declared]:
    for path, methods in document()["paths"].items():
        for method, one in methods.items():
            assert method in METHODS
            for name, value in PLACES.items():
                path = path.replace(name, value)  # noqa: PLW2901
            body = one.get("requestBody", {}).get("content", {}).get("application/json", {})
            answers = one["responses"].get("200", {}).get("content", {})
            yield Declared(
                name=one["operationId"],
                method=method.upper(),
                path=path,
                roles=None if one.get("security") == [] else frozenset(one["x-roles"]),
                example=body.get("example"),
                streams="text/event-stream" in answers,
            )


ALL = {one.name: one for one in declared()}
GUARDED = sorted(name for name, one in ALL.items() if one.roles is not None)


def ask(office: Office, role: str | None, one: Declared, **headers: str) -> Any:
    return office.ask(role, one.method, one.path, one.example, headers=headers)


def test_the_document_says_for_each_operation_who_may() -> None:
    assert len(GUARDED) > 25
    for name in GUARDED:
        roles = ALL[name].roles
        assert roles
        assert roles <= set(Role)
    assert sorted(set(ALL) - set(GUARDED)) == ["healthz", "readyz"]
    assert not any(ALL[name].method != "GET" for name in set(ALL) - set(GUARDED))


@pytest.mark.threat("T04")
def test_no_single_role_may_do_everything() -> None:
    for role in Role:
        assert {name for name in GUARDED if role not in (ALL[name].roles or ())}


@pytest.mark.threat("T04")
@pytest.mark.parametrize("name", GUARDED)
def test_a_caller_is_let_in_exactly_where_the_document_says(office: Office, name: str) -> None:
    one = ALL[name]
    assert one.roles is not None
    for role in Role:
        if one.streams and role in one.roles:
            continue  # it would not end
        answer = ask(office, role, one)
        refused = answer.status_code == 403 and answer.json()["type"].endswith(":role")
        assert refused is (role not in one.roles), f"{role}: {answer.text}"
        assert answer.status_code not in {401, 404, 405, 500} or role in one.roles


@pytest.mark.threat("T03")
@pytest.mark.parametrize("name", GUARDED)
def test_whoever_shows_no_good_token_gets_one_answer(office: Office, name: str) -> None:
    """Whether the token was revoked, cut, or never there is not told."""
    one = ALL[name]
    good = issue(office.engine.db, "was-here", list(Role))
    revoke(office.engine.db, "was-here")
    told = set()
    for given in (
        {"Authorization": f"Bearer {good}"},
        {"Authorization": f"Bearer {good[:-1]}"},
        {"Authorization": f"Bearer {office.tokens[Role.ANALYST]}x"},
        {"Authorization": "Bearer " + "A" * 4000},
        {"Authorization": "Bearer ' OR 1=1 --"},
    ):
        answer = ask(office, None, one, **given)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="trilogue"'
        assert good not in answer.text
        told.add(answer.content)
    assert len(told) == 1


@pytest.mark.threat("T04")
@pytest.mark.parametrize("name", GUARDED)
def test_a_refused_caller_changes_nothing(office: Office, name: str) -> None:
    one = ALL[name]
    before = office.engine.db.changes
    ask(office, None, one)
    for role in set(Role) - (one.roles or set()):
        ask(office, role, one)
    assert office.engine.db.changes == before


@pytest.mark.threat("T04")
def test_every_route_is_in_the_document_or_public_by_its_nature(office: Office) -> None:
    app = create_app(office.service)
    documented = {
        (re.sub(r"{(\w+)}", r"{\1:str}", path), method.upper())
        for path, methods in document()["paths"].items()
        for method in methods
    }
    found = {
        (route.path_format if hasattr(route, "path_format") else route.path, method)
        for route in app.routes
        for method in getattr(route, "methods", ())
    }
    shown = {(re.sub(r"{(\w+):\w+}", r"{\1}", path), method) for path, method in found}
    known = {(re.sub(r":str", "", path), method) for path, method in documented}
    beside = {(path, m) for path, m in shown - known if m not in ("OPTIONS", "HEAD")}
    assert {path for path, _ in beside} == {"/log/{path}", "/schema"}
    assert {method for _, method in beside} == {"GET"}


@pytest.mark.threat("T03")
def test_no_token_makes_another() -> None:
    """Whoever holds one cannot widen it: tokens are issued at the node's own machine alone."""
    assert not [one for one in ALL.values() if "token" in one.path or "token" in one.name]


SEPARATE = {
    "release-officer": {"grant", "approve", "drop_pending", "refuse", "withdraw", "stand"},
    "administrator": {"adopt", "suspend", "resume", "leave"},
    "security-officer": {"accesses"},
}
"""What one role does and no other: no table makes up for a clerk who consents."""
NO_CONTENT = {"security-officer", "administrator", "auditor"}


@pytest.mark.threat("T04")
def test_duties_are_separate_whatever_the_table_says() -> None:
    for role, names in SEPARATE.items():
        assert {name: ALL[name].roles for name in names} == {key: {role} for key in names}
    assert not (ALL["open_portion"].roles or set()) & NO_CONTENT
    assert not (ALL["picture"].roles or set()) & NO_CONTENT
    assert "release-officer" not in (ALL["submit"].roles or set())
