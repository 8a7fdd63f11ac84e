"""What the estimate of a flight takes for granted before it has seen a plot, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EstimateSettings"]


def _noise() -> NDArray[np.float64]:
    return np.array(
        [
            [0.3, 4.0, 0.0],  # boost, free: pitch programme, stages that light and fall silent
            [0.1, 0.5, 0.0],  # boost, gravity turn: the growth of thrust is off by a third
            [1e-3, 0.0, 0.0],  # coast: what the gravity of mountains and of the Moon leaves out
            [1e-2, 0.0, 0.03],  # re-entry: drag changes with Mach number and attitude
            [20.0, 0.0, 0.0],  # standing: a next stage starts from two g either way
        ]
    )


def _rates() -> NDArray[np.float64]:
    return np.array(
        [
            # to: free, turn, coast, re-entry; changes per second
            [0.0, 0.10, 0.01, 1e-4],
            [0.05, 0.0, 0.01, 1e-4],
            [0.0015, 0.0005, 0.0, 0.01],
            [2e-4, 1e-4, 0.01, 0.0],
        ]
    )


@dataclass(frozen=True)
class EstimateSettings:
    """Priors, noises and thresholds. SI units; standard deviations throughout."""

    noise: NDArray[np.float64] = field(default_factory=_noise)
    """`(5, 3)`, see `kernels.dynamics.predict`: a row a mode, then the standing uncertainty."""
    rates: NDArray[np.float64] = field(default_factory=_rates)
    """`(4, 4)`: changes of mode per second, from row to column."""
    first_position_sd: float = 3e5
    first_height_m: float = 2e4
    """Height at which a single line of sight is taken to meet a rising missile,"""
    first_height_sd: float = 1.5e4
    """and how far off that may be."""
    first_speed_sd: float = 2_000.0
    """Of each component, where an infrared sensor sees first: early in the ascent."""
    later_speed_sd: float = 4_000.0
    """Of each component, where a radar sees first: it may be long after cut-off."""
    thrust_sd: float = 30.0
    log_drag: float = -8.3
    """Logarithm of drag area over mass, m²/kg, of what comes down: 4000 kg/m² of load,"""
    log_drag_sd: float = 0.7
    """within a factor of two."""
    boost_noise: tuple[float, float] = (0.2, 0.8)
    """Of the one-mode filter through the boost: of acceleration, and of its rate."""
    restless: float = 12.0
    """Factor on the second of these while the interacting modes see a change."""
    early: float = 2.0
    """The same while the missile turns by its own programme and leaves the thick air:"""
    early_s: float = 40.0
    """so long after the first plot,"""
    early_height_m: float = 25e3
    """where that is below this height."""
    sure: float = 0.95
    """Probability of free flight from which a cut-off is looked for."""
    strong_boost: float = 5.0
    """Standard deviations by which thrust must have stood out before a cut-off is believed."""
    settle_s: float = 3.0
    """Length of free flight that must have been seen before a cut-off is declared."""
    cell_s: float = 0.5
    """Spacing of the hypotheses on the cut-off."""
