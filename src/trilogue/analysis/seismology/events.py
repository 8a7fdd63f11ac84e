"""Known events: the six nuclear tests, the collapse that followed one, and two earthquakes.

>>> known_tests()["DPRK5"].origin_time
'2016-09-09T00:30:01.353Z'
>>> [magnitude.value for magnitude in known_tests()["DPRK6"].magnitudes]
[6.3, 6.1, 6.2]
>>> known_tests()["DPRK5"].magnitudes
(Magnitude(scale='mb', value=5.3, sourced=False),)

The facts are those of `data/nuclear_tests.csv`, each with its source. Body-wave magnitudes stand
there as they were published, several to an event; those without a source are marked as such.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib import resources

__all__ = [
    "KnownEvent",
    "KnownTest",
    "Magnitude",
    "days_of_tests",
    "known_events",
    "known_tests",
]

_NUMBER = re.compile(r"(ML ~)?(\d\.\d)\b")


@dataclass(frozen=True, slots=True)
class Magnitude:
    """One published magnitude of one event."""

    scale: str
    """`mb`, or `ML` where that is what was published."""
    value: float
    sourced: bool
    """False where the record names no source for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEvent:
    """An event of which place and time are published."""

    name: str
    date: str
    origin_time: str
    """RFC 3339, UTC, in milliseconds."""
    origin: float
    """The same in POSIX seconds."""
    latitude: float
    longitude: float
    depth_m: float | None
    mw: float | None
    """Moment magnitude (Alvizuri and Tape 2018)."""
    magnitudes: tuple[Magnitude, ...]
    source: str
    """Of place and time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTest(KnownEvent):
    """A nuclear test."""

    yield_kt: float
    """Kilotonnes of TNT (Yao et al. 2018)."""
    yield_sd_kt: float | None


@lru_cache(maxsize=1)
def known_events() -> dict[str, KnownEvent]:
    """Return all known events by name, oldest first as the record has them."""
    text = (resources.files(__package__) / "data" / "nuclear_tests.csv").read_text("utf-8")
    return {row["event"]: _event(row) for row in csv.DictReader(text.splitlines())}


def known_tests() -> dict[str, KnownTest]:
    """Return the nuclear tests by name."""
    return {k: event for k, event in known_events().items() if isinstance(event, KnownTest)}


def days_of_tests() -> list[tuple[str, int]]:
    """Return the nuclear tests with their days as ordinals."""
    return [(name, date.fromisoformat(one.date).toordinal()) for name, one in known_tests().items()]


def _event(row: dict[str, str]) -> KnownEvent:
    stamp = f"{row['date_utc']}T{row['origin_time_utc']}Z"
    shared = KnownEvent(
        name=row["event"],
        date=row["date_utc"],
        origin_time=stamp,
        origin=datetime.fromisoformat(stamp).timestamp(),
        latitude=float(row["lat"]),
        longitude=float(row["lon"]),
        depth_m=_number(row["depth_m"]),
        mw=_number(row["mw_alvizuri_tape"]),
        magnitudes=_magnitudes(row["mb_reported"]),
        source=row["location_source"],
    )
    if not row["yield_kt"]:
        return shared
    fields = {name: getattr(shared, name) for name in KnownEvent.__dataclass_fields__}
    return KnownTest(
        **fields, yield_kt=float(row["yield_kt"]), yield_sd_kt=_number(row["yield_unc_kt"])
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _magnitudes(text: str) -> tuple[Magnitude, ...]:
    """Return the magnitudes of a cell such as `6.3 (USGS); 6.1 (CTBTO …, first 5.8)`."""
    found = []
    for part in filter(None, text.split(";")):
        match = _NUMBER.search(part)  # what stands in brackets comes after the value that counts
        if match is not None:
            scale = "ML" if match.group(1) else "mb"
            found.append(Magnitude(scale, float(match.group(2)), "unsourced" not in part))
    return tuple(found)
