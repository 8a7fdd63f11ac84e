"""The arrangement over the API, and the state of the node under it."""

from __future__ import annotations

import pytest
from tests.support.direct_service import DirectHealth
from tests.support.office import Office
from tests.support.trio import Trio

Offices = dict[str, Office]
ADMINISTRATOR = "administrator"


def test_the_arrangement_is_given_in_parts_and_as_text(office: Office) -> None:
    given = office.get("auditor", "/v1/arrangement?lang=ko")
    assert given["digest"] == office.engine.books.arrangement.digest_text
    assert [(one["id"], one["name"], one["state"]) for one in given["participants"]] == [
        ("KR", "대한민국", "adopted"),
        ("US", "미국", "adopted"),
        ("JP", "일본", "adopted"),
    ]
    assert given["levels"][2]["own"] == {"KR": "군사II급비밀", "US": "SECRET", "JP": "極秘"}
    assert {"id": "nuclear-test", "name": "핵실험"} in given["subjects"]
    assert given["ceiling"] in given["text"]


@pytest.mark.parametrize(("lang", "word"), [("en", "In force"), ("ko", "효력"), ("ja", "効力")])
def test_the_reason_is_given_in_the_language_asked_for(
    office: Office, lang: str, word: str
) -> None:
    force = office.get("analyst", f"/v1/status?lang={lang}")["force"]
    assert force["in_force"]
    assert word in force["reason"]


def test_the_status_says_what_waits_and_what_was_seen(trio: Trio, offices: Offices) -> None:
    what = trio.file("KR")
    trio.grant(what)
    status = offices["KR"].get("analyst", "/v1/status")
    assert status["participant"] == "KR"
    assert status["log_size"] == 4
    assert [(one["participant"], one["waiting"]) for one in status["neighbours"]] == [("US", 1)]
    trio.settle()
    status = offices["KR"].get("analyst", "/v1/status")
    assert status["neighbours"][0]["waiting"] == 0
    assert status["neighbours"][0]["seen"] == trio["US"].db.q.size_of(speaker="US")
    assert {one["participant"] for one in offices["US"].get("analyst", "/v1/status")["neighbours"]}
    assert status["failed"] == status["forks"] == []
    assert status["halted"] == ""


def test_a_suspension_stops_everything_and_a_resumption_undoes_it(office: Office) -> None:
    path = "/v1/arrangement"
    assert office.post(ADMINISTRATOR, f"{path}/suspension", {"reason": "x"})["kind"] == "suspension"
    force = office.get("analyst", "/v1/status")["force"]
    assert (force["in_force"], force["code"], force["who"]) == (False, "suspended", ["KR"])
    assert office.ask(None, "GET", "/readyz").status_code == 503
    again = office.post(ADMINISTRATOR, f"{path}/suspension", {"reason": "x"}, 422)
    assert "resumption of arrangement" in again["hint"]
    office.post(ADMINISTRATOR, f"{path}/resumption", {"reason": "x"})
    assert office.ask(None, "GET", "/readyz").status_code == 200


def test_notice_of_withdrawal_runs_as_long_as_the_arrangement_says(office: Office) -> None:
    path = "/v1/arrangement/withdrawal"
    soon = {"reason": "x", "effective": "2016-09-10T00:00:00.000Z"}
    assert "90 days" in office.post(ADMINISTRATOR, path, soon, 422)["detail"]
    office.post(ADMINISTRATOR, path, {"reason": "x"})
    (korea, *_) = office.get("analyst", "/v1/arrangement")["participants"]
    assert korea["state"] == "notice-given"
    assert korea["effective"].startswith("2016-12-08")
    assert office.get("analyst", "/v1/status")["force"]["code"] == "notice-running"


def test_adopting_again_says_nothing_new(office: Office) -> None:
    digest = office.engine.books.arrangement.digest_text
    for given in ({}, {"digest": digest}):
        problem = office.post(ADMINISTRATOR, "/v1/arrangement/adoption", given, 422)
        assert "adopted already" in problem["detail"]
    unknown = {"digest": "A" * 43 + "="}
    assert office.post(ADMINISTRATOR, "/v1/arrangement/adoption", unknown, 404)


def test_a_node_that_refuses_to_go_on_says_why_to_anybody(office: Office) -> None:
    assert office.get(None, "/healthz") == {"ready": True, "reasons": []}
    office.service.healthy = DirectHealth(ready=False, reasons=("JP's log forked at size 31",))
    for path in ("/healthz", "/readyz"):
        answer = office.ask(None, "GET", path)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/json"
        assert answer.json() == {"ready": False, "reasons": ["JP's log forked at size 31"]}
