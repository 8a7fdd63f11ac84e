"""Times to reliable use, of which some are not over yet: beside SciPy's estimate of the same."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf

from trilogue.analysis.patterns.intervals import LEVEL
from trilogue.analysis.patterns.outcomes import survival


@pytest.mark.parametrize("seed", range(20))
def test_it_is_what_scipy_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    done = random.integers(0, 12, random.integers(1, 15)) + 0.5
    waiting = random.integers(0, 12, random.integers(0, 8)) + 0.5
    at, share, low, high = survival(done, waiting)
    other = ecdf(CensoredData(done, right=waiting)).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # that the band is open at its ends
        band = other.confidence_interval(confidence_level=LEVEL, method="log-log")
    np.testing.assert_array_equal(at, other.quantiles)
    np.testing.assert_allclose(share, other.probabilities, atol=1e-12)
    np.testing.assert_allclose(low, band.low.probabilities, atol=1e-12)
    np.testing.assert_allclose(high, band.high.probabilities, atol=1e-12)


@pytest.mark.parametrize(("done", "waiting"), [([], []), ([], [3.5]), ([2.5], []), ([1.5], [0.5])])
def test_few_are_told_without_a_warning(done: list[float], waiting: list[float]) -> None:
    at, share, low, high = survival(np.array(done), np.array(waiting))
    assert len(at) == len(share) == len(low) == len(high) == len({*done, *waiting})
    assert np.isnan(low[(share == 0.0) | (share == 1.0)]).all()
