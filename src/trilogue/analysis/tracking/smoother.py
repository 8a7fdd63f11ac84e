"""The batch smoother of free flight: every plot since an epoch bears on one state, and on biases.

A state in free flight, `Free`, is position, velocity, logarithm of drag area over mass, and the
sensors' biases, `(7 + nb,)`. The prior is whatever stood at the epoch: the boost filter's
posterior, several of them weighted (hypotheses on the cut-off), or a broad one.

Source: Gauss–Newton, Bar-Shalom, Li, Kirubarajan 2001, section 3.7; evidence of a Gaussian prior in
Rasmussen and Williams 2006, appendix A.2. The prior's covariance is never inverted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.divergence import check
from trilogue.analysis.tracking.kernels.coast import FREE, advance, linearise
from trilogue.analysis.tracking.kernels.dynamics import CORE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.prepared import Prepared

__all__ = ["Free", "Information", "free_part", "gather", "merge", "smooth", "update"]

_ROUNDS = 6
_SETTLED = 1e-3  # of a standard deviation


@dataclass(frozen=True)
class Free:
    """A Gaussian over states in free flight `(7 + nb,)` at a time (POSIX seconds)."""

    time: float
    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    def at(self, time: float) -> Free:
        """Move to another time: mean by the full motion, covariance by its transition."""
        x = np.zeros(CORE)
        x[:6], x[9] = self.mean[:6], self.mean[6]
        phi = np.eye(6, FREE)
        advance(x, time - self.time, phi)
        big = np.eye(len(self.mean))
        big[:6, :FREE] = phi
        mean = self.mean.copy()
        mean[:6] = x[:6]
        return Free(time, mean, big @ self.covariance @ big.T)


@dataclass(frozen=True)
class Information:
    """What plots say of a state, linearised at `point`: a quadratic log-likelihood."""

    point: NDArray[np.float64]
    loglik: float
    score: NDArray[np.float64]
    matrix: NDArray[np.float64]


def free_part(time: float, state: NDArray[np.float64], covariance: NDArray[np.float64]) -> Free:
    """Return a filter's state `(10 + nb,)` without its thrust acceleration."""
    keep = np.r_[0:6, 9 : len(state)]
    return Free(time, state[keep], covariance[np.ix_(keep, keep)])


def gather(table: Prepared, point: NDArray[np.float64], epoch: float, first: int) -> Information:
    """Linearise the plots from row `first` on, none before `epoch`, at a state that holds then."""
    n = len(point)
    matrix, score = np.empty((n, n)), np.empty(n)
    place = np.where(table.bias >= 0, table.bias - (CORE - FREE), -1)
    loglik = linearise(
        point,
        epoch,
        *table.part(first, len(table.time)),
        table.geometry,
        place,
        matrix,
        score,
    )
    return Information(point, float(loglik), score, matrix)


def update(prior: Free, data: Information) -> tuple[Free, float]:
    """Return the posterior and the logarithm of the evidence of the plots under a prior."""
    d = prior.mean - data.point
    scale = np.sqrt(np.diag(prior.covariance))
    p = prior.covariance / np.outer(scale, scale)
    m = data.matrix * np.outer(scale, scale)
    gradient = data.score - data.matrix @ d
    inner = np.eye(len(d)) + m @ p
    # P (I + M P)⁻¹ is symmetric: (P⁻¹ + M)⁻¹ without an inverse of P.
    posterior = np.linalg.solve(inner.T, p).T
    posterior = 0.5 * (posterior + posterior.T) * np.outer(scale, scale)
    step = posterior @ gradient
    evidence = (
        data.loglik
        + data.score @ d
        - 0.5 * d @ data.matrix @ d
        + 0.5 * gradient @ step
        - 0.5 * np.linalg.slogdet(inner)[1]
    )
    return Free(prior.time, prior.mean + step, posterior), float(evidence)


def merge(parts: list[Free], weights: NDArray[np.float64]) -> Free:
    """Return the moments of a mixture at one time."""
    means = np.array([p.mean for p in parts])
    mean = weights @ means
    d = means - mean
    covariance = np.einsum("k,kij->ij", weights, np.array([p.covariance for p in parts]))
    return Free(parts[0].time, mean, covariance + np.einsum("k,ki,kj->ij", weights, d, d))


def smooth(
    table: Prepared,
    priors: list[Free],
    log_weights: NDArray[np.float64],
    first: int,
    around: NDArray[np.float64] | None = None,
) -> tuple[Free, NDArray[np.float64], list[Free]]:
    """Take all plots from row `first` on into weighted priors at one time.

    Return the mixture's moments, the posterior weights `(k,)`, and the parts. Every prior shares
    one linearisation, moved to the mixture's mean until that stays where it is. Raises
    `DivergedError` where the plots do not settle it.
    """
    point = priors[int(np.argmax(log_weights))].mean if around is None else around
    for _ in range(_ROUNDS):
        data = gather(table, point, priors[0].time, first)
        parts, evidence = zip(*(update(p, data) for p in priors), strict=True)
        log = log_weights + np.array(evidence)
        weights = np.exp(log - log.max())
        weights /= weights.sum()
        whole = merge(list(parts), weights)
        check(whole.mean, whole.covariance)
        moved = np.abs(whole.mean - point) / np.sqrt(np.diag(whole.covariance))
        point = whole.mean
        if moved.max() < _SETTLED:
            break
    return whole, weights, list(parts)
