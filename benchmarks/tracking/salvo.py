"""Five missiles within two minutes, in clutter: our tracker and Stone Soup's, judged by its metric.

    python -m benchmarks.tracking salvo

Both take in the same plots of the shipped scenario `salvo`, as they come. Every few seconds both
say where everything is, and Stone Soup's GOSPA (Rahmathullah, García-Fernández, Svensson 2017;
order 2, cut-off 10 km, positions) judges them against what flies and has been plotted. Seeds are
held back: the peer was tuned on others.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from stonesoup.measures import Euclidean
from stonesoup.metricgenerator.ospametric import GOSPAMetric
from stonesoup.types.state import State

from benchmarks.page import markdown
from benchmarks.tracking.stonesoup_peer import at
from benchmarks.tracking.stonesoup_salvo import PeerSettings, follow
from trilogue.analysis.scenario.observe import Flight, Observed, observe
from trilogue.analysis.scenario.scenario import load
from trilogue.analysis.tracking.kernels.coast import FREE, advance
from trilogue.analysis.tracking.looks import looks
from trilogue.analysis.tracking.settings import EstimateSettings
from trilogue.analysis.tracking.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

__all__ = ["Score", "Seen", "judge", "our_positions", "peer_positions", "run", "see"]

CUTOFF_M = 10e3
EVERY_S = 5.0
UNTIL_S = 330.0
"""After the scenario's begin: the last engine has been silent for over a minute."""
SEEDS = range(9_001, 9_006)
CLUTTER = (1.0, 5.0, 10.0)
"""Times what the scenario's sensors have."""
HEADS = (
    *("clutter", "tracker", "GOSPA m", "of it localisation m", "missed", "false", "tracks at end"),
    *("flights among them", "false kept", "s of computing"),
)

Positions = list[NDArray[np.float64]]


@dataclass(frozen=True)
class Seen:
    """The plots of one run, what they show, and when both trackers are asked: POSIX seconds."""

    observed: Observed
    flights: tuple[Flight, ...]
    begin: float
    asked: tuple[float, ...]

    def truth(self, when: float) -> Positions:
        """Return where everything is that flies, and has been plotted."""
        plots, origin = self.observed.plots, self.observed.origin
        plotted = set(origin[plots.time <= when].tolist())
        out = []
        for k, flight in enumerate(self.flights):
            if k in plotted and flight.launched <= when <= flight.landed:
                out.append(flight.trajectory.at(when - flight.launched)[0])
        return out


@cache
def _flights() -> tuple[Flight, ...]:
    scenario = load("salvo")
    return tuple(
        Flight(one.name, one.fly(), scenario.begin + one.launch_s) for one in scenario.flights
    )


def see(seed: int, clutter: float, until: float = UNTIL_S, every: float = EVERY_S) -> Seen:
    """Look at the salvo with so many times the scenario's clutter."""
    scenario = load("salvo")
    sensors = [replace(s, clutter_per_scan=s.clutter_per_scan * clutter) for s in scenario.sensors]
    observed = observe(
        sensors, _flights(), seed=seed, begin=scenario.begin, until=scenario.begin + until
    )
    # Asked at a look's time: there Stone Soup's tracks all stand at one instant.
    asked, following = [], scenario.begin + every
    for look in looks(observed.plots):
        if look.time >= following:
            asked.append(look.time)
            following = look.time + every
    return Seen(observed, _flights(), scenario.begin, tuple(asked))


def our_positions(seen: Seen) -> list[Positions]:
    """Return where our tracker says that everything is, each time that it is asked."""
    tracker, plots, since = Tracker(), seen.observed.plots, -np.inf
    out = []
    for when in seen.asked:
        tracker.add(plots.where((plots.time > since) & (plots.time <= when)))
        since = when
        positions = []
        for flight in tracker.picture().flights:
            # From its last plot to the moment asked for: a second or so, as a stone flies.
            x = np.zeros(10)
            x[:6], x[9] = flight.now.state, EstimateSettings().log_drag
            advance(x, when - flight.now.time, np.eye(6, FREE))
            positions.append(x[:3])
        out.append(positions)
    return out


def peer_positions(seen: Seen, peer: PeerSettings | None = None) -> list[Positions]:
    """Return where Stone Soup's tracker says that everything is."""
    # Of looks at one instant the last one counts: only then are all its plots in.
    out: dict[float, Positions] = {when: [] for when in seen.asked}
    for when, tracks in follow(
        seen.observed.plots, seen.begin, EstimateSettings(), peer or PeerSettings()
    ):
        if when in out:
            out[when] = [np.asarray(t.state_vector[:3, 0], float) for t in tracks]
    return list(out.values())


@dataclass(frozen=True)
class Score:
    """Means over the moments asked about; of the end, how many tracks, and how many are false."""

    gospa: float
    localisation: float
    missed: float
    false: float
    tracks: int
    hits: int

    @property
    def false_kept(self) -> int:
        """Tracks at the end that are no flight's."""
        return self.tracks - self.hits


def judge(seen: Seen, said: Sequence[Positions]) -> Score:
    """Let Stone Soup's metric judge what a tracker said each time that it was asked."""
    metric = GOSPAMetric(p=2, c=CUTOFF_M, measure=Euclidean())
    rows, last = [], np.empty(0)
    for when, positions in zip(seen.asked, said, strict=True):
        moment = at(when - seen.begin)
        truth = [_state(p, moment) for p in seen.truth(when)]
        tracks = [_state(p, moment) for p in positions]
        if not truth and not tracks:
            continue
        value, last = metric.compute_gospa_metric(tracks, truth)
        share = value.value
        half = CUTOFF_M**2 / 2.0
        rows.append(
            [
                share["distance"],
                np.sqrt(share["localisation"]),
                share["missed"] / half,
                share["false"] / half,
            ]
        )
    means = np.mean(rows, axis=0).tolist()
    return Score(*means, len(said[-1]), int(np.sum(np.asarray(last) >= 0)))


def _state(position: NDArray[np.float64], moment: datetime) -> State:
    return State(position.reshape(3, 1), timestamp=moment)


def _row(clutter: float, name: str, scores: list[Score], seconds: float) -> list[str]:
    def mean(field: str) -> float:
        return float(np.mean([getattr(s, field) for s in scores]))

    return [
        f"× {clutter:.0f}",
        name,
        f"{mean('gospa'):.0f}",
        f"{mean('localisation'):.0f}",
        f"{mean('missed'):.2f}",
        f"{mean('false'):.2f}",
        ", ".join(str(s.tracks) for s in scores),
        ", ".join(str(s.hits) for s in scores),
        str(sum(s.false_kept for s in scores)),
        f"{seconds / len(scores):.1f}",
    ]


def run(console: Console, seeds: Sequence[int] = SEEDS) -> str:
    """Follow the salvo with both trackers, and print; return the table as Markdown."""
    rows = []
    for clutter in CLUTTER:
        for name, positions in (("Trilogue", our_positions), ("Stone Soup JPDA", peer_positions)):
            scores, since = [], time.process_time()
            for seed in seeds:
                seen = see(seed, clutter)
                scores.append(judge(seen, positions(seen)))
            rows.append(_row(clutter, name, scores, time.process_time() - since))
    title = f"Salvo of five within two minutes, seven sensors, {len(seeds)} held-back seeds"
    out = markdown(title, HEADS, rows)
    console.print(out, markup=False, highlight=False)
    return out
