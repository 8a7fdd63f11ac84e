"""The gain of three quantities at once, without a matrix to invert.

With H P, or the cross-covariance, in three rows u, and the root L of the innovation covariance:
L⁻¹ u in their place, and w = L⁻¹ v of the innovations v. The covariance after is P less the sum of
u uᵀ, the state x plus the sum of w u. A quantity that was not measured has u and v of nil, and one
on the diagonal.

Loops that do much in each turn are vectorised; those that do little are unrolled, and are not.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import part
from trilogue.analysis.tracking.kernels.motion import CORE, WIDE

__all__ = ["root", "subtract", "take"]


@part
def root(
    s00: float, s10: float, s20: float, s11: float, s21: float, s22: float
) -> tuple[float, float, float, float, float, float]:
    """Return one over the diagonal of the root of a matrix `(3, 3)`, and what is below it."""
    i0 = 1.0 / math.sqrt(s00)
    l10, l20 = s10 * i0, s20 * i0
    i1 = 1.0 / math.sqrt(s11 - l10 * l10)
    l21 = (s21 - l20 * l10) * i1
    i2 = 1.0 / math.sqrt(s22 - l20 * l20 - l21 * l21)
    return i0, i1, i2, l10, l20, l21


@part
def subtract(a: NDArray[np.float64], p: int, u: int) -> None:
    """Subtract u uᵀ of three rows at `u` from the covariance at `p` of a work array."""
    for i in range(0, CORE, 2):
        row, next_row = p + i * WIDE, p + (i + 1) * WIDE
        b0, b1, b2 = a[u + i], a[u + WIDE + i], a[u + 2 * WIDE + i]
        c0, c1, c2 = a[u + i + 1], a[u + WIDE + i + 1], a[u + 2 * WIDE + i + 1]
        for t in range(WIDE):
            u0, u1, u2 = a[u + t], a[u + WIDE + t], a[u + 2 * WIDE + t]
            a[row + t] -= b0 * u0 + b1 * u1 + b2 * u2
            a[next_row + t] -= c0 * u0 + c1 * u1 + c2 * u2


@part
def take(
    a: NDArray[np.float64], x: int, p: int, u: int,
    s00: float, s10: float, s20: float, s11: float, s21: float, s22: float,
    v0: float, v1: float, v2: float,
) -> tuple[float, float]:  # fmt: skip
    """Take three quantities into the state and covariance at `x` and `p` of a work array.

    `u` is the place of three rows. Returns one over the root of the determinant of the innovation
    covariance, and the squared distance.
    """
    i0, i1, i2, l10, l20, l21 = root(s00, s10, s20, s11, s21, s22)
    w0 = v0 * i0
    w1 = (v1 - l10 * w0) * i1
    w2 = (v2 - l20 * w0 - l21 * w1) * i2
    for t in range(WIDE):
        u0 = a[u + t] * i0
        u1 = (a[u + WIDE + t] - l10 * u0) * i1
        u2 = (a[u + 2 * WIDE + t] - l20 * u0 - l21 * u1) * i2
        a[u + t], a[u + WIDE + t], a[u + 2 * WIDE + t] = u0, u1, u2
        a[x + t] += w0 * u0 + w1 * u1 + w2 * u2
    subtract(a, p, u)
    return i0 * i1 * i2, w0 * w0 + w1 * w1 + w2 * w2
