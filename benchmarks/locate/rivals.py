"""What else locates a source from first arrivals, each in the form that its users know.

ObsPy and SciPy have no locator; what people write with them is one of these. All take the same
arrivals and the travel times of the same table, so that what differs is the method.

* Least squares (L. Geiger, Bull. St. Louis Univ. 8, 56–71, 1912): latitude, longitude and origin
  time from the station that read it first, by `scipy.optimize.least_squares`.
* The same once more with a loss that grows slowly, so that a wrong reading draws less.
* Equal differential times over a grid (Y. Font et al., Geophys. J. Int. 158, 655–675, 2004): where
  most pairs of stations agree, by trying every place of a grid, three times finer each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from trilogue.analysis.seismology import DEPTH_M, Arrival, locate
from trilogue.analysis.seismology.network import Network

__all__ = ["METHODS"]

Place = tuple[float, float]
Loss = Literal["linear", "soft_l1"]
PAIR_SD_S = 0.7
ROBUST_S = 0.5
COARSE_S_DEG = 7.0
"""Half a step away, a P wave is so much late, a degree of step."""
SPANS = ((6.0, 0.5), (0.75, 0.06), (0.09, 0.01))
"""Reach and step in degrees of the grids, each about the best place of the one before."""


def _observed(arrivals: Sequence[Arrival]) -> tuple[Network, NDArray[np.float64], Place]:
    first = min(arrivals, key=lambda one: one.time)
    times = np.array([one.time - first.time for one in arrivals])
    return Network.of(arrivals, DEPTH_M), times, (first.latitude, first.longitude)


def _least_squares(arrivals: Sequence[Arrival], losses: Sequence[Loss]) -> Place:
    """Fit with one loss after another, each from where the one before ended."""
    network, times, start = _observed(arrivals)

    def residuals(x: NDArray[np.float64]) -> Any:
        travel = network.times(x[:1], x[1:2])[0]
        return np.where(np.isfinite(travel), times - travel - 10.0 * x[2], 1e3)

    at = np.array((*start, 0.0))
    for loss in losses:
        at = least_squares(residuals, at, loss=loss, f_scale=ROBUST_S).x
    return float(at[0]), float(at[1])


def _equal_differences(arrivals: Sequence[Arrival]) -> Place:
    network, times, (latitude, longitude) = _observed(arrivals)
    a, b = np.triu_indices(len(arrivals), 1)
    apart = times[a] - times[b]
    for reach, step in SPANS:
        line = np.arange(-reach, reach + step / 2.0, step)
        latitudes, longitudes = (
            one.ravel() for one in np.meshgrid(latitude + line, longitude + 1.33 * line)
        )
        travel = network.times(latitudes, longitudes)
        misfit = apart - (travel[:, a] - travel[:, b])
        # A coarse grid has no place that fits to the second: it is judged as coarsely.
        sd = max(PAIR_SD_S, COARSE_S_DEG * step)
        agreed = np.nan_to_num(np.exp(-(misfit**2) / (2.0 * sd**2))).sum(axis=1)
        best = int(np.argmax(agreed))
        latitude, longitude = float(latitudes[best]), float(longitudes[best])
    return latitude, longitude


def _ours(arrivals: Sequence[Arrival]) -> Place:
    found = locate(arrivals)
    return found.latitude, found.longitude


METHODS: dict[str, Callable[[Sequence[Arrival]], Place]] = {
    "Trilogue": _ours,
    "least squares (SciPy)": lambda arrivals: _least_squares(arrivals, ["linear"]),
    "robust least squares (SciPy)": lambda arrivals: _least_squares(
        arrivals, ["linear", "soft_l1"]
    ),
    "equal differential times, grid": _equal_differences,
}
"""By the name in the table: arrivals -> latitude and longitude in degrees."""
