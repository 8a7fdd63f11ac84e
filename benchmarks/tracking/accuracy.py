"""Error over the bound, and honesty of the covariance, by coalition, over held-back seeds.

    python -m benchmarks.tracking accuracy

Root mean squares over runs, divided by the root mean of the bound's variance over the same runs.
The bound knows the mode at every instant and the drag; see `trilogue.analysis.tracking.bounds`.
What follows ± is the standard deviation of a figure over sets of as many runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.page import markdown
from benchmarks.tracking.campaign import Case, Record, run_cases
from benchmarks.tracking.flights import COALITIONS, FLIGHTS, HELD_BACK

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["run"]

AFTER = (10.0, 60.0)
ALL = "all"


@dataclass(frozen=True)
class _Figure:
    """A figure over runs, and how far another set of as many runs would have it off (1 sd)."""

    value: float
    sd: float = math.nan

    def text(self, digits: int = 2) -> str:
        """Return it as a table says it."""
        if math.isnan(self.value):
            return "–"
        more = "" if math.isnan(self.sd) else f" ± {self.sd:.{digits}f}"
        return f"{self.value:.{digits}f}{more}"


def _root(records: list[Record], name: str, scale: float = 1.0) -> _Figure:
    values = np.array([getattr(r, name) for r in records])
    if not np.isfinite(values).any():
        return _Figure(math.nan)
    return _Figure(math.sqrt(float(np.nanmean(values))) / scale)


def _over_flights(records: list[Record], name: str, bound: str) -> _Figure:
    """Return the ratio over all flights: the root of the mean of theirs squared."""
    each = [_ratio([r for r in records if r.flight == flight], name, bound) for flight in FLIGHTS]
    known = [one for one in each if math.isfinite(one.value)]
    if not known:
        return _Figure(math.nan)
    whole = math.sqrt(sum(one.value**2 for one in known) / len(known))
    off = math.sqrt(sum((one.value * one.sd) ** 2 for one in known)) / (len(known) * whole)
    return _Figure(whole, off)


def _ratio(records: list[Record], name: str, bound: str) -> _Figure:
    pairs = np.array([(getattr(r, name), getattr(r, bound)) for r in records])
    both = pairs[np.isfinite(pairs).all(axis=1)]
    if len(both) < 2:
        return _Figure(math.nan)
    ratio = math.sqrt(both[:, 0].mean() / both[:, 1].mean())
    # Of a quotient of means, the bound next to certain; half of it for the root.
    off = both[:, 0].std(ddof=1) / both[:, 0].mean() / math.sqrt(len(both))
    return _Figure(ratio, 0.5 * ratio * float(off))


def _mean(values: list[float]) -> _Figure:
    return _Figure(float(np.mean(values)), float(np.std(values, ddof=1)) / math.sqrt(len(values)))


def _rows(records: list[Record]) -> list[list[str]]:
    rows = []
    for flight in (*FLIGHTS, ALL):
        for coalition in COALITIONS:
            for after in AFTER:
                mine = [
                    r
                    for r in records
                    if flight in (r.flight, ALL) and (r.coalition, r.after) == (coalition, after)
                ]
                if not mine:
                    continue
                ratio = _over_flights if flight == ALL else _ratio
                known = sum(math.isfinite(r.impact2) for r in mine)
                rows.append(
                    [
                        flight,
                        "+".join(coalition),
                        f"{after:.0f}",
                        f"{known}/{len(mine)}",
                        _root(mine, "position2").text(0),
                        _root(mine, "velocity2").text(),
                        _root(mine, "impact2", 1e3).text(),
                        *(ratio(mine, name, bound).text() for name, bound in RATIOS),
                        _Figure(ratio(mine, "stated_velocity2", "bound_velocity2").value).text(),
                        _mean([r.nees for r in mine]).text(),
                    ]
                )
    return rows


RATIOS = (
    ("position2", "bound_position2"),
    ("velocity2", "bound_velocity2"),
    ("impact2", "bound_impact2"),
    ("position2", "window_position2"),
    ("velocity2", "window_velocity2"),
)
HEADS = (
    *("flight", "coalition", "s after cut-off", "impact known", "position m", "velocity m/s"),
    *("impact km", "position/bound", "velocity/bound", "impact/bound"),
    *("position/window", "velocity/window", "stated velocity/bound", "NEES"),
)


def run(console: Console, seeds: int = 300, *, first: int = HELD_BACK) -> str:
    """Fly, estimate and print; return the tables as Markdown."""
    out = []
    for biased in (True, False):
        cases = [
            Case(flight, first + seed, AFTER, bounds=True, biased=biased)
            for flight in FLIGHTS
            for seed in range(seeds)
        ]
        rows = _rows(run_cases(cases))
        title = f"Sensors {'with' if biased else 'without'} bias, {seeds} held-back seeds a flight"
        out.append(markdown(title, HEADS, rows))
        console.print(out[-1], markup=False, highlight=False)
    return "\n\n".join(out)
