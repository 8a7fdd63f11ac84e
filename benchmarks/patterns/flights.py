"""Flights of missiles that are not of the notional family, recorded as the record would."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trilogue.analysis.flight.missile import Missile, Stage
from trilogue.analysis.flight.simulate import simulate
from trilogue.analysis.patterns.furthest import furthest_m
from trilogue.analysis.patterns.trajectories import FURTHEST_M

__all__ = ["Flight", "flights"]

PLACE = (39.4, 127.5)


@dataclass(frozen=True)
class Flight:
    """What the record says of a flight, and how far the missile would truly go."""

    apogee_m: float
    distance_m: float
    bearing_deg: float
    furthest_m: float


def flights(number: int, seed: int) -> Iterator[Flight]:
    """Yield flights of missiles with their own engines, structures, staging and steering."""
    rng = np.random.default_rng(seed)
    made = 0
    while made < number:
        missile, bearing = _missile(rng), float(rng.uniform(40.0, 100.0))
        try:
            flown = simulate(missile, *PLACE, bearing, step_s=0.25, coast_step_s=1.0)
        except ValueError:
            continue
        apogee, distance = flown.apogee_m, flown.range_m
        ratio = apogee / max(distance, 1.0)
        if flown.burning[-2] or not (100e3 < distance < 5_000e3 and 0.2 < ratio < 8.0):
            continue
        far = furthest_m(missile, *PLACE)
        if far >= FURTHEST_M:
            continue
        made += 1
        yield Flight(_recorded(apogee, rng), _recorded(distance, rng), bearing, far)


def _missile(rng: np.random.Generator) -> Missile:
    delta_v = float(np.exp(rng.uniform(math.log(1_500.0), math.log(8_300.0))))
    count = 1 if delta_v < 3_500.0 else int(rng.integers(1, 3)) if delta_v < 4_800.0 else int(
        rng.integers(2, 4)
    )  # fmt: skip
    exhaust = float(rng.uniform(2_300.0, 2_800.0))
    structure = float(rng.uniform(0.07, 0.13))
    acceleration = float(np.exp(rng.uniform(math.log(24.0), math.log(55.0))))
    each = delta_v / count
    ratio = math.exp(each / exhaust)
    share = 1.0 / (ratio - 1.0) - structure
    if share <= 0.02:
        return _missile(rng)
    above = payload = float(rng.uniform(400.0, 1_200.0))
    stages: list[Stage] = []
    for k in range(count):
        propellant = above / share
        burn = each / (acceleration * float(rng.uniform(0.85, 1.2)))
        stages.insert(
            0,
            Stage(
                burn_s=burn,
                exhaust_mps=exhaust,
                propellant_kg=propellant,
                dry_kg=structure * propellant,
                exit_area_m2=exhaust * propellant / burn / 8.0 / 101_325.0
                if k == count - 1
                else 0.0,
                gap_s=0.0 if k == 0 else float(rng.uniform(0.5, 4.0)),
            ),
        )
        above += propellant * (1.0 + structure)
    burn = sum(one.burn_s for one in stages)
    diameter = (4.0 * above / (900.0 * math.pi * float(rng.uniform(8.0, 13.0)))) ** (1.0 / 3.0)
    return Missile(
        name="other",
        stages=tuple(stages),
        payload_kg=payload,
        area_m2=math.pi / 4.0 * diameter**2,
        reentry_cda_m2=float(rng.uniform(1.2e-4, 5e-4)) * payload,
        vertical_s=float(rng.uniform(0.04, 0.09)) * burn,
        tilted_s=float(rng.uniform(0.3, 0.5)) * burn,
        tilt_deg=float(np.exp(rng.uniform(math.log(2.0), math.log(55.0)))),
    )


def _recorded(metres: float, rng: np.random.Generator) -> float:
    """Round as the record does: to the kilometre, to ten or fifty, to a hundred when large."""
    large = metres >= 1_000e3
    step = float(rng.choice([1.0, 100.0] if large else [1.0, 10.0, 50.0]))
    return max(round(metres / 1e3 / step) * step, 1.0) * 1e3
