"""The record is flown: what fits fits, what cannot is flagged, and what is unknown stays so."""

import pytest

from trilogue.analysis.flight.fit import NoFlight, fit
from trilogue.analysis.flight.flown import check_time, fly_launch
from trilogue.analysis.flight.record import FlightTime, Launch, flight_times, record

SOUND = {"2017-05-14", "2017-07-28", "2017-11-29", "2023-07-12", "2024-10-31"}


def launch(date: str, serial: int | None = 1) -> Launch:
    return next(one for one in record() if (one.date, one.serial) == (date, serial))


@pytest.mark.parametrize("published", flight_times(), ids=lambda one: one.date)
def test_published_flight_times(published: FlightTime) -> None:
    checked = check_time(published)
    assert checked.difference is not None
    if published.date in SOUND:
        assert checked.verdict == "agrees"
        assert abs(checked.difference) <= 0.03
    else:
        assert checked.verdict in {"impossible", "contradicts"}
        assert checked.reason


def test_the_two_unsound_times_are_flagged_for_their_own_reasons() -> None:
    judged = {one.date: check_time(one) for one in flight_times() if one.date not in SOUND}
    assert judged["2022-03-24"].verdict == "impossible"
    assert "impulsive arc" in judged["2022-03-24"].reason
    assert judged["2017-07-04"].verdict == "contradicts"
    assert "another source says 2220 s" in judged["2017-07-04"].reason


@pytest.mark.parametrize(
    ("apogee", "distance"), [(7_687e3, 1_001e3), (150e3, 500e3), (30e3, 110e3), (550e3, 2_700e3)]
)
def test_a_flight_that_fits_reaches_what_was_asked(apogee: float, distance: float) -> None:
    flight = fit(apogee, distance, 39.2, 125.7, 70.0)
    assert not isinstance(flight, NoFlight)
    assert flight.apogee_m == pytest.approx(apogee, rel=4e-3)
    assert flight.range_m == pytest.approx(distance, rel=4e-3)


def test_the_launch_of_29_november_2017_is_lofted() -> None:
    flown = fly_launch(launch("2017-11-28", None))
    assert flown is not None
    assert flown.shape == "lofted"
    assert flown.flight_time_s == pytest.approx(53 * 60, rel=0.03)
    assert flown.least_energy_range_m is not None
    assert flown.least_energy_range_m > 5_000e3  # a loft hides range


def test_what_is_too_low_for_its_range_is_flagged_and_not_flown() -> None:
    low = fit(50e3, 900e3, 39.2, 125.7, 70.0)
    assert isinstance(low, NoFlight)
    assert "glided or pulled up" in low.reason


def test_what_manoeuvred_is_flagged_and_given_no_ballistic_numbers() -> None:
    for one in record():
        if one.manoeuvre and one.apogee_m and one.distance_m and one.date >= "2024":
            flown = fly_launch(one)
            assert flown is not None
            assert not flown.flew
            assert any("reported to" in flag for flag in flown.flags)


def test_sources_that_differ_are_named() -> None:
    flown = fly_launch(launch("2022-12-18"))
    assert flown is not None
    assert any("the other way round" in flag for flag in flown.flags)


def test_a_launch_without_numbers_is_not_flown() -> None:
    assert fly_launch(launch("1984-04-09")) is None


def test_the_record_enters_whole() -> None:
    assert len(record()) == 339
    assert sum(one.bearing_known for one in record()) < sum(
        one.bearing_deg is not None for one in record()
    )
    assert all(one.serial is None or one.serial >= 1 for one in record())
