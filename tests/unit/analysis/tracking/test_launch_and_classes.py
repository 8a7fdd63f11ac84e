"""Launch points, classes, bounds and consistency."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from trilogue.analysis.flight.simulate import simulate
from trilogue.analysis.geodesy.frames import enu_axes, to_ecef
from trilogue.analysis.tracking import flight_estimate
from trilogue.analysis.tracking.ascents import (
    POSITION_M,
    VELOCITY_MPS,
    Climbs,
    ensemble,
    pack,
    unpack,
)
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


def test_launch_ellipses_hold_climbs_left_out_as_often_as_they_say() -> None:
    """Members of the ensemble as truths, with the errors of a track, against the others."""
    e, out, rng = ensemble(), 300, np.random.default_rng(2)
    others = Climbs.of(e.time, e.position[:-out], e.velocity[:-out])
    truths = Climbs.of(e.time, e.position[-out:], e.velocity[-out:])
    members, since, _ = truths.at_height(15_000.0)
    after = np.arange(0.0, 25.0, 8.0)
    origin, axes = to_ecef(40.0, 127.0, 0.0), enu_axes(40.0, 127.0)
    sd = np.array([150.0] * 3 + [15.0] * 3)
    held, when = [], []
    for member, first in zip(members, since, strict=True):
        climb = truths.at(np.full(len(after), member), first + after)
        if not np.isfinite(climb[0]).all():
            continue
        # Ahead is laid to the north, the right to the east.
        position, velocity = (part @ axes[[1, 0, 2]] for part in climb)
        states = np.hstack([origin + position, velocity])
        states += sd * rng.standard_normal(states.shape)
        covariances = np.repeat(np.diag(sd**2)[None], len(after), axis=0)
        point = locate_launch(Ascent(first + after, states, covariances), others)
        held.append(inside(point, 40.0, 127.0))
        when.append(point.time.value / point.time.sd)
    assert len(held) > 0.8 * out
    assert binomtest(sum(held), len(held), point.probability).pvalue > 0.001
    assert 0.8 < np.sqrt(np.mean(np.square(when))) < 1.2


def test_climbs_are_packed_within_half_a_step() -> None:
    e = ensemble()
    part = slice(0, 50)
    packed = pack(e.time, e.position[part] + 1.3, e.velocity[part] + 0.2)
    again = unpack(packed)
    gone = ~np.isfinite(e.position[part])
    assert gone.any()
    assert np.array_equal(gone, ~np.isfinite(again.position))
    off = (again.position - e.position[part] - 1.3, again.velocity - e.velocity[part] - 0.2)
    assert np.nanmax(np.abs(off[0])) <= 0.5 * POSITION_M + 1e-6
    assert np.nanmax(np.abs(off[1])) <= 0.5 * VELOCITY_MPS + 1e-6
    assert max(np.abs(packed[name]).max() for name in ("bend", "rest")) < np.iinfo(np.int16).max


def test_errors_of_a_smoothed_boost_hang_together(flights, monkeypatch) -> None:
    run = flights.fly("3,500 km", 5, until=30.0)
    found: list[Ascent] = []
    monkeypatch.setattr(flight_estimate, "locate_launch", found.append)
    flight_estimate.estimate_flight(run.plots.owned_by(("KR",)))
    (ascent,) = found
    assert ascent.time[len(ascent.gains)] - ascent.time[0] > 24.0
    for k, gain in enumerate(ascent.gains):
        here, following = ascent.covariances[k], ascent.covariances[k + 1]
        joint = np.block([[here, gain @ following], [following @ gain.T, following]])
        scale = np.sqrt(np.diag(joint))
        values = np.linalg.eigvalsh(joint / np.outer(scale, scale))
        assert values[0] > -1e-6
        # A second later position is nearly what it was, and so is its error.
        assert joint[0, len(here)] > 0.5 * scale[0] * scale[len(here)]


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
