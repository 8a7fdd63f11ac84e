"""Which class of missile this may be: probabilities over the launch record's classes.

What a track tells best is reach: the speed with which an impulse at the surface would have flown
its apogee and distance. The record says of every class how often it flew and how far it reached.
A class is weighed by Bayes' rule: prior by its number of flights; likelihood by a kernel density
over its own flights, mixed with that of its type (SRBM, MRBM …), since a class that flew twice may
yet fly otherwise. Flights that the record itself could not name are the class `unknown`, and so is
what never flew. Reach alone seldom tells two classes apart, and the probabilities say so.

The kernel's width is the one that predicts flights of the record best when each is left out.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from trilogue.analysis.geodesy.geodesic import inverse
from trilogue.analysis.tracking.estimate import ClassProbability, GroundPoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.impact import Fall

__all__ = ["Record", "classify", "probabilities", "reach", "record", "scores"]

UNKNOWN = "unknown"
WIDTH = 0.02
"""Of the kernel, in the logarithm of speed: see `tests/unit/analysis/tracking/test_classes.py`."""
OF_TYPE = 0.2
"""Share of its type's density in that of a class."""
_BROAD = (math.log(3_000.0), 0.8)
"""The prior of `unknown` beyond the record: mean and spread of the logarithm of speed."""
_NOVEL = 5.0
"""Flights' worth of prior for something that never flew."""
_LEAST = 5e-4
_MU = 3.986_004_418e14
_RADIUS = 6_371_000.0


def reach(apogee_m: float, range_m: float) -> float:
    """Return the speed, m/s, with which an impulse at the surface flies an apogee and a distance.

    The ellipse through launch, apogee and impact on a sphere that stands still: Bate, Mueller,
    White, Fundamentals of Astrodynamics, section 6.2.
    """
    top = _RADIUS + apogee_m
    c = math.cos(0.5 * range_m / _RADIUS)
    eccentricity = (top - _RADIUS) / (top - _RADIUS * c)
    axis = top / (1.0 + eccentricity)
    return math.sqrt(_MU * (2.0 / _RADIUS - 1.0 / axis))


@dataclass(frozen=True, slots=True)
class Record:
    """A class of the record: its type, its flights, and the logarithms of their reach."""

    name: str
    type: str
    flights: int
    log_reach: tuple[float, ...]


@lru_cache(maxsize=1)
def record() -> tuple[Record, ...]:
    """Return the classes of the shipped record."""
    shipped = resources.files(__package__) / "data" / "classes.json"
    raw: dict[str, Any] = json.JSONDecoder().decode(shipped.read_text("utf-8"))
    return tuple(
        Record(name, entry["type"], entry["flights"], tuple(entry["log_reach"]))
        for name, entry in sorted(raw.items())
    )


def _density(at: float, values: tuple[float, ...], width: float) -> float:
    """Return a kernel density with Student's tails of four degrees of freedom."""
    if not values:
        return 0.0
    z = (at - np.array(values)) / width
    return float(np.mean(0.375 / width * (1.0 + z * z / 4.0) ** -2.5))


def _broad(at: float, sd: float) -> float:
    spread = math.hypot(_BROAD[1], sd)
    z = (at - _BROAD[0]) / spread
    return math.exp(-0.5 * z * z) / (spread * math.sqrt(2.0 * math.pi))


def probabilities(
    log_reach: float, sd: float, classes: tuple[Record, ...], width: float = WIDTH
) -> dict[str, float]:
    """Return the probability of every class, given the logarithm of reach and its deviation."""
    wide = math.hypot(width, sd)
    of_type: dict[str, tuple[float, ...]] = {}
    for entry in classes:
        of_type[entry.type] = of_type.get(entry.type, ()) + entry.log_reach
    weights: dict[str, float] = {UNKNOWN: _NOVEL * _broad(log_reach, sd)}
    for entry in classes:
        kin = _density(log_reach, of_type[entry.type], wide) or _broad(log_reach, sd)
        own = _density(log_reach, entry.log_reach, wide) if entry.log_reach else kin
        density = (1.0 - OF_TYPE) * own + OF_TYPE * kin
        weights[entry.name] = weights.get(entry.name, 0.0) + entry.flights * density
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _log_reach(launch: GroundPoint, impact: GroundPoint, fall: Fall) -> tuple[float, float]:
    """Return the logarithm of reach and its deviation, errors of all three taken as independent."""
    distance = float(
        inverse(launch.latitude, launch.longitude, impact.latitude, impact.longitude)[0]
    )
    apogee = max(fall.apogee_m.value, 1_000.0)
    speed = reach(apogee, distance)
    higher = reach(apogee + fall.apogee_m.sd, distance)
    spread = math.hypot(launch.semi_major_m, impact.semi_major_m) / 2.0
    farther = reach(apogee, distance + spread)
    return math.log(speed), math.hypot(math.log(higher / speed), math.log(farther / speed))


def classify(
    launch: GroundPoint | None, impact: GroundPoint | None, fall: Fall | None
) -> tuple[ClassProbability, ...]:
    """Return the classes that are worth naming, likeliest first, `unknown` among them."""
    if launch is None or impact is None or fall is None:
        return (ClassProbability(UNKNOWN, 1.0),)
    found = probabilities(*_log_reach(launch, impact, fall), record())
    rest = sum(p for name, p in found.items() if p < _LEAST and name != UNKNOWN)
    kept: dict[str, float] = {n: p for n, p in found.items() if p >= _LEAST or n == UNKNOWN}
    kept[UNKNOWN] += rest
    ordered = sorted(kept.items(), key=lambda item: (-item[1], item[0]))
    return tuple(ClassProbability(name, p) for name, p in ordered)


def scores(classes: tuple[Record, ...], width: float) -> NDArray[np.float64]:
    """Return the logarithm of the probability of each flight's own class, the flight left out.

    Classes that flew once have no say: without that flight they are not there.
    """
    out = []
    for i, entry in enumerate(classes):
        if entry.flights < 2:
            continue
        for k, value in enumerate(entry.log_reach):
            kept = entry.log_reach[:k] + entry.log_reach[k + 1 :]
            others = (*classes[:i], *classes[i + 1 :])
            left = Record(entry.name, entry.type, entry.flights - 1, kept)
            out.append(math.log(probabilities(value, 0.0, (*others, left), width)[entry.name]))
    return np.array(out)
