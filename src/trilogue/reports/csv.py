"""Arrivals from a file: comma-separated, one reading a row, strictly.

>>> rows = arrivals_from_csv(
...     "event,participant,network,station,location,channel,latitude,longitude,phase,"
...     "arrival_utc,snr\\n"
...     "DPRK5,KR,KG,TJN,,BHZ,36.3805,127.3617,P,2016-09-09T00:31:18.793Z,173.5\\n"
... )
>>> rows[0].event, rows[0].participant, rows[0].arrival.time.instant
('DPRK5', 'KR', '2016-09-09T00:31:18.793Z')

The first line is exactly `COLUMNS`. Latitude and longitude are degrees (WGS-84), the arrival is an
instant, `snr` a ratio of amplitudes. An empty `participant` means that the network belongs to none
of the participants. Every error names its line, the field, the value and the rule.
"""

import csv
import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from trilogue.errors import InputError
from trilogue.reports.payloads import Arrival, SeismicArrivals

__all__ = ["COLUMNS", "ArrivalRow", "arrivals_from_csv", "group_arrivals"]

COLUMNS = (
    "event",
    "participant",
    "network",
    "station",
    "location",
    "channel",
    "latitude",
    "longitude",
    "phase",
    "arrival_utc",
    "snr",
)

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_PARTICIPANT = re.compile(r"[A-Z]{2,8}|")
_EVENT = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PATHS = {
    "$.position.latitude": "latitude",
    "$.position.longitude": "longitude",
    "$.time.instant": "arrival_utc",
    "$.time": "arrival_utc",
}


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """One row: whose network read the arrival, and of which event."""

    line: int
    event: str
    participant: str | None
    arrival: Arrival


def arrivals_from_csv(text: str) -> tuple[ArrivalRow, ...]:
    """Read the rows of a file. Raises `InputError` at the first that does not hold."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    rows: list[ArrivalRow] = []
    lines: dict[tuple[str, ...], int] = {}
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise InputError(
                f"line 1: the columns are {','.join(header)!r}",
                hint=f"they must be {','.join(COLUMNS)}",
            )
        for cells in reader:
            row = _row(reader.line_num, cells)
            arrival = row.arrival
            instrument = (arrival.network, arrival.station, arrival.location, arrival.channel)
            key = (row.event, *instrument, arrival.phase)
            if key in lines:
                raise InputError(
                    f"line {row.line}: {'.'.join(key)} stands on line {lines[key]} already",
                    hint="keep one reading of a phase at an instrument",
                )
            lines[key] = row.line
            rows.append(row)
    except csv.Error as error:
        raise InputError(f"line {reader.line_num}: not comma-separated values: {error}") from error
    if not rows:
        raise InputError("the file has no row below its columns")
    return tuple(rows)


def group_arrivals(
    rows: Iterable[ArrivalRow],
) -> dict[str, dict[str | None, SeismicArrivals]]:
    """Return one payload per event and participant, in the order of the file."""
    groups: dict[str, dict[str | None, list[Arrival]]] = {}
    for row in rows:
        groups.setdefault(row.event, {}).setdefault(row.participant, []).append(row.arrival)
    return {
        event: {
            participant: SeismicArrivals(event=event, arrivals=tuple(arrivals))
            for participant, arrivals in by_participant.items()
        }
        for event, by_participant in groups.items()
    }


def _row(line: int, cells: list[str]) -> ArrivalRow:
    if len(cells) != len(COLUMNS):
        raise InputError(f"line {line}: {len(cells)} fields where {len(COLUMNS)} must stand")
    cell = dict(zip(COLUMNS, cells, strict=True))
    _check(line, cell, "event", _EVENT, "1 to 64 letters, digits, dots, dashes or underscores")
    _check(line, cell, "participant", _PARTICIPANT, "2 to 8 capital letters, or nothing")
    value = {
        "network": cell["network"],
        "station": cell["station"],
        "location": cell["location"],
        "channel": cell["channel"],
        "position": {
            "latitude": _number(line, cell, "latitude"),
            "longitude": _number(line, cell, "longitude"),
            "height_m": None,
            "sd_m": None,
        },
        "phase": cell["phase"],
        "time": {"instant": cell["arrival_utc"], "sd_s": None},
        "snr": _number(line, cell, "snr"),
    }
    try:
        arrival = msgspec.convert(value, Arrival)
    except msgspec.ValidationError as error:
        rule, _, path = str(error).partition(" - at `")
        path = path.removesuffix("`")
        field = _PATHS.get(path, path.removeprefix("$."))
        raise InputError(f"line {line}: {field}: {cell[field]!r}: {rule}") from error
    return ArrivalRow(line, cell["event"], cell["participant"] or None, arrival)


def _check(line: int, cell: dict[str, str], field: str, rule: re.Pattern[str], words: str) -> None:
    if not rule.fullmatch(cell[field]):
        raise InputError(f"line {line}: {field}: {cell[field]!r}: must be {words}")


def _number(line: int, cell: dict[str, str], field: str) -> float:
    """Read a decimal number. `float` alone also takes `nan`, `1_0` and spaces."""
    _check(line, cell, field, _NUMBER, "a decimal number")
    value = float(cell[field])
    if not math.isfinite(value):
        raise InputError(f"line {line}: {field}: {cell[field]!r}: too large")
    return value
