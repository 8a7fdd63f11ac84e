"""Flights of a scenario: taken from the record, fitted to an apogee and a range, or of a missile.

All are simulated. A flight of the record agrees with two public numbers, and is not what flew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from trilogue.analysis.flight.fit import NoFlight, fit
from trilogue.analysis.flight.record import Launch, record
from trilogue.analysis.flight.simulate import Trajectory, simulate
from trilogue.analysis.scenario.missiles import MISSILES
from trilogue.analysis.scenario.reading import ScenarioError

if TYPE_CHECKING:
    from trilogue.analysis.scenario.reading import Table

__all__ = ["Fitted", "Flown", "Planned", "planned_of"]

_HIGHEST_M, _FARTHEST_M = 20_000e3, 15_000e3
_LATEST_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a flight must reach, and from where: metres and degrees."""

    apogee_m: float
    range_m: float
    latitude: float
    longitude: float
    bearing_deg: float


@dataclass(frozen=True, slots=True)
class Flown:
    """A missile of `MISSILES`, from where and towards which azimuth: degrees."""

    missile: str
    latitude: float
    longitude: float
    azimuth_deg: float


@dataclass(frozen=True, slots=True)
class Planned:
    """One flight of a scenario, before it is simulated."""

    name: str
    class_name: str
    """What is launched: a class of the record, or what the file calls it."""
    launch_s: float
    """After the scenario begins."""
    how: Fitted | Flown
    source: str
    """The row of the record, or that it is notional."""
    place: str
    """In its file, for messages."""

    def fly(self) -> Trajectory:
        """Return the flight. Raises `ScenarioError` when nothing flies so."""
        found = _fly(self.how, self.class_name)
        if isinstance(found, str):
            raise ScenarioError(f"{self.place}: {found}: change apogee_m or range_m")
        return found


@lru_cache(maxsize=64)
def _fly(how: Fitted | Flown, name: str) -> Trajectory | str:
    if isinstance(how, Flown):
        return simulate(MISSILES[how.missile], how.latitude, how.longitude, how.azimuth_deg)
    found = fit(how.apogee_m, how.range_m, how.latitude, how.longitude, how.bearing_deg, name)
    return found.reason if isinstance(found, NoFlight) else found


def planned_of(table: Table) -> tuple[Planned, ...]:
    """Return the flights of the tables `[[flight]]`."""
    found: list[Planned] = []
    for one in table.tables("flight"):
        flight = _planned(one)
        if any(flight.name == other.name for other in found):
            raise one.error("name", f"is {flight.name!r}: another flight has it, give each its own")
        found.append(flight)
    return tuple(found)


def _planned(table: Table) -> Planned:
    name = table.name("name")
    at = table.number("launch_s", low=0.0, high=_LATEST_S)
    ways = [way for way in ("record", "fit", "missile") if way in table]
    if len(ways) != 1:
        given = " and ".join(ways) or "nothing"
        raise table.error(
            "record", f"or fit or missile says what flies: {given} is given, write one"
        )
    inner = table.table(ways[0])
    if ways == ["record"]:
        launch = _launch(inner)
        how: Fitted | Flown = _recorded(launch, inner)
        class_name = launch.missile
        source = f"row {launch.row} of the record, {launch.name}"
    else:
        class_name, source = table.text("class"), "notional"
        how = _fitted(inner) if ways == ["fit"] else _flown(inner)
    inner.close()
    table.close()
    return Planned(name, class_name, at, how, source, f"{table.file}: flight {name}")


def _fitted(table: Table) -> Fitted:
    return Fitted(
        apogee_m=table.number("apogee_m", above=0.0, high=_HIGHEST_M),
        range_m=table.number("range_m", above=0.0, high=_FARTHEST_M),
        latitude=table.number("latitude", low=-90.0, high=90.0),
        longitude=table.number("longitude", low=-180.0, high=180.0),
        bearing_deg=table.number("bearing_deg", low=0.0, high=360.0),
    )


def _flown(table: Table) -> Flown:
    return Flown(
        missile=table.choice("name", tuple(MISSILES)),
        latitude=table.number("latitude", low=-90.0, high=90.0),
        longitude=table.number("longitude", low=-180.0, high=180.0),
        azimuth_deg=table.number("azimuth_deg", low=0.0, high=360.0),
    )


def _launch(table: Table) -> Launch:
    """Return the one launch of the record that a table names, by row or by date."""
    if "row" in table:
        row = table.whole("row", low=2)
        found = [one for one in record() if one.row == row]
        if not found:
            last = record()[-1].row
            raise table.error("row", f"is {row}: rows of the record run from 2 to {last}")
        return found[0]
    date = table.text("date")
    found = [one for one in record() if one.date == date]
    serial = table.whole("serial", low=1) if "serial" in table else None
    chosen = [one for one in found if serial in (None, one.serial)]
    if len(chosen) != 1:
        said = ", ".join(f"row {one.row} {one.name}" for one in found) or "none; dates are UTC"
        raise table.error(
            "date", f"is {date!r}: {len(chosen)} launches are meant, name one by row: {said}"
        )
    return chosen[0]


def _recorded(launch: Launch, table: Table) -> Fitted:
    key = "row" if "row" in table else "date"
    missing = [
        name
        for name, value in (
            ("apogee", launch.apogee_m),
            ("distance", launch.distance_m),
            ("site", launch.latitude),
        )
        if value is None
    ]
    if launch.apogee_m is None or launch.distance_m is None or missing:
        raise table.error(
            key, f"is {launch.name}: the record has no {missing[0]} of it, write fit instead"
        )
    if launch.manoeuvre is not None:
        raise table.error(
            key, f"is {launch.name}: it is reported to {launch.manoeuvre}, no ballistic flight"
        )
    assert launch.latitude is not None
    assert launch.longitude is not None
    if "bearing_deg" in table:
        bearing = table.number("bearing_deg", low=0.0, high=360.0)
    elif launch.bearing_known and launch.bearing_deg is not None:
        bearing = launch.bearing_deg
    else:
        raise table.error(
            key, f"is {launch.name}: the record has no bearing of it, write bearing_deg beside"
        )
    return Fitted(launch.apogee_m, launch.distance_m, launch.latitude, launch.longitude, bearing)
