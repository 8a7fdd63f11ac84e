"""Nuclear tests beside the missile tempo: are there more occasions about a test than otherwise?

Six tests are few, and tempo has its own ups and downs. So occasions within `WINDOW` days of a test
are compared with those that the same tests find when all are moved together along the record, which
keeps their spacing and the tempo's runs (a circular shift, as for spike trains and point patterns:
Besag and Clifford, Biometrika 76, 633–642, 1989), by every number of days. The probability is exact
for tests that know nothing of occasions, in a stationary tempo; as tempo grew, it says little about
cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from trilogue.analysis.patterns.intervals import LEVEL, Estimate
from trilogue.analysis.patterns.tally import Days

__all__ = ["WINDOW", "BesideTests", "Nuclear", "nuclear"]

WINDOW = 60
"""Days before and after a test."""


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


def nuclear(occasions: Days, tests: Sequence[tuple[str, int]], begin: int, end: int) -> Nuclear:
    """Return the tests beside the occasions. Tests are names with days, within `[begin, end)`.

    Moved tests wrap round the stretch from the first test's window to the end of the record, since
    before the first test there was neither.
    """
    each = tuple(
        BesideTests(
            name=name,
            day=day,
            before=_between(occasions, day - WINDOW, day),
            after=_between(occasions, day + 1, day + WINDOW + 1),
        )
        for name, day in tests
        if begin <= day < end
    )
    before, after = sum(one.before for one in each), sum(one.after for one in each)
    first = min((one.day for one in each), default=begin) - WINDOW
    found = _near(occasions, [one.day for one in each], first, end)
    return Nuclear(
        tests=each,
        near=int(found[0]),
        expected=float(found.mean()),
        p_value=float((found >= found[0]).mean()),
        after_to_before=_ratio(after, before),
    )


def _between(occasions: Days, begin: int, end: int) -> int:
    return int(occasions.count[(occasions.day >= begin) & (occasions.day < end)].sum())


def _near(occasions: Days, tests: Sequence[int], first: int, end: int) -> NDArray[np.int64]:
    """Return occasions near tests that are moved by 0, 1, 2 … days round the stretch, `(n,)`.

    The circular cross-correlation of occasions a day with the days that tests cover.
    """
    span = end - first
    daily, cover = np.zeros(span), np.zeros(span)
    kept = occasions.day >= first
    daily[occasions.day[kept] - first] = occasions.count[kept]
    for day in tests:
        cover[np.arange(day - first - WINDOW, day - first + WINDOW + 1) % span] = 1.0
    crossed = np.fft.irfft(np.fft.rfft(daily) * np.conj(np.fft.rfft(cover)), span)
    return np.rint(crossed).astype(np.int64)


def _ratio(after: int, before: int) -> Estimate | None:
    if after + before == 0 or before == 0 or after == 0:
        return None
    tail = (1.0 - LEVEL) / 2.0
    low = float(beta.ppf(tail, after, before + 1))
    high = float(beta.ppf(1.0 - tail, after + 1, before))
    return Estimate(after / before, low / (1.0 - low), high / (1.0 - high))
