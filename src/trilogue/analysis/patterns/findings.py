"""All findings of a record at once, each with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trilogue.analysis.flight.record import Launch
from trilogue.analysis.patterns.backtest import Backtest, backtest
from trilogue.analysis.patterns.basis import Basis, basis
from trilogue.analysis.patterns.intervals import Estimate
from trilogue.analysis.patterns.news import News, news, past
from trilogue.analysis.patterns.nuclear import Nuclear, nuclear
from trilogue.analysis.patterns.occasions import Occasion, occasions
from trilogue.analysis.patterns.outcomes import (
    Learning,
    Outcome,
    Reliability,
    learning,
    outcomes,
    reliability,
)
from trilogue.analysis.patterns.places import Clock, Mobility, Site, clock, mobility, sites
from trilogue.analysis.patterns.reach import Reach, greatest, reach
from trilogue.analysis.patterns.salvos import Salvos, salvos
from trilogue.analysis.patterns.tally import UNKNOWN, Group, Tally, tally
from trilogue.analysis.patterns.tempo import Tempo, tempo
from trilogue.analysis.patterns.trajectories import Trajectory, trajectory

__all__ = ["BACK_YEARS", "THRESHOLDS", "Counted", "Findings", "counted", "find"]

BACK_YEARS = (2015, 2025)
THRESHOLDS = (3.0, 4.0, 5.0, 6.0, 8.0)
"""Bits at which the back-test is told."""
LEAST_OCCASIONS = 8
"""A kind, class or site with fewer has no tempo of its own."""

Named = tuple[str, int]
"""A nuclear test: its name, and its day as an ordinal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The findings that come from counts alone, whatever the size of the record."""

    tally: Tally
    tempo: Mapping[Group, Tempo]
    salvos: Salvos
    sites: tuple[Site, ...]
    mobility: tuple[Mobility, ...]
    clock: Clock | None
    outcomes: tuple[Outcome, ...]
    learning: tuple[Learning, ...]
    reliability: Reliability
    reach: tuple[Reach, ...]
    nuclear: Nuclear


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings(Counted):
    """Those, and what is found launch by launch."""

    launches: tuple[Launch, ...]
    occasions: tuple[Occasion, ...]
    basis: Mapping[str, Basis]
    trajectories: tuple[Trajectory, ...]
    news: News
    backtests: Mapping[float, Backtest]
    """By threshold in bits."""


def counted(count: Tally, tests: Sequence[Named], estimated: Mapping[str, Estimate]) -> Counted:
    """Return what follows from counts, nuclear tests and the estimated range of classes."""
    begin, end = count.first.toordinal(), count.last.toordinal() + 1
    groups = [
        group
        for group, days in sorted(count.occasions.items(), key=lambda pair: -pair[1].total)
        if group == ("all", "") or (days.total >= LEAST_OCCASIONS and _named(group))
    ]
    return Counted(
        tally=count,
        tempo={group: tempo(count.occasions[group], begin, end) for group in groups},
        salvos=salvos(count),
        sites=sites(count),
        mobility=mobility(count),
        clock=clock(count),
        outcomes=outcomes(count),
        learning=learning(count),
        reliability=reliability(count),
        reach=reach(count, estimated),
        nuclear=nuclear(count.occasions["all", ""], tests, begin, end),
    )


def _named(group: Group) -> bool:
    return group[1] not in {UNKNOWN, "Unknown"}


def find(
    launches: Sequence[Launch],
    tests: Sequence[Named],
    *,
    since: date | None = None,
) -> Findings:
    """Return all findings. News are those since a day, or of the last thirty days of the record.

    Raises `ValueError` when no launch has a day.
    """
    count = tally(launches)
    flown = tuple(trajectory(one) for one in launches)
    groups = occasions(launches)
    end = count.last + timedelta(days=1)
    begin = min(since or end - timedelta(days=30), count.last)
    told = counted(count, tests, greatest(flown))
    return Findings(
        **{name: getattr(told, name) for name in Counted.__slots__},
        launches=tuple(launches),
        occasions=groups,
        basis=basis(launches),
        trajectories=flown,
        news=news(past(groups, begin), groups, begin, end),
        backtests={bits: backtest(groups, *BACK_YEARS, count.last, bits) for bits in THRESHOLDS},
    )
