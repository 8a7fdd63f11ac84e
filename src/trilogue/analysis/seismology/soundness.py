"""Which arrivals are sound: the evidence for each set of them, and the odds of each arrival.

A late pick is no small error, and a few of them ruin a location. Each arrival is therefore either
*sound*, with an error of the prior covariance, or *not*: then its error is of seconds, and mostly
late, because a picker misses a weak onset and finds what follows. For a set S of sound arrivals the
linear model t = A m + e, e ~ N(0, s² C), m free and s² with the prior of ν degrees of freedom
about 1, integrates to the evidence

    p(t_S) = Γ((ν+k)/2) / Γ(ν/2) · (νπ)^(-k/2) · |C|^(-1/2) |AᵀC⁻¹A|^(-1/2) · (1 + χ²/ν)^(-(ν+k)/2)

with k = |S| - 3 and χ² the weighted sum of squared residuals (a multivariate Student t; A. Zellner,
An Introduction to Bayesian Inference in Econometrics, 1971, chapter 3). Each arrival outside S has
the density of an unsound error, at the residual that S predicts for it. Prior odds and evidence
give the probability of each set, and a location is averaged over the sets that matter
(J. A. Hoeting et al., Bayesian model averaging, Statistical Science 14, 382–417, 1999), so that a
doubtful arrival widens the ellipse instead of being in or out by a hair.

What one arrival more or less does to χ² and to the determinants follows from
P = C⁻¹ - C⁻¹A(AᵀC⁻¹A)⁻¹AᵀC⁻¹: without arrival i, χ² falls by (Pe)ᵢ²/Pᵢᵢ and |C||AᵀC⁻¹A| is
multiplied by Pᵢᵢ. So all single changes are judged from one inverse.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.seismology.error_model import PRIOR_DEGREES_OF_FREEDOM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["FEWEST", "UNSOUND_SHARE", "Problem", "Weighed"]

FEWEST = 4
"""Three unknowns, and one arrival that can contradict them."""

UNSOUND_SHARE = 0.1
"""Share of automatic picks that are not the first P onset."""
DISPUTED_SHARE = 0.5
"""The same where another station claims the position: one of the two is wrong."""
LATE_SHARE = 0.9
"""Share of unsound picks that are late."""
UNSOUND_SCALE_S = 4.0
"""Mean size of an unsound error."""

_RELEVANT = 7.0
"""Sets less probable than the best by this many units of log odds (1 to 1100) are dropped."""
_PAIRED = 7
"""How many of the most doubtful arrivals are also changed two at a time."""

_BREADTH = 5
"""How many sets of each size are carried on while searching."""
_PATIENCE = 3
"""How many more arrivals are left out, in vain, before the search ends."""
_WEAK_PRIOR = np.diag([1.0 / 2e6**2, 1.0 / 2e6**2, 1.0 / 1e4**2])
"""2,000 km and 10,000 s about the place sought: without weight, unless stations stand in a line."""

Members = tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class _Fit:
    """The linear fit to one set of arrivals, and what it says of all of them."""

    score: float  # log of evidence times prior odds
    odds: float  # log of prior odds and of the densities of the unsound errors, within the score
    step: NDArray[np.float64]  # (3,) least-squares model
    model_covariance: NDArray[np.float64]  # (3, 3), scaled
    predicted: NDArray[np.float64]  # (n,) residual of each arrival as the others predict it
    predicted_variance: NDArray[np.float64]  # (n,) before scaling
    leverage: NDArray[np.float64]  # (n,) share of that variance that the unknowns make
    chi_squared: float
    degrees: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """The sets of arrivals that matter, with their probabilities."""

    sets: NDArray[np.bool_]
    """`(s, n)`: which arrivals each set holds to be sound."""
    probabilities: NDArray[np.float64]
    """`(s,)`, summing to one."""

    def sound(self) -> NDArray[np.float64]:
        """Return the probability of each arrival that it is sound, `(n,)`."""
        result: NDArray[np.float64] = self.probabilities @ self.sets
        return result


class Problem:
    """One linearised location: residuals, their derivatives, their covariance, prior odds."""

    def __init__(
        self,
        residuals: NDArray[np.float64],
        design: NDArray[np.float64],
        covariance: NDArray[np.float64],
        unsound: NDArray[np.float64],
        *,
        late_share: float = LATE_SHARE,
        fewest: int = FEWEST,
    ) -> None:
        """Take residuals `(n,)` in s, design `(n, 3)`, covariance `(n, n)`, prior shares `(n,)`."""
        self.residuals = residuals
        self.design = design
        self.covariance = covariance
        self.late_share = late_share
        self.fewest = fewest
        self._log_sound = np.log1p(-unsound)
        self._log_unsound = np.log(unsound)
        self._fits: dict[Members, _Fit] = {}

    def fit(self, members: Members) -> _Fit:
        """Return the fit to one set of arrivals, at least as many as there are unknowns."""
        if members not in self._fits:
            self._fits[members] = self._solve(members)
        return self._fits[members]

    def misfit(self, residuals: NDArray[np.float64], members: Members) -> float:
        """Return χ² of other residuals `(n,)` on a set, with the origin time free."""
        inside = np.flatnonzero(members)
        inverse = np.linalg.inv(self.covariance[np.ix_(inside, inside)])
        weights = inverse.sum(axis=1)
        left = residuals[inside] - weights @ residuals[inside] / weights.sum()
        return float(left @ inverse @ left)

    def plausibility(self, members: Members) -> float:
        """Return the log density of the readings if the source is *at* the place of linearising.

        Places are compared by it. The evidence integrates over the place, and so prefers one that
        fits worse but loosely, far away where all rays are flat.
        """
        inside = np.ix_(members, members)
        _, log_covariance = np.linalg.slogdet(self.covariance[inside])
        log_information = math.log(float(np.linalg.inv(self.covariance[inside]).sum()))
        chi_squared = self.misfit(self.residuals, members)
        density = _log_student(sum(members) - 1, chi_squared, log_covariance + log_information)
        return self.fit(members).odds + density

    def best(self, start: Members) -> Members:
        """Return the most probable set that single changes lead to from `start`."""
        members = start
        while True:
            score = self.fit(members).score
            for candidate in islice(self._neighbours(members), 3):
                if self.fit(candidate).score > score + 1e-9:
                    members = candidate
                    break
            else:
                return members

    def best_of_all(self) -> Members:
        """Return the most probable set, found by leaving out one more at a time from many sets.

        Two false picks can hide each other: leaving out either alone makes nothing better. So the
        most probable sets of each size are carried on, and not the best alone.
        """
        best = front = [(True,) * len(self.residuals)]
        for size in range(len(self.residuals) - 1, self.fewest - 1, -1):
            smaller = {
                members
                for one in front
                for members in islice(
                    (m for m in self._neighbours(one) if sum(m) == size), _BREADTH
                )
            }
            front = sorted(smaller, key=self._rank)[:_BREADTH]
            best = sorted([*best, *front], key=self._rank)[:1]
            if size < sum(best[0]) - _PATIENCE:
                break
        return self.best(best[0])

    def weigh(self, best: Members) -> Weighed:
        """Return the sets around the best one that matter, with their probabilities."""
        near = list(self._neighbours(best))
        sets = {best, *near}
        doubtful = near[:_PAIRED]
        for i, one in enumerate(doubtful):
            for other in doubtful[:i]:
                both = tuple(a ^ b ^ c for a, b, c in zip(best, one, other, strict=True))
                if sum(both) >= self.fewest:
                    sets.add(both)
        ordered = sorted(sets, key=self._rank)
        scores = np.array([self.fit(members).score for members in ordered])
        relevant = scores > scores[0] - _RELEVANT
        weights = np.exp(scores[relevant] - scores[0])
        kept = np.array(ordered, dtype=np.bool_)[relevant]
        return Weighed(kept, weights / weights.sum())

    def _rank(self, members: Members) -> tuple[float, Members]:
        """Order sets by evidence, the most probable first."""
        return -self.fit(members).score, members

    def _neighbours(self, members: Members) -> Iterator[Members]:
        """Give the sets one change away that are large enough, the most promising first."""
        fit = self.fit(members)
        inside = np.array(members)
        nu, k = PRIOR_DEGREES_OF_FREEDOM, fit.degrees
        change = np.where(inside, -1.0, 1.0)
        chi = fit.chi_squared + change * fit.predicted**2 / fit.predicted_variance
        evidence = (
            np.where(inside, _student_constant(k - 1), _student_constant(k + 1))
            - change * np.log(fit.predicted_variance) / 2.0
            - (nu + k + change) / 2.0 * np.log1p(np.maximum(chi, 0.0) / nu)
        )
        odds = self._log_unsound + self._log_density(fit.predicted) - self._log_sound
        promise = evidence - change * odds
        small = sum(members) <= self.fewest
        for i in np.argsort(-promise, kind="stable").tolist():
            if not (small and members[i]):
                yield (*members[:i], not members[i], *members[i + 1 :])

    def _log_density(self, residuals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log density of an unsound error: a double exponential, mostly late."""
        share = np.where(residuals > 0.0, self.late_share, 1.0 - self.late_share)
        result: NDArray[np.float64] = np.log(share / UNSOUND_SCALE_S) - np.abs(residuals) / (
            UNSOUND_SCALE_S
        )
        return result

    def _solve(self, members: Members) -> _Fit:
        inside = np.flatnonzero(members)
        outside = np.flatnonzero(~np.array(members))
        own = self.covariance[inside][:, inside]
        shared = self.covariance[outside][:, inside]
        inverse = np.linalg.inv(own)
        design, residuals = self.design[inside], self.residuals[inside]
        weighted = inverse @ design
        normal = design.T @ weighted + _WEAK_PRIOR
        unscaled = np.linalg.inv(normal)
        step = unscaled @ (weighted.T @ residuals)
        left = residuals - design @ step
        projector = inverse - weighted @ unscaled @ weighted.T
        projected = projector @ left
        chi_squared = float(left @ inverse @ left)
        nu, k = PRIOR_DEGREES_OF_FREEDOM, len(inside) - self.design.shape[1]

        predicted, variance, leverage = np.empty((3, len(members)))
        diagonal = np.maximum(np.diag(projector), 1e-12)
        predicted[inside], variance[inside] = projected / diagonal, 1.0 / diagonal
        leverage[inside] = 1.0 - diagonal / np.diag(inverse)
        across = shared @ inverse
        reach = self.design[outside] - across @ design
        predicted[outside] = self.residuals[outside] - self.design[outside] @ step - across @ left
        known = np.diag(self.covariance)[outside] - (across * shared).sum(axis=1)
        unknown = ((reach @ unscaled) * reach).sum(axis=1)
        variance[outside], leverage[outside] = known + unknown, unknown / (known + unknown)
        _, log_covariance = np.linalg.slogdet(own)
        _, log_normal = np.linalg.slogdet(normal)
        odds = float(self._log_sound[inside].sum()) + float(
            (self._log_unsound[outside] + self._log_density(predicted[outside])).sum()
        )
        score = odds + _log_student(k, chi_squared, log_covariance + log_normal)
        scale = (nu + chi_squared) / (nu + k)
        return _Fit(
            score, odds, step, unscaled * scale, predicted, variance, leverage, chi_squared, k
        )


def _student_constant(k: int) -> float:
    """Return the log of the constant of the multivariate Student t in `k` dimensions."""
    nu = PRIOR_DEGREES_OF_FREEDOM
    return math.lgamma((nu + k) / 2) - math.lgamma(nu / 2) - k / 2 * math.log(nu * math.pi)


def _log_student(k: int, chi_squared: float, log_determinants: float) -> float:
    """Return the log density of the multivariate Student t in `k` dimensions."""
    nu = PRIOR_DEGREES_OF_FREEDOM
    tail = (nu + k) / 2.0 * math.log1p(chi_squared / nu)
    return _student_constant(k) - log_determinants / 2.0 - tail
