"""QuakeML 1.2 (Basic Event Description): located events, with their picks and uncertainties.

| ours | QuakeML |
| --- | --- |
| a coalition's estimate | `origin`; the last one given is the `preferredOriginID` |
| ellipse | `originUncertainty`: `maxHorizontalUncertainty`, `minHorizontalUncertainty`, `azimuthMaxHorizontalUncertainty`, `confidenceLevel` in per cent |
| depth, held | `depth` with `depthType` `operator assigned` |
| magnitude, its sd | `magnitude`: `mag` with `uncertainty`, `type`, its source as a comment |
| kind of event | `type` with `typeCertainty` `suspected`; no `type` where it is unknown; reasons as comments |
| yield, stations left out, notes | comments of the origin |
| a reading | `pick`; a station used is an `arrival` of the origin with residual and weight |

`latitude` and `longitude` carry the standard deviations, in degrees, that the ellipse implies.
QuakeML has no place for where a station stands: `pick` ends with `t:position`, and with `t:snr`
where that is stated, in the namespace `urn:trilogue:quakeml`, which other programs pass over.

Source: Euchner and Schorlemmer, QuakeML – An XML Representation of Seismological Data, Basic Event
Description, version 1.2, 2013.
"""  # noqa: E501 - a table's row is a line

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from trilogue.analysis.geodesy import WGS84
from trilogue.encoding.instant import Instant
from trilogue.errors import InputError
from trilogue.interop.said import legible
from trilogue.reports.payloads.arrivals import Arrival
from trilogue.reports.payloads.event import Identification, SeismicEvent, YieldEstimate

if TYPE_CHECKING:
    from trilogue.reports.payloads.arrivals import SeismicArrivals
    from trilogue.reports.payloads.quantities import Ellipse, EstimatedPosition

__all__ = ["BED", "OURS", "QUAKEML", "Located", "Origin", "Used", "located", "write_quakeml"]

QUAKEML = "http://quakeml.org/xmlns/quakeml/1.2"
BED = "http://quakeml.org/xmlns/bed/1.2"
OURS = "urn:trilogue:quakeml"

_AUTHORITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{2,}")


@dataclass(frozen=True, slots=True)
class Used:
    """A reading that an origin rests on: which of the event's, its residual (s) and weight."""

    reading: int
    residual_s: float
    weight: float


@dataclass(frozen=True, slots=True)
class Origin:
    """One estimate of an event: whose, what, on which readings, and what else is to be said."""

    label: str
    event: SeismicEvent
    used: tuple[Used, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Located:
    """An event: its estimates, the best one last, and the readings behind them."""

    name: str
    origins: tuple[Origin, ...]
    readings: tuple[Arrival, ...] = ()
    remarks: tuple[str, ...] = ()


def located(event: SeismicEvent, arrivals: SeismicArrivals | None = None) -> Located:
    """Return an event as filed, with the arrivals that it was located from, if they are given.

    A station used is the clearest reading of that station whose phase begins with P.
    """
    readings = () if arrivals is None else arrivals.arrivals
    used = []
    for station in event.stations_used:
        own = [
            k
            for k, one in enumerate(readings)
            if (one.network, one.station) == (station.network, station.station)
            and one.phase.startswith("P")
        ]
        if own:
            clearest = max(own, key=lambda k: readings[k].snr or 0.0)
            used.append(Used(clearest, station.residual_s, station.weight))
    return Located(event.event or "event", (Origin("", event, tuple(used)),), readings)


def write_quakeml(
    events: Sequence[Located], *, authority: str = "trilogue", created: Instant | None = None
) -> bytes:
    """Return events as a QuakeML 1.2 document, UTF-8.

    `authority` begins every identifier (`smi:AUTHORITY/…`) and is the agency of every estimate.

    Raises:
        InputError: `authority` cannot begin an identifier.

    """
    if not _AUTHORITY.fullmatch(authority):
        raise InputError(
            f"{authority!r} is no authority of QuakeML identifiers",
            hint="three or more letters, digits, dots or hyphens, such as a domain name",
        )
    register_namespace("q", QUAKEML)
    register_namespace("", BED)
    register_namespace("t", OURS)
    root = Element(f"{{{QUAKEML}}}quakeml")
    base = f"smi:{authority}"
    parameters = _sub(root, "eventParameters", publicID=f"{base}/events")
    if created is not None:
        _created(parameters, authority, created)
    names: set[str] = set()
    for event in events:
        name = re.sub(r"[^A-Za-z0-9._-]", "_", event.name) or "event"
        while name in names:
            name += "-again"
        names.add(name)
        _event(parameters, f"{base}/{name}", event, authority, created)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _sub(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    element = SubElement(parent, f"{{{BED}}}{tag}", attributes)
    element.text = legible(text)
    return element


def _number(value: float) -> str:
    return repr(float(value))


def _quantity(parent: Element, tag: str, value: str, sd: float | None) -> None:
    element = _sub(parent, tag)
    _sub(element, "value", value)
    if sd is not None:
        _sub(element, "uncertainty", _number(sd))


def _comments(parent: Element, texts: Sequence[str]) -> None:
    for text in texts:
        _sub(_sub(parent, "comment"), "text", text)


def _created(parent: Element, authority: str, created: Instant | None) -> None:
    info = _sub(parent, "creationInfo")
    _sub(info, "agencyID", authority[:64])
    if created is not None:
        _sub(info, "creationTime", created)


def _event(
    parameters: Element, base: str, event: Located, authority: str, created: Instant | None
) -> None:
    element = _sub(parameters, "event", publicID=base)
    description = _sub(element, "description")
    _sub(description, "text", event.name)
    _sub(description, "type", "earthquake name")
    _comments(element, event.remarks)
    for k, origin in enumerate(event.origins):
        _origin(element, f"{base}/origin/{k}", base, origin, event.readings, authority, created)
    magnitudes = [
        (k, one) for k, origin in enumerate(event.origins) for one in origin.event.magnitudes
    ]
    for number, (k, one) in enumerate(magnitudes):
        magnitude = _sub(element, "magnitude", publicID=f"{base}/magnitude/{number}")
        _comments(magnitude, [f"source: {one.source}"])
        _quantity(magnitude, "mag", _number(one.magnitude.value), one.magnitude.sd)
        _sub(magnitude, "type", one.scale)
        _sub(magnitude, "originID", f"{base}/origin/{k}")
    for number, reading in enumerate(event.readings):
        _pick(element, f"{base}/pick/{number}", reading)
    if event.origins:
        best = event.origins[-1].event
        _sub(element, "preferredOriginID", f"{base}/origin/{len(event.origins) - 1}")
        judged = best.identification
        if judged is not None and judged.kind != "unknown":
            _sub(element, "type", judged.kind)
            _sub(element, "typeCertainty", "suspected")


def _origin(
    parent: Element,
    name: str,
    base: str,
    origin: Origin,
    readings: Sequence[Arrival],
    authority: str,
    created: Instant | None,
) -> None:
    event = origin.event
    element = _sub(parent, "origin", publicID=name)
    _comments(
        element, [*([f"readings of: {origin.label}"] if origin.label else []), *_said(origin)]
    )
    _quantity(element, "time", event.origin.instant, event.origin.sd_s)
    north, east = _degrees(event.epicentre)
    _quantity(element, "latitude", _number(event.epicentre.latitude), north)
    _quantity(element, "longitude", _number(event.epicentre.longitude), east)
    if event.depth is not None:
        _quantity(element, "depth", _number(event.depth.depth_m.value), event.depth.depth_m.sd)
        _sub(element, "depthType", "operator assigned" if event.depth.held else "from location")
    _uncertainty(element, event.epicentre.ellipse)
    for used in origin.used:
        pick = f"{base}/pick/{used.reading}"
        arrival = _sub(element, "arrival", publicID=f"{name}/arrival/{used.reading}")
        _sub(arrival, "pickID", pick)
        _sub(arrival, "phase", readings[used.reading].phase)
        _sub(arrival, "timeResidual", _number(used.residual_s))
        _sub(arrival, "timeWeight", _number(used.weight))
    quality = _sub(element, "quality")
    _sub(quality, "usedStationCount", str(len(event.stations_used)))
    _sub(element, "evaluationMode", "automatic")
    _created(element, authority, created)


def _said(origin: Origin) -> list[str]:
    """Return as comments what QuakeML has no element for."""
    event = origin.event
    out = list(origin.remarks)
    if event.identification is not None:
        out += _judged(event.identification)
    if event.yield_estimate is not None:
        out += _yield(event.yield_estimate)
    out += [f"{s.network}.{s.station} left out: {s.reason}" for s in event.stations_left_out]
    return out


def _judged(judged: Identification) -> list[str]:
    share = "" if judged.probability is None else f", probability {judged.probability:g}"
    return [f"kind: {judged.kind}{share}", *(f"reason: {reason}" for reason in judged.reasons)]


def _yield(estimate: YieldEstimate) -> list[str]:
    span = f"{estimate.low_kt:g} to {estimate.high_kt:g} kt"
    said = f"yield {estimate.median_kt:g} kt, {span} with probability {estimate.probability:g}"
    return [said, *(f"yield by: {relation}" for relation in estimate.relations)]


def _uncertainty(parent: Element, ellipse: Ellipse) -> None:
    element = _sub(parent, "originUncertainty")
    _sub(element, "minHorizontalUncertainty", _number(ellipse.semi_minor_m))
    _sub(element, "maxHorizontalUncertainty", _number(ellipse.semi_major_m))
    _sub(element, "azimuthMaxHorizontalUncertainty", _number(ellipse.azimuth_deg))
    _sub(element, "preferredDescription", "uncertainty ellipse")
    _sub(element, "confidenceLevel", _number(100.0 * ellipse.probability))


def _degrees(place: EstimatedPosition) -> tuple[float, float]:
    """Return the standard deviations of latitude and longitude, degrees, that an ellipse implies.

    The radii of curvature of WGS-84, along the meridian and across it, turn metres to degrees.
    """
    ellipse = place.ellipse
    turn = math.radians(ellipse.azimuth_deg)
    major, minor = ellipse.semi_major_m / ellipse.scale, ellipse.semi_minor_m / ellipse.scale
    north = math.hypot(major * math.cos(turn), minor * math.sin(turn))
    east = math.hypot(major * math.sin(turn), minor * math.cos(turn))
    phi = math.radians(place.latitude)
    squared = WGS84.flattening * (2.0 - WGS84.flattening)
    bend = 1.0 - squared * math.sin(phi) ** 2
    along = WGS84.semi_major_m * (1.0 - squared) / bend**1.5
    across = WGS84.semi_major_m / math.sqrt(bend) * max(math.cos(phi), 1e-6)
    return math.degrees(north / along), min(math.degrees(east / across), 180.0)


def _pick(parent: Element, name: str, reading: Arrival) -> None:
    pick = _sub(parent, "pick", publicID=name)
    _quantity(pick, "time", reading.time.instant, reading.time.sd_s)
    codes = {
        "networkCode": reading.network,
        "stationCode": reading.station,
        "channelCode": reading.channel,
    }
    if reading.location:
        codes["locationCode"] = reading.location
    _sub(pick, "waveformID", **codes)
    _sub(pick, "phaseHint", reading.phase)
    where = reading.position
    attributes = {"latitude": _number(where.latitude), "longitude": _number(where.longitude)}
    if where.height_m is not None:
        attributes["height_m"] = _number(where.height_m)
    if where.sd_m is not None:
        attributes["sd_m"] = _number(where.sd_m)
    SubElement(pick, f"{{{OURS}}}position", attributes)
    if reading.snr is not None:
        SubElement(pick, f"{{{OURS}}}snr").text = _number(reading.snr)
