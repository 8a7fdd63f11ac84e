"""What is said of each thing on the globe, in the words of the pages: names, and sentences.

Every estimate stands with its uncertainty: what is given after ± are two standard deviations, or
the half axes of an ellipse with what it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from trilogue.console.look import around, position
from trilogue.console.words import Words
from trilogue.encoding import instant
from trilogue.interop.czml_voice import Told

if TYPE_CHECKING:
    from trilogue.analysis.seismology import LeftOut
    from trilogue.analysis.seismology.location import UsedStation
    from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint, Value
    from trilogue.analysis.tracking.legs import Leg
    from trilogue.analysis.tracking.sensor import Sensor
    from trilogue.interop.czml_voice import Point
    from trilogue.picture.locate import CoalitionEstimate
    from trilogue.reports.payloads.arrivals import Arrival

__all__ = ["Voice", "clock", "day"]

LEAST = 0.005
"""A probability below it is not worth a word."""
_EPOCH = "1970-01-01T00:00:00.000Z"


@lru_cache(maxsize=4096)
def _second(posix: int) -> str:
    text = instant.plus(_EPOCH, posix)
    return f"{text[:10]} {text[11:19]} UTC"


def day(posix: float) -> str:
    """Return a moment in UTC to the second, with its day."""
    # Cut to the second, once rounded to the millisecond, as instants are.
    return _second(round(posix * 1000) // 1000)


def clock(posix: float) -> str:
    """Return a moment in UTC to the second."""
    return day(posix)[11:]


class Voice:
    """One language, and what participants are called in it."""

    def __init__(self, words: Words, named: Callable[[str, str], str]) -> None:
        self._say = words.say
        self._named = named

    # Flights.

    def flight(self, flight: FlightEstimate) -> Told:
        """Tell of a flight: what is known of it now."""
        say, now = self._say, flight.now
        likely = ", ".join(
            f"{say('phase.' + name)} {p:.0%}" for name, p in now.phases.items() if p >= LEAST
        )
        said = [say("globe.phase-at", time=clock(now.time), phases=likely)]
        for kind, point in (("launch", flight.launch), ("impact", flight.impact)):
            if point is not None:
                said.append(f"{say('picture.' + kind)}: {self._place(point)}")
        if flight.burnout is not None:
            said.append(say("globe.burnout", time=self._time(flight.burnout)))
        if flight.apogee_m is not None:
            height = _kilometres(flight.apogee_m.value, flight.apogee_m.sd)
            said.append(say("globe.apogee", height=height))
        classes = ", ".join(
            f"{self._class(one.name)} {one.probability:.0%}"
            for one in flight.classes
            if one.probability >= LEAST
        )
        said += [say("globe.class", classes=classes)] if classes else []
        said.append(say("globe.plots-of", number=len(flight.plots)))
        return Told(say("globe.flight", time=clock(float(flight.history.time[0]))), tuple(said))

    def leg(self, leg: Leg) -> Told:
        """Tell of a part of its way."""
        say = self._say
        level, height = leg.greatest_m
        most = say(
            "globe.at-most", level=f"± {level / 500:.1f} km", height=f"± {height / 500:.1f} km"
        )
        return Told(say("phase." + leg.phase), (say("known." + leg.known), most))

    def point(self, kind: Point, point: GroundPoint) -> Told:
        """Tell of where it began, or comes down."""
        return Told(self._say("picture." + kind), (self._place(point), self._time(point.time)))

    def sensor(self, sensor: Sensor) -> Told:
        """Tell of a sensor: whose, of what kind, how well and how far it looks."""
        say, noise, field = self._say, sensor.noise, sensor.field
        said = [
            f"{self._named('participant', sensor.owner)}: {say('sensor.' + sensor.kind)}",
            say(
                "globe.angles",
                azimuth=f"± {2e3 * noise.azimuth_rad:.2g} mrad",
                elevation=f"± {2e3 * noise.elevation_rad:.2g} mrad",
            ),
        ]
        if noise.range_m is not None:
            said.append(say("globe.range", distance=f"± {2 * noise.range_m:.0f} m"))
        if field.range_max_m < float("inf"):
            said.append(say("globe.reach", distance=f"{field.range_max_m / 1000:,.0f} km"))
        return Told(sensor.id, tuple(said))

    def reach(self, sensor: Sensor) -> Told:
        """Tell of how far it looks."""
        return Told(f"{sensor.id}: {self._say('globe.field')}")

    def horizon(self, sensor: Sensor, height_m: float) -> Told:
        """Tell of how far it sees what flies at a height."""
        height = f"{height_m / 1000:.0f} km"
        return Told(f"{sensor.id}: {self._say('globe.horizon', height=height)}")

    def plots(self, sensor: Sensor, seen: int, placed: int) -> Told:
        """Tell of a sensor's plots."""
        said = (self._say("globe.placed", seen=seen, placed=placed),)
        return Told(f"{sensor.id}: {self._say('globe.plots')}", said)

    # Events.

    def event(self, estimate: CoalitionEstimate) -> Told:
        """Tell of where an event was."""
        found = estimate.location
        assert found is not None
        ellipse = {
            "semi_major_m": found.ellipse.semi_major_m,
            "semi_minor_m": found.ellipse.semi_minor_m,
            "probability": found.ellipse.probability,
        }
        place = position({"latitude": found.latitude, "longitude": found.longitude})
        when = f"{day(found.origin_time)} ± {2 * found.origin_time_sd_s:.1f} s"
        return Told(
            self._say("globe.location"),
            (
                f"{place}, {around(ellipse)}",
                f"{self._say('picture.origin')}: {when}",
                self._say("globe.stations-used", number=len(found.used)),
            ),
        )

    def used(self, station: UsedStation) -> Told:
        """Tell of a station whose reading took part."""
        row = station.arrival
        said = self._say(
            "globe.used", residual=f"{station.residual_s:+.2f} s", weight=f"{station.weight:.0%}"
        )
        return self._station(row.participant, row.network, row.station, said)

    def left_out(self, left: LeftOut) -> Told:
        """Tell of a station whose reading did not; reasons are in English, as errors are."""
        row = left.arrival
        said = self._say("globe.left-out", reason=left.reason)
        return self._station(row.participant, row.network, row.station, said)

    def heard(self, owner: str, reading: Arrival) -> Told:
        """Tell of a station of which nothing else is to be said."""
        return self._station(owner, reading.network, reading.station)

    def _station(self, owner: str, network: str, station: str, *more: str) -> Told:
        whose = f"{self._named('participant', owner)}: {self._say('sensor.station')}"
        return Told(f"{network}.{station}", (whose, *more))

    # What both say.

    def _place(self, point: GroundPoint) -> str:
        place = position({"latitude": point.latitude, "longitude": point.longitude})
        ellipse = {
            "semi_major_m": point.semi_major_m,
            "semi_minor_m": point.semi_minor_m,
            "probability": point.probability,
        }
        return f"{place}, {around(ellipse)}"

    def _time(self, time: Value) -> str:
        return f"{clock(time.value)} ± {2 * time.sd:.1f} s"

    def _class(self, name: str) -> str:
        return self._say("picture.unknown") if name == "unknown" else name


def _kilometres(value: float, sd: float) -> str:
    return f"{value / 1000:,.1f} ± {2 * sd / 1000:.1f} km"
