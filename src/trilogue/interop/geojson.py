"""GeoJSON (RFC 7946): flights, their ellipses and sensors; and estimates of a seismic event.

One `FeatureCollection`. Each feature's `properties.kind` says what it is:

| kind | geometry | properties |
| --- | --- | --- |
| `leg` | LineString, heights in metres above the ellipsoid | `track`, `phase`, `known` (`before`, `seen`, `ahead`), `times`, `level_sd_m`, `vertical_sd_m`: one a position |
| `launch`, `impact`, `epicentre` | Point | time and its sd, the ellipse and its `probability` |
| `launch-ellipse`, … | Polygon, anticlockwise | the same |
| `apogee` | Point with height | `apogee_m`, `apogee_sd_m`, time and its sd |
| `sensor`, `coverage` | Point, LineString | `owner`, `sensor_kind`, the sds of one plot |

What crosses the antimeridian is cut there (section 3.1.9) and becomes MultiLineString or
MultiPolygon; the lists that go with its positions are cut alike.
"""  # noqa: E501 - a table's row is a line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.analysis.geodesy.outline import ellipse_outline
from trilogue.analysis.tracking.coverage import coverage
from trilogue.analysis.tracking.legs import Leg, legs
from trilogue.interop.cutting import cut_line, cut_ring
from trilogue.interop.said import describe, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint, Picture
    from trilogue.analysis.tracking.sensor import Sensor
    from trilogue.picture.locate import CoalitionEstimate

__all__ = ["write_estimates", "write_geojson"]


def write_geojson(picture: Picture, *, simulated: bool) -> bytes:
    """Return a picture as a GeoJSON document, UTF-8."""
    features = [
        feature
        for sensor in sorted(picture.plots.sensors, key=lambda one: one.id)
        for feature in _sensor(sensor)
    ]
    for flight in picture.flights:
        features += _flight(flight)
    for feature in features:
        feature["properties"]["simulated"] = simulated
    return _document(features, {"time": moment(picture.time), "simulated": simulated})


def write_estimates(events: Mapping[str, Sequence[CoalitionEstimate]]) -> bytes:
    """Return what coalitions say of seismic events, by the event's name, as GeoJSON, UTF-8.

    A coalition without a location has a feature without geometry: its reason stands there.
    """
    features = []
    for event, estimates in events.items():
        for estimate in estimates:
            said = estimate.to_json()
            shape = said.pop("ellipse") or {}
            properties = {"kind": "epicentre", "event": event, **said, **shape}
            if estimate.location is None:
                features.append(_feature(None, properties))
                continue
            found = estimate.location
            at = (found.longitude, found.latitude)
            features.append(_feature({"type": "Point", "coordinates": at}, properties))
            ellipse = found.ellipse
            outline = _ellipse(
                (found.latitude, found.longitude),
                (ellipse.semi_major_m, ellipse.semi_minor_m, ellipse.azimuth_deg),
            )
            properties = {**properties, "kind": "epicentre-ellipse"}
            features.append(_feature(outline, properties))
    return _document(features, {})


def _document(features: list[dict[str, Any]], members: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"type": "FeatureCollection", **members, "features": features})


def _feature(geometry: dict[str, Any] | None, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _multi(kind: str, parts: list[Any]) -> dict[str, Any]:
    """Return parts as one geometry: plain where there is one, `Multi…` where there are more."""
    if len(parts) == 1:
        return {"type": kind, "coordinates": parts[0]}
    return {"type": f"Multi{kind}", "coordinates": parts}


def _ellipse(at: tuple[float, float], axes: tuple[float, float, float]) -> dict[str, Any]:
    ring = ellipse_outline(*at, *axes)
    cut = cut_ring([(float(lon), float(lat)) for lat, lon in ring])
    return _multi("Polygon", [[one] for one in cut])


def _flight(flight: FlightEstimate) -> Iterator[dict[str, Any]]:
    for leg in legs(flight):
        yield _leg(flight, leg)
    for kind, point in (("launch", flight.launch), ("impact", flight.impact)):
        if point is not None:
            yield from _point(flight, kind, point)
    apogee = _apogee(flight)
    if apogee is not None:
        yield apogee


def _leg(flight: FlightEstimate, leg: Leg) -> dict[str, Any]:
    lat, lon, height = to_geodetic(leg.position)
    rows = zip(lon, lat, height, leg.time, leg.sd_m[:, 0], leg.sd_m[:, 1], strict=True)
    parts = cut_line([tuple(float(x) for x in row) for row in rows])
    one = len(parts) == 1

    def beside(column: int) -> list[Any]:
        lists = [[point[column] for point in part] for part in parts]
        return lists[0] if one else lists

    times = [[moment(point[3]) for point in part] for part in parts]
    return _feature(
        _multi("LineString", [[point[:3] for point in part] for part in parts]),
        {
            "kind": "leg",
            "track": flight.track,
            "phase": leg.phase,
            "known": leg.known,
            "times": times[0] if one else times,
            "level_sd_m": beside(4),
            "vertical_sd_m": beside(5),
        },
    )


def _point(flight: FlightEstimate, kind: str, point: GroundPoint) -> Iterator[dict[str, Any]]:
    properties = {
        "kind": kind,
        "track": flight.track,
        "time": moment(point.time.value),
        "time_sd_s": point.time.sd,
        "semi_major_m": point.semi_major_m,
        "semi_minor_m": point.semi_minor_m,
        "azimuth_deg": point.azimuth_deg,
        "probability": point.probability,
        "classes": {c.name: c.probability for c in flight.classes},
        "description": list(describe(flight, simulated=False)),
    }
    at = (point.longitude, point.latitude)
    yield _feature({"type": "Point", "coordinates": at}, properties)
    outline = _ellipse(
        (point.latitude, point.longitude),
        (point.semi_major_m, point.semi_minor_m, point.azimuth_deg),
    )
    yield _feature(outline, {**properties, "kind": f"{kind}-ellipse"})


def _apogee(flight: FlightEstimate) -> dict[str, Any] | None:
    """Return the highest point of the way, with the apogee as it was estimated."""
    top, when = flight.apogee_m, flight.apogee_time
    if top is None or when is None:
        return None
    at: dict[str, Any] | None = None
    for leg in legs(flight):
        if leg.time[0] <= when.value <= leg.time[-1]:
            nearest = int(abs(leg.time - when.value).argmin())
            lat, lon, _ = to_geodetic(leg.position[nearest])
            at = {"type": "Point", "coordinates": [float(lon), float(lat), top.value]}
    return _feature(
        at,
        {
            "kind": "apogee",
            "track": flight.track,
            "apogee_m": top.value,
            "apogee_sd_m": top.sd,
            "time": moment(when.value),
            "time_sd_s": when.sd,
        },
    )


def _sensor(sensor: Sensor) -> Iterator[dict[str, Any]]:
    properties = {
        "kind": "sensor",
        "sensor": sensor.id,
        "owner": sensor.owner,
        "sensor_kind": sensor.kind,
        "azimuth_sd_rad": sensor.noise.azimuth_rad,
        "elevation_sd_rad": sensor.noise.elevation_rad,
        "range_sd_m": sensor.noise.range_m,
        "range_rate_sd_mps": sensor.noise.range_rate_mps,
    }
    at = (sensor.longitude, sensor.latitude, sensor.height_m)
    yield _feature({"type": "Point", "coordinates": at}, properties)
    outline = coverage(sensor)
    if outline is not None:
        parts = cut_line([(float(lon), float(lat)) for lat, lon in outline])
        yield _feature(_multi("LineString", parts), {**properties, "kind": "coverage"})
