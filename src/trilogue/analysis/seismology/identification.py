"""Explosion or earthquake, with reasons, and "unknown" where the reasons do not carry.

Each piece of evidence multiplies the odds by how much better an explosion explains it than an
earthquake does:

* **Place.** Tests are made at test sites. Nine in ten explosions of the region lie within a few
  kilometres of a known site, earthquakes anywhere. Place alone decides nothing: the collapse of
  3 September 2017 lies five kilometres from the test.
* **Mw against mb.** An explosion is short and compact: for one mb it has less moment than an
  earthquake (N. D. Selby, P. D. Marshall and D. Bowers, Bull. Seism. Soc. Am. 102, 88–97, 2012,
  say the same of surface waves). Earthquakes have Mw = 0.85 mb + 1.03 ± 0.29 (E. M. Scordilis,
  J. Seismol. 10, 225–236, 2006), tests what the other known tests have.
* **Depth.** No explosion is deeper than three kilometres; most earthquakes of a crust are.

The odds before all evidence are those of a random event of magnitude four or more: one test in two
years among several hundred earthquakes of the region a year.

>>> from trilogue.analysis.seismology.events import known_events
>>> pohang = known_events()["EQ_Pohang"]
>>> found = identify(pohang.latitude, pohang.longitude, depth_m=pohang.depth_m, mw=pohang.mw)
>>> found.kind, found.probability < 0.01
('earthquake', True)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Literal

from trilogue.analysis.geodesy import inverse
from trilogue.analysis.seismology.events import KnownTest, known_tests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trilogue.analysis.seismology.ellipse import Ellipse

__all__ = ["Identification", "identify"]

PRIOR_ODDS = 1.0 / 500.0
REGION_KM2 = 4e6
AT_SITES = 0.9
SITE_SD_KM = 3.0

EARTHQUAKE_MW = (0.85, 1.03, 0.29)
"""Slope, intercept and standard deviation of Mw on mb."""
LEAST_SD = 0.25
"""Of Mw - mb among tests: six tests may agree better by chance."""

EXPLOSION_DEPTH_KM = (0.6, 0.3)
EARTHQUAKE_MEAN_DEPTH_KM = 10.0
DEPTH_SD_KM = 2.0
"""Of a catalogue depth that states none."""

DECIDED = 0.95
_SAME_EVENT_S = 60.0
_Q90 = math.sqrt(-2.0 * math.log(0.1))
"""Semi-axis of a 90 % ellipse over the standard deviation."""


@dataclass(frozen=True, slots=True)
class Identification:
    """What an event was, how probable an explosion is, and why."""

    kind: Literal["explosion", "earthquake", "unknown"]
    probability: float
    """Of an explosion."""
    reasons: tuple[str, ...]


def identify(
    latitude: float,
    longitude: float,
    *,
    ellipse: Ellipse | None = None,
    mb: float | None = None,
    mw: float | None = None,
    depth_m: float | None = None,
    depth_sd_m: float | None = None,
    origin: float | None = None,
) -> Identification:
    """Return what an event was.

    `depth_m` is a depth that was *found*, never one that was held. A known test at `origin` (POSIX
    seconds) is left out of what the event is compared with, so that no event proves itself.
    """
    others = [
        test
        for test in known_tests().values()
        if origin is None or abs(test.origin - origin) > _SAME_EVENT_S
    ]
    place, reason = _place(latitude, longitude, ellipse, others)
    reasons, physical = [reason], []
    if mb is not None and mw is not None:
        physical.append(_moment(mb, mw, others))
    if depth_m is not None:
        sd_km = DEPTH_SD_KM if depth_sd_m is None else depth_sd_m / 1000.0
        physical.append(_depth(depth_m / 1000.0, sd_km))
    odds = PRIOR_ODDS * place * math.prod(ratio for ratio, _ in physical)
    probability = odds / (1.0 + odds)
    reasons += [reason for _, reason in physical]
    kind: Literal["explosion", "earthquake", "unknown"] = "unknown"
    if not physical:
        reasons.append("neither depth nor Mw with mb is known, and place alone decides nothing")
    elif probability >= DECIDED:
        kind = "explosion"
    elif probability <= 1.0 - DECIDED:
        kind = "earthquake"
    return Identification(kind, probability, tuple(reasons))


def _place(
    latitude: float, longitude: float, ellipse: Ellipse | None, tests: Sequence[KnownTest]
) -> tuple[float, str]:
    """Return how much better an explosion explains the place, and the sentence that says so."""
    nearest = min(
        float(inverse(latitude, longitude, test.latitude, test.longitude)[0]) / 1000.0
        for test in tests
    )
    own_sd = 0.0 if ellipse is None else ellipse.semi_major_m / 1000.0 / _Q90
    variance = SITE_SD_KM**2 + own_sd**2
    density = math.exp(-(nearest**2) / (2.0 * variance)) / (2.0 * math.pi * variance)
    ratio = AT_SITES * density * REGION_KM2 + (1.0 - AT_SITES)
    return ratio, f"{nearest:.1f} km from the nearest known test: {_factor(ratio)}"


def _moment(mb: float, mw: float, tests: Sequence[KnownTest]) -> tuple[float, str]:
    """Return the same for moment magnitude against body-wave magnitude."""
    differences = [
        test.mw - fmean(one.value for one in test.magnitudes)
        for test in tests
        if test.mw is not None
    ]
    slope, intercept, sd = EARTHQUAKE_MW
    ratio = math.exp(
        _log_normal(mw - mb, fmean(differences), max(stdev(differences), LEAST_SD))
        - _log_normal(mw, slope * mb + intercept, sd)
    )
    return ratio, f"Mw {mw:.2f} for mb {mb:.2f}: {_factor(ratio)}"


def _depth(depth_km: float, sd_km: float) -> tuple[float, str]:
    """Return the same for depth: each kind's depths, blurred by the error of this one."""
    mean, sd = EXPLOSION_DEPTH_KM
    explosion = math.exp(_log_normal(depth_km, mean, math.hypot(sd, sd_km)))
    step = 0.05
    earthquake = step * sum(
        math.exp(_log_normal(depth_km, z, max(sd_km, step)) - z / EARTHQUAKE_MEAN_DEPTH_KM)
        / EARTHQUAKE_MEAN_DEPTH_KM
        for z in (step * (i + 0.5) for i in range(1200))
    )
    ratio = explosion / max(earthquake, 1e-300)
    return ratio, f"depth {depth_km:.1f} ± {sd_km:.1f} km: {_factor(ratio)}"


def _log_normal(value: float, mean: float, sd: float) -> float:
    return -0.5 * ((value - mean) / sd) ** 2 - math.log(sd * math.sqrt(2.0 * math.pi))


def _factor(ratio: float) -> str:
    """Say whom a ratio favours, and by how much."""
    kind = "an explosion" if ratio >= 1.0 else "an earthquake"
    times = max(ratio, 1.0 / max(ratio, 1e-99))
    return (
        f"speaks for {kind} by {times:,.0f} to 1"
        if times >= 10
        else (f"speaks for {kind} by {times:.1f} to 1")
    )
