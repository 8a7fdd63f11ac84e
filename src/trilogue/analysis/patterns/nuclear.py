"""Nuclear tests beside the missile tempo: are there more occasions about a test than otherwise?

Six tests are few, and tempo has its own ups and downs. So occasions within `WINDOW` days of a test
are compared with those that the same tests find when all are moved together along the record, which
keeps their spacing and the tempo's runs (a circular shift, as for spike trains and point patterns:
Besag and Clifford, Biometrika 76, 633–642, 1989). The probability is exact for tests that know
nothing of occasions, in a tempo that is stationary; as tempo grew, it says little about cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from trilogue.analysis.patterns.intervals import LEVEL, Estimate
from trilogue.analysis.patterns.tally import Days

__all__ = ["WINDOW", "BesideTests", "Nuclear", "nuclear"]

WINDOW = 60
"""Days before and after a test."""
_MOVES = 4_999


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideTests:
    """One test: occasions in the days before it and after it."""

    name: str
    day: int
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nuclear:
    """All tests: occasions near them against what moved tests find, and after against before."""

    tests: tuple[BesideTests, ...]
    near: int
    expected: float
    """Mean over moved tests."""
    p_value: float
    """Probability that moved tests find as many or more."""
    after_to_before: Estimate | None
    """Ratio of the rates after and before (Clopper and Pearson on the share after)."""


def nuclear(
    occasions: Days, tests: Sequence[tuple[str, int]], begin: int, end: int, *, seed: int = 0
) -> Nuclear:
    """Return the tests beside the occasions. Tests are names with days, within `[begin, end)`.

    Moved tests wrap round the stretch from the first test's window to the end of the record, since
    before the first test there was neither.
    """
    days = np.repeat(occasions.day, occasions.count)
    each = tuple(
        BesideTests(
            name=name,
            day=day,
            before=int(((days >= day - WINDOW) & (days < day)).sum()),
            after=int(((days > day) & (days <= day + WINDOW)).sum()),
        )
        for name, day in tests
        if begin <= day < end
    )
    before, after = sum(one.before for one in each), sum(one.after for one in each)
    first = min((one.day for one in each), default=begin) - WINDOW
    span = end - first
    kept = days[days >= first] - first
    at = np.array([one.day - first for one in each], np.int64)
    rng = np.random.default_rng(seed)
    found = np.array([_near(kept, (at + k) % span, span) for k in rng.integers(span, size=_MOVES)])
    real = _near(kept, at, span)
    return Nuclear(
        tests=each,
        near=real,
        expected=float(found.mean()),
        p_value=float((1 + (found >= real).sum()) / (1 + _MOVES)),
        after_to_before=_ratio(after, before),
    )


def _near(days: np.ndarray, at: np.ndarray, span: int) -> int:
    apart = np.abs(days[:, None] - at[None, :])
    return int((np.minimum(apart, span - apart) <= WINDOW).any(axis=1).sum())


def _ratio(after: int, before: int) -> Estimate | None:
    if after + before == 0 or before == 0 or after == 0:
        return None
    tail = (1.0 - LEVEL) / 2.0
    low = float(beta.ppf(tail, after, before + 1))
    high = float(beta.ppf(1.0 - tail, after + 1, before))
    return Estimate(after / before, low / (1.0 - low), high / (1.0 - high))
