"""Ascents are judged by what was shown up to a time: real ones, and flights that were simulated."""

from pathlib import Path

import numpy as np
import pytest

from trilogue.analysis.ascent import Recording, judge, read_telemetry
from trilogue.analysis.flight.notional import notional
from trilogue.analysis.flight.simulate import Trajectory, simulate

ASCENTS = Path(__file__).parents[3] / "data" / "ascents"


def real(name: str) -> Recording:
    return read_telemetry((ASCENTS / f"{name}.csv").read_text("utf-8"))


def shown(flight: Trajectory, rng: np.random.Generator, every: float = 0.3) -> Recording:
    """Return what a screen would show of a simulated flight, until its top."""
    time = np.arange(0.0, flight.apogee_s + 5.0, every) + rng.uniform(0.0, 0.02)
    position, velocity = flight.at(time)
    row = np.array([np.interp(time, flight.time, flight.geodetic[2])])[0]
    step = np.where(row < 100e3, 100.0, 1_000.0)
    speed = np.round(np.linalg.norm(velocity, axis=1) * 3.6) / 3.6
    assert position.shape == velocity.shape
    return Recording(time, np.round(row / step) * step, np.round(speed, 3))


def test_the_ballistic_ascent_is_predicted_half_a_minute_after_its_cut_off() -> None:
    flight = real("bulgariasat_1")
    for until in (188.0, 195.0, 210.0, 230.0):
        judged = judge(flight, until)
        assert judged.cutoff_s == pytest.approx(158.0, abs=3.0)
        assert len(judged.burns) == 1
        assert judged.apogee is not None
        assert judged.apogee.height_m == pytest.approx(119e3, rel=0.02)
        assert abs(judged.apogee.height_m - 119.25e3) < 3.0 * judged.apogee.height_sd_m


def test_a_cut_off_is_known_soon_after_it_and_not_before() -> None:
    flight = real("bulgariasat_1")
    for until in (50.0, 80.0, 120.0, 157.0):  # it throttles down on the way
        assert judge(flight, until).cutoff_s is None
        assert judge(flight, until).apogee is None
    assert judge(flight, 166.0).cutoff_s == pytest.approx(158.0, abs=3.0)


def test_a_second_burn_is_noticed_and_takes_the_prediction_back() -> None:
    flight = real("zuma")
    assert judge(flight, 152.0).apogee is not None
    again = judge(flight, 172.0)
    assert len(again.burns) == 2
    assert again.burns[1].end_s is None
    assert again.apogee is None
    assert any("burn 2 began" in remark for remark in again.remarks)
    after = judge(flight, 225.0)
    assert after.apogee is not None
    assert abs(after.apogee.height_m - 125e3) < 2.0 * after.apogee.height_sd_m


def test_nothing_after_the_time_is_used() -> None:
    flight = real("zuma")
    keep = flight.time <= 160.0
    cut = Recording(flight.time[keep], flight.height[keep], flight.speed[keep])
    assert judge(flight, 160.0) == judge(cut)


def test_a_top_that_was_passed_stays_where_it_was_whatever_burns_later() -> None:
    judged = judge(real("bulgariasat_1"))
    assert len(judged.burns) > 1
    assert judged.apogee is not None
    assert judged.apogee.height_m == pytest.approx(119e3, rel=0.02)


def test_simulated_ascents_are_found_and_their_uncertainty_is_honest() -> None:
    rng = np.random.default_rng(20_170_623)
    late, off, deviations = [], [], []
    for _ in range(24):
        flight = simulate(
            notional(rng.uniform(2_300.0, 3_600.0), rng.uniform(8.0, 30.0)),
            rng.uniform(0.0, 60.0),
            0.0,
            rng.uniform(0.0, 360.0),
        )
        cut_off = flight.burnout_s
        judged = judge(shown(flight, rng), cut_off + 30.0)
        assert judged.cutoff_s is not None
        assert len(judged.burns) == 1
        assert judged.apogee is not None
        late.append(judged.cutoff_s - cut_off)
        off.append(judged.apogee.height_m / flight.apogee_m - 1.0)
        deviations.append((judged.apogee.height_m - flight.apogee_m) / judged.apogee.height_sd_m)
    assert np.abs(late).max() < 3.0
    assert np.abs(off).max() < 0.02
    # Of 24 normal deviates the mean square lies in 0.52 to 1.64 in 95 of 100; the sigmas err wide.
    assert 0.15 < np.mean(np.square(deviations)) < 1.64


def test_two_stages_are_two_burns() -> None:
    flight = simulate(notional(6_500.0, 20.0), 30.0, 0.0, 90.0)
    rows = shown(flight, np.random.default_rng(1))
    first = flight.missile.stages[0].burn_s
    judged = judge(rows, flight.burnout_s + 40.0)
    # A gap of two seconds is too short to be called a coast.
    assert judged.burns[-1].end_s == pytest.approx(flight.burnout_s, abs=3.0)
    assert judge(rows, first - 5.0).cutoff_s is None
