"""A number on a screen is an interval: no pull within it, and blur only where rows show it."""

import numpy as np
import pytest

from trilogue.analysis.ascent.rounding import blur, likelihood, slope


def test_slopes_are_those_of_the_likelihood() -> None:
    error = np.linspace(-3.0, 3.0, 61)
    step, sd, nudge = np.full(61, 1.0), np.full(61, 0.4), 1e-5
    score, bend = slope(error, step, sd)
    beside = [likelihood(error + way * nudge, step, sd) for way in (-1.0, 1.0)]
    assert score == pytest.approx((beside[1] - beside[0]) / (2.0 * nudge), abs=1e-7)
    shifted = [slope(error + way * nudge, step, sd)[0] for way in (-1.0, 1.0)]
    second = (shifted[1] - shifted[0]) / (2.0 * nudge)
    assert bend == pytest.approx(np.maximum(-second, 0.0), abs=1e-6)


def test_rounded_alike_many_times_over_is_no_news() -> None:
    alike, step = np.full(500, 0.25), np.ones(500)
    score, _ = slope(alike, step, 0.05 * step)
    assert abs(score.sum()) < 3.0  # a normal error of the same size would pull by 500 × 0.25 × 12


def test_what_was_misread_pulls_no_more() -> None:
    near, far = slope(np.array([1.0, 40.0]), np.ones(2), np.full(2, 0.3))[0]
    assert near < -1.0
    assert abs(far) < 1e-6


def test_blur_is_small_for_rounding_and_as_large_as_the_scatter_otherwise() -> None:
    rng = np.random.default_rng(5)
    step = np.ones(400)
    assert blur(rng.uniform(-0.5, 0.5, 400), step, step) == 0.15
    assert blur(rng.normal(0.0, 2.0, 400), step, step) == 2.0
    assert blur(rng.normal(0.0, 30.0, 400), step, step) == 32.0
