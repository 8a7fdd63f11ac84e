"""Launch points, classes, bounds and consistency."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from trilogue.analysis.flight.simulate import simulate
from trilogue.analysis.tracking.bounds import known_mode_bound, window_bound
from trilogue.analysis.tracking.classes import (
    WIDTH,
    Record,
    probabilities,
    reach,
    record,
    scores,
)
from trilogue.analysis.tracking.consistency import (
    inside,
    nees,
    nees_interval,
    share_interval,
)
from trilogue.analysis.tracking.kernels.coast import advance
from trilogue.analysis.tracking.launch_point import Ascent, locate_launch
from trilogue.analysis.tracking.smoother import Free


def ascent(flight, first_s: float, position_sd: float = 20.0, speed_sd: float = 2.0) -> Ascent:
    times = np.arange(first_s, first_s + 20.0)
    position, velocity = flight.at(times)
    states = np.zeros((len(times), 10))
    states[:, :3], states[:, 3:6] = position, velocity
    covariance = np.diag([position_sd**2] * 3 + [speed_sd**2] * 3 + [1.0] * 4)
    return Ascent(1e9 + times, states, np.repeat(covariance[None], len(times), axis=0))


@pytest.mark.parametrize("azimuth", [20.0, 95.0, 200.0, 310.0])
@pytest.mark.parametrize("name", ["900 km", "3,500 km", "lofted"])
def test_the_launch_point_lies_behind_the_ascent(flights, name: str, azimuth: float) -> None:
    flight = simulate(flights.FLIGHTS[name], 40.0, 127.0, azimuth)
    point = locate_launch(ascent(flight, 45.0))
    assert point is not None
    # Within twice the ellipse: that is 4.3 standard deviations.
    assert (
        inside(point, *flight.launch)
        or math.dist((point.latitude, point.longitude), flight.launch) * 111e3
        < 2.0 * point.semi_major_m
    )
    assert abs(point.time.value - 1e9) < 4.0 * point.time.sd


def test_a_later_and_a_poorer_look_say_less(flights) -> None:
    flight = simulate(flights.FLIGHTS["900 km"], 40.0, 127.0, 80.0)
    early, late = locate_launch(ascent(flight, 30.0)), locate_launch(ascent(flight, 75.0))
    poor = locate_launch(ascent(flight, 30.0, position_sd=5_000.0, speed_sd=100.0))
    assert early.semi_major_m < late.semi_major_m
    assert early.semi_minor_m < 0.2 * poor.semi_minor_m


def test_what_comes_down_was_not_just_launched(flights) -> None:
    flight = simulate(flights.FLIGHTS["900 km"], 40.0, 127.0, 80.0)
    assert locate_launch(ascent(flight, flight.apogee_s + 50.0)) is None


def test_reach_of_a_throw_straight_up_and_of_the_flattest_arc() -> None:
    mu, radius = 3.986004418e14, 6_371_000.0
    assert reach(1e6, 0.0) == pytest.approx(math.sqrt(2 * mu * (1 / radius - 1 / (radius + 1e6))))
    # Least energy for a range angle: v² = 2 (mu/R) sin(a/2)/(1 + sin(a/2)) (Bate et al., 6.2-18).
    angle = 5e6 / radius
    least = min(reach(h, 5e6) for h in np.linspace(3e5, 2.5e6, 2201))
    sine = math.sin(angle / 2)
    assert least == pytest.approx(math.sqrt(2 * mu / radius * sine / (1 + sine)), rel=1e-6)


def test_the_width_predicts_the_record_best() -> None:
    widths = (WIDTH / 4, WIDTH, WIDTH * 4, WIDTH * 16)
    means = [scores(record(), w).mean() for w in widths]
    assert int(np.argmax(means)) == 1


def test_class_probabilities_are_as_often_right_as_they_say() -> None:
    stated, right = [], []
    classes = record()
    for i, entry in enumerate(classes):
        if entry.name == "unknown" or entry.flights < 2:
            continue
        for k, value in enumerate(entry.log_reach):
            kept = entry.log_reach[:k] + entry.log_reach[k + 1 :]
            left = Record(entry.name, entry.type, entry.flights - 1, kept)
            found = probabilities(value, 0.0, (*classes[:i], *classes[i + 1 :], left))
            assert sum(found.values()) == pytest.approx(1.0)
            best = max(found, key=lambda name: found[name])
            stated.append(found[best])
            right.append(best == entry.name)
    sd = math.sqrt(sum(p * (1 - p) for p in stated))
    assert abs(sum(right) - sum(stated)) < 4.0 * sd


def test_what_never_flew_is_unknown() -> None:
    # Left out, its flights must not be given to a neighbour with confidence.
    without = tuple(r for r in record() if r.type != "IRBM")
    value = float(np.mean(next(r for r in record() if r.name == "hwasong-12").log_reach[1:]))
    found = probabilities(value, 0.01, without)
    assert max(found, key=lambda name: found[name]) == "unknown"
    assert found["unknown"] > 0.3


def test_more_sensors_and_more_time_bound_lower(flights) -> None:
    run = flights.fly("900 km", 7, until=60.0)
    until = run.burnout + 50.0

    def bound(*owners: str, at: float = until):
        plots = run.plots.owned_by(owners)
        return known_mode_bound(plots, run.truth, run.burnout, at, log_drag=run.log_drag)

    fused = bound("KR", "JP", "US")
    for owners in (("KR",), ("US",), ("KR", "US")):
        alone = bound(*owners)
        gap = np.linalg.eigvalsh(alone.covariance - fused.covariance)
        assert gap[0] > -1e-6 * gap[-1]
        assert np.trace(alone.impact) > np.trace(fused.impact)
    window = window_bound(run.plots, run.truth, run.burnout, until, log_drag=run.log_drag)
    gap = np.linalg.eigvalsh(window.covariance - fused.covariance)
    assert gap[0] > -1e-3 * gap[-1]
    early = bound("KR", "JP", "US", at=run.burnout + 20.0)
    assert np.trace(early.covariance[3:, 3:]) > np.trace(fused.covariance[3:, 3:])


def test_bound_of_a_window_is_what_least_squares_would_leave(flights) -> None:
    """Against numpy's own least squares on residuals whose derivatives are differences."""
    run = flights.fly("900 km", 8, biased=False, until=40.0)
    since, until = run.burnout, run.burnout + 40.0
    plots = run.plots.where((run.plots.time >= since) & (run.plots.time <= until))
    geometry = [(s.position, s.axes) for s in plots.sensors]

    def rows(state: np.ndarray) -> np.ndarray:
        out = []
        x = np.r_[state, np.zeros(3), run.log_drag]
        now = since
        for t, s, values, sd in zip(plots.time, plots.sensor, plots.values, plots.sd, strict=True):
            advance(x, t - now, np.eye(6, 7))
            now = t
            east, north, up = geometry[s][1] @ (x[:3] - geometry[s][0])
            seen = [
                math.atan2(east, north),
                math.atan2(up, math.hypot(east, north)),
                math.dist(x[:3], geometry[s][0]),
            ]
            out.extend(
                v / d for v, z, d in zip(seen, values, sd, strict=False) if not math.isnan(z)
            )
        return np.array(out)

    at = run.truth(since)[:6]
    steps = np.r_[[10.0] * 3, [0.1] * 3]
    jacobian = np.column_stack(
        [
            (rows(at + e) - rows(at - e)) / (2 * s)
            for e, s in zip(np.diag(steps), steps, strict=True)
        ]
    )
    expected = np.linalg.inv(jacobian.T @ jacobian)
    bound = window_bound(run.plots, run.truth, since, since, log_drag=run.log_drag)
    assert np.isfinite(bound.covariance).all()
    found = window_bound(plots, run.truth, since, until, log_drag=run.log_drag)
    moved = Free(since, np.r_[at, run.log_drag], np.pad(expected, (0, 1))).at(until)
    assert found.covariance == pytest.approx(moved.covariance[:6, :6], rel=0.02, abs=1e-3)


def test_nees_of_honest_errors_lies_in_its_interval() -> None:
    rng = np.random.default_rng(3)
    root = np.diag([100.0, 100.0, 100.0, 1.0, 1.0, 1.0]) @ rng.normal(size=(6, 6))
    covariance = root @ root.T
    errors = (root @ rng.standard_normal((6, 400))).T
    values = [nees(e, covariance) for e in errors]
    low, high = nees_interval(6, 400, 0.999)
    assert low < np.mean(values) < high
    assert not low < np.mean([nees(e, covariance / 1.3) for e in errors]) < high
    assert nees_interval(6, 100) == pytest.approx(tuple(chi2.ppf([0.025, 0.975], 600) / 100))


@pytest.mark.parametrize(("hits", "runs"), [(0, 10), (270, 300), (300, 300)])
def test_interval_of_a_share_is_wilsons(hits: int, runs: int) -> None:
    theirs = binomtest(hits, runs).proportion_ci(0.95, method="wilson")
    assert share_interval(hits, runs) == pytest.approx((theirs.low, theirs.high), abs=2e-5)
