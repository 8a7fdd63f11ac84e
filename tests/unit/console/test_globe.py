"""What the globe is given: what the page says too, for its reader alone, and nothing more."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from tests.support.flights import cut, grant_plots, submit_plots, table
from tests.support.office import Office
from tests.support.readings import file_readings
from tests.support.trio import PARTICIPANTS, Trio
from tests.support.visitor import Visitor

from trilogue.console.pages.globe import EventReels, FlightReels
from trilogue.node.inputs import WithdrawalInput
from trilogue.node.tokens import Role

Offices = dict[str, Office]
EVENTS, FLIGHTS = "/picture/events.czml", "/picture/flights.czml"


def packets(answer: httpx.Response) -> dict[str, dict]:
    assert answer.status_code == 200, answer.text
    return {one["id"]: one for one in json.loads(answer.content)}


def tag(answer: httpx.Response) -> str:
    return answer.headers["etag"].strip('"')


def shared(trio: Trio, *who: str) -> None:
    for one in who:
        file_readings(trio[one], "DPRK5", tuple(p for p in PARTICIPANTS if p != one))
    trio.settle()


@pytest.mark.parametrize("path", [EVENTS, FLIGHTS])
def test_nobody_gets_it_who_may_not_open_the_page(office: Office, path: str) -> None:
    for role in set(Role) - {Role.MONITOR}:
        visitor = Visitor(office, role)
        assert visitor.ask(path).status_code == visitor.ask("/picture").status_code, role
    assert office.browser.get(path, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("path", [EVENTS, FLIGHTS])
def test_nothing_is_kept_by_a_browser_and_a_picture_of_nothing_is_a_document(
    office: Office, path: str
) -> None:
    answer = Visitor(office, Role.WATCH_OFFICER).ask(path)
    assert list(packets(answer)) == ["document"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_an_unknown_coalition_is_refused(office: Office) -> None:
    visitor = Visitor(office, Role.WATCH_OFFICER)
    for named in ("KR,XX", "XX", ",", "KR,"):
        assert visitor.ask(f"{EVENTS}?coalition={named}").status_code == 422, named


def test_only_the_pages_with_a_globe_are_allowed_workers(office: Office) -> None:
    visitor = Visitor(office, Role.RELEASE_OFFICER)
    for path in ("/picture", "/picture/flights", "/desk", "/reports"):
        policy = visitor.ask(path).headers["content-security-policy"]
        assert ("worker-src 'self'" in policy) is path.startswith("/picture")
        assert "unsafe" not in policy


def test_an_event_stands_on_the_globe_as_in_the_table(trio: Trio, offices: Offices) -> None:
    shared(trio, "KR", "US")
    visitor = Visitor(offices["KR"], Role.WATCH_OFFICER, "ko")
    page = visitor.open("/picture").text
    found = packets(visitor.ask(EVENTS))
    line = found["document"]["description"]
    assert line.startswith("군사III급비밀")
    assert page.count(line) == 2
    (place,) = [one for name, one in found.items() if name.endswith("/location")]
    sentence = place["description"]
    axes = re.search(r"± [0-9.]+ × [0-9.]+ km \(90 %\)", sentence)
    assert axes is not None
    assert axes[0] in page
    stations = [name.rpartition("/")[2] for name in found if "/station/" in name]
    assert len(stations) > 8
    assert [one for one in stations if one not in page] == []
    assert "대한민국" in "".join(one.get("description", "") for one in found.values())


def test_a_coalition_sees_its_own_readings_alone(trio: Trio, offices: Offices) -> None:
    shared(trio, "KR", "US")
    visitor = Visitor(offices["JP"], Role.ANALYST)
    seen = {
        who: packets(visitor.ask(f"{EVENTS}?coalition={who}")) for who in ("KR", "US", "US,JP", "")
    }

    def owners(found: dict[str, dict]) -> set[str]:
        stations = [one for name, one in found.items() if "/station/" in name]
        return {one["properties"]["owner"]["string"] for one in stations}

    assert owners(seen["KR"]) == {"KR"}
    assert seen["US"] == seen["US,JP"]  # of JP there is nothing
    assert owners(seen[""]) == {"KR", "US"}
    assert list(packets(visitor.ask(f"{EVENTS}?coalition=JP"))) == ["document"]


def test_what_did_not_change_is_not_sent_again(trio: Trio, offices: Offices) -> None:
    shared(trio, "KR")
    visitor = Visitor(offices["JP"], Role.ANALYST)
    first = visitor.ask(EVENTS)
    again = visitor.ask(f"{EVENTS}?since={tag(first)}", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    shared(trio, "US")
    changed = visitor.ask(
        f"{EVENTS}?since={tag(first)}", **{"If-None-Match": first.headers["etag"]}
    )
    names = [one["id"] for one in json.loads(changed.content)]
    assert len(names) > len(set(names))  # taken away, and put there anew
    assert tag(changed).partition(".")[0] == tag(first).partition(".")[0]
    assert len(packets(visitor.ask(EVENTS))) > len(packets(first))


def test_each_language_has_its_own_words(trio: Trio, offices: Offices) -> None:
    shared(trio, "US")
    said = {
        lang: Visitor(offices["US"], Role.ANALYST, lang).ask(EVENTS).text
        for lang in ("en", "ko", "ja")
    }
    assert "Rests on" in said["en"]
    assert "근거 관측소" in said["ko"]
    assert "根拠となる観測点" in said["ja"]


def test_what_is_kept_goes_with_what_is_destroyed(trio: Trio, offices: Offices) -> None:
    grant = file_readings(trio["KR"], "DPRK5", ("JP", "US"))
    trio.settle()
    visitor = Visitor(offices["US"], Role.WATCH_OFFICER)
    first = visitor.ask(EVENTS)
    assert trio["US"].picturing.beside(EventReels)
    given = WithdrawalInput(grant=grant, reason="a source is in danger")
    trio["KR"].act(lambda: trio["KR"].desk.withdraw(given))
    trio.settle()
    assert trio["US"].picturing.beside(EventReels) == {}
    again = visitor.ask(f"{EVENTS}?since={tag(first)}")
    assert list(packets(again)) == ["document"]
    assert tag(again).partition(".")[0] != tag(first).partition(".")[0]  # all there is


@pytest.mark.slow
def test_a_flight_is_followed_on_the_globe_by_what_changed(trio: Trio, offices: Offices) -> None:
    given = {one.sensor: one for one in cut(table(every=4))}
    grant_plots(trio, submit_plots(trio, [given["us-ship"]]))
    # KR's own, which it grants to nobody: to JP it does not exist.
    submit_plots(trio, [given["kr-ground"]])
    trio.settle()
    jp, kr = (Visitor(offices[who], Role.ANALYST, "ko") for who in ("JP", "KR"))
    seen = jp.ask(FLIGHTS)
    found = packets(seen)
    assert "kr-ground" not in seen.text
    (raid,) = [one for one in found.values() if "group" in one.get("properties", {})]
    flights = [name for name in found if re.search(r"/flight/[^/]+$", name)]
    assert len(flights) == 1
    assert raid["properties"]["flights"]["number"] == 1
    flight = found[flights[0]]
    assert flight["properties"]["symbol"]["string"].isdecimal()
    assert len(flight["position"]["cartesianVelocity"]) <= 7 * 60 * 4
    assert "중간" in flight["label"]["text"][-2]["string"]
    (plots,) = [one for name, one in found.items() if "/plots/" in name]
    assert len(plots["properties"]["places"]["array"]) == 3 * len(
        plots["properties"]["seconds"]["array"]
    )
    assert set(plots["properties"]["used"]["array"]) <= {0, 1}
    assert {name for name in found if "/sensor/" in name} == {
        f"{raid['id']}/US/sensor/us-ship",
        f"{raid['id']}/US/sensor/us-ship/coverage",
        f"{raid['id']}/US/sensor/us-ship/horizon",
    }
    own = jp.ask(f"{FLIGHTS}?coalition=US")
    assert packets(own).keys() == found.keys()

    # What is KR's own, KR sees, and whom it would be without.
    assert "kr-ground" in kr.ask(FLIGHTS).text
    assert "kr-ground" not in kr.ask(f"{FLIGHTS}?coalition=US").text

    unchanged = jp.ask(f"{FLIGHTS}?since={tag(seen)}", **{"If-None-Match": seen.headers["etag"]})
    assert unchanged.status_code == 304
    grant_plots(trio, submit_plots(trio, [given["us-west"]]))
    trio.settle()
    changed = jp.ask(f"{FLIGHTS}?since={tag(seen)}")
    names = {one["id"] for one in json.loads(changed.content)}
    assert not [name for name in names if name.endswith("/US/sensor/us-ship")]
    assert [name for name in names if name.endswith("/US/sensor/us-west")]
    assert trio["JP"].picturing.beside(FlightReels)
