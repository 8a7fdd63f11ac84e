"""Divergence: where plots are too few and too far apart for a linearised filter to follow.

A filter that has diverged gives numbers that are not finite, or variances that are not positive. No
number is better than a false one: whoever meets this says so, and leaves the estimate out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DivergedError", "check"]


class DivergedError(ArithmeticError):
    """The plots do not settle a state."""


def check(state: NDArray[np.float64], covariance: NDArray[np.float64]) -> None:
    """Raise `DivergedError` unless states `(..., n)` are finite and their variances positive."""
    variances = np.diagonal(covariance, axis1=-2, axis2=-1)
    if not (np.isfinite(state).all() and np.isfinite(covariance).all() and (variances > 0.0).all()):
        raise DivergedError("a state is not finite, or a variance not positive")
