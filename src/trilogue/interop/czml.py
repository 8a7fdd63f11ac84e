"""CZML: a picture as CesiumJS plays it.

The document holds a clock over the time of the flights, and packets:

- `flight/T`: where the missile is. `position` carries positions and velocities in the `FIXED`
  frame (ECEF), interpolated by Hermite polynomials; `properties` the uncertainty at each of those
  times, the phase as it changes, cut-off, apogee, classes;
- `flight/T/leg/N`: the way, coloured by phase; dashed where nobody looked;
- `flight/T/launch`, `flight/T/impact`: ellipses, with their probability in `properties`;
- `sensor/ID`, `sensor/ID/coverage`.

`T` is the name of the track. An ellipse's `rotation` turns the major axis anticlockwise from east:
that is how CesiumJS lays it, whatever its text says.

Source: Analytical Graphics, CZML Guide and Structure (github.com/AnalyticalGraphicsInc/czml-writer,
wiki); CesiumJS 1.140.
"""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec

from trilogue.analysis.geodesy.frames import to_ecef
from trilogue.analysis.tracking.coverage import coverage
from trilogue.analysis.tracking.legs import Leg, legs
from trilogue.interop.said import SIMULATED, describe, describe_point, describe_sensor, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint, Picture
    from trilogue.analysis.tracking.sensor import Sensor

__all__ = ["write_czml"]

_PHASES = {
    "boost": [255, 176, 0, 255],
    "midcourse": [143, 191, 255, 255],
    "terminal": [255, 92, 138, 255],
    "unknown": [200, 200, 200, 255],
}
_OWNERS = {"KR": [111, 177, 245, 255], "US": [63, 201, 160, 255], "JP": [255, 154, 87, 255]}
_OTHER = [215, 155, 224, 255]
_WHITE = [255, 255, 255, 255]
_MULTIPLIER = 10.0
_LEAST_M = 1.0


def write_czml(picture: Picture, *, title: str = "Missile flights", simulated: bool) -> bytes:
    """Return a picture as a CZML document, UTF-8."""
    ways = {flight.track: legs(flight) for flight in picture.flights}
    begin = min((way[0].time[0] for way in ways.values() if way), default=picture.time)
    end = max((way[-1].time[-1] for way in ways.values() if way), default=picture.time)
    span = f"{moment(begin)}/{moment(max(end, begin + 1.0))}"
    packets: list[dict[str, Any]] = [
        {
            "id": "document",
            "name": title,
            "version": "1.0",
            "description": SIMULATED if simulated else "",
            "clock": {
                "interval": span,
                "currentTime": moment(min(max(picture.time, begin), max(end, begin + 1.0))),
                "multiplier": _MULTIPLIER,
                "range": "LOOP_STOP",
                "step": "SYSTEM_CLOCK_MULTIPLIER",
            },
        }
    ]
    for sensor in sorted(picture.plots.sensors, key=lambda one: one.id):
        packets += _sensor(sensor)
    for flight in picture.flights:
        packets += _flight(flight, ways[flight.track], simulated=simulated)
    return msgspec.json.encode(packets)


def _text(sentences: Sequence[str]) -> str:
    """Return sentences as the HTML that a description is."""
    return "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)


def _sampled(
    leg_times: list[float], epoch: float, columns: Sequence[Sequence[float]]
) -> list[float]:
    out: list[float] = []
    for k, at in enumerate(leg_times):
        out += [at - epoch, *(float(column[k]) for column in columns)]
    return out


def _flight(
    flight: FlightEstimate, way: Sequence[Leg], *, simulated: bool
) -> Iterator[dict[str, Any]]:
    name = f"flight/{flight.track}"
    flown = [leg for leg in way if leg.known != "before"]
    if flown:
        yield _missile(name, flight, flown, simulated=simulated)
    for number, leg in enumerate(way):
        yield _polyline(f"{name}/leg/{number}", name, leg)
    for kind, point in (("launch", flight.launch), ("impact", flight.impact)):
        if point is not None:
            yield _ellipse(f"{name}/{kind}", name, kind, point, simulated=simulated)


def _missile(
    name: str, flight: FlightEstimate, flown: Sequence[Leg], *, simulated: bool
) -> dict[str, Any]:
    epoch = float(flown[0].time[0])
    times: list[float] = []
    rows: list[list[float]] = []
    sds: list[list[float]] = []
    phases = []
    for leg in flown:
        skip = 1 if times else 0  # a leg begins where the one before ends
        times += [float(t) for t in leg.time[skip:]]
        rows += leg.state[skip:].tolist()
        sds += leg.sd_m[skip:].tolist()
        phases.append(
            {"interval": f"{moment(leg.time[0])}/{moment(leg.time[-1])}", "string": leg.phase}
        )
    columns = list(zip(*rows, strict=True))
    level, vertical = zip(*sds, strict=True)
    properties: dict[str, Any] = {
        "simulated": {"boolean": simulated},
        "track": {"string": flight.track},
        "phase": phases,
        "position_level_sd_m": {
            "epoch": moment(epoch), "number": _sampled(times, epoch, [level])
        },
        "position_vertical_sd_m": {
            "epoch": moment(epoch), "number": _sampled(times, epoch, [vertical])
        },
        "estimated_at": {"string": moment(flight.now.time)},
        "classes": {
            "string": "; ".join(f"{c.name} {c.probability:.4f}" for c in flight.classes)
        },
        "remarks": {"string": " ".join(flight.remarks)},
    }  # fmt: skip
    for key, value in (("burnout_time", flight.burnout), ("apogee_time", flight.apogee_time)):
        if value is not None:
            properties[key] = {"string": moment(value.value)}
            properties[f"{key}_sd_s"] = {"number": value.sd}
    if flight.apogee_m is not None:
        properties["apogee_m"] = {"number": flight.apogee_m.value}
        properties["apogee_sd_m"] = {"number": flight.apogee_m.sd}
    return {
        "id": name,
        "name": flight.track,
        "description": _text(describe(flight, simulated=simulated)),
        "availability": f"{moment(times[0])}/{moment(times[-1])}",
        "position": {
            "epoch": moment(epoch),
            "referenceFrame": "FIXED",
            "interpolationAlgorithm": "HERMITE",
            "interpolationDegree": 3,
            "cartesianVelocity": _sampled(times, epoch, columns),
        },
        "point": {
            "pixelSize": 9,
            "color": [
                {
                    "interval": f"{moment(leg.time[0])}/{moment(leg.time[-1])}",
                    "rgba": _PHASES[leg.phase],
                }
                for leg in flown
            ],
            "outlineColor": {"rgba": [20, 23, 26, 255]},
            "outlineWidth": 1,
        },
        "label": _label(flight.track),
        "properties": properties,
    }


def _label(text: str) -> dict[str, Any]:
    return {
        "text": text,
        "font": "13px sans-serif",
        "fillColor": {"rgba": _WHITE},
        "outlineColor": {"rgba": [20, 23, 26, 255]},
        "outlineWidth": 3,
        "style": "FILL_AND_OUTLINE",
        "horizontalOrigin": "LEFT",
        "pixelOffset": {"cartesian2": [10.0, -10.0]},
    }


def _polyline(name: str, parent: str, leg: Leg) -> dict[str, Any]:
    colour = {"rgba": _PHASES[leg.phase]}
    material: dict[str, Any] = {"solidColor": {"color": colour}}
    if leg.known != "seen":
        material = {"polylineDash": {"color": colour, "dashLength": 12}}
    return {
        "id": name,
        "parent": parent,
        "name": f"{leg.phase}, {leg.known}",
        "polyline": {
            "positions": {"referenceFrame": "FIXED", "cartesian": leg.position.ravel().tolist()},
            "arcType": "NONE",
            "width": 2.5 if leg.known == "seen" else 1.5,
            "material": material,
        },
        "properties": {
            "phase": {"string": leg.phase},
            "known": {"string": leg.known},
            "greatest_level_sd_m": {"number": float(leg.sd_m[:, 0].max())},
            "greatest_vertical_sd_m": {"number": float(leg.sd_m[:, 1].max())},
        },
    }


def _ellipse(
    name: str, parent: str, kind: str, point: GroundPoint, *, simulated: bool
) -> dict[str, Any]:
    rgba = _PHASES["boost" if kind == "launch" else "terminal"]
    sentences = [SIMULATED] if simulated else []
    minor = max(point.semi_minor_m, _LEAST_M)
    return {
        "id": name,
        "parent": parent,
        "name": f"{kind}, {point.probability:.0%} ellipse",
        "description": _text([*sentences, describe_point(kind, point)]),
        "position": {"cartographicDegrees": [point.longitude, point.latitude, 0.0]},
        "ellipse": {
            "semiMajorAxis": max(point.semi_major_m, minor),
            "semiMinorAxis": minor,
            "rotation": math.radians(90.0 - point.azimuth_deg),
            "height": 0.0,
            "fill": True,
            "material": {"solidColor": {"color": {"rgba": [*rgba[:3], 70]}}},
            "outline": True,
            "outlineColor": {"rgba": rgba},
            "outlineWidth": 2,
        },
        "point": {"pixelSize": 5, "color": {"rgba": rgba}},
        "properties": {
            "simulated": {"boolean": simulated},
            "probability": {"number": point.probability},
            "semi_major_m": {"number": point.semi_major_m},
            "semi_minor_m": {"number": point.semi_minor_m},
            "azimuth_deg": {"number": point.azimuth_deg},
            "time": {"string": moment(point.time.value)},
            "time_sd_s": {"number": point.time.sd},
        },
    }


def _sensor(sensor: Sensor) -> Iterator[dict[str, Any]]:
    name = f"sensor/{sensor.id}"
    rgba = _OWNERS.get(sensor.owner, _OTHER)
    yield {
        "id": name,
        "name": sensor.id,
        "description": _text(describe_sensor(sensor)),
        "position": {
            "referenceFrame": "FIXED",
            "cartesian": to_ecef(sensor.latitude, sensor.longitude, sensor.height_m).tolist(),
        },
        "point": {
            "pixelSize": 7,
            "color": {"rgba": rgba},
            "outlineColor": {"rgba": [20, 23, 26, 255]},
            "outlineWidth": 1,
        },
        "label": _label(f"{sensor.id} ({sensor.owner})"),
        "properties": {"owner": {"string": sensor.owner}, "kind": {"string": sensor.kind}},
    }
    outline = coverage(sensor)
    if outline is None:
        return
    degrees = [float(x) for lat, lon in outline for x in (lon, lat, 0.0)]
    yield {
        "id": f"{name}/coverage",
        "parent": name,
        "name": f"{sensor.id}: as far as it looks, on the ground",
        "polyline": {
            "positions": {"cartographicDegrees": degrees},
            "width": 1.2,
            "material": {"solidColor": {"color": {"rgba": [*rgba[:3], 120]}}},
        },
    }
