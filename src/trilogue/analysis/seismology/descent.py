"""From a start to the place that stands: Gauss–Newton, with the sound arrivals found on the way.

Each step solves the linearised problem for the arrivals held to be sound, and is shortened until it
lowers their misfit, so that a ridge without end is not run along. Where no step helps, the sets of
sound arrivals are looked at again, from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import Plane, unit_vector
from trilogue.analysis.seismology.error_model import model_covariance, reading_variance
from trilogue.analysis.seismology.soundness import Members, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trilogue.analysis.seismology.arrival import Arrival
    from trilogue.analysis.seismology.network import Network

__all__ = ["Descent", "Standing"]

_STEPS = 40
_LONGEST_STEP_M = 150_000.0
_SHORTEST_STEP_M = 20.0
_CHANGES = 5
"""How often the sound arrivals may change where the steps end, so that they do end."""
_ANOTHER_VIEW_M = 5_000.0
"""From this far away all sets of sound arrivals are looked at anew, and not the next ones only."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A place that fits, the problem linearised there, and which arrivals are held to be sound."""

    latitude: float
    longitude: float
    problem: Problem
    members: Members
    plausibility: float
    """Log density of the readings there, with the prior of the place."""


@dataclass(frozen=True, slots=True)
class Descent:
    """What the steps go by: stations, times `(n,)` in s, and the prior odds `(n,)` of the picks."""

    network: Network
    arrivals: Sequence[Arrival]
    times: NDArray[np.float64]
    unsound: NDArray[np.float64]

    def follow(self, start: tuple[float, float]) -> Standing | None:
        """Return where the steps from a start end; None where the travel-time table ends."""
        problem = self.linearised(start)
        if problem is None:
            return None
        place, searched, members, changes = start, start, problem.best_of_all(), 0
        for _ in range(_STEPS):
            following = self._step(place, problem, members)
            if following is not None:
                place, problem = following
                continue
            # It stands with these arrivals; seen from here, others may look sound.
            far = np.hypot(*Plane(*searched).project(*place)) > _ANOTHER_VIEW_M
            better = problem.best_of_all() if far else problem.best(members)
            if better == members or changes == _CHANGES:
                break
            searched, members, changes = place, better, changes + 1
        prior = float(self.network.log_prior(*np.array(place)[:, None])[0])
        return Standing(*place, problem, members, problem.plausibility(members) + prior)

    def linearised(self, place: tuple[float, float]) -> Problem | None:
        """Return the location linearised at a place; None where the travel-time table ends."""
        network = self.network
        travel, design = network.linearised(*place)
        if not (np.isfinite(travel).all() and np.isfinite(design).all()):
            return None
        degrees = network.degrees(*np.array(place)[:, None])[0]
        prior = model_covariance(unit_vector(*place), network.receivers, degrees)
        reading = reading_variance(self.arrivals, network.slownesses(*place))
        residuals = self.times - travel
        covariance = prior + np.diag(reading)
        return Problem(residuals - np.median(residuals), design, covariance, self.unsound)

    def _step(
        self, place: tuple[float, float], problem: Problem, members: Members
    ) -> tuple[tuple[float, float], Problem] | None:
        """Return the next place, after a step that lowers the misfit; None where none does."""
        east, north, _ = problem.fit(members).step
        length = float(np.hypot(east, north))
        here = problem.misfit(problem.residuals, members)
        share = min(1.0, _LONGEST_STEP_M / max(length, 1.0))
        while share * length > _SHORTEST_STEP_M:
            latitude, longitude = Plane(*place).unproject(share * east, share * north)
            there = float(latitude), float(longitude)
            following = self.linearised(there)
            if following is not None and problem.misfit(following.residuals, members) < here:
                return there, following
            share /= 2.0
        return None
