"""Filing a flight: its state as a `track`, and its launch as a `launch`, with their lineage.

Everything behind a flight stands behind both, whether or not it bears on one of them more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.geodesic import inverse
from trilogue.errors import InputError
from trilogue.picture.missiles import FlightPicture, RaidPicture
from trilogue.picture.shared import behind
from trilogue.picture.told import moment
from trilogue.reports.payloads.launch import Launch, MissileClass
from trilogue.reports.payloads.quantities import Ellipse, EstimatedPosition, Measured, Moment
from trilogue.reports.payloads.track import Track

if TYPE_CHECKING:
    from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint
    from trilogue.picture.sources import Readable

__all__ = ["flight_named", "launch_payload", "track_payload"]

_FOREIGN = re.compile(r"[^A-Za-z0-9._-]")


def flight_named(
    raids: Iterable[RaidPicture], first_seen: str, coalition: tuple[str, ...], track: str
) -> tuple[FlightEstimate, FlightPicture] | None:
    """Return the flight that goes by a name in one coalition's picture of a raid."""
    for raid in raids:
        for picture in raid.coalitions if raid.first_seen == first_seen else ():
            for flight in picture.picture.flights if picture.coalition == coalition else ():
                if flight.track == track:
                    return flight, picture
    return None


def track_payload(flight: FlightEstimate, sources: Iterable[Readable]) -> Track:
    """Return the newest state of a flight as a track, with the digests of all behind it."""
    held = {one.portion: one for one in sources}
    now = flight.now
    p = 0.5 * (now.covariance[:6, :6] + now.covariance[:6, :6].T)
    rows = [tuple(map(float, row)) for row in p]
    return Track(
        id=_FOREIGN.sub("-", flight.track)[:64],
        time=Moment(instant=moment(now.time), sd_s=None),
        state=_six(now.state),
        covariance=tuple(_six(np.array(row)) for row in rows),  # type: ignore[arg-type]
        phase=now.phase,
        lineage=tuple(sorted(frozenset().union(*(behind(one, held) for one in held.values())))),
    )


def launch_payload(flight: FlightEstimate) -> Launch:
    """Return what a flight tells of its launch. Raises `InputError` while it tells nothing."""
    point = flight.launch
    if point is None:
        raise InputError(f"{flight.track} does not show where it was launched")
    distance = None
    if flight.impact is not None:
        metres, first, last = map(
            float,
            inverse(
                point.latitude, point.longitude, flight.impact.latitude, flight.impact.longitude
            ),
        )
        distance = Measured(metres, math.hypot(_along(point, first), _along(flight.impact, last)))
    apogee = flight.apogee_m
    return Launch(
        time=Moment(instant=moment(point.time.value), sd_s=float(point.time.sd)),
        site=None,
        position=EstimatedPosition(
            latitude=point.latitude,
            longitude=point.longitude,
            ellipse=Ellipse(
                semi_major_m=point.semi_major_m,
                semi_minor_m=point.semi_minor_m,
                azimuth_deg=point.azimuth_deg % 180.0,
                probability=point.probability,
            ),
        ),
        classes=_classes(flight),
        apogee_m=None if apogee is None else Measured(float(apogee.value), float(apogee.sd)),
        distance_m=distance,
        outcome="unknown",
    )


def _classes(flight: FlightEstimate) -> tuple[MissileClass, ...]:
    """Return the classes' probabilities, `unknown` among them, summing to one in decimals, too."""
    given = {_FOREIGN.sub("-", one.name)[:64]: one.probability for one in flight.classes}
    given.setdefault("unknown", 0.0)
    total = math.fsum(given.values()) or 1.0
    return tuple(
        MissileClass(name=name, probability=min(max(float(p) / total, 0.0), 1.0))
        for name, p in sorted(given.items(), key=lambda item: (-item[1], item[0]))
    )


def _along(point: GroundPoint, azimuth_deg: float) -> float:
    """Return a point's standard deviation along a direction."""
    turned = math.radians(azimuth_deg - point.azimuth_deg)
    scale = math.sqrt(-2.0 * math.log1p(-point.probability))
    return (
        math.hypot(point.semi_major_m * math.cos(turned), point.semi_minor_m * math.sin(turned))
        / scale
    )


def _six(row: np.ndarray) -> tuple[float, float, float, float, float, float]:
    a, b, c, d, e, f = map(float, row[:6])
    return a, b, c, d, e, f
