"""Entity tags: every answer has its own, and nobody is told of another's."""

from __future__ import annotations

import re

import pytest
from tests.support.office import Office
from tests.support.trio import Trio

from trilogue.api.openapi import document, operations
from trilogue.api.operation import EVENTS
from trilogue.api.roles import MAY
from trilogue.api.tags import matches, tag_of
from trilogue.node import tokens
from trilogue.node.tokens import Role

DOCUMENT = document()
READ = {
    operation.name: path
    for _, path, operation in operations()
    if operation.method == "GET" and not operation.public
}
WITHOUT = {"stream", "metrics", "status"}
"""One that does not end, and two that say how the node is at this moment."""


def asked(name: str) -> tuple[str, str]:
    """Return a role that may ask, and what for."""
    role = min(MAY[name] - {Role.MONITOR})
    return role, READ[name].replace("{speaker}", "KR").replace("{index}", "2")


@pytest.fixture
def filed(trio: Trio) -> Trio:
    """KR has filed a report and granted it."""
    what = trio.file("KR")
    assert what.index == 2
    trio.grant(what)
    return trio


@pytest.mark.parametrize("name", sorted(set(READ) - WITHOUT))
def test_what_is_asked_for_has_a_tag_and_comes_once(filed: Trio, office: Office, name: str) -> None:
    role, path = asked(name)
    answer = office.ask(role, "GET", path)
    assert answer.status_code == 200, answer.text
    tag = answer.headers["etag"]
    assert tag == tag_of(answer.content)
    drawn = name in ("picture", "flights", "launch_record", "findings")
    kept = "no-store" if drawn else "private, no-cache"
    assert (answer.headers["cache-control"], answer.headers["vary"]) == (kept, "Authorization")
    for given in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = office.ask(role, "GET", path, headers={"If-None-Match": given})
        assert (again.status_code, again.content) == (304, b""), given
        assert again.headers["etag"] == tag
        assert (again.headers["cache-control"], again.headers["vary"]) == (kept, "Authorization")
        assert "content-type" not in again.headers
    for given in ('"other"', tag[1:-1], tag[:-2] + '"', "", '"', "é".encode().decode("latin-1")):
        whole = office.ask(role, "GET", path, headers={"If-None-Match": given.encode("latin-1")})
        assert (whole.status_code, whole.content) == (200, whole.content), given
        assert whole.content


@pytest.mark.parametrize("name", READ)
def test_the_document_says_which_answers_have_one(name: str) -> None:
    found = DOCUMENT["paths"][READ[name]]["get"]
    tagged = name not in WITHOUT
    assert ("304" in found["responses"]) is tagged
    assert ("ETag" in found["responses"]["200"].get("headers", {})) is tagged
    assert any(one["name"] == "If-None-Match" for one in found["parameters"]) is tagged
    if tagged:
        header = found["responses"]["200"]["headers"]["ETag"]
        assert re.search(header["schema"]["pattern"], tag_of(b"anything"))
        assert re.search(header["schema"]["pattern"], header["example"])


def test_everything_else_has_none_and_is_kept_by_nobody(office: Office) -> None:
    for _, path, operation in operations():
        if operation.public and operation.media_type != EVENTS:
            answer = office.ask(None, "GET", path)
            assert "etag" not in answer.headers
            assert answer.headers["cache-control"] == "no-store"
    for answer in (
        office.ask("auditor", "GET", "/v1/accesses", headers={"If-None-Match": "*"}),
        office.ask("analyst", "GET", "/v1/reports/KR/999", headers={"If-None-Match": "*"}),
        office.ask(None, "GET", "/v1/reports", headers={"If-None-Match": "*"}),
    ):
        assert answer.status_code in (401, 403, 404)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


def test_what_changed_is_sent_whole(filed: Trio, office: Office) -> None:
    before = office.ask("analyst", "GET", "/v1/reports").headers["etag"]
    filed.file("KR")
    answer = office.ask("analyst", "GET", "/v1/reports", headers={"If-None-Match": before})
    assert answer.status_code == 200
    assert answer.headers["etag"] != before


def test_a_tag_opens_nothing_to_a_token_that_was_revoked_or_has_another_role(
    filed: Trio, office: Office
) -> None:
    tag = office.ask("analyst", "GET", "/v1/reports").headers["etag"]
    given = {"If-None-Match": tag}
    assert office.ask("auditor", "GET", "/v1/reports", headers=given).status_code == 403
    tokens.revoke(office.engine.db, "the-watch-officer")
    assert office.ask("watch-officer", "GET", "/v1/reports", headers=given).status_code == 401


def test_an_answer_in_another_language_is_another(filed: Trio, office: Office) -> None:
    tags = {
        office.ask("analyst", "GET", f"/v1/reports/KR/2?lang={lang}").headers["etag"]
        for lang in ("en", "ko", "ja")
    }
    assert len(tags) == 3


def test_a_list_of_tags_names_each() -> None:
    assert matches('"a","b" ,W/"c"', '"c"')
    assert not matches('"a\\"b"', '"b"')
