"""Fusing estimates: exact where errors are independent, never too sure where that is not known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.analysis.tracking.fusion import (
    distance2,
    fuse_independent,
    intersect,
    log_volume,
)

SCALE = np.array([1e4, 2e4, 5e3, 20.0, 50.0, 10.0])


@st.composite
def joints(draw, size=6):
    """Draw a joint covariance of two estimates' errors: any correlation that can be."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    # Few common causes make strong correlations, down to the same error twice.
    causes = draw(st.integers(1, 2 * size))
    strength = draw(st.sampled_from([0.0, 0.3, 1.0, 10.0]))
    own = 10.0 ** rng.uniform(-1.5, 1.5, 2 * size)
    shared = strength * rng.standard_normal((2 * size, causes)) * 10.0 ** rng.uniform(-1, 1, causes)
    joint = shared @ shared.T + np.diag(own)
    spread = np.concatenate([SCALE, SCALE])
    return joint * np.outer(spread, spread)


def parts(joint):
    n = len(joint) // 2
    return joint[:n, :n], joint[n:, n:]


def inverse(p):
    """Return the inverse of a covariance, taken in units of `SCALE`."""
    unit = np.outer(SCALE, SCALE)
    return np.linalg.inv(p / unit) / unit


def least(matrix):
    """Return the smallest eigenvalue of a matrix, over its own units."""
    scale = np.sqrt(np.diag(matrix))
    return np.linalg.eigvalsh(matrix / np.outer(scale, scale))[0]


@given(joints())
def test_intersection_is_never_surer_than_its_error_whatever_the_correlation(joint):
    p1, p2 = parts(joint)
    zero = np.zeros(6)
    fused = intersect(zero, p1, zero, p2)
    # The weights of the two errors in the fused one, found by fusing unit errors.
    g1 = np.column_stack([intersect(e, p1, zero, p2).state for e in np.diag(SCALE)]) / SCALE
    g2 = np.column_stack([intersect(zero, p1, e, p2).state for e in np.diag(SCALE)]) / SCALE
    gains = np.hstack([g1, g2])
    actual = gains @ joint @ gains.T
    scale = np.sqrt(np.diag(fused.covariance))
    rest = (fused.covariance - actual) / np.outer(scale, scale)
    assert np.linalg.eigvalsh(rest)[0] > -1e-7
    assert np.allclose(g1 + g2, np.eye(6), atol=1e-6 * np.outer(SCALE, 1 / SCALE))


@given(joints())
def test_intersection_is_no_less_sure_than_the_better_and_in_no_direction_surer(joint):
    p1, p2 = parts(joint)
    fused = intersect(np.zeros(6), p1, np.zeros(6), p2)
    assert log_volume(fused.covariance) <= min(log_volume(p1), log_volume(p2)) + 1e-9
    # Information along a direction is a weighted mean of both: never more than the greater.
    fused_i, i1, i2 = (np.diag(inverse(p)) for p in (fused.covariance, p1, p2))
    assert (fused_i <= np.maximum(i1, i2) * (1 + 1e-7)).all()


@given(joints(), st.floats(0, 1))
def test_the_weight_is_the_best(joint, w):
    p1, p2 = parts(joint)
    best = intersect(np.zeros(6), p1, np.zeros(6), p2)
    information = w * inverse(p1) + (1 - w) * inverse(p2)
    assert log_volume(best.covariance) <= -log_volume(information) + 1e-6


@given(joints())
def test_intersection_does_not_mind_which_comes_first(joint):
    p1, p2 = parts(joint)
    x1, x2 = SCALE, -SCALE
    one, other = intersect(x1, p1, x2, p2), intersect(x2, p2, x1, p1)
    spread = np.sqrt(np.diag(one.covariance))
    assert np.abs((one.state - other.state) / spread).max() < 1e-6
    assert np.allclose(one.covariance, other.covariance, atol=1e-6 * np.outer(spread, spread))


@given(joints())
def test_the_same_estimate_twice_is_no_news(joint):
    p, _ = parts(joint)
    fused = intersect(SCALE, p, SCALE, p)
    spread = np.sqrt(np.diag(p))
    assert np.allclose(fused.covariance, p, atol=1e-7 * np.outer(spread, spread))
    # Where independence is claimed, it is news: half the variance, which is what must not happen.
    assert np.allclose(fuse_independent(SCALE, p, SCALE, p).covariance * 2, p, rtol=1e-6, atol=1e-9)


@given(joints())
def test_independent_estimates_add_their_information(joint):
    p1, p2 = parts(joint)
    fused = fuse_independent(np.zeros(6), p1, SCALE, p2)
    unit = np.outer(SCALE, SCALE)
    expected = np.linalg.inv((inverse(p1) + inverse(p2)) * unit) * unit
    spread = np.sqrt(np.diag(expected))
    assert np.allclose(fused.covariance, expected, atol=1e-6 * np.outer(spread, spread))
    mean = expected @ inverse(p2) @ SCALE
    assert np.abs((fused.state - mean) / spread).max() < 1e-5
    assert least(fused.covariance) > 0


def test_drawn_errors_are_covered_as_stated():
    """Independent fusion is consistent where independence holds, and is not where it does not."""
    rng = np.random.default_rng(5)
    common, own = np.diag(SCALE**2), 0.25 * np.diag(SCALE**2)
    p = common + own
    squares = {"same": [], "other": [], "crossed": []}
    for _ in range(2_000):
        shared = rng.standard_normal(6) * SCALE
        a, b = (shared + rng.standard_normal(6) * 0.5 * SCALE for _ in range(2))
        c = rng.multivariate_normal(np.zeros(6), p)
        for name, one, how in (
            ("same", b, fuse_independent),
            ("other", c, fuse_independent),
            ("crossed", b, intersect),
        ):
            fused = how(a, p, one, p)
            squares[name].append(fused.state @ np.linalg.solve(fused.covariance, fused.state))
    assert np.mean(squares["other"]) == pytest.approx(6.0, abs=0.35)
    assert np.mean(squares["crossed"]) < 6.0
    assert np.mean(squares["same"]) > 9.0


def test_a_covariance_that_is_none_is_refused():
    with pytest.raises(np.linalg.LinAlgError):
        intersect(np.zeros(2), np.diag([1.0, -1.0]), np.zeros(2), np.eye(2))


def test_distance_counts_deviations():
    assert distance2(np.zeros(2), np.eye(2), np.array([3.0, 0.0]), np.diag([8.0, 1.0])) == 1.0
