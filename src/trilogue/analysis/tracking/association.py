"""Association: look after look, plots are given out to tracks, and what is left opens new ones.

Each open track says where its plot should be; plots are given out so that the sum of the scores is
greatest (global nearest neighbour: Blackman, Popoli, Design and Analysis of Modern Tracking
Systems, 1999, section 6.4). The outcome is a function of the table alone. Rows that come late go
where their time puts them: the association falls back to a state before them and gives out again
what came after, so that it ends where it would have ended in order, to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from trilogue.analysis.tracking.kernels.association import advance_pool, score_plots, take_in
from trilogue.analysis.tracking.kernels.dynamics import COAST
from trilogue.analysis.tracking.looks import (
    Look,
    clutter_log_density,
    looks,
    measured,
    new_track_score,
    widened,
    would_see,
)
from trilogue.analysis.tracking.pool import Pool, Trail
from trilogue.analysis.tracking.prepared import geometry_of, plots_of_one, start

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.plots import PlotTable
    from trilogue.analysis.tracking.settings import EstimateSettings

__all__ = ["Association"]

GATE = (0.0, 0.0, 18.4, 21.1, 23.5)
"""Chi-squared with as many degrees of freedom that one true plot in ten thousand exceeds."""
CONFIRM = 20.0
"""Score of a flight: one in e²⁰ chances looks like it."""
LEAST_PLOTS = 4
LEAST_SPAN_S = 2.0
LOSS = 12.0
"""A track that may yet be chance and lost so much of its best score never was,"""
LOST = 60.0
"""and a flight that lost so much has ended or is elsewhere: several sensors missed it."""
SHORT = 8
"""Plots that a lost track must have taken to stay a flight."""
HOLD_S = 2.0
"""A track left alone for so long is moved on, lest it be moved the whole way in every look."""
BELOW_M = -3_000.0
CLEAR_SKY = 0.95
"""Probability that no cloud hides a burning engine."""
AGLOW_S = 10.0
"""After it was last seen burning a missile may burn again: its next stage."""
DARK = 0.02
"""Below this probability of boost an infrared sensor sees nothing,"""
UNSEEN = 1e-7
"""but for this: a plot of it is clutter."""
_SAME_LOOK_S = 1e-5
KEPT = 48
"""States kept to fall back to: close together near the end, farther apart before."""


LONGEST_BOOST_S = 30.0
"""A burning missile that nobody sees for so long can be anywhere,"""
ANYWHERE_M = 100e3
"""and so can one of which no more is known than this: any plot would fit it."""


@dataclass
class _Mark:
    """A state of the tracker before the row `row` was taken in."""

    row: int
    pool: Pool
    ended: int
    opened: int


class Association:
    """Tracks through the rows of a growing table.

    With `openers`, those rows alone may open a track.
    """

    def __init__(
        self,
        settings: EstimateSettings,
        table: PlotTable,
        openers: frozenset[int] | None = None,
    ) -> None:
        self._settings = settings
        self._openers = openers
        self._geometry = geometry_of(table.sensors)
        self._table = table
        self._sd = widened(table)
        self._forget()
        self._replay()

    def extend(self, table: PlotTable, first: float) -> None:
        """Go on with a table that has more rows, the earliest of them at `first`; same sensors."""
        self._table, self._sd = table, widened(table)
        # A look holds rows that are microseconds apart: fall back to before the whole look.
        self._fall_back(int(np.searchsorted(table.time, first - _SAME_LOOK_S, side="left")))
        self._replay()

    @property
    def flights(self) -> list[NDArray[np.int64]]:
        """Rows of each track that is no chance."""
        return [np.array(t.rows, np.int64) for t in self._trails if _is_flight(t, self._table)]

    @property
    def score(self) -> float:
        """How much likelier the plots are under what is no chance than under clutter, as a log."""
        return sum(trail.score for trail in self._trails if trail.best >= CONFIRM)

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of all that is no chance."""
        taken = [row for t in self._trails if t.best >= CONFIRM for row in t.rows]
        return np.sort(np.array(taken, np.int64))

    @property
    def _trails(self) -> list[Trail]:
        return [*self._ended, *self._pool.trails]

    def _forget(self) -> None:
        self._pool = Pool(len(self._table.sensors))
        self._ended: list[Trail] = []
        self._opened = 0
        self._row = 0
        self._marks: list[_Mark] = []

    def _fall_back(self, row: int) -> None:
        """Return to the last state before a row was taken in."""
        if row >= self._row:
            return
        while self._marks and self._marks[-1].row > row:
            self._marks.pop()
        if not self._marks:
            self._forget()
            return
        mark = self._marks[-1]
        self._pool, self._row, self._opened = mark.pool.copy(), mark.row, mark.opened
        del self._ended[mark.ended :]

    def _replay(self) -> None:
        for number, look in enumerate(looks(self._table, self._row)):
            if number % 32 == 0:
                self._mark(look.first)
            self._take(look)
            self._row = look.stop

    def _mark(self, row: int) -> None:
        if self._marks and self._marks[-1].row >= row:
            return
        self._marks.append(_Mark(row, self._pool.copy(), len(self._ended), self._opened))
        if len(self._marks) > KEPT:
            # Thin out the older half: the farther back, the rarer a fall.
            half = KEPT // 2
            self._marks = self._marks[:half:2] + self._marks[half:]

    def _take(self, look: Look) -> None:
        table, pool, settings = self._table, self._pool, self._settings
        sensor = table.sensors[look.sensor]
        values, sd = table.values[look.first : look.stop], self._sd[look.first : look.stop]
        t, m = pool.size, look.stop - look.first
        xs, ps, mu = np.empty_like(pool.xs), np.empty_like(pool.ps), np.empty_like(pool.mu)
        height = np.empty(t)
        advance_pool(
            pool.xs, pool.ps, pool.mu, pool.since, look.time, settings.rates, settings.noise,
            xs, ps, mu, height,
        )  # fmt: skip
        unsound = np.asarray(
            ~(np.isfinite(xs).all(axis=(1, 2)) & np.isfinite(ps).all(axis=(1, 2, 3))), bool
        )
        if unsound.any():
            self._end(unsound)
            self._take(look)
            return
        loglik, distance2 = np.empty((t, m)), np.empty((t, m))
        score_plots(xs, ps, mu, self._geometry[look.sensor], values, sd, loglik, distance2)
        seen = self._sight(look, xs, ps, mu)
        miss = np.log1p(-sensor.detection_probability * seen)
        # What a radar plots is in its field, be the track's own place as it may; but what an
        # infrared sensor plots burns, and that is for the track to say.
        lit = seen if sensor.kind == "infrared" else np.ones(t)
        hit = np.log(np.maximum(sensor.detection_probability * lit, UNSEEN))
        gain = np.empty((t, m))
        for k in range(m):
            ranged, rated = measured(values[k])
            gain[:, k] = (
                hit + loglik[:, k] - clutter_log_density(sensor, ranged=ranged, rated=rated)
            )
            gain[distance2[:, k] > GATE[2 + ranged + rated], k] = -np.inf
        # One plot an object and look: a sensor that looks at its objects one by one, too.
        gain[look.time - pool.last[:, look.sensor] < 0.4 * sensor.period_s] = -np.inf
        free = np.ones(m, bool)
        taken = np.zeros(t, bool)
        for row, k in _assign(gain, miss):
            # A row of the pool, and of the plots of this look.
            free[k], taken[row] = False, True
            take_in(xs[row], ps[row], mu[row], self._geometry[look.sensor], values[k], sd[k])
            trail = pool.trails[row]
            trail.rows.append(look.first + k)
            trail.score += gain[row, k]
            trail.best = max(trail.best, trail.score)
            pool.last[row, look.sensor] = look.time
        for idle in np.flatnonzero(~taken):
            pool.trails[idle].score += miss[idle]
        move = taken | (look.time - pool.since > HOLD_S)
        pool.xs[move], pool.ps[move], pool.mu[move] = xs[move], ps[move], mu[move]
        pool.since[move] = look.time
        self._close(look.time, mu, height)
        for left in np.flatnonzero(free):
            if self._openers is None or look.first + int(left) in self._openers:
                self._open(look, look.first + int(left))

    def _sight(
        self,
        look: Look,
        xs: NDArray[np.float64],
        ps: NDArray[np.float64],
        mu: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Return how likely it is that the sensor could see each track, `(t,)`."""
        sensor = self._table.sensors[look.sensor]
        if sensor.kind == "infrared":
            boost = mu[:, 0] + mu[:, 1]
            # Between two stages an engine is silent, and no filter knows at once that it burns.
            eyes = [k for k, one in enumerate(self._table.sensors) if one.kind == "infrared"]
            lately = look.time - self._pool.last[:, eyes].max(axis=1, initial=-np.inf) < AGLOW_S
            boost = np.where(lately, np.maximum(boost, 0.3), boost)
            return np.where(boost > DARK, CLEAR_SKY * boost, 0.0)
        every, likely = np.arange(len(mu)), mu.argmax(axis=1)
        return would_see(sensor, xs[every, likely, :3], ps[every, likely, :3, :3])

    def _close(self, time: float, mu: NDArray[np.float64], height: NDArray[np.float64]) -> None:
        """End the tracks that have come down or lost their object."""
        pool = self._pool
        unseen = time - pool.last.max(axis=1, initial=-np.inf)
        spread = np.sqrt(np.trace(pool.ps[:, COAST, :3, :3], axis1=1, axis2=2))
        astray = (unseen > LONGEST_BOOST_S) & ((mu[:, 0] + mu[:, 1] > 0.5) | (spread > ANYWHERE_M))
        over = astray | (height < BELOW_M)
        for row, trail in enumerate(pool.trails):
            lost = LOST if trail.best >= CONFIRM else LOSS
            over[row] |= trail.score < trail.best - lost
        self._end(over)

    def _end(self, over: NDArray[np.bool_]) -> None:
        """End the tracks that a mask `(t,)` names; those that are no chance stay flights."""
        for row in np.flatnonzero(over):
            trail = self._pool.trails[row]
            trail.closed = True
            if trail.best >= CONFIRM:
                self._ended.append(trail)
        if over.any():
            self._pool.keep(~over)

    def _open(self, look: Look, row: int) -> None:
        sensor = self._table.sensors[look.sensor]
        first = start(plots_of_one(self._table, row, self._sd), self._settings)
        trail = Trail(self._opened, [row])
        self._opened += 1
        new = self._pool.add(trail, first)
        take_in(
            self._pool.xs[new], self._pool.ps[new], self._pool.mu[new],
            self._geometry[look.sensor], self._table.values[row], self._sd[row],
        )  # fmt: skip
        self._pool.last[new, look.sensor] = look.time
        trail.score = trail.best = new_track_score(sensor)


def _assign(gain: NDArray[np.float64], miss: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return pairs of track and plot that make the sum of the scores greatest, `gain` `(t, m)`."""
    better = gain - miss[:, None]
    fits = better > 0.0
    rows, columns = np.flatnonzero(fits.any(axis=1)), np.flatnonzero(fits.any(axis=0))
    if not len(rows):
        return []
    part = np.where(fits, better, 0.0)[np.ix_(rows, columns)]
    if part.shape == (1, 1):
        return [(int(rows[0]), int(columns[0]))]
    chosen = linear_sum_assignment(part, maximize=True)
    return [
        (int(rows[r]), int(columns[c])) for r, c in zip(*chosen, strict=True) if part[r, c] > 0.0
    ]


def _is_flight(trail: Trail, table: PlotTable) -> bool:
    rows = trail.rows
    long = table.time[rows[-1]] - table.time[rows[0]] >= LEAST_SPAN_S
    lost = trail.closed and trail.score < trail.best - LOSS
    least = SHORT if lost else LEAST_PLOTS
    return trail.best >= CONFIRM and len(rows) >= least and bool(long)
