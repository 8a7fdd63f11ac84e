"""What the launch is made of: the simulated plots of a shipped scenario, stretch by stretch.

Nobody's plots of the launch of 29 November 2017 are public. The flight is a simulated one with the
apogee and the range of the public record; the sensors that see it are simulated, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.cli.demo.material import SHARED
from trilogue.consent.acts import StandingRule
from trilogue.encoding import canonical, instant
from trilogue.node.inputs import PlaceInput, PortionInput, ReportInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.flight.record import Launch
    from trilogue.analysis.flight.simulate import Trajectory
    from trilogue.analysis.scenario.play import Played
    from trilogue.reports.payloads.plots import Plots

__all__ = ["LaunchMaterial", "SensorPlots", "Stretch", "launch_material"]

SCENARIO = "lofted-icbm"
SEED = 0
STRETCHES = (("at burnout", 0.0), ("burnout + 60 s", 60.0), ("burnout + 300 s", 300.0))
"""Names of the stretches, and by how many seconds each ends after burnout."""


@dataclass(frozen=True)
class SensorPlots:
    """What one sensor saw in one stretch, and whose it is."""

    owner: str
    sensor: str
    plots: Plots


@dataclass(frozen=True)
class Stretch:
    """All plots from the end of the stretch before up to `until`, POSIX seconds."""

    name: str
    until: float
    seen: tuple[SensorPlots, ...]

    def of(self, participant: str) -> tuple[SensorPlots, ...]:
        """Return what a participant's sensors saw."""
        return tuple(one for one in self.seen if one.owner == participant)


@dataclass(frozen=True)
class LaunchMaterial:
    """A scenario that was played, the public record of its launch, and its plots in stretches."""

    played: Played
    recorded: Launch
    stretches: tuple[Stretch, ...]

    @property
    def trajectory(self) -> Trajectory:
        """The simulated flight."""
        return self.played.flights[0].trajectory

    @property
    def launched(self) -> str:
        """The moment of the simulated lift-off."""
        return _moment(self.played.flights[0].launched)

    @property
    def truth(self) -> NDArray[np.float64]:
        """Positions `(n, 3)` of the simulated flight, ECEF metres."""
        return self.trajectory.position

    def report(self, participant: str, stretch: Stretch) -> ReportInput:
        """Return what a participant's sensors saw in a stretch: a portion a sensor."""
        return ReportInput(
            portions=tuple(
                PortionInput(
                    payload_type="plots",
                    payload=canonical.loads(canonical.encode_payload(one.plots)),
                    marking=SHARED,
                    subject="missile-launch",
                    label=one.sensor,
                    place=self._place(),
                )
                for one in stretch.of(participant)
            )
        )

    def standing(self, audience: tuple[str, ...], at: str) -> StandingRule:
        """Return the rule under which one lets its plots of launches go to the others at once."""
        return StandingRule(
            subjects=("missile-launch",),
            payload_types=("plots",),
            levels=("CONFIDENTIAL",),
            grid_e5=0,
            per_hour=60,
            audience=tuple(sorted(audience)),
            purposes=("analysis", "warning"),
            derive_for=tuple(sorted(audience)),
            lasts_seconds=None,
            not_before=at,
            expires=instant.plus(at, 365 * 86400),
        )

    def _place(self) -> PlaceInput:
        # To the tenth of a degree: where it began, and not what the plots say of it.
        latitude, longitude = (round(x, 1) for x in self.trajectory.launch)
        return PlaceInput(latitude=latitude, longitude=longitude, trajectory=True)


def launch_material() -> LaunchMaterial:
    """Play the scenario and cut what its sensors saw into stretches."""
    from trilogue.analysis.flight.record import record
    from trilogue.analysis.scenario.play import play
    from trilogue.analysis.scenario.scenario import load
    from trilogue.picture.plotted import plots_payload

    played = play(load(SCENARIO), SEED)
    (flight,) = played.flights
    burnout = flight.launched + flight.trajectory.burnout_s
    table = played.observed.plots
    stretches, began = [], -np.inf
    for name, after in STRETCHES:
        part = table.where((table.time > began) & (table.time <= burnout + after))
        seen = tuple(
            SensorPlots(sensor.owner, sensor.id, plots_payload(part, k))
            for k, sensor in enumerate(part.sensors)
            if (part.sensor == k).any()
        )
        began = burnout + after
        stretches.append(Stretch(name, began, seen))
    day = _moment(flight.launched)[:10]
    (recorded,) = (one for one in record() if one.date == day)
    return LaunchMaterial(played, recorded, tuple(stretches))


def _moment(posix: float) -> str:
    return instant.plus("1970-01-01T00:00:00.000Z", posix)
