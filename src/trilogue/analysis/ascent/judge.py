"""What can be said of an ascent at a time: cut-off, coming apogee, burns; and why not more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.ascent.ballistic import Apogee, fit_coast
from trilogue.analysis.ascent.burns import LIGHTEST_KGPM2, Burn, find_burns
from trilogue.analysis.ascent.telemetry import Telemetry, prepare
from trilogue.analysis.flight.atmosphere import density

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Judgement", "judge"]

SETTLE_S = 3.5
"""After a cut-off: an engine's tail, and what pushes stages apart."""
LEAST_COAST_S = 5.0
STRANGE = 2.0
"""Steps of the display by which rows scatter when free flight does not explain them."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rows up to a time say."""

    until_s: float
    burns: tuple[Burn, ...]
    apogee: Apogee | None
    """Of free flight after the last burn; `None` while it is unbounded or not settled."""
    remarks: tuple[str, ...]

    @property
    def cutoff_s(self) -> float | None:
        """End of the first burn, once it is seen."""
        return self.burns[0].end_s if self.burns else None


def judge(shown: Telemetry, until: float | None = None) -> Judgement:
    """Judge an ascent by the rows up to a time, and by nothing after it."""
    known = shown if until is None else shown.until(until)
    at = float(known.time[-1]) if len(known.time) else float(until or 0.0)
    burns = find_burns(known) if len(known.time) > 3 else ()
    remarks = []
    if known.dropped:
        remarks.append(f"{known.dropped} rows stand far from all around them and were left out")
    if not burns:
        remarks.append("no burn is seen yet")
        return Judgement(at, burns, None, tuple(remarks))
    for number, burn in enumerate(burns[1:], start=2):
        still = "" if burn.end_s is not None else ", and still goes on"
        remarks.append(f"burn {number} began at {burn.start_s:.1f} s{still}")
    apogee = _passed(known, burns)
    if apogee is not None:
        remarks.append("the top has been passed")
        return Judgement(at, burns, apogee, tuple(remarks))
    last = burns[-1]
    if last.end_s is None:
        remarks.append("the engine burns: the apogee is unbounded")
        return Judgement(at, burns, None, tuple(remarks))
    apogee = fit_coast(_free(known, last.end_s + SETTLE_S))
    if apogee is None:
        remarks.append("too little free flight has been seen to say where the top is")
    else:
        if apogee.misfit > STRANGE:
            remarks.append("free flight explains the rows badly: something else acts")
        if len(burns) > 1:
            remarks.append("what was predicted before the last burn no longer holds")
    return Judgement(at, burns, apogee, tuple(remarks))


def _passed(known: Telemetry, burns: tuple[Burn, ...]) -> Apogee | None:
    """Return the top of the coast in which it was passed: no burn after it moves it."""
    ends = [*(burn.start_s for burn in burns[1:]), float(known.time[-1])]
    for burn, end in zip(burns, ends, strict=True):
        if burn.end_s is None or end - burn.end_s < LEAST_COAST_S:
            continue
        coast = _free(known, burn.end_s + SETTLE_S, end)
        if len(coast.time) and coast.height[-1] < coast.height.max() - coast.height_step.max():
            top = fit_coast(coast)
            if top is not None and top.time_s < float(coast.time[-1]):
                return top
    return None


def _free(known: Telemetry, start: float, end_s: float = np.inf) -> Telemetry:
    """Return the rows in free flight between times, before air takes hold on the way down."""
    keep = (known.time >= start) & (known.time < end_s)
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
