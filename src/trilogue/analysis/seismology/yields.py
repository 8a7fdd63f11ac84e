"""From body-wave magnitude to yield, with the spread that honesty asks for.

>>> estimate = estimate_yield([Magnitude("mb", 5.1, sourced=True)], depth_m=490.0)
>>> [round(x, 1) for x in (estimate.low_kt, estimate.median_kt, estimate.high_kt)]
[4.0, 13.4, 34.7]

No relation has been calibrated at Punggye-ri with a declared yield. Those for hard rock elsewhere
differ by a factor of two to three for the same magnitude, because the mantle beneath a site absorbs
more or less, and because the same yield deeper down couples less. The estimate is therefore a
mixture: every published magnitude of the event with every relation that fits the site, equally
weighted, each with the scatter of magnitudes and of events about the relation.

Relations for sites with an absorbing mantle (Nevada, mb = 3.92 + 0.81 log Y; J. R. Murphy, in
Identification of Seismic Sources, 1981) are left out: the shield beneath northern Korea absorbs
little, and they would give several times the yield.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trilogue.analysis.seismology.events import Magnitude

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["RELATIONS", "Relation", "YieldEstimate", "estimate_yield"]

MAGNITUDE_SD = 0.15
"""Of one agency's mean mb: agencies differ by 0.2 on one event."""
EVENT_SD = 0.1
"""Of an event's mb about a relation that fits its site."""

CONTAINMENT_M = 122.0
"""Least depth in metres for one kilotonne; the depth grows with the cube root of the yield."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A published relation mb = a + b log₁₀ Y + c log₁₀ h, with Y in kilotonnes and h in metres."""

    name: str
    source: str
    a: float
    b: float
    c: float = 0.0
    slope_below_1_kt: float | None = None

    def log_yield(self, mb: float, depth_m: float | None) -> float:
        """Return log₁₀ of the yield; without a depth, of one buried as deep as containment asks."""
        if self.c and depth_m is None:
            # h = 122 Y^(1/3), put into the relation.
            return (mb - self.a - self.c * math.log10(CONTAINMENT_M)) / (self.b + self.c / 3.0)
        level = mb - self.a - (self.c * math.log10(depth_m) if self.c and depth_m else 0.0)
        if level < 0.0 and self.slope_below_1_kt is not None:
            return level / self.slope_below_1_kt
        return level / self.b


RELATIONS = (
    Relation(
        "Ringdal 1992",
        "F. Ringdal, P. D. Marshall and R. W. Alewine, Geophys. J. Int. 109, 65–77, 1992; used for "
        "hard rock in stable regions by J. R. Murphy, in Monitoring a Comprehensive Test Ban "
        "Treaty, 1996",
        a=4.45,
        b=0.75,
    ),
    Relation(
        "Bowers 2001",
        "D. Bowers, P. D. Marshall and A. Douglas, Science and Global Security 9, 1–31, 2001",
        a=4.25,
        b=0.75,
        slope_below_1_kt=1.0,
    ),
    Relation(
        "Patton 2011",
        "H. J. Patton and S. R. Taylor, Geophys. Res. Lett. 38, 2011, as used by M. Zhang and "
        "L. Wen, Geophys. Res. Lett. 40, 2941–2946, 2013",
        a=5.887,
        b=1.0125,
        c=-0.7875,
    ),
)
"""Relations for hard rock above a mantle that absorbs little, all for tamped explosions."""


@dataclass(frozen=True, slots=True)
class YieldEstimate:
    """A yield with its spread, in kilotonnes of TNT."""

    median_kt: float
    low_kt: float
    high_kt: float
    probability: float
    """That the yield lies between `low_kt` and `high_kt`."""
    by_relation: dict[str, float]
    """The yield that each relation gives for the mean magnitude."""
    notes: tuple[str, ...]


def estimate_yield(
    magnitudes: Sequence[Magnitude], *, depth_m: float | None = None, probability: float = 0.9
) -> YieldEstimate:
    """Return the yield of a tamped explosion in hard rock from its body-wave magnitudes.

    `depth_m` is the depth of burial where it is known; other scales than mb are left aside.

    Raises:
        ValueError: there is no body-wave magnitude, or the depth is none.

    """
    usable = [one for one in magnitudes if one.scale == "mb"]
    if not usable:
        raise ValueError("no body-wave magnitude: a yield cannot be told from another scale")
    if depth_m is not None and depth_m <= 0.0:
        raise ValueError(f"no depth of burial: {depth_m} m")
    sd = math.hypot(MAGNITUDE_SD, EVENT_SD)
    parts = [
        (relation.log_yield(one.value, depth_m), sd / relation.b)
        for one in usable
        for relation in RELATIONS
    ]

    def share_below(log_yield: float) -> float:
        below = (math.erf((log_yield - mean) / (width * math.sqrt(2.0))) for mean, width in parts)
        return sum(0.5 + 0.5 * one for one in below) / len(parts)

    tail = (1.0 - probability) / 2.0
    low, median, high = (10.0 ** _where(share_below, x) for x in (tail, 0.5, 1.0 - tail))
    mean = sum(one.value for one in usable) / len(usable)
    notes = [f"mb {one.value:g} is unsourced" for one in usable if not one.sourced]
    if depth_m is None:
        notes.append("depth unknown: that which containment asks is taken")
    return YieldEstimate(
        median_kt=median,
        low_kt=low,
        high_kt=high,
        probability=probability,
        by_relation={one.name: 10.0 ** one.log_yield(mean, depth_m) for one in RELATIONS},
        notes=tuple(notes),
    )


def _where(share_below: Callable[[float], float], share: float) -> float:
    """Return the log yield below which a share of the probability lies, by bisection."""
    low, high = -6.0, 8.0
    while high - low > 1e-9:
        middle = (low + high) / 2.0
        if share_below(middle) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
