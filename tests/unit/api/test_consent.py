"""Consent over the API: asked, granted by one officer or two, refused, withdrawn, standing."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.office import SECOND, Office
from tests.support.trio import OFFICERS, Filed, Trio, marking

from trilogue.api.examples import GIVEN

Offices = dict[str, Office]
RELEASE = "release-officer"


def granting(what: Filed, **fields: object) -> dict[str, Any]:
    place = {"speaker": what.speaker, "index": what.index}
    portions = [{"report": place, "portion": portion} for portion in what.portions]
    return {"portions": portions, "audience": ["US", "JP"], "purposes": ["analysis"], **fields}


@pytest.fixture
def secret(trio: Trio) -> Filed:
    """A report of KR's above the level at which two officers must agree."""
    return trio.file("KR", marking=marking("SECRET"))


def test_a_request_is_asked_listed_granted_and_settled(trio: Trio, offices: Offices) -> None:
    asked = offices["JP"].post("analyst", "/v1/requests", GIVEN["request"])["statement"]
    trio.settle()
    (waiting,) = offices["KR"].get(RELEASE, "/v1/requests?state=open")["items"]
    assert waiting["request"] == asked == {"speaker": "JP", "index": asked["index"]}
    assert waiting["because"] == GIVEN["request"]["because"]
    assert waiting["description"] == GIVEN["request"]["description"]

    what = trio.file("KR")
    granted = offices["KR"].post(RELEASE, "/v1/grants", granting(what, answers=asked))
    trio.settle()
    for who in ("KR", "JP"):
        assert offices[who].get(RELEASE, "/v1/requests?state=open")["items"] == []
        (settled,) = offices[who].get(RELEASE, "/v1/requests?state=granted")["items"]
        assert settled["answers"] == [granted["statement"]]
        assert settled["position"] == offices[who].get("analyst", "/v1/requests")["next"]


def test_a_request_that_insists_on_a_missing_channel_is_refused(office: Office) -> None:
    asked = {**GIVEN["request"], "originator": "JP", "direct": True}
    problem = office.post("analyst", "/v1/requests", asked, 403)
    assert problem["rules"] == ["no-pact"]
    assert office.log_size() == problem["index"] + 1


def test_a_request_can_be_refused(trio: Trio, offices: Offices) -> None:
    asked = offices["JP"].post("analyst", "/v1/requests", GIVEN["request"])["statement"]
    trio.settle()
    refusal = {"request": asked, "reason": "사유는 밝힐 수 없다.", "language": "ko"}
    offices["KR"].post(RELEASE, "/v1/refusals", refusal)
    trio.settle()
    (refused,) = offices["JP"].get("analyst", "/v1/requests?state=refused")["items"]
    said = offices["JP"].get("analyst", "/v1/statements?kind=refusal")["items"]
    assert refused["answers"] == [said[0]["statement"]]
    assert said[0]["body"]["reason"] == "사유는 밝힐 수 없다."


def test_one_officer_grants_in_the_callers_own_name(trio: Trio, offices: Offices) -> None:
    what = trio.file("KR")
    granted = offices["KR"].post(RELEASE, "/v1/grants", granting(what))
    assert granted["officers"] == [OFFICERS[0]]
    trio.settle()
    (one,) = offices["JP"].get("analyst", "/v1/grants")["items"]
    assert one["grant"] == granted["statement"]
    assert one["officers"] == [OFFICERS[0]]
    assert one["items"] == [
        {"report": {"speaker": "KR", "index": what.index}, "portions": list(what.portions)}
    ]
    assert {"participant": "JP", "state": "held"} in one["states"]


def test_two_officers_grant_together(office: Office, secret: Filed) -> None:
    waiting = office.post(RELEASE, "/v1/grants", granting(secret), 202)
    assert waiting["officer"] == OFFICERS[0]
    assert waiting["rules"] == ["two-officers"]
    (one,) = office.get(SECOND, "/v1/pending")["items"]
    assert one["id"] == waiting["id"]
    assert one["grant"]["audience"] == ["US", "JP"]
    assert office.get(RELEASE, "/v1/grants")["items"] == []

    path = f"/v1/pending/{waiting['id']}/approvals"
    again = office.ask(RELEASE, "POST", path)
    assert again.status_code == 409
    assert again.json()["type"] == "urn:trilogue:error:same-officer"
    granted = office.ask(SECOND, "POST", path)
    assert granted.status_code == 201
    assert granted.json()["officers"] == sorted(OFFICERS)
    assert office.get(RELEASE, "/v1/pending")["items"] == []
    assert office.ask(SECOND, "POST", path).status_code == 404


def test_a_grant_that_waits_can_be_given_up_and_its_number_is_not_used_again(
    office: Office, secret: Filed
) -> None:
    first = office.post(RELEASE, "/v1/grants", granting(secret), 202)["id"]
    dropped = office.ask(SECOND, "DELETE", f"/v1/pending/{first}")
    assert (dropped.status_code, dropped.content) == (204, b"")
    assert office.ask(SECOND, "DELETE", f"/v1/pending/{first}").status_code == 404
    second = office.post(RELEASE, "/v1/grants", granting(secret), 202)["id"]
    assert second > first


def test_the_second_consent_is_given_under_the_rules_of_its_own_moment(
    office: Office, secret: Filed
) -> None:
    waiting = office.post(RELEASE, "/v1/grants", granting(secret), 202)
    office.post("administrator", "/v1/arrangement/suspension", {"reason": "x"})
    path = f"/v1/pending/{waiting['id']}/approvals"
    assert office.ask(SECOND, "POST", path).status_code == 409
    office.post("administrator", "/v1/arrangement/resumption", {"reason": "x"})
    assert office.ask(SECOND, "POST", path).status_code == 201


def test_who_has_no_release_key_grants_nothing(trio: Trio, office: Office) -> None:
    from trilogue.node.tokens import Role, issue

    stranger = issue(office.engine.db, "not-an-officer", [Role.RELEASE_OFFICER])
    headers = {"Authorization": f"Bearer {stranger}"}
    answer = office.ask(None, "POST", "/v1/grants", granting(trio.file("KR")), headers=headers)
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:trilogue:error:consent"
    assert OFFICERS[0] in answer.json()["hint"]


def test_a_withdrawal_ends_a_grant_for_whom_it_names(trio: Trio, offices: Offices) -> None:
    what = trio.file("KR")
    granted = offices["KR"].post(RELEASE, "/v1/grants", granting(what))["statement"]
    trio.settle()
    withdrawal = {"grant": granted, "reason": "superseded", "audience": ["JP"]}
    offices["KR"].post(RELEASE, "/v1/withdrawals", withdrawal)
    trio.settle()
    (one,) = offices["KR"].get(RELEASE, "/v1/grants")["items"]
    assert {life["participant"]: life["state"] for life in one["states"]} == {
        "JP": "destroyed",
        "US": "held",
    }
    assert offices["KR"].post(RELEASE, "/v1/withdrawals", withdrawal, 403)["type"] == (
        "urn:trilogue:error:consent"
    )


def test_a_standing_consent_grants_at_once_until_it_is_withdrawn(office: Office) -> None:
    rule = {
        **GIVEN["stand"]["rule"],
        "subjects": ["nuclear-test"],
        "payload_types": ["assessment"],
        "grid_e5": 0,
    }
    laid = office.post(RELEASE, "/v1/standing", {"rule": rule})["statement"]
    (one,) = office.get("analyst", "/v1/standing")["items"]
    assert (one["standing"], one["ended_for"]) == (laid, [])
    assert one["officers"] == [OFFICERS[0]]
    assert len(office.post("analyst", "/v1/reports", GIVEN["submit"])["grants"]) == 1
    office.post(RELEASE, "/v1/withdrawals", {"grant": laid, "reason": "over"})
    assert office.post("analyst", "/v1/reports", GIVEN["submit"])["grants"] == []
    assert office.get("analyst", "/v1/standing")["items"][0]["ended_for"] == ["JP", "US"]


def test_a_batch_goes_under_one_grant_and_each_report_is_denied_alone(office: Office) -> None:
    rule = {**GIVEN["stand"]["rule"], "subjects": ["nuclear-test"], "grid_e5": 0}
    office.post(RELEASE, "/v1/standing", {"rule": {**rule, "payload_types": ["assessment"]}})
    (fine,) = GIVEN["submit"]["portions"]
    abroad = {**fine, "place": {"latitude": 35.68, "longitude": 139.69, "trajectory": False}}
    given = {"reports": [{"portions": [one]} for one in (fine, abroad, fine)]}
    first, denied, last = office.post("analyst", "/v1/batches", given)["reports"]
    assert first["submitted"]["grants"] == last["submitted"]["grants"]
    assert len(first["submitted"]["grants"]) == 1
    assert first["submitted"]["report"] != last["submitted"]["report"]
    assert denied["submitted"] is None
    assert denied["denied"]["rules"]
    place = denied["denied"]["refusal"]
    (said,) = office.get("auditor", "/v1/statements?kind=refusal")["items"]
    assert said["statement"] == place


def test_a_batch_of_which_one_cannot_be_read_leaves_nothing_behind(office: Office) -> None:
    before = office.log_size()
    (fine,) = GIVEN["submit"]["portions"]
    lost = {**fine, "tearline_of": "nothing"}
    given = {"reports": [{"portions": [fine]}, {"portions": [lost]}]}
    office.post("analyst", "/v1/batches", given, status=422)
    assert office.log_size() == before
    office.post("analyst", "/v1/batches", {"reports": []}, status=400)
    many = {"reports": [{"portions": [fine]}] * 257}
    office.post("analyst", "/v1/batches", many, status=400)


def test_a_batch_that_is_sent_again_under_its_key_is_filed_once(office: Office) -> None:
    given = {"reports": [GIVEN["submit"]] * 3}
    first, again = (
        office.ask("analyst", "POST", "/v1/batches", given, key="scan-7") for _ in range(2)
    )
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(office.get("analyst", "/v1/reports")["items"]) == 3


def test_nothing_moves_while_the_arrangement_is_suspended(trio: Trio, office: Office) -> None:
    what = trio.file("KR")
    office.post("administrator", "/v1/arrangement/suspension", {"reason": "x"})
    for role, path, given in (
        ("analyst", "/v1/reports", GIVEN["submit"]),
        ("analyst", "/v1/requests", {**GIVEN["request"], "originator": "JP"}),
        (RELEASE, "/v1/grants", granting(what)),
        (RELEASE, "/v1/standing", GIVEN["stand"]),
    ):
        problem = office.post(role, path, given, 409)
        assert problem["type"] == "urn:trilogue:error:not-in-force"
        assert "Republic of Korea" in problem["detail"]
    incident = {**GIVEN["report_incident"], "concerns": []}
    assert office.post("analyst", "/v1/incidents", incident)["kind"] == "incident"
