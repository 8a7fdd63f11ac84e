"""The record, flown: for each launch with an apogee and a distance, the flight that fits both.

What comes out is labelled for what it is: a notional missile's flight, consistent with two public
numbers. It gives the time the flight takes, the speed at burnout, and whether the flight was
lofted. Where no ballistic flight can match, or what is recorded contradicts itself, a flag says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trilogue.analysis.flight.arc import (
    LOFTED,
    Shape,
    impulsive_arc,
    minimum_energy_apogee_m,
    minimum_energy_range_m,
)
from trilogue.analysis.flight.fit import NoFlight, fit
from trilogue.analysis.flight.record import FlightTime, Launch, disputes

__all__ = ["Checked", "Flown", "check_time", "fly_launch"]

TIME_TOLERANCE = 0.03
"""A published flight time within this of the flight's agrees with its own apogee and range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flown:
    """A launch and the flight that fits it; without one the numbers are `None`."""

    launch: Launch
    flight_time_s: float | None = None
    burnout_s: float | None = None
    burnout_speed_mps: float | None = None
    shape: Shape | None = None
    least_energy_range_m: float | None = None
    """How far the same burnout speed carries without a loft, over a still Earth without air."""
    flags: tuple[str, ...] = ()

    @property
    def flew(self) -> bool:
        """Whether a ballistic flight fits."""
        return self.flight_time_s is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A published flight time beside the flight that fits its apogee and range."""

    published: FlightTime
    shortest_s: float
    """The impulsive arc: nothing that burns can be quicker."""
    flight_time_s: float | None
    verdict: Literal["agrees", "impossible", "contradicts"]
    reason: str

    @property
    def difference(self) -> float | None:
        """Of the flight from what was published, as a share of the latter."""
        if self.flight_time_s is None:
            return None
        return self.flight_time_s / self.published.time_s - 1.0


def fly_launch(launch: Launch) -> Flown | None:
    """Return the flight that fits a launch; `None` when apogee or distance is not recorded."""
    if launch.apogee_m is None or launch.distance_m is None:
        return None
    flags = [f"sources differ: {d.note}" for d in disputes() if d.date == launch.date]
    if launch.time_conflict:
        flags.append("sources differ on the time of day")
    if launch.outcome == "failure":
        flags.append("recorded as a failure: what flew may not be what was meant to")
    if launch.manoeuvre is not None:
        flags.append(
            f"reported to {'glide' if launch.manoeuvre == 'glide' else 'pull up'}:"
            " a ballistic flight is not what it flew"
        )
    if launch.latitude is None or launch.longitude is None:
        return Flown(launch=launch, flags=(*flags, "the launch site is not recorded"))
    if not launch.bearing_known:
        flags.append("bearing not known: flown to the east")
    found = fit(
        launch.apogee_m,
        launch.distance_m,
        launch.latitude,
        launch.longitude,
        90.0 if launch.bearing_deg is None else launch.bearing_deg,
        launch.missile_id,
    )
    if isinstance(found, NoFlight):
        return Flown(launch=launch, flags=(*flags, found.reason))
    speed = found.burnout_speed_mps
    if launch.manoeuvre is not None:
        # Numbers of a flight that it did not fly would be read as its own.
        return Flown(launch=launch, flags=tuple(flags))
    return Flown(
        launch=launch,
        flight_time_s=found.flight_time_s,
        burnout_s=found.burnout_s,
        burnout_speed_mps=speed,
        shape=_shape(launch.apogee_m, launch.distance_m),
        least_energy_range_m=minimum_energy_range_m(speed),
        flags=tuple(flags),
    )


def check_time(published: FlightTime) -> Checked:
    """Judge a published flight time by the apogee and range published with it."""
    p = published
    place = (p.latitude, p.longitude, p.bearing_deg)
    shortest = impulsive_arc(p.apogee_m, p.range_m, *place).flight_time_s
    found = fit(p.apogee_m, p.range_m, *place, p.name)
    time = None if isinstance(found, NoFlight) else found.flight_time_s
    if p.time_s + p.precision_s / 2.0 < shortest:
        reason = (
            f"{p.time_s:.0f} s is less than the {shortest:.0f} s of the impulsive arc with its"
            " apogee and range, and no engine burns in no time"
        )
        return Checked(
            published=p,
            shortest_s=shortest,
            flight_time_s=time,
            verdict="impossible",
            reason=reason,
        )
    if time is None:
        reason = "no ballistic flight has its apogee and range"
    elif abs(time / p.time_s - 1.0) <= TIME_TOLERANCE:
        return Checked(
            published=p, shortest_s=shortest, flight_time_s=time, verdict="agrees", reason=""
        )
    else:
        reason = f"a flight with its apogee and range takes {time:.0f} s, not {p.time_s:.0f} s"
        if p.other_time_s is not None:
            reason += f"; another source says {p.other_time_s:.0f} s"
    return Checked(
        published=p, shortest_s=shortest, flight_time_s=time, verdict="contradicts", reason=reason
    )


def _shape(apogee_m: float, range_m: float) -> Shape:
    least = minimum_energy_apogee_m(range_m)
    if apogee_m > LOFTED * least:
        return "lofted"
    return "depressed" if apogee_m < least / LOFTED else "minimum-energy"
