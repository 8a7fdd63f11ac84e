"""Notional missiles that a scenario may name. Round figures of the right size; nobody's.

They share neither family nor figures with the flights that fit the record (`flight.notional`), so
that not all that is simulated is of one kind.
"""

from __future__ import annotations

from types import MappingProxyType

from trilogue.analysis.flight.missile import Missile, Stage

__all__ = ["MISSILES"]


def _missile(
    name: str, stages: tuple[Stage, ...], payload: float, area: float, tilt: float
) -> Missile:
    return Missile(name, stages, payload, area, 2.5e-4 * payload, 6.0, 60.0, tilt)


MISSILES = MappingProxyType(
    {
        "one-stage": _missile(
            "one-stage", (Stage(95, 2300, 12_800, 2300, 0.3),), 1000, 1.4, 42.0
        ),
        "two-stage": _missile(
            "two-stage",
            (Stage(90, 2450, 15_000, 2200, 0.4, 2.0), Stage(70, 2600, 5600, 850, 0.0)),
            800, 2.2, 38.0,
        ),
        "two-stage-lofted": _missile(
            "two-stage-lofted",
            (Stage(120, 2650, 50_000, 5000, 0.8, 2.0), Stage(140, 2800, 13_000, 1300, 0.0)),
            700, 3.8, 4.2,
        ),
    }
)  # fmt: skip
"""By name: about 900 km, 3,500 km, and a high loft."""
