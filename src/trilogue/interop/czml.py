"""CZML: a picture as CesiumJS plays it.

The document holds a clock over the time of the flights, and packets:

- `flight/T`: where the missile is. `position` carries positions and velocities in the `FIXED`
  frame (ECEF), interpolated by Hermite polynomials; `properties` the uncertainty at each of those
  times, the phase as it changes, cut-off, apogee, classes;
- `flight/T/leg/N`: the way, coloured by phase; dashed where nobody looked;
- `flight/T/launch`, `flight/T/impact`: ellipses, with their probability in `properties`;
- `sensor/ID`, `sensor/ID/coverage`.

Documents of a node's picture hold more than one raid, events, plots, and say all in the reader's
language: they are put together from the same packets (`czml_flights`, `czml_sensors`,
`czml_events`), with another voice.

`T` is the name of the track. An ellipse's `rotation` turns the major axis anticlockwise from east:
that is how CesiumJS lays it, whatever its text says.

Source: Analytical Graphics, CZML Guide and Structure (github.com/AnalyticalGraphicsInc/czml-writer,
wiki); CesiumJS 1.140.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from trilogue.analysis.tracking.legs import Way, legs
from trilogue.interop.czml_flights import flight_packets, span
from trilogue.interop.czml_pieces import Packet
from trilogue.interop.czml_sensors import sensor_packets
from trilogue.interop.czml_voice import English
from trilogue.interop.said import SIMULATED, moment

if TYPE_CHECKING:
    from trilogue.analysis.tracking.estimate import Picture

__all__ = ["document", "write_czml"]

_MULTIPLIER = 10.0


def document(
    name: str, description: str, clock: tuple[float, float, float] | None = None
) -> Packet:
    """Return the packet that comes first; `clock` are begin, end and the time to show."""
    packet: Packet = {"id": "document", "name": name, "version": "1.0", "description": description}
    if clock is None:
        return packet
    begin, end, now = clock
    end = max(end, begin + 1.0)
    return packet | {
        "clock": {
            "interval": f"{moment(begin)}/{moment(end)}",
            "currentTime": moment(min(max(now, begin), end)),
            "multiplier": _MULTIPLIER,
            "range": "LOOP_STOP",
            "step": "SYSTEM_CLOCK_MULTIPLIER",
        }
    }


def write_czml(picture: Picture, *, title: str = "Missile flights", simulated: bool) -> bytes:
    """Return a picture as a CZML document, UTF-8."""
    voice = English(simulated=simulated)
    ways = {flight.track: Way.of(legs(flight)) for flight in picture.flights}
    spans = [one for one in map(span, ways.values()) if one is not None]
    begin = min((first for first, _ in spans), default=picture.time)
    end = max((last for _, last in spans), default=picture.time)
    packets = [document(title, SIMULATED if simulated else "", (begin, end, picture.time))]
    for sensor in sorted(picture.plots.sensors, key=lambda one: one.id):
        packets += sensor_packets(sensor, voice)
    for flight in picture.flights:
        packets += flight_packets(flight, voice, simulated=simulated, way=ways[flight.track])
    return msgspec.json.encode(packets)
