"""The way of a flight by as few places as keep to it: what a globe is sent, again and again.

It is the way of `legs` with its phases, and within stated bounds of it:

- between two places, by the cubic Hermite polynomial of positions and velocities, no state that was
  looked back upon is farther off than `WITHIN_M`;
- the standard deviations, straight between two places, are off by a tenth (`SHARE`), or by five
  metres; the greatest of a leg are those of all its states;
- the line to draw is nowhere farther than `LINE_M` from that polynomial;
- what is written of it is rounded to what can be seen: milliseconds, metres, decimetres a second.

What lies ahead is computed in longer steps than the estimate itself takes, which changes it by less
than a metre, and the air begins in a place of its own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.estimate import PHASES
from trilogue.analysis.tracking.kernels.way import KNOWN, trace
from trilogue.analysis.tracking.legs import Leg, Way, level_sd
from trilogue.analysis.tracking.settings import EstimateSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint

__all__ = ["LINE_M", "SHARE", "WITHIN_M", "way"]

WITHIN_M = 25.0
SHARE = 0.1
LINE_M = 100.0

_WITHIN = np.array([WITHIN_M, SHARE, LINE_M])
_TAKEN = EstimateSettings()
_DRAG = np.array([_TAKEN.log_drag, _TAKEN.log_drag_sd])
_NONE = np.full(4, math.nan)


def way(flight: FlightEstimate) -> Way:
    """Return the way of a flight."""
    history = flight.history
    known = flight.smoothed or history
    rows, places, cuts, numbers = trace(
        known.time, known.state, known.covariance, known.phase,
        history.time[-1], history.state[-1], history.covariance[-1], history.phase[-1],
        _point(flight.launch), _point(flight.impact), _DRAG, _WITHIN,
    )  # fmt: skip
    said, head = numbers.tolist(), 6 + 2 * len(cuts)
    legs = tuple(
        Leg(
            PHASES[phase],
            KNOWN[what],
            rows[first : last + 1],
            places[begin : end + 1],
            (said[at], said[at + 1]),
        )
        for at, (phase, what, first, last, begin, end) in zip(
            range(6, head, 2), cuts.tolist(), strict=True
        )
    )
    before = bool(legs) and legs[0].known == "before"
    return Way(legs, rows[1:] if before else rows, (said[:3], said[3:6]), said[head:])


def _point(point: GroundPoint | None) -> NDArray[np.float64]:
    """Return time, degrees, and standard deviation on the level of a point on the ground."""
    if point is None:
        return _NONE
    return np.array([point.time.value, point.latitude, point.longitude, level_sd(point)])
