"""The online tracker: from the plots of many sensors to flights, clutter left aside.

Look after look, each open track says where its plot should be; plots are given out so that the sum
of the scores is greatest (global nearest neighbour: Blackman, Popoli 1999, section 6.4), and what
is left over opens new tracks. A track whose score shows that it is no chance becomes a flight, and
its plots are estimated as a whole, biases of the sensors included.

The picture is a function of the table alone. Plots that come late or out of order go where their
time puts them: the tracker falls back to a state before it and takes in again what came after, so
that it ends where it would have ended in order, to the last bit.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from trilogue.analysis.tracking.estimate import FlightEstimate, Picture
from trilogue.analysis.tracking.flight_estimate import estimate_flight
from trilogue.analysis.tracking.kernels.association import advance_pool, score_plots, take_in
from trilogue.analysis.tracking.looks import (
    Look,
    clutter_log_density,
    looks,
    measured,
    widened,
    would_see,
)
from trilogue.analysis.tracking.plots import PlotTable, joined
from trilogue.analysis.tracking.pool import Pool, Trail
from trilogue.analysis.tracking.prepared import geometry_of, plots_of_one, start
from trilogue.analysis.tracking.settings import EstimateSettings
from trilogue.analysis.tracking.stitching import best_pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Tracker", "track"]

GATE = (0.0, 0.0, 18.4, 21.1, 23.5)
"""Chi-squared with as many degrees of freedom that one true plot in ten thousand exceeds."""
CONFIRM = 20.0
"""Score of a flight: one in e²⁰ chances looks like it."""
LEAST_PLOTS = 4
LEAST_SPAN_S = 2.0
LOSS = 12.0
"""A track that lost so much of its best score has ended, or never was."""
SHORT = 8
"""Plots that a lost track must have taken to stay a flight."""
HOLD_S = 2.0
"""A track left alone for so long is moved on, lest it be moved the whole way in every look."""
BELOW_M = -3_000.0
KEPT = 48
"""States kept to fall back to: close together near the end, farther apart before."""


@dataclass
class _Mark:
    """A state of the tracker before the row `row` was taken in."""

    row: int
    pool: Pool
    ended: int
    opened: int


class Tracker:
    """Take plots in as they come; say at any time what flights they show."""

    def __init__(self, settings: EstimateSettings | None = None) -> None:
        self._settings = settings or EstimateSettings()
        self._table: PlotTable | None = None
        self._estimates: dict[bytes, FlightEstimate] = {}
        self._forget()

    def add(self, plots: PlotTable) -> None:
        """Take plots in, whenever they were made."""
        if not len(plots):
            return
        before = self._table
        table = plots if before is None else joined((before, plots))
        same = before is not None and table.sensors == before.sensors
        first = float(plots.time.min())
        self._table = table
        self._sd = widened(table)
        if not same:
            self._forget()
            self._geometry = geometry_of(table.sensors)
        self._fall_back(int(np.searchsorted(table.time, first, side="left")))
        self._replay()

    def picture(self) -> Picture:
        """Return the flights that the plots show. Raises `ValueError` where there are none."""
        if self._table is None:
            raise ValueError("no plots to make a picture from")
        table = self._table
        trails = [*self._ended, *self._pool.trails]
        flights = [
            self._estimate(np.array(trail.rows, np.int64))
            for trail in trails
            if _is_flight(trail, table)
        ]
        while (pair := best_pair(flights, table, self._settings)) is not None:
            rows = np.sort(np.concatenate([flights[k].plots for k in pair]))
            flights = [one for k, one in enumerate(flights) if k not in pair]
            flights.append(self._estimate(rows))
        flights.sort(key=lambda one: (table.time[one.plots[0]], one.track))
        used = np.zeros(len(table), bool)
        for flight in flights:
            used[flight.plots] = True
        return Picture(float(table.time[-1]), table, tuple(flights), np.flatnonzero(~used))

    def _estimate(self, rows: NDArray[np.int64]) -> FlightEstimate:
        """Return what rows `(m,)` of one object say; the same rows are estimated once."""
        assert self._table is not None
        keep = np.zeros(len(self._table), bool)
        keep[rows] = True
        part = self._table.where(keep)
        digest = hashlib.sha256()
        for array in (part.time, part.sensor, part.values, part.sd):
            digest.update(array.tobytes())
        digest.update(repr(part.sensors).encode())
        key = digest.digest()
        if key not in self._estimates:
            self._estimates[key] = estimate_flight(part, settings=self._settings)
        return replace(self._estimates[key], plots=rows)

    def _forget(self) -> None:
        self._pool = Pool(0 if self._table is None else len(self._table.sensors))
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
        assert self._table is not None
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
        assert self._table is not None
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
        loglik, distance2 = np.empty((t, m)), np.empty((t, m))
        score_plots(xs, ps, mu, self._geometry[look.sensor], values, sd, loglik, distance2)
        seen = self._sight(look, xs, mu)
        miss = np.log1p(-sensor.detection_probability * seen)
        gain = np.empty((t, m))
        for k in range(m):
            ranged, rated = measured(values[k])
            gain[:, k] = (
                math.log(sensor.detection_probability)
                + loglik[:, k]
                - clutter_log_density(sensor, ranged=ranged, rated=rated)
            )
            gain[distance2[:, k] > GATE[2 + ranged + rated], k] = -np.inf
        # One plot an object and look: a sensor that looks at its objects one by one, too.
        gain[look.time - pool.last[:, look.sensor] < 0.4 * sensor.period_s] = -np.inf
        free = np.ones(m, bool)
        taken = np.zeros(t, bool)
        for row, k in _assign(gain, miss):
            free[k], taken[row] = False, True
            take_in(xs[row], ps[row], mu[row], self._geometry[look.sensor], values[k], sd[k])
            trail = pool.trails[row]
            trail.rows.append(look.first + k)
            trail.score += gain[row, k]
            trail.best = max(trail.best, trail.score)
            pool.last[row, look.sensor] = look.time
        for row in np.flatnonzero(~taken):
            pool.trails[row].score += miss[row]
        move = taken | (look.time - pool.since > HOLD_S)
        pool.xs[move], pool.ps[move], pool.mu[move] = xs[move], ps[move], mu[move]
        pool.since[move] = look.time
        self._close(height)
        for k in np.flatnonzero(free):
            self._open(look, look.first + int(k))

    def _sight(
        self, look: Look, xs: NDArray[np.float64], mu: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return how likely it is that the sensor could see each track, `(t,)`."""
        assert self._table is not None
        sensor = self._table.sensors[look.sensor]
        if sensor.kind == "infrared":
            return np.asarray(0.9 * (mu[:, 0] + mu[:, 1]))
        likely = mu.argmax(axis=1)
        return np.array(
            [float(would_see(sensor, xs[t, likely[t], :3])) for t in range(len(mu))], np.float64
        )

    def _close(self, height: NDArray[np.float64]) -> None:
        """End the tracks that have come down or lost their object."""
        pool = self._pool
        keep = np.ones(pool.size, bool)
        for row, trail in enumerate(pool.trails):
            if height[row] < BELOW_M or trail.score < min(trail.best - LOSS, -LOSS):
                keep[row] = False
                trail.closed = True
                if trail.best >= CONFIRM:
                    self._ended.append(trail)
        if not keep.all():
            pool.keep(keep)

    def _open(self, look: Look, row: int) -> None:
        assert self._table is not None
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
        # A first plot is clutter unless it is new: this much speaks against it.
        trail.score = trail.best = -math.log1p(sensor.clutter_per_scan / 0.02)


def _assign(
    gain: NDArray[np.float64], miss: NDArray[np.float64]
) -> list[tuple[int, int]]:
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


def track(
    plots: PlotTable, *, until: float | None = None, settings: EstimateSettings | None = None
) -> Picture:
    """Return the flights that a table shows, with plots up to `until` (POSIX seconds).

    Raises `ValueError` where there are no plots.
    """
    tracker = Tracker(settings)
    tracker.add(plots if until is None else plots.until(until))
    return tracker.picture()
