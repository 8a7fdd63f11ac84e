"""Pictures to draw and to write out: one simulated flight as coalitions see it, or elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from benchmarks.tracking import flights

from trilogue.analysis.tracking.estimate import (
    FlightEstimate,
    GroundPoint,
    Picture,
    States,
)
from trilogue.analysis.tracking.flight_estimate import estimate_flight
from trilogue.analysis.value.case import Run

ALL = ("KR", "US", "JP")
COALITIONS = (("KR",), ("US",), ("JP",), ("KR", "JP"), ALL)


@dataclass(frozen=True)
class Seen:
    """A run, and what each coalition makes of it at one time."""

    run: Run
    pictures: dict[tuple[str, ...], Picture]

    @property
    def whole(self) -> Picture:
        """The picture of all."""
        return self.pictures[ALL]

    @property
    def truth(self) -> np.ndarray:
        """True positions, `(n, 3)`."""
        return self.run.trajectory.at(np.linspace(0.0, self.run.trajectory.flight_time_s, 200))[0]


@cache
def seen(name: str = "900 km", after_burnout_s: float = 60.0) -> Seen:
    """Fly one of the campaigns' flights and look at it until some seconds after its cut-off."""
    run = flights.fly(name, 3)
    at = run.burnout + after_burnout_s
    pictures = {}
    for coalition in COALITIONS:
        plots = run.plots.owned_by(coalition).until(at)
        shown = (estimate_flight(plots),) if len(plots) else ()
        pictures[coalition] = Picture(at, plots, shown, np.array([], np.int64))
    return Seen(run, pictures)


def turned(picture: Picture, degrees: float) -> Picture:
    """Return a picture carried eastward round the axis of the Earth, everything in it alike."""
    angle = np.radians(degrees)
    turn = np.eye(6)
    for k in (0, 3):
        turn[k : k + 2, k : k + 2] = [
            [np.cos(angle), -np.sin(angle)],
            [np.sin(angle), np.cos(angle)],
        ]

    def east(longitude: float) -> float:
        return (longitude + degrees + 180.0) % 360.0 - 180.0

    def point(one: GroundPoint | None) -> GroundPoint | None:
        return None if one is None else replace(one, longitude=east(one.longitude))

    def flight(one: FlightEstimate) -> FlightEstimate:
        def states(some: States) -> States:
            return replace(
                some,
                state=some.state @ turn.T,
                covariance=np.ascontiguousarray(turn @ some.covariance @ turn.T),
            )

        return replace(
            one,
            history=states(one.history),
            smoothed=states(one.smoothed),
            launch=point(one.launch),
            impact=point(one.impact),
        )

    sensors = tuple(replace(s, longitude=east(s.longitude)) for s in picture.plots.sensors)
    return replace(
        picture,
        plots=replace(picture.plots, sensors=sensors),
        flights=tuple(flight(one) for one in picture.flights),
    )
