"""CZML of flights: the missile, its way in legs, where it began and where it comes down."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from trilogue.analysis.tracking.legs import Leg, Way, legs
from trilogue.interop.czml_pieces import (
    PHASES,
    Packet,
    dot,
    flat,
    label,
    text,
)
from trilogue.interop.said import moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint, Phase
    from trilogue.interop.czml_voice import FlightVoice, Point, Told

__all__ = ["flight_packets", "span"]

_LEAST_M = 1.0
_LEAST = 5e-5
"""A probability below it would read as nought."""


def span(way: Way) -> tuple[float, float] | None:
    """Return when a way begins and ends, POSIX seconds; `None` without any."""
    return (float(way.legs[0].time[0]), float(way.legs[-1].time[-1])) if way.legs else None


def flight_packets(
    flight: FlightEstimate,
    voice: FlightVoice,
    *,
    within: str = "",
    simulated: bool | None = None,
    way: Way | None = None,
) -> Iterator[Packet]:
    """Yield the packets of a flight; `within` goes before every id.

    `simulated` is said where it is known.
    """
    name = f"{within}flight/{flight.track}"
    way = Way.of(legs(flight)) if way is None else way
    told = [voice.leg(leg) for leg in way.legs]
    known: Packet = {} if simulated is None else {"simulated": {"boolean": simulated}}
    if way.flown:
        names = [one.name for one in told[-len(way.flown) :]]
        yield _missile(name, flight, way, names, voice, known)
    for number, (leg, said) in enumerate(zip(way.legs, told, strict=True)):
        yield _leg(f"{name}/leg/{number}", name, leg, said)
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
    known: Packet,
) -> Packet:
    flown = way.flown
    moments = [moment(float(flown[0].rows[0, 0]))]
    moments += [moment(float(leg.rows[-1, 0])) for leg in flown]
    intervals = [f"{begin}/{end}" for begin, end in pairwise(moments)]
    epoch = moments[0]
    samples, n = way.samples, len(way.rows)
    phases = [
        {"interval": interval, "string": leg.phase}
        for interval, leg in zip(intervals, flown, strict=True)
    ]
    properties: Packet = {
        **known,
        "track": {"string": flight.track},
        "phase": phases,
        "position_level_sd_m": {"epoch": epoch, "number": samples[7 * n : 9 * n]},
        "position_vertical_sd_m": {"epoch": epoch, "number": samples[9 * n :]},
        "estimated_at": {"string": moment(flight.now.time)},
        "classes": {
            "string": "; ".join(
                [f"{c.name} {c.probability:.4f}" for c in flight.classes if c.probability >= _LEAST]
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
            "cartesianVelocity": samples[: 7 * n],
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


@cache
def _stroke(phase: Phase, *, dashed: bool) -> msgspec.Raw:
    """Return how the line of a phase is drawn, written out: thousands are drawn alike."""
    colour = {"rgba": PHASES[phase]}
    material: Packet = {"solidColor": {"color": colour}}
    if dashed:
        material = {"polylineDash": {"color": colour, "dashLength": 12}}
    return msgspec.Raw(msgspec.json.encode(material))


def _leg(name: str, parent: str, leg: Leg, told: Told) -> Packet:
    level, vertical = leg.greatest_m
    return {
        "id": name,
        "parent": parent,
        "name": told.name,
        "description": text(told.sentences),
        "polyline": {
            "positions": {
                "referenceFrame": "FIXED",
                "cartesian": flat(leg.line),
            },
            "arcType": "NONE",
            "width": 5.0 if leg.known == "seen" else 2.0,
            "material": _stroke(leg.phase, dashed=leg.known != "seen"),
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
