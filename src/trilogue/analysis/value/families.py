"""What a campaign flies, from where: read off the public record of launches, not typed in.

A class stands for several missiles of the record. How far it reaches is what its missiles showed:
each recorded apogee and distance tells with what speed an impulse would have flown them, and that
speed tells how far it carries with least energy; of each missile the farthest, and of those the
middle one. Lofted, a class flies one flight of the record: of its lofted ones the middle by apogee.

>>> [(one.name, one.shape, round(one.range_m / 1e3)) for one in flights_of("rodong")]
[('Rodong', 'minimum-energy', 1003), ('Rodong', 'lofted', 500)]
>>> [one.id for one in sites(3)]
['pyongyang', 'hodo', 'sohae']
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median_high
from typing import Literal

from trilogue.analysis.flight.arc import (
    LOFTED,
    minimum_energy_apogee_m,
    minimum_energy_range_m,
)
from trilogue.analysis.flight.record import Launch, record
from trilogue.analysis.geodesy.geodesic import inverse
from trilogue.analysis.tracking.classes import reach

__all__ = ["FAMILIES", "Shape", "Site", "Wanted", "flights_of", "site", "sites"]

Shape = Literal["minimum-energy", "lofted"]

FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "scud": ("Scud", ("scud-b", "scud-c")),
    "rodong": ("Rodong", ("nodong", "er-scud", "pukguksong-2")),
    "musudan": ("Musudan", ("musudan", "hwasong-12", "new-irbm-2022")),
    "icbm": ("ICBM", ("hwasong-14", "hwasong-15", "hwasong-17", "hwasong-18", "hwasong-19")),
}
"""By id: the class's name, and the missiles of the record that it stands for."""
FARTHEST_M = 10_000e3
"""No class is flown farther with least energy: the notional missiles are not made for more."""
_LEAST_LOFTED = 2
"""So many lofted flights make a habit; one is left out."""
_ONE_PLACE_M = 75e3


@dataclass(frozen=True, slots=True)
class Site:
    """A launch site; `launches` of the record began there or within 75 km of it."""

    id: str
    name: str
    latitude: float
    longitude: float
    launches: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A flight that a missile of a class should make, and what says so."""

    name: str
    shape: Shape
    apogee_m: float
    range_m: float
    source: str


def sites(count: int) -> tuple[Site, ...]:
    """Return the places most used, sites within 75 km of a more used one counted as one place."""
    used: Counter[str] = Counter()
    first: dict[str, Launch] = {}
    for one in record():
        if one.latitude is not None and one.longitude is not None:
            used[one.site_id] += 1
            first.setdefault(one.site_id, one)
    places: dict[str, int] = {}
    for name, launches in used.most_common():
        near = next((p for p in places if _apart(first[p], first[name]) < _ONE_PLACE_M), name)
        places[near] = places.get(near, 0) + launches
    ordered = sorted(places, key=lambda name: -places[name])
    return tuple(_site(first[name], places[name]) for name in ordered[:count])


def site(name: str) -> Site:
    """Return the site with an id of the record. Raises `ValueError` when it has none."""
    here = [one for one in record() if one.site_id == name and one.latitude is not None]
    if not here:
        known = sorted({one.site_id for one in record() if one.latitude is not None})
        raise ValueError(f"the record has no site {name!r}; it has {', '.join(known)}")
    return _site(here[0], len(here))


def flights_of(family: str) -> tuple[Wanted, ...]:
    """Return what a class flies: with least energy, and lofted if the record knows it so.

    Raises `ValueError` for a class that is not one of `FAMILIES`.
    """
    if family not in FAMILIES:
        raise ValueError(f"no class {family!r}; there are {', '.join(FAMILIES)}")
    name, missiles = FAMILIES[family]
    flown = [
        (one, one.apogee_m, one.distance_m)
        for one in record()
        if one.missile_id in missiles
        and one.apogee_m is not None
        and one.distance_m is not None
        and one.outcome != "failure"
        and one.manoeuvre is None
    ]
    far: dict[str, float] = {}
    for one, apogee, distance in flown:
        carried = minimum_energy_range_m(reach(apogee, distance))
        far[one.missile_id] = max(carried, far.get(one.missile_id, 0.0))
    range_m = min(median_high(far.values()), FARTHEST_M)
    source = f"reach of {len(flown)} recorded flights, the middle of {len(far)} missiles"
    least = Wanted(name, "minimum-energy", minimum_energy_apogee_m(range_m), range_m, source)
    lofted = [row for row in flown if row[1] > LOFTED * minimum_energy_apogee_m(row[2])]
    if len({row[0].date for row in lofted}) < _LEAST_LOFTED:
        return (least,)
    one, apogee, distance = sorted(lofted, key=lambda row: row[1])[len(lofted) // 2]
    return least, Wanted(name, "lofted", apogee, distance, f"flown as {one.name}")


def _site(one: Launch, launches: int) -> Site:
    assert one.latitude is not None
    assert one.longitude is not None
    return Site(one.site_id, one.site, one.latitude, one.longitude, launches)


def _apart(one: Launch, other: Launch) -> float:
    assert one.latitude is not None
    assert other.latitude is not None
    assert one.longitude is not None
    assert other.longitude is not None
    return float(inverse(one.latitude, one.longitude, other.latitude, other.longitude)[0])
