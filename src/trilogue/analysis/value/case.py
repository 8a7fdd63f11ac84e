"""One case: fly, look, and let every coalition say what it knows at each moment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.flight.simulate import Trajectory, simulate
from trilogue.analysis.scenario.observe import Flight, observe
from trilogue.analysis.scenario.streams import stream
from trilogue.analysis.tracking.bounds import known_mode_bound
from trilogue.analysis.tracking.consistency import inside, offset
from trilogue.analysis.tracking.divergence import DivergedError
from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint
from trilogue.analysis.tracking.flight_estimate import estimate_flight
from trilogue.analysis.tracking.plots import PlotTable
from trilogue.analysis.value.campaign import Case, Moment, TrackRule, coalitions, owners
from trilogue.analysis.value.missiles import perturbed
from trilogue.analysis.value.row import Row

__all__ = ["LAUNCHED", "Run", "first_track", "fly", "run_case"]

LAUNCHED = 1_500_000_000.0
"""POSIX seconds of every lift-off: no result depends on it."""
_TERMINAL_M = 100_000.0
_FIRST_PLOTS = 240
"""So many plots at first are asked for a track, then twice as many, and so on."""


@dataclass(frozen=True)
class Run:
    """A flight as it was, and the plots of all sensors up to the last moment."""

    trajectory: Trajectory
    plots: PlotTable

    @cached_property
    def log_drag(self) -> float:
        """Logarithm of drag area over mass of what came down."""
        missile = self.trajectory.missile
        return math.log(missile.reentry_cda_m2 / missile.payload_kg)

    @property
    def launched(self) -> float:
        """POSIX seconds of lift-off."""
        return LAUNCHED

    @property
    def burnout(self) -> float:
        """POSIX seconds of the last cut-off."""
        return LAUNCHED + self.trajectory.burnout_s

    def truth(self, time: float) -> NDArray[np.float64]:
        """Return the true state `(10,)` at POSIX seconds, thrust left out."""
        found = self._at_plots.get(time)
        return self._true(np.array([time]))[0] if found is None else found

    @cached_property
    def _at_plots(self) -> dict[float, NDArray[np.float64]]:
        """True states at the times of the plots: every bound asks for them again."""
        times = self.plots.time
        return dict(zip(times.tolist(), self._true(times), strict=True))

    def _true(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        seconds = np.clip(times - LAUNCHED, 0.0, self.trajectory.flight_time_s)
        position, velocity = self.trajectory.at(seconds)
        return np.hstack([position, velocity, np.zeros((len(times), 4))])

    def seconds(self, moment: Moment) -> float:
        """Return seconds after the launch."""
        return moment.seconds + (self.trajectory.burnout_s if moment.after_burnout else 0.0)

    def phase(self, seconds: float) -> str:
        """Return the phase in truth."""
        path = self.trajectory
        if seconds >= path.flight_time_s:
            return "landed"
        if seconds < path.burnout_s:
            return "boost"
        height = float(np.interp(seconds, path.time, path.geodetic[2]))
        return "terminal" if seconds > path.apogee_s and height < _TERMINAL_M else "midcourse"


def fly(case: Case) -> Run:
    """Fly a case's missile, as its seed draws it, and look at it. No clutter: plots are its own."""
    missile = perturbed(case.missile.missile, stream(case.seed, case.name, "missile"))
    place = (case.site.latitude, case.site.longitude)
    path = simulate(missile, *place, case.azimuth_deg)
    # A draw of biases for each case: under one seed all would share it, and so its errors.
    seed = int(stream(case.seed, case.name, "sensors").integers(2**32))
    last = max(m.seconds + (path.burnout_s if m.after_burnout else 0.0) for m in case.moments)
    seen = observe(
        case.sensors,
        [Flight("flight", path, LAUNCHED)],
        seed=seed,
        until=LAUNCHED + min(last, path.flight_time_s),
    )
    return Run(path, seen.plots.where(seen.origin == 0))


def run_case(case: Case) -> tuple[Row, ...]:
    """Return what every coalition knew at every moment, in a fixed order."""
    run = fly(case)
    rows: list[Row] = []
    for coalition in coalitions(owners(case.sensors)):
        plots = run.plots.owned_by(coalition)
        track = first_track(plots, case.rule)
        first = float(plots.time[0]) - LAUNCHED if len(plots) else None
        rows.extend(_row(case, run, coalition, plots, (first, track), m) for m in case.moments)
    return tuple(rows)


def first_track(plots: PlotTable, rule: TrackRule) -> float | None:
    """Return when a track was first held, seconds after the launch; `None` if it never was."""
    looked = _FIRST_PLOTS
    while len(plots):
        head = plots.where(np.arange(len(plots)) < looked)
        estimate = _estimate(head)
        for state in () if estimate is None else estimate.history:
            enough = int(np.searchsorted(head.time, state.time, side="right")) >= rule.plots
            if enough and math.sqrt(np.trace(state.covariance[:3, :3])) <= rule.position_sd_m:
                return state.time - LAUNCHED
        if looked >= len(plots):
            break
        looked *= 2
    return None


def _ground(
    point: GroundPoint | None, place: tuple[float, float], what: str
) -> dict[str, float | bool | None]:
    """Return the error, the ellipse, and whether it holds the place."""
    names = ("error_m", "semi_major_m", "semi_minor_m", "inside")
    values: tuple[float | bool | None, ...] = (None,) * 4
    if point is not None and math.isfinite(point.semi_major_m):
        error = math.hypot(*offset(point, *place))
        values = (error, point.semi_major_m, point.semi_minor_m, inside(point, *place))
    return {f"{what}_{name}": value for name, value in zip(names, values, strict=True)}


def _judged(run: Run, plots: PlotTable, at: float) -> dict[str, object]:
    """Return what plots tell at a time, beside the truth and the bound."""
    # The bound at the moment itself, not at the last plot: so coalitions' bounds compare.
    impact = None
    if at > run.burnout:
        known = known_mode_bound(plots, run.truth, run.burnout, at, log_drag=run.log_drag)
        impact = known.impact
    bound = None if impact is None else math.sqrt(np.trace(impact))
    estimate = _estimate(plots)
    if estimate is None:
        return {**_NOTHING, "estimate_failed": True, "impact_bound_m": bound}
    return {
        "estimate_failed": False,
        "estimated_phase": estimate.now.phase,
        **_ground(estimate.launch, run.trajectory.launch, "launch"),
        **_ground(estimate.impact, run.trajectory.impact, "impact"),
        "impact_bound_m": bound,
    }


def _estimate(plots: PlotTable) -> FlightEstimate | None:
    """Return the estimate; `None` where the plots settle none, which is counted, not hidden."""
    try:
        return estimate_flight(plots)
    except DivergedError:
        return None


_NOTHING: dict[str, object] = {
    "estimate_failed": False,
    "estimated_phase": None,
    **_ground(None, (0.0, 0.0), "launch"),
    **_ground(None, (0.0, 0.0), "impact"),
    "impact_bound_m": None,
}


def _row(
    case: Case,
    run: Run,
    coalition: tuple[str, ...],
    plots: PlotTable,
    began: tuple[float | None, float | None],
    moment: Moment,
) -> Row:
    seconds = run.seconds(moment)
    phase = run.phase(seconds)
    held = plots.until(LAUNCHED + seconds)
    judged = _judged(run, held, LAUNCHED + seconds) if len(held) and phase != "landed" else _NOTHING
    path, wanted = run.trajectory, case.missile.wanted
    return Row(
        site=case.site.id,
        latitude_deg=case.site.latitude,
        longitude_deg=case.site.longitude,
        missile_class=wanted.name,
        shape=wanted.shape,
        azimuth_deg=case.azimuth_deg,
        seed=case.seed,
        apogee_m=path.apogee_m,
        range_m=path.range_m,
        burnout_s=path.burnout_s,
        flight_time_s=path.flight_time_s,
        coalition="+".join(coalition),
        first_plot_s=began[0],
        first_track_s=began[1],
        moment=moment.name,
        time_s=seconds,
        phase=phase,
        plots=len(held),
        **judged,  # type: ignore[arg-type]
    )
