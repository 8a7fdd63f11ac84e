"""The unscented filter: against algebra, and as the rival of the filters that linearise."""

import numpy as np
import pytest

from trilogue.analysis.tracking.consistency import nees, nees_interval
from trilogue.analysis.tracking.estimate import StateEstimate
from trilogue.analysis.tracking.flight_estimate import estimate_flight
from trilogue.analysis.tracking.kernels import ukf
from trilogue.analysis.tracking.kernels.boost import forward
from trilogue.analysis.tracking.kernels.dynamics import BOOST_TURN, COAST, REENTRY
from trilogue.analysis.tracking.prepared import Prepared, prepare
from trilogue.analysis.tracking.settings import EstimateSettings

SETTINGS = EstimateSettings()


def rows(table: Prepared, keep: np.ndarray) -> Prepared:
    """Return the rows that a mask keeps."""
    return Prepared(
        *(column[keep] for column in (table.time, table.sensor, table.values, table.sd)),
        table.geometry, table.bias, table.bias_sd, table.infrared, table.sensors,
    )  # fmt: skip


def unscented(
    mode: int, table: Prepared, x: np.ndarray, p: np.ndarray, start: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    m = len(table.time)
    xs, ps, loglik = np.empty((m, 10)), np.empty((m, 10, 10)), np.empty(m)
    ukf.run(
        mode, x, p, start, table.time, table.sensor, table.values, table.sd, table.geometry,
        SETTINGS.noise, ukf.ALPHA, ukf.BETA, ukf.KAPPA, xs, ps, loglik,
    )  # fmt: skip
    return xs, ps, loglik


def extended(
    mode: int, table: Prepared, x: np.ndarray, p: np.ndarray, start: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    m = len(table.time)
    out = np.empty((m, 10)), np.empty((m, 10, 10))
    before, loglik = (np.empty((m, 10)), np.empty((m, 10, 10))), np.empty(m)
    forward(
        mode, x, p, start, table.time, table.sensor, table.values, table.sd, table.geometry,
        table.bias, SETTINGS.noise, np.ones(m), *out, *before, loglik,
    )  # fmt: skip
    return *out, loglik


@pytest.fixture(scope="module")
def run(flights):
    return flights.fly("900 km", 21, biased=False, until=60.0)


def first(run, time: float, thrust: float) -> tuple[np.ndarray, np.ndarray]:
    """A prior that is off by some of its standard deviations, about the truth."""
    sd = np.r_[[300.0] * 3, [20.0] * 3, [8.0] * 3, 0.5]
    x = run.truth(time)
    x[6:9] = thrust * x[3:6] / np.linalg.norm(x[3:6])
    x[9] = run.log_drag
    return x + 0.7 * sd * np.array([1, -1, 1, -1, 1, -1, 1, -1, 1, -1]), np.diag(sd**2)


@pytest.mark.parametrize("mode", [BOOST_TURN, COAST, REENTRY])
def test_where_little_is_curved_it_is_the_extended_filter(run, mode: int) -> None:
    time = prepare(run.plots).time
    boosting = mode == BOOST_TURN
    since = run.burnout + (-25.0 if boosting else 5.0)
    until = run.burnout if boosting else np.inf
    table = rows(prepare(run.plots), (time > since) & (time <= until))
    x, p = first(run, since, 45.0 if boosting else 0.0)
    rival, ours = unscented(mode, table, x, p, since), extended(mode, table, x, p, since)
    sd = np.sqrt(np.diagonal(ours[1], axis1=1, axis2=2))
    settled = 20
    assert np.abs((rival[0] - ours[0])[settled:] / sd[settled:]).max() < 0.1
    spread = np.sqrt(np.diagonal(rival[1], axis1=1, axis2=2))
    assert np.abs(spread / sd - 1.0)[settled:].max() < 0.05
    assert rival[2][settled:] == pytest.approx(ours[2][settled:], abs=0.1)


def test_a_plot_is_weighed_as_the_joint_gaussian_of_many_draws(run) -> None:
    time = run.burnout + 20.0
    x, p = first(run, time, 0.0)
    every = prepare(run.plots)
    k = int(np.flatnonzero((every.time > time) & ~np.isnan(every.values[:, 2]))[0])
    table = rows(every, np.arange(len(every.time)) == k)
    xs, ps, loglik = unscented(COAST, table, x, p, float(table.time[0]))
    rng = np.random.default_rng(4)
    draws = rng.multivariate_normal(x, p, 400_000)
    sensor = every.sensors[int(table.sensor[0])]
    e, n, u = ((draws[:, :3] - sensor.position) @ sensor.axes.T).T
    seen = np.array([np.arctan2(e, n), np.arctan2(u, np.hypot(e, n)), np.sqrt(e**2 + n**2 + u**2)])
    joint = np.cov(np.vstack([draws.T, seen]))
    s = joint[10:, 10:] + np.diag(table.sd[0, :3] ** 2)
    gain = joint[:10, 10:] @ np.linalg.inv(s)
    v = table.values[0, :3] - seen.mean(axis=1)
    v[0] = np.angle(np.exp(1j * v[0]))  # azimuths are told from 0 to 2 pi
    sd = np.sqrt(np.diag(ps[0]))
    assert np.abs((x + gain @ v - xs[0]) / sd).max() < 0.05
    after = p - gain @ s @ gain.T
    assert np.abs((after - ps[0]) / np.outer(sd, sd)).max() < 0.05
    _, logdet = np.linalg.slogdet(2.0 * np.pi * s)
    assert loglik[0] == pytest.approx(-0.5 * (v @ np.linalg.solve(s, v) + logdet), abs=0.05)


def test_the_estimate_of_a_flight_agrees_with_it_after_the_cutoff(flights) -> None:
    """An outsider for the estimator: they share no derivative, no batch and no hypothesis."""
    values, runs = [], 12
    for seed in range(700, 700 + runs):
        run = flights.fly("900 km", seed, biased=False, until=60.0)
        estimate = estimate_flight(run.plots)
        since = run.burnout + 2.0
        table = prepare(run.plots)
        table = rows(table, table.time > since)
        x, p = first(run, since, 0.0)
        # Wider than it is off: the estimate knows the boost, too, and must not be worse for it.
        xs, ps, _ = unscented(REENTRY, table, x, 25.0 * p, since)
        now: StateEstimate = estimate.now
        spread = ps[-1][:6, :6]
        # Both have the plots since the cut-off, and the estimate has those before as well: their
        # difference has the difference of their covariances.
        values.append(nees(xs[-1, :6] - now.state, spread))
        assert np.trace(now.covariance[:3, :3]) < 1.05 * np.trace(spread[:3, :3])
        assert nees(xs[-1, :6] - run.truth(now.time)[:6], spread) < 30.0
    # No more apart than one of them is from the truth.
    assert np.mean(values) < nees_interval(6, runs, 0.9999)[1]


def test_a_covariance_that_is_none_gives_no_number(run) -> None:
    table = prepare(run.plots)
    x, p = first(run, run.burnout, 0.0)
    p[0, 0] = -1.0
    assert np.isnan(unscented(COAST, table, x, p, run.launched)[0]).any()
