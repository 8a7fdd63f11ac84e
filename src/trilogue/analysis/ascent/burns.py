"""When an engine ran: spans in which the force along the path is more than air can explain.

A throttled engine still pushes: it is not taken for a cut-off. Air slows like a retrograde burn: a
loss of energy is a burn only where no body of the lightest plausible load could lose as much to the
air. A time at which the rows leave it open is neither burn nor free flight: a cut-off is said only
once free flight was seen, and rows that are missing show none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.ascent.force import WIDTH_S, Force, energy, energy_sd, specific_force
from trilogue.analysis.flight.atmosphere import density

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.ascent.telemetry import Telemetry

__all__ = ["Burn", "find_burns"]

LEAST_FORCE = 2.0
"""Of a burn, m/s²: a fifth of the weight. Control jets push less."""
SIGMAS = 5.0
"""By which a force must stand out of its noise."""
MOST_FREE = 3.0
"""Force, m/s², that free flight stays under with two standard deviations to spare."""
SILENCE_S = 3.0
"""Of free flight after which a burn is over."""
LEAST_BURN_S = 2.0
TURN_S = 8.0
"""In which a burn against the motion may pass through zero and go on along it."""
LIGHTEST_KGPM2 = 400.0
"""Mass over drag area of an empty stage falling broadside: nothing that flies is lighter."""
LIFTED_M = 2_000.0
"""Under this height, and never above it before, what gains speed is pushed: nothing fell yet."""
STILL = 0.6
"""Of a burn's usual force against the motion: what is left of it when it is still that burn."""
CHANGE = 2.5
"""By which drag over pressure may grow in"""
MEMORY_S = 5.0
"""of free flight: a body that passes the speed of sound, or turns."""
_MOVING_MPS = 3.0
_SLOW_MPS = 300.0
_DRAG_MPS2 = 3.0
"""Usual size of it beside a cut-off."""


@dataclass(frozen=True, slots=True)
class Burn:
    """A span in which an engine ran; `end_s` is `None` while it may still."""

    start_s: float
    end_s: float | None


@dataclass(slots=True)
class _Span:
    first: float
    last: float
    sign: float
    """Of the force when last seen: -1 against the motion."""
    forces: list[float] = field(default_factory=list)
    over: bool = False

    def may_go_on(self, along: float) -> bool:
        """Say of a force that the air could explain, whether the engine explains it better."""
        return self.sign < 0.0 and along < STILL * float(np.median(self.forces)) < 0.0


def find_burns(shown: Telemetry) -> tuple[Burn, ...]:
    """Return the burns seen so far, in their order."""
    moving = np.flatnonzero(shown.speed > _MOVING_MPS)
    if not len(moving):
        return ()
    lift_off = float(shown.time[moving[0]])
    force = specific_force(shown)
    spans = _spans(force, _state(force), lift_off)
    burns = []
    for k, span in enumerate(spans):
        after = spans[k + 1].first if k + 1 < len(spans) else np.inf
        before = spans[k - 1].last if k else -np.inf
        # What is slow when it is first seen to push has just lifted off.
        begins = k == 0 and _speed(shown, span.first) < _SLOW_MPS
        start = lift_off if begins else _edge(shown, span.first, -1.0, before, span.last)
        end = _edge(shown, span.last, 1.0, span.first, after) if span.over else None
        burns.append(Burn(start, end))
    return tuple(burns)


def _state(force: Force) -> NDArray[np.float64]:
    """Return 1 and -1 where an engine pushes along and against, 0 in free flight, NaN if open.

    What the air may take of the speed is bounded by the lightest load there is, and by a multiple
    of what it took, for the pressure, in the free flight just before.
    """
    state = np.full(len(force.time), np.nan)
    taken: list[tuple[float, float]] = []
    highest = -np.inf
    for k in np.flatnonzero(np.isfinite(force.along)):
        t, along, sd = force.time[k], force.along[k], force.sd[k]
        pressure = 0.5 * density(max(force.height[k], 0.0)) * force.speed[k] ** 2
        most = 1.0 / LIGHTEST_KGPM2
        if taken:
            most = min(most, CHANGE * max(each for _, each in taken))
        drag = most * pressure
        highest = max(highest, force.height[k])
        lifts = highest < LIFTED_M and force.rate[k] > max(LEAST_FORCE, SIGMAS * force.rate_sd[k])
        if lifts or along > max(LEAST_FORCE, SIGMAS * sd):
            state[k] = 1.0
        elif along < -max(LEAST_FORCE, SIGMAS * sd) - drag:
            state[k] = -1.0
        elif along + 2.0 * sd < MOST_FREE and along - 2.0 * sd > -MOST_FREE - drag:
            state[k] = 0.0
            taken = [one for one in taken if t - one[0] < MEMORY_S]
            taken.append((t, (LEAST_FORCE + 2.0 * sd - min(along, 0.0)) / max(pressure, 1e-9)))
    return state


def _spans(force: Force, state: NDArray[np.float64], lift_off: float) -> list[_Span]:
    """Return spans of push; one is over after `SILENCE_S` of free flight, seen and not missing."""
    spans: list[_Span] = []
    tried: _Span | None = None
    quiet = 0.0
    every = float(np.median(np.diff(force.time)))
    # On its feet a rocket shows no force, and just off them a great one per speed.
    for t, along, now in zip(force.time, force.along, state, strict=True):
        if t < lift_off or np.isnan(now):
            continue
        running = spans[-1] if spans and not spans[-1].over else tried
        if now == 0.0 and not (running and running is not tried and running.may_go_on(along)):
            quiet += every
            if running is tried:
                tried = None
            elif running is not None and quiet >= SILENCE_S:
                running.over = True
            continue
        quiet = 0.0
        if running is None:
            tried = _Span(t, t, now, [along])
            continue
        running.last, running.sign = t, now or running.sign
        running.forces.append(along)
        if running is tried and t - running.first >= LEAST_BURN_S:
            back = spans[-1] if spans else None
            if back and back.sign < 0.0 < now and running.first - back.last <= TURN_S:
                back.last, back.sign, back.over = t, now, False
                back.forces += running.forces
            else:
                spans.append(running)
            tried = None
    return spans


def _speed(shown: Telemetry, at: float) -> float:
    return float(np.interp(at, shown.time, shown.speed))


def _edge(shown: Telemetry, near: float, after: float, low: float, high: float) -> float:
    """Return when an engine begins or ceases to change the energy, near a time: the corner.

    On one side a parabola, on the other a line that falls by what the air takes. `after` 1 looks
    for an end, with free flight following; -1 for a beginning, with it before. Rows outside `low`
    to `high` belong to other burns.
    """
    reach = 2.0 * max(WIDTH_S, 3.0 * float(np.median(np.diff(shown.time))))
    keep = (np.abs(shown.time - near) < reach) & (shown.time >= low) & (shown.time <= high)
    t, level = shown.time[keep] - near, energy(shown.height, shown.speed)[keep]
    if len(t) < 4:
        return near
    weight = 1.0 / np.maximum(energy_sd(shown)[keep], 1e-6)
    rest = np.append((level - level.mean()) * weight, 0.0)
    usual_drag = [0.0, 0.0, 0.0, 1.0 / (_DRAG_MPS2 * max(float(shown.speed[keep].mean()), 1.0))]
    best, found = np.inf, 0.0
    for corner in np.arange(max(-0.5 * reach, t[0]), min(0.5 * reach, t[-1]) + 0.05, 0.1):
        beside = after * (t - corner)
        ramp, free = np.minimum(beside, 0.0), np.maximum(beside, 0.0)
        design = np.column_stack([np.ones_like(t), ramp, ramp**2, free]) * weight[:, None]
        design = np.vstack([design, usual_drag])
        solution, *_ = np.linalg.lstsq(design, rest, rcond=None)
        misfit = float(np.sum((rest - design @ solution) ** 2))
        if misfit < best:
            best, found = misfit, float(corner)
    return float(near + found)
