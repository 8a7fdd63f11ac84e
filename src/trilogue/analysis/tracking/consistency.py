"""Whether stated uncertainty is honest: NEES, its interval, ellipses, and how often they hold.

Source: Bar-Shalom, Li, Kirubarajan 2001, section 5.4.2 (the mean over N runs of the normalised
estimation error squared, times N, is chi-squared with N times the dimension degrees of freedom);
Wilson, J. American Statistical Association 22, 209–212, 1927, for the interval of a share.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.frames import enu_axes, to_ecef

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.estimate import GroundPoint

__all__ = ["inside", "nees", "nees_interval", "offset", "share_interval"]


def nees(error: NDArray[np.float64], covariance: NDArray[np.float64]) -> float:
    """Return the squared error `(n,)` in units of its covariance: n on average, when honest."""
    sd = np.sqrt(np.diag(covariance))
    scaled = error / sd
    return float(scaled @ np.linalg.solve(covariance / np.outer(sd, sd), scaled))


def nees_interval(size: int, runs: int, probability: float = 0.95) -> tuple[float, float]:
    """Return where the mean NEES of so many runs of a state of a size lies with a probability."""
    from scipy.stats import chi2

    tail = 0.5 * (1.0 - probability)
    low, high = chi2.ppf([tail, 1.0 - tail], size * runs) / runs
    return float(low), float(high)


def share_interval(hits: int, runs: int, sigmas: float = 1.96) -> tuple[float, float]:
    """Return Wilson's interval of a share."""
    z2 = sigmas * sigmas
    middle = (hits + 0.5 * z2) / (runs + z2)
    half = sigmas / (runs + z2) * math.sqrt(hits * (runs - hits) / runs + 0.25 * z2)
    return middle - half, middle + half


def offset(point: GroundPoint, latitude: float, longitude: float) -> tuple[float, float]:
    """Return how far east and north of a point a place on the ground lies, in its level, metres."""
    axes = enu_axes(point.latitude, point.longitude)
    off = to_ecef(latitude, longitude, 0.0) - to_ecef(point.latitude, point.longitude, 0.0)
    east, north, _ = axes @ off
    return float(east), float(north)


def inside(point: GroundPoint, latitude: float, longitude: float) -> bool:
    """Say whether a place on the ground lies on or within a point's ellipse."""
    east, north = offset(point, latitude, longitude)
    angle = math.radians(point.azimuth_deg)
    along = east * math.sin(angle) + north * math.cos(angle)
    across = east * math.cos(angle) - north * math.sin(angle)
    return math.hypot(along / point.semi_major_m, across / point.semi_minor_m) <= 1.0
