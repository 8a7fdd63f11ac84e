"""Flights in words that programs read: the JSON objects that the API and the command line give.

Instants are RFC 3339 to the millisecond, angles degrees, the rest SI. What is not known is null,
and `remarks` say why.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.analysis.tracking.fusion import moved
from trilogue.analysis.tracking.settings import EstimateSettings
from trilogue.encoding import instant
from trilogue.picture.fused import in_free_flight
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

MOST_PLACES = 90
"""Of a path, as far as it was seen; it goes on in as many steps again to the impact."""
_FORETOLD = 40


def moment(posix: float) -> str:
    """Return POSIX seconds as an instant."""
    return instant.plus(EPOCH, float(posix))


def flight_json(flight: FlightEstimate, settings: EstimateSettings | None = None) -> dict[str, Any]:
    """Return a flight as a JSON object."""
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
        "path": _path(flight, settings or EstimateSettings()),
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


def _path(flight: FlightEstimate, settings: EstimateSettings) -> list[dict[str, Any]]:
    """Return where the flight was, looked back upon, and where it goes if nothing acts on it."""
    seen = flight.smoothed or flight.history
    if len(seen) > MOST_PLACES:
        rows = np.unique(np.linspace(0, len(seen) - 1, MOST_PLACES).round().astype(int))
        seen = tuple(seen[k] for k in rows)
    path = [_step(one, foretold=False) for one in seen]
    if flight.impact is None or not in_free_flight(flight):
        return path
    last = flight.now
    ahead = np.linspace(last.time, flight.impact.time.value, _FORETOLD + 1)[1:]
    return path + [_step(moved(last, float(t), settings), foretold=True) for t in ahead]


def _step(one: StateEstimate, *, foretold: bool) -> dict[str, Any]:
    return {
        "time": moment(one.time),
        **_place(one.state),
        "phase": one.phase,
        "foretold": foretold,
    }
