"""The launch record at the API: seen by those who may read, its findings filed by who writes."""

from __future__ import annotations

import pytest
from tests.support.launches import activity, file, launch, share
from tests.support.office import Office
from tests.support.trio import Filed, Trio

Offices = dict[str, Office]


@pytest.fixture
def shared(trio: Trio) -> Filed:
    """Share a launch and activity of KR's with everybody."""
    filed = file(trio, "KR", launch(), activity())
    share(trio, filed)
    trio.settle()
    return filed


def test_rows_that_came_of_portions_name_them_with_their_marks(
    shared: Filed, offices: Offices
) -> None:
    found = offices["JP"].get("watch-officer", "/v1/patterns/record?lang=ja")
    rows = [row for one in found["launches"] for row in one["rows"]]
    assert sum(row["held"] is None for row in rows) == found["public_rows"] == 339
    (row,) = [row for row in rows if row["held"]]
    assert row["source"] == "KR"
    assert row["values"]["missile_id"] == "nodong"
    assert row["held"]["portion"]["portion"] == shared.portions[0]
    assert row["held"]["mark"] == "(C//ORCON/TISA//REL TO JP, US)"
    assert row["held"]["derive_for"] == ["JP", "US"]
    (seen,) = found["activity"]
    assert (seen["site_id"], seen["launched"]) == ("sunchon", "2016-08-12")
    assert found["counts"] == {"launch": 1, "activity": 1}
    assert found["banner"].startswith("秘")
    for reports in ("own", "none"):
        public = offices["JP"].get("analyst", f"/v1/patterns/record?reports={reports}")
        assert (public["banner"], public["counts"]["launch"]) == (None, 0)
    wrong = offices["JP"].ask("analyst", "GET", "/v1/patterns/record?purpose=targeting")
    assert wrong.status_code == 422


def test_a_finding_is_filed_once_and_says_when_it_stands_no_longer(
    trio: Trio, shared: Filed, offices: Offices
) -> None:
    office, path = offices["JP"], "/v1/patterns/findings/filings"
    found = office.get("analyst", "/v1/patterns/findings?lang=ko")
    assert [one["report"]["index"] for one in found["sources"]] == [shared.index]
    assert (found["launches"], found["public_rows"], found["filed"]) == (340, 339, [])
    tempo = next(one for one in found["findings"] if one["finding"] == "tempo")
    assert "PELT" in tempo["method"]
    assert all("연" in one for one in tempo["sentences"])
    given = {"finding": "tempo"}
    answers = [office.ask("analyst", "POST", path, given, key="once") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    place = answers[0].json()["report"]
    where = f"/v1/reports/{place['speaker']}/{place['index']}"
    (portion,) = office.get("analyst", where)["portions"]
    assert [one["portion"] for one in portion["header"]["derived_from"]] == [shared.portions[0]]
    assert portion["marking"]["originators"] == ["KR"]
    assert portion["gone"] == []
    grant = office.get("analyst", "/v1/grants")["items"][0]["grant"]
    withdrawal = offices["KR"].post(
        "release-officer", "/v1/withdrawals", {"grant": grant, "reason": "the source is at risk"}
    )["statement"]
    trio.settle()
    expected = [{"source": found["sources"][0], "why": "withdrawn", "by": withdrawal}]
    assert office.get("analyst", where)["portions"][0]["gone"] == expected
    after = office.get("analyst", "/v1/patterns/findings")
    (filed,) = after["filed"]
    assert (filed["report"], filed["stands"], filed["gone"]) == (place, False, expected)
    assert (after["launches"], after["sources"], after["banner"]) == (339, [], None)
    refused = office.ask("analyst", "POST", path, given)
    assert refused.status_code == 422
    assert "stands on no report" in refused.text


@pytest.mark.parametrize("role", ["auditor", "administrator", "security-officer"])
def test_who_may_not_read_sees_no_record(offices: Offices, role: str) -> None:
    for path in ("/v1/patterns/record", "/v1/patterns/findings"):
        assert offices["KR"].ask(role, "GET", path).status_code == 403
