"""Looking back over the boost: the one-mode filter, and its smoother from what is known later.

The interacting modes filter best as plots come, but their mixture has no smoother of its own; one
mode with noise raised where they saw a change has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.burnout import BoostRun
from trilogue.analysis.tracking.divergence import check
from trilogue.analysis.tracking.kernels.boost import backward, forward, transition
from trilogue.analysis.tracking.kernels.coast import altitude
from trilogue.analysis.tracking.kernels.dynamics import BOOST_TURN, CORE, predict
from trilogue.analysis.tracking.launch_point import LOOKED_S, Ascent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.prepared import Prepared, Start
    from trilogue.analysis.tracking.settings import EstimateSettings
    from trilogue.analysis.tracking.smoother import Free

__all__ = ["agility", "filter_boost", "smooth_boost"]

_AROUND_S = 4.0
_CHANGE = 0.2


def agility(
    time: NDArray[np.float64], boost: NDArray[np.float64], factor: float
) -> NDArray[np.float64]:
    """Return `factor` around times when the probability of boost `(m,)` changes, else one."""
    out = np.ones(len(time))
    for k in np.flatnonzero(np.abs(np.diff(boost)) > _CHANGE):
        out[np.abs(time - time[k + 1]) <= _AROUND_S] = factor
    return out


def _early(
    table: Prepared, start: Start, stop: int, settings: EstimateSettings
) -> NDArray[np.bool_]:
    """Say in which of the rows before `stop` the missile still turns by its own programme."""
    low = altitude(start.states[BOOST_TURN]) < settings.early_height_m
    return np.asarray(low & (table.time[:stop] < table.time[0] + settings.early_s))


def filter_boost(
    table: Prepared, start: Start, boost: NDArray[np.float64], stop: int, settings: EstimateSettings
) -> BoostRun:
    """Filter the rows before `stop` in boost; `boost` `(m,)` is its probability at each row."""
    n, m = table.size, stop
    noise = settings.noise.copy()
    noise[BOOST_TURN, :2] = settings.boost_noise
    restless = agility(table.time[:stop], boost[:stop], settings.restless)
    restless[_early(table, start, stop, settings)] *= settings.early
    xs, before_x = np.empty((m, n)), np.empty((m, n))
    ps, before_p = np.empty((m, n, n)), np.empty((m, n, n))
    loglik = np.empty(m)
    forward(
        BOOST_TURN,
        start.states[BOOST_TURN],
        start.covariances[BOOST_TURN],
        start.time,
        *table.part(0, stop),
        table.geometry,
        table.bias,
        noise,
        restless,
        xs,
        ps,
        before_x,
        before_p,
        loglik,
    )
    return BoostRun(
        0, start.time, start.states[BOOST_TURN], start.covariances[BOOST_TURN],
        xs, ps, before_x, before_p, loglik, noise,
    )  # fmt: skip


def smooth_boost(table: Prepared, run: BoostRun, stop: int, known: Free | None) -> Ascent:
    """Return the boost up to row `stop`, smoothed.

    `known` is the state in free flight that later plots gave, at the cut-off, not before the last
    of these rows: it ends the boost, with the thrust that follows by regression on it. Raises
    `DivergedError` where the filter did not follow the plots.
    """
    check(run.xs[:stop], run.ps[:stop])
    check(run.before_x[:stop], run.before_p[:stop])
    time = table.time[:stop]
    xs, ps, before_x, before_p = (
        run.xs[:stop], run.ps[:stop], run.before_x[:stop], run.before_p[:stop]
    )  # fmt: skip
    x, p = xs[-1].copy(), ps[-1].copy()
    if known is not None:
        if known.time > time[-1]:
            predict(BOOST_TURN, x, p, known.time - time[-1], run.noise)
            time = np.append(time, known.time)
            xs, ps = np.concatenate([xs, x[None]]), np.concatenate([ps, p[None]])
            before_x = np.concatenate([before_x, x[None]])
            before_p = np.concatenate([before_p, p[None]])
        keep = np.r_[0:6, 9 : table.size]
        scale = np.sqrt(np.diag(p))
        c = p / np.outer(scale, scale)
        gain = np.linalg.solve(c[np.ix_(keep, keep)], c[keep]).T
        gain *= scale[:, None] / scale[keep][None, :]
        x = x + gain @ (known.mean - x[keep])
        p = p + gain @ (known.covariance - p[np.ix_(keep, keep)]) @ gain.T
    rows = np.flatnonzero(np.append(np.diff(time) > 0.0, True))
    out_x, out_p = np.empty((len(rows), table.size)), np.empty((len(rows), *ps.shape[1:]))
    out_x[-1], out_p[-1] = x, 0.5 * (p + p.T)
    backward(BOOST_TURN, time, rows, xs, ps, before_x, before_p, out_x, out_p)
    check(out_x, out_p)
    first = int(np.searchsorted(time[rows], time[rows[0]] + LOOKED_S))
    return Ascent(time[rows], out_x, out_p, _gains(time, rows[: first + 1], xs, ps, before_p))


def _gains(
    time: NDArray[np.float64],
    rows: NDArray[np.int64],
    xs: NDArray[np.float64],
    ps: NDArray[np.float64],
    before_p: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the smoother's gains `(g, n, n)` from each of some rows to the next.

    Source: Bar-Shalom, Li, Kirubarajan 2001, section 8.6.2, equation 8.6.2-9.
    """
    here, following = rows[:-1], rows[:-1] + 1
    moved = ps[here].copy()
    f = np.empty((CORE, CORE))
    for i, (k, after) in enumerate(zip(here, rows[1:], strict=True)):
        transition(BOOST_TURN, xs[k, :CORE].copy(), time[after] - time[k], f)
        moved[i, :CORE] = f @ ps[k, :CORE]
    scale = np.sqrt(np.einsum("kii->ki", before_p[following]))
    alike = before_p[following] / scale[:, :, None] / scale[:, None, :]
    gain = np.linalg.solve(alike, moved / scale[:, :, None])
    return np.asarray(gain.transpose(0, 2, 1) / scale[:, None, :])
