"""What a reader of a location should know, in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.seismology.error_model import CAREFUL_SNR, onset_sd_s

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from trilogue.analysis.seismology.arrival import Arrival
    from trilogue.analysis.seismology.ellipse import Ellipse
    from trilogue.analysis.seismology.posterior import Summary

__all__ = ["left_out_reason", "notes", "rival_notes"]

_WIDE_GAP_DEGREES = 180.0
_LONG_RATIO = 5.0
_RIVAL_LOG_ODDS = 3.0
"""One to twenty."""


def left_out_reason(residual_s: float, leverage: float, sound: float, rival: Arrival | None) -> str:
    """Return why an arrival was left out: its residual as the others predict it, and the odds."""
    side = "late" if residual_s > 0 else "early"
    reason = (
        f"outlier: {abs(residual_s):.1f} s {side} against what the "
        f"others predict (leverage {leverage:.2f}); sound with probability {sound:.2f}, "
        "threshold 0.50"
    )
    if rival is not None:
        reason += f"; {rival.name} claims its position with another time"
    return reason


def notes(
    summary: Summary,
    depth_m: float,
    chosen: Sequence[Arrival],
    disputed: Mapping[Arrival, Arrival],
    azimuths: NDArray[np.float64],
) -> tuple[str, ...]:
    """Return what limits a location, most general first."""
    said = [f"depth held at {depth_m / 1000:g} km: P times alone do not tell it from origin time"]
    gap = _gap(azimuths)
    if gap > _WIDE_GAP_DEGREES:
        said.append(
            f"all stations lie within {360.0 - gap:.0f} degrees of azimuth, so distance and origin "
            "time are hard to tell apart"
        )
    ellipse = summary.ellipse
    if ellipse.semi_major_m > _LONG_RATIO * ellipse.semi_minor_m:
        said.append("the ellipse stands for a long ridge of nearly equal probability")
    if summary.unbounded:
        said.append("the stations do not bound the place: the ellipse is a lower limit")
    said.extend(
        f"{a.name} has a signal-to-noise ratio of {a.snr:g}, below {CAREFUL_SNR:g}: "
        f"its onset counts as good to {onset_sd_s(a):.1f} s"
        for a in chosen
        if a.snr is not None and a.snr < CAREFUL_SNR
    )
    told = set()
    for one, other in disputed.items():
        pair = tuple(sorted((one.name, other.name)))
        if pair not in told:
            told.add(pair)
            said.append(f"{pair[0]} and {pair[1]} claim one position with different times")
    return tuple(said)


def rival_notes(ellipse: Ellipse, ends: Sequence[tuple[float, float, float]]) -> tuple[str, ...]:
    """Return a sentence for each other place that fits nearly as well and lies outside.

    `ends` are latitude, longitude and log plausibility of the places found.
    """
    best = max(log_odds for _, _, log_odds in ends)
    return tuple(
        f"{latitude:.2f}, {longitude:.2f} fits too, outside the ellipse, at odds of 1 to "
        f"{math.exp(best - log_odds):.0f}"
        for latitude, longitude, log_odds in ends
        if best - log_odds < _RIVAL_LOG_ODDS and not ellipse.contains(latitude, longitude)
    )


def _gap(azimuths: NDArray[np.float64]) -> float:
    """Return the widest angle, in degrees, in which no station lies."""
    ordered = np.sort(azimuths)
    return float(np.max(np.diff(np.append(ordered, ordered[0] + 360.0))))
