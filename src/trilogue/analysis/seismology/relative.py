"""Where one source lies from another: what two sources have in common falls out.

Two sources a few kilometres apart send their waves to a station through the same Earth. The
*difference* of their arrival times there is free of the model's error, which is the greatest one,
and of what a picker does to a station's waveform; what is left is the reading, and the slowness
along the short way between the sources. So a difference tells tens to hundreds of metres where a
time tells kilometres (F. Waldhauser and W. L. Ellsworth, Bull. Seism. Soc. Am. 90, 1353–1368,
2000, equation 2: the double difference, here of one pair with the first source held).

The travel time from the first source plus the difference is the time that a perfect Earth model
would give the second. It is located with those times, as `location` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import Plane
from trilogue.analysis.seismology.arrival import Arrival, LeftOut, TooFewArrivalsError
from trilogue.analysis.seismology.error_model import lateness_s, reading_variance
from trilogue.analysis.seismology.location import DEPTH_M
from trilogue.analysis.seismology.network import Network
from trilogue.analysis.seismology.notes import left_out_reason
from trilogue.analysis.seismology.posterior import Bell, summarise
from trilogue.analysis.seismology.selection import select
from trilogue.analysis.seismology.soundness import FEWEST, UNSOUND_SHARE, Members, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trilogue.analysis.seismology.ellipse import Ellipse

__all__ = ["RelativeLocation", "locate_from"]

SLOWNESS_SHARE = 0.03
"""How much the slowness along the way between the sources may differ from the model's."""
_STEPS = 12
_SHORTEST_STEP_M = 1.0
_EITHER_SIDE = 0.5
"""A difference is early as easily as late: either pick may be the false one."""


@dataclass(frozen=True, slots=True)
class RelativeLocation:
    """Where and when a source lies from a reference."""

    east_m: float
    north_m: float
    seconds: float
    """Between the origin times."""
    seconds_sd: float
    ellipse: Ellipse
    """About the source, for the offset alone: the reference's own error is not in it."""
    stations: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def locate_from(
    latitude: float,
    longitude: float,
    reference: Sequence[Arrival],
    arrivals: Sequence[Arrival],
    *,
    depth_m: float = DEPTH_M,
    probability: float = 0.9,
) -> RelativeLocation:
    """Return where the source of `arrivals` lies from that of `reference`.

    The reference is held at `latitude`, `longitude`. Both sources are held at `depth_m`.

    Raises:
        TooFewArrivalsError: fewer than four stations recorded both.

    """
    first = {arrival.name: arrival for arrival in select(reference).arrivals}
    second = {arrival.name: arrival for arrival in select(arrivals).arrivals}
    common = sorted(first.keys() & second.keys())
    if len(common) < FEWEST:
        raise TooFewArrivalsError(len(common), FEWEST)
    earlier, later = [first[name] for name in common], [second[name] for name in common]
    network = Network.of(later, depth_m)
    shift = later[0].time - earlier[0].time
    differences = np.array(
        [
            (b.time - a.time - shift) - (lateness_s(b) - lateness_s(a))
            for a, b in zip(earlier, later, strict=True)
        ]
    )
    times = network.linearised(latitude, longitude)[0] + differences

    slownesses = network.slownesses(latitude, longitude)
    reading = reading_variance(earlier, slownesses) + reading_variance(later, slownesses)
    problem, members, place = _follow(network, times, reading, (latitude, longitude))
    weighed = problem.weigh(members)
    fit = problem.fit(members)
    summary = summarise(
        network,
        times,
        problem.covariance,
        weighed,
        [Bell(*place, fit.model_covariance[:2, :2])],
        probability,
        common_sd_s=0.0,
    )
    east, north = Plane(latitude, longitude).project(summary.latitude, summary.longitude)
    sound = weighed.sound()
    left_out = tuple(
        LeftOut(later[i], left_out_reason(fit.predicted[i], fit.leverage[i], sound[i], None))
        for i in np.flatnonzero(sound < 0.5)
    )
    return RelativeLocation(
        east_m=float(east),
        north_m=float(north),
        seconds=shift + summary.origin_s,
        seconds_sd=summary.origin_sd_s,
        ellipse=summary.ellipse,
        stations=tuple(name for name, odds in zip(common, sound, strict=True) if odds >= 0.5),
        left_out=left_out,
    )


def _follow(
    network: Network,
    times: NDArray[np.float64],
    reading: NDArray[np.float64],
    reference: tuple[float, float],
) -> tuple[Problem, Members, tuple[float, float]]:
    """Step from the reference until the second source stands."""
    latitude, longitude = reference
    unsound = np.full(len(times), 2.0 * UNSOUND_SHARE)  # either of the two picks
    for _ in range(_STEPS):
        travel, design = network.linearised(latitude, longitude)
        apart = float(np.hypot(*Plane(*reference).project(latitude, longitude)))
        way = SLOWNESS_SHARE * apart * np.hypot(design[:, 0], design[:, 1])
        residuals = times - travel
        problem = Problem(
            residuals - np.median(residuals),
            design,
            np.diag(reading + way**2),
            unsound,
            late_share=_EITHER_SIDE,
        )
        members = problem.best_of_all()
        east, north, _ = problem.fit(members).step
        place = latitude, longitude
        if np.hypot(east, north) < _SHORTEST_STEP_M:
            break
        latitude, longitude = (float(x) for x in Plane(latitude, longitude).unproject(east, north))
    return problem, members, place
