"""Runs of the estimator on flights whose truth is known, on all cores: one record each."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np

from benchmarks.tracking.flights import COALITIONS, fly
from trilogue.analysis.tracking.bounds import known_mode_bound, window_bound
from trilogue.analysis.tracking.consistency import inside, nees, offset
from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint
from trilogue.analysis.tracking.flight_estimate import estimate_flight
from trilogue.analysis.value.case import Run

__all__ = ["Case", "Record", "run_cases"]


@dataclass(frozen=True)
class Case:
    """A flight, a seed, seconds after cut-off to estimate at, and what with."""

    flight: str
    seed: int
    after: tuple[float, ...]
    bounds: bool
    biased: bool = True


@dataclass(frozen=True)
class Record:
    """What came of a case for a coalition at a time after cut-off. NaN: nothing to judge.

    Errors are squared: of position, velocity and the impact, beside the bounds' variances.
    """

    flight: str
    seed: int
    biased: bool
    coalition: tuple[str, ...]
    after: float
    position2: float
    velocity2: float
    stated_velocity2: float
    nees: float
    impact2: float
    impact_inside: float
    impact_major: float
    launch2: float
    launch_inside: float
    launch_major: float
    launch_time_off: float
    launch_time_sd: float
    burnout_off: float
    burnout_sd: float
    bound_position2: float = math.nan
    bound_velocity2: float = math.nan
    bound_impact2: float = math.nan
    window_position2: float = math.nan
    window_velocity2: float = math.nan


def _ground(point: GroundPoint | None, place: tuple[float, float]) -> tuple[float, float, float]:
    """Return the squared distance, whether the ellipse holds the place, and its major axis."""
    if point is None:
        return math.nan, math.nan, math.nan
    east, north = offset(point, *place)
    return east * east + north * north, float(inside(point, *place)), point.semi_major_m


def _record(case: Case, run: Run, coalition: tuple[str, ...], after: float) -> Record | None:
    plots = run.plots.owned_by(coalition).until(run.burnout + after)
    if not len(plots):
        return None
    estimate: FlightEstimate = estimate_flight(plots)
    now = estimate.now
    error = now.state - run.truth(now.time)[:6]
    launch = _ground(estimate.launch, run.trajectory.launch)
    impact = _ground(estimate.impact, run.trajectory.impact)
    burnout = estimate.burnout
    bounds = [math.nan] * 5
    if case.bounds and now.time > run.burnout:
        known = known_mode_bound(plots, run.truth, run.burnout, now.time, log_drag=run.log_drag)
        window = window_bound(plots, run.truth, run.burnout, now.time, log_drag=run.log_drag)
        bounds = [
            float(np.trace(known.covariance[:3, :3])),
            float(np.trace(known.covariance[3:, 3:])),
            math.nan if known.impact is None else float(np.trace(known.impact)),
            float(np.trace(window.covariance[:3, :3])),
            float(np.trace(window.covariance[3:, 3:])),
        ]
    return Record(
        case.flight, case.seed, case.biased, coalition, after,
        float(error[:3] @ error[:3]), float(error[3:] @ error[3:]),
        float(np.trace(now.covariance[3:, 3:])), nees(error, now.covariance),
        *impact, *launch,
        math.nan if estimate.launch is None else estimate.launch.time.value - run.launched,
        math.nan if estimate.launch is None else estimate.launch.time.sd,
        math.nan if burnout is None else burnout.value - run.burnout,
        math.nan if burnout is None else burnout.sd,
        *bounds,
    )  # fmt: skip


def _case(case: Case) -> list[Record]:
    run = fly(case.flight, case.seed, biased=case.biased, until=max(case.after))
    records = (
        _record(case, run, coalition, after) for coalition, after in product(COALITIONS, case.after)
    )
    return [record for record in records if record is not None]


def run_cases(cases: Iterable[Case], workers: int | None = None) -> list[Record]:
    """Run cases on all cores; the records come in the order of the cases."""
    with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
        return [record for records in pool.map(_case, cases, chunksize=4) for record in records]
