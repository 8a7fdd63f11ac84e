"""When an engine ran: spans in which the force along the path is more than air can explain.

A throttled engine still pushes: it is not taken for a cut-off. Drag on the way down slows like a
retrograde burn: below the air's edge a loss of energy is a burn only where no body of the lightest
plausible load could lose as much to the air.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.ascent.force import energy, energy_sd, specific_force
from trilogue.analysis.flight.atmosphere import density

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.ascent.telemetry import Telemetry

__all__ = ["Burn", "find_burns"]

WIDTH_S = 3.0
LEAST_FORCE = 2.0
"""Of a burn, m/s²: a fifth of the weight. Control jets push less."""
SIGMAS = 5.0
"""By which a force must stand out of its noise."""
SILENCE_S = 3.0
"""Of free flight after which a burn is over."""
LEAST_BURN_S = 3.0
LIGHTEST_KGPM2 = 800.0
"""Mass over drag area of an empty stage falling broadside: nothing that flies is lighter."""
_MOVING_MPS = 3.0


@dataclass(frozen=True, slots=True)
class Burn:
    """A span in which an engine ran; `end_s` is `None` while it may still."""

    start_s: float
    end_s: float | None


def find_burns(shown: Telemetry) -> tuple[Burn, ...]:
    """Return the burns seen so far, in their order; the first begins with the lift-off."""
    moving = np.flatnonzero(shown.speed > _MOVING_MPS)
    if not len(moving):
        return ()
    force, sd = specific_force(shown, WIDTH_S)
    on = _pushed(shown, force, sd)
    lift_off = float(shown.time[moving[0]])
    # On its feet a rocket shows no force, and just off them a great one per speed.
    on[: moving[0]] = False
    spans: list[list[float]] = []
    for i in np.flatnonzero(on):
        t = float(shown.time[i])
        if spans and t - spans[-1][1] <= SILENCE_S:
            spans[-1][1] = t
        else:
            spans.append([t, t])
    spans = [s for s in spans if s[1] - s[0] >= LEAST_BURN_S]
    if not spans:
        return ()
    burns = []
    now = float(shown.time[-1])
    for k, (start, end) in enumerate(spans):
        begin = lift_off if k == 0 else _edge(shown, start, -1.0)
        over = now - end >= SILENCE_S
        burns.append(Burn(begin, _edge(shown, end, 1.0) if over else None))
    return tuple(burns)


def _pushed(
    shown: Telemetry, force: NDArray[np.float64], sd: NDArray[np.float64]
) -> NDArray[np.bool_]:
    air = np.array([density(float(h)) for h in np.maximum(shown.height, 0.0)])
    falling = np.gradient(_smooth(shown.height)) < 0.0
    # On the way up what drag takes is less than thrust gives while an engine runs.
    drag = np.where(falling, 0.5 * air * shown.speed**2 / LIGHTEST_KGPM2, 0.0)
    least = np.maximum(LEAST_FORCE, SIGMAS * sd)
    with np.errstate(invalid="ignore"):
        return np.asarray((force > least) | (force < -(least + drag)))


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    width = min(15, len(values) - 1 + len(values) % 2)
    if width < 3:
        return values
    padded = np.pad(values, width // 2, mode="reflect", reflect_type="odd")
    return np.convolve(padded, np.ones(width) / width, "valid")[: len(values)]


def _edge(shown: Telemetry, near: float, after: float) -> float:
    """Return when the energy begins or ceases to change, near a time: the corner of two lines.

    `after` 1 looks for an end, with free flight following; -1 for a beginning, with it before.
    """
    keep = (shown.time > near - 2.0 * WIDTH_S) & (shown.time < near + 2.0 * WIDTH_S)
    t, level = shown.time[keep], energy(shown.height, shown.speed)[keep]
    weight = 1.0 / np.maximum(energy_sd(shown)[keep], 1e-6)
    best, found = np.inf, near
    for corner in np.arange(near - WIDTH_S, near + WIDTH_S, 0.1):
        ramp = np.minimum(after * (t - corner), 0.0)
        design = np.column_stack([np.ones_like(t), ramp, ramp**2]) * weight[:, None]
        rest = level * weight
        solution, *_ = np.linalg.lstsq(design, rest, rcond=None)
        misfit = float(np.sum((rest - design @ solution) ** 2))
        if misfit < best:
            best, found = misfit, float(corner)
    return found
