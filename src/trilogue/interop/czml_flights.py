"""CZML of flights: the missile, its way in legs, where it began and where it comes down."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.legs import Leg, Way, legs
from trilogue.interop.czml_pieces import (
    PHASES,
    Packet,
    dot,
    flat,
    label,
    text,
    whole,
)
from trilogue.interop.said import moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint
    from trilogue.interop.czml_voice import FlightVoice, Point, Told

__all__ = ["flight_packets", "span"]

_LEAST_M = 1.0
_LEAST = 5e-5
"""A probability below it would read as nought."""
_COARSE = 1.0 / np.array([1e-3, *3 * [1.0], *3 * [0.1], 1.0, 1.0])
"""Of a way's row nobody sees more than milliseconds, metres, and decimetres a second."""


def span(way: Way) -> tuple[float, float] | None:
    """Return when a way begins and ends, POSIX seconds; `None` without any."""
    return (float(way.legs[0].time[0]), float(way.legs[-1].time[-1])) if way.legs else None


def flight_packets(
    flight: FlightEstimate,
    voice: FlightVoice,
    *,
    within: str = "",
    coarse: bool = False,
    simulated: bool | None = None,
    way: Way | None = None,
) -> Iterator[Packet]:
    """Yield the packets of a flight; `within` goes before every id.

    `coarse` rounds to what can be seen; `simulated` is said where it is known.
    """
    name = f"{within}flight/{flight.track}"
    way = Way.of(legs(flight)) if way is None else way
    told = [voice.leg(leg) for leg in way.legs]
    known: Packet = {} if simulated is None else {"simulated": {"boolean": simulated}}
    if way.flown:
        names = [one.name for one in told[-len(way.flown) :]]
        yield _missile(name, flight, way, names, voice, coarse, known)
    for number, (leg, said) in enumerate(zip(way.legs, told, strict=True)):
        yield _leg(f"{name}/leg/{number}", name, leg, said, coarse)
    if flight.launch is not None:
        yield _ellipse(f"{name}/launch", name, "launch", flight.launch, voice, known)
    if flight.impact is not None:
        yield _ellipse(f"{name}/impact", name, "impact", flight.impact, voice, known)


def _missile(
    name: str,
    flight: FlightEstimate,
    way: Way,
    names: Sequence[str],
    voice: FlightVoice,
    coarse: bool,
    known: Packet,
) -> Packet:
    flown = way.flown
    moments = [moment(float(flown[0].rows[0, 0]))]
    moments += [moment(float(leg.rows[-1, 0])) for leg in flown]
    intervals = [f"{begin}/{end}" for begin, end in pairwise(moments)]
    epoch = moments[0]
    table = way.rows.copy()
    table[:, 0] -= table[0, 0]
    if coarse:
        table = (table * _COARSE).round() / _COARSE
    phases = [
        {"interval": interval, "string": leg.phase}
        for interval, leg in zip(intervals, flown, strict=True)
    ]
    properties: Packet = {
        **known,
        "track": {"string": flight.track},
        "phase": phases,
        "position_level_sd_m": {"epoch": epoch, "number": flat(table[:, 0:8:7])},
        "position_vertical_sd_m": {"epoch": epoch, "number": flat(table[:, 0:9:8])},
        "estimated_at": {"string": moment(flight.now.time)},
        "classes": {
            "string": "; ".join(
                f"{c.name} {c.probability:.4f}" for c in flight.classes if c.probability >= _LEAST
            )
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
    told = voice.flight(flight)
    return {
        "id": name,
        "name": told.name,
        "description": text(told.sentences),
        "availability": f"{epoch}/{moments[-1]}",
        "position": {
            "epoch": epoch,
            "referenceFrame": "FIXED",
            "interpolationAlgorithm": "HERMITE",
            "interpolationDegree": 3,
            "cartesianVelocity": flat(table[:, :7]),
        },
        "point": {
            **dot(9, PHASES[flown[0].phase]),
            "color": [
                {"interval": interval, "rgba": PHASES[leg.phase]}
                for interval, leg in zip(intervals, flown, strict=True)
            ],
        },
        "label": {
            **label(told.name),
            "text": [
                {"interval": interval, "string": f"{told.name}: {said}"}
                for interval, said in zip(intervals, names, strict=True)
            ],
        },
        "properties": properties,
    }


def _leg(name: str, parent: str, leg: Leg, told: Told, coarse: bool) -> Packet:
    colour = {"rgba": PHASES[leg.phase]}
    material: Packet = {"solidColor": {"color": colour}}
    if leg.known != "seen":
        material = {"polylineDash": {"color": colour, "dashLength": 12}}
    level, vertical = leg.greatest_m
    return {
        "id": name,
        "parent": parent,
        "name": told.name,
        "description": text(told.sentences),
        "polyline": {
            "positions": {
                "referenceFrame": "FIXED",
                "cartesian": whole(leg.line) if coarse else flat(leg.line),
            },
            "arcType": "NONE",
            "width": 5.0 if leg.known == "seen" else 2.0,
            "material": material,
        },
        "properties": {
            "phase": {"string": leg.phase},
            "known": {"string": leg.known},
            "greatest_level_sd_m": {"number": level},
            "greatest_vertical_sd_m": {"number": vertical},
        },
    }


def _ellipse(
    name: str, parent: str, kind: Point, point: GroundPoint, voice: FlightVoice, known: Packet
) -> Packet:
    rgba = PHASES["boost" if kind == "launch" else "terminal"]
    minor = max(point.semi_minor_m, _LEAST_M)
    told = voice.point(kind, point)
    return {
        "id": name,
        "parent": parent,
        "name": told.name,
        "description": text(told.sentences),
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
            **known,
            "probability": {"number": point.probability},
            "semi_major_m": {"number": point.semi_major_m},
            "semi_minor_m": {"number": point.semi_minor_m},
            "azimuth_deg": {"number": point.azimuth_deg},
            "time": {"string": moment(point.time.value)},
            "time_sd_s": {"number": point.time.sd},
        },
    }
