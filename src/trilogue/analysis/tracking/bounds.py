"""Bounds: how well anybody could know a flight from its plots, modes known.

The posterior Cramér–Rao bound (Tichavský, Muravchik, Nehorai, IEEE Trans. Signal Processing 46 (5),
1386–1396, 1998) of ten elements and the sensors' biases. Given the mode at every instant, and with
the motion and the sensors linearised along the truth, its recursion is that of the covariance of a
Kalman filter there. Missed detections enter as they happened (Hernandez et al. 2004): only plots in
hand count, so the mean over runs is the bound's mean over detections.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.impact import predict_fall
from trilogue.analysis.tracking.kernels.coast import FREE
from trilogue.analysis.tracking.kernels.dynamics import (
    BOOST_TURN,
    CORE,
    REENTRY,
    predict,
)
from trilogue.analysis.tracking.kernels.measurement import expected, update_plot
from trilogue.analysis.tracking.prepared import prepare, start
from trilogue.analysis.tracking.settings import EstimateSettings
from trilogue.analysis.tracking.smoother import Free, free_part, gather

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from trilogue.analysis.tracking.plots import PlotTable

__all__ = ["Bound", "known_mode_bound", "window_bound"]


@dataclass(frozen=True)
class Bound:
    """Covariance `(6, 6)` of position and velocity at a time, `(3, 3)` of the impact in ECEF."""

    time: float
    covariance: NDArray[np.float64]
    impact: NDArray[np.float64] | None


def _bound(state: Free) -> Bound:
    down = predict_fall(state)
    return Bound(state.time, state.covariance[:6, :6], None if down is None else down.covariance)


def _covariance_run(
    plots: PlotTable,
    truth: Callable[[float], NDArray[np.float64]],
    burnout: float,
    log_drag: float,
    settings: EstimateSettings,
    until: float,
) -> Free:
    """Run the covariance through plots up to a time; `truth` gives `(10,)` at POSIX seconds."""
    table = prepare(plots)
    first = start(table, settings)
    noise = settings.noise.copy()
    noise[BOOST_TURN, :2] = settings.boost_noise
    boosting = first.time < burnout
    p = first.covariances[BOOST_TURN if boosting else REENTRY].copy()
    x = np.zeros(table.size)
    now = first.time

    def move(time: float) -> None:
        nonlocal now, boosting
        if boosting and time > burnout:
            _step(BOOST_TURN, burnout)
            boosting = False
        _step(BOOST_TURN if boosting else REENTRY, time)

    def _step(mode: int, time: float) -> None:
        nonlocal now
        if time > now:
            x[:CORE] = truth(now)
            x[9] = log_drag
            predict(mode, x, p, time - now, noise)
            now = time

    z, h = np.empty(4), np.empty((4, 6))
    for k in range(int(np.searchsorted(table.time, until, side="right"))):
        move(float(table.time[k]))
        s = table.sensor[k]
        x[:] = 0.0
        x[:CORE] = truth(now)
        x[9] = log_drag
        expected(x, table.geometry[s], table.bias[s], z, h)
        seen = np.where(np.isnan(table.values[k]), np.nan, z)
        update_plot(x, p, table.geometry[s], table.bias[s], seen, table.sd[k])
    move(until)
    x[:CORE] = truth(until)
    x[9] = log_drag
    return free_part(until, x, p)


def known_mode_bound(
    plots: PlotTable,
    truth: Callable[[float], NDArray[np.float64]],
    burnout: float,
    until: float,
    *,
    log_drag: float,
    settings: EstimateSettings | None = None,
) -> Bound:
    """Return the bound at `until` from all plots up to it.

    `truth` gives the true state `(10,)` at POSIX seconds, whose tenth element is not used: the
    drag of free flight is `log_drag`. Values of the plots do not matter, only which there are.
    """
    settings = settings or EstimateSettings()
    return _bound(_covariance_run(plots, truth, burnout, log_drag, settings, until))


def window_bound(
    plots: PlotTable,
    truth: Callable[[float], NDArray[np.float64]],
    since: float,
    until: float,
    *,
    log_drag: float,
    settings: EstimateSettings | None = None,
) -> Bound:
    """Return the bound at `until` from the plots from `since` on alone, both in free flight.

    Before them nothing is known but the broad prior, the drag's and those of the biases.
    """
    settings = settings or EstimateSettings()
    table = prepare(plots.where((plots.time >= since) & (plots.time <= until)))
    point = np.zeros(table.size - CORE + FREE)
    point[:6], point[6] = truth(since)[:6], log_drag
    data = gather(table, point, since, 0)
    sd = np.concatenate(
        [
            np.full(3, settings.first_position_sd),
            np.full(3, settings.later_speed_sd),
            [settings.log_drag_sd],
            table.bias_sd,
        ]
    )
    scaled = np.eye(len(sd)) + data.matrix * np.outer(sd, sd)
    covariance = np.linalg.inv(scaled) * np.outer(sd, sd)
    return _bound(Free(since, point, 0.5 * (covariance + covariance.T)).at(until))
