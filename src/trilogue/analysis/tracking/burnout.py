"""When the engine was cut off: hypotheses on a grid of times, weighed by the plots.

Under the hypothesis t the missile was in boost until t and has flown freely since. Its weight is
the likelihood of the plots before t under boost, times that of those after it under free flight:
the Bayesian single change point (Carlin, Gelfand, Smith 1992), with the boost filter's posterior as
the state at the change. Sightings by infrared after t speak strongly against it; missed ones for
it, but softly: a sensor may be blind for other reasons.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.divergence import DivergedError
from trilogue.analysis.tracking.kernels.boost import coast_on
from trilogue.analysis.tracking.kernels.dynamics import BOOST_TURN, predict
from trilogue.analysis.tracking.smoother import Free, free_part, merge, smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.prepared import Prepared
    from trilogue.analysis.tracking.settings import EstimateSettings

__all__ = ["BoostRun", "Cutoff", "find_cutoff"]

_BLIND = 0.05
"""Probability that an infrared sensor falls silent for a reason of its own (cloud)."""
_SEEN_DARK = -15.0
"""Logarithm of the probability of an infrared plot of a silent engine: a wrong association."""
_NO_ENGINE = 1e4
"""Acceleration by thrust that nothing survives, m/s²."""
_UNLIKELY = 18.0
"""Hypotheses this much below the best, in logarithms, before the batch are dropped,"""
_NEGLIGIBLE = 12.0
"""and this much after it."""


@dataclass(frozen=True)
class BoostRun:
    """The one-mode filter through the boost: arrays of `kernels.boost.forward` for rows `first`…"""

    first: int
    start: float
    x0: NDArray[np.float64]
    p0: NDArray[np.float64]
    xs: NDArray[np.float64]
    ps: NDArray[np.float64]
    before_x: NDArray[np.float64]
    before_p: NDArray[np.float64]
    loglik: NDArray[np.float64]
    noise: NDArray[np.float64]


@dataclass(frozen=True)
class Cutoff:
    """The cut-off and the free flight since: moments over the hypotheses."""

    time: float
    sd: float
    state: Free
    """At the epoch of the smoother, the last hypothesis."""
    times: NDArray[np.float64]
    weights: NDArray[np.float64]
    first: int
    """First row that the smoother took in."""
    unseen: float
    """Probability that the engine was silent at the first plot already, where that may be."""


def _silence(table: Prepared, times: NDArray[np.float64], now: float) -> NDArray[np.float64]:
    """Return the logarithm of the likelihood of what infrared saw, and did not, `(k,)`."""
    log = np.zeros(len(times))
    for s in np.flatnonzero(table.infrared):
        seen = table.time[table.sensor == s]
        if not len(seen):
            continue
        sensor = table.sensors[int(s)]
        log += _SEEN_DARK * (seen[None, :] > times[:, None]).sum(axis=1)
        missed = np.floor((np.minimum(times, now) - seen[-1]) / sensor.period_s).clip(0.0)
        log += np.log((1.0 - _BLIND) * (1.0 - sensor.detection_probability) ** missed + _BLIND)
    return log


def find_cutoff(
    table: Prepared,
    run: BoostRun,
    earliest: float,
    latest: float,
    settings: EstimateSettings,
    stop: int,
    *,
    before: float = 0.0,
) -> Cutoff:
    """Weigh cut-offs from `earliest` to `latest` by the rows from the run's first up to `stop`.

    `before` is the probability, without the plots, that the engine was cut off before `earliest`,
    which is then the first plot: the first hypothesis stands for that, too.
    Raises `DivergedError` where the plots are too sparse to tell.
    """
    cell = settings.cell_s
    cells = max(math.ceil((latest - earliest) / cell), 2)
    grid: NDArray[np.float64] = latest - cell * np.arange(cells, -1, -1, dtype=np.float64)
    epoch = float(grid[-1])
    until = int(np.searchsorted(table.time[:stop], epoch, side="right"))
    total = np.concatenate([[0.0], np.cumsum(run.loglik)])
    priors: list[Free] = []
    log = _silence(table, grid, float(table.time[stop - 1]))
    if before > 0.0:
        log[0] += math.log(before / (1.0 - before) * cells)
    branch_noise = settings.noise.copy()
    for k, t in enumerate(grid):
        row = int(np.searchsorted(table.time[:stop], t, side="right"))
        done = row - run.first
        if done > 0:
            x, p, at = run.xs[done - 1].copy(), run.ps[done - 1].copy(), table.time[row - 1]
        else:
            x, p, at = run.x0.copy(), run.p0.copy(), run.start
        if t > at:
            predict(BOOST_TURN, x, p, t - at, run.noise)
        # The engine stops somewhere in the cell: the speed that this leaves open.
        thrust = x[6:9].copy()
        if not (np.abs(thrust) < _NO_ENGINE).all():
            # Through a hole in the plots the filter lost the engine: no hypothesis stands on it.
            log[k] = -np.inf
            priors.append(free_part(epoch, x, p))
            continue
        p[3:6, 3:6] += (cell**2 / 12.0) * np.outer(thrust, thrust)
        log[k] += total[max(done, 0)]
        log[k] += coast_on(
            x, p, float(t), *table.part(row, until), table.geometry, table.bias,
            branch_noise, epoch,
        )  # fmt: skip
        priors.append(free_part(epoch, x, p))
    sound = np.array(
        [np.isfinite(p.mean).all() and np.isfinite(p.covariance).all() for p in priors]
    )
    log[~(sound & np.isfinite(log))] = -np.inf
    if not np.isfinite(log).any():
        raise DivergedError("the boost filter followed no hypothesis on the cut-off")
    best = [k for k in range(len(grid)) if log[k] > log.max() - _UNLIKELY]
    state, weights, parts = smooth(table.head(stop), [priors[k] for k in best], log[best], until)
    keep = weights > math.exp(-_NEGLIGIBLE)
    weights = weights[keep] / weights[keep].sum()
    times = grid[best][keep]
    state = merge([p for p, kept in zip(parts, keep, strict=True) if kept], weights)
    mean = float(weights @ times)
    sd = math.sqrt(float(weights @ (times - mean) ** 2) + cell**2 / 12.0)
    unseen = float(weights[times == grid[0]].sum()) if before > 0.0 else 0.0
    return Cutoff(mean, sd, state, times, weights, until, unseen)
