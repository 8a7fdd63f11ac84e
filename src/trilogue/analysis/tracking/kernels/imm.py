"""The interacting multiple model filter over the four modes of motion.

Source: Blom and Bar-Shalom, The interacting multiple model algorithm for systems with Markovian
switching coefficients, IEEE Trans. Automatic Control 33 (8), 780–783, 1988; Bar-Shalom, Li,
Kirubarajan 2001, section 11.6.6, whose steps are numbered below.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel
from trilogue.analysis.tracking.kernels.dynamics import MODES, predict
from trilogue.analysis.tracking.kernels.measurement import update_plot

__all__ = ["combine", "mix", "run", "step"]

LEAST = 1e-12
"""No mode is ever ruled out: its probability stays above this."""


@kernel
def mix(
    xs: NDArray[np.float64],
    ps: NDArray[np.float64],
    mu: NDArray[np.float64],
    rates: NDArray[np.float64],
    dt: float,
    mixed_x: NDArray[np.float64],
    mixed_p: NDArray[np.float64],
) -> None:
    """Step 1 and 2: predict mode probabilities `mu` in place, and write the mixed states.

    `xs` is `(4, n)`, `ps` `(4, n, n)`; `rates` `(4, 4)` are changes per second from row to column.
    """
    n = xs.shape[1]
    weight = np.empty((MODES, MODES))
    after = np.zeros(MODES)
    for i in range(MODES):
        stay = 1.0
        for j in range(MODES):
            if j != i:
                change = rates[i, j] * min(dt, 1.0)
                weight[i, j] = change * mu[i]
                stay -= change
        weight[i, i] = stay * mu[i]
        for j in range(MODES):
            after[j] += weight[i, j]
    d = np.empty(n)
    for j in range(MODES):
        for k in range(n):
            total = 0.0
            for i in range(MODES):
                total += weight[i, j] * xs[i, k]
            mixed_x[j, k] = total / after[j]
        mixed_p[j] = 0.0
        for i in range(MODES):
            w = weight[i, j] / after[j]
            if w < LEAST:
                continue
            for k in range(n):
                d[k] = xs[i, k] - mixed_x[j, k]
            for k in range(n):
                for m in range(k + 1):
                    mixed_p[j, k, m] += w * (ps[i, k, m] + d[k] * d[m])
        for k in range(n):
            for m in range(k):
                mixed_p[j, m, k] = mixed_p[j, k, m]
        mu[j] = after[j]


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


@kernel
def combine(
    xs: NDArray[np.float64],
    ps: NDArray[np.float64],
    mu: NDArray[np.float64],
    x: NDArray[np.float64],
    p: NDArray[np.float64],
) -> None:
    """Step 5: write the moments of the mixture, `x` `(n,)` and `p` `(n, n)`."""
    n = xs.shape[1]
    x[:] = 0.0
    p[:] = 0.0
    for j in range(MODES):
        for k in range(n):
            x[k] += mu[j] * xs[j, k]
    d = np.empty(n)
    for j in range(MODES):
        for k in range(n):
            d[k] = xs[j, k] - x[k]
        for k in range(n):
            for m in range(n):
                p[k, m] += mu[j] * (ps[j, k, m] + d[k] * d[m])


@kernel
def step(
    xs: NDArray[np.float64],
    ps: NDArray[np.float64],
    mu: NDArray[np.float64],
    dt: float,
    sensor: NDArray[np.float64],
    bias: int,
    z: NDArray[np.float64],
    sd: NDArray[np.float64],
    rates: NDArray[np.float64],
    noise: NDArray[np.float64],
    mixed_x: NDArray[np.float64],
    mixed_p: NDArray[np.float64],
) -> float:
    """Move a track by `dt` and take a plot in, all in place; return the plot's log-likelihood.

    `mixed_x` and `mixed_p` are room to work in, of the shapes of `xs` and `ps`.
    """
    loglik = np.empty(MODES)
    if dt > 0.0:
        mix(xs, ps, mu, rates, dt, mixed_x, mixed_p)
        for j in range(MODES):
            predict(j, mixed_x[j], mixed_p[j], dt, noise)
        xs[:] = mixed_x
        ps[:] = mixed_p
    for j in range(MODES):
        loglik[j] = update_plot(xs[j], ps[j], sensor, bias, z, sd)
    return weigh(mu, loglik)


@kernel
def run(
    x0: NDArray[np.float64],
    p0: NDArray[np.float64],
    mu0: NDArray[np.float64],
    start: float,
    time: NDArray[np.float64],
    sensor: NDArray[np.int64],
    values: NDArray[np.float64],
    sd: NDArray[np.float64],
    geometry: NDArray[np.float64],
    bias: NDArray[np.int64],
    rates: NDArray[np.float64],
    noise: NDArray[np.float64],
    xs_out: NDArray[np.float64],
    ps_out: NDArray[np.float64],
    mu_out: NDArray[np.float64],
    loglik: NDArray[np.float64],
) -> None:
    """Take the plots of one track in, in the order of time, and write what stood after each.

    `time` is `(m,)`, `values` and `sd` `(m, 4)`; `x0` `(4, n)`, `p0` `(4, n, n)` and `mu0` `(4,)`
    hold at `start`. The outputs are `(m, 4, n)`, `(m, 4, n, n)`, `(m, 4)` and `(m,)`.
    """
    xs, ps, mu = x0.copy(), p0.copy(), mu0.copy()
    mixed_x, mixed_p = np.empty_like(xs), np.empty_like(ps)
    now = start
    for k in range(len(time)):
        s = sensor[k]
        loglik[k] = step(
            xs, ps, mu, time[k] - now, geometry[s], bias[s], values[k], sd[k], rates, noise,
            mixed_x, mixed_p,
        )  # fmt: skip
        now = time[k]
        xs_out[k] = xs
        ps_out[k] = ps
        mu_out[k] = mu
