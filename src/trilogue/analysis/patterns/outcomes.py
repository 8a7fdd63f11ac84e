"""Outcomes: how often each class succeeds, whether it learns, how long until reliable use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_expit, logsumexp, ndtri

from trilogue.analysis.patterns.intervals import LEVEL, Estimate, share
from trilogue.analysis.patterns.tally import Tally

__all__ = ["Learning", "Outcome", "Reliability", "learning", "outcomes", "reliability", "survival"]

_SLOPES = np.linspace(-3.0, 3.0, 241)
_LEVELS = np.linspace(-15.0, 15.0, 241)
_PRIOR_SD = {"slope": 0.75, "level": 4.0}
"""The level's is wide: a class that never failed must not seem to have learned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How launches of a class ended. The share leaves out those of which it is not known."""

    missile_id: str
    successes: int
    failures: int
    unknown: int
    share: Estimate | None
    at_least: float
    """The share if every unknown one failed, and"""
    at_most: float
    """if every one succeeded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """By which factor the odds of success change when the number of tests doubles."""

    missile_id: str
    tests: int
    odds_factor: Estimate
    improving: float
    """Probability that the factor is above 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Days from the first test of a class to the last of three successes in a row.

    Classes that have not come so far yet count as longer than they have had (Kaplan and Meier,
    JASA 53, 457–481, 1958); `None` where the curve never falls to a half.
    """

    classes: int
    reached: int
    median_days: float | None
    low_days: float | None
    high_days: float | None
    each: tuple[tuple[str, date, date | None], ...]


def outcomes(tally: Tally) -> tuple[Outcome, ...]:
    """Return the outcomes of every class, the most launched first."""
    found = []
    for missile in tally.kinds:
        good, bad, dark = (
            tally.outcomes.get((missile, one), 0) for one in ("success", "failure", "unknown")
        )
        total = good + bad + dark
        found.append(
            Outcome(
                missile_id=missile,
                successes=good,
                failures=bad,
                unknown=dark,
                share=share(good, good + bad),
                at_least=good / total,
                at_most=(good + dark) / total,
            )
        )
    return tuple(
        sorted(found, key=lambda o: (-(o.successes + o.failures + o.unknown), o.missile_id))
    )


def learning(tally: Tally, least: int = 5) -> tuple[Learning, ...]:
    """Return learning over successive tests: all classes together, then each with enough tests.

    The log odds of success are a level of the class and a slope times the doubling bin of the
    test's number. Priors are normal about 0; the posterior is summed on a grid. Together, the slope
    is common and each class keeps its level.
    """
    by_class: dict[str, dict[tuple[int, bool], int]] = {}
    for (missile, number, good), n in sorted(tally.tests.items()):
        by_class.setdefault(missile, {})[number, good] = n
    weights = {missile: _slopes(tests) for missile, tests in by_class.items()}
    found = [
        _learning(missile, sum(by_class[missile].values()), weights[missile])
        for missile in weights
        if sum(by_class[missile].values()) >= least
    ]
    found.sort(key=lambda one: (-one.tests, one.missile_id))
    if weights:
        together = np.sum(list(weights.values()), axis=0)
        tests = sum(sum(one.values()) for one in by_class.values())
        found.insert(0, _learning("all", tests, together))
    return tuple(found)


def _slopes(tests: Mapping[tuple[int, bool], int]) -> NDArray[np.float64]:
    """Return the log-likelihood of each slope, the class's level integrated out."""
    log = -0.5 * (_LEVELS[:, None] / _PRIOR_SD["level"]) ** 2 + np.zeros(len(_SLOPES))
    for (number, good), n in tests.items():
        odds = _LEVELS[:, None] + _SLOPES * number
        log += n * log_expit(odds if good else -odds)
    found: NDArray[np.float64] = logsumexp(log, axis=0)
    return found


def _learning(missile: str, tests: int, log: NDArray[np.float64]) -> Learning:
    log = log - 0.5 * (_SLOPES / _PRIOR_SD["slope"]) ** 2
    p = np.exp(log - log.max())
    p /= p.sum()
    total = p.cumsum() - 0.5 * p
    tail = (1.0 - LEVEL) / 2.0
    low, middle, high = np.exp(np.interp([tail, 0.5, 1.0 - tail], total, _SLOPES))
    return Learning(
        missile_id=missile,
        tests=tests,
        odds_factor=Estimate(float(middle), float(low), float(high)),
        improving=float(p[_SLOPES > 1e-9].sum() + 0.5 * p[np.abs(_SLOPES) <= 1e-9].sum()),
    )


def reliability(tally: Tally) -> Reliability:
    """Return how long classes took to reliable use."""
    done, waiting = [], []
    for first, last in tally.reliable.values():
        if last is None:
            waiting.append(max((tally.last - first).days, 0))
        else:
            done.append((last - first).days)
    each = tuple(sorted((m, a, b) for m, (a, b) in tally.reliable.items()))
    # A day's half is added: a class that flew thrice on its first day took less than one.
    at, *curves = survival(np.array(done) + 0.5, np.array(waiting) + 0.5)
    middle, low, high = (_falls(at, curve) for curve in curves)
    return Reliability(
        classes=len(each), reached=len(done), median_days=middle, low_days=low, high_days=high,
        each=each,
    )  # fmt: skip


def survival(
    done: NDArray[np.float64], waiting: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return moments `(M,)`, and the share of those not done by then, with its band, each `(M,)`.

    Of those that wait it is known that they take longer. Where the band is not defined it is NaN:
    before anything is done, and after everything is. E. L. Kaplan and P. Meier, Journal of the
    American Statistical Association 53, 457-481, 1958; the band is of log(-log) (J. D. Kalbfleisch
    and R. L. Prentice, The Statistical Analysis of Failure Time Data, 2nd ed., section 1.4), which
    SciPy's `ecdf` has too, with a warning where it is not defined.
    """
    at, inverse = np.unique(np.concatenate([done, waiting]), return_inverse=True)
    ended = np.bincount(inverse[: len(done)], minlength=len(at))
    left = np.bincount(inverse, minlength=len(at))[::-1].cumsum()[::-1]
    share = np.cumprod(1.0 - ended / np.maximum(left, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.cumsum(ended / (left * (left - ended)))
        wide = float(ndtri(0.5 + 0.5 * LEVEL)) * np.sqrt(spread) / -np.log(share)
        low, high = share ** np.exp(wide), share ** np.exp(-wide)
    open_ = (share == 0.0) | (share == 1.0)
    low[open_] = high[open_] = np.nan
    return at, share, low, high


def _falls(at: NDArray[np.float64], above: NDArray[np.float64]) -> float | None:
    """Return where a survival curve first is at a half or below."""
    found = np.flatnonzero(np.nan_to_num(above, nan=1.0) <= 0.5)
    return float(at[found[0]] - 0.5) if len(found) else None
