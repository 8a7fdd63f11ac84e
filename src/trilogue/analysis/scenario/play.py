"""A scenario, played: its flights, what was seen of them, and what reached whom when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.scenario.consent import reaches
from trilogue.analysis.scenario.observe import Flight, Observed, observe, true_bias
from trilogue.analysis.scenario.reading import ScenarioError
from trilogue.analysis.scenario.sensors import PARTICIPANTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.scenario.scenario import Scenario

__all__ = ["Played", "play"]


@dataclass(frozen=True)
class Played:
    """A scenario under a seed. Times are POSIX seconds; arrays have a row a plot, `(n,)`."""

    scenario: Scenario
    seed: int
    flights: tuple[Flight, ...]
    observed: Observed

    @property
    def biases(self) -> Mapping[str, tuple[float, float, float, float]]:
        """What was wrong with each sensor: azimuth, elevation (rad), range (m), clock (s)."""
        given = self.scenario.biases
        return MappingProxyType(
            {s.id: given.get(s.id) or true_bias(s, self.seed) for s in self.scenario.sensors}
        )

    def received(self, participant: str) -> NDArray[np.float64]:
        """Return when each plot reaches a participant: its own at once, inf never."""
        return self._reach(participant)[0]

    def withdrawn(self, participant: str) -> NDArray[np.float64]:
        """Return from when each plot is gone from a participant; inf never, or never there."""
        return self._reach(participant)[1]

    def held(self, participant: str, at: float) -> NDArray[np.bool_]:
        """Say which plots a participant holds at a time."""
        received, withdrawn = self._reach(participant)
        return np.asarray((received <= at) & (at < withdrawn))

    def _reach(self, participant: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if participant not in PARTICIPANTS:
            raise ValueError(f"no participant is called {participant!r}: {', '.join(PARTICIPANTS)}")
        plots, begin = self.observed.plots, self.scenario.begin
        received, withdrawn = np.full((2, len(plots)), np.inf)
        for index, sensor in enumerate(plots.sensors):
            rows = plots.sensor == index
            seen = plots.time[rows]
            if sensor.owner == participant:
                received[rows] = seen
                continue
            at, gone = reaches(self.scenario.consents, sensor.owner, participant, seen - begin)
            received[rows] = begin + at
            withdrawn[rows] = np.where(np.isfinite(at), begin + gone, np.inf)
        return received, withdrawn


def play(scenario: Scenario, seed: int = 0) -> Played:
    """Play a scenario. Raises `ScenarioError` when nothing flies or sees as the scenario says."""
    flights = tuple(
        Flight(one.name, one.fly(), scenario.begin + one.launch_s) for one in scenario.flights
    )
    try:
        observed = observe(
            scenario.sensors,
            flights,
            seed=seed,
            begin=scenario.begin,
            outages=scenario.outages,
            biases=scenario.biases,
        )
    except ValueError as error:
        raise ScenarioError(f"{scenario.id}: {error}") from error
    return Played(scenario, seed, flights, observed)
