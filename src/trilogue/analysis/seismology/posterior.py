"""The probability of places, summed up as one place and one ellipse.

Where stations surround a source the probability of its place is a bell, and least squares says all.
Where they stand to one side it is a long bent ridge, and a linear ellipse is wrong in size and
shape. So the probability is laid out on a grid: for each set of sound arrivals, with origin time
and error scale integrated out,

    p(x) ∝ π(x) (1 + χ²(x)/ν)^(-(ν+k+2)/2),   k = |S| - 3,

(the marginal of the Student t in `soundness`, with π the prior of `Network.log_prior`), each
normalised and weighted with the probability of its set. The estimate is the place with the least
expected distance to the truth, the geometric median: robust against a ridge's far end, and equal to
the mean of a bell. The ellipse has the shape of the second moments about the estimate, and the size
that holds the stated probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import Plane
from trilogue.analysis.seismology.ellipse import Ellipse
from trilogue.analysis.seismology.error_model import COMMON_SD_S, PRIOR_DEGREES_OF_FREEDOM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from trilogue.analysis.seismology.network import Network
    from trilogue.analysis.seismology.soundness import Weighed

__all__ = ["Bell", "Summary", "summarise"]

_REACH_SDS = 5.0
_GRIDS = (21, 21, 41)
"""Points along each side, grid after grid: each is laid over the bell that the last one found."""
_NARROWEST_M, _WIDEST_M = 1.0, 1_500_000.0
"""Standard deviations that a grid is laid for: the widest reaches a third around the globe."""
_MEDIAN_STEPS = 60
_EDGE_SHARE = 0.02
_UNREACHED_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Bell:
    """A place that fits, with its covariance by least squares and its plausibility."""

    latitude: float
    longitude: float
    covariance: NDArray[np.float64]
    """`(2, 2)`, in m² over east and north."""
    plausibility: float = 1.0
    """Against that of the best place."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The most useful place, the origin time there, and how far off both may be."""

    latitude: float
    longitude: float
    origin_s: float
    origin_sd_s: float
    ellipse: Ellipse
    unbounded: bool
    """The probability runs off the grid: the ellipse is too small."""


def summarise(
    network: Network,
    times: NDArray[np.float64],
    covariance: NDArray[np.float64],
    weighed: Weighed,
    bells: Sequence[Bell],
    probability: float,
    *,
    common_sd_s: float = COMMON_SD_S,
) -> Summary:
    """Return the estimate and its ellipse.

    `times` `(n,)` are arrival times in s after any moment, `covariance` `(n, n)` is in s², `bells`
    are the places found, the best first: the grid is laid over all of them. The origin time is
    after the same moment as the arrivals; `common_sd_s` is its error that no arrival shows.
    """
    plane = Plane(bells[0].latitude, bells[0].longitude)
    sets = _Sets(covariance, weighed)
    centre, spread = _together(plane, bells)
    spread *= 2.0
    for side in _GRIDS:
        points, edge = _lay(centre, spread, side)
        places = plane.unproject(points[:, 0], points[:, 1])
        origins = _origins(network, times, places)
        share = sets.density(origins, network.log_prior(*places))
        centre = share @ points
        spread = (points - centre).T @ ((points - centre) * share[:, None])
    estimate = _geometric_median(points, share)
    offsets = points - estimate
    moments = offsets.T @ (offsets * share[:, None])
    size = _size(offsets, moments, share, probability)
    latitude, longitude = (float(x) for x in plane.unproject(estimate[0], estimate[1]))
    here = _origins(network, times, (np.array([latitude]), np.array([longitude])))
    origin = float(sets.origin(here)[0])
    variance = float(share @ (sets.origin(origins) - origin) ** 2)
    variance += sets.origin_variance(origins) + common_sd_s**2
    return Summary(
        latitude,
        longitude,
        origin,
        float(np.sqrt(variance)),
        Ellipse.of_matrix(latitude, longitude, size * moments, probability),
        unbounded=bool(share[edge].sum() > _EDGE_SHARE),
    )


class _Sets:
    """The sets of sound arrivals, and what they say of places together.

    With P = C⁻¹ - C⁻¹11ᵀC⁻¹/(1ᵀC⁻¹1) of all arrivals, χ² = rᵀPr with the origin time free; without
    the arrivals D it is less by (Pr)_Dᵀ (P_DD)⁻¹ (Pr)_D. So one product with P serves all sets.
    """

    def __init__(self, covariance: NDArray[np.float64], weighed: Weighed) -> None:
        self._probabilities = weighed.probabilities
        inverse = np.linalg.inv(covariance)
        weights = inverse.sum(axis=1)
        self._projector = inverse - np.outer(weights, weights) / weights.sum()
        self._sizes = weighed.sets.sum(axis=1)
        self._without: list[tuple[NDArray[np.intp], NDArray[np.float64]]] = []
        averages, self._information = [], np.empty(len(weighed.sets))
        for s, members in enumerate(weighed.sets):
            out = np.flatnonzero(~members)
            self._without.append((out, np.linalg.inv(self._projector[np.ix_(out, out)])))
            own = np.linalg.inv(covariance[np.ix_(members, members)]).sum(axis=1)
            self._information[s] = own.sum()
            average = np.zeros(len(members))
            average[members] = own / own.sum()
            averages.append(average)
        self._average = self._probabilities @ np.array(averages)

    def density(
        self, origins: NDArray[np.float64], log_prior: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the probability of `g` places, summing to one; `origins` is `(g, n)`."""
        nu = PRIOR_DEGREES_OF_FREEDOM
        total = np.zeros(len(origins))
        for chi_squared, size, probability in zip(
            self._chi_squared(origins), self._sizes, self._probabilities, strict=True
        ):
            log_density = log_prior - (nu + size - 1.0) / 2.0 * np.log1p(chi_squared / nu)
            density = np.exp(log_density - log_density.max())
            total += probability / density.sum() * density
        return total

    def origin(self, origins: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the origin time at `g` places: the weighted mean over stations and sets."""
        result: NDArray[np.float64] = origins @ self._average
        return result

    def origin_variance(self, origins: NDArray[np.float64]) -> float:
        """Return the variance of the origin time where the place is known, in s²."""
        nu = PRIOR_DEGREES_OF_FREEDOM
        least = np.array([chi_squared.min() for chi_squared in self._chi_squared(origins)])
        scales = (nu + least) / (nu + self._sizes - 3.0)
        return float(self._probabilities @ (scales / self._information))

    def _chi_squared(self, origins: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
        """Give χ² at the places for each set, with the origin time free."""
        projected = origins @ self._projector
        whole = np.einsum("gi,gi->g", origins, projected)
        for out, inverse in self._without:
            gone = projected[:, out]
            yield np.maximum(whole - np.einsum("gi,ij,gj->g", gone, inverse, gone), 0.0)


def _lay(
    centre: NDArray[np.float64], spread: NDArray[np.float64], side: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return points of a grid along the axes of a bell, `(side², 2)`, and which are its edge."""
    values, vectors = np.linalg.eigh(spread)
    values = np.clip(values, _NARROWEST_M**2, _WIDEST_M**2)
    line = np.linspace(-_REACH_SDS, _REACH_SDS, side)
    across, along = (axis.ravel() for axis in np.meshgrid(line, line, indexing="ij"))
    points = centre + (np.stack([across, along], axis=1) * np.sqrt(values)) @ vectors.T
    return points, (np.abs(across) == _REACH_SDS) | (np.abs(along) == _REACH_SDS)


def _together(
    plane: Plane, bells: Sequence[Bell]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean `(2,)` and covariance `(2, 2)`, in the plane, of bells taken together."""
    centres = np.stack([np.array(plane.project(b.latitude, b.longitude)) for b in bells])
    masses = np.array([b.plausibility * np.sqrt(np.linalg.det(b.covariance)) for b in bells])
    masses /= masses.sum()
    mean = masses @ centres
    within = sum((m * b.covariance for m, b in zip(masses, bells, strict=True)), np.zeros((2, 2)))
    return mean, within + (centres - mean).T @ ((centres - mean) * masses[:, None])


def _origins(
    network: Network,
    times: NDArray[np.float64],
    places: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return arrival times less travel times from places, `(g, n)`.

    Where the table ends the time is an hour off, which no other arrival will agree with.
    """
    travel = network.times(*places, quick=True)
    return times - np.where(np.isfinite(travel), travel, _UNREACHED_S)


def _geometric_median(
    points: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the point with the least expected distance (E. Weiszfeld, 1937)."""
    median = share @ points
    for _ in range(_MEDIAN_STEPS):
        weights = share / np.maximum(np.hypot(*(points - median).T), 1.0)
        median = weights @ points / weights.sum()
    return median


def _size(
    offsets: NDArray[np.float64],
    moments: NDArray[np.float64],
    share: NDArray[np.float64],
    probability: float,
) -> float:
    """Return the factor on the second moments at which their ellipse holds the probability."""
    radii = np.einsum("gi,ij,gj->g", offsets, np.linalg.inv(moments), offsets)
    order = np.argsort(radii, kind="stable")
    held = np.cumsum(share[order])
    return float(np.interp(probability, held, radii[order]))
