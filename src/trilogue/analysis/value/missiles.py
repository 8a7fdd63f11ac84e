"""The missiles of a campaign: fitted once to what their class flies, and never quite as fitted.

A missile is fitted at one place and then flown from every site: the turning Earth makes its range
differ by azimuth, as it would. Each run draws thrust, mass flow, pitch and drag about the fitted
figures, so that no filter and no template knows the missile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from trilogue.analysis.flight.fit import NoFlight, fit
from trilogue.analysis.flight.missile import Missile
from trilogue.analysis.value.families import Wanted

__all__ = ["Notional", "fitted", "perturbed"]

_PLACE = (39.5, 127.0)
"""The middle of the sites of the record; to the east, as most of its flights."""
_BEARING = 90.0
EXHAUST_SD, BURN_SD, PROPELLANT_SD = 0.01, 0.04, 0.01
AREA_SD, TILT_SD, TILTED_SD = 0.15, 0.03, 0.05
DRAG_SD = 0.6
"""Of the logarithm of drag area over mass of what comes down."""


@dataclass(frozen=True, slots=True)
class Notional:
    """A missile that nobody built, and the flight of its class that it was fitted to."""

    wanted: Wanted
    missile: Missile


def fitted(wanted: Wanted) -> Notional:
    """Return the notional missile that makes a flight. Raises `ValueError` when none does."""
    found = fit(wanted.apogee_m, wanted.range_m, *_PLACE, _BEARING, wanted.name)
    if isinstance(found, NoFlight):
        raise ValueError(f"{wanted.name}, {wanted.shape}: {found.reason}")  # noqa: TRY004
    return Notional(wanted, found.missile)


def perturbed(missile: Missile, rng: np.random.Generator) -> Missile:
    """Return a missile that is not as its figures say."""

    def off(sd: float) -> float:
        return float(1.0 + sd * rng.standard_normal())

    stages = tuple(
        replace(
            s,
            exhaust_mps=s.exhaust_mps * off(EXHAUST_SD),
            burn_s=s.burn_s * off(BURN_SD),
            propellant_kg=s.propellant_kg * off(PROPELLANT_SD),
        )
        for s in missile.stages
    )
    return replace(
        missile,
        stages=stages,
        area_m2=missile.area_m2 * off(AREA_SD),
        reentry_cda_m2=missile.reentry_cda_m2 * math.exp(DRAG_SD * rng.standard_normal()),
        tilt_deg=missile.tilt_deg * off(TILT_SD),
        tilted_s=missile.tilted_s * off(TILTED_SD),
    )
