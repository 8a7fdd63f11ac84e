"""Flights in words that programs read: the JSON objects that the API and the command line give.

Instants are RFC 3339 to the millisecond, angles degrees, the rest SI. What is not known is null,
and `remarks` say why.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.analysis.tracking.legs import legs
from trilogue.encoding import instant
from trilogue.picture.plotted import EPOCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trilogue.analysis.tracking.estimate import (
        FlightEstimate,
        GroundPoint,
        StateEstimate,
        Value,
    )

__all__ = ["flight_json", "moment", "picture_json", "place_of"]

MOST_PLACES = 60
"""Of each leg of a path."""


def moment(posix: float) -> str:
    """Return POSIX seconds as an instant."""
    return instant.plus(EPOCH, float(posix))


def flight_json(flight: FlightEstimate) -> dict[str, Any]:
    """Return a flight as a JSON object.

    Its `path` has legs: `known` says whether plots bear on a place (`seen`), nobody had looked yet
    (`before`), or it lies on the way to the impact (`ahead`). A leg begins where one ends.
    """
    now = flight.now
    return {
        "track": flight.track,
        "now": _state(now),
        "phase": now.phase,
        "phases": {name: float(p) for name, p in now.phases.items()},
        "burnout": _time(flight.burnout),
        "launch": _point(flight.launch),
        "impact": _point(flight.impact),
        "apogee": _apogee(flight.apogee_m, flight.apogee_time),
        "classes": [
            {"name": one.name, "probability": float(one.probability)} for one in flight.classes
        ],
        "remarks": list(flight.remarks),
        "plots": len(flight.plots),
        "path": _path(flight),
    }


def picture_json(
    coalition: Sequence[str], flights: Sequence[FlightEstimate], time: float | None, reason: str
) -> dict[str, Any]:
    """Return one coalition's picture as a JSON object."""
    return {
        "coalition": list(coalition),
        "at": None if time is None else moment(time),
        "flights": [flight_json(one) for one in flights],
        "reason": reason,
    }


def place_of(state: StateEstimate) -> tuple[float, float]:
    """Return the latitude and longitude over which a state stands."""
    place = _place(state.state)
    return place["latitude"], place["longitude"]


def _place(state: np.ndarray) -> dict[str, float]:
    latitude, longitude, height = to_geodetic(state[:3])
    return {
        "latitude": float(latitude),
        "longitude": float(longitude),
        "height_m": float(height),
    }


def _state(one: StateEstimate) -> dict[str, Any]:
    return {
        "time": moment(one.time),
        **_place(one.state),
        "speed_mps": float(np.linalg.norm(one.state[3:6])),
        "position_sd_m": math.sqrt(float(np.trace(one.covariance[:3, :3]))),
        "speed_sd_mps": math.sqrt(float(np.trace(one.covariance[3:6, 3:6]))),
        "state": [float(x) for x in one.state[:6]],
        "covariance": [[float(x) for x in row] for row in one.covariance[:6, :6]],
    }


def _time(value: Value | None) -> dict[str, Any] | None:
    return None if value is None else {"time": moment(value.value), "sd_s": float(value.sd)}


def _point(point: GroundPoint | None) -> dict[str, Any] | None:
    if point is None:
        return None
    return {
        "latitude": point.latitude,
        "longitude": point.longitude,
        "time": moment(point.time.value),
        "time_sd_s": float(point.time.sd),
        "ellipse": {
            "semi_major_m": point.semi_major_m,
            "semi_minor_m": point.semi_minor_m,
            "azimuth_deg": point.azimuth_deg,
            "probability": point.probability,
        },
    }


def _apogee(height: Value | None, time: Value | None) -> dict[str, Any] | None:
    if height is None:
        return None
    return {
        "height_m": float(height.value),
        "sd_m": float(height.sd),
        "time": None if time is None else moment(time.value),
        "time_sd_s": None if time is None else float(time.sd),
    }


def _path(flight: FlightEstimate) -> list[dict[str, Any]]:
    """Return the way of a flight, thinned: before it was seen, as it was, and on to its impact."""
    path: list[dict[str, Any]] = []
    for leg in legs(flight):
        rows = np.arange(len(leg.time))
        if len(rows) > MOST_PLACES:
            rows = np.unique(np.linspace(0, len(rows) - 1, MOST_PLACES).round().astype(int))
        path += [
            {
                "time": moment(leg.time[k]),
                **_place(leg.state[k]),
                "phase": leg.phase,
                "known": leg.known,
                "level_sd_m": float(leg.sd_m[k, 0]),
                "height_sd_m": float(leg.sd_m[k, 1]),
            }
            for k in rows
        ]
    return path
