"""What can be said of an ascent at a time: cut-off, coming apogee, burns; and why not more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.ascent.ballistic import Apogee, fit_coast
from trilogue.analysis.ascent.burns import LIGHTEST_KGPM2, Burn, find_burns
from trilogue.analysis.ascent.telemetry import Recording, Telemetry, prepare
from trilogue.analysis.flight.atmosphere import density

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Judgement", "judge"]

SETTLE_S = 3.5
"""After a cut-off: an engine's tail, and what pushes stages apart."""
LEAST_COAST_S = 5.0
LONGEST_COAST_S = 1_800.0
"""Of which rows are used."""
LEAST_ROWS = 5
FLYING_MPS = 300.0
"""What is faster in the first row had left the ground before."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rows up to a time say."""

    until_s: float
    burns: tuple[Burn, ...]
    apogee: Apogee | None
    """Of free flight after the last burn; `None` while it is unbounded or not settled."""
    remarks: tuple[str, ...]
    begins_late: bool = False
    """The rows begin in free flight: the burn that led to it is not among `burns`."""

    @property
    def cutoff_s(self) -> float | None:
        """End of the boost, once it is seen."""
        return self.burns[0].end_s if self.burns and not self.begins_late else None


def judge(shown: Recording, until: float | None = None) -> Judgement:
    """Judge an ascent by the rows up to a time, and by nothing after it."""
    known = shown.until() if until is None else shown.until(until)
    at = float(known.time[-1]) if len(known.time) else float(until or 0.0)
    burns = find_burns(known) if len(known.time) >= LEAST_ROWS else ()
    late = _begins_late(known, burns)
    remarks = []
    if known.dropped:
        rows = "1 row stands" if known.dropped == 1 else f"{known.dropped} rows stand"
        remarks.append(f"{rows} far from all around, left out as misread")
    if late:
        remarks.append("the rows begin in free flight: the cut-off before them is not known")
    elif not burns:
        remarks.append("no burn is seen yet")
        return Judgement(at, burns, None, tuple(remarks))
    first = 1 if late else 2
    for number, burn in enumerate(burns[first - 1 :], start=first):
        still = "" if burn.end_s is not None else ", and still goes on"
        remarks.append(f"burn {number} began at {burn.start_s:.1f} s{still}")
    apogee = _passed(known, burns, late)
    if apogee is not None:
        remarks.append("the top has been passed")
    elif burns and burns[-1].end_s is None:
        remarks.append("the engine burns: the apogee is unbounded")
    else:
        start, end = _coasts(known, burns, late)[-1]
        apogee = fit_coast(_free(known, start, end))
        if apogee is None:
            remarks.append("too little free flight has been seen to say where the top is")
        elif apogee.strange:
            remarks.append("free flight explains the rows badly: something else acts")
        if len(burns) > first - 1:
            remarks.append("what was predicted before the last burn no longer holds")
    return Judgement(at, burns, apogee, tuple(remarks), late)


def _begins_late(known: Telemetry, burns: tuple[Burn, ...]) -> bool:
    if not len(known.time) or known.speed[0] < FLYING_MPS:
        return False
    seen_s = (burns[0].start_s if burns else float(known.time[-1])) - float(known.time[0])
    return seen_s > LEAST_COAST_S


def _coasts(known: Telemetry, burns: tuple[Burn, ...], late: bool) -> list[tuple[float, float]]:
    """Return the times between which nothing pushed."""
    starts = [float(known.time[0])] if late else []
    starts += [np.inf if burn.end_s is None else burn.end_s + SETTLE_S for burn in burns]
    ends = [*(burn.start_s for burn in (burns if late else burns[1:])), np.inf]
    return list(zip(starts, ends, strict=True))


def _passed(known: Telemetry, burns: tuple[Burn, ...], late: bool) -> Apogee | None:
    """Return the top of the coast in which it was passed: no burn after it moves it."""
    for start, end in _coasts(known, burns, late):
        coast = _free(known, start, end)
        if len(coast.time) and coast.height[-1] < coast.height.max() - coast.height_step.max():
            top = fit_coast(coast)
            if top is not None and top.time_s < float(coast.time[-1]):
                return top
    return None


def _free(known: Telemetry, start: float, end_s: float = np.inf) -> Telemetry:
    """Return the rows in free flight between times, before air takes hold on the way down."""
    keep = (known.time >= start) & (known.time < min(end_s, start + LONGEST_COAST_S))
    if not np.any(keep):
        return prepare(*(np.zeros(0),) * 3)
    time, height, speed = known.time[keep], known.height[keep], known.speed[keep]
    air: NDArray[np.float64] = np.array([density(max(float(h), 0.0)) for h in height])
    heavy = 0.5 * air * speed**2 / LIGHTEST_KGPM2 > 1.0
    top = int(height.argmax())
    falls = np.flatnonzero(heavy[top:])
    end = top + int(falls[0]) if len(falls) else len(time)
    part = slice(0, end)
    # The steps in which heights are shown are judged on all rows: a short part may hide them.
    steps = known.height_step[keep][part]
    return Telemetry(time[part], height[part], speed[part], steps, known.speed_step)
