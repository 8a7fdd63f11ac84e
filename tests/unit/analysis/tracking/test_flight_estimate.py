"""The estimate of one flight: what it says, when it says it, and that the order does not matter."""

import math

import numpy as np
import pytest

from trilogue.analysis.geodesy.geodesic import inverse
from trilogue.analysis.tracking.consistency import inside, nees, nees_interval
from trilogue.analysis.tracking.flight_estimate import estimate_flight
from trilogue.analysis.tracking.plots import PlotTable

ALL = ("KR", "JP", "US")


@pytest.fixture(scope="module")
def run(flights):
    return flights.fly("900 km", 3)


def test_before_cutoff_the_impact_is_unbounded(run) -> None:
    estimate = estimate_flight(run.plots, until=run.burnout - 10.0)
    assert estimate.impact is None
    assert estimate.burnout is None
    assert estimate.apogee_m is None
    assert any("unbounded" in remark for remark in estimate.remarks)
    assert estimate.now.phase == "boost"
    assert estimate.launch is not None
    assert [c.name for c in estimate.classes] == ["unknown"]


def test_after_cutoff_it_says_when_whence_and_whither(run) -> None:
    estimate = estimate_flight(run.plots, until=run.burnout + 60.0)
    flight = run.trajectory
    assert abs(estimate.burnout.value - run.burnout) < 4.0 * estimate.burnout.sd
    assert estimate.burnout.sd < 1.0
    assert inverse(estimate.launch.latitude, estimate.launch.longitude, *flight.launch)[0] < 12e3
    assert inverse(estimate.impact.latitude, estimate.impact.longitude, *flight.impact)[0] < 12e3
    assert abs(estimate.impact.time.value - run.launched - flight.flight_time_s) < 45.0
    assert abs(estimate.apogee_m.value - flight.apogee_m) < 4.0 * estimate.apogee_m.sd
    assert abs(estimate.apogee_time.value - run.launched - flight.apogee_s) < 5.0
    assert estimate.now.phase == "midcourse"
    assert sum(c.probability for c in estimate.classes) == pytest.approx(1.0)
    assert "unknown" in {c.name for c in estimate.classes}
    assert estimate.plots.tolist() == list(range(len(run.plots.until(run.burnout + 60.0))))


def test_the_cutoff_of_the_last_stage_counts(flights) -> None:
    run = flights.fly("3,500 km", 4, until=45.0)
    first = run.trajectory.missile.stages[0].burn_s
    between = estimate_flight(run.plots, until=run.launched + first + 25.0)
    assert between.burnout is None
    after = estimate_flight(run.plots)
    assert abs(after.burnout.value - run.burnout) < 4.0 * after.burnout.sd


def test_on_the_way_down_it_is_terminal_and_knows_the_drag(run) -> None:
    down = run.launched + run.trajectory.flight_time_s
    height = run.trajectory.geodetic[2]
    low = run.launched + float(run.trajectory.time[np.flatnonzero(height > 30e3)[-1]])
    estimate = estimate_flight(run.plots, until=low)
    assert estimate.now.phase == "terminal"
    early = estimate_flight(run.plots, until=run.burnout + 60.0)
    assert estimate.impact.semi_major_m < early.impact.semi_major_m
    assert abs(estimate.impact.time.value - down) < 4.0 * estimate.impact.time.sd + 2.0
    # The apogee lies behind, and is known better than it was.
    assert estimate.apogee_m.sd < early.apogee_m.sd
    assert abs(estimate.apogee_m.value - run.trajectory.apogee_m) < 4.0 * estimate.apogee_m.sd
    assert estimate.apogee_time.value < estimate.now.time


def test_history_is_in_order_and_ends_now(run) -> None:
    estimate = estimate_flight(run.plots, until=run.burnout + 60.0)
    for states in (estimate.history, estimate.smoothed):
        times = [s.time for s in states]
        assert times == sorted(times)
        for state in states:
            assert np.linalg.eigvalsh(state.covariance / np.abs(state.covariance).max())[0] > -1e-9
            assert sum(state.phases.values()) == pytest.approx(1.0)
    assert estimate.now.time == run.plots.until(run.burnout + 60.0).time[-1]
    assert np.array_equal(estimate.smoothed[-1].state, estimate.now.state)


def test_looking_back_is_no_worse_than_looking_on(run) -> None:
    estimate = estimate_flight(run.plots, until=run.burnout + 60.0)

    def error(states) -> float:
        early = [s for s in states if s.time < run.burnout - 5.0]
        return float(np.mean([np.sum((s.state - run.truth(s.time)[:6])[3:] ** 2) for s in early]))

    assert error(estimate.smoothed) < 0.5 * error(estimate.history)
    early = [s for s in estimate.smoothed if s.time < run.burnout - 5.0]
    values = [nees(s.state - run.truth(s.time)[:6], s.covariance) for s in early]
    assert np.mean(values) < 15.0


def test_any_order_of_plots_is_the_same_estimate(run) -> None:
    plots = run.plots.until(run.burnout + 30.0)
    order = np.random.default_rng(1).permutation(len(plots))
    shuffled = PlotTable.of(
        plots.sensors, plots.time[order], plots.sensor[order], plots.values[order], plots.sd[order]
    )
    one, other = estimate_flight(plots), estimate_flight(shuffled)
    assert one.track == other.track
    assert one.now.state.tobytes() == other.now.state.tobytes()
    assert one.now.covariance.tobytes() == other.now.covariance.tobytes()
    assert one.impact == other.impact
    assert one.launch == other.launch


def test_first_seen_in_free_flight(run) -> None:
    late = run.plots.owned_by(["JP"])
    late = late.where(late.time > run.burnout + 15.0)
    estimate = estimate_flight(late, until=run.burnout + 120.0)
    assert estimate.burnout is None
    assert any("before the first plot" in remark for remark in estimate.remarks)
    assert inside(estimate.impact, *run.trajectory.impact) or (
        inverse(estimate.impact.latitude, estimate.impact.longitude, *run.trajectory.impact)[0]
        < 15e3
    )


def test_one_line_of_sight_says_what_it_rests_on(run) -> None:
    eye = next(i for i, s in enumerate(run.plots.sensors) if s.kind == "infrared")
    estimate = estimate_flight(run.plots.where(run.plots.sensor == eye))
    assert any("assumed height" in remark for remark in estimate.remarks)
    assert estimate.impact is None
    error = estimate.now.state - run.truth(estimate.now.time)[:6]
    assert nees(error, estimate.now.covariance) < 40.0


def test_no_plots_are_no_flight(run) -> None:
    with pytest.raises(ValueError, match="no plots"):
        estimate_flight(run.plots, until=run.launched - 1.0)


@pytest.mark.parametrize("biased", [True, False])
def test_stated_uncertainty_is_honest(flights, biased: bool) -> None:
    values, held, runs = [], 0, 24
    for seed in range(500, 500 + runs):
        run = flights.fly("900 km", seed, biased=biased, until=40.0)
        estimate = estimate_flight(run.plots)
        error = estimate.now.state - run.truth(estimate.now.time)[:6]
        values.append(nees(error, estimate.now.covariance))
        held += inside(estimate.impact, *run.trajectory.impact)
    low, high = nees_interval(6, runs, 0.9999)
    assert low < np.mean(values) < high
    # Nine in ten, within four standard deviations of a binomial.
    assert abs(held - 0.9 * runs) < 4.0 * math.sqrt(0.09 * runs)
