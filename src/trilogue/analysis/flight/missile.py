"""Missiles as the simulator flies them: stages, a pitch programme, and a body that comes down.

The figures of a missile here are notional: round numbers of the right size, chosen so that a class
flies what the public record says of it. They describe no real one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Missile", "Stage"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: constant mass flow for `burn_s`, then `gap_s` of silence before the next."""

    burn_s: float
    exhaust_mps: float
    """Effective exhaust velocity in a vacuum."""
    propellant_kg: float
    dry_kg: float
    """What falls away with the stage."""
    exit_area_m2: float
    """Of the nozzles: thrust at sea level is less by the pressure of air on it."""
    gap_s: float = 0.0

    @property
    def flow_kgps(self) -> float:
        """Mass flow."""
        return self.propellant_kg / self.burn_s


@dataclass(frozen=True, slots=True)
class Missile:
    """A missile and how it is steered.

    It rises vertically for `vertical_s`, then tilts its axis at a constant rate until `tilted_s`,
    when the axis stands `tilt_deg` from the vertical of the launch point; after that thrust follows
    the velocity relative to the air (gravity turn).
    """

    name: str
    stages: tuple[Stage, ...]
    payload_kg: float
    area_m2: float
    """Cross-section while it climbs."""
    reentry_cda_m2: float
    """Drag area of what comes down, at supersonic speed."""
    vertical_s: float = 8.0
    tilted_s: float = 50.0
    tilt_deg: float = 40.0

    @property
    def burn_s(self) -> float:
        """Time from lift-off to the last cut-off."""
        return sum(stage.burn_s for stage in self.stages) + sum(
            stage.gap_s for stage in self.stages[:-1]
        )

    @property
    def lift_off_kg(self) -> float:
        """Mass at lift-off."""
        return self.payload_kg + sum(s.propellant_kg + s.dry_kg for s in self.stages)

    def steered(self, tilt_deg: float) -> Missile:
        """Return the missile with another tilt."""
        return replace(self, tilt_deg=tilt_deg)

    def driven(self, factor: float) -> Missile:
        """Return the missile with all exhaust velocities changed by a factor: its range knob."""
        stages = tuple(replace(s, exhaust_mps=s.exhaust_mps * factor) for s in self.stages)
        return replace(self, stages=stages)
