"""Seismology: where, when and what a seismic source was, from arrivals and magnitudes.

`locate` finds place and origin time with an error ellipse, from P arrivals of any stations;
`relative` where one source lies from another; `yields` how large an explosion was; `identification`
whether it was one; `events` is what is known of earlier ones. `docs/math/seismology.md` derives
what is done and tells how it was checked.
"""

from trilogue.analysis.seismology.arrival import (
    Arrival,
    LeftOut,
    TooFewArrivalsError,
    UnreachableError,
)
from trilogue.analysis.seismology.ellipse import Ellipse
from trilogue.analysis.seismology.location import DEPTH_M, Location, UsedStation, locate

__all__ = [
    "DEPTH_M",
    "Arrival",
    "Ellipse",
    "LeftOut",
    "Location",
    "TooFewArrivalsError",
    "UnreachableError",
    "UsedStation",
    "locate",
]
