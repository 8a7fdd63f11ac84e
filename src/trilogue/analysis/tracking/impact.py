"""Where and when a body in free flight comes down, and how high it rises, with their spread.

The fall through the air is far from straight in the logarithm of drag area over mass: along it the
moments are taken by Gauss–Hermite quadrature with five nodes. In what is left of position and
velocity it is nearly straight, so there differences over one standard deviation either way serve.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.frames import enu_axes, to_geodetic
from trilogue.analysis.tracking.divergence import check
from trilogue.analysis.tracking.estimate import GroundPoint, Value
from trilogue.analysis.tracking.kernels.coast import FREE, fall
from trilogue.analysis.tracking.kernels.dynamics import CORE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.smoother import Free

__all__ = ["Fall", "ground_point", "predict_fall", "quantile"]

_LONGEST = 7_200.0
_SOUND = 0.15
"""By which the logarithm of drag area over mass changes as a body slows down through Mach 1."""
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class Fall:
    """The impact: position `(3,)` and covariance `(3, 3)` in ECEF, and the top before it."""

    position: NDArray[np.float64]
    covariance: NDArray[np.float64]
    time: Value
    apogee_m: Value
    apogee_time: Value
    passed: bool
    """Whether the top lies behind."""


def quantile(probability: float) -> float:
    """Return how many standard deviations out an ellipse of two dimensions must lie."""
    return math.sqrt(-2.0 * math.log(1.0 - probability))


def ground_point(
    position: NDArray[np.float64],
    covariance: NDArray[np.float64],
    time: Value,
    probability: float = 0.9,
) -> GroundPoint:
    """Return a position `(3,)` in ECEF, and its covariance, as a point on the ground."""
    lat, lon, _ = to_geodetic(position)
    axes = enu_axes(float(lat), float(lon))[:2]
    values, vectors = np.linalg.eigh(axes @ covariance @ axes.T)
    out = quantile(probability)
    major, minor = (out * math.sqrt(max(float(v), 0.0)) for v in (values[1], values[0]))
    azimuth = math.degrees(math.atan2(vectors[0, 1], vectors[1, 1])) % 180.0
    return GroundPoint(float(lat), float(lon), time, major, minor, azimuth, probability)


def predict_fall(state: Free, *, top_from: Free | None = None) -> Fall | None:
    """Let a state fall to the ellipsoid; `None` if it does not come down within two hours.

    `top_from` is an earlier state of the same flight, from which the apogee is taken when the
    state itself is past it.
    """
    check(state.mean, state.covariance)
    order = np.r_[6, 0:6]  # drag first, so that its own direction is the first column of the root
    mean = state.mean[order]
    covariance = state.covariance[np.ix_(order, order)]
    # What is known of the drag so far holds less below the speed of sound.
    covariance[0, 0] += _SOUND**2
    scale = np.sqrt(np.diag(covariance))
    root = scale[:, None] * np.linalg.cholesky(
        covariance / np.outer(scale, scale) + 1e-12 * np.eye(FREE)
    )
    points = np.vstack(
        [mean + np.outer(_NODES, root[:, 0]), mean + root[:, 1:].T, mean - root[:, 1:].T]
    )
    rows = np.empty((len(points), 6))
    x, top = np.zeros(CORE), np.empty(2)
    for k, point in enumerate(points):
        x[:] = 0.0
        x[9], x[:6] = point[0], point[1:]
        seconds = fall(x, _LONGEST, 0.0, top)
        if seconds < 0.0:
            return None
        rows[k] = *x[:3], seconds, *top
    nodes = len(_NODES)
    centre = _WEIGHTS @ rows[:nodes]
    d = rows[:nodes] - centre
    slopes = 0.5 * (rows[nodes : nodes + FREE - 1] - rows[nodes + FREE - 1 :])
    spread = np.einsum("k,ki,kj->ij", _WEIGHTS, d, d) + slopes.T @ slopes
    sd = np.sqrt(np.maximum(np.diag(spread), 0.0))
    passed = rows[nodes // 2, 5] <= 0.0
    apogee, when = (
        Value(float(centre[4]), float(sd[4])),
        Value(state.time + float(centre[5]), float(sd[5])),
    )
    if passed and top_from is not None:
        before = predict_fall(top_from)
        if before is not None:
            apogee, when = before.apogee_m, before.apogee_time
    return Fall(
        centre[:3],
        spread[:3, :3],
        Value(state.time + float(centre[3]), float(sd[3])),
        apogee,
        when,
        passed,
    )
