"""Arrivals: one reading of a seismic phase at one station, and what is wrong with a set of them.

>>> Arrival(network="IC", station="MDJ", location="00", channel="BHZ", latitude=44.617,
...         longitude=129.5908, phase="P", time=1473381054.713, snr=2317.4, participant="US").name
'IC.MDJ'
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Arrival", "LeftOut", "TooFewArrivalsError", "UnreachableError"]


class TooFewArrivalsError(ValueError):
    """There are fewer usable arrivals than a location needs. `count` says how many there are."""

    def __init__(self, count: int, needed: int) -> None:
        super().__init__(
            f"{count} usable arrival{'' if count == 1 else 's'}, {needed} needed: latitude, "
            "longitude and origin time, and one to contradict them"
        )
        self.count = count
        self.needed = needed


class UnreachableError(ValueError):
    """No place on the globe has a first P arrival at all of the stations."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"no place lies within 100 degrees of all {count} stations at times that fit: the "
            "readings are not first P arrivals of one source"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One phase reading at one station.

    Raises:
        ValueError: a position, time or uncertainty is not a number that can be one.

    """

    network: str
    station: str
    location: str
    channel: str
    latitude: float
    """Geographic, in degrees."""
    longitude: float
    """In degrees, east positive."""
    phase: str
    time: float
    """POSIX seconds, UTC."""
    snr: float | None
    """Signal-to-noise ratio of the reading, amplitude over amplitude; None when not stated."""
    participant: str = ""
    """The participant whose network it is; empty when it is none's."""
    onset_sd: float | None = None
    """Standard deviation of the onset in seconds, where the originator declares one."""
    position_sd_m: float = 0.0
    """Standard deviation of the station's stated position along each axis, in metres."""
    source: str = ""
    """The report or file row it came from, for lineage."""

    def __post_init__(self) -> None:
        """Refuse what no station can have measured."""
        if not (-90.0 <= self.latitude <= 90.0 and -180.0 <= self.longitude <= 360.0):
            raise ValueError(f"{self.name}: no such place: {self.latitude}, {self.longitude}")
        if not math.isfinite(self.time):
            raise ValueError(f"{self.name}: no such time: {self.time}")
        if self.onset_sd is not None and not 0.0 <= self.onset_sd < math.inf:
            raise ValueError(f"{self.name}: onset_sd is no uncertainty: {self.onset_sd}")
        if not 0.0 <= self.position_sd_m < math.inf:
            raise ValueError(f"{self.name}: position_sd_m is no uncertainty: {self.position_sd_m}")

    @property
    def name(self) -> str:
        """Network and station code, as in `IC.MDJ`."""
        return f"{self.network}.{self.station}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An arrival that does not take part, and why."""

    arrival: Arrival
    reason: str
