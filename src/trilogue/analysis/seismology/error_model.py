"""How wrong an arrival may be: the reading of its onset, and the Earth model behind its time.

The numbers are prior knowledge, from the literature and not from the events that are located here.

**Onset.** A large signal is read to 0.1 s, a small one is read late (A. Douglas, J. B. Young,
D. Bowers and P. D. Marshall, Bull. Seism. Soc. Am. 95, 941–950, 2005: variance 0.01 s² at large
signal-to-noise ratio, times that increase as it decreases). An emergent wave is seen when it has
risen out of the noise: after some seconds over the ratio, here 12 s, that is 0.1 s at 120 and 1 s
at 12. The delay is never negative; taken as exponential, it has a mean, which is subtracted from
the reading, and a standard deviation of the same size.

**Earth model.** Real times differ from those of ak135 by seconds, and alike where rays cross the
same ground. The slowness of the upper mantle is a random field about the model's: 0.12 km/s in
8.04, alike over 150 km. Its integrals along two rays have the covariance

    σ² ∬ exp(-|x - y| / L) dx dy

(W. L. Rodi and S. C. Myers, Geophys. J. Int. 194, 1582–1604, 2013), over the parts of the rays that
lie in the upper mantle. Below each station the crust delays by 0.7 s more or less, as seven
kilometres of its thickness do, alike over 50 km; and a whole region may be half a per cent faster
or slower. Together this is 0.8 s at 300 km, 1.3 s at 1,000 km and 1.0 s beyond 6,000 km. Observed
path effects are up to 1.4 s at regional distances (variance up to 1.9 s², Douglas et al. 2005) and
about 0.6 s beyond (A. Douglas, A. M. O'Mongain, D. Porter and J. B. Young, Geophys. J. Int. 163,
559–566, 2005).

**How well these are known.** Published scatter differs from region to region by half its logarithm.
A variance known so well weighs as much as two degrees of freedom, so the scale of the covariance is
taken from the residuals as soon as there are more (T. H. Jordan and K. A. Sverdrup, Bull. Seism.
Soc. Am. 71, 1105–1130, 1981).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import MEAN_RADIUS_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trilogue.analysis.seismology.arrival import Arrival

__all__ = [
    "CAREFUL_SNR",
    "COMMON_SD_S",
    "PRIOR_DEGREES_OF_FREEDOM",
    "lateness_s",
    "model_covariance",
    "onset_sd_s",
    "reading_variance",
]

CLEAR_ONSET_SD_S = 0.1
RISE_S = 12.0
"""Over the signal-to-noise ratio: how late an onset is read, and how uncertain that is."""
UNSTATED_SD_S = 0.5
"""Of an onset that states neither ratio nor uncertainty: somebody read it, and did not say how."""
CAREFUL_SNR = 12.0
"""Below it a reading is named in the notes."""

MANTLE_SLOWNESS_SD_S_PER_KM = 0.12 / 8.04**2
MANTLE_CORRELATION_KM = 150.0
CRUST_DELAY_SD_S = 0.7
CRUST_CORRELATION_KM = 50.0
REGION_SLOWNESS_SHARE = 0.005
"""How much faster or slower a whole region's mantle may be, as a share of the travel time."""
_LEG_AT_DEGREES = (0.0, 15.0, 30.0, 60.0)
_LEG_DEGREES = (0.0, 7.5, 4.0, 3.0)
"""How far a ray stays in the upper mantle at either end, by distance: all the way up to 15 deg."""

COMMON_SD_S = 0.5
"""Error that all paths of an event share. It moves the origin time and nothing else."""

PRIOR_DEGREES_OF_FREEDOM = 2.0
"""1 / (2 × 0.5²): what a standard deviation known to half its logarithm weighs."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(6)
_PN_S_PER_DEGREE = 13.75
_METRE_DEGREES = float(np.degrees(1.0 / (1000.0 * MEAN_RADIUS_KM)))


def lateness_s(arrival: Arrival) -> float:
    """Return how late an onset is read on average, in seconds; nothing where no ratio is stated."""
    return RISE_S / arrival.snr if arrival.snr is not None and arrival.snr > 0.0 else 0.0


def onset_sd_s(arrival: Arrival) -> float:
    """Return the standard deviation of an onset in seconds.

    A declared uncertainty comes on top: it may say how far the time was rounded for release.
    """
    late = lateness_s(arrival)
    unstated = UNSTATED_SD_S if late == 0.0 and arrival.onset_sd is None else 0.0
    return math.hypot(CLEAR_ONSET_SD_S, late, unstated, arrival.onset_sd or 0.0)


def reading_variance(
    arrivals: Sequence[Arrival], slownesses: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what onset and stated position contribute to the variance of each arrival, in s².

    `slownesses` `(n,)` are those of the rays, in s/deg.
    """
    onset = np.array([onset_sd_s(arrival) for arrival in arrivals])
    place = np.array([arrival.position_sd_m for arrival in arrivals]) * slownesses * _METRE_DEGREES
    result: NDArray[np.float64] = onset**2 + place**2
    return result


def model_covariance(
    source: NDArray[np.float64], receivers: NDArray[np.float64], degrees: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the prior covariance of the Earth model's errors, `(n, n)`, in s².

    `source` `(3,)` and `receivers` `(n, 3)` are geocentric unit vectors, `degrees` `(n,)` the
    angles between them.
    """
    n, per_ray = len(receivers), 2 * len(_NODES)
    leg = np.where(
        degrees <= _LEG_AT_DEGREES[1],
        degrees / 2.0,
        np.interp(degrees, _LEG_AT_DEGREES, _LEG_DEGREES),
    )
    near = np.outer(leg, (_NODES + 1.0) / 2.0)
    along = np.radians(np.concatenate([near, degrees[:, None] - near], axis=1))  # (n, per_ray)
    angle = np.radians(np.maximum(degrees, 1e-6))[:, None]
    toward, back = np.sin(along) / np.sin(angle), np.sin(angle - along) / np.sin(angle)
    points = toward[..., None] * receivers[:, None, :] + back[..., None] * source
    lengths = np.tile(np.outer(np.radians(leg) * MEAN_RADIUS_KM, _WEIGHTS / 2.0), (1, 2)).ravel()
    alike = np.exp(-_separation_km(points.reshape(-1, 3)) / MANTLE_CORRELATION_KM)
    mantle = (alike * np.outer(lengths, lengths)).reshape(n, per_ray, n, per_ray).sum(axis=(1, 3))
    crust = np.exp(-_separation_km(receivers) / CRUST_CORRELATION_KM)
    region = _PN_S_PER_DEGREE * 2.0 * leg
    result: NDArray[np.float64] = (
        MANTLE_SLOWNESS_SD_S_PER_KM**2 * mantle
        + CRUST_DELAY_SD_S**2 * crust
        + REGION_SLOWNESS_SHARE**2 * np.outer(region, region)
    )
    return result


def _separation_km(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances between unit vectors `(m, 3)`, straight through the Earth, in km."""
    squared = np.maximum(2.0 - 2.0 * (points @ points.T), 0.0)
    return MEAN_RADIUS_KM * np.sqrt(squared)
