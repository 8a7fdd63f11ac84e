"""The public record of launches, typed: what it does not know stays unknown.

>>> launches = record()
>>> len(launches), sum(one.apogee_m is None for one in launches)
(339, 109)
>>> [one.date for one in launches if one.missile == "Hwasong-15"]
['2017-11-28', '2022-03-24', '2023-02-18']

Sources and flaws: `NOTICE`. A bearing of 90 degrees is mostly the compiler's way to say that none
is known; `bearing_known` is false for it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

__all__ = ["Dispute", "FlightTime", "Launch", "disputes", "flight_times", "launch_of", "record"]

_STAND_IN_BEARING = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One launch. Heights and distances in metres, angles in degrees, `None` where unknown."""

    row: int
    """Line of the file, the heading being line 1."""
    date: str
    """UTC; a month where the day is unknown."""
    time: str | None
    serial: int | None
    """Within the day, where that is known."""
    missile_id: str
    missile: str
    kind: str
    manoeuvre: str | None
    """`pullup` or `glide` where one was reported."""
    site_id: str
    site: str
    latitude: float | None
    longitude: float | None
    area: str
    apogee_m: float | None
    distance_m: float | None
    bearing_deg: float | None
    bearing_known: bool
    outcome: str
    time_conflict: str | None

    @property
    def name(self) -> str:
        """Date, serial and missile."""
        return f"{self.date}{'' if self.serial is None else f'/{self.serial}'} {self.missile}"


@dataclass(frozen=True, slots=True)
class Dispute:
    """What another source says of launches of one day."""

    date: str
    fields: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightTime:
    """A published flight time with its apogee and range; `precision_s` is how it was rounded."""

    name: str
    date: str
    range_m: float
    apogee_m: float
    time_s: float
    precision_s: float
    latitude: float
    longitude: float
    bearing_deg: float
    other_time_s: float | None
    """What another source says."""
    source: str


@lru_cache(maxsize=1)
def record() -> tuple[Launch, ...]:
    """Return every launch of the shipped record, in its order."""
    return tuple(launch_of(row, line) for line, row in enumerate(_rows("launches.csv"), start=2))


@lru_cache(maxsize=1)
def disputes() -> tuple[Dispute, ...]:
    """Return the launches of which sources are known to contradict each other."""
    return tuple(
        Dispute(row["date_utc"], tuple(row["field"].split("; ")), row["note"])
        for row in _rows("launch_disputes.csv")
    )


@lru_cache(maxsize=1)
def flight_times() -> tuple[FlightTime, ...]:
    """Return the published flight times."""
    return tuple(
        FlightTime(
            name=row["name"],
            date=row["date_local"],
            range_m=float(row["range_km"]) * 1e3,
            apogee_m=float(row["apogee_km"]) * 1e3,
            time_s=float(row["flight_time_s"]),
            precision_s=float(row["precision_s"]),
            latitude=float(row["site_lat"]),
            longitude=float(row["site_lon"]),
            bearing_deg=float(row["bearing_deg"]),
            other_time_s=_number(row["other_time_s"]),
            source=row["source"],
        )
        for row in _rows("flight_times.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("trilogue.data") / name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines(), strict=True))


def _number(text: str, scale: float = 1.0) -> float | None:
    return float(text) * scale if text else None


def launch_of(row: Mapping[str, str], line: int) -> Launch:
    """Return the launch of one row, by column. Raises `ValueError` for what is no number."""
    bearing = _number(row["bearing_deg"])
    return Launch(
        row=line,
        date=row["date_utc"],
        time=row["time_utc"] or None,
        serial=int(row["series"]) if row["series"] else None,
        missile_id=row["missile_id"],
        missile=row["missile"],
        kind=row["type"],
        manoeuvre=row["maneuver"] or None,
        site_id=row["facility_id"],
        site=row["facility"],
        latitude=_number(row["site_lat"]),
        longitude=_number(row["site_lon"]),
        area=row["landing_area"],
        apogee_m=_number(row["apogee_km"], 1e3),
        distance_m=_number(row["distance_km"], 1e3),
        bearing_deg=bearing,
        bearing_known=bearing is not None and bearing != _STAND_IN_BEARING,
        outcome=row["outcome"],
        time_conflict=row["time_conflict"] or None,
    )
