"""A notional missile for any reach: one family, so that nothing is fitted to a single flight.

The members differ in the speed that their propellant gives, and in how many stages share it. What
they have in common are round figures of the trade (Sutton and Biblarz, Rocket Propulsion Elements,
8th ed., chapters 4 and 19), and one allowance for the time that a boost takes: the mean
acceleration by thrust. A Scud-B gives about 2.2 km/s of it in the 62 to 65 s that are published
for its engine; the same acceleration is used for every flight of the record.
"""

from __future__ import annotations

import math

from trilogue.analysis.flight.missile import Missile, Stage

__all__ = [
    "BRISK_ACCELERATION",
    "BRISK_RANGE_M",
    "MEAN_ACCELERATION",
    "SINGLE_STAGE_MPS",
    "notional",
]

MEAN_ACCELERATION = 2_200.0 / 64.0
"""Thrust acceleration averaged over the burn, m/s²: the boost allowance."""
EXHAUST = 2_450.0
"""Effective exhaust velocity, m/s: storable liquids and solids in a vacuum."""
STRUCTURE = 0.10
"""Dry mass of a stage over its propellant."""
LOAD = 2.5e-4
"""Drag area of what comes down over its mass, m²/kg."""
PAYLOAD_KG = 750.0
SINGLE_STAGE_MPS = 5_000.0
"""One stage gives at most this; more is shared by two."""
DENSITY = 900.0
"""Lift-off mass over volume, kg/m³, and"""
SLENDERNESS = 11.0
"""length over diameter: the cross-section follows."""


BRISK_ACCELERATION = 2.5 * MEAN_ACCELERATION
"""That of short-range solids, which are up to speed before they have tilted far."""
BRISK_RANGE_M = 1_000e3
"""Nothing that burns so fast is known to go further."""


def notional(
    delta_v_mps: float,
    tilt_deg: float = 40.0,
    name: str = "notional",
    acceleration: float = MEAN_ACCELERATION,
) -> Missile:
    """Return the member of the family whose propellant gives `delta_v_mps` in a vacuum.

    Raises `ValueError` when no stage of the family can.
    """
    count = 1 if delta_v_mps <= SINGLE_STAGE_MPS else 2
    each = delta_v_mps / count
    ratio = math.exp(each / EXHAUST)
    # (above + dry + propellant) / (above + dry) = ratio, with dry = STRUCTURE × propellant.
    share = 1.0 / (ratio - 1.0) - STRUCTURE
    if delta_v_mps <= 0.0 or share <= 0.0:
        raise ValueError(f"no notional missile gives {delta_v_mps:.0f} m/s")
    above = PAYLOAD_KG
    stages: list[Stage] = []
    for k in range(count):
        propellant = above / share
        bottom = k == count - 1
        flow_thrust = EXHAUST * propellant / (each / acceleration)
        stages.insert(
            0,
            Stage(
                burn_s=each / acceleration,
                exhaust_mps=EXHAUST,
                propellant_kg=propellant,
                dry_kg=STRUCTURE * propellant,
                # A nozzle for sea level loses an eighth of its thrust there.
                exit_area_m2=flow_thrust / 8.0 / 101_325.0 if bottom else 0.0,
                gap_s=0.0 if k == 0 else 2.0,
            ),
        )
        above += propellant * (1.0 + STRUCTURE)
    diameter = (4.0 * above / (DENSITY * math.pi * SLENDERNESS)) ** (1.0 / 3.0)
    burn = delta_v_mps / acceleration
    return Missile(
        name=name,
        stages=tuple(stages),
        payload_kg=PAYLOAD_KG,
        area_m2=math.pi / 4.0 * diameter**2,
        reentry_cda_m2=LOAD * PAYLOAD_KG,
        vertical_s=0.06 * burn,
        tilted_s=0.4 * burn,
        tilt_deg=tilt_deg,
    )
