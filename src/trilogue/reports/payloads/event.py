"""`seismic-event`: where and when, how deep, how large, and what it was."""

from typing import Annotated, Literal

import msgspec

from trilogue.reports.payloads.quantities import (
    Code,
    EstimatedPosition,
    Measured,
    Moment,
    NonNegative,
    Positive,
    Probability,
    Title,
)

__all__ = [
    "Depth",
    "Identification",
    "Magnitude",
    "SeismicEvent",
    "StationLeftOut",
    "StationUsed",
    "YieldEstimate",
]

Reasons = Annotated[tuple[Title, ...], msgspec.Meta(min_length=1, max_length=64)]


class Depth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Depth below the surface, metres. A held depth was given to the location, not found by it."""

    depth_m: Measured
    held: bool


class Magnitude(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One magnitude, on the scale that `scale` names (`mb`, `Mw`, `ML`, `Ms`)."""

    scale: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z()0-9]{1,12}$(?!\n)", max_length=12)]
    magnitude: Measured
    source: Title


class YieldEstimate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Explosive yield with its spread, kilotonnes of TNT (1 kt = 4.184e12 J).

    Published relations differ by tens of per cent, so the spread is part of the statement.
    """

    median_kt: Positive
    low_kt: NonNegative
    high_kt: Positive
    probability: Probability
    """Probability that the yield lies between `low_kt` and `high_kt`."""
    relations: Reasons
    """The relations between magnitude and yield that were used."""

    def __post_init__(self) -> None:
        """Check the order of the bounds."""
        if not self.low_kt <= self.median_kt <= self.high_kt:
            raise ValueError(
                f"median_kt: {self.median_kt} lies outside {self.low_kt} to {self.high_kt}"
            )


class Identification(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the event was, and why that is said. `unknown` is an answer."""

    kind: Literal["explosion", "earthquake", "unknown"]
    probability: Probability | None
    reasons: Reasons


class StationUsed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A station that the location rests on: residual in seconds, observed minus computed."""

    network: Code
    station: Code
    residual_s: float
    weight: NonNegative


class StationLeftOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A station that the location does not rest on, and why."""

    network: Code
    station: Code
    reason: Title


class SeismicEvent(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="seismic-event",
):
    """One located event."""

    event: Code | None
    """The author's own name for the event; it binds nobody else's."""
    origin: Moment
    """Origin time."""
    epicentre: EstimatedPosition
    depth: Depth | None
    magnitudes: Annotated[tuple[Magnitude, ...], msgspec.Meta(max_length=64)]
    yield_estimate: YieldEstimate | None
    identification: Identification | None
    stations_used: Annotated[tuple[StationUsed, ...], msgspec.Meta(max_length=10_000)]
    stations_left_out: Annotated[tuple[StationLeftOut, ...], msgspec.Meta(max_length=10_000)]
