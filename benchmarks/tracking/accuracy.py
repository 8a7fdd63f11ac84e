"""Error over the bound, and honesty of the covariance, by coalition, over held-back seeds.

    python -m benchmarks.tracking accuracy

Root mean squares over runs, divided by the root mean of the bound's variance over the same runs.
The bound knows the mode at every instant and the drag; see `trilogue.analysis.tracking.bounds`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.tracking.campaign import Case, Record, run_cases
from benchmarks.tracking.flights import COALITIONS, FLIGHTS, HELD_BACK

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["run"]

AFTER = (10.0, 60.0)
ALL = "all"


def _root(records: list[Record], name: str) -> float:
    values = np.array([getattr(r, name) for r in records])
    return math.sqrt(float(np.nanmean(values))) if np.isfinite(values).any() else math.nan


def _over_flights(records: list[Record], name: str, bound: str) -> float:
    """Return the ratio over all flights: the root of the mean of theirs squared."""
    each = [_ratio([r for r in records if r.flight == flight], name, bound) for flight in FLIGHTS]
    known = [one for one in each if math.isfinite(one)]
    return math.sqrt(sum(one**2 for one in known) / len(known)) if known else math.nan


def _ratio(records: list[Record], name: str, bound: str) -> float:
    both = [
        r for r in records if math.isfinite(getattr(r, name)) and math.isfinite(getattr(r, bound))
    ]
    return _root(both, name) / _root(both, bound) if both else math.nan


def _number(value: float, digits: int) -> str:
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


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
                        _number(_root(mine, "position2"), 0),
                        _number(_root(mine, "velocity2"), 2),
                        _number(_root(mine, "impact2") / 1e3, 2),
                        _number(ratio(mine, "position2", "bound_position2"), 2),
                        _number(ratio(mine, "velocity2", "bound_velocity2"), 2),
                        _number(ratio(mine, "impact2", "bound_impact2"), 2),
                        _number(ratio(mine, "position2", "window_position2"), 2),
                        _number(ratio(mine, "velocity2", "window_velocity2"), 2),
                        _number(float(np.mean([r.nees for r in mine])), 2),
                    ]
                )
    return rows


HEADS = (
    *("flight", "coalition", "s after cut-off", "impact known", "position m", "velocity m/s"),
    *("impact km", "position/bound", "velocity/bound", "impact/bound"),
    *("position/window", "velocity/window", "NEES"),
)


def run(console: Console, seeds: int = 100, *, first: int = HELD_BACK) -> str:
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


def markdown(title: str, heads: tuple[str, ...], rows: list[list[str]]) -> str:
    """Return a titled table."""
    lines = [f"**{title}.**", "", "| " + " | ".join(heads) + " |"]
    lines.append("| " + " | ".join("---" for _ in heads) + " |")
    lines.extend("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join(lines)
