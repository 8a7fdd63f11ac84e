"""Findings on the real record, against what is known from elsewhere."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy.stats import binomtest

from trilogue.analysis.flight.record import record
from trilogue.analysis.geodesy import inverse
from trilogue.analysis.patterns.basis import basis
from trilogue.analysis.patterns.findings import find
from trilogue.analysis.patterns.intervals import median, share
from trilogue.analysis.patterns.news import news, past
from trilogue.analysis.patterns.occasions import occasions
from trilogue.analysis.patterns.outlines import ACCURACY_M, distances
from trilogue.analysis.patterns.sun import elevation_deg, light, local
from trilogue.analysis.patterns.tally import Days
from trilogue.analysis.patterns.tempo import tempo
from trilogue.analysis.patterns.trajectories import FURTHEST_M, least_energy, shapes

TESTS = [("DPRK6", date(2017, 9, 3).toordinal())]


@pytest.fixture(scope="module")
def found():
    return find(record(), TESTS)


def test_every_row_is_used_or_left_out_with_a_reason_in_every_finding():
    rows = {one.row for one in record()}
    assert len(rows) == 339
    for name, one in basis(record()).items():
        every = [*one.used, *(row for left in one.left_out.values() for row in left)]
        assert sorted(every) == sorted(rows), name


def test_trajectories_use_just_the_rows_that_they_say(found):
    judged = {one.row for one in found.trajectories if one.shape is not None}
    assert judged == set(found.basis["trajectories"].used)


def test_occasions_hold_every_launch_of_a_known_day_once():
    grouped = occasions(record())
    rows = [row for one in grouped for row in one.rows]
    assert len(rows) == len(set(rows)) == 331


def test_a_salvo_over_midnight_is_one_occasion(found):
    assert any(len({x.date for x in one.launches}) == 1 for one in found.occasions)
    first, second = (one for one in record() if one.date == "2022-01-26")
    from dataclasses import replace

    late = replace(first, time="23:50", time_conflict=None)
    early = replace(second, date="2022-01-27", time="00:10", time_conflict=None)
    (one,) = occasions([late, early])
    assert one.gaps_min == (20.0,)


@pytest.mark.parametrize(
    ("missile", "published_km"),
    [
        # D. Wright, All Things Nuclear (Union of Concerned Scientists): 14 May, 28 July 2017.
        ("hwasong-12", 4_500),
        ("hwasong-14", 10_400),
        # The same, 28 November 2017: more than 13,000 km.
        ("hwasong-15", 13_000),
        # M. Elleman, 38 North, 2016: 3,000 to 3,200 km for the flight of June 2016.
        ("musudan", 3_150),
    ],
)
def test_ranges_at_least_energy_hold_what_analysts_published(found, missile, published_km):
    far = max(
        (one for one in found.trajectories if one.missile_id == missile and one.least_energy_m),
        key=lambda one: one.apogee_m if one.row < 130 or missile != "hwasong-15" else 0.0,
    ).least_energy_m
    assert far.low <= published_km * 1e3 <= far.high


def test_least_energy_flights_go_as_far_as_they_went_and_none_beyond_the_antipode():
    near = least_energy(120e3, 501e3)
    assert near.low >= 500e3
    assert near.value == pytest.approx(505e3, rel=0.05)
    assert least_energy(7_687e3, 1_001e3).high == FURTHEST_M
    assert least_energy(20e3, 4_000e3) is None


def test_shapes_are_those_of_well_known_flights():
    assert shapes(4_475e3, 950e3)["lofted"] > 0.99
    assert shapes(770e3, 3_700e3)["minimum-energy"] > 0.99
    assert shapes(35e3, 240e3)["depressed"] > 0.99
    assert sum(shapes(50e3, 350e3).values()) == pytest.approx(1.0)


def test_the_sun_stands_where_meeus_puts_it():
    # Astronomical Algorithms, example 25.a: 1992 October 13, 0h TD, declination -7.78507 degrees,
    # right ascension 198.38083. At the meridian the Sun's elevation is 90 - |phi - delta|.
    at = datetime(1992, 10, 13, tzinfo=UTC) - timedelta(seconds=59)
    elevations = [elevation_deg(at, 40.0, lon) for lon in np.arange(-180.0, 180.0, 0.25)]
    assert max(elevations) == pytest.approx(90.0 - (40.0 + 7.78507), abs=0.01)


def test_light_agrees_with_published_sunrise():
    # Korea Astronomy and Space Science Institute, Seoul, 1 January 2024: sunrise 07:47 local time.
    rise = datetime(2023, 12, 31, 22, 47, tzinfo=UTC)
    assert light(rise - timedelta(minutes=3), 37.566, 126.978) == "twilight"
    assert light(rise + timedelta(minutes=3), 37.566, 126.978) == "day"


@pytest.mark.parametrize(
    "day", ["2015-08-14", "2015-08-16", "2018-05-03", "2018-05-06", "1993-05-29"]
)
def test_clocks_of_pyongyang_are_those_of_the_time_zone_database(day):
    try:
        zone = ZoneInfo("Asia/Pyongyang")
    except KeyError:
        pytest.skip("this machine has no time zone database")
    at = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
    assert local(at) == at.astimezone(zone).replace(tzinfo=None)


def test_distances_to_coast_and_border_are_those_of_the_map():
    # Panmunjom stands on the line; Musu Point is a cape; Sinuiju lies on the Yalu.
    assert distances(37.956, 126.677).south_m < ACCURACY_M + 3_000.0
    assert distances(40.0990, 124.3980).north_m < 5_000.0
    inland = distances(39.01, 125.75)  # Pyongyang: about 50 km from the sea
    assert 35_000.0 < inland.coast_m < 65_000.0


def test_shares_and_medians_hold_known_values():
    # Brown, Cai and DasGupta (2001), section 4.3: ends at 0 and n.
    assert share(0, 10).low == 0.0
    assert share(10, 10).high == 1.0
    exact = binomtest(7, 10).proportion_ci(0.90, "exact")
    ours = share(7, 10)
    assert exact.low < ours.low < ours.value < ours.high < exact.high
    # Conover, Practical Nonparametric Statistics: n = 16, ranks 5 and 12 hold with 92 %.
    sixteen = {float(i): 1 for i in range(1, 17)}
    assert (median(sixteen).low, median(sixteen).high) == (5.0, 12.0)
    assert share(0, 0) is None
    assert median({}) is None


def test_the_tempo_rose_in_2022_and_fell_in_2023(found):
    whole = found.tempo["all", ""]
    years = [date.fromordinal(one.day).year for one in whole.changes]
    assert years == [2013, 2022, 2023]
    assert all(c.low <= c.day <= c.high for c in whole.changes)
    assert sum(r.occasions for r in whole.rates) == 171
    assert all(r.low <= r.value <= r.high for r in whole.rates)


def test_a_steady_record_has_one_rate():
    days = Days(np.arange(0, 7300, 20) + 730_000, np.ones(365, np.int64))
    steady = tempo(days, 730_000, 737_300)
    assert steady.changes == ()
    assert steady.rates[0].low < 365.25 / 20 < steady.rates[0].high


def test_reach_is_of_areas_and_says_what_was_shown(found):
    reach = {one.missile_id: {a.area: a for a in one.areas} for one in found.reach}
    assert reach["hwasong-12"]["guam"].demonstrated == "wholly"
    assert reach["kn-25"]["capital"].demonstrated == "wholly"
    assert reach["kn-25"]["guam"].probability < 0.01
    assert reach["hwasong-14"]["pacific-coast"].probability > 0.5
    assert "unknown" not in reach
    near = reach["hwasong-12"]["guam"].near_m
    places = [s for s in found.sites if s.site_id in found.tally.used["hwasong-12"]]
    nearest = min(float(inverse(s.latitude, s.longitude, 13.4, 144.8)[0]) for s in places)
    assert near == pytest.approx(nearest - 20e3)


def test_what_was_never_seen_is_more_surprising_than_what_often_was():
    grouped = occasions(record())
    begin, end = date(2024, 10, 1), date(2024, 11, 1)
    told = news(past(grouped, begin), grouped, begin, end)
    first = next(one for one in told.items if one.what == "hwasong-19")
    assert first.first
    again = news(past(grouped, date(2025, 5, 1)), grouped, date(2025, 5, 1), date(2025, 6, 1))
    common = next(one for one in again.items if one.kind == "missile" and one.what == "kn-25")
    assert first.bits > common.bits


def test_a_back_test_knows_nothing_of_what_came_later():
    grouped = occasions(record())
    begin, end = date(2019, 8, 1), date(2019, 9, 1)
    known = news(past(grouped, begin), grouped, begin, end)
    cut = [one for one in grouped if one.day < end]
    assert known == news(past(cut, begin), cut, begin, end)


def test_the_back_test_covers_2015_to_2025(found):
    for back in found.backtests.values():
        assert [one.year for one in back.years] == list(range(2015, 2026))
        assert back.periods == 132
        for one in back.years:
            assert one.alerts == one.lasted + one.for_nothing + one.undecided


def test_nuclear_tests_stand_beside_the_tempo(found):
    (one,) = found.nuclear.tests
    assert (one.name, one.before, one.after) == ("DPRK6", 3, 1)
    assert 0.0 < found.nuclear.p_value <= 1.0


def test_learning_and_reliability(found):
    together = found.learning[0]
    assert together.odds_factor.low < together.odds_factor.value < together.odds_factor.high
    took = {name: (a, b) for name, a, b in found.reliability.each}
    assert took["musudan"][1] is None
    assert took["kn-25"] == (date(2019, 7, 30), date(2019, 8, 1))
