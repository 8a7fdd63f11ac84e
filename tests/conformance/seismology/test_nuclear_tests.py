"""The two tests of which real readings are shipped, located by every coalition."""

from __future__ import annotations

from functools import lru_cache

import pytest
from tests.support.real_arrivals import EVENTS, PARTICIPANTS, real_arrivals

from trilogue.analysis.geodesy import inverse
from trilogue.analysis.seismology import Location
from trilogue.analysis.seismology.events import known_tests
from trilogue.picture.locate import locate_coalitions

OUTLIERS = {"DPRK5": {"JGF"}, "DPRK6": {"ERM", "JEM", "JSG", "JSU"}}


@lru_cache(maxsize=2)
def located(event: str) -> dict[tuple[str, ...], Location]:
    estimates = locate_coalitions(real_arrivals(event), PARTICIPANTS)
    found = {one.coalition: one.location for one in estimates if one.location is not None}
    assert len(found) == len(estimates) == 7
    return found


def error_km(event: str, location: Location) -> float:
    test = known_tests()[event]
    distance, _, _ = inverse(location.latitude, location.longitude, test.latitude, test.longitude)
    return float(distance) / 1000.0


@pytest.mark.parametrize("event", EVENTS)
def test_all_three_together_are_within_two_kilometres(event: str) -> None:
    assert error_km(event, located(event)[PARTICIPANTS]) < 2.0


@pytest.mark.parametrize("event", EVENTS)
def test_every_coalitions_ellipse_holds_the_published_place(event: str) -> None:
    test = known_tests()[event]
    for coalition, location in located(event).items():
        assert location.contains(test.latitude, test.longitude), coalition


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("alone", ["KR", "JP"])
def test_sharing_shrinks_the_ellipse_to_a_twentieth(event: str, alone: str) -> None:
    every, one = located(event)[PARTICIPANTS], located(event)[(alone,)]
    assert every.ellipse.area_km2 <= one.ellipse.area_km2 / 20.0


@pytest.mark.parametrize("event", EVENTS)
def test_the_false_picks_are_found_and_no_other(event: str) -> None:
    location = located(event)[PARTICIPANTS]
    assert {one.arrival.station for one in location.left_out} == OUTLIERS[event]
    assert all("late against what the others predict" in one.reason for one in location.left_out)


def test_the_station_that_claims_anothers_position_is_told() -> None:
    location = located("DPRK6")[PARTICIPANTS]
    reason = next(one.reason for one in location.left_out if one.arrival.station == "JEM")
    assert "JP.JKA claims its position" in reason
    assert any("JP.JEM and JP.JKA claim one position" in note for note in location.notes)
    assert "JKA" in {used.arrival.station for used in location.used}


@pytest.mark.parametrize("event", EVENTS)
def test_the_origin_time_is_the_published_one(event: str) -> None:
    location, test = located(event)[PARTICIPANTS], known_tests()[event]
    assert abs(location.origin_time - test.origin) < 2.0 * location.origin_time_sd_s
    assert location.origin_time_sd_s < 1.0


@pytest.mark.parametrize("event", EVENTS)
def test_the_public_station_of_none_may_be_let_in(event: str) -> None:
    test = known_tests()[event]
    estimates = locate_coalitions(real_arrivals(event), PARTICIPANTS, with_unowned=True)
    location = estimates[-1].location
    assert location is not None
    assert "INU" in {used.arrival.station for used in location.used}
    assert location.contains(test.latitude, test.longitude)
    assert error_km(event, location) < 2.0


@pytest.mark.parametrize("event", EVENTS)
def test_a_depth_of_ten_kilometres_does_not_move_the_place_far(event: str) -> None:
    shallow = located(event)[PARTICIPANTS]
    (*_, deep) = locate_coalitions(real_arrivals(event), PARTICIPANTS, depth_m=10_000.0)
    assert deep.location is not None
    distance, _, _ = inverse(
        shallow.latitude, shallow.longitude, deep.location.latitude, deep.location.longitude
    )
    assert float(distance) < 1_500.0
