"""What one run of the demo leaves behind: the record that the page is written from.

Plain frozen values, so that a record can be kept as JSON and the page be written again:
`msgspec.json.decode(text, type=DemoRecord)` reads what `msgspec.json.encode(record)` wrote.

Places are in geographic degrees, lengths in metres, azimuths in degrees clockwise from north, times
are instants (RFC 3339, UTC). An estimate is the JSON object that `trilogue picture locate` prints,
with what only the demo can add: how far the published place lies from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypedDict

from trilogue.cli.demo.flight_record import EllipseObject, LaunchRecord

__all__ = [
    "Claim",
    "DemoRecord",
    "EllipseObject",
    "EstimateObject",
    "Published",
    "Station",
    "StationLeftOutObject",
    "StationUsedObject",
    "Step",
    "View",
]


class StationUsedObject(TypedDict):
    """A station behind an estimate: its residual in seconds, and its weight from 0 to 1."""

    network: str
    station: str
    residual_s: float
    weight: float


class StationLeftOutObject(TypedDict):
    """A station whose reading was not used, and why."""

    network: str
    station: str
    reason: str


class EstimateObject(TypedDict):
    """Where some participants' readings together place the event.

    Place, time, ellipse and error are none where the readings do not determine a place; `note`
    then says why. `contains` says whether the ellipse holds the published place.
    """

    coalition: list[str]
    latitude: float | None
    longitude: float | None
    origin_time: str | None
    ellipse: EllipseObject | None
    stations_used: list[StationUsedObject]
    stations_left_out: list[StationLeftOutObject]
    error_m: float | None
    contains: bool | None
    note: str


@dataclass(frozen=True)
class Published:
    """The place that the literature gives, to measure the estimates against, and its source."""

    latitude: float
    longitude: float
    source: str


@dataclass(frozen=True)
class Station:
    """A station, and the participant to whom its readings belong."""

    network: str
    station: str
    latitude: float
    longitude: float
    participant: str


@dataclass(frozen=True)
class View:
    """What one participant's node sees in one phase of the run.

    `coalition` names the participants whose readings it may use; `stations` counts those used.
    An ellipse is drawn where its centre is given.
    """

    participant: str
    phase: str
    coalition: tuple[str, ...]
    error_m: float | None
    ellipse: EllipseObject | None
    stations: int
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Step:
    """One act: who did what, the statement it made, and what became of it.

    `place` is where the statement stands, as `KR/17`. Time, kind and place are empty where they
    are not known: an act may be refused before it can be said. `outcome` is `refused` where a rule
    or a node refused the act; `rules` and `reason` then say which and why. An originator's own
    refusal is a statement like others, and done.
    """

    at: str
    participant: str
    text: str
    kind: str
    place: str
    outcome: Literal["done", "refused"]
    rules: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Claim:
    """What the audit of the public logs proves, or refutes, and on what evidence."""

    text: str
    holds: bool
    evidence: str


@dataclass(frozen=True)
class DemoRecord:
    """One run: the event, what each coalition and participant saw, what was said, what holds.

    `counts` maps participant to kind to number of statements, `checkpoints` maps participant to
    the text of its last checkpoint (three lines), `names` a participant to how it is called.
    The participants are the keys of `checkpoints`, in their order. `launch` is what was simulated
    beside the event.
    """

    arrangement_id: str
    arrangement_digest: str
    event_name: str
    event_time: str
    published: Published
    stations: tuple[Station, ...]
    estimates: tuple[EstimateObject, ...]
    views: tuple[View, ...]
    timeline: tuple[Step, ...]
    audit: tuple[Claim, ...]
    counts: dict[str, dict[str, int]]
    checkpoints: dict[str, str]
    names: dict[str, str] = field(default_factory=dict)
    launch: LaunchRecord | None = None

    @property
    def participants(self) -> tuple[str, ...]:
        """The participants, in the order of the arrangement."""
        return tuple(self.checkpoints)
