"""A campaign: sites by classes by azimuths by seeds, who looks, and when each coalition is asked.

>>> quick = default_campaign("quick")
>>> len(quick.cases()) == len(quick.sites) * len(quick.missiles) * len(quick.azimuths_deg)
True
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations, product
from typing import Literal

from trilogue.analysis.scenario.sensors import PARTICIPANTS, sensor_set
from trilogue.analysis.tracking.sensor import Sensor
from trilogue.analysis.value.families import FAMILIES, Site, Wanted, flights_of, sites
from trilogue.analysis.value.missiles import Notional, fitted

__all__ = [
    "Campaign",
    "Case",
    "Grid",
    "Moment",
    "TrackRule",
    "coalitions",
    "default_campaign",
    "missiles_of",
    "owners",
]

Grid = Literal["quick", "full"]


@dataclass(frozen=True, slots=True)
class TrackRule:
    """When a coalition has a track: from so many plots it knows the position so well.

    The standard deviation is of the whole position: the root of the sum of its three variances.
    """

    plots: int = 3
    position_sd_m: float = 5_000.0


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A time to ask at: seconds after the launch, or after the last cut-off."""

    seconds: float
    after_burnout: bool = False

    @property
    def name(self) -> str:
        """As tables head it."""
        return f"{'burnout + ' if self.after_burnout else ''}{self.seconds:g} s"


@dataclass(frozen=True)
class Case:
    """One flight of a campaign: it can be sent to another process and run there."""

    site: Site
    missile: Notional
    azimuth_deg: float
    seed: int
    sensors: tuple[Sensor, ...]
    moments: tuple[Moment, ...]
    rule: TrackRule

    @property
    def name(self) -> str:
        """Site, class, shape, azimuth and seed: what every random number of it depends on."""
        wanted = self.missile.wanted
        return f"{self.site.id} {wanted.name} {wanted.shape} {self.azimuth_deg:g} {self.seed}"


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """What is flown and asked. `moments` are reported in tables, `between` drawn in curves too."""

    sites: tuple[Site, ...]
    missiles: tuple[Notional, ...]
    azimuths_deg: tuple[float, ...]
    seeds: tuple[int, ...]
    sensors: tuple[Sensor, ...]
    moments: tuple[Moment, ...]
    between: tuple[Moment, ...] = ()
    rule: TrackRule = TrackRule()

    @property
    def participants(self) -> tuple[str, ...]:
        """Owners of the sensors."""
        return owners(self.sensors)

    def cases(self) -> tuple[Case, ...]:
        """Return every case, in an order of its own that no runner changes."""
        asked = tuple(dict.fromkeys((*self.moments, *self.between)))
        return tuple(
            Case(site, missile, azimuth, seed, self.sensors, asked, self.rule)
            for missile, site, azimuth, seed in product(
                self.missiles, self.sites, self.azimuths_deg, self.seeds
            )
        )


def owners(sensors: Sequence[Sensor]) -> tuple[str, ...]:
    """Return the participants that own sensors, in the arrangement's order."""
    found = {sensor.owner for sensor in sensors}
    return tuple(one for one in PARTICIPANTS if one in found)


def coalitions(participants: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return every coalition: each alone, pairs, and so on to all.

    >>> coalitions(["KR", "JP"])
    (('KR',), ('JP',), ('KR', 'JP'))
    """
    sizes = range(1, len(participants) + 1)
    return tuple(chain.from_iterable(combinations(participants, size) for size in sizes))


@lru_cache(maxsize=64)
def _fitted(wanted: Wanted) -> Notional:
    return fitted(wanted)


def missiles_of(wanted: Sequence[Wanted]) -> tuple[Notional, ...]:
    """Return the missiles that make some flights. Raises `ValueError` when none makes one."""
    return tuple(_fitted(one) for one in wanted)


MOMENTS = (*(Moment(s) for s in (60.0, 120.0, 300.0)), Moment(60.0, after_burnout=True))
BETWEEN = tuple(Moment(s) for s in (90.0, 150.0, 180.0, 240.0, 360.0, 480.0))
_GRIDS: dict[Grid, tuple[int, tuple[float, ...], int]] = {
    "quick": (2, (45.0, 90.0, 180.0), 1),
    "full": (6, tuple(float(a) for a in range(30, 211, 30)), 4),
}
"""How many of the sites most used, azimuths, and seeds of each."""


def default_campaign(
    grid: Grid, *, sensors: Sequence[Sensor] | None = None, seeds: int | None = None
) -> Campaign:
    """Return the campaign over every class, with least energy and lofted, that a grid names.

    The notional sensors look unless others are given.
    """
    count, azimuths, runs = _GRIDS[grid]
    flown = [one for family in FAMILIES for one in flights_of(family)]
    return Campaign(
        sites=sites(count),
        missiles=missiles_of(flown),
        azimuths_deg=azimuths,
        seeds=tuple(range(runs if seeds is None else seeds)),
        sensors=sensor_set("notional") if sensors is None else tuple(sensors),
        moments=MOMENTS,
        between=BETWEEN,
    )
