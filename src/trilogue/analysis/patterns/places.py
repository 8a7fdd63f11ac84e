"""Sites: when each was first used, how far classes move, and by which clock they are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from scipy.stats import chisquare

from trilogue.analysis.geodesy import inverse
from trilogue.analysis.patterns.intervals import Estimate, median, share
from trilogue.analysis.patterns.outlines import Distances, distances
from trilogue.analysis.patterns.tally import Tally

__all__ = ["Clock", "Mobility", "Site", "clock", "mobility", "sites"]

EARLY = (5, 8)
"""The hours whose share is told: from five to nine on clocks in Pyongyang."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site, its use, and its distances; `None` where the record does not know the place."""

    site_id: str
    latitude: float | None
    longitude: float | None
    first: str
    last: str
    launches: int
    away: Distances | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mobility:
    """How a class moves between its successive occasions."""

    missile_id: str
    moves: int
    stayed: Estimate
    """Share of occasions at the site of the one before."""
    distance_m: Estimate
    """Median distance between successive occasions, those that stayed included."""
    sites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When occasions are: by clocks in Pyongyang, with the Sun at the site."""

    hours: Mapping[int, int]
    weekdays: Mapping[int, int]
    seasons: Mapping[str, int]
    early: Estimate
    """Share from five to nine in the morning."""
    daylight: Mapping[str, Estimate]
    """Season to the share by day; `all` for the year."""
    weekday_p: float
    """Probability that days of the week differ so much by chance (chi-square, 6 degrees)."""
    season_p: float


def sites(tally: Tally) -> tuple[Site, ...]:
    """Return the sites by first use."""
    return tuple(
        Site(
            site_id=name,
            latitude=one.latitude,
            longitude=one.longitude,
            first=one.first,
            last=one.last,
            launches=one.launches,
            away=None
            if one.latitude is None or one.longitude is None
            else distances(one.latitude, one.longitude),
        )
        for name, one in sorted(tally.sites.items(), key=lambda pair: (pair[1].first, pair[0]))
    )


def mobility(tally: Tally, least: int = 3) -> tuple[Mobility, ...]:
    """Return the mobility of classes with `least` moves or more, the most mobile first."""
    by_class: dict[str, Counter[tuple[str, str]]] = {}
    for (missile, a, b), n in tally.moves.items():
        by_class.setdefault(missile, Counter())[a, b] += n
    found = []
    for missile, moves in by_class.items():
        total = sum(moves.values())
        if total < least:
            continue
        metres: Counter[float] = Counter()
        for (a, b), n in moves.items():
            metres[_apart(tally, a, b)] += n
        stayed = share(sum(n for (a, b), n in moves.items() if a == b), total)
        distance = median(dict(metres))
        assert stayed is not None
        assert distance is not None
        used = {site for pair in moves for site in pair}
        found.append(
            Mobility(
                missile_id=missile,
                moves=total,
                stayed=stayed,
                distance_m=distance,
                sites=len(used),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.distance_m.value, one.missile_id)))


def _apart(tally: Tally, a: str, b: str) -> float:
    one, other = tally.sites[a], tally.sites[b]
    if a == b:
        return 0.0
    assert one.latitude is not None
    assert other.latitude is not None
    return round(float(inverse(one.latitude, one.longitude, other.latitude, other.longitude)[0]))  # type: ignore[arg-type]


def clock(tally: Tally) -> Clock | None:
    """Return when occasions are; `None` when no time is known."""
    total = sum(tally.hours.values())
    if total == 0:
        return None
    early = share(sum(tally.hours.get(h, 0) for h in range(EARLY[0], EARLY[1] + 1)), total)
    assert early is not None
    daylight = {}
    for name in ("all", "winter", "spring", "summer", "autumn"):
        lit = {light: n for (season, light), n in _of(tally.lights, name).items()}
        found = share(lit.get("day", 0), sum(lit.values()))
        if found is not None:
            daylight[name] = found
    return Clock(
        hours=dict(tally.hours),
        weekdays=dict(tally.weekdays),
        seasons=dict(tally.seasons),
        early=early,
        daylight=daylight,
        weekday_p=float(chisquare([tally.weekdays.get(d, 0) for d in range(7)]).pvalue),
        season_p=float(
            chisquare(
                [tally.seasons.get(s, 0) for s in ("winter", "spring", "summer", "autumn")]
            ).pvalue
        ),
    )


def _of(lights: Mapping[tuple[str, str], int], name: str) -> dict[tuple[str, str], int]:
    if name != "all":
        return {key: n for key, n in lights.items() if key[0] == name}
    pooled: Counter[tuple[str, str]] = Counter()
    for (_, light), n in lights.items():
        pooled["all", light] += n
    return dict(pooled)
