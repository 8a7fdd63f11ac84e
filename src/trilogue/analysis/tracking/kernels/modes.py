"""Probabilities of the four modes: what they change to, and what a plot says of them.

Source: Bar-Shalom, Li, Kirubarajan 2001, section 11.6.6; see `imm`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel
from trilogue.analysis.tracking.kernels.dynamics import MODES

__all__ = ["LEAST", "change", "weigh"]

LEAST = 1e-12
"""No mode is ever ruled out: its probability stays above this."""


@kernel
def change(
    mu: NDArray[np.float64], rates: NDArray[np.float64], dt: float, weight: NDArray[np.float64]
) -> None:
    """Step 1: predict mode probabilities in place, and write who a mode now was before.

    A column of `weight` `(4, 4)` sums to one: the probabilities of the modes before, given the one
    now. `rates` `(4, 4)` are changes per second from row to column.
    """
    for i in range(MODES):
        stay = 1.0
        for j in range(MODES):
            if j != i:
                share = rates[i, j] * min(dt, 1.0)
                weight[i, j] = share * mu[i]
                stay -= share
        weight[i, i] = stay * mu[i]
    for j in range(MODES):
        mu[j] = weight[0, j] + weight[1, j] + weight[2, j] + weight[3, j]
        share = 1.0 / mu[j]
        for i in range(MODES):
            weight[i, j] *= share


@kernel
def weigh(mu: NDArray[np.float64], loglik: NDArray[np.float64]) -> float:
    """Step 4: weigh predicted mode probabilities by likelihoods, in place; return the log sum."""
    top = float(loglik.max())
    total = 0.0
    for j in range(MODES):
        mu[j] = mu[j] * math.exp(loglik[j] - top)
        total += mu[j]
    low = 0.0
    for j in range(MODES):
        mu[j] = max(mu[j] / total, LEAST)
        low += mu[j]
    for j in range(MODES):
        mu[j] /= low
    return top + math.log(total)
