"""Sites by name and by place: which site of the public record a report speaks of, if of any.

A name that is known is believed. Without one, a position speaks of a site when its ellipse holds
that one and excludes every other; it is a place of its own when it excludes all of them; between
the two nobody knows which site it was, and it stays unknown. A site has one point in the record
and kilometres of ground (a runway is three long), so that `SITE_SD_M` is added to both axes.

    held       within the 90 % ellipse of the sum, as the findings' intervals hold what they state
    excluded   outside its 99 % ellipse
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from trilogue.analysis.geodesy import AntipodalError, Plane
from trilogue.analysis.patterns.intervals import LEVEL
from trilogue.analysis.patterns.source import shipped_source
from trilogue.analysis.patterns.tally import UNKNOWN
from trilogue.reports.payloads.quantities import Ellipse, EstimatedPosition, Position

__all__ = ["SITE_SD_M", "Site", "Sites", "around", "elsewhere", "plain"]

SITE_SD_M = 1500.0
FARTHEST_DEG = 27.0
"""3,000 km from the middle of the country: from nowhere beyond has this force launched, and on the
other side of the Earth geodesics to where it has have no one direction."""
_MIDDLE = (40.0, 127.3)
_HOLDS = -2.0 * math.log1p(-LEVEL)
"""Squared distance in standard deviations, of a bivariate normal error."""
_EXCLUDES = -2.0 * math.log1p(-0.99)


@dataclass(frozen=True, slots=True)
class Site:
    """A site as a row of the record names it; degrees, `None` where the place is not known."""

    site_id: str
    name: str
    latitude: float | None
    longitude: float | None


NOT_SAID = frozenset({"unknown", "na"})
"""What a source writes where it knows no name."""
NOWHERE = Site(UNKNOWN, "Unknown", None, None)


def plain(name: str) -> str:
    """Return a name as it is compared: letters and digits alone, in no case.

    >>> plain("Sunan  (air-field)")
    'sunanairfield'
    """
    return "".join(char for char in name.casefold() if char.isalnum())


def elsewhere(latitude: float, longitude: float) -> bool:
    """Say whether a place is so far away that this force launches nothing there."""
    north, east = math.radians(latitude), math.radians(longitude)
    middle_north, middle_east = map(math.radians, _MIDDLE)
    # The haversine on a sphere: it has no place where it fails, and a degree more or less is one.
    half = (
        math.sin((north - middle_north) / 2.0) ** 2
        + math.cos(north) * math.cos(middle_north) * math.sin((east - middle_east) / 2.0) ** 2
    )
    return 2.0 * math.asin(min(1.0, math.sqrt(half))) > math.radians(FARTHEST_DEG)


def around(position: Position) -> EstimatedPosition:
    """Return a surveyed point with the ellipse of its standard deviation."""
    axis = (position.sd_m or 0.0) * math.sqrt(_HOLDS)
    return EstimatedPosition(
        latitude=position.latitude,
        longitude=position.longitude,
        ellipse=Ellipse(semi_major_m=axis, semi_minor_m=axis, azimuth_deg=0.0, probability=LEVEL),
    )


class Sites:
    """The sites of the public record, also by names in other languages: `names` to identifiers."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._known = _known()
        self._places: list[Site] = [one for one in self._known.values() if one.latitude is not None]
        self._by_name: dict[str, str] = {}
        twice: set[str] = set()
        spelled = {one.name: one.site_id for one in self._known.values()}
        for name, site_id in [
            *((own, own) for own in self._known),
            *spelled.items(),
            *names.items(),
        ]:
            if site_id in self._known and self._by_name.setdefault(plain(name), site_id) != site_id:
                twice.add(plain(name))
        for name in twice:  # a name of two sites names neither
            del self._by_name[name]

    def find(self, named: str | None, position: EstimatedPosition | None) -> Site:
        """Return the site that a report speaks of."""
        known = self._known.get(self._by_name.get(plain(named or ""), ""))
        if known is not None:
            if position is None or self._apart(position, [known])[0] <= _EXCLUDES:
                return known
            # It says two things: the place stands beside the record's, where both are seen.
            return Site(known.site_id, known.name, position.latitude, position.longitude)
        own = " ".join((named or "").split())
        if own.lower() in NOT_SAID:
            own = ""
        if position is None:
            return Site(own, own, None, None) if own else NOWHERE
        apart = self._apart(position, self._places)
        near = np.flatnonzero(apart <= _EXCLUDES)
        if len(near) == 1 and apart[near[0]] <= _HOLDS:
            return self._places[int(near[0])]
        if len(near) and not own:
            return NOWHERE
        own = own or f"{position.latitude:.2f}, {position.longitude:.2f}"
        return Site(own, own, position.latitude, position.longitude)

    def _apart(self, position: EstimatedPosition, sites: list[Site]) -> np.ndarray:
        """Return the squared distances of sites in standard deviations, `(n,)`."""
        ellipse = position.ellipse
        try:
            east, north = Plane(position.latitude, position.longitude).project(
                [one.latitude for one in sites],  # type: ignore[arg-type]  # with a place alone
                [one.longitude for one in sites],  # type: ignore[arg-type]
            )
        except AntipodalError:  # the other side of the Earth is no place near any of them
            return np.full(len(sites), np.inf)
        turn = math.radians(ellipse.azimuth_deg)
        along = east * math.sin(turn) + north * math.cos(turn)
        across = east * math.cos(turn) - north * math.sin(turn)
        major, minor = (
            sd * sd + SITE_SD_M * SITE_SD_M
            for axis in (ellipse.semi_major_m, ellipse.semi_minor_m)
            for sd in (axis / ellipse.scale,)
        )
        found: np.ndarray = along**2 / major + across**2 / minor
        return found


@lru_cache(maxsize=1)
def _known() -> Mapping[str, Site]:
    found: dict[str, Site] = {}
    for entry in shipped_source().entries:
        one = entry.launch
        if one.site_id != UNKNOWN:
            found[one.site_id] = Site(one.site_id, one.site, one.latitude, one.longitude)
    return found
