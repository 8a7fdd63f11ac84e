"""Where and when: the location of a seismic source from its P arrivals.

The steps, and where each is explained:

1. choose first P arrivals, one per site (`selection`);
2. search the globe for places to start from (`search`);
3. from each, step until it stands (`descent`), with the prior covariance (`error_model`) and the
   arrivals that are sound (`soundness`);
4. average over doubtful arrivals, and sum up the probability of places (`posterior`).

Depth is held, not sought: P times at regional distances trade it for origin time. The result
depends on the arrivals alone, not on their order, and is the same to the last bit each time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import Plane
from trilogue.analysis.seismology.arrival import (
    Arrival,
    LeftOut,
    TooFewArrivalsError,
    UnreachableError,
)
from trilogue.analysis.seismology.descent import Descent, Standing
from trilogue.analysis.seismology.error_model import lateness_s, reading_variance
from trilogue.analysis.seismology.network import Network
from trilogue.analysis.seismology.notes import RIVAL_LOG_ODDS, left_out_reason, notes
from trilogue.analysis.seismology.posterior import Bell, summarise
from trilogue.analysis.seismology.search import starts
from trilogue.analysis.seismology.selection import select
from trilogue.analysis.seismology.soundness import DISPUTED_SHARE, FEWEST, UNSOUND_SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trilogue.analysis.seismology.ellipse import Ellipse

__all__ = ["DEPTH_M", "Location", "UsedStation", "locate"]

DEPTH_M = 500.0
"""Depth at which a source is held unless told otherwise: that of a contained explosion."""

_STARTS_FOLLOWED = 3
_ONE_RIDGE_M = 3_000_000.0
"""Places closer than this are parts of one ridge, and summed up together."""


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

    descent = Descent(network, chosen, times, unsound)
    ends = [descent.follow(start) for start in starts(network, times)[:_STARTS_FOLLOWED]]
    standing = sorted((one for one in ends if one), key=lambda one: -one.plausibility)
    if not standing:
        raise UnreachableError(len(chosen))
    best = standing[0]
    weighed = best.problem.weigh(best.members)
    bells = _bells(standing)
    ridge = [bell for bell in bells if _apart_m(bells[0], bell) < _ONE_RIDGE_M]
    summary = summarise(network, times, best.problem.covariance, weighed, ridge, probability)

    there = np.array([summary.latitude]), np.array([summary.longitude])
    residuals = times - network.times(*there)[0] - summary.origin_s
    degrees, sound = network.degrees(*there)[0], weighed.sound()
    azimuths = _azimuths(summary.latitude, summary.longitude, chosen)
    reading = reading_variance(chosen, network.slownesses(summary.latitude, summary.longitude))
    model_share = 1.0 - reading / np.diag(best.problem.covariance)
    fit = best.problem.fit(best.members)
    used, left_out = [], list(selection.left_out)
    for i, arrival in enumerate(chosen):
        if sound[i] < 0.5:
            rival = selection.disputed.get(arrival)
            reason = left_out_reason(fit.predicted[i], fit.leverage[i], sound[i], rival)
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
        notes=notes(summary, depth_m, chosen, selection.disputed, azimuths, bells),
    )


def _bells(standing: Sequence[Standing]) -> list[Bell]:
    """Return the places that are rivals of the best, which comes first, as the posterior wants."""
    best = standing[0].plausibility
    return [
        Bell(
            one.latitude,
            one.longitude,
            one.problem.fit(one.members).model_covariance[:2, :2],
            math.exp(one.plausibility - best),
        )
        for one in standing
        if one.plausibility > best - RIVAL_LOG_ODDS
    ]


def _apart_m(one: Bell, other: Bell) -> float:
    east, north = Plane(one.latitude, one.longitude).project(other.latitude, other.longitude)
    return float(np.hypot(east, north))


def _azimuths(latitude: float, longitude: float, chosen: Sequence[Arrival]) -> list[float]:
    """Return the azimuths of the stations from a place, in degrees from north."""
    plane = Plane(latitude, longitude)
    east, north = plane.project([a.latitude for a in chosen], [a.longitude for a in chosen])
    azimuths: list[float] = (np.degrees(np.arctan2(east, north)) % 360.0).tolist()
    return azimuths
