"""The estimate of one flight, from plots that belong to it.

First the interacting modes take the plots in as they came: the history. When they are sure that the
engine is silent, hypotheses on the cut-off are weighed and free flight is smoothed as a batch; from
there impact and apogee, and backwards the boost and the launch point. The result is a function of
the table alone: its rows have one order, whatever order they came in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.ascent_history import filter_boost, smooth_boost
from trilogue.analysis.tracking.burnout import BoostRun, Cutoff, find_cutoff
from trilogue.analysis.tracking.classes import classify
from trilogue.analysis.tracking.divergence import DivergedError
from trilogue.analysis.tracking.estimate import (
    FlightEstimate,
    GroundPoint,
    Phase,
    StateEstimate,
    States,
    Value,
)
from trilogue.analysis.tracking.impact import Fall, ground_point, predict_fall
from trilogue.analysis.tracking.kernels.boost import coast_on
from trilogue.analysis.tracking.kernels.coast import FREE, altitude
from trilogue.analysis.tracking.kernels.dynamics import COAST, CORE, MODES, REENTRY
from trilogue.analysis.tracking.kernels.imm import combine, run
from trilogue.analysis.tracking.launch_point import Ascent, locate_launch
from trilogue.analysis.tracking.misalignment import (
    biases_of,
    credible,
    overstepping,
    trusting_less,
)
from trilogue.analysis.tracking.prepared import Prepared, Start, prepare, start
from trilogue.analysis.tracking.settings import EstimateSettings
from trilogue.analysis.tracking.smoother import Free, free_part, smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.plots import PlotTable

__all__ = ["estimate_flight"]

_TERMINAL_M = 100_000.0
_DENSE_M = 80_000.0
"""Below it, coming down, drag varies too much for one number: the batch ends, a filter goes on."""
_SHOWN = 240
"""States kept in a history."""
_BEFORE_S = 8.0
"""Hypotheses on the cut-off start this long before the modes were last sure of boost."""
_RELAXED = 0.05
_BEFORE_SIGHT = 0.5
"""Probability that what a radar sees first in doubtful boost has been cut off already."""
_CERTAIN = 0.99
_SILENT_S = 30.0
_FEWEST = 8
_UNSETTLED = "The plots do not settle the flight: the impact is unbounded."


@dataclass(frozen=True)
class _Modes:
    """What the interacting modes said after each plot."""

    xs: NDArray[np.float64]
    ps: NDArray[np.float64]
    mu: NDArray[np.float64]

    @property
    def sound(self) -> NDArray[np.bool_]:
        """After which plots all modes stand on numbers."""
        finite = np.isfinite(self.xs).all(axis=(1, 2)) & np.isfinite(self.ps).all(axis=(1, 2, 3))
        return np.asarray(finite & np.isfinite(self.mu).all(axis=1))

    @property
    def boost(self) -> NDArray[np.float64]:
        """Probability of boost after each plot."""
        return np.asarray(self.mu[:, 0] + self.mu[:, 1])


def _filter(table: Prepared, first: Start, settings: EstimateSettings) -> _Modes:
    m, n = len(table.time), table.size
    xs, ps, mu = np.empty((m, MODES, n)), np.empty((m, MODES, n, n)), np.empty((m, MODES))
    run(
        first.states, first.covariances, first.probabilities, first.time,
        table.time, table.sensor, table.values, table.sd, table.geometry, table.bias,
        settings.rates, settings.noise, xs, ps, mu, np.empty(m),
    )  # fmt: skip
    return _Modes(xs, ps, mu)


def _phases(mu: NDArray[np.float64], state: NDArray[np.float64]) -> dict[Phase, float]:
    """Return the probabilities of the phases: the air is re-entered on the way down alone."""
    boost = float(mu[0] + mu[1])
    down = float(state[:3] @ state[3:6]) < 0.0 and altitude(state) < _TERMINAL_M
    rest = float(mu[COAST] + mu[REENTRY])
    return {"boost": boost, "midcourse": 0.0 if down else rest, "terminal": rest if down else 0.0}


def _state(
    time: float, x: NDArray[np.float64], p: NDArray[np.float64], phases: dict[Phase, float]
) -> StateEstimate:
    total = sum(phases.values())
    phases = {name: value / total for name, value in phases.items()}
    likeliest = max(phases, key=lambda name: phases[name])
    return StateEstimate(float(time), x[:6].copy(), p[:6, :6].copy(), likeliest, phases)


def _thinned(time: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the last rows of distinct times, at most `_SHOWN` of them, the newest among them."""
    rows = np.flatnonzero(np.append(np.diff(time) > 0.0, True))
    if len(rows) <= _SHOWN:
        return rows
    return rows[np.unique(np.linspace(0, len(rows) - 1, _SHOWN).round().astype(np.int64))]


def _history(table: Prepared, modes: _Modes) -> list[StateEstimate]:
    n = table.size
    x, p = np.empty(n), np.empty((n, n))
    out: list[StateEstimate] = []
    for k in _thinned(table.time):
        combine(modes.xs[k], modes.ps[k], modes.mu[k], x, p)
        out.append(_state(table.time[k], x, p, _phases(modes.mu[k], x)))
    return out


def _boosted(modes: _Modes, settings: EstimateSettings) -> NDArray[np.bool_]:
    """Say after which plots thrust stood out, while boost was likely: evidence of an engine."""
    a = modes.xs[:, 0, 6:9]
    size = np.linalg.norm(a, axis=1)
    unit = a / np.maximum(size, 1e-9)[:, None]
    sd = np.sqrt(np.einsum("ki,kij,kj->k", unit, modes.ps[:, 0, 6:9, 6:9], unit))
    return np.asarray((size > settings.strong_boost * sd) & (modes.boost > 0.5))


@dataclass(frozen=True)
class _Flown:
    """Free flight as found: since when, the state at `state.time`, and now."""

    state: Free
    now: Free
    cutoff: Cutoff | None
    boost: BoostRun | None


def _last_lit(
    time: NDArray[np.float64], boost: NDArray[np.float64], settings: EstimateSettings
) -> int:
    """Return the last row at which boost is likely, -1 if at none; stray plots do not count."""
    lit = np.concatenate([[False], boost > 0.5, [False]])
    begins, ends = np.flatnonzero(lit[1:] & ~lit[:-1]), np.flatnonzero(lit[:-1] & ~lit[1:]) - 1
    last = -1
    for k, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        long = time[end] - time[begin] >= settings.settle_s
        if k == 0 or long or boost[begin : end + 1].max() > _CERTAIN:
            last = int(end)
    return last


def _descends(table: Prepared, modes: _Modes, quiet: int) -> int:
    """Return the first row since `quiet` at which the body is coming down in dense air, or all."""
    x = modes.xs[:, COAST]
    down = np.einsum("ki,ki->k", x[:, :3], x[:, 3:6]) < 0.0
    for k in np.flatnonzero(down):
        if k > quiet and altitude(x[k]) < _DENSE_M:
            return int(k)
    return len(table.time)


def _onward(table: Prepared, state: Free, dense: int, settings: EstimateSettings) -> Free:
    """Return the state at the last plot, rows from `dense` on taken in by the re-entry filter."""
    last = float(table.time[-1])
    if dense >= len(table.time):
        return state.at(last)
    at = state.at(float(table.time[dense]))
    n = table.size
    keep = np.r_[0:6, 9:n]
    x, p = np.zeros(n), np.zeros((n, n))
    x[keep] = at.mean
    p[np.ix_(keep, keep)] = at.covariance
    coast_on(
        x, p, at.time, *table.part(dense, len(table.time)), table.geometry, table.bias,
        settings.noise, last,
    )  # fmt: skip
    return free_part(last, x, p)


def _fly(table: Prepared, first: Start, modes: _Modes, settings: EstimateSettings) -> _Flown | str:
    """Return the free flight up to now, or why there is none yet."""
    boost = modes.boost
    strong = _boosted(modes, settings)
    # Declared when free flight is sure, and revoked only when boost is likelier again, for longer
    # than one stray plot makes it.
    quiet = _last_lit(table.time, boost, settings) + 1
    sure = quiet + np.flatnonzero(boost[quiet:] < 1.0 - settings.sure)
    if not len(sure):
        return "The engine may still burn: the impact is unbounded."
    if table.time[-1] - table.time[sure[0]] < settings.settle_s:
        return "The engine may have been cut off just now: the impact is unbounded."
    quiet = int(sure[0])
    dense = _descends(table, modes, quiet)
    seen_burning = bool(strong[:quiet].any())
    # A radar may see the last of the boost, too little for thrust to stand out.
    if seen_burning or (quiet > 0 and not table.infrared[table.sensor].any()):
        latest = float(table.time[quiet])
        infrared = table.time[table.infrared[table.sensor]]
        burning = np.flatnonzero(boost[: quiet + 1] > 1.0 - _RELAXED)
        last_lit = float(table.time[burning[-1]]) if len(burning) else -np.inf
        earliest = max(last_lit - _BEFORE_S, float(table.time[0]))
        seen = infrared[infrared <= latest]
        if len(seen):
            earliest = min(max(earliest, float(seen[-1]) - 1.0), latest)
        stop = int(np.searchsorted(table.time, latest, side="right"))
        # The last change is the cut-off itself: hypotheses stand for it, not noise.
        steady = boost.copy()
        steady[burning[-1] if len(burning) else 0 :] = 1.0
        filtered = filter_boost(table, first, steady, stop, settings)
        before = 0.0 if seen_burning else _BEFORE_SIGHT
        cutoff = find_cutoff(
            table, filtered, earliest, latest, settings, max(dense, stop), before=before
        )
        now = _onward(table, cutoff.state, dense, settings)
        if cutoff.unseen > _RELAXED:
            return _Flown(cutoff.state, now, None, None)
        return _Flown(cutoff.state, now, cutoff, filtered)
    if table.infrared[table.sensor].all():
        return "Seen by infrared alone, and no strong boost among the plots yet."
    # Hardly seen burning: nothing is known before the first plot in free flight. Infrared sees
    # only what burns, so that is after its last.
    begin, since = 0, first
    eyes = np.flatnonzero(table.infrared[table.sensor])
    if len(eyes):
        begin = max(quiet, int(eyes[-1]) + 1)
        if dense - begin < _FEWEST:
            return "Seen burning, and too little since: the impact is unbounded."
        since = start(table.tail(begin), settings)
    prior = free_part(since.time, since.states[COAST], since.covariances[COAST])
    k = min(max(quiet, begin) + len(table.time) // 2, len(table.time) - 1)
    around = free_part(float(table.time[k]), modes.xs[k, COAST], modes.ps[k, COAST])
    state, _, _ = smooth(table.head(dense), [prior], np.zeros(1), begin, around.at(since.time).mean)
    return _Flown(state, _onward(table, state, dense, settings), None, None)


def _smoothed(table: Prepared, flown: _Flown | None, ascent: Ascent | None) -> list[StateEstimate]:
    """Return the flight looked back upon: boost as smoothed, then free flight."""
    out: list[StateEstimate] = []
    if ascent is not None:
        out.extend(
            _state(ascent.time[k], ascent.states[k], ascent.covariances[k], {"boost": 1.0})
            for k in _thinned(ascent.time)
        )
    if flown is None:
        return out
    since = flown.state.time if flown.cutoff is None else flown.cutoff.time
    state = flown.state.at(since)
    for k in _thinned(table.time):
        if table.time[k] < since:
            continue
        state = flown.now if table.time[k] == flown.now.time else state.at(float(table.time[k]))
        out.append(_state(state.time, state.mean, state.covariance, _phases(_COASTING, state.mean)))
    return out


_COASTING = np.array([0.0, 0.0, 1.0, 0.0])


def estimate_flight(
    plots: PlotTable, *, until: float | None = None, settings: EstimateSettings | None = None
) -> FlightEstimate:
    """Return what plots of one object say of its flight, with those up to `until` (POSIX seconds).

    A sensor whose bias turns out to be far beyond what it states is trusted less, and named.
    Raises `ValueError` where there are no plots.
    """
    settings = settings or EstimateSettings()
    if until is not None:
        plots = plots.until(until)
    if not len(plots):
        raise ValueError("no plots to estimate a flight from")
    estimate = _estimate(plots, settings)
    if not credible(estimate.biases, plots.sensors):
        return _estimate(plots, settings, settled=False)
    strange = overstepping(estimate.biases, plots.sensors)
    if not strange:
        return estimate
    again = _estimate(trusting_less(plots, strange), settings)
    if not credible(again.biases, plots.sensors):
        return _estimate(plots, settings, settled=False)
    # Trusted less, some may turn out to be sound after all: they were pulled along.
    still = overstepping(again.biases, plots.sensors)
    remarks = tuple(
        f"{name} is off by {by}: more than it states." for (_, name), by in still.items()
    )
    return replace(again, remarks=(*again.remarks, *remarks))


def _estimate(
    plots: PlotTable, settings: EstimateSettings, *, settled: bool = True
) -> FlightEstimate:
    """Return what plots say; unless `settled`, what the filter alone says: they hold no more."""
    rows = np.arange(len(plots))
    table = prepare(plots)
    first = start(table, settings)
    modes = _filter(table, first, settings)
    astray = np.flatnonzero(~modes.sound)
    if len(astray) and astray[0] == 0:
        raise DivergedError("the first plot leads nowhere")
    if len(astray):
        before = _estimate(plots.where(rows < astray[0]), settings, settled=settled)
        left = "Plots are too few and far apart to follow; later ones are left out."
        return replace(before, remarks=(*before.remarks, left))
    around = np.maximum(modes.boost[:-1], modes.boost[1:])
    lost = np.flatnonzero((np.diff(table.time) > _SILENT_S) & (around > 0.5))
    if len(lost):
        # Through a long silence nothing tells whether, and how, an engine burned.
        before = _estimate(plots.where(rows <= lost[0]), settings, settled=settled)
        left = "Lost while its engine may have burned; plots after that are left out."
        return replace(before, remarks=(*before.remarks, left))
    remarks: list[str] = []
    down: Fall | None = None
    found: _Flown | str = _UNSETTLED
    if settled:
        try:
            found = _fly(table, first, modes, settings)
            down = None if isinstance(found, str) else predict_fall(found.now, top_from=found.state)
        except (DivergedError, np.linalg.LinAlgError):
            found = _UNSETTLED
    flown = None if isinstance(found, str) else found
    history = _history(table, modes)
    burnout: Value | None = None
    if isinstance(found, str):
        remarks.append(found)
    else:
        state = found.now
        history[-1] = _state(
            state.time, state.mean, state.covariance, _phases(_COASTING, state.mean)
        )
        if down is None:
            remarks.append("Free flight does not come down within two hours.")
        if found.cutoff is None and table.infrared[table.sensor].any():
            remarks.append("Seen burning too little to tell when the engine was cut off.")
        elif found.cutoff is None:
            remarks.append("First seen in free flight: the cut-off was before the first plot.")
        else:
            burnout = Value(found.cutoff.time, found.cutoff.sd)
    try:
        ascent = _ascent(table, first, modes, flown, settings)
    except (DivergedError, np.linalg.LinAlgError):
        ascent = None
        remarks.append("The ascent is seen too little to look back over it.")
    launch = locate_launch(ascent) if ascent is not None else None
    impact: GroundPoint | None = None
    if down is not None:
        impact = ground_point(down.position, down.covariance, down.time)
    if len({int(s) for s in table.sensor}) == 1 and table.infrared[table.sensor[0]]:
        remarks.append("One infrared sensor alone: the distance rests on an assumed height.")
    return FlightEstimate(
        _name(plots),
        States.of(history),
        States.of(_smoothed(table, flown, ascent)),
        burnout,
        launch,
        impact,
        None if down is None else down.apogee_m,
        None if down is None else down.apogee_time,
        classify(launch, impact, down),
        rows,
        tuple(remarks),
        () if flown is None else biases_of(table, flown.now.mean, flown.now.covariance, FREE),
    )


def _ascent(
    table: Prepared,
    first: Start,
    modes: _Modes,
    flown: _Flown | None,
    settings: EstimateSettings,
) -> Ascent | None:
    """Return the boost, smoothed, as far as plots show one."""
    if flown is None:
        if modes.boost[-1] < 0.5 and not _boosted(modes, settings).any():
            return None
        filtered = filter_boost(table, first, modes.boost, len(table.time), settings)
        return smooth_boost(table, filtered, len(table.time), None)
    if flown.cutoff is None or flown.boost is None:
        return Ascent(np.array([flown.state.time]), *(a[None] for a in _with_thrust(flown.state)))
    at = flown.cutoff.time
    stop = max(int(np.searchsorted(table.time, at, side="right")), 1)
    return smooth_boost(table, flown.boost, stop, flown.cutoff.state.at(at))


def _with_thrust(state: Free) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a state in free flight as a filter's, its thrust nil."""
    n = len(state.mean) + CORE - FREE
    keep = np.r_[0:6, 9:n]
    x, p = np.zeros(n), np.zeros((n, n))
    x[keep] = state.mean
    p[np.ix_(keep, keep)] = state.covariance
    return x, p


def _name(plots: PlotTable) -> str:
    """Return a name made from the first plot: it stays while later ones come."""
    sensor = plots.sensors[int(plots.sensor[0])].id
    return f"{sensor}@{plots.time[0]:.2f}"
