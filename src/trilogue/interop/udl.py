"""MissileTrack of the Unified Data Library (UDL), as its public client `udl-sdk` names the fields.

One record a flight, in a JSON array that `/udl/missiletrack/createBulk` takes. UDL counts in
kilometres and seconds. `cov` is the upper triangle of 9 by 9, row by row; no acceleration is given
(`accel` is absent) and its 24 entries are 0. What UDL has no field for (standard deviations of
times, the apogee, probabilities of phases and classes) stands in `contextKeys` and
`contextValues`, text beside text, its unit in the key.

Nothing is said of whose the missile is: `objIdent` and `alert` are left out.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec
import numpy as np

from trilogue.analysis.geodesy.frames import enu_axes, to_geodetic
from trilogue.analysis.tracking.classes import record
from trilogue.analysis.tracking.estimate import Value
from trilogue.analysis.tracking.impact import ground_point
from trilogue.analysis.tracking.legs import states
from trilogue.errors import InputError
from trilogue.interop.said import moment

if TYPE_CHECKING:
    from trilogue.analysis.tracking.estimate import (
        FlightEstimate,
        GroundPoint,
        Picture,
        StateEstimate,
    )

__all__ = ["DataMode", "write_missile_tracks"]

DataMode = Literal["REAL", "TEST", "SIMULATED", "EXERCISE"]
_SPACE_M = 100_000.0
"""The Kármán line, at which UDL lets space begin."""


def write_missile_tracks(
    picture: Picture, *, classification_marking: str, source: str, data_mode: DataMode
) -> bytes:
    """Return a picture's flights as a JSON array of MissileTrack records, UTF-8.

    Raises:
        InputError: the marking or the source is empty, or the mode is none of UDL's.

    """
    if not classification_marking.strip():
        raise InputError(
            "every UDL record needs a classificationMarking", hint="give one, such as U"
        )
    if not source.strip():
        raise InputError("every UDL record needs a source", hint="name who produced the data")
    if data_mode not in get_args(DataMode):
        raise InputError(
            f"{data_mode!r} is no dataMode of the UDL",
            hint=f"one of {', '.join(get_args(DataMode))}",
        )
    common = {
        "classificationMarking": classification_marking,
        "dataMode": data_mode,
        "source": source,
        "ts": moment(picture.time),
    }
    return msgspec.json.encode([common | _record(f, picture.time) for f in picture.flights])


def _record(flight: FlightEstimate, at: float) -> dict[str, Any]:
    now = flight.now
    place = ground_point(now.state[:3], now.covariance[:3, :3], Value(now.time, 0.0))
    height = float(to_geodetic(now.state[:3])[2])
    down = flight.impact is not None and at > flight.impact.time.value
    out: dict[str, Any] = {
        "trackId": flight.track,
        "name": flight.track,
        "boosting": now.phase == "boost",
        "env": "SPACE" if height >= _SPACE_M else "AIR",
        "mslStatus": "IMPACTED" if down else "FLYING",
        "aouRptType": "ELLIPSE",
        "aouRptData": _ellipse(place),
        "containment": 100.0 * place.probability,
        "vectors": [_vector(one, flight.track) for one in states(flight)],
    }
    for name, point in (("launch", flight.launch), ("impact", flight.impact)):
        if point is not None:
            out |= {
                f"{name}Lat": point.latitude,
                f"{name}Lon": point.longitude,
                f"{name}Alt": 0.0,
                f"{name}Time": moment(point.time.value),
                f"{name}AouType": "ELLIPSE",
                f"{name}AouData": _ellipse(point),
                f"{name}Conf": 100.0 * point.probability,
            }
    if flight.burnout is not None:
        cut = flight.burnout.value
        burnt = min(states(flight), key=lambda one: abs(one.time - cut))
        out["burnoutAlt"] = float(to_geodetic(burnt.state[:3])[2]) / 1000.0
    best = flight.classes[0]
    out["objType"] = best.name
    out["objTypeConf"] = round(100.0 * best.probability)
    types = {one.name: one.type for one in record()}
    if best.name in types:
        out["acftSubType"] = types[best.name]
    context = _context(flight)
    out["contextKeys"] = list(context)
    out["contextValues"] = list(context.values())
    return out


def _ellipse(point: GroundPoint) -> list[float]:
    """Return bearing (degrees) and semi-axes (km) as UDL's ELLIPSE states them."""
    return [point.azimuth_deg, point.semi_major_m / 1000.0, point.semi_minor_m / 1000.0]


def _vector(one: StateEstimate, track: str) -> dict[str, Any]:
    lat, lon, height = (float(x) for x in to_geodetic(one.state[:3]))
    east, north, _ = enu_axes(lat, lon) @ one.state[3:6]
    full = np.zeros((9, 9))
    full[:6, :6] = one.covariance / 1e6  # km², km²/s and km²/s²
    return {
        "epoch": moment(one.time),
        "type": "STATE",
        "referenceFrame": "ECEF",
        "pos": (one.state[:3] / 1000.0).tolist(),
        "vel": (one.state[3:6] / 1000.0).tolist(),
        "covReferenceFrame": "ECR/ECEF",
        "cov": full[np.triu_indices(9)].tolist(),
        "vectorLat": lat,
        "vectorLon": lon,
        "vectorAlt": height / 1000.0,
        "spd": float(np.linalg.norm(one.state[3:6])) / 1000.0,
        "course": math.degrees(math.atan2(east, north)) % 360.0,
        "propagated": False,
        "vectorTrackId": track,
        "contextKeys": [f"probability_{name}" for name in one.phases],
        "contextValues": [f"{p:.6f}" for p in one.phases.values()],
    }


def _context(flight: FlightEstimate) -> dict[str, str]:
    """Return what UDL has no field for, as text by key."""
    out: dict[str, str] = {}
    for name, point in (("launch", flight.launch), ("impact", flight.impact)):
        if point is not None:
            out[f"{name}TimeSd_s"] = f"{point.time.sd:.6g}"
    for name, value in (("burnoutTime", flight.burnout), ("apogeeTime", flight.apogee_time)):
        if value is not None:
            out[name] = moment(value.value)
            out[f"{name}Sd_s"] = f"{value.sd:.6g}"
    if flight.apogee_m is not None:
        out["apogee_km"] = f"{flight.apogee_m.value / 1000.0:.6f}"
        out["apogeeSd_km"] = f"{flight.apogee_m.sd / 1000.0:.6f}"
    out |= {f"classProbability_{c.name}": f"{c.probability:.6f}" for c in flight.classes}
    out |= {f"remark_{k}": text for k, text in enumerate(flight.remarks, 1)}
    return out
