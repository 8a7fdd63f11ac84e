"""Time per update, ours and Stone Soup's, on the same plots in the same run.

    python -m benchmarks.tracking speed

Both sides take in the same plots of one flight, in the same order, from the same prior, one thread
each. A round runs the peer once and ours many times, side by side; times are those of the thread on
the processor, so that waiting for it does not count. Each of the peer's updates counts with its
quickest round, and so does each of our runs. Sensors here have no biases: ten elements of state, as
the peer has them. The results are compared after every update.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.page import markdown
from benchmarks.tracking.flights import fly
from benchmarks.tracking.stonesoup_peer import (
    Motion,
    Sighting,
    interacting,
    sightings_of,
    unscented,
)
from trilogue.analysis.tracking.kernels import ukf
from trilogue.analysis.tracking.kernels.dynamics import BOOST_TURN, CORE, MODES, REENTRY
from trilogue.analysis.tracking.kernels.imm import run as run_modes
from trilogue.analysis.tracking.prepared import Prepared, prepare, start
from trilogue.analysis.tracking.settings import EstimateSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rich.console import Console
    from stonesoup.types.state import GaussianState

__all__ = ["Case", "Run", "case", "difference", "run", "settled"]

AFTER = 60.0
SETTLED = 20
"""Plots that the modes have taken in before the one-mode filter starts from them."""
OURS_IN_A_ROUND = 40
HEADS = (
    *("filter", "flight", "updates", "Stone Soup ms", "Trilogue µs", "times faster"),
    *("of medians", "largest difference, sd", "at the end, sd"),
)


@dataclass(frozen=True)
class Run:
    """What a filter said after each update: states and covariances, `(m, …, 10)` and one more."""

    states: NDArray[np.float64]
    covariances: NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """Plots of a flight as both sides take them; seconds count from its lift-off."""

    flight: str
    table: Prepared
    seconds: NDArray[np.float64]
    sightings: tuple[Sighting, ...]
    cutoff: float
    settings: EstimateSettings

    def part(self, first: int, last: int) -> Case:
        """Return the updates from `first` up to `last`."""
        columns = self.table.part(first, last)
        table = Prepared(
            *columns, self.table.geometry, self.table.bias, self.table.bias_sd,
            self.table.infrared, self.table.sensors,
        )  # fmt: skip
        return Case(
            self.flight, table, self.seconds[first:last], self.sightings[first:last],
            self.cutoff, self.settings,
        )  # fmt: skip


def case(flight: str, seed: int, after: float = AFTER) -> Case:
    """Fly one of `FLIGHTS`, and look at it until some seconds after the cut-off."""
    flown = fly(flight, seed, biased=False, until=after)
    table = prepare(flown.plots)
    # Stone Soup's clock has microseconds and no finer.
    seconds = np.round(table.time - flown.launched, 6)
    return Case(
        flight, table, seconds, sightings_of(table, seconds), flown.burnout - flown.launched,
        EstimateSettings(),
    )  # fmt: skip


Side = Callable[[], Run]


def our_modes(the: Case) -> Side:
    """Return our run of the interacting modes, ready to be timed."""
    first, table = start(the.table, the.settings), the.table
    m = len(the.seconds)
    xs, ps = np.empty((m, MODES, CORE)), np.empty((m, MODES, CORE, CORE))
    mu, loglik = np.empty((m, MODES)), np.empty(m)

    def go() -> Run:
        run_modes(
            first.states, first.covariances, first.probabilities, the.seconds[0], the.seconds,
            table.sensor, table.values, table.sd, table.geometry, table.bias,
            the.settings.rates, the.settings.noise, xs, ps, mu, loglik,
        )  # fmt: skip
        return Run(xs, ps)

    return go


def our_unscented(the: Case, mode: int, first: tuple[NDArray, NDArray, float]) -> Side:
    """Return our run of the unscented filter, ready to be timed."""
    table, m = the.table, len(the.seconds)
    xs, ps, loglik = np.empty((m, CORE)), np.empty((m, CORE, CORE)), np.empty(m)

    def go() -> Run:
        ukf.run(
            mode, *first, the.seconds, table.sensor, table.values, table.sd, table.geometry,
            the.settings.noise, ukf.ALPHA, ukf.BETA, ukf.KAPPA, xs, ps, loglik,
        )  # fmt: skip
        return Run(xs, ps)

    return go


class _Watch:
    """Takes down what the peer says after each update, and the time that each took."""

    def __init__(self) -> None:
        self.states: list[NDArray] = []
        self.covariances: list[NDArray] = []
        self.times: list[float] = []
        self._since = time.thread_time()

    def one(self, state: GaussianState) -> None:
        """After an update of one filter."""
        self.times.append(time.thread_time() - self._since)
        self.states.append(np.asarray(state.state_vector, float)[:, 0])
        self.covariances.append(np.asarray(state.covar, float))
        self._since = time.thread_time()

    def many(self, states: list[GaussianState], _: NDArray) -> None:
        """After an update of the interacting modes."""
        self.times.append(time.thread_time() - self._since)
        self.states.append(np.array([s.state_vector[:, 0] for s in states], float))
        self.covariances.append(np.array([s.covar for s in states], float))
        self._since = time.thread_time()

    @property
    def run(self) -> Run:
        """What was taken down."""
        return Run(np.array(self.states), np.array(self.covariances))


def peer_modes(the: Case) -> Callable[[], _Watch]:
    """Return the peer's run of the interacting modes."""
    first = start(the.table, the.settings)

    def go() -> _Watch:
        watch = _Watch()
        interacting(
            the.settings.noise, the.settings.rates,
            (first.states, first.covariances, first.probabilities, float(the.seconds[0])),
            the.sightings, watch.many,
        )  # fmt: skip
        return watch

    return go


def peer_unscented(
    the: Case, mode: int, first: tuple[NDArray, NDArray, float]
) -> Callable[[], _Watch]:
    """Return the peer's run of the unscented filter."""

    def go() -> _Watch:
        watch = _Watch()
        unscented(Motion(mode, the.settings.noise), first, the.sightings, watch.one)
        return watch

    return go


def difference(ours: Run, theirs: Run) -> NDArray[np.float64]:
    """Return the largest difference after each update.

    Of any mean in its standard deviation, and of any standard deviation in itself.
    """
    a, b = (np.sqrt(np.diagonal(r.covariances, axis1=-2, axis2=-1)) for r in (ours, theirs))
    off = np.maximum(np.abs(ours.states - theirs.states) / b, np.abs(a / b - 1.0))
    return np.asarray(off.reshape(len(off), -1).max(axis=1))


@dataclass(frozen=True)
class _Timed:
    """Microseconds per update: the quickest, and the medians over rounds; and how far apart."""

    theirs: float
    ours: float
    ratio_of_medians: float
    apart: NDArray[np.float64]

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours


def _measure(ours: Side, theirs: Callable[[], _Watch], rounds: int) -> _Timed:
    ours()  # compiled, or taken from where compiled code is kept
    mine, steps, apart = [], [], np.empty(0)
    for _ in range(rounds):
        part = []
        for _ in range(OURS_IN_A_ROUND):
            since = time.thread_time()
            result = ours()
            part.append(time.thread_time() - since)
        watch = theirs()
        apart = difference(result, watch.run)
        mine.append(part)
        steps.append(watch.times)
    n = len(apart)
    quickest = float(np.min(mine)), float(np.min(steps, axis=0).sum())
    middle = np.median(np.sum(steps, axis=1) / np.median(mine, axis=1))
    return _Timed(quickest[1] / n * 1e6, quickest[0] / n * 1e6, float(middle), apart)


def settled(the: Case, mode: int) -> tuple[Case, tuple[NDArray, NDArray, float]]:
    """Return the updates of one mode's part of the flight, and where the modes stood before."""
    modes = our_modes(the)()
    boosting = the.seconds < the.cutoff
    if mode == BOOST_TURN:
        ranged = np.flatnonzero(~np.isnan(the.table.values[:, 2]))
        first, last = int(ranged[0]) + SETTLED, int(boosting.sum())
    else:
        first, last = int(boosting.sum()) + SETTLED, len(boosting)
    before = first - 1
    state, covariance = modes.states[before, mode].copy(), modes.covariances[before, mode].copy()
    return the.part(first, last), (state, covariance, float(the.seconds[before]))


def _row(name: str, flight: str, timed: _Timed) -> list[str]:
    return [
        name,
        flight,
        str(len(timed.apart)),
        f"{timed.theirs / 1e3:.2f}",
        f"{timed.ours:.2f}",
        f"{timed.ratio:.0f}",
        f"{timed.ratio_of_medians:.0f}",
        f"{timed.apart.max():.1e}",
        f"{timed.apart[-1]:.1e}",
    ]


_COMPILE = """
import time
since = time.perf_counter()
from benchmarks.tracking import speed
the = speed.case("900 km", 1)
imported = time.perf_counter()
speed.our_modes(the)()
modes = time.perf_counter()
part, first = speed.settled(the, speed.REENTRY)
speed.our_unscented(part, speed.REENTRY, first)()
print(modes - imported, time.perf_counter() - modes)
"""


def _compiling() -> tuple[float, float]:
    """Return the seconds that compiling the two kernels takes where nothing is kept."""
    with tempfile.TemporaryDirectory() as folder:
        out = subprocess.run(
            [sys.executable, "-c", _COMPILE],
            env={**os.environ, "NUMBA_CACHE_DIR": folder},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
    return float(out[0]), float(out[1])


def run(console: Console, rounds: int = 9) -> str:
    """Time both sides, and print; return the table as Markdown."""
    rows = []
    for flight in ("900 km", "3,500 km"):
        the = case(flight, 1)
        rows.append(_row("IMM-EKF", flight, _measure(our_modes(the), peer_modes(the), rounds)))
        for mode, name in ((BOOST_TURN, "UKF, boost"), (REENTRY, "UKF, free flight")):
            part, first = settled(the, mode)
            sides = our_unscented(part, mode, first), peer_unscented(part, mode, first)
            rows.append(_row(name, flight, _measure(*sides, rounds)))
    title = f"Time per update, {rounds} rounds, one thread"
    modes, points = _compiling()
    said = (
        f"Compiling, once on a machine: {modes:.0f} s for the modes, {points:.0f} s for "
        "the unscented filter. No time above has any of it."
    )
    out = f"{markdown(title, HEADS, rows)}\n\n{said}"
    console.print(out, markup=False, highlight=False)
    return out
