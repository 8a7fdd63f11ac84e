"""Fusing states of one object that others estimated: independent ones, and those that may not be.

Estimates x₁, x₂ with covariances P₁, P₂ whose errors are independent are fused as one measures the
other (Kalman); the sum of the information of both is left. Where nothing is known of the
correlation of their errors, covariance intersection (Julier and Uhlmann, A non-divergent estimation
algorithm in the presence of unknown correlations, American Control Conference 1997) fuses them so
that no correlation makes the result surer than it is:

    P⁻¹ = w P₁⁻¹ + (1 − w) P₂⁻¹,    x = P (w P₁⁻¹ x₁ + (1 − w) P₂⁻¹ x₂),    0 ≤ w ≤ 1.

Its proof asks of P₁ and P₂ alone that they are no smaller than the truth. w is the one that makes
the determinant of P least: log det is convex in w, so that its slope has one zero or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor, cho_solve, eigh

from trilogue.analysis.tracking.estimate import StateEstimate
from trilogue.analysis.tracking.kernels.coast import FREE
from trilogue.analysis.tracking.smoother import Free

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.settings import EstimateSettings

__all__ = ["Fused", "as_free", "distance2", "fuse_independent", "intersect", "log_volume", "moved"]

_HALVINGS = 80


@dataclass(frozen=True)
class Fused:
    """A fused state `(n,)` and covariance `(n, n)`; `weight` of the first, where there is one."""

    state: NDArray[np.float64]
    covariance: NDArray[np.float64]
    weight: float | None = None


def fuse_independent(
    x1: NDArray[np.float64],
    p1: NDArray[np.float64],
    x2: NDArray[np.float64],
    p2: NDArray[np.float64],
) -> Fused:
    """Fuse two estimates whose errors are independent. Either may be the surer."""
    scale = _scale(p1, p2)
    a, b = p1 / np.outer(scale, scale), p2 / np.outer(scale, scale)
    gain = cho_solve(cho_factor(a + b), a).T
    # Joseph's form: symmetric and positive, whatever the gain was rounded to.
    rest = np.eye(len(x1)) - gain
    p = rest @ a @ rest.T + gain @ b @ gain.T
    x = x1 + scale * (gain @ ((x2 - x1) / scale))
    return Fused(x, _symmetric(p) * np.outer(scale, scale))


def intersect(
    x1: NDArray[np.float64],
    p1: NDArray[np.float64],
    x2: NDArray[np.float64],
    p2: NDArray[np.float64],
) -> Fused:
    """Fuse two estimates of whose correlation nothing is known, by covariance intersection.

    Raises `numpy.linalg.LinAlgError` for a covariance that is not positive definite.
    """
    scale = _scale(p1, p2)
    a, b = p1 / np.outer(scale, scale), p2 / np.outer(scale, scale)
    # In one basis both are diagonal: V' a V = diag(r), V' b V = 1.
    r, v = eigh(a, b)
    if r[0] <= 0.0:
        raise np.linalg.LinAlgError("a covariance is not positive definite")
    w = _weight(r)
    # Information in that basis: w / r + (1 - w).
    variance = r / (w + (1.0 - w) * r)
    back = b @ v  # the inverse of V'
    p = (back * variance) @ back.T
    z1, z2 = v.T @ (x1 / scale), v.T @ (x2 / scale)
    x = scale * (back @ (variance * (w * z1 / r + (1.0 - w) * z2)))
    return Fused(x, _symmetric(p) * np.outer(scale, scale), w)


def _weight(r: NDArray[np.float64]) -> float:
    """Return the w that makes Σ log(w / rᵢ + 1 − w) greatest; r are variances over the second's."""
    gain = 1.0 / r - 1.0

    def slope(w: float) -> float:
        return float((gain / (1.0 + w * gain)).sum())

    if slope(0.0) <= 0.0:
        return 0.0
    if slope(1.0) >= 0.0:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if slope(middle) > 0.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def distance2(
    x1: NDArray[np.float64],
    p1: NDArray[np.float64],
    x2: NDArray[np.float64],
    p2: NDArray[np.float64],
) -> float:
    """Return how far two estimates are apart, squared, over the sum of their covariances."""
    scale = _scale(p1, p2)
    d = (x2 - x1) / scale
    return float(d @ cho_solve(cho_factor((p1 + p2) / np.outer(scale, scale)), d))


def log_volume(p: NDArray[np.float64]) -> float:
    """Return the logarithm of a covariance's determinant: the less, the more is known."""
    scale = np.sqrt(np.diag(p))
    return float(np.linalg.slogdet(p / np.outer(scale, scale))[1] + 2.0 * np.log(scale).sum())


def as_free(state: StateEstimate, settings: EstimateSettings) -> Free:
    """Return a state in free flight with what is believed beforehand of its drag."""
    mean, covariance = np.empty(FREE), np.zeros((FREE, FREE))
    mean[:6], mean[6] = state.state, settings.log_drag
    covariance[:6, :6] = state.covariance
    covariance[6, 6] = settings.log_drag_sd**2
    return Free(state.time, mean, covariance)


def moved(state: StateEstimate, time: float, settings: EstimateSettings) -> StateEstimate:
    """Move a state in free flight to another time."""
    if time == state.time:
        return state
    there = as_free(state, settings).at(time)
    return StateEstimate(
        time, there.mean[:6], _symmetric(there.covariance[:6, :6]), state.phase, state.phases
    )


def _scale(p1: NDArray[np.float64], p2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one unit an element: metres and metres a second differ by orders of magnitude."""
    if not (np.diag(p1) > 0.0).all() or not (np.diag(p2) > 0.0).all():
        raise np.linalg.LinAlgError("a covariance is not positive definite")
    return np.asarray(np.sqrt(np.minimum(np.diag(p1), np.diag(p2))))


def _symmetric(p: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 * (p + p.T))
