"""Flights on the globe: of every raid what one coalition sees, and how it sees it.

A raid's own packet says when it was (`availability`) and where (`centre` and `radius`, metres in
ECEF), so that a globe can be turned to it. `now` is the moment of the newest state.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trilogue.analysis.geodesy.frames import to_ecef
from trilogue.analysis.tracking.ways import way
from trilogue.console.globe.reel import Made, Turn
from trilogue.console.globe.voice import day
from trilogue.interop.czml_flights import flight_packets, span
from trilogue.interop.czml_pieces import Packet
from trilogue.interop.czml_sensors import plot_packets, plots_by_source, sensor_packets
from trilogue.interop.said import moment
from trilogue.picture.plotted import posix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.estimate import FlightEstimate
    from trilogue.analysis.tracking.plots import PlotTable
    from trilogue.analysis.tracking.sensor import Sensor
    from trilogue.console.globe.voice import Voice
    from trilogue.picture.missiles import FlightPicture, RaidPicture

__all__ = ["SensorRow", "chosen", "put_flights", "sensor_rows"]

# SIDCs of MIL-STD-2525D. Sensors are friendly, what is followed is suspect: nobody asked it.
_MISSILE = "10050200001100000000"
_LAUNCH = "10051500001110000000"
_SENSORS = {
    "infrared": "10030500001107000000",
    "ship-radar": "10033000001202000000",
    "ground-radar": "10031500002203000000",
}


def chosen(raid: RaidPicture, coalition: Sequence[str]) -> FlightPicture | None:
    """Return what a coalition sees of a raid: those of it who have something; empty is all."""
    if not coalition:
        return raid.best
    here = tuple(p for p in raid.best.coalition if p in coalition)
    return next((one for one in raid.coalitions if one.coalition == here), None)


class SensorRow(NamedTuple):
    """A sensor, for those who read a table: whose, what, where, its plots, and those of flights."""

    owner: str
    id: str
    kind: str
    place: dict[str, float]
    reach_m: float | None
    plots: int
    of_flights: int


def sensor_rows(raid: RaidPicture) -> list[SensorRow]:
    """Return the sensors behind all that is seen of a raid."""
    table = raid.best.picture.plots
    used = np.ones(len(table), bool)
    used[raid.best.picture.unused] = False
    return [
        SensorRow(
            sensor.owner,
            sensor.id,
            sensor.kind,
            {"latitude": sensor.latitude, "longitude": sensor.longitude},
            sensor.field.range_max_m if np.isfinite(sensor.field.range_max_m) else None,
            int((table.sensor == k).sum()),
            int((used & (table.sensor == k)).sum()),
        )
        for k, sensor in enumerate(table.sensors)
    ]


def put_flights(
    turn: Turn, raids: Iterable[RaidPicture], coalition: Sequence[str], voice: Voice
) -> None:
    """Put every raid into a turn, as one coalition sees it."""
    for raid in raids:
        seen = chosen(raid, coalition)
        if seen is not None:
            _put(turn, f"raid/{raid.first_seen}", seen, voice)


def _put(turn: Turn, name: str, seen: FlightPicture, voice: Voice) -> None:
    table, within = seen.picture.plots, f"{name}/"
    stated = [repr(sensor) for sensor in table.sensors]
    ways = []
    for flight in seen.picture.flights:
        about = turn.put(
            f"{within}flight/{flight.track}", _key(flight), partial(_flight, flight, within, voice)
        )
        ways += [] if about is None else [about]
    for number in np.unique(table.sensor):
        sensor = table.sensors[number]
        turn.put(
            f"{within}sensor/{sensor.owner}/{sensor.id}",
            (stated[number],),
            partial(_sensor, sensor, within, voice),
        )
    used = np.ones(len(table), bool)
    used[seen.picture.unused] = False
    for (source, number), rows in plots_by_source(table).items():
        sensor = table.sensors[number]
        packet = f"{within}plots/{source}/{sensor.owner}/{sensor.id}"
        turn.put(
            packet,
            (len(rows), stated[number], used[rows].tobytes()),
            partial(_plots, table, rows, used, packet, voice),
        )
    turn.put(f"{within}head", *_head(name, seen, ways))


def _key(flight: FlightEstimate) -> tuple[object, ...]:
    """Return what a flight's packets are made of; an estimate that is kept keeps its parts."""
    return (
        flight.history,
        flight.smoothed,
        flight.burnout,
        flight.launch,
        flight.impact,
        flight.apogee_m,
        flight.classes,
        flight.remarks,
        len(flight.plots),
    )


def _mark(packet: Packet, symbol: str) -> None:
    """Give an object its symbol."""
    packet["properties"]["symbol"] = {"string": symbol}


def _sensor(sensor: Sensor, within: str, voice: Voice) -> Made:
    # Two participants may call a sensor by one name.
    place = f"{within}{sensor.owner}/"
    packets = tuple(sensor_packets(sensor, voice, within=place, horizon=True))
    _mark(packets[0], _SENSORS[sensor.kind])
    return Made(packets)


def _plots(
    table: PlotTable, rows: NDArray[np.int64], used: NDArray[np.bool_], name: str, voice: Voice
) -> Made:
    return Made(tuple(plot_packets(table, rows, used, name, voice)))


def _flight(flight: FlightEstimate, within: str, voice: Voice) -> Made:
    told = way(flight)
    packets = tuple(flight_packets(flight, voice, within=within, way=told))
    for packet in packets:
        if "availability" in packet:
            _mark(packet, _MISSILE)
        elif packet["id"].endswith("/launch"):
            _mark(packet, _LAUNCH)
    when = span(told)
    return Made(packets) if when is None else Made(packets, (*when, *told.corners))


def _head(name: str, seen: FlightPicture, ways: list[Any]) -> tuple[tuple[object, ...], Any]:
    """Return a raid's own packet, to be put in: its key and how it is made."""
    table, now = seen.picture.plots, seen.picture.time
    if ways:
        begin, end = min(one[0] for one in ways), max(one[1] for one in ways)
        low = np.min([one[2] for one in ways], axis=0)
        high = np.max([one[3] for one in ways], axis=0)
    else:
        begin, end = (table.time[0], table.time[-1]) if len(table) else (now, now)
        places = [to_ecef(s.latitude, s.longitude, 0.0) for s in table.sensors if s.height_m < 1e6]
        low = high = np.mean(places, axis=0) if places else to_ecef(38.0, 127.5, 0.0)
    centre, radius = (low + high) / 2.0, float(np.linalg.norm(high - low)) / 2.0
    key = (float(begin), float(end), now, *map(float, centre), radius, len(ways))

    def make() -> Made:
        packet = {
            "id": name,
            "name": day(posix(name.partition("/")[2])),
            "availability": f"{moment(begin)}/{moment(max(end, begin + 1.0))}",
            "properties": {
                "group": {"boolean": True},
                "now": {"string": moment(now)},
                "flights": {"number": len(ways)},
                "centre": {"array": [round(float(x)) for x in centre]},
                "radius": {"number": round(radius)},
            },
        }
        return Made((packet,))

    return key, make
