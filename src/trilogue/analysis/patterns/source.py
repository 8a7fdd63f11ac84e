"""One source of the record: launches as somebody compiled them, typed, each with its line.

>>> shipped = shipped_source()
>>> shipped.name, len(shipped.entries)
('nagix', 339)
>>> slip = next(one for one in shipped.entries if one.launch.date == "2016-02-07")
>>> slip.raw["time_utc"], slip.known("time_utc")
('12:29', None)

A source has the columns of `COLUMNS`, in any order, as CSV; `time_conflict` may be left out. A
blank says that it does not know, and so do `unknown`, `na` and `n/a`, a bearing of 90 degrees (the
compiler's stand-in), and a time that the source itself marks as a slip between morning and
afternoon. What a source wrote stays beside it as it is.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from trilogue.analysis.flight.record import Launch, launch_of

__all__ = [
    "COLUMNS",
    "SHIPPED",
    "Entry",
    "Source",
    "SourceError",
    "plain_cell",
    "read_source",
    "shipped_source",
]

COLUMNS = (
    "date_utc", "time_utc", "series", "missile_id", "missile", "type", "maneuver", "facility_id",
    "facility", "site_lat", "site_lon", "landing_area", "apogee_km", "distance_km", "bearing_deg",
    "outcome", "time_conflict",
)  # fmt: skip
SHIPPED = "nagix"
"""Name of the source that is shipped: who compiled it."""

_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_OUTCOMES = ("success", "failure", "unknown")
_SLIP = "AM/PM"
_NOT_SAID = frozenset({"", "unknown", "na", "n/a"})
_STAND_IN_BEARING = 90.0
_NUMERIC = frozenset({"site_lat", "site_lon", "apogee_km", "distance_km", "bearing_deg"})
_DEGREES = frozenset({"site_lat", "site_lon"})
_FEWEST_DECIMALS = 2
"""Degrees that are written with fewer place no site: they are compared as they are."""
_SLIPS = "time_conflict"
_UNKNOWN = {
    "missile_id": "unknown", "missile": "Unknown", "type": "Unknown",
    "facility_id": "unknown", "facility": "Unknown", "outcome": "unknown",
}  # fmt: skip
"""How a launch tells a name that its source does not; of anything else it tells nothing."""


class SourceError(ValueError):
    """A source cannot be read; says the line, the column and the value."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one source says of one launch: as it wrote it, and typed."""

    source: str
    line: int
    raw: Mapping[str, str]
    launch: Launch

    def known(self, column: str) -> str | float | None:
        """Return what the source knows in a column: a number, a word, or `None`."""
        text = self.raw[column]
        if text.lower() in _NOT_SAID:
            return None
        if column == "time_utc" and _SLIP in self.raw["time_conflict"]:
            return None
        if column in _NUMERIC:
            value = float(text)
            return None if column == "bearing_deg" and value == _STAND_IN_BEARING else value
        if column == "time_utc":
            return text.removesuffix(":00") if len(text) > len("HH:MM") else text
        return str(int(text)) if column == "series" else text

    def agrees(self, other: Entry, column: str) -> bool:
        """Say whether both say the same, which may be nothing.

        Degrees of a site agree to the digits of whoever gives fewer, rounded or cut off.
        """
        a, b = self.known(column), other.known(column)
        if a == b or column not in _DEGREES or a is None or b is None:
            return a == b
        decimals = min(len(one.raw[column].partition(".")[2]) for one in (self, other))
        return decimals >= _FEWEST_DECIMALS and abs(float(a) - float(b)) < 10.0**-decimals


@dataclass(frozen=True, slots=True)
class Source:
    """A source by its name, and its launches in its own order."""

    name: str
    entries: tuple[Entry, ...]


@lru_cache(maxsize=1)
def shipped_source() -> Source:
    """Return the record that is shipped."""
    text = (resources.files("trilogue.data") / "launches.csv").read_text("utf-8")
    return read_source(SHIPPED, text)


def read_source(name: str, text: str) -> Source:
    """Return a source from its CSV. Raises `SourceError`; nothing is skipped."""
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise SourceError(f"{name}, line {reader.line_num}: {error}") from error
    optional = [] if rows and _SLIPS in rows[0] else [_SLIPS]
    if not rows or sorted([*rows[0], *optional]) != sorted(COLUMNS):
        got = set(rows[0]) if rows else set()
        lacks, extra = sorted(set(COLUMNS) - got), sorted(got - set(COLUMNS))
        raise SourceError(
            f"{name}, line 1: the columns are not those of a launch record:"
            f" lacks {', '.join(lacks) or 'none'}; does not know {', '.join(extra) or 'none'}"
        )
    entries = []
    for line, cells in enumerate(rows[1:], start=2):
        if len(cells) != len(rows[0]):
            raise SourceError(f"{name}, line {line}: {len(cells)} cells for {len(rows[0])} columns")
        raw = dict.fromkeys(optional, "")
        raw |= dict(zip(rows[0], (cell.strip() for cell in cells), strict=True))
        plain = {column: plain_cell(column, text) for column, text in raw.items()}
        _check(name, line, raw, plain)
        entries.append(Entry(name, line, raw, launch_of(plain, line)))
    return Source(name, tuple(entries))


def plain_cell(column: str, text: str) -> str:
    """Return a cell with one word for what is not said."""
    if column == "landing_area":  # `na` is that of a launch that reached none
        return text
    return _UNKNOWN.get(column, "") if text.lower() in _NOT_SAID else text


def _day(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text if len(text) == 10 else f"{text}-01")
    except ValueError:
        return False
    return True


def _within(low: float, high: float) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        return not text or bool(_NUMBER.fullmatch(text) and low <= float(text) <= high)

    return holds


_RULES: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "date_utc": (_day, "YYYY-MM-DD, or YYYY-MM where the day is unknown"),
    "time_utc": (lambda t: not t or bool(_TIME.fullmatch(t)), "HH:MM, or nothing"),
    "series": (lambda t: not t or bool(re.fullmatch(r"[1-9]\d*", t)), "1, 2, 3 …, or nothing"),
    "site_lat": (_within(-90.0, 90.0), "degrees, or nothing"),
    "site_lon": (_within(-180.0, 360.0), "degrees, or nothing"),
    "apogee_km": (_within(0.0, 1e5), "kilometres, or nothing"),
    "distance_km": (_within(0.0, 2.1e4), "kilometres, or nothing"),
    "bearing_deg": (_within(0.0, 360.0), "degrees from north, or nothing"),
    "outcome": (lambda t: t in _OUTCOMES, " or ".join(_OUTCOMES)),
}


def _check(name: str, line: int, raw: Mapping[str, str], plain: Mapping[str, str]) -> None:
    for column, (holds, wanted) in _RULES.items():
        if not holds(plain[column]):
            raise SourceError(f"{name}, line {line}, {column}: {raw[column]!r} is not {wanted}")
    if bool(plain["site_lat"]) != bool(plain["site_lon"]):
        raise SourceError(f"{name}, line {line}: one of site_lat and site_lon is missing")
    assert all(math.isfinite(float(plain[c])) for c in _NUMERIC if plain[c])
