"""Intervals for what is counted: shares and medians. All hold the truth with `LEVEL`.

>>> share(7, 8)  # doctest: +ELLIPSIS
Estimate(value=0.875, low=0.6033..., high=0.9775...)
>>> median({5.0: 3, 10.0: 3, 30.0: 3})
Estimate(value=10.0, low=5.0, high=30.0)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, binom

__all__ = ["LEVEL", "Estimate", "median", "share"]

LEVEL = 0.90
_TAILS = ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and the interval that holds it."""

    value: float
    low: float
    high: float


def share(successes: int, trials: int) -> Estimate | None:
    """Return a probability with the interval of Jeffreys' prior; `None` without trials.

    Brown, Cai and DasGupta, Interval estimation for a binomial proportion, Statistical Science 16,
    101–133, 2001, section 4.3, with their ends at 0 and n.
    """
    if trials == 0:
        return None
    low, high = beta.ppf(_TAILS, successes + 0.5, trials - successes + 0.5)
    return Estimate(
        successes / trials,
        0.0 if successes == 0 else float(low),
        1.0 if successes == trials else float(high),
    )


def median(counts: Mapping[float, int]) -> Estimate | None:
    """Return the median of values that occurred so often, between two of their order statistics.

    Free of any distribution: the ranks hold the median with `LEVEL` at least (David and Nagaraja,
    Order Statistics, 3rd ed., section 7.1). `None` without values.
    """
    values = np.repeat(list(counts), list(counts.values()))
    if not len(values):
        return None
    values.sort()
    n = len(values)
    rank = int(binom.ppf(_TAILS[0], n, 0.5))
    # A rank whose tail is larger than wanted would hold too little.
    while rank > 0 and binom.cdf(rank - 1, n, 0.5) > _TAILS[0]:
        rank -= 1
    rank = max(rank, 1)
    return Estimate(float(np.median(values)), float(values[rank - 1]), float(values[n - rank]))
