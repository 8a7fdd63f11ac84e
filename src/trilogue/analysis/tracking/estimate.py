"""What the tracker says of a flight: every number with its uncertainty, and what it does not know.

States are in ECEF (WGS-84): metres, and metres per second relative to the rotating Earth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, overload

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.plots import PlotTable

__all__ = [
    "PHASES",
    "ClassProbability",
    "FlightEstimate",
    "GroundPoint",
    "Phase",
    "Picture",
    "SensorBias",
    "StateEstimate",
    "States",
    "Value",
]

Phase = Literal["boost", "midcourse", "terminal", "unknown"]
PHASES: tuple[Phase, ...] = ("boost", "midcourse", "terminal", "unknown")
"""In the order in which arrays have them."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number and its standard deviation, in the unit that the field's name states."""

    value: float
    sd: float


@dataclass(frozen=True, slots=True)
class GroundPoint:
    """A point on the ground at a time, with the ellipse that holds it with `probability`."""

    latitude: float
    longitude: float
    time: Value
    """POSIX seconds."""
    semi_major_m: float
    semi_minor_m: float
    azimuth_deg: float
    """Direction of the major axis, degrees clockwise from north, in [0, 180)."""
    probability: float = 0.9


@dataclass(frozen=True, slots=True)
class StateEstimate:
    """A state `(6,)` at a time, with its covariance `(6, 6)`; `phase` is the likeliest."""

    time: float
    state: NDArray[np.float64]
    covariance: NDArray[np.float64]
    phase: Phase
    phases: dict[Phase, float]
    """Probability of each phase; they sum to one."""


@dataclass(frozen=True, eq=False)
class States(Sequence[StateEstimate]):
    """States one after the other, as arrays: hundreds of them are read at once.

    `time` is `(n,)`, `state` `(n, 6)`, `covariance` `(n, 6, 6)`; `phase` `(n,)` is the likeliest
    by its place in `PHASES`, and `phases` `(n, 4)` are the probabilities.
    """

    time: NDArray[np.float64]
    state: NDArray[np.float64]
    covariance: NDArray[np.float64]
    phase: NDArray[np.int64]
    phases: NDArray[np.float64]

    @classmethod
    def of(cls, states: Iterable[StateEstimate]) -> States:
        """Put states together."""
        kept = tuple(states)
        return cls(
            np.array([one.time for one in kept], np.float64),
            np.array([one.state for one in kept], np.float64).reshape(-1, 6),
            np.array([one.covariance for one in kept], np.float64).reshape(-1, 6, 6),
            np.array([PHASES.index(one.phase) for one in kept], np.int64),
            np.array(
                [[one.phases.get(name, 0.0) for name in PHASES] for one in kept], np.float64
            ).reshape(-1, len(PHASES)),
        )

    def where(self, keep: NDArray[np.bool_]) -> States:
        """Return some of them."""
        return States(
            self.time[keep],
            self.state[keep],
            self.covariance[keep],
            self.phase[keep],
            self.phases[keep],
        )

    def then(self, one: StateEstimate) -> States:
        """Return them and one more."""
        last = States.of([one])
        return States(
            np.concatenate([self.time, last.time]),
            np.concatenate([self.state, last.state]),
            np.concatenate([self.covariance, last.covariance]),
            np.concatenate([self.phase, last.phase]),
            np.concatenate([self.phases, last.phases]),
        )

    def __len__(self) -> int:
        return len(self.time)

    @overload
    def __getitem__(self, at: int) -> StateEstimate: ...

    @overload
    def __getitem__(self, at: slice) -> States: ...

    def __getitem__(self, at: int | slice) -> StateEstimate | States:
        if isinstance(at, slice):
            return States(
                self.time[at], self.state[at], self.covariance[at], self.phase[at], self.phases[at]
            )
        return StateEstimate(
            float(self.time[at]),
            self.state[at],
            self.covariance[at],
            PHASES[self.phase[at]],
            {name: p for name, p in zip(PHASES, self.phases[at].tolist(), strict=True) if p > 0.0},
        )


@dataclass(frozen=True, slots=True)
class ClassProbability:
    """A class of missile, as the launch record names it, or `unknown`."""

    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class SensorBias:
    """What stays wrong with one sensor, as a flight shows it."""

    owner: str
    sensor: str
    azimuth_rad: Value
    elevation_rad: Value
    range_m: Value
    clock_s: Value
    """By how much its clock is ahead."""


@dataclass(frozen=True)
class FlightEstimate:
    """One flight as the plots show it. What is not known yet is `None`, and `remarks` say why."""

    track: str
    """Name of the track: stable while plots are added, made from its first plots."""
    history: States
    """Filtered as the plots came, thinned; the last one is now."""
    smoothed: States
    """Looking back from now over all plots of the track."""
    burnout: Value | None
    """POSIX seconds of the last cut-off; `None` while the engine may still burn."""
    launch: GroundPoint | None
    impact: GroundPoint | None
    """`None` before burnout: the impact is then unbounded."""
    apogee_m: Value | None
    apogee_time: Value | None
    classes: tuple[ClassProbability, ...]
    """Likeliest first, `unknown` among them; they sum to one."""
    plots: NDArray[np.int64]
    """Rows of the table that the track rests on."""
    remarks: tuple[str, ...]
    biases: tuple[SensorBias, ...] = ()
    """Of the sensors that state any, once the flight is free."""

    @cached_property
    def now(self) -> StateEstimate:
        """The newest state."""
        return self.history[-1]


@dataclass(frozen=True)
class Picture:
    """Every flight that a table of plots shows at a time, oldest first."""

    time: float
    plots: PlotTable
    flights: tuple[FlightEstimate, ...]
    unused: NDArray[np.int64]
    """Rows that belong to no flight: clutter, as far as is known."""
