"""Reach: which areas lie within range of each class from the sites that it has used.

Areas are regions, each a middle and a radius of tens to hundreds of kilometres (`data/areas.csv`,
from general maps, rounded): enough to say that a class reaches Kyushu, and no more. An area is
reached in part when its near edge is, and wholly when its far edge is. Demonstrated is what a
launch of the class flew; estimated is its least-energy range with the interval of `trajectories`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from trilogue.analysis.geodesy import inverse
from trilogue.analysis.patterns.intervals import LEVEL, Estimate
from trilogue.analysis.patterns.tally import UNKNOWN, Tally
from trilogue.analysis.patterns.trajectories import Trajectory

__all__ = ["Area", "Covered", "Reach", "Reached", "areas", "greatest", "reach"]

Covered = Literal["wholly", "in part", "not"]


@dataclass(frozen=True, slots=True)
class Area:
    """A region of a participant: its middle in degrees and its radius."""

    area: str
    participant: str
    latitude: float
    longitude: float
    radius_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One area and one class."""

    area: str
    participant: str
    near_m: float
    """From the nearest site that the class has used to the near edge, and"""
    far_m: float
    """to the far edge."""
    demonstrated: Covered
    estimated: Covered | None
    """By the middle of the estimate, `None` without one."""
    probability: float | None
    """That the class reaches the area in part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a class reaches."""

    missile_id: str
    demonstrated_m: float | None
    estimated_m: Estimate | None
    areas: tuple[Reached, ...]


@lru_cache(maxsize=1)
def areas() -> tuple[Area, ...]:
    """Return the areas, in the order of the file."""
    text = (resources.files(__package__) / "data" / "areas.csv").read_text("utf-8")
    return tuple(
        Area(
            row["area"],
            row["participant"],
            float(row["latitude"]),
            float(row["longitude"]),
            float(row["radius_km"]) * 1e3,
        )
        for row in csv.DictReader(text.splitlines(), strict=True)
    )


def greatest(trajectories: Sequence[Trajectory]) -> dict[str, Estimate]:
    """Return for each class the estimate of its flight that would go furthest.

    Depressed flights do not count: a low apogee may be a manoeuvre that nobody reported, and then
    it tells nothing of what the missile can do.
    """
    found: dict[str, Estimate] = {}
    for one in trajectories:
        far = one.least_energy_m
        if far is None or one.missile_id == UNKNOWN or one.shape == "depressed":
            continue
        best = found.get(one.missile_id)
        if best is None or (far.value, far.low) > (best.value, best.low):
            found[one.missile_id] = far
    return found


def reach(tally: Tally, estimated: Mapping[str, Estimate]) -> tuple[Reach, ...]:
    """Return the reach of every class but the unknown, the furthest first."""
    found = []
    for missile, used in tally.used.items():
        places = [
            (one.latitude, one.longitude)
            for site in used
            if (one := tally.sites[site]).latitude is not None and one.longitude is not None
        ]
        shown = tally.farthest.get(missile)
        far = _at_least(estimated.get(missile), shown)
        if missile == UNKNOWN or not places or (shown is None and far is None):
            continue
        found.append(
            Reach(
                missile_id=missile,
                demonstrated_m=shown,
                estimated_m=far,
                areas=tuple(
                    _reached(area, float(middle), shown, far)
                    for area, middle in zip(areas(), _nearest(places), strict=True)
                ),
            )
        )
    return tuple(sorted(found, key=lambda one: (-_most(one), one.missile_id)))


def _at_least(far: Estimate | None, shown: float | None) -> Estimate | None:
    """Return an estimate that is no less than what was flown: another flight may have told more."""
    if far is None or shown is None:
        return far
    return Estimate(max(far.value, shown), max(far.low, shown), max(far.high, shown))


def _most(one: Reach) -> float:
    return max(one.demonstrated_m or 0.0, one.estimated_m.value if one.estimated_m else 0.0)


def _reached(
    area: Area,
    middle: float,
    shown: float | None,
    far: Estimate | None,
) -> Reached:
    near, beyond = max(middle - area.radius_m, 0.0), middle + area.radius_m
    return Reached(
        area=area.area,
        participant=area.participant,
        near_m=near,
        far_m=beyond,
        demonstrated=_covered(shown or 0.0, near, beyond),
        estimated=None if far is None else _covered(far.value, near, beyond),
        probability=None if far is None else _beyond(far, near),
    )


def _nearest(places: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Return the distance of each area's middle from the nearest of places in degrees, metres.

    No area lies opposite Korea on the globe, where geodesics fail.
    """
    at, to = np.array(places), np.array([(one.latitude, one.longitude) for one in areas()])
    apart = inverse(at[:, 0][:, None], at[:, 1][:, None], to[:, 0][None], to[:, 1][None])[0]
    nearest: NDArray[np.float64] = apart.min(axis=0)
    return nearest


def _covered(range_m: float, near: float, far: float) -> Covered:
    return "wholly" if range_m >= far else "in part" if range_m >= near else "not"


def _beyond(far: Estimate, distance_m: float) -> float:
    """Return the probability that a range is a distance or more: log-normal, each side its own."""
    if distance_m <= 0.0:
        return 1.0
    side = math.log(far.value / far.low if distance_m < far.value else far.high / far.value)
    z = float(norm.ppf((1.0 + LEVEL) / 2.0))
    if side <= 0.0:
        return 1.0 if distance_m <= far.value else 0.0
    return float(norm.cdf(math.log(far.value / distance_m) / (side / z)))
