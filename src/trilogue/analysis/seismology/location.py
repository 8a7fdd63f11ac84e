"""Where and when: the location of a seismic source from its P arrivals.

The steps, and where each is explained:

1. choose first P arrivals, one per site (`selection`);
2. search the globe for places to start from (`search`);
3. from each, repeat until it stands: linearise (`network`), form the prior covariance
   (`error_model`), find which arrivals are sound (`soundness`), step;
4. take the start whose end is most plausible, average over doubtful arrivals, and sum up the
   probability of places (`posterior`).

Depth is held, not sought: P times at regional distances trade it for origin time. The result
depends on the arrivals alone, not on their order, and is the same to the last bit each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import Plane, unit_vector
from trilogue.analysis.seismology.arrival import (
    Arrival,
    LeftOut,
    TooFewArrivalsError,
    UnreachableError,
)
from trilogue.analysis.seismology.error_model import (
    lateness_s,
    model_covariance,
    reading_variance,
)
from trilogue.analysis.seismology.network import Network
from trilogue.analysis.seismology.notes import left_out_reason, notes, rival_notes
from trilogue.analysis.seismology.posterior import summarise
from trilogue.analysis.seismology.search import starts
from trilogue.analysis.seismology.selection import select
from trilogue.analysis.seismology.soundness import (
    DISPUTED_SHARE,
    FEWEST,
    UNSOUND_SHARE,
    Members,
    Problem,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trilogue.analysis.seismology.ellipse import Ellipse

__all__ = ["DEPTH_M", "Location", "UsedStation", "locate"]

DEPTH_M = 500.0
"""Depth at which a source is held unless told otherwise: that of a contained explosion."""

_STEPS = 40
_CHANGES = 5
"""How often the sound arrivals may change where the steps end, so that they do end."""
_ANOTHER_VIEW_M = 5_000.0
"""From this far away all sets of sound arrivals are looked at anew, and not the next ones only."""
_LONGEST_STEP_M = 150_000.0
_SHORTEST_STEP_M = 20.0
_STARTS_FOLLOWED = 3


@dataclass(frozen=True, slots=True)
class UsedStation:
    """An arrival that took part."""

    arrival: Arrival
    residual_s: float
    """Reading less predicted time at the estimate, after the reading's expected lateness."""
    weight: float
    """Between 0 and 1: the probability that it is sound, times the share of the Earth model in its
    variance; a reading clear enough to add nothing to the model's error weighs 1."""
    degrees: float
    azimuth_deg: float


@dataclass(frozen=True, slots=True)
class Location:
    """An estimate of where and when, with what it rests on."""

    latitude: float
    longitude: float
    depth_m: float
    """Held, not estimated."""
    origin_time: float
    """POSIX seconds, UTC."""
    origin_time_sd_s: float
    ellipse: Ellipse
    used: tuple[UsedStation, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]

    def contains(self, latitude: float, longitude: float) -> bool:
        """Say whether a place lies within the error ellipse."""
        return self.ellipse.contains(latitude, longitude)


@dataclass(frozen=True, slots=True)
class _End:
    """Where the steps from one start ended."""

    latitude: float
    longitude: float
    problem: Problem
    members: Members

    @property
    def plausibility(self) -> float:
        return self.problem.plausibility(self.members)


def locate(
    arrivals: Sequence[Arrival], *, depth_m: float = DEPTH_M, probability: float = 0.9
) -> Location:
    """Return the location of the source of some P arrivals.

    `depth_m` is held; the error ellipse holds the truth with `probability`.

    Raises:
        TooFewArrivalsError: fewer than four sites have a usable arrival.
        UnreachableError: no place has a first P arrival at all of the stations.
        ValueError: the depth is outside the travel-time table, or the probability outside (0, 1).

    """
    if not 0.0 < probability < 1.0:
        raise ValueError(f"probability must lie between 0 and 1, not {probability}")
    selection = select(arrivals)
    chosen = selection.arrivals
    if len(chosen) < FEWEST:
        raise TooFewArrivalsError(len(chosen), FEWEST)
    network = Network.of(chosen, depth_m)
    # Seconds after the first arrival: small numbers keep their digits, POSIX seconds do not.
    moment = min(arrival.time for arrival in chosen)
    times = np.array([arrival.time - moment - lateness_s(arrival) for arrival in chosen])
    unsound = np.array(
        [DISPUTED_SHARE if a in selection.disputed else UNSOUND_SHARE for a in chosen]
    )

    begun = starts(network, times)[:_STARTS_FOLLOWED]
    followed = [_follow(network, chosen, times, unsound, start) for start in begun]
    ends = [one for one in followed if one is not None]
    if not ends:
        raise UnreachableError(len(chosen))
    end = max(ends, key=lambda one: one.plausibility)
    weighed = end.problem.weigh(end.members)
    spread = end.problem.fit(end.members).model_covariance[:2, :2]
    summary = summarise(
        network,
        times,
        end.problem.covariance,
        weighed,
        (end.latitude, end.longitude, spread),
        probability,
    )

    there = np.array([summary.latitude]), np.array([summary.longitude])
    residuals = times - network.times(*there)[0] - summary.origin_s
    degrees, sound = network.degrees(*there)[0], weighed.sound()
    reading = reading_variance(chosen, network.slownesses(summary.latitude, summary.longitude))
    model_share = 1.0 - reading / np.diag(end.problem.covariance)
    azimuths = _azimuths(summary.latitude, summary.longitude, chosen)
    used, left_out = [], list(selection.left_out)
    for i, arrival in enumerate(chosen):
        if sound[i] < 0.5:
            fit = end.problem.fit(end.members)
            reason = left_out_reason(
                float(fit.predicted[i]),
                float(fit.leverage[i]),
                float(sound[i]),
                selection.disputed.get(arrival),
            )
            left_out.append(LeftOut(arrival, reason))
            continue
        used.append(
            UsedStation(
                arrival=arrival,
                residual_s=float(residuals[i]),
                weight=float(sound[i] * model_share[i]),
                degrees=float(degrees[i]),
                azimuth_deg=float(azimuths[i]),
            )
        )
    return Location(
        latitude=summary.latitude,
        longitude=summary.longitude,
        depth_m=depth_m,
        origin_time=moment + summary.origin_s,
        origin_time_sd_s=summary.origin_sd_s,
        ellipse=summary.ellipse,
        used=tuple(used),
        left_out=tuple(sorted(left_out, key=lambda one: (one.arrival.name, one.arrival.location))),
        notes=(
            *notes(summary, depth_m, chosen, selection.disputed, azimuths),
            *rival_notes(
                summary.ellipse, [(e.latitude, e.longitude, e.plausibility) for e in ends]
            ),
        ),
    )


def _follow(
    network: Network,
    chosen: Sequence[Arrival],
    times: NDArray[np.float64],
    unsound: NDArray[np.float64],
    start: tuple[float, float],
) -> _End | None:
    """Step from a start until it stands; None when the steps lead off the travel-time table."""
    problem = _problem(network, chosen, times, unsound, start)
    if problem is None:
        return None
    place, searched, members = start, start, problem.best_of_all()
    changes = 0
    for _ in range(_STEPS):
        following = _step(network, chosen, times, unsound, _End(*place, problem, members))
        if following is not None:
            place, problem = (following.latitude, following.longitude), following.problem
            continue
        # It stands with these arrivals; seen from here, others may look sound.
        far = np.hypot(*Plane(*searched).project(*place)) > _ANOTHER_VIEW_M
        better = problem.best_of_all() if far else problem.best(members)
        if better == members or changes == _CHANGES:
            break
        searched, members, changes = place, better, changes + 1
    return _End(*place, problem, members)


def _step(
    network: Network,
    chosen: Sequence[Arrival],
    times: NDArray[np.float64],
    unsound: NDArray[np.float64],
    end: _End,
) -> _End | None:
    """Return the next step, shortened until it lowers the misfit; None where it stands."""
    east, north, _ = end.problem.fit(end.members).step
    length = float(np.hypot(east, north))
    here = end.problem.misfit(end.problem.residuals, end.members)
    share = min(1.0, _LONGEST_STEP_M / max(length, 1.0))
    while share * length > _SHORTEST_STEP_M:
        latitude, longitude = Plane(end.latitude, end.longitude).unproject(
            share * east, share * north
        )
        place = float(latitude), float(longitude)
        problem = _problem(network, chosen, times, unsound, place)
        if problem is not None and end.problem.misfit(problem.residuals, end.members) < here:
            return _End(*place, problem, end.members)
        share /= 2.0
    return None


def _problem(
    network: Network,
    chosen: Sequence[Arrival],
    times: NDArray[np.float64],
    unsound: NDArray[np.float64],
    place: tuple[float, float],
) -> Problem | None:
    """Return the location linearised at a place; None where the travel-time table ends."""
    travel, design = network.linearised(*place)
    if not (np.isfinite(travel).all() and np.isfinite(design).all()):
        return None
    degrees = network.degrees(*np.array(place)[:, None])[0]
    prior = model_covariance(unit_vector(*place), network.receivers, degrees)
    reading = reading_variance(chosen, network.slownesses(*place))
    residuals = times - travel
    return Problem(residuals - np.median(residuals), design, prior + np.diag(reading), unsound)


def _azimuths(latitude: float, longitude: float, chosen: Sequence[Arrival]) -> NDArray[np.float64]:
    """Return the azimuths of the stations from a place, in degrees from north."""
    east, north = Plane(latitude, longitude).project(
        [a.latitude for a in chosen], [a.longitude for a in chosen]
    )
    azimuths: NDArray[np.float64] = np.degrees(np.arctan2(east, north)) % 360.0
    return azimuths
