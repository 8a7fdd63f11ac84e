"""The interacting multiple model filter over the four modes of motion.

Source: Blom and Bar-Shalom, The interacting multiple model algorithm for systems with Markovian
switching coefficients, IEEE Trans. Automatic Control 33 (8), 780–783, 1988; Bar-Shalom, Li,
Kirubarajan 2001, section 11.6.6, whose steps are numbered below.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel
from trilogue.analysis.tracking.kernels.core import run_core
from trilogue.analysis.tracking.kernels.dynamics import CORE, MODES, ROOM, predict_in
from trilogue.analysis.tracking.kernels.measurement import update_in
from trilogue.analysis.tracking.kernels.modes import LEAST, change, weigh

__all__ = ["combine", "mix", "run", "step", "weigh"]


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
    change(mu, rates, dt, weight)
    d = np.empty((MODES, n))
    for j in range(MODES):
        w0, w1, w2, w3 = weight[0, j], weight[1, j], weight[2, j], weight[3, j]
        for k in range(n):
            mixed_x[j, k] = w0 * xs[0, k] + w1 * xs[1, k] + w2 * xs[2, k] + w3 * xs[3, k]
            for i in range(MODES):
                d[i, k] = xs[i, k] - mixed_x[j, k]
        # A mode that has next to no say may be anywhere: its distance is left out, not weighed.
        w0, w1 = w0 if w0 >= LEAST else 0.0, w1 if w1 >= LEAST else 0.0
        w2, w3 = w2 if w2 >= LEAST else 0.0, w3 if w3 >= LEAST else 0.0
        for k in range(n):
            d0, d1, d2, d3 = d[0, k], d[1, k], d[2, k], d[3, k]
            for m in range(n):
                near = w0 * (ps[0, k, m] + d0 * d[0, m]) + w1 * (ps[1, k, m] + d1 * d[1, m])
                far = w2 * (ps[2, k, m] + d2 * d[2, m]) + w3 * (ps[3, k, m] + d3 * d[3, m])
                mixed_p[j, k, m] = near + far


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
    room: NDArray[np.float64],
    h: NDArray[np.float64],
    u: NDArray[np.float64],
    loglik: NDArray[np.float64],
) -> float:
    """Move a track by `dt` and take a plot in, all in place; return the plot's log-likelihood.

    To work in: `mixed_x` and `mixed_p` of the shapes of `xs` and `ps`, `room` as `predict_in` and
    `h` and `u` as `update_in` have them. `loglik` `(4,)` gets that of each mode.
    """
    if dt > 0.0:
        mix(xs, ps, mu, rates, dt, mixed_x, mixed_p)
        for j in range(MODES):
            predict_in(j, mixed_x[j], mixed_p[j], dt, noise, room)
        xs[:] = mixed_x
        ps[:] = mixed_p
    for j in range(MODES):
        loglik[j] = update_in(xs[j], ps[j], sensor, bias, z, sd, h, u)
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
    hold at `start`. The outputs are `(m, 4, n)`, `(m, 4, n, n)`, `(m, 4)` and `(m,)`. Where no
    sensor has a bias, n is ten, and `core` does the same in a third of the time.
    """
    if x0.shape[1] == CORE:
        run_core(
            x0, p0, mu0, start, time, sensor, values, sd, geometry, rates, noise,
            xs_out, ps_out, mu_out, loglik,
        )  # fmt: skip
        return
    xs, ps, mu = x0.copy(), p0.copy(), mu0.copy()
    mixed_x, mixed_p = np.empty_like(xs), np.empty_like(ps)
    room, h, u = np.zeros(ROOM), np.empty((5, 6)), np.empty((5, xs.shape[1]))
    each = np.empty(MODES)
    now = start
    for k in range(len(time)):
        s = sensor[k]
        loglik[k] = step(
            xs, ps, mu, time[k] - now, geometry[s], bias[s], values[k], sd[k], rates, noise,
            mixed_x, mixed_p, room, h, u, each,
        )  # fmt: skip
        now = time[k]
        xs_out[k] = xs
        ps_out[k] = ps
        mu_out[k] = mu
