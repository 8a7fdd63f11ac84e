"""Tempo: how often there are occasions, and when that changed.

Occasions by quarter are a piecewise constant Poisson process. Change points are those of the least
penalised deviance, found exactly by PELT (Killick, Fearnhead and Eckley, JASA 107, 1590–1598, 2012)
as `ruptures` implements it (Truong, Oudre and Vayatis, Signal Processing 167, 107299, 2020). The
penalty comes from the data: quarters are shuffled, and it is the value that `FALSE_ALARMS` of the
shuffled series would pass. So one series in twenty without any change shows one, clustered as the
occasions may be. Each stretch between change points is then searched again in the same way, its own
quarters shuffled, until nothing is found: a rise of a hundredfold hides no doubling after it.

The date of each change is then weighed day by day between its neighbours: with Gamma priors on both
rates, the probability of a day is the Poisson–Gamma marginal likelihood of the days before and
after it (Raftery and Akman, Biometrika 73, 85–89, 1986, equations 2 and 3). Rates have Gamma
posteriors with Jeffreys' prior, widened by the dispersion of the quarters where occasions cluster.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import ruptures
from numpy.typing import NDArray
from ruptures.base import BaseCost
from scipy.special import gammaln
from scipy.stats import gamma

from trilogue.analysis.patterns.tally import Days

__all__ = ["FALSE_ALARMS", "LEVEL", "ChangePoint", "Rate", "Tempo", "detect", "penalty", "tempo"]

FALSE_ALARMS = 0.05
"""Share of series without a change in which one is found all the same."""
LEVEL = 0.90
"""Of every interval."""
QUARTER = 365.25 / 4.0
YEAR = 365.25
LEAST_QUARTERS = 4
SHUFFLES = 199
_AT_ONCE = 25
_POSTERIOR = 0.925
"""Of a rate's posterior, so that its interval holds with `LEVEL`: in series without a change one in
twenty is cut in two all the same, and then both rates are wrong. Measured by the benchmark."""
_PRIOR = (0.5, 30.0)
"""Shape and days of the Gamma prior on both rates about a change: half an occasion a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Occasions a year between two days (ordinals, the last not included), with its interval."""

    begin: int
    end: int
    occasions: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """The first day of a new rate, as an ordinal, with the interval that holds it."""

    day: int
    low: int
    high: int
    gain: float
    """By how much the deviance falls for this change, over the penalty: 1 is just enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """Rates between change points, over the whole time of the record."""

    begin: int
    end: int
    rates: tuple[Rate, ...]
    changes: tuple[ChangePoint, ...]
    dispersion: float
    """Variance of quarterly counts over their mean within rates; 1 is Poisson."""


class _Deviance(BaseCost):  # type: ignore[misc]  # ruptures has no types
    """Twice the negative log-likelihood of a constant rate, up to what does not depend on it."""

    model = "poisson"
    min_size = LEAST_QUARTERS

    def fit(self, signal: NDArray[np.float64]) -> _Deviance:
        """Take counts and exposures `(n, 2)`."""
        self.signal = signal
        self._sums = np.vstack([np.zeros(2), np.cumsum(signal, axis=0)]).tolist()
        return self

    def error(self, start: int, end: int) -> float:
        """Return the cost of quarters from start to end."""
        (n0, e0), (n1, e1) = self._sums[start], self._sums[end]
        n = n1 - n0
        return 0.0 if n <= 0.0 else float(-2.0 * n * np.log(n / (e1 - e0)))


def tempo(days: Days, begin: int, end: int, *, seed: int = 0) -> Tempo:
    """Return rates and change points of occasions from day `begin` up to `end`, not included."""
    if not begin <= days.day[0] <= days.day[-1] < end:
        raise ValueError("occasions lie outside the time of the record")
    changes = _search(days, begin, end, seed)
    ends = [begin, *(one.day for one in changes), end]
    counts, _ = quarters(days, begin, end)
    phi = _dispersion(counts, ends, begin)
    pairs = itertools.pairwise(ends)
    return Tempo(
        begin=begin,
        end=end,
        rates=tuple(_rate(days, a, b, phi) for a, b in pairs),
        changes=tuple(changes),
        dispersion=phi,
    )


def _search(days: Days, begin: int, end: int, seed: int) -> list[ChangePoint]:
    """Return the changes between two days, by day; what lies between them is searched, too."""
    counts, exposure = quarters(days, begin, end)
    beta = penalty(counts, exposure, seed)
    if beta is None:
        return []
    ends = [begin, *(begin + round(k * QUARTER) for k in detect(counts, exposure, beta)), end]
    if len(ends) == 2:
        return []
    phi = _dispersion(counts, ends, begin)
    found: list[ChangePoint] = []
    for k in range(1, len(ends) - 1):
        found.append(_dated(days, ends[k - 1], ends[k + 1], beta, phi))
        ends[k] = found[-1].day
    for a, b in itertools.pairwise(ends):
        found += _search(days, a, b, seed)
    return sorted(found, key=lambda one: one.day)


def quarters(days: Days, begin: int, end: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return occasions and days of each quarter from `begin`, `(n,)` each; the last is cut."""
    number = max(1, int(np.ceil((end - begin) / QUARTER)))
    edges = np.minimum(begin + np.round(np.arange(number + 1) * QUARTER), end)
    counts, _ = np.histogram(days.day + 0.5, edges, weights=days.count)
    return counts.astype(np.float64), np.diff(edges)


def detect(
    counts: NDArray[np.float64], exposure: NDArray[np.float64], beta: float
) -> tuple[int, ...]:
    """Return the quarters in which a new rate begins."""
    if len(counts) < 2 * LEAST_QUARTERS:
        return ()
    search = ruptures.Pelt(custom_cost=_Deviance(), min_size=LEAST_QUARTERS, jump=1)
    found = search.fit(np.column_stack([counts, exposure])).predict(pen=beta)
    return tuple(found[:-1])


def penalty(
    counts: NDArray[np.float64], exposure: NDArray[np.float64], seed: int = 0
) -> float | None:
    """Return the penalty that `FALSE_ALARMS` of shuffles of the quarters pass.

    A shuffle passes it when one change, or two about a spell, win more than the penalty for each.
    `None` when the quarters as they are do not pass it: as soon as too many shuffles win as much,
    no more are drawn (Besag and Clifford, Biometrika 78, 301–304, 1991), which decides the same.
    """
    if len(counts) < 2 * LEAST_QUARTERS or counts.sum() < 2.0:
        return None
    rng = np.random.default_rng(seed)
    real, best = 0.0, np.zeros(0)
    # The order statistic that a fresh shuffle passes with just the probability wanted.
    rank = int(np.ceil((1.0 - FALSE_ALARMS) * (SHUFFLES + 1))) - 1
    while len(best) < SHUFFLES:
        some = min(_AT_ONCE, SHUFFLES - len(best))
        shuffled = rng.permuted(np.tile(counts, (some, 1)), axis=1)
        found = _gain(np.vstack([counts, shuffled]), exposure)
        real, best = found[0], np.append(best, found[1:])
        if (best >= real).sum() > SHUFFLES - 1 - rank:
            return None
    return float(np.sort(best)[rank])


def _gain(counts: NDArray[np.float64], exposure: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the most that one change wins, or each of two about a spell: `(m, n)` to `(m,)`."""
    number, n = counts.shape
    best = np.zeros(number)
    if n < 2 * LEAST_QUARTERS:
        return best
    sums = np.concatenate([np.zeros((number, 1)), counts.cumsum(axis=1)], axis=1)
    spans = np.concatenate([[0.0], exposure.cumsum()])
    whole = _cost(sums[:, -1:], spans[-1])
    at = np.arange(LEAST_QUARTERS, n - LEAST_QUARTERS + 1)
    before = np.full(sums.shape, np.inf)
    before[:, at] = _cost(sums[:, at], spans[at])
    after = np.full(sums.shape, np.inf)
    after[:, at] = _cost(sums[:, [-1]] - sums[:, at], spans[-1] - spans[at])
    np.maximum(best, (whole - before - after)[:, at].max(axis=1), out=best)
    a, b = _spells(n)
    if len(a):
        inside = _cost(sums[:, b] - sums[:, a], spans[b] - spans[a])
        two = whole - before[:, a] - inside - after[:, b]
        np.maximum(best, two.max(axis=1) / 2.0, out=best)
    return best


@lru_cache(maxsize=8)
def _spells(n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where spells may begin and end among `n` quarters, `(k,)` both."""
    a, b = np.triu_indices(n + 1, LEAST_QUARTERS)
    fits = (a >= LEAST_QUARTERS) & (b <= n - LEAST_QUARTERS)
    return a[fits], b[fits]


def _cost(n: NDArray[np.float64], span: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return -2.0 * np.where(n > 0.0, n * np.log(np.maximum(n, 1.0) / span), 0.0)


def _dated(days: Days, begin: int, end: int, beta: float, phi: float) -> ChangePoint:
    """Return where one change lies between two days: the most probable day, and an interval.

    Where occasions cluster, each says less: the log-likelihood is divided by the dispersion.
    """
    inside = (days.day >= begin) & (days.day < end)
    at = np.arange(begin + 1, end)
    sums = np.concatenate([[0], np.cumsum(days.count[inside])])
    n = sums[np.searchsorted(days.day[inside], at)].astype(np.float64)
    weight = (_marginal(n, at - begin) + _marginal(sums[-1] - n, end - at)) / phi
    p = np.exp(weight - weight.max())
    p /= p.sum()
    total = p.cumsum()
    tail = (1.0 - LEVEL) / 2.0
    low, high = (int(at[np.searchsorted(total, q)]) for q in (tail, 1.0 - tail))
    best = int(p.argmax())
    gain = (
        _cost(np.array(float(sums[-1])), float(end - begin))
        - _cost(n[best], float(at[best] - begin))
        - _cost(sums[-1] - n[best], float(end - at[best]))
    )
    return ChangePoint(
        day=int(at[best]),
        low=min(low, int(at[best])),
        high=max(high, int(at[best])),
        gain=float(gain) / beta,
    )


def _marginal(n: NDArray[np.float64], span: NDArray[np.int64]) -> NDArray[np.float64]:
    shape, rate = _PRIOR
    found: NDArray[np.float64] = gammaln(shape + n) - (shape + n) * np.log(rate + span)
    return found


def _dispersion(counts: NDArray[np.float64], ends: Sequence[int], begin: int) -> float:
    """Return the variance of quarterly counts over their mean, pooled over rates, at least 1."""
    squares, freedom = 0.0, 0
    for a, b in itertools.pairwise(ends):
        first, last = round((a - begin) / QUARTER), round((b - begin) / QUARTER)
        part = counts[first:last]
        if len(part) > 1 and part.mean() > 0.0:
            squares += float(((part - part.mean()) ** 2).sum() / part.mean())
            freedom += len(part) - 1
    return max(1.0, squares / freedom) if freedom else 1.0


def _rate(days: Days, begin: int, end: int, phi: float) -> Rate:
    n = int(days.count[(days.day >= begin) & (days.day < end)].sum())
    years = (end - begin) / YEAR
    tail = (1.0 - _POSTERIOR) / 2.0
    low, high = gamma.ppf([tail, 1.0 - tail], n / phi + 0.5, scale=phi / years)
    return Rate(
        begin=begin, end=end, occasions=n, value=n / years,
        low=0.0 if n == 0 else float(low), high=float(high),
    )  # fmt: skip
