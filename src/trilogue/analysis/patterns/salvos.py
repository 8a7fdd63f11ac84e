"""Salvos: how many at once, how far apart in time, how many sites on one day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from trilogue.analysis.patterns.intervals import Estimate, median, share
from trilogue.analysis.patterns.tally import Tally

__all__ = ["SalvoYear", "Salvos", "salvos"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SalvoYear:
    """One year: occasions, launches in them, and what salvos were like."""

    year: int
    occasions: int
    launches: int
    several: Estimate
    """Share of occasions with more than one launch."""
    largest: int
    gap_min: Estimate | None
    """Median minutes between successive launches of one occasion, where they are not the same."""
    same_minute: int
    """Launches for which the record has the minute of the one before: in one volley, or one time
    given for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvos:
    """All years together, and each."""

    years: tuple[SalvoYear, ...]
    several: Estimate
    largest: int
    gap_min: Estimate | None
    same_minute: int
    same_minute_of: int
    days: int
    """Days with a launch."""
    days_several_sites: int
    sites_at_most: int


def salvos(tally: Tally) -> Salvos:
    """Return the salvos of a record."""
    by_year = sorted({year for year, _ in tally.sizes})
    return Salvos(
        years=tuple(_year(tally, year) for year in by_year),
        several=_several(dict(tally.sizes)),
        largest=max(size for _, size in tally.sizes),
        gap_min=median(_pooled(dict(tally.gaps))),
        same_minute=_same(dict(tally.gaps)),
        same_minute_of=sum(tally.gaps.values()),
        days=sum(tally.together.values()),
        days_several_sites=sum(n for sites, n in tally.together.items() if sites > 1),
        sites_at_most=max(tally.together),
    )


def _year(tally: Tally, year: int) -> SalvoYear:
    sizes = {key: n for key, n in tally.sizes.items() if key[0] == year}
    gaps = {key: n for key, n in tally.gaps.items() if key[0] == year}
    return SalvoYear(
        year=year,
        occasions=sum(sizes.values()),
        launches=sum(size * n for (_, size), n in sizes.items()),
        several=_several(sizes),
        largest=max(size for _, size in sizes),
        gap_min=median(_pooled(gaps)),
        same_minute=_same(gaps),
    )


def _several(sizes: dict[tuple[int, int], int]) -> Estimate:
    found = share(sum(n for (_, size), n in sizes.items() if size > 1), sum(sizes.values()))
    assert found is not None
    return found


def _pooled(gaps: dict[tuple[int, float], int]) -> dict[float, int]:
    pooled: Counter[float] = Counter()
    for (_, gap), n in gaps.items():
        if gap > 0.0:
            pooled[gap] += n
    return dict(pooled)


def _same(gaps: dict[tuple[int, float], int]) -> int:
    return sum(n for (_, gap), n in gaps.items() if gap == 0.0)
