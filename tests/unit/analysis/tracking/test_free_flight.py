"""Free flight: motion, transition, fall and batch, against others' integrators and algebra."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import multivariate_normal

from trilogue.analysis.flight.atmosphere import density
from trilogue.analysis.geodesy.frames import enu_axes, to_ecef, to_geodetic
from trilogue.analysis.tracking.estimate import Value
from trilogue.analysis.tracking.impact import ground_point, predict_fall, quantile
from trilogue.analysis.tracking.kernels.coast import FREE, advance, fall, linearise
from trilogue.analysis.tracking.prepared import prepare
from trilogue.analysis.tracking.smoother import Free, Information, gather, merge, smooth, update

MU, J2, A, W = 3.986004418e14, 1.08262668e-3, 6378137.0, 7.292115e-5


def rates(_: float, s: np.ndarray, log_drag: float) -> np.ndarray:
    """Gravity from the gradient of the potential, frame and drag: written for this test."""
    r = s[:3]
    n = np.linalg.norm(r)
    zonal = 1.5 * J2 * MU * A**2 / n**5
    g = -MU * r / n**3 - zonal * (r * (1 - 5 * (r[2] / n) ** 2) + np.array([0, 0, 2 * r[2]]))
    spin = np.array([0.0, 0.0, W])
    frame = -2 * np.cross(spin, s[3:]) - np.cross(spin, np.cross(spin, r))
    height = float(to_geodetic(r)[2])
    rho = density(max(height, 0.0)) if height < 120e3 else 0.0
    drag = -0.5 * rho * math.exp(log_drag) * np.linalg.norm(s[3:]) * s[3:]
    return np.concatenate([s[3:], g + frame + drag])


def coasting(speed: float = 2_500.0, climb_deg: float = 40.0) -> np.ndarray:
    """A state at 60 km, heading east."""
    axes = enu_axes(39.5, 126.5)
    angle = math.radians(climb_deg)
    x = np.zeros(10)
    x[:3] = to_ecef(39.5, 126.5, 60_000.0)
    x[3:6] = speed * (math.cos(angle) * axes[0] + math.sin(angle) * axes[2])
    x[9] = -8.3
    return x


@pytest.mark.parametrize("seconds", [40.0, 300.0, -20.0])
def test_motion_agrees_with_dop853(seconds: float) -> None:
    x = coasting()
    start = x.copy()
    advance(x, seconds, np.eye(6, FREE))
    other = solve_ivp(
        rates, (0, seconds), start[:6], method="DOP853", rtol=1e-11, atol=1e-6, args=(start[9],)
    )
    # The filter's table of air differs from the standard's closed form by up to half a per cent.
    assert np.linalg.norm(x[:3] - other.y[:3, -1]) < 5.0
    assert np.linalg.norm(x[3:6] - other.y[3:, -1]) < 0.05


def test_fall_agrees_with_dop853() -> None:
    x = coasting(climb_deg=45.0)
    start, top = x.copy(), np.empty(2)
    seconds = fall(x, 7200.0, 0.0, top)

    def ground(_: float, s: np.ndarray, __: float) -> float:
        return float(to_geodetic(s[:3])[2])

    ground.terminal, ground.direction = True, -1
    other = solve_ivp(
        rates, (0, 3000), start[:6], method="DOP853", rtol=1e-10, atol=1e-5, max_step=2.0,
        args=(start[9],), events=ground, dense_output=True,
    )  # fmt: skip
    assert seconds == pytest.approx(other.t_events[0][0], abs=0.3)
    assert np.linalg.norm(x[:3] - other.y_events[0][0][:3]) < 60.0
    heights = to_geodetic(other.sol(np.arange(0, seconds, 0.5))[:3].T)[2]
    assert top[0] == pytest.approx(heights.max(), abs=30.0)
    assert top[1] == pytest.approx(0.5 * heights.argmax(), abs=2.0)


def test_transition_is_the_derivative_of_the_motion() -> None:
    phi = np.eye(6, FREE)
    advance(coasting(), 120.0, phi)
    for j, step in enumerate([10.0] * 3 + [0.05] * 3 + [1e-3]):
        ends = []
        for sign in (1.0, -1.0):
            x = coasting()
            x[9 if j == 6 else j] += sign * step
            advance(x, 120.0, np.eye(6, FREE))
            ends.append(x[:6])
        slope = (ends[0] - ends[1]) / (2.0 * step)
        scale = np.abs(slope[:3]).max(), np.abs(slope[3:]).max()
        assert np.abs(phi[:3, j] - slope[:3]).max() < 2e-3 * scale[0]
        assert np.abs(phi[3:, j] - slope[3:]).max() < 2e-3 * scale[1]


def test_going_back_comes_back() -> None:
    x = coasting()
    state = Free(0.0, np.r_[x[:6], x[9]], np.diag([1e4] * 3 + [25.0] * 3 + [0.5]))
    there = state.at(200.0).at(0.0)
    assert np.abs(there.mean - state.mean).max() < 1e-3
    assert there.covariance == pytest.approx(state.covariance, rel=1e-2, abs=1.0)


def test_score_is_the_gradient_of_the_likelihood(flights) -> None:
    run = flights.fly("900 km", 1, until=40.0)
    since = run.burnout + 1.0
    table = prepare(run.plots.where(run.plots.time >= since))
    point = np.zeros(FREE + len(table.bias_sd))
    point[:6], point[6] = run.truth(since)[:6], run.log_drag
    n = len(point)
    place = np.where(table.bias >= 0, table.bias - 3, -1)

    def loglik(y: np.ndarray) -> tuple[float, np.ndarray]:
        info, score = np.empty((n, n)), np.empty(n)
        rows = table.part(0, len(table.time))
        return linearise(y, since, *rows, table.geometry, place, info, score), score

    _, score = loglik(point)
    steps = np.r_[[1.0] * 3, [0.01] * 3, 0.01, np.tile([1e-6, 1e-6, 0.1, 1e-4], (n - FREE) // 4)]
    for j, step in enumerate(steps):
        up, down = point.copy(), point.copy()
        up[j] += step
        down[j] -= step
        slope = (loglik(up)[0] - loglik(down)[0]) / (2.0 * step)
        assert score[j] == pytest.approx(slope, rel=1e-3, abs=1e-3 * abs(score).max() * 1e-3 + 1e-6)


def test_update_and_evidence_agree_with_the_joint_gaussian() -> None:
    rng = np.random.default_rng(5)
    n, m = 9, 14
    design = rng.normal(size=(m, n))
    noise = rng.uniform(0.5, 2.0, m)
    root = rng.normal(size=(n, n))
    prior = Free(0.0, rng.normal(size=n), root @ root.T + 0.1 * np.eye(n))
    z = rng.normal(size=m)
    point = rng.normal(size=n)
    left = z - design @ point
    loglik = float(-0.5 * (left**2 / noise**2 + np.log(2 * np.pi * noise**2)).sum())
    weighted = design / noise[:, None] ** 2
    data = Information(point, loglik, weighted.T @ left, design.T @ weighted)
    after, evidence = update(prior, data)
    joint = design @ prior.covariance @ design.T + np.diag(noise**2)
    assert evidence == pytest.approx(multivariate_normal(design @ prior.mean, joint).logpdf(z))
    gain = prior.covariance @ design.T @ np.linalg.inv(joint)
    assert after.mean == pytest.approx(prior.mean + gain @ (z - design @ prior.mean))
    assert after.covariance == pytest.approx(prior.covariance - gain @ design @ prior.covariance)


def test_a_mixture_keeps_its_moments() -> None:
    rng = np.random.default_rng(6)
    parts = [Free(0.0, rng.normal(size=8), np.diag(rng.uniform(1, 2, 8))) for _ in range(3)]
    weights = np.array([0.2, 0.3, 0.5])
    drawn = np.concatenate(
        [
            rng.multivariate_normal(p.mean, p.covariance, int(200_000 * w))
            for p, w in zip(parts, weights, strict=True)
        ]
    )
    whole = merge(parts, weights)
    assert whole.mean == pytest.approx(drawn.mean(axis=0), abs=0.02)
    assert whole.covariance == pytest.approx(np.cov(drawn.T), abs=0.03)


def test_the_batch_is_where_the_score_vanishes(flights) -> None:
    run = flights.fly("3,500 km", 2, biased=False, until=40.0)
    since = run.burnout + 0.5
    table = prepare(run.plots.where(run.plots.time >= since))
    at = np.r_[run.truth(since)[:6], -8.3]
    prior = Free(
        since, at + np.r_[[500.0] * 3, [30.0] * 3, 0.1], np.diag([1e8] * 3 + [1e4] * 3 + [0.5])
    )
    whole, weights, _ = smooth(table, [prior], np.zeros(1), 0)
    assert weights.tolist() == [1.0]
    data = gather(table, whole.mean, since, 0)
    pull = data.score + np.linalg.solve(prior.covariance, prior.mean - whole.mean)
    sd = np.sqrt(np.diag(whole.covariance))
    assert np.abs(pull * sd).max() < 0.01
    off = (whole.mean - at)[:6] / sd[:6]
    assert np.abs(off).max() < 4.5


def test_the_fall_has_the_moments_of_many_falls() -> None:
    x = coasting()
    sd = np.r_[[200.0] * 3, [4.0] * 3, 0.5]
    state = Free(0.0, np.r_[x[:6], x[9]], np.diag(sd**2))
    found = predict_fall(state)
    assert found is not None
    rng = np.random.default_rng(8)
    ends, tops = [], []
    for _ in range(1500):
        y = np.zeros(10)
        drawn = state.mean + sd * rng.standard_normal(7)
        y[:6], y[9] = drawn[:6], drawn[6]
        top = np.empty(2)
        seconds = fall(y, 7200.0, 0.0, top)
        ends.append([*y[:3], seconds])
        tops.append(top[0])
    ends = np.array(ends)
    spread = np.cov(ends[:, :3].T)
    assert np.linalg.norm(found.position - ends[:, :3].mean(axis=0)) < 0.1 * np.trace(spread) ** 0.5
    assert np.trace(found.covariance) == pytest.approx(np.trace(spread), rel=0.12)
    assert found.time.sd == pytest.approx(ends[:, 3].std(), rel=0.1)
    assert found.apogee_m.value == pytest.approx(np.mean(tops), abs=4 * np.std(tops) / 38)
    assert found.apogee_m.sd == pytest.approx(np.std(tops), rel=0.1)


def test_what_escapes_does_not_come_down() -> None:
    x = coasting(speed=12_500.0)
    assert predict_fall(Free(0.0, np.r_[x[:6], x[9]], np.eye(7))) is None


def test_an_ellipse_holds_nine_in_ten() -> None:
    axes = enu_axes(39.0, 127.0)
    spread = axes.T @ np.array([[9e6, 2e6, 0], [2e6, 1e6, 0], [0, 0, 0]]) @ axes
    point = ground_point(to_ecef(39.0, 127.0, 0.0), spread, Value(0.0, 1.0))
    rng = np.random.default_rng(9)
    east, north = rng.multivariate_normal([0, 0], [[9e6, 2e6], [2e6, 1e6]], 40_000).T
    angle = math.radians(point.azimuth_deg)
    along = east * math.sin(angle) + north * math.cos(angle)
    across = east * math.cos(angle) - north * math.sin(angle)
    held = np.hypot(along / point.semi_major_m, across / point.semi_minor_m) <= 1.0
    assert held.mean() == pytest.approx(0.9, abs=0.006)
    assert quantile(0.9) == pytest.approx(2.1460, abs=1e-4)
