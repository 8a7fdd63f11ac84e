"""What a reader of a location should know, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.seismology.error_model import CAREFUL_SNR, onset_sd_s

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trilogue.analysis.seismology.arrival import Arrival
    from trilogue.analysis.seismology.posterior import Bell, Summary

__all__ = ["RIVAL_LOG_ODDS", "left_out_reason", "notes"]

_WIDE_GAP_DEGREES = 180.0
_LONG_RATIO = 5.0
RIVAL_LOG_ODDS = 3.0
"""A place less plausible than one to twenty is no rival."""


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
    azimuths: Sequence[float],
    bells: Sequence[Bell],
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
    said.extend(
        f"{bell.latitude:.2f}, {bell.longitude:.2f} fits too, outside the ellipse, "
        f"at odds of 1 to {1.0 / bell.plausibility:.0f}"
        for bell in bells
        if not ellipse.contains(bell.latitude, bell.longitude)
    )
    return tuple(said)


def _gap(azimuths: Sequence[float]) -> float:
    """Return the widest angle, in degrees, in which no station lies."""
    ordered = np.sort(azimuths)
    return float(np.max(np.diff(np.append(ordered, ordered[0] + 360.0))))
