"""Where a location may begin: a search of the whole globe, in a robust norm.

Least squares finds the nearest minimum, and a false pick can make a wrong one the least. So the
start is searched everywhere from which the first P arrival reaches all stations, by the mean
absolute deviation from the median of arrival time minus travel time: up to half of the arrivals may
be wrong without moving it far. The best places are followed downhill on ever finer grids, and all
distinct ones are handed on, so that the choice between them is made with the full error model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import Plane, arc_degrees, geographic_latitude, unit_vector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.seismology.network import Network

__all__ = ["starts"]

_GLOBE_POINTS = 1_500
"""Points on the globe, 5 degrees apart: less than the width of a minimum far from stations."""
_RINGS_M = (0.0, 100_000.0, 250_000.0, 500_000.0, 1_000_000.0)
_SPREAD_DEGREES = 2.0
_FOLLOWED = 6
_FIRST_STEP_M = 250_000.0
_LAST_STEP_M = 2_000.0
_DISTINCT_M = 20_000.0
_COMPARABLE_S = 1.0
"""A place whose arrivals deviate more, beyond twice the least deviation, is no rival."""
_UNREACHED_S = 3_600.0
"""What a station beyond the table counts as deviating."""


def starts(network: Network, times: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return distinct places to start from, latitude and longitude, the most promising first.

    `times` `(n,)` are the arrival times in seconds.
    """
    # A near source makes a narrow minimum that wide ones far away outbid: each has its share.
    chosen = []
    for latitudes, longitudes in (_globe(), _near(network, times)):
        misfits = _misfit(network, times, latitudes, longitudes)
        best = _spread_out(unit_vector(latitudes, longitudes), misfits)
        chosen.append(np.stack([latitudes[best], longitudes[best]], axis=1))
    places, misfits = _downhill(network, times, np.concatenate(chosen))
    distinct: list[tuple[float, float]] = []
    for (latitude, longitude), misfit in zip(places.tolist(), misfits, strict=True):
        near = [np.hypot(*Plane(a, b).project(latitude, longitude)) for a, b in distinct]
        if misfit <= 2.0 * misfits[0] + _COMPARABLE_S and min(near, default=np.inf) > _DISTINCT_M:
            distinct.append((latitude, longitude))
    return distinct


def _globe() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points evenly over the globe: Fibonacci's lattice."""
    index = np.arange(_GLOBE_POINTS) + 0.5
    latitudes = np.degrees(np.arcsin(1.0 - 2.0 * index / _GLOBE_POINTS))
    longitudes = np.degrees(np.pi * (1.0 + 5.0**0.5) * index) % 360.0 - 180.0
    return geographic_latitude(latitudes), longitudes


def _near(
    network: Network, times: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the station that the wave reached first, and rings about it."""
    x, y, z = network.receivers[int(np.argmin(times))]
    latitude = float(geographic_latitude(np.degrees(np.arcsin(z))))
    longitude = float(np.degrees(np.arctan2(y, x)))
    radius, azimuth = np.meshgrid(_RINGS_M, np.radians(np.arange(0.0, 360.0, 30.0)))
    return Plane(latitude, longitude).unproject(
        (radius * np.sin(azimuth)).ravel(), (radius * np.cos(azimuth)).ravel()
    )


def _spread_out(places: NDArray[np.float64], misfits: NDArray[np.float64]) -> list[int]:
    """Return the best points, none of them near a better one: a wide minimum counts once."""
    chosen: list[int] = []
    for i in np.lexsort((np.arange(len(misfits)), misfits)):
        near = arc_degrees(places[i : i + 1], places[chosen])[0] < _SPREAD_DEGREES
        if not near.any():
            chosen.append(int(i))
        if len(chosen) == _FOLLOWED:
            break
    return chosen


def _misfit(
    network: Network,
    times: NDArray[np.float64],
    latitudes: NDArray[np.float64],
    longitudes: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the mean absolute deviation from the median at each place, `(g,)`, in seconds."""
    origins = times - times.min() - network.rough_times(latitudes, longitudes)
    reached = np.isfinite(origins)
    origins = np.where(reached, origins, -_UNREACHED_S)
    deviations = np.abs(origins - np.median(origins, axis=1, keepdims=True))
    misfits: NDArray[np.float64] = np.mean(deviations, axis=1)
    return np.where(reached.all(axis=1), misfits, misfits + _UNREACHED_S)


def _downhill(
    network: Network, times: NDArray[np.float64], places: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the places that a pattern search reaches and their misfits, the best first."""
    ring = np.radians(np.arange(0.0, 360.0, 45.0))
    east = np.concatenate([[0.0], np.sin(ring), 2.0 * np.sin(ring)])
    north = np.concatenate([[0.0], np.cos(ring), 2.0 * np.cos(ring)])
    step = _FIRST_STEP_M
    misfits = np.full(len(places), np.inf)
    while step > _LAST_STEP_M:
        around = [Plane(a, b).unproject(step * east, step * north) for a, b in places]
        latitudes = np.concatenate([place[0] for place in around])
        longitudes = np.concatenate([place[1] for place in around])
        values = _misfit(network, times, latitudes, longitudes).reshape(len(places), -1)
        best = np.argmin(values, axis=1)
        rows = np.arange(len(places))
        misfits = values[rows, best]
        index = rows * len(east) + best
        places = np.stack([latitudes[index], longitudes[index]], axis=1)
        step /= 2.0
    order = np.lexsort((np.arange(len(places)), misfits))
    return places[order], misfits[order]
