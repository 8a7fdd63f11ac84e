"""Intervals hold what they say, over simulated records: the benchmark does it at length."""

import numpy as np
import pytest
from benchmarks.patterns import coverage

HOLDS = (0.86, 0.94)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("measure", "number"),
    [
        (coverage.rates, 400),
        (coverage.clustered_rates, 400),
        (coverage.changes, 250),
        (coverage.shares, 4_000),
        (coverage.learning_factors, 300),
        (coverage.ranges, 120),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_ninety_per_cent_intervals_hold(measure, number):
    held = measure(number, seed=3)
    trials = len(held)
    # The test may not fail by the luck of its few trials: three standard errors of luck are let by.
    luck = 3.0 * np.sqrt(0.9 * 0.1 / trials)
    assert HOLDS[0] - luck <= held.mean() <= HOLDS[1] + luck


@pytest.mark.slow
def test_shuffled_quarters_show_a_change_no_more_often_than_is_said():
    alarms = coverage.false_alarms(300, seed=5)
    assert alarms.mean() <= 0.05 + 3.0 * np.sqrt(0.05 * 0.95 / len(alarms))
