"""The picture of flights at the API: seen by those who may read, filed by those who write."""

from __future__ import annotations

import asyncio
import threading

import pytest
from tests.support.flights import cut, grant_plots, submit_plots, table
from tests.support.office import Office
from tests.support.trio import PARTICIPANTS, Trio

from trilogue.api.call import Call

Offices = dict[str, Office]


@pytest.fixture
def shared(trio: Trio) -> Trio:
    """Share the plots of one sensor of each participant with everybody."""
    for one in cut(table(every=4)):
        if one.sensor in ("us-ship", "kr-ground", "jp-west"):
            grant_plots(trio, submit_plots(trio, [one]))
    trio.settle()
    return trio


def test_flights_are_seen_by_coalition_with_the_portions_behind_each(
    shared: Trio, offices: Offices
) -> None:
    (raid,) = offices["JP"].get("watch-officer", "/v1/picture/flights")["raids"]
    assert [one["coalition"] for one in raid["coalitions"]][-1] == list(PARTICIPANTS)
    (entry,) = raid["coalitions"][-1]["flights"]
    assert {one["report"]["speaker"] for one in entry["sources"]} == set(PARTICIPANTS)
    flight = entry["flight"]
    assert flight["phase"] == "midcourse"
    assert flight["impact"]["ellipse"]["semi_major_m"] > 0
    assert len(flight["now"]["covariance"]) == 6
    own = offices["JP"].get("analyst", "/v1/picture/flights?readings=own")["raids"]
    assert [one["coalition"] for one in own[0]["coalitions"]] == [["JP"]]
    assert offices["JP"].get("analyst", "/v1/picture/flights?purpose=warning")["raids"] != []


def test_what_may_not_be_read_for_a_purpose_is_not_seen_for_it(
    shared: Trio, offices: Offices
) -> None:
    (raid,) = offices["JP"].get("analyst", "/v1/picture/flights?purpose=warning")["raids"]
    assert [one["coalition"] for one in raid["coalitions"]] == [["JP"]]
    wrong = offices["JP"].ask("analyst", "GET", "/v1/picture/flights?purpose=targeting")
    assert wrong.status_code == 422
    assert "not a purpose" in wrong.text


def test_a_flight_is_filed_once_however_often_it_is_asked_for(
    shared: Trio, offices: Offices
) -> None:
    office = offices["US"]
    (raid,) = office.get("analyst", "/v1/picture/flights")["raids"]
    (entry,) = raid["coalitions"][-1]["flights"]
    given = {
        "first_seen": raid["first_seen"],
        "coalition": list(PARTICIPANTS),
        "track": entry["flight"]["track"],
    }
    path = "/v1/picture/flights/filings"
    answers = [office.ask("analyst", "POST", path, given, key="once") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    kinds = [one["payload_type"] for one in answers[0].json()["portions"]]
    assert kinds == ["track", "launch"]
    place = answers[0].json()["report"]
    held = office.get("analyst", f"/v1/reports/{place['speaker']}/{place['index']}")["portions"]
    for one in held:
        assert {source["portion"] for source in one["header"]["derived_from"]} == {
            source["portion"] for source in entry["sources"]
        }
    missing = office.ask("analyst", "POST", path, {**given, "track": "nobody"})
    assert missing.status_code == 404
    assert "look again" in missing.text


@pytest.mark.parametrize("role", ["auditor", "administrator", "security-officer"])
def test_who_may_not_read_sees_no_flights(offices: Offices, role: str) -> None:
    assert offices["KR"].ask(role, "GET", "/v1/picture/flights").status_code == 403


def test_an_act_does_not_wait_for_a_picture() -> None:
    """What is computed apart runs in a thread of its own, whatever the loop does meanwhile."""
    here = threading.get_ident()

    async def both() -> tuple[int, list[str]]:
        order: list[str] = []
        begun, go_on = threading.Event(), threading.Event()

        def work() -> int:
            begun.set()
            go_on.wait(30)
            order.append("picture")
            return threading.get_ident()

        picture = asyncio.create_task(Call.aside(None, work))  # type: ignore[arg-type]
        await asyncio.to_thread(begun.wait, 30)
        order.append("act")
        go_on.set()
        return await picture, order

    thread, order = asyncio.run(both())
    assert thread != here
    assert order == ["act", "picture"]
