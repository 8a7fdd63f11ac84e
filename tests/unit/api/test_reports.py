"""Reports: submitted, listed as they may be read now, opened under the reader's name."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.office import Office
from tests.support.trio import Filed, Trio

from trilogue.api.examples import GIVEN

Offices = dict[str, Office]


def held(office: Office, what: Filed, lang: str = "en") -> list[dict[str, Any]]:
    """Return the portions of a report as a node lists them."""
    entry = office.get("analyst", f"/v1/reports/{what.speaker}/{what.index}?lang={lang}")
    portions: list[dict[str, Any]] = entry["portions"]
    return portions


def opening(what: Filed, **fields: str) -> tuple[str, dict[str, str]]:
    path = f"/v1/reports/{what.speaker}/{what.index}/openings"
    return path, {"portion": what.portions[0], "purpose": "analysis", "why": "x", **fields}


def test_a_report_is_answered_in_its_authors_order_and_labels(office: Office) -> None:
    portions = [{**GIVEN["submit"]["portions"][0], "label": label} for label in ("b", "a", "c")]
    done = office.post("analyst", "/v1/reports", {"portions": portions})
    assert done["report"] == {"speaker": "KR", "index": 2}
    assert [one["label"] for one in done["portions"]] == ["b", "a", "c"]
    entry = office.get("analyst", "/v1/reports/KR/2")
    assert {one["portion"] for one in entry["portions"]} == {
        one["portion"] for one in done["portions"]
    }


def test_what_is_listed_shows_the_header_and_the_marking_and_never_content(
    trio: Trio, offices: Offices
) -> None:
    what = trio.file("KR", "the cave mouth at the third tunnel")
    trio.grant(what, lasts_seconds=3600)
    trio.settle()
    (one,) = held(offices["JP"], what, "ja")
    assert one["state"] == "live"
    assert one["grant"] == {"speaker": "KR", "index": what.index + 1}
    assert one["expires"] > trio.clock.now
    assert one["header"]["subject"] == "nuclear-test"
    assert one["header"]["place"] == {"latitude": 41.3, "longitude": 129.08, "trajectory": False}
    assert one["header"]["handling"] == [["KR", "US", "us-kr-1987"], ["US", "JP", "us-jp-2007"]]
    assert one["mark"] == "(C//ORCON/TISA//REL TO JP, US)"
    assert one["equivalent"] == "군사III급비밀 (KR) = 秘"
    assert one["relayed"] == "군사III급비밀 (KR) = CONFIDENTIAL"
    assert held(offices["KR"], what)[0]["state"] == "own"
    listed = offices["JP"].ask("analyst", "GET", "/v1/reports?lang=ja")
    assert listed.json()["items"][0]["banner"] == "秘 (KR 군사III급비밀)//ORCON/TISA//配布先 JP, US"
    assert "tunnel" not in listed.text


def test_what_may_not_be_read_now_shows_no_header(trio: Trio, offices: Offices) -> None:
    what = trio.file("KR")
    grant = trio.grant(what, lasts_seconds=60)
    trio.settle()
    assert held(offices["JP"], what)[0]["state"] == "live"

    trio.clock.advance(61)
    (expired,) = held(offices["JP"], what)
    assert expired["state"] == "expired"
    assert all(expired[field] is None for field in ("header", "marking", "mark", "equivalent"))

    trio.withdraw(grant)
    trio.settle()
    (destroyed,) = held(offices["JP"], what)
    assert (destroyed["state"], destroyed["header"]) == ("destroyed", None)
    assert offices["JP"].get("analyst", "/v1/reports")["items"][0]["banner"] is None


def test_a_marking_is_shown_as_it_is_now(trio: Trio, offices: Offices) -> None:
    what = trio.file("KR")
    trio.grant(what)
    trio.settle()
    given = {
        "portion": {"report": {"speaker": "KR", "index": what.index}, "portion": what.portions[0]},
        "marking": {"level": "UNCLASSIFIED", "releasable_to": ["US", "JP"]},
        "reason": "published",
    }
    assert offices["KR"].post("release-officer", "/v1/reclassifications", given)["kind"] == (
        "reclassification"
    )
    trio.settle()
    assert held(offices["JP"], what)[0]["mark"].startswith("(U//")


def test_an_opening_is_registered_under_the_callers_name(trio: Trio, offices: Offices) -> None:
    what = trio.file("KR", "seen at dawn")
    trio.grant(what)
    trio.settle()
    path, given = opening(what, why="the morning report")
    seen = offices["JP"].post("watch-officer", f"{path}?lang=ja", given)
    assert seen["payload"]["text"] == "seen at dawn"
    assert seen["banner"] == "秘 (KR 군사III급비밀)//ORCON/TISA//配布先 JP, US"
    assert seen["header"]["payload_type"] == seen["payload"]["type"] == "assessment"
    (access,) = offices["JP"].get("security-officer", "/v1/accesses")["items"]
    assert access["officer"] == "the-watch-officer"
    assert access["why"] == "the morning report"
    assert access["report"] == {"speaker": "KR", "index": what.index}


@pytest.mark.parametrize(
    ("fields", "status", "kind"),
    [
        ({"purpose": "verification"}, 403, "consent"),
        ({"portion": "nobody's"}, 404, "not-found"),
        ({"why": ""}, 400, "malformed"),
    ],
)
def test_what_is_not_opened_is_not_registered(
    trio: Trio, offices: Offices, fields: dict[str, str], status: int, kind: str
) -> None:
    what = trio.file("KR")
    trio.grant(what)
    trio.settle()
    path, given = opening(what, **fields)
    problem = offices["JP"].post("analyst", path, given, status)
    assert problem["type"] == f"urn:trilogue:error:{kind}"
    assert offices["JP"].get("security-officer", "/v1/accesses")["items"] == []


def test_an_expired_grant_says_so(trio: Trio, offices: Offices) -> None:
    what = trio.file("KR")
    trio.grant(what, lasts_seconds=60)
    trio.settle()
    trio.clock.advance(61)
    path, given = opening(what)
    problem = offices["JP"].post("analyst", path, given, 403)
    assert problem["type"] == "urn:trilogue:error:consent-expired"
    assert problem["hint"] == "ask the originator again"


def test_a_denied_report_is_refused_by_name_and_the_refusal_is_logged(office: Office) -> None:
    above = [{**GIVEN["submit"]["portions"][0], "marking": {"level": "TOP SECRET"}}]
    problem = office.post("analyst", "/v1/reports", {"portions": above}, 403)
    assert problem["type"] == "urn:trilogue:error:refused"
    assert "above-ceiling" in problem["rules"]
    refusal = office.get("auditor", "/v1/statements?kind=refusal")["items"][0]
    assert refusal["statement"] == {"speaker": "KR", "index": problem["index"]}


def test_a_payload_that_does_not_fit_is_unfit_rather_than_malformed(office: Office) -> None:
    portion_ = {**GIVEN["submit"]["portions"][0], "payload": {"text": 17}}
    problem = office.post("analyst", "/v1/reports", {"portions": [portion_]}, 422)
    assert problem["type"] == "urn:trilogue:error:input"
    assert office.log_size() == 2


@pytest.mark.parametrize("path", ["/v1/reports/KR/0", "/v1/reports/KR/99", "/v1/reports/XX/0"])
def test_a_report_that_is_not_known_is_not_found(office: Office, path: str) -> None:
    assert office.ask("analyst", "GET", path).status_code == 404


@pytest.mark.parametrize("path", ["/v1/reports/kr/0", "/v1/reports/KR/00", "/v1/reports/KR/-1"])
def test_a_place_has_one_spelling(office: Office, path: str) -> None:
    assert office.ask("analyst", "GET", path).status_code == 400


def test_reports_are_listed_by_cursor(trio: Trio, office: Office) -> None:
    what = [trio.file("KR") for _ in range(5)]
    seen, after, more = [], 0, True
    while more:
        page = office.get("analyst", f"/v1/reports?most=2&after={after}")
        seen += [one["report"]["index"] for one in page["items"]]
        after, more = page["next"], page["more"]
    assert seen == [one.index for one in what]
    assert office.get("analyst", f"/v1/reports?after={after}") == {
        "items": [],
        "next": after,
        "more": False,
    }
