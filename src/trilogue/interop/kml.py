"""KML 2.2 (OGC 07-147r2): a picture as Google Earth, QGIS and others open it.

A flight is a folder: `gx:Track` with the position at each time, the way as a LineString for each
phase, ellipses as polygons, and what is known of it as ExtendedData, where every estimate stands
beside its standard deviation. Altitudes are absolute: metres above the WGS-84 ellipsoid where KML
means the geoid, so some tens of metres off.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.analysis.geodesy.outline import ellipse_outline
from trilogue.analysis.tracking.coverage import coverage
from trilogue.analysis.tracking.legs import Leg, legs
from trilogue.interop.cutting import cut_line, cut_ring
from trilogue.interop.said import (
    SIMULATED,
    describe,
    describe_point,
    describe_sensor,
    legible,
    moment,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint, Picture
    from trilogue.analysis.tracking.sensor import Sensor

__all__ = ["GX", "KML", "write_kml"]

KML = "http://www.opengis.net/kml/2.2"
GX = "http://www.google.com/kml/ext/2.2"

# aabbggrr, as KML spells colours
_PHASES = {
    "boost": "ff00b0ff",
    "midcourse": "ffffbf8f",
    "terminal": "ff8a5cff",
    "unknown": "ffc8c8c8",
}
_OWNERS = {"KR": "fff5b16f", "US": "ffa0c93f", "JP": "ff579aff"}
_OTHER = "ffe09bd7"

Row = tuple[float, ...]


def write_kml(picture: Picture, *, title: str = "Missile flights", simulated: bool) -> bytes:
    """Return a picture as a KML document, UTF-8."""
    register_namespace("", KML)
    register_namespace("gx", GX)
    root = Element(f"{{{KML}}}kml")
    document = _sub(root, "Document")
    _sub(document, "name", title)
    if simulated:
        _sub(document, "description", SIMULATED)
    _styles(document)
    sensors = _sub(document, "Folder")
    _sub(sensors, "name", "Sensors")
    for sensor in sorted(picture.plots.sensors, key=lambda one: one.id):
        _sensor(sensors, sensor)
    for flight in picture.flights:
        _flight(document, flight, simulated=simulated)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _sub(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    namespace = GX if tag in {"Track", "coord"} else KML
    element = SubElement(parent, f"{{{namespace}}}{tag}", attributes)
    element.text = legible(text)
    return element


def _styles(document: Element) -> None:
    for phase, colour in _PHASES.items():
        style = _sub(document, "Style", id=phase)
        icon = _sub(style, "IconStyle")
        _sub(icon, "color", colour)
        _sub(icon, "scale", "0.7")
        line = _sub(style, "LineStyle")
        _sub(line, "color", colour)
        _sub(line, "width", "2.5")
        fill = _sub(style, "PolyStyle")
        _sub(fill, "color", f"46{colour[2:]}")
    for owner, colour in (*_OWNERS.items(), ("other", _OTHER)):
        style = _sub(document, "Style", id=f"owner-{owner}")
        icon = _sub(style, "IconStyle")
        _sub(icon, "color", colour)
        _sub(icon, "scale", "0.8")
        line = _sub(style, "LineStyle")
        _sub(line, "color", f"90{colour[2:]}")
        _sub(line, "width", "1.2")


def _placemark(
    parent: Element, name: str, style: str, sentences: Sequence[str], data: Mapping[str, str]
) -> Element:
    """Return a Placemark that awaits its geometry; elements in the order of the schema."""
    mark = _sub(parent, "Placemark")
    _sub(mark, "name", name)
    if sentences:
        # Readers take it for HTML.
        _sub(mark, "description", "<br/>".join(escape(one) for one in sentences))
    _sub(mark, "styleUrl", f"#{style}")
    if data:
        extended = _sub(mark, "ExtendedData")
        for key, value in data.items():
            _sub(_sub(extended, "Data", name=key), "value", value)
    return mark


def _coordinates(rows: Sequence[Row]) -> str:
    return " ".join(
        ",".join(f"{x:.7f}" if k < 2 else f"{x:.1f}" for k, x in enumerate(r)) for r in rows
    )


def _lines(mark: Element, rows: Sequence[Row], mode: str) -> None:
    """Add a line, in parts where it crosses the antimeridian."""
    parts = cut_line(rows)
    holder = mark if len(parts) == 1 else _sub(mark, "MultiGeometry")
    for part in parts:
        line = _sub(holder, "LineString")
        _sub(line, "altitudeMode", mode)
        _sub(line, "coordinates", _coordinates(part))


def _polygons(mark: Element, point: GroundPoint) -> None:
    ring = ellipse_outline(
        point.latitude, point.longitude, point.semi_major_m, point.semi_minor_m, point.azimuth_deg
    )
    parts = cut_ring([(float(lon), float(lat)) for lat, lon in ring])
    holder = mark if len(parts) == 1 else _sub(mark, "MultiGeometry")
    for part in parts:
        polygon = _sub(holder, "Polygon")
        _sub(polygon, "altitudeMode", "clampToGround")
        inner = _sub(_sub(polygon, "outerBoundaryIs"), "LinearRing")
        _sub(inner, "coordinates", _coordinates(part))


def _rows(leg: Leg) -> list[Row]:
    lat, lon, height = to_geodetic(leg.position)
    return [(float(x), float(y), float(z)) for x, y, z in zip(lon, lat, height, strict=True)]


def _flight(document: Element, flight: FlightEstimate, *, simulated: bool) -> None:
    folder = _sub(document, "Folder")
    _sub(folder, "name", flight.track)
    way = legs(flight)
    sentences = describe(flight, simulated=simulated)
    mark = _placemark(folder, flight.track, flight.now.phase, sentences, _data(flight, simulated))
    track = _sub(mark, "Track")
    _sub(track, "altitudeMode", "absolute")
    flown = [leg for leg in way if leg.known != "before"]
    rows = [row for k, leg in enumerate(flown) for row in _rows(leg)[1 if k else 0 :]]
    times = [t for k, leg in enumerate(flown) for t in leg.time[1 if k else 0 :]]
    for time in times:
        _sub(track, "when", moment(float(time)))
    for row in rows:
        _sub(
            track, "coord", " ".join(f"{x:.7f}" if k < 2 else f"{x:.1f}" for k, x in enumerate(row))
        )
    for leg in way:
        data = {
            "phase": leg.phase,
            "known": leg.known,
            "begins": moment(float(leg.time[0])),
            "ends": moment(float(leg.time[-1])),
            "greatest_level_sd_m": f"{leg.sd_m[:, 0].max():.1f}",
            "greatest_vertical_sd_m": f"{leg.sd_m[:, 1].max():.1f}",
        }
        line = _placemark(folder, f"{leg.phase}, {leg.known}", leg.phase, (), data)
        _lines(line, _rows(leg), "absolute")
    for kind, style, point in (
        ("launch", "boost", flight.launch),
        ("impact", "terminal", flight.impact),
    ):
        if point is not None:
            said = [*([SIMULATED] if simulated else []), describe_point(kind, point)]
            name = f"{kind}, {point.probability:.0%} ellipse"
            _polygons(_placemark(folder, name, style, said, _point_data(point)), point)


def _data(flight: FlightEstimate, simulated: bool) -> dict[str, str]:
    data = {"simulated": str(simulated).lower(), "estimated_at": moment(flight.now.time)}
    if flight.burnout is not None:
        data["burnout_time"] = moment(flight.burnout.value)
        data["burnout_time_sd_s"] = f"{flight.burnout.sd:.3f}"
    if flight.apogee_m is not None and flight.apogee_time is not None:
        data["apogee_m"] = f"{flight.apogee_m.value:.1f}"
        data["apogee_sd_m"] = f"{flight.apogee_m.sd:.1f}"
        data["apogee_time"] = moment(flight.apogee_time.value)
        data["apogee_time_sd_s"] = f"{flight.apogee_time.sd:.3f}"
    data |= {f"class {c.name}": f"{c.probability:.4f}" for c in flight.classes}
    return data


def _point_data(point: GroundPoint) -> dict[str, str]:
    return {
        "latitude": f"{point.latitude:.7f}",
        "longitude": f"{point.longitude:.7f}",
        "time": moment(point.time.value),
        "time_sd_s": f"{point.time.sd:.3f}",
        "semi_major_m": f"{point.semi_major_m:.1f}",
        "semi_minor_m": f"{point.semi_minor_m:.1f}",
        "azimuth_deg": f"{point.azimuth_deg:.2f}",
        "probability": f"{point.probability:g}",
    }


def _sensor(folder: Element, sensor: Sensor) -> None:
    style = f"owner-{sensor.owner if sensor.owner in _OWNERS else 'other'}"
    data = {"owner": sensor.owner, "kind": sensor.kind}
    mark = _placemark(folder, sensor.id, style, describe_sensor(sensor), data)
    point = _sub(mark, "Point")
    _sub(point, "altitudeMode", "absolute")
    _sub(point, "coordinates", _coordinates([(sensor.longitude, sensor.latitude, sensor.height_m)]))
    outline = coverage(sensor)
    if outline is not None:
        name = f"{sensor.id}: as far as it looks, on the ground"
        line = _placemark(folder, name, style, (), {})
        _lines(line, [(float(lon), float(lat)) for lat, lon in outline], "clampToGround")
