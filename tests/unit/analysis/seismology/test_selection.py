from __future__ import annotations

import random

from tests.support.synthetic_arrivals import ORIGIN, arrival

from trilogue.analysis.seismology.selection import select


def test_other_phases_are_left_out_with_that_reason() -> None:
    selection = select([arrival("AAA", phase="S"), arrival("BBB", phase="Pn", latitude=41.0)])
    assert [a.station for a in selection.arrivals] == ["BBB"]
    assert selection.left_out[0].reason == "phase S is not a first P arrival"


def test_the_earlier_p_phase_of_a_station_is_the_first() -> None:
    selection = select([arrival(phase="Pg", time=ORIGIN + 5.0), arrival(phase="P", time=ORIGIN)])
    assert [a.phase for a in selection.arrivals] == ["P"]


def test_a_second_instrument_of_a_site_is_not_counted() -> None:
    rows = [arrival(location="60", snr=80.0), arrival(location="00", snr=90.0)]
    for order in (rows, rows[::-1]):
        selection = select(order)
        assert [a.location for a in selection.arrivals] == ["00"]
        assert "location 60" in selection.left_out[0].reason
        assert "not counted twice" in selection.left_out[0].reason


def test_of_equal_instruments_the_first_location_code_is_used() -> None:
    selection = select([arrival(location="60"), arrival(location="00"), arrival(location="10")])
    assert [a.location for a in selection.arrivals] == ["00"]
    assert len(selection.left_out) == 2


def test_two_stations_at_one_place_that_agree_count_once() -> None:
    near = arrival("BBB", ORIGIN + 0.05, latitude=40.005, snr=90.0)
    selection = select([arrival("AAA"), near])
    assert [a.station for a in selection.arrivals] == ["AAA"]
    assert selection.left_out[0].reason == "stands where XX.AAA stands, which is used instead"
    assert not selection.disputed


def test_two_stations_at_one_place_that_disagree_are_disputed() -> None:
    other = arrival("BBB", ORIGIN + 5.0, snr=90.0)
    selection = select([arrival("AAA"), other])
    assert [a.station for a in selection.arrivals] == ["AAA", "BBB"]
    assert selection.disputed[other].station == "AAA"
    assert selection.disputed[arrival("AAA")].station == "BBB"


def test_one_code_in_two_networks_far_apart_is_two_sites() -> None:
    selection = select([arrival(network="XX"), arrival(network="YY", latitude=45.0)])
    assert len(selection.arrivals) == 2


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [
        arrival("AAA"), arrival("AAA", location="60"), arrival("BBB", ORIGIN + 5.0, snr=90.0),
        arrival("CCC", phase="S"), arrival("DDD", latitude=44.0),
    ]  # fmt: skip
    first = select(rows)
    for seed in range(5):
        shuffled = random.Random(seed).sample(rows, len(rows))
        assert select(shuffled).arrivals == first.arrivals
        assert select(shuffled).disputed == first.disputed
