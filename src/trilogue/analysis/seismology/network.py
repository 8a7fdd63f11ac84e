"""The stations of a location, and the times that a source at a place would give them.

A source is held at one depth; places are geographic degrees. Times are those of the first P arrival
in ak135 over geocentric distance, with the correction for the Earth's flattening.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import Plane, arc_degrees, unit_vector
from trilogue.analysis.seismology.ellipticity import correction_s
from trilogue.analysis.seismology.travel_times import FirstArrivals, first_arrivals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trilogue.analysis.seismology.arrival import Arrival

__all__ = ["Network"]

_STEP_M = 500.0
"""Half the baseline over which times are differenced: short against any bend of the curve."""
_DECAY = 2.0
_NEAREST_DEGREES = 0.05
"""Closer than a source is deep, the distance on the ground no longer matters."""


@dataclass(frozen=True, slots=True)
class Network:
    """Stations as geocentric unit vectors `(n, 3)`, and the travel-time curve for one depth."""

    receivers: NDArray[np.float64]
    curve: FirstArrivals

    @classmethod
    def of(cls, arrivals: Sequence[Arrival], depth_m: float) -> Network:
        """Return the network of some arrivals, for a source `depth_m` below the surface."""
        places = np.array([(a.latitude, a.longitude) for a in arrivals])
        return cls(unit_vector(places[:, 0], places[:, 1]), first_arrivals(depth_m))

    def degrees(
        self, latitudes: NDArray[np.float64], longitudes: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return geocentric distances from `(g,)` places to the stations, `(g, n)`, in degrees."""
        return arc_degrees(unit_vector(latitudes, longitudes), self.receivers)

    def times(
        self,
        latitudes: NDArray[np.float64],
        longitudes: NDArray[np.float64],
        *,
        quick: bool = False,
    ) -> NDArray[np.float64]:
        """Return travel times from `(g,)` places, `(g, n)`, in seconds.

        `quick` times are good to 0.02 s. Where the table ends, beyond 100 degrees, the time is
        infinite.
        """
        sources = unit_vector(latitudes, longitudes)
        degrees = arc_degrees(sources, self.receivers)
        times = self.curve.quick(degrees) if quick else self.curve.evaluate(degrees)[0]
        return times + correction_s(sources, self.receivers, degrees)

    def rough_times(
        self, latitudes: NDArray[np.float64], longitudes: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return travel times good to half a second, without the flattening: for searching."""
        return self.curve.quick(self.degrees(latitudes, longitudes))

    def log_prior(
        self, latitudes: NDArray[np.float64], longitudes: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the log of how probable places are before any time is read, `(g,)`.

        A source farther away must be larger to be seen as well, and larger sources are rarer.
        Amplitudes fall with the square of distance, if not faster (C. F. Richter, Elementary
        Seismology, 1958, table 22-1), and ten times fewer sources have a magnitude greater by one
        (B. Gutenberg and C. F. Richter, 1944). So the probability falls with the square as well.
        """
        degrees = np.maximum(self.degrees(latitudes, longitudes), _NEAREST_DEGREES)
        result: NDArray[np.float64] = -_DECAY * np.log(degrees).mean(axis=1)
        return result

    def slownesses(self, latitude: float, longitude: float) -> NDArray[np.float64]:
        """Return the slowness of the ray to each station, `(n,)`, in s/deg."""
        return self.curve.evaluate(self.degrees(np.array([latitude]), np.array([longitude]))[0])[1]

    def linearised(
        self, latitude: float, longitude: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return travel times `(n,)` in s and the design `(n, 3)` of the arrival times there.

        The columns are the derivatives by metres east, metres north and seconds of origin time.
        Where the table ends nothing is finite.
        """
        offsets = _STEP_M * np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
        times = self.times(*Plane(latitude, longitude).unproject(offsets[:, 0], offsets[:, 1]))
        with np.errstate(invalid="ignore"):
            east, north = times[1] - times[2], times[3] - times[4]
        ones = np.ones(len(self.receivers))
        return times[0], np.stack([east / (2 * _STEP_M), north / (2 * _STEP_M), ones], axis=1)
