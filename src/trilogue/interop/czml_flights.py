"""CZML of flights: the missile, its way in legs, where it began and where it comes down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.legs import Leg, legs
from trilogue.interop.czml_pieces import (
    PHASES,
    Packet,
    dot,
    flat,
    label,
    text,
    thinned,
)
from trilogue.interop.said import moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint
    from trilogue.interop.czml_voice import FlightVoice, Point

__all__ = ["ALL", "Grain", "flight_packets", "span"]

_LEAST_M = 1.0


class Grain:
    """How finely a way is told: how many places a leg, and how many decimals."""

    def __init__(self, most: int | None = None, decimals: int | None = None) -> None:
        self.most = most
        self.decimals = decimals


ALL = Grain()
"""As it was estimated."""


def span(way: Sequence[Leg]) -> tuple[float, float] | None:
    """Return when a way begins and ends, POSIX seconds; `None` without any."""
    return (float(way[0].time[0]), float(way[-1].time[-1])) if way else None


def flight_packets(
    flight: FlightEstimate,
    voice: FlightVoice,
    *,
    within: str = "",
    grain: Grain = ALL,
    simulated: bool | None = None,
    way: Sequence[Leg] | None = None,
) -> Iterator[Packet]:
    """Yield the packets of a flight; `within` goes before every id.

    `simulated` is said where it is known.
    """
    name = f"{within}flight/{flight.track}"
    way = legs(flight) if way is None else way
    flown = [leg for leg in way if leg.known != "before"]
    known: Packet = {} if simulated is None else {"simulated": {"boolean": simulated}}
    if flown:
        yield _missile(name, flight, flown, voice, grain, known)
    for number, leg in enumerate(way):
        yield _leg(f"{name}/leg/{number}", name, leg, voice, grain)
    if flight.launch is not None:
        yield _ellipse(f"{name}/launch", name, "launch", flight.launch, voice, known)
    if flight.impact is not None:
        yield _ellipse(f"{name}/impact", name, "impact", flight.impact, voice, known)


def _missile(
    name: str,
    flight: FlightEstimate,
    flown: Sequence[Leg],
    voice: FlightVoice,
    grain: Grain,
    known: Packet,
) -> Packet:
    epoch = float(flown[0].time[0])
    parts = []
    for number, leg in enumerate(flown):
        rows = thinned(len(leg.time), grain.most)
        if number:
            rows = rows[1:]  # a leg begins where the one before ends
        parts.append(np.column_stack([leg.time[rows] - epoch, leg.state[rows], leg.sd_m[rows]]))
    table = np.concatenate(parts)
    phases = [
        {"interval": f"{moment(leg.time[0])}/{moment(leg.time[-1])}", "string": leg.phase}
        for leg in flown
    ]
    properties: Packet = {
        **known,
        "track": {"string": flight.track},
        "phase": phases,
        "position_level_sd_m": {
            "epoch": moment(epoch), "number": flat(table[:, [0, 7]], grain.decimals)
        },
        "position_vertical_sd_m": {
            "epoch": moment(epoch), "number": flat(table[:, [0, 8]], grain.decimals)
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
    told = voice.flight(flight)
    last = float(flown[-1].time[-1])
    return {
        "id": name,
        "name": told.name,
        "description": text(told.sentences),
        "availability": f"{moment(epoch)}/{moment(last)}",
        "position": {
            "epoch": moment(epoch),
            "referenceFrame": "FIXED",
            "interpolationAlgorithm": "HERMITE",
            "interpolationDegree": 3,
            "cartesianVelocity": flat(table[:, :7], grain.decimals),
        },
        "point": {
            **dot(9, PHASES[flown[0].phase]),
            "color": [
                {
                    "interval": f"{moment(leg.time[0])}/{moment(leg.time[-1])}",
                    "rgba": PHASES[leg.phase],
                }
                for leg in flown
            ],
        },
        "label": {
            **label(told.name),
            "text": [
                {
                    "interval": f"{moment(leg.time[0])}/{moment(leg.time[-1])}",
                    "string": f"{told.name}: {voice.leg(leg).name}",
                }
                for leg in flown
            ],
        },
        "properties": properties,
    }


def _leg(name: str, parent: str, leg: Leg, voice: FlightVoice, grain: Grain) -> Packet:
    colour = {"rgba": PHASES[leg.phase]}
    material: Packet = {"solidColor": {"color": colour}}
    if leg.known != "seen":
        material = {"polylineDash": {"color": colour, "dashLength": 12}}
    told = voice.leg(leg)
    rows = thinned(len(leg.time), grain.most)
    return {
        "id": name,
        "parent": parent,
        "name": told.name,
        "description": text(told.sentences),
        "polyline": {
            "positions": {
                "referenceFrame": "FIXED",
                "cartesian": flat(leg.position[rows], grain.decimals),
            },
            "arcType": "NONE",
            "width": 5.0 if leg.known == "seen" else 2.0,
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
