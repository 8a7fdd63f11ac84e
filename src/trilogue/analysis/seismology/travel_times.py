"""Travel times of the first P arrival in the Earth model ak135, from a table.

>>> curve = first_arrivals(depth_m=500.0)
>>> time, slowness = curve.evaluate(np.array([3.0, 10.0, 60.0]))
>>> time.round(2).tolist(), slowness.round(2).tolist()
([48.72, 144.84, 608.24], [13.75, 13.7, 6.87])

The table (`data/ak135.npz`, built by `tools/build_travel_times.py` with ObsPy TauP) holds six
branches of the P curve, each on its own grid of depth (0 to 50 km) and distance (0 to 100 degrees):

| branch | the ray turns | stored, per depth and distance |
| --- | --- | --- |
| direct | not at all, or in the source's own layer | mean slowness along the straight line |
| lower_crust | between 20 and 35 km | time and slowness, and the distance it begins at |
| lid | between 35 and 120 km (Pn) | the same |
| upper_mantle | above 410 km | time and slowness |
| transition_zone | above 660 km | time and slowness |
| lower_mantle | below 660 km, or along the core (Pdiff) | time and slowness |

The first arrival is the least of the branches, so nothing is interpolated across a crossover. In
distance a branch is a cubic through times and slownesses; in depth it is linear between rows, with
a row on either side of each discontinuity. Against TauP the error stays under 0.01 s.

Distances are angles at the Earth's centre between geocentric directions, times those of a sphere:
`ellipticity` adds what the flattening changes.

Source of the model: B. L. N. Kennett, E. R. Engdahl and R. Buland, Constraints on seismic
velocities in the Earth from travel times, Geophys. J. Int. 122, 108–124, 1995.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import MEAN_RADIUS_KM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["DEEPEST_M", "FARTHEST_DEGREES", "FirstArrivals", "first_arrivals", "table"]

DEEPEST_M = 50_000.0
"""Greatest source depth of the table, in metres."""

FARTHEST_DEGREES = 100.0
"""Greatest distance of the table, in degrees: beyond it PKP may come first."""

_BRANCHES = ("lower_crust", "lid", "upper_mantle", "transition_zone", "lower_mantle")
_QUICK_STEP_DEGREES = 0.01


@lru_cache(maxsize=1)
def table() -> Mapping[str, NDArray[np.float64]]:
    """Return the shipped arrays by name; times in s, slownesses in s/deg or s/km, angles in deg."""
    shipped = resources.files(__package__) / "data" / "ak135.npz"
    with np.load(io.BytesIO(shipped.read_bytes())) as arrays:
        return {name: arrays[name] for name in arrays.files}


@dataclass(frozen=True, slots=True)
class _Branch:
    """One branch at one depth: nodes at equal steps, and the distance it begins at."""

    first_degrees: float
    step_degrees: float
    start_degrees: float
    times: NDArray[np.float64]
    slownesses: NDArray[np.float64]

    def evaluate(
        self, degrees: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return time and slowness by Hermite's cubic; infinite time where the branch is not."""
        h = self.step_degrees
        position = (degrees - self.first_degrees) / h
        cell = np.clip(np.floor(position).astype(np.intp), 0, len(self.times) - 2)
        x = position - cell
        t_0, t_1 = self.times[cell], self.times[cell + 1]
        p_0, p_1 = self.slownesses[cell] * h, self.slownesses[cell + 1] * h
        bend, twist = 3 * (t_1 - t_0) - 2 * p_0 - p_1, p_0 + p_1 - 2 * (t_1 - t_0)
        time = t_0 + x * (p_0 + x * (bend + x * twist))
        slowness = (p_0 + x * (2 * bend + 3 * x * twist)) / h
        there = (degrees >= self.start_degrees) & (x <= 1.0 + 1e-9)
        return np.where(there, time, np.inf), slowness


@dataclass(frozen=True)
class FirstArrivals:
    """The first P arrival as a function of distance, for one source depth."""

    depth_m: float
    _direct_mean: NDArray[np.float64]
    _branches: tuple[_Branch, ...]

    def evaluate(
        self, degrees: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return time in s and slowness in s/deg at distances in degrees, of any one shape.

        Beyond `FARTHEST_DEGREES` the time is infinite.
        """
        time, slowness = self._direct(degrees)
        for branch in self._branches:
            other_time, other_slowness = branch.evaluate(degrees)
            earlier = other_time < time
            time = np.where(earlier, other_time, time)
            slowness = np.where(earlier, other_slowness, slowness)
        return time, slowness

    def quick(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the time within 0.02 s, at a tenth of the cost: for searching, not for residuals.

        Beyond `FARTHEST_DEGREES` the time is infinite.
        """
        time: NDArray[np.float64] = np.interp(degrees, *self._quick_nodes, right=np.inf)
        return time

    @cached_property
    def _quick_nodes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Distances in degrees, close together, and the times there."""
        count = round(FARTHEST_DEGREES / _QUICK_STEP_DEGREES) + 1
        degrees = np.linspace(0.0, FARTHEST_DEGREES, count)
        return degrees, self.evaluate(degrees)[0]

    def _direct(
        self, degrees: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return time and slowness of the direct branch: straight distance × mean slowness."""
        nodes = table()["direct_deg"]
        depth = self.depth_m / 1000.0
        inner = MEAN_RADIUS_KM - depth
        half = np.radians(degrees) / 2.0
        chord = np.sqrt(depth**2 + 4.0 * MEAN_RADIUS_KM * inner * np.sin(half) ** 2)
        # d chord / dΔ = R r sin Δ / chord; at the epicentre of a source at no depth it is R.
        safe = np.where(chord > 0.0, chord, 1.0)
        grows = np.where(
            chord > 0.0, MEAN_RADIUS_KM * inner * np.sin(2.0 * half) / safe, MEAN_RADIUS_KM
        )
        mean = np.interp(degrees, nodes, self._direct_mean)
        cell = np.clip(np.searchsorted(nodes, degrees, side="right") - 1, 0, len(nodes) - 2)
        slope = (self._direct_mean[cell + 1] - self._direct_mean[cell]) / np.diff(nodes)[cell]
        slowness = mean * grows * np.radians(1.0) + slope * chord
        return np.where(degrees <= nodes[-1], mean * chord, np.inf), slowness


@lru_cache(maxsize=32)
def first_arrivals(depth_m: float) -> FirstArrivals:
    """Return the first-arrival curve for a source `depth_m` metres below the surface.

    Raises:
        ValueError: the depth is not between 0 and `DEEPEST_M`.

    """
    if not 0.0 <= depth_m <= DEEPEST_M:
        raise ValueError(f"no travel times for a depth of {depth_m} m: the table has 0 to 50000 m")
    arrays = table()
    rows = arrays["depth_km"]
    k = int(np.clip(np.searchsorted(rows, depth_m / 1000.0, side="right") - 1, 0, len(rows) - 2))
    share = float((depth_m / 1000.0 - rows[k]) / (rows[k + 1] - rows[k]))

    def between(name: str) -> NDArray[np.float64]:
        lower, upper = arrays[name][k], arrays[name][k + 1]
        return np.asarray(lower if share == 0.0 else (1.0 - share) * lower + share * upper)

    branches = []
    for name in _BRANCHES:
        degrees, start = arrays[f"{name}_deg"], float(between(f"{name}_start"))
        if np.isfinite(start):
            branches.append(
                _Branch(
                    first_degrees=float(degrees[0]),
                    step_degrees=float(degrees[1] - degrees[0]),
                    start_degrees=start,
                    times=between(f"{name}_time"),
                    slownesses=between(f"{name}_slowness"),
                )
            )
    return FirstArrivals(depth_m, between("direct_mean"), tuple(branches))
