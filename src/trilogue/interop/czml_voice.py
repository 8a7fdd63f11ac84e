"""What a CZML document says of things, in whatever language: a name, and sentences beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from trilogue.interop.said import SIMULATED, describe, describe_point, describe_sensor

if TYPE_CHECKING:
    from trilogue.analysis.seismology import LeftOut
    from trilogue.analysis.seismology.location import UsedStation
    from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint
    from trilogue.analysis.tracking.legs import Leg
    from trilogue.analysis.tracking.sensor import Sensor
    from trilogue.picture.locate import CoalitionEstimate
    from trilogue.reports.payloads.arrivals import Arrival

__all__ = ["English", "EventVoice", "FlightVoice", "Point", "Told"]

Point = Literal["launch", "impact"]


class Told(NamedTuple):
    """A name, and what is said under it."""

    name: str
    sentences: tuple[str, ...] = ()


class FlightVoice(Protocol):
    """What is said of flights and of the sensors that saw them."""

    def flight(self, flight: FlightEstimate) -> Told:
        """Tell of a flight."""

    def leg(self, leg: Leg) -> Told:
        """Tell of a part of its way."""

    def point(self, kind: Point, point: GroundPoint) -> Told:
        """Tell of where it began, or comes down."""

    def sensor(self, sensor: Sensor) -> Told:
        """Tell of a sensor; its name stands beside it."""

    def reach(self, sensor: Sensor) -> Told:
        """Tell of how far it looks."""

    def horizon(self, sensor: Sensor, height_m: float) -> Told:
        """Tell of how far it sees what flies at a height."""

    def plots(self, sensor: Sensor, seen: int, placed: int) -> Told:
        """Tell of a sensor's plots, of which so many give a place."""


class EventVoice(Protocol):
    """What is said of an event and of the stations that heard it."""

    def event(self, estimate: CoalitionEstimate) -> Told:
        """Tell of where an event was."""

    def used(self, station: UsedStation) -> Told:
        """Tell of a station whose reading took part."""

    def left_out(self, left: LeftOut) -> Told:
        """Tell of a station whose reading did not."""

    def heard(self, owner: str, reading: Arrival) -> Told:
        """Tell of a participant's station of which nothing else is to be said."""


class English:
    """English, for files that other programs read: every number with its uncertainty."""

    def __init__(self, *, simulated: bool) -> None:
        self._simulated = simulated

    def flight(self, flight: FlightEstimate) -> Told:
        """Tell of a flight."""
        return Told(flight.track, describe(flight, simulated=self._simulated))

    def leg(self, leg: Leg) -> Told:
        """Tell of a part of its way."""
        return Told(f"{leg.phase}, {leg.known}")

    def point(self, kind: Point, point: GroundPoint) -> Told:
        """Tell of where it began, or comes down."""
        first = (SIMULATED,) if self._simulated else ()
        said = (*first, describe_point(kind, point))
        return Told(f"{kind}, {point.probability:.0%} ellipse", said)

    def sensor(self, sensor: Sensor) -> Told:
        """Tell of a sensor."""
        return Told(f"{sensor.id} ({sensor.owner})", describe_sensor(sensor))

    def reach(self, sensor: Sensor) -> Told:
        """Tell of how far it looks."""
        return Told(f"{sensor.id}: as far as it looks, on the ground")

    def horizon(self, sensor: Sensor, height_m: float) -> Told:
        """Tell of how far it sees what flies at a height."""
        return Told(f"{sensor.id}: as far as it sees what flies at {height_m / 1000.0:.0f} km")

    def plots(self, sensor: Sensor, seen: int, placed: int) -> Told:
        """Tell of a sensor's plots."""
        return Told(f"{sensor.id}: {seen} plots, {placed} of them with a range")
