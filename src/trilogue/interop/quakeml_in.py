"""QuakeML 1.2, read: the picks of each event, as readings that may be submitted.

Another's XML may be hostile. A document type is refused, and with it every entity, so nothing
expands and nothing is fetched; size is bounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers import expat

import msgspec

from trilogue.encoding import instant
from trilogue.errors import FormatError
from trilogue.interop.quakeml import BED, OURS
from trilogue.reports.payloads.arrivals import Arrival, SeismicArrivals
from trilogue.reports.payloads.quantities import Moment, Position

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["read_arrivals"]

_MOST_BYTES = 64 * 1024 * 1024
# XML Schema part 2, 3.2.5 and 3.2.7, without infinities and without years beyond 9999
_DOUBLE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_NOT_CODE = re.compile(r"[^A-Za-z0-9._-]")


def read_arrivals(
    data: bytes, stations: Mapping[tuple[str, str], Position] | None = None
) -> tuple[SeismicArrivals, ...]:
    """Return the picks of each event that has any, as `seismic-arrivals`.

    QuakeML does not say where stations stand: `stations` does, by network and station code, where
    a pick does not carry our own `position`. A pick without phase is taken from the arrival that
    cites it. A pick that its author rejected is left out.

    Raises:
        FormatError: not XML, not QuakeML 1.2, or a pick that lacks what a reading needs.

    """
    root = _parse(data)
    parameters = root.find(f"{{{BED}}}eventParameters")
    if parameters is None:
        raise FormatError(
            "no eventParameters of QuakeML BED 1.2 in the document",
            hint="QuakeML 1.2 is read, in its own namespaces",
        )
    out = []
    for event in parameters.iterfind(_tag("event")):
        phases = {
            _text(arrival, "pickID"): _text(arrival, "phase")
            for arrival in event.iterfind(f"{_tag('origin')}/{_tag('arrival')}")
        }
        rows: dict[tuple[str, ...], Arrival] = {}
        for pick in event.iterfind(_tag("pick")):
            if _text(pick, "evaluationStatus") == "rejected":
                continue
            row = _reading(pick, phases, stations or {})
            # The first pick of a phase stands: a payload holds each once.
            key = (row.network, row.station, row.location, row.channel, row.phase)
            rows.setdefault(key, row)
        if rows:
            out.append(SeismicArrivals(event=_name(event), arrivals=tuple(rows.values())))
    return tuple(out)


def _parse(data: bytes) -> Element:
    if len(data) > _MOST_BYTES:
        raise FormatError(f"{len(data)} bytes of XML: at most {_MOST_BYTES} are read")
    guard = expat.ParserCreate()

    def refuse(*_: object) -> NoReturn:
        raise FormatError("a document type in XML from outside: it may hide entities")

    guard.StartDoctypeDeclHandler = refuse
    try:
        guard.Parse(data, True)  # noqa: FBT003 - expat takes no name
        # The pass before has refused whatever could expand.
        return fromstring(data)  # noqa: S314
    except (expat.ExpatError, ParseError, ValueError, LookupError) as error:
        raise FormatError(f"not XML: {error}") from error


def _tag(name: str) -> str:
    return f"{{{BED}}}{name}"


def _text(element: Element, *path: str) -> str:
    found: Element | None = element
    for name in path:
        found = None if found is None else found.find(_tag(name))
    return "" if found is None or found.text is None else found.text.strip()


def _name(event: Element) -> str | None:
    """Return the event's name as a code: its description, else the end of its identifier."""
    text = _text(event, "description", "text") or event.get("publicID", "").rpartition("/")[2]
    return _NOT_CODE.sub("_", text)[:64] or None


def _reading(
    pick: Element, phases: Mapping[str, str], stations: Mapping[tuple[str, str], Position]
) -> Arrival:
    public = pick.get("publicID", "")
    waveform = pick.find(_tag("waveformID"))
    if waveform is None:
        raise FormatError(f"pick {public!r} has no waveformID")
    network, station = waveform.get("networkCode", ""), waveform.get("stationCode", "")
    phase = _text(pick, "phaseHint") or phases.get(public, "")
    if not phase:
        raise FormatError(
            f"pick {public!r} names no phase",
            hint="give it a phaseHint, or an arrival that cites it",
        )
    sd = _text(pick, "time", "uncertainty")
    ratio = pick.find(f"{{{OURS}}}snr")
    row = {
        "network": network,
        "station": station,
        "location": waveform.get("locationCode", ""),
        "channel": waveform.get("channelCode", "") or "unknown",
        "position": _position(pick, network, station, stations),
        "phase": phase,
        "time": Moment(
            instant=_instant(_text(pick, "time", "value"), public),
            sd_s=_number(sd, public) if sd else None,
        ),
        "snr": None if ratio is None else _number(ratio.text or "", public),
    }
    try:
        return msgspec.convert(msgspec.to_builtins(row), Arrival)
    except msgspec.ValidationError as error:
        raise FormatError(f"pick {public!r}: {error}") from error


def _position(
    pick: Element, network: str, station: str, stations: Mapping[tuple[str, str], Position]
) -> Position:
    own = pick.find(f"{{{OURS}}}position")
    if own is not None:
        values = {
            key: _number(value, pick.get("publicID", "")) for key, value in own.attrib.items()
        }
        try:
            return msgspec.convert({"height_m": None, "sd_m": None} | values, Position)
        except msgspec.ValidationError as error:
            raise FormatError(f"pick {pick.get('publicID')!r}: position: {error}") from error
    if (network, station) not in stations:
        raise FormatError(
            f"nobody says where station {network}.{station} stands",
            hint="QuakeML does not: give the positions of its stations beside it",
        )
    return stations[network, station]


def _number(text: str, public: str) -> float:
    if not _DOUBLE.fullmatch(text.strip()) or not math.isfinite(float(text)):
        raise FormatError(f"pick {public!r}: not a finite number: {text!r}")
    return float(text)


def _instant(text: str, public: str) -> str:
    """Return an xs:dateTime, UTC where it names no zone, to the nearest millisecond."""
    if not _DATE_TIME.fullmatch(text):
        raise FormatError(f"pick {public!r}: not a time: {text!r}")
    try:
        moment = datetime.fromisoformat(text)
        zoned = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        whole = instant.from_datetime(zoned.replace(microsecond=0))
    except (ValueError, OverflowError) as error:  # its zone may lead out of the calendar
        raise FormatError(f"pick {public!r}: not a time: {text!r}") from error
    return instant.plus(whole, zoned.microsecond / 1e6)
