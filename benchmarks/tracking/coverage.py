"""How often the 90 % ellipses of launch and impact hold the truth, by coalition.

    python -m benchmarks.tracking coverage

Half of the missiles are drawn at random, as widely as the ensemble of ascents that launch points
are found with, and are none of it: that shows whether ellipses are as wide as not knowing the
missile makes them. The others are those of the record's classes, each as often, every one drawn
about the missile that was fitted to its class: the ensemble was drawn without regard to them, and
what one missile's launch is off by is much the same in every run. All start from the sites most
used, out to sea, and the filters know none.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.page import markdown
from benchmarks.tracking.campaign import Case, Record, run_cases
from benchmarks.tracking.flights import COALITIONS, DRAWN, HELD_BACK, classes
from trilogue.analysis.tracking.consistency import share_interval

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["run"]

AFTER = 60.0
HEADS = (
    *("flight", "coalition", "runs", "impact inside %", "95 % interval", "impact axis km"),
    *("launch inside %", "95 % interval", "launch axis km", "launch RMS km"),
    *("launch time RMS s", "stated s", "cut-off RMS s", "stated s"),
)


def _share(values: list[float]) -> tuple[str, str]:
    known = [v for v in values if math.isfinite(v)]
    if not known:
        return "–", "–"
    low, high = share_interval(int(sum(known)), len(known))
    return f"{100 * sum(known) / len(known):.1f}", f"{100 * low:.1f}–{100 * high:.1f}"


def _middle(values: list[float], scale: float = 1.0) -> str:
    known = [v for v in values if math.isfinite(v)]
    return f"{np.median(known) / scale:.2f}" if known else "–"


def _rms(values: list[float], scale: float = 1.0) -> str:
    known = np.array([v for v in values if math.isfinite(v)])
    return f"{np.sqrt(np.mean(known**2)) / scale:.2f}" if len(known) else "–"


def _row(flight: str, coalition: tuple[str, ...], mine: list[Record]) -> list[str]:
    return [
        flight,
        "+".join(coalition),
        str(len(mine)),
        *_share([r.impact_inside for r in mine]),
        _middle([r.impact_major for r in mine], 1e3),
        *_share([r.launch_inside for r in mine]),
        _middle([r.launch_major for r in mine], 1e3),
        _rms([math.sqrt(r.launch2) if math.isfinite(r.launch2) else math.nan for r in mine], 1e3),
        _rms([r.launch_time_off for r in mine]),
        _middle([r.launch_time_sd for r in mine]),
        _rms([r.burnout_off for r in mine]),
        _middle([r.burnout_sd for r in mine]),
    ]


def run(console: Console, seeds: int = 22, *, first: int = HELD_BACK) -> str:
    """Fly `seeds` of each class and as many drawn, and print; return the table as Markdown."""
    flights = (DRAWN, *classes())
    cases = [
        Case(flight, first + seed, (AFTER,), bounds=False)
        for flight in flights
        for seed in range(seeds * (len(flights) - 1) if flight == DRAWN else seeds)
    ]
    records = run_cases(cases)
    rows = []
    for coalition in COALITIONS:
        ours = [r for r in records if r.coalition == coalition]
        rows.append(_row("all", coalition, ours))
        rows.extend(_row(f, coalition, [r for r in ours if r.flight == f]) for f in flights)
    title = f"{seeds} held-back seeds a class, as many drawn, {AFTER:.0f} s after cut-off"
    out = markdown(title, HEADS, rows)
    console.print(out, markup=False, highlight=False)
    return out
