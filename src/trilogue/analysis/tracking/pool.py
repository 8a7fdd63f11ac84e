"""The pool of open tracks: their states as arrays, the plots they took, and their scores.

A score is the logarithm of how much likelier the plots are under one object than under clutter and
new objects (Blackman, Popoli, Design and Analysis of Modern Tracking Systems, 1999, section 6.2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.kernels.dynamics import CORE, MODES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.prepared import Start

__all__ = ["Pool", "Trail"]

_ROOM = 8


@dataclass
class Trail:
    """One track: the rows it took, its score, and the best score that it ever had."""

    number: int
    rows: list[int] = field(default_factory=list)
    score: float = 0.0
    best: float = 0.0
    closed: bool = False

    def copy(self) -> Trail:
        """Return a track that changes by itself."""
        return Trail(self.number, self.rows.copy(), self.score, self.best, self.closed)


class Pool:
    """Open tracks: `xs` `(t, 4, 10)`, `ps`, `mu` `(t, 4)`, all as of `since` `(t,)`.

    `last` `(t, s)` is when a sensor's plot was last taken. Arrays have room for more tracks than
    there are; the first `size` rows count.
    """

    def __init__(self, sensors: int) -> None:
        self.size = 0
        self.trails: list[Trail] = []
        self._xs = np.empty((_ROOM, MODES, CORE))
        self._ps = np.empty((_ROOM, MODES, CORE, CORE))
        self._mu = np.empty((_ROOM, MODES))
        self._since = np.empty(_ROOM)
        self._last = np.empty((_ROOM, sensors))

    @property
    def xs(self) -> NDArray[np.float64]:
        """States."""
        return self._xs[: self.size]

    @property
    def ps(self) -> NDArray[np.float64]:
        """Covariances."""
        return self._ps[: self.size]

    @property
    def mu(self) -> NDArray[np.float64]:
        """Probabilities of modes."""
        return self._mu[: self.size]

    @property
    def since(self) -> NDArray[np.float64]:
        """Times that the states hold at."""
        return self._since[: self.size]

    @property
    def last(self) -> NDArray[np.float64]:
        """Times of the last plots, by sensor."""
        return self._last[: self.size]

    def copy(self) -> Pool:
        """Return a pool that changes by itself."""
        other = Pool(self._last.shape[1])
        other.size = self.size
        other.trails = [trail.copy() for trail in self.trails]
        room = max(self.size, _ROOM)
        for name in ("_xs", "_ps", "_mu", "_since", "_last"):
            setattr(other, name, getattr(self, name)[:room].copy())
        return other

    def add(self, trail: Trail, start: Start) -> int:
        """Open a track; return its row."""
        row = self.size
        if row == len(self._since):
            for name in ("_xs", "_ps", "_mu", "_since", "_last"):
                array = getattr(self, name)
                setattr(self, name, np.concatenate([array, np.empty_like(array)]))
        self._xs[row], self._ps[row] = start.states, start.covariances
        self._mu[row], self._since[row] = start.probabilities, start.time
        self._last[row] = -np.inf
        self.trails.append(trail)
        self.size += 1
        return row

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Drop the tracks that a mask `(t,)` does not keep."""
        kept = np.flatnonzero(which)
        for name in ("_xs", "_ps", "_mu", "_since", "_last"):
            array = getattr(self, name)
            array[: len(kept)] = array[kept]
        self.trails = [self.trails[k] for k in kept]
        self.size = len(kept)
