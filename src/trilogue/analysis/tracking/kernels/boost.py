"""Kernels of the boost: one filter through it, its smoother, and what follows a cut-off.

The filter keeps to one mode, so that its states can be smoothed (Rauch, Tung, Striebel 1965) and
branched into hypotheses on the cut-off. Where the interacting modes saw a change of mode, its noise
is raised for some seconds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel
from trilogue.analysis.tracking.kernels.dynamics import (
    CORE,
    REENTRY,
    SUBSTEP,
    predict,
    propagate,
)
from trilogue.analysis.tracking.kernels.measurement import update_plot

__all__ = ["backward", "coast_on", "forward", "transition"]


@kernel
def transition(mode: int, x: NDArray[np.float64], dt: float, total: NDArray[np.float64]) -> None:
    """Write the transition `(10, 10)` of a step that starts from `x` `(10,)`."""
    y = x.copy()
    f = np.empty((9, CORE))
    total[:] = 0.0
    for i in range(CORE):
        total[i, i] = 1.0
    steps = max(1, int(np.ceil(dt / SUBSTEP - 1e-9)))
    for _ in range(steps):
        propagate(mode, y, dt / steps, f)
        total[:9] = f @ total


@kernel
def forward(
    mode: int,
    x0: NDArray[np.float64],
    p0: NDArray[np.float64],
    start: float,
    time: NDArray[np.float64],
    sensor: NDArray[np.int64],
    values: NDArray[np.float64],
    sd: NDArray[np.float64],
    geometry: NDArray[np.float64],
    bias: NDArray[np.int64],
    noise: NDArray[np.float64],
    agility: NDArray[np.float64],
    xs: NDArray[np.float64],
    ps: NDArray[np.float64],
    before_x: NDArray[np.float64],
    before_p: NDArray[np.float64],
    loglik: NDArray[np.float64],
) -> None:
    """Filter plots in one mode; write states after (`xs`, `ps`) and before each plot.

    `agility` `(m,)` multiplies the noise of the rate of acceleration in the step to each plot.
    """
    x, p = x0.copy(), p0.copy()
    now = start
    q = noise.copy()
    for k in range(len(time)):
        s = sensor[k]
        if time[k] > now:
            q[mode, 1] = noise[mode, 1] * agility[k]
            predict(mode, x, p, time[k] - now, q)
            now = time[k]
        before_x[k] = x
        before_p[k] = p
        loglik[k] = update_plot(x, p, geometry[s], bias[s], values[k], sd[k])
        xs[k] = x
        ps[k] = p


@kernel
def coast_on(
    x: NDArray[np.float64],
    p: NDArray[np.float64],
    start: float,
    time: NDArray[np.float64],
    sensor: NDArray[np.int64],
    values: NDArray[np.float64],
    sd: NDArray[np.float64],
    geometry: NDArray[np.float64],
    bias: NDArray[np.int64],
    noise: NDArray[np.float64],
    end: float,
) -> float:
    """Take plots in while flying freely from `start` to `end`, in place; return the likelihood."""
    now = start
    loglik = 0.0
    for k in range(len(time)):
        s = sensor[k]
        if time[k] > now:
            predict(REENTRY, x, p, time[k] - now, noise)
            now = time[k]
        loglik += update_plot(x, p, geometry[s], bias[s], values[k], sd[k])
    if end > now:
        predict(REENTRY, x, p, end - now, noise)
    return loglik


@kernel
def backward(
    mode: int,
    time: NDArray[np.float64],
    rows: NDArray[np.int64],
    xs: NDArray[np.float64],
    ps: NDArray[np.float64],
    before_x: NDArray[np.float64],
    before_p: NDArray[np.float64],
    out_x: NDArray[np.float64],
    out_p: NDArray[np.float64],
) -> None:
    """Smooth what `forward` filtered; `rows` `(r,)` are the last rows of each distinct time.

    `out_x` `(r, n)` and `out_p` `(r, n, n)` come with their last entry filled in, and the rest is
    written. Source: Bar-Shalom, Li, Kirubarajan 2001, section 8.6.2, equations 8.6.2-9 to -13.
    """
    n = xs.shape[1]
    f = np.empty((CORE, CORE))
    scale = np.empty(n)
    for i in range(len(rows) - 2, -1, -1):
        k, following = rows[i], rows[i] + 1
        transition(mode, xs[k, :CORE].copy(), time[rows[i + 1]] - time[k], f)
        # F P, whose transpose the gain solves for; biases do not move.
        fp = ps[k].copy()
        fp[:CORE] = f @ np.ascontiguousarray(ps[k][:CORE])
        for j in range(n):
            scale[j] = np.sqrt(before_p[following, j, j])
        m = before_p[following] / scale.reshape(n, 1) / scale.reshape(1, n)
        gain = np.linalg.solve(m, fp / scale.reshape(n, 1)).T / scale.reshape(1, n)
        gain = np.ascontiguousarray(gain)
        out_x[i] = xs[k] + gain @ (out_x[i + 1] - before_x[following])
        change = out_p[i + 1] - before_p[following]
        smoothed = ps[k] + gain @ change @ gain.T
        out_p[i] = 0.5 * (smoothed + smoothed.T)
