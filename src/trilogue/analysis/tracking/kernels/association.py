"""Kernels of association: how well the plots of one look fit each track, and taking one in.

A track here has no bias states: what stays wrong with a sensor widens its noise instead. The pool
of tracks is kept as arrays, a row a track.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.kernel import kernel
from trilogue.analysis.tracking.kernels.coast import altitude
from trilogue.analysis.tracking.kernels.dynamics import COAST, MODES, predict
from trilogue.analysis.tracking.kernels.imm import mix, weigh
from trilogue.analysis.tracking.kernels.measurement import QUANTITIES, expected, update_plot

__all__ = ["advance_pool", "score_plots", "take_in"]

_HEARD = 1e-3
"""Modes less likely than this have no say in the gate."""
_FAR = 1e3


@kernel
def advance_pool(
    xs: NDArray[np.float64],
    ps: NDArray[np.float64],
    mu: NDArray[np.float64],
    since: NDArray[np.float64],
    time: float,
    rates: NDArray[np.float64],
    noise: NDArray[np.float64],
    xs_out: NDArray[np.float64],
    ps_out: NDArray[np.float64],
    mu_out: NDArray[np.float64],
    height: NDArray[np.float64],
) -> None:
    """Write where tracks `(t, 4, n)` that hold at `since` `(t,)` are at `time`, and their height.

    Heights `(t,)` are those of the coasting mode, metres above the ellipsoid.
    """
    for t in range(len(since)):
        dt = time - since[t]
        mu_out[t] = mu[t]
        if dt > 0.0:
            mix(xs[t], ps[t], mu_out[t], rates, dt, xs_out[t], ps_out[t])
            for j in range(MODES):
                predict(j, xs_out[t, j], ps_out[t, j], dt, noise)
        else:
            xs_out[t] = xs[t]
            ps_out[t] = ps[t]
        height[t] = altitude(xs_out[t, COAST])


@kernel
def score_plots(
    xs: NDArray[np.float64],
    ps: NDArray[np.float64],
    mu: NDArray[np.float64],
    sensor: NDArray[np.float64],
    values: NDArray[np.float64],
    sd: NDArray[np.float64],
    loglik: NDArray[np.float64],
    distance2: NDArray[np.float64],
) -> None:
    """Write how likely each plot `(m, 4)` is under each track, `(t, m)`, and how far off it is.

    `distance2` is the squared Mahalanobis distance from the likely mode that is nearest.
    """
    n = xs.shape[2]
    z = np.empty(QUANTITIES)
    seen = np.empty(QUANTITIES)
    h = np.empty((QUANTITIES, 6))
    x = np.empty(n)
    p = np.empty((n, n))
    peak = np.empty(MODES)
    each = np.empty(MODES)
    for t in range(len(xs)):
        for k in range(len(values)):
            nearest = math.inf
            top = -math.inf
            for j in range(MODES):
                expected(xs[t, j], sensor, -1, z, h)
                for q in range(QUANTITIES):
                    seen[q] = z[q] if not math.isnan(values[k, q]) else math.nan
                x[:] = xs[t, j]
                p[:] = ps[t, j]
                peak[j] = update_plot(x, p, sensor, -1, seen, sd[k])
                x[:] = xs[t, j]
                p[:] = ps[t, j]
                each[j] = update_plot(x, p, sensor, -1, values[k], sd[k])
                if mu[t, j] > _HEARD:
                    nearest = min(nearest, 2.0 * (peak[j] - each[j]))
                    if j == 0 and nearest > _FAR:
                        # The freest mode is the widest: the others are farther off.
                        break
                top = max(top, each[j])
            distance2[t, k] = nearest
            if nearest > _FAR:
                loglik[t, k] = -math.inf
                continue
            total = 0.0
            for j in range(MODES):
                total += mu[t, j] * math.exp(each[j] - top)
            loglik[t, k] = top + math.log(total)


@kernel
def take_in(
    xs: NDArray[np.float64],
    ps: NDArray[np.float64],
    mu: NDArray[np.float64],
    sensor: NDArray[np.float64],
    z: NDArray[np.float64],
    sd: NDArray[np.float64],
) -> None:
    """Take a plot into one track, `(4, n)`, `(4, n, n)` and `(4,)`, in place."""
    each = np.empty(MODES)
    for j in range(MODES):
        each[j] = update_plot(xs[j], ps[j], sensor, -1, z, sd)
    weigh(mu, each)
