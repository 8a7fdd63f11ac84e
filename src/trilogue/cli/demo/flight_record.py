"""What the launch leaves in the record of a run: pictures of the flight, and two drawings.

Places are in geographic degrees, lengths in metres, times instants (RFC 3339, UTC). Launch and
impact are the JSON objects that the API gives, with what only the demo can add: how far off the
simulated truth lies. The flight and its sensors are simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

__all__ = ["Drawn", "EllipseObject", "FlightView", "LaunchRecord", "PointObject"]


class EllipseObject(TypedDict):
    """An uncertainty ellipse about a place, and the probability with which it holds the truth."""

    semi_major_m: float
    semi_minor_m: float
    azimuth_deg: float
    probability: float


class PointObject(TypedDict):
    """A point on the ground: where and when, how far the truth lies off, and whether inside."""

    latitude: float
    longitude: float
    time: str
    time_sd_s: float
    ellipse: EllipseObject
    error_m: float
    contains: bool


@dataclass(frozen=True)
class FlightView:
    """What one participant's node says of the flight after one stretch.

    `coalition` names those whose plots it used: itself alone, or with what was shared. `impact` is
    none while the engine may still burn: it is then unbounded. `classes` are the two likeliest.
    """

    participant: str
    stretch: str
    coalition: tuple[str, ...]
    at: str
    plots: int
    phase: str
    launch: PointObject | None
    impact: PointObject | None
    apogee_m: float | None
    apogee_sd_m: float | None
    classes: tuple[tuple[str, float], ...]
    note: str

    @property
    def alone(self) -> bool:
        """Whether only the participant's own plots were used."""
        return self.coalition == (self.participant,)


@dataclass(frozen=True)
class Drawn:
    """A figure: its drawing as an element of the page, its numbers as CSV, and it in words."""

    name: str
    svg: str
    csv: str
    text: str


@dataclass(frozen=True)
class LaunchRecord:
    """A simulated flight with a real one's apogee and range, as each node saw it, twice a stretch.

    `recorded_…` are the public figures, the rest is simulated. `sensors` names each participant's.
    """

    missile: str
    launched: str
    scenario: str
    seed: int
    recorded_apogee_m: float
    recorded_range_m: float
    apogee_m: float
    range_m: float
    burnout_s: float
    sensors: dict[str, tuple[str, ...]]
    views: tuple[FlightView, ...]
    figures: tuple[Drawn, ...]

    @property
    def stretches(self) -> tuple[str, ...]:
        """The stretches, in their order."""
        return tuple(dict.fromkeys(view.stretch for view in self.views))
