"""Idempotency keys: an act that is asked for twice is done once and answered twice alike."""

from __future__ import annotations

from copy import deepcopy

import pytest
from tests.support.office import SECOND, Office
from tests.support.trio import Trio

from trilogue.api.examples import GIVEN
from trilogue.errors import UnavailableError

REPORT = GIVEN["submit"]
SUSPENSION = "/v1/arrangement/suspension"


def rows(office: Office) -> int:
    connection = office.engine.db._connection
    return connection.execute("SELECT count(*) AS n FROM idempotency").fetchone()["n"]


def test_a_repeat_is_answered_alike_and_done_once(office: Office) -> None:
    first, again = (
        office.ask("analyst", "POST", "/v1/reports", REPORT, key="k1") for _ in range(2)
    )
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert office.log_size() == 3


def test_without_a_key_each_request_is_another_one(office: Office) -> None:
    for size in (3, 4):
        office.post("analyst", "/v1/reports", REPORT)
        assert office.log_size() == size
    assert rows(office) == 0


def test_a_key_belongs_to_one_request(office: Office) -> None:
    other = deepcopy(REPORT)
    other["portions"][0]["payload"]["text"] = "another text"
    office.ask("watch-officer", "POST", "/v1/reports", REPORT, key="k1")
    for path, body in (("/v1/reports", other), ("/v1/incidents", GIVEN["report_incident"])):
        answer = office.ask("watch-officer", "POST", path, body, key="k1")
        assert answer.status_code == 422
        assert answer.json()["type"] == "urn:trilogue:error:key-reused"
    assert office.log_size() == 3


def test_a_key_belongs_to_one_caller(office: Office) -> None:
    mine = office.ask("analyst", "POST", "/v1/reports", REPORT, key="k1").json()
    theirs = office.ask("watch-officer", "POST", "/v1/reports", REPORT, key="k1").json()
    assert mine["report"] != theirs["report"]


def test_a_refusal_that_was_logged_is_remembered(office: Office) -> None:
    above = deepcopy(REPORT)
    above["portions"][0]["marking"]["level"] = "TOP SECRET"
    first, again = (office.ask("analyst", "POST", "/v1/reports", above, key="k1") for _ in range(2))
    assert first.status_code == again.status_code == 403
    assert first.headers["content-type"] == again.headers["content-type"]
    assert first.json() == again.json()
    assert first.json()["rules"] == ["above-ceiling"]
    assert first.json()["index"] == 2
    assert office.log_size() == 3


def test_what_failed_is_not_remembered_and_may_be_tried_again(office: Office) -> None:
    wrong = {**GIVEN["withdraw"], "grant": {"speaker": "KR", "index": 99}}
    assert office.ask("release-officer", "POST", "/v1/withdrawals", wrong, key="k").is_error
    assert rows(office) == 0
    answer = office.ask("administrator", "POST", "/v1/arrangement/adoption", {}, key="k")
    assert answer.status_code == 422, "adopted already"
    done = office.ask("administrator", "POST", SUSPENSION, {"reason": "x"}, key="k")
    assert done.status_code == 201


def test_a_crash_leaves_neither_the_act_nor_the_answer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash() -> None:
        raise UnavailableError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(office.engine.vault, "flush", crash)
        answer = office.ask("analyst", "POST", "/v1/reports", REPORT, key="k1")
        assert answer.status_code == 503
    assert (office.log_size(), rows(office)) == (2, 0)
    assert office.ask("analyst", "POST", "/v1/reports", REPORT, key="k1").status_code == 201
    assert (office.log_size(), rows(office)) == (3, 1)


def test_an_answer_is_forgotten_after_a_day(trio: Trio, office: Office) -> None:
    for seconds, size in ((0, 3), (86_000, 3), (500, 4)):
        trio.clock.advance(seconds)
        office.ask("analyst", "POST", "/v1/reports", REPORT, key="k1")
        assert office.log_size() == size
    assert rows(office) == 1


def test_content_is_never_remembered(office: Office) -> None:
    done = office.post("analyst", "/v1/reports", REPORT)
    place = f"/v1/reports/KR/{done['report']['index']}/openings"
    opening = {**GIVEN["open_portion"], "portion": done["portions"][0]["portion"]}
    for _ in range(2):
        answer = office.ask("analyst", "POST", place, opening, key="k1")
        assert answer.json()["payload"]["title"] == "Event at Punggye-ri"
    assert rows(office) == 0
    assert len(office.get("security-officer", "/v1/accesses")["items"]) == 2


def test_approvals_repeat_under_their_own_path(office: Office) -> None:
    above = deepcopy(REPORT)
    above["portions"][0]["marking"]["level"] = "SECRET"
    done = office.post("analyst", "/v1/reports", above)
    source = {"report": done["report"], "portion": done["portions"][0]["portion"]}
    grant = {**GIVEN["grant"], "portions": [source]}
    del grant["answers"]
    numbers = [office.post("release-officer", "/v1/grants", grant, 202)["id"] for _ in range(2)]
    paths = [f"/v1/pending/{number}/approvals" for number in numbers]
    statuses = [office.ask(SECOND, "POST", path, key="k").status_code for path in paths]
    assert statuses == [201, 422]
