"""Locations of synthetic sources: exact times must give the place back, wherever it is."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
from tests.support.synthetic_arrivals import AROUND, ORIGIN, arrival, ring

from trilogue.analysis.geodesy import inverse
from trilogue.analysis.seismology import (
    Location,
    TooFewArrivalsError,
    UnreachableError,
    locate,
)

PLACES = {
    "Punggye-ri": (41.3, 129.08),
    "the date line": (-17.0, 179.9),
    "the equator": (0.1, -60.0),
    "the far south": (-65.0, 10.0),
    "the far north": (82.0, 20.0),
}


def error_km(location: Location, latitude: float, longitude: float) -> float:
    return float(inverse(location.latitude, location.longitude, latitude, longitude)[0]) / 1000.0


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_exact_times_give_the_place_back(place: tuple[float, float]) -> None:
    location = locate(ring(*place, AROUND))
    assert error_km(location, *place) < 1.0
    assert location.origin_time == pytest.approx(ORIGIN, abs=0.15)
    assert location.contains(*place)
    assert max(abs(used.residual_s) for used in location.used) < 0.3
    assert all(0.0 < used.weight <= 1.0 for used in location.used)


@pytest.mark.parametrize("depth_m", [0.0, 500.0, 10_000.0, 33_000.0])
def test_the_depth_is_held(depth_m: float) -> None:
    location = locate(ring(35.8, 129.2, AROUND, depth_m=depth_m), depth_m=depth_m)
    assert error_km(location, 35.8, 129.2) < 1.0
    assert location.depth_m == depth_m
    assert f"depth held at {depth_m / 1000:g} km" in location.notes[0]


def test_a_source_amid_a_dense_network() -> None:
    near = [(10.0, 12.0), (80.0, 25.0), (150.0, 8.0), (220.0, 40.0), (300.0, 18.0)]
    assert error_km(locate(ring(36.1, 129.3, near)), 36.1, 129.3) < 0.5


def test_teleseismic_stations_alone() -> None:
    far = [(20.0, 5000.0), (90.0, 8000.0), (150.0, 9500.0), (230.0, 4000.0), (310.0, 7000.0)]
    assert error_km(locate(ring(41.3, 129.08, far)), 41.3, 129.08) < 3.0


def test_stations_on_one_line_find_both_sides_or_say_so() -> None:
    line = [(0.0, 300.0), (0.0, 500.0), (180.0, 400.0), (180.0, 700.0), (0.0, 900.0)]
    location = locate(ring(41.3, 129.08, line))
    assert location.contains(41.3, 129.08)


def test_false_picks_are_named_with_residual_leverage_and_threshold() -> None:
    errors = [0.0, 0.0, 6.0, 0.0, 0.0, 9.0, 0.0, 0.0]
    location = locate(ring(41.3, 129.08, AROUND, errors=errors))
    assert [one.arrival.station for one in location.left_out] == ["S02", "S05"]
    assert error_km(location, 41.3, 129.08) < 6.0
    reason = location.left_out[0].reason
    assert reason.startswith("outlier: 6.")
    for word in ("late", "leverage", "sound with probability", "threshold 0.50"):
        assert word in reason
    assert len(reason) <= 200


def test_a_false_pick_makes_the_ellipse_no_smaller_than_none() -> None:
    sound = locate(ring(41.3, 129.08, AROUND[:5]))
    doubtful = locate(ring(41.3, 129.08, AROUND[:5], errors=[0, 0, 3.0, 0, 0]))
    assert doubtful.ellipse.area_km2 > sound.ellipse.area_km2


def test_small_signals_weigh_less_and_are_named() -> None:
    rows = ring(41.3, 129.08, AROUND)
    rows[3] = dataclasses.replace(rows[3], snr=8.0, time=rows[3].time + 1.5)
    location = locate(rows)
    weights = {used.arrival.station: used.weight for used in location.used}
    assert weights["S03"] < 0.6 * min(w for name, w in weights.items() if name != "S03")
    assert any("XX.S03 has a signal-to-noise ratio of 8" in note for note in location.notes)


@pytest.mark.parametrize(
    "change", [{"onset_sd": 5.0}, {"position_sd_m": 30_000.0}], ids=["time", "place"]
)
def test_generalised_arrivals_weigh_less_and_widen_the_ellipse(change: dict[str, float]) -> None:
    rows = ring(41.3, 129.08, AROUND)
    coarse = [dataclasses.replace(row, **change) if i < 4 else row for i, row in enumerate(rows)]  # type: ignore[arg-type]
    fine, wide = locate(rows), locate(coarse)
    assert wide.ellipse.area_km2 > 1.3 * fine.ellipse.area_km2
    weights = {used.arrival.station: used.weight for used in wide.used}
    assert max(weights[f"S0{i}"] for i in range(4)) < min(weights[f"S0{i}"] for i in range(4, 8))


def test_a_participant_may_round_every_time_it_gives() -> None:
    rows = ring(41.3, 129.08, AROUND)
    rounded = [
        dataclasses.replace(row, time=float(round(row.time / 10) * 10), onset_sd=10 / 12**0.5)
        for row in rows
    ]
    assert locate(rounded).contains(41.3, 129.08)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_too_few_arrivals_are_counted(count: int) -> None:
    with pytest.raises(TooFewArrivalsError) as caught:
        locate(ring(41.3, 129.08, AROUND[:count]) if count else [])
    assert caught.value.count == count


def test_instruments_of_one_site_do_not_add_up_to_a_network() -> None:
    row = ring(41.3, 129.08, AROUND[:1])[0]
    rows = [dataclasses.replace(row, location=code) for code in ("00", "10", "20", "30", "60")]
    with pytest.raises(TooFewArrivalsError) as caught:
        locate(rows)
    assert caught.value.count == 1


def test_four_arrivals_are_enough() -> None:
    location = locate(ring(41.3, 129.08, AROUND[:4]))
    assert location.contains(41.3, 129.08)
    assert len(location.used) == 4


def test_stations_that_no_place_reaches_are_refused() -> None:
    corners = [(0.0, 0.0), (0.0, 120.0), (0.0, -120.0), (90.0, 0.0), (-90.0, 0.0)]
    rows = [
        arrival(f"S{i}", ORIGIN + i, latitude=a, longitude=b) for i, (a, b) in enumerate(corners)
    ]
    with pytest.raises(UnreachableError, match="100 degrees"):
        locate(rows)


@pytest.mark.parametrize("probability", [0.0, 1.0, -1.0])
def test_a_probability_lies_between_nothing_and_certainty(probability: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        locate(ring(41.3, 129.08, AROUND), probability=probability)


@pytest.mark.parametrize("depth_m", [-1.0, 50_001.0])
def test_a_depth_outside_the_table_is_refused(depth_m: float) -> None:
    with pytest.raises(ValueError, match="no travel times"):
        locate(ring(41.3, 129.08, AROUND), depth_m=depth_m)


def test_more_probability_is_a_larger_ellipse_about_the_same_place() -> None:
    rows = ring(41.3, 129.08, AROUND)
    half, most = locate(rows, probability=0.5), locate(rows, probability=0.95)
    assert (half.latitude, half.longitude) == (most.latitude, most.longitude)
    assert half.ellipse.area_km2 < most.ellipse.area_km2


def test_the_result_does_not_depend_on_the_order_of_the_rows() -> None:
    rows = ring(41.3, 129.08, AROUND, errors=[0, 1, 5, 0, -1, 0, 0.5, 0])
    first = locate(rows)
    for seed in range(3):
        assert locate(random.Random(seed).sample(rows, len(rows))) == first


def test_the_result_is_the_same_to_the_last_bit_whatever_was_random_before() -> None:
    rows = ring(41.3, 129.08, AROUND, errors=[0, 1, 5, 0, -1, 0, 0.5, 0])
    first = locate(rows)
    np.random.seed(5)  # noqa: NPY002
    np.random.rand(10)  # noqa: NPY002
    assert repr(locate(rows)) == repr(first)


def test_a_one_sided_network_says_so() -> None:
    south = [(180.0 + x, 350.0 + 40 * i) for i, x in enumerate((0, 8, 15, 3, 22, 12))]
    location = locate(ring(41.3, 129.08, south))
    assert any("degrees of azimuth" in note for note in location.notes)
    assert any("long ridge" in note for note in location.notes)
    assert location.contains(41.3, 129.08)
