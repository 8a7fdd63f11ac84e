"""What a node answers its people: the shapes behind the API, its client and the command line.

They stand beside `trilogue.node.inputs`. A field may be added; none changes its meaning or goes.
Times are instants, places in logs are `{"speaker": "KR", "index": 17}`, and a page of a list is

    {"items": […], "next": 118, "more": false}

where `next` is the cursor behind the last item. Cursors follow the order in which things came to
count here, which never changes, so that going on from `next` neither skips nor repeats.
"""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

import msgspec

from trilogue.consent.acts import Description, Extent, StandingRule
from trilogue.encoding.instant import Instant
from trilogue.marking import Marking
from trilogue.node.inputs import GrantInput, Place, PlaceInput, SourceInput
from trilogue.reports.header import Generalised, Leg, Redacted

__all__ = [
    "AccessEntry",
    "Answer",
    "ArrangementAnswer",
    "AsideEntry",
    "CheckpointEntry",
    "CoalitionFlights",
    "EventEntry",
    "FlightEntry",
    "FlightsAnswer",
    "ForceAnswer",
    "Gone",
    "GrantEntry",
    "Granted",
    "GrantedItem",
    "HeaderFacts",
    "HealthAnswer",
    "IncidentEntry",
    "LevelName",
    "Logged",
    "Named",
    "Opened",
    "PactAnswer",
    "Page",
    "ParticipantAnswer",
    "ParticipantState",
    "PendingEntry",
    "PictureAnswer",
    "PortionEntry",
    "PortionState",
    "RaidEntry",
    "RefusalEntry",
    "ReportEntry",
    "RequestEntry",
    "RequestState",
    "StandingEntry",
    "StatementEntry",
    "Waiting",
]

T = TypeVar("T")

RequestState = Literal["open", "granted", "refused"]
PortionState = Literal["own", "live", "not-yet", "expired", "withdrawn", "destroyed"]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what a node answers. A reader passes over fields that it does not know."""


class Page(Answer, Generic[T], frozen=True, kw_only=True):
    """Part of a list. `next` leads on from here, now or when there is more."""

    items: tuple[T, ...]
    next: int
    more: bool
    """Whether there was more when this was answered."""


# The node and the arrangement.


class HealthAnswer(Answer, frozen=True, kw_only=True, omit_defaults=True):
    """Whether the node serves, and everything that stands in its way."""

    ready: bool
    reasons: tuple[str, ...]
    stale: str = ""
    """Why nothing is served, or empty: the store may be older than what was withdrawn since."""


class ForceAnswer(Answer, frozen=True, kw_only=True):
    """Whether the arrangement is in force, and why: a code, whom it is about, a sentence."""

    in_force: bool
    code: str
    who: tuple[str, ...]
    reason: str


class Named(Answer, frozen=True, kw_only=True):
    """An identifier of the arrangement and its name in the language asked for."""

    id: str
    name: str


class ParticipantAnswer(Answer, frozen=True, kw_only=True):
    """A participant, and where it stands with the arrangement."""

    id: str
    name: str
    ministry: str
    language: str
    log: str
    state: str
    since: Instant | None
    effective: Instant | None
    """When a running notice of withdrawal ends."""


class PactAnswer(Answer, frozen=True, kw_only=True):
    """A bilateral agreement that protects what passes between two participants."""

    id: str
    name: str
    between: tuple[str, str]


class LevelName(Answer, frozen=True, kw_only=True):
    """A level of classification, lowest first, and what each participant calls it itself."""

    id: str
    mark: str
    own: dict[str, str]


class ArrangementAnswer(Answer, frozen=True, kw_only=True):
    """The arrangement under which the node works."""

    id: str
    digest: str
    force: ForceAnswer
    hub: str
    participants: tuple[ParticipantAnswer, ...]
    pacts: tuple[PactAnswer, ...]
    levels: tuple[LevelName, ...]
    ceiling: str
    two_person_above: str
    subjects: tuple[Named, ...]
    purposes: tuple[Named, ...]
    payload_types: tuple[Named, ...]
    caveats: tuple[Named, ...]
    text: str
    """All of it, as a person reads it."""


# What was done.


class Logged(Answer, frozen=True, kw_only=True):
    """A statement that now stands in this participant's log, synced and signed for."""

    statement: Place
    kind: str
    issued: Instant
    leaf: str
    """Its leaf hash, base64: with it anybody can cite the statement."""


class Granted(Logged, frozen=True, kw_only=True):
    """A grant that now stands in the log, and the officers in whose names it was given."""

    extent: Extent
    officers: tuple[str, ...]


class Waiting(Answer, frozen=True, kw_only=True):
    """A grant to which a second officer must agree: `POST /v1/pending/{id}/approvals`."""

    id: int
    officer: str
    rules: tuple[str, ...]
    reason: str


# Reports.


class HeaderFacts(Answer, frozen=True, kw_only=True):
    """What the header of a portion says. Never its content."""

    payload_type: str
    subject: str
    language: str | None
    place: PlaceInput | None
    period: tuple[Instant, Instant] | None
    size: int
    """Length of the content in bytes."""
    handling: tuple[Leg, ...]
    derived_from: tuple[SourceInput, ...]
    supersedes: SourceInput | None
    tearline_of: str | None
    translation_of: str | None
    generalised: Generalised | None
    redacted: Redacted | None


class Gone(Answer, frozen=True, kw_only=True):
    """A source of a derived portion that is gone since: withdrawn, run out, or superseded."""

    source: SourceInput
    why: Literal["withdrawn", "expired", "superseded"]
    by: Place | None
    """The withdrawal, or the report that supersedes it."""


class PortionEntry(Answer, frozen=True, kw_only=True):
    """One portion as it is held, once for each grant under which it is.

    What may not be read now shows only that it is or was held: `header` and what follows from it
    is null unless `state` is `own` or `live`.
    """

    portion: str
    state: PortionState
    grant: Place | None
    expires: Instant | None
    purposes: tuple[str, ...] = ()
    """For which purposes it may be opened now."""
    header: HeaderFacts | None
    marking: Marking | None
    """As it is now: the newest reclassification by the originator."""
    mark: str | None
    """The portion mark: `(S//ORCON/TISA//REL TO JP, US)`."""
    equivalent: str | None
    """The originator's own mark, and this participant's equivalent of it."""
    relayed: str | None
    """The equivalent that the hub added when it relayed the portion."""
    gone: tuple[Gone, ...] = ()
    """Of the portions behind it, those that are gone: with one of them it stands no longer as it
    was filed."""


class ReportEntry(Answer, frozen=True, kw_only=True):
    """A report that is known here, and what of it is held. Own ones are held whole."""

    position: int
    report: Place
    issued: Instant
    banner: str | None
    """The line above and below all that may be read now, or null when nothing may."""
    portions: tuple[PortionEntry, ...]


class Opened(Answer, frozen=True, kw_only=True):
    """A portion that was opened, with what stands above, below and beside its content."""

    report: Place
    portion: str
    grant: Place | None
    derive_for: tuple[str, ...]
    """For whom this participant may make derived reports of it."""
    expires: Instant | None
    marking: Marking
    mark: str
    banner: str
    equivalent: str
    relayed: str | None
    """The equivalent that the hub added."""
    header: HeaderFacts
    payload: dict[str, Any]


class AccessEntry(Answer, frozen=True, kw_only=True):
    """One line of the access register: who opened what, when, and what for."""

    id: int
    at: Instant
    officer: str
    purpose: str
    why: str
    report: Place
    portion: str


# Consent.


class RefusalEntry(Answer, frozen=True, kw_only=True):
    """Why a request was refused, in which language, and by which officers."""

    refusal: Place
    issued: Instant
    reason: str
    language: Literal["en", "ko", "ja"]
    officers: tuple[str, ...]
    by_hand: bool
    """Whether each of them signed with a passkey of their own."""


class RequestEntry(Answer, frozen=True, kw_only=True):
    """Who asks whom for what, for which purpose, because …; and what became of it."""

    position: int
    request: Place
    issued: Instant
    originator: str
    portions: tuple[SourceInput, ...]
    description: Description | None
    purpose: str
    because: str
    state: RequestState
    answers: tuple[Place, ...]
    """Grants and refusals."""
    refusals: tuple[RefusalEntry, ...]


class ParticipantState(Answer, frozen=True, kw_only=True):
    """How a grant stands with one of its audience: live, held, withdrawn or destroyed."""

    participant: str
    state: str


class GrantedItem(Answer, frozen=True, kw_only=True):
    """One report, and the portions of it that are granted."""

    report: Place
    portions: tuple[str, ...]


class GrantEntry(Answer, frozen=True, kw_only=True):
    """A grant, own or heard."""

    position: int
    grant: Place
    issued: Instant
    items: tuple[GrantedItem, ...]
    extent: Extent
    answers: Place | None
    under: Place | None
    """The standing consent that made it."""
    officers: tuple[str, ...]
    states: tuple[ParticipantState, ...]


class PendingEntry(Answer, frozen=True, kw_only=True):
    """A grant that waits for a second officer."""

    id: int
    officer: str
    since: Instant
    grant: GrantInput


class StandingEntry(Answer, frozen=True, kw_only=True):
    """A standing consent, own or heard."""

    position: int
    standing: Place
    issued: Instant
    rule: StandingRule
    officers: tuple[str, ...]
    ended_for: tuple[str, ...]


class EventEntry(Answer, frozen=True, kw_only=True):
    """One event as this participant sees it.

    Each estimate is the JSON object that `trilogue picture locate --json` prints for a coalition.
    """

    event: str
    """Its authors' name for it, or empty."""
    first_arrival: Instant
    """Names the event here: the first reading of it."""
    estimates: tuple[dict[str, Any], ...]
    sources: tuple[SourceInput, ...]
    """The portions behind the last estimate."""


class PictureAnswer(Answer, frozen=True, kw_only=True):
    """Every event in what may be read now, oldest first."""

    events: tuple[EventEntry, ...]


class FlightEntry(Answer, frozen=True, kw_only=True):
    """One flight, and the portions that stand behind it."""

    flight: dict[str, Any]
    """The JSON object that `trilogue picture track --json` prints for a flight."""
    sources: tuple[SourceInput, ...]


class AsideEntry(Answer, frozen=True, kw_only=True):
    """A portion that may be read and that was not used, and why."""

    source: SourceInput
    reason: str


class CoalitionFlights(Answer, frozen=True, kw_only=True):
    """The flights that some participants' sensors show together."""

    coalition: tuple[str, ...]
    at: Instant | None
    """The newest plot or track that was looked at."""
    flights: tuple[FlightEntry, ...]
    aside: tuple[AsideEntry, ...]
    reason: str
    """Why there are no flights, where nothing could be computed; else empty."""


class RaidEntry(Answer, frozen=True, kw_only=True):
    """Flights that belong together in time; the last coalition is all that is here."""

    first_seen: Instant
    """Names the raid here: its first plot or track."""
    coalitions: tuple[CoalitionFlights, ...]


class FlightsAnswer(Answer, frozen=True, kw_only=True):
    """Every missile flight in what may be read now, by raid, oldest first."""

    raids: tuple[RaidEntry, ...]


class IncidentEntry(Answer, frozen=True, kw_only=True):
    """A loss or compromise, or a peer's fault at an acceptance step; or findings about one."""

    position: int
    incident: Place
    issued: Instant
    nature: str
    certainty: str
    concerns: tuple[Place, ...]
    findings_of: Place | None
    peer: str | None
    step: int | None
    text: str


# Everything.


class CheckpointEntry(Answer, frozen=True, kw_only=True):
    """A checkpoint of this participant's log, and the neighbours that cosigned it."""

    size: int
    root: str
    issued: Instant
    witnesses: tuple[str, ...]


class StatementEntry(Answer, frozen=True, kw_only=True):
    """One statement that counts here. `position` is its cursor; `body` is as its kind has it."""

    position: int
    statement: Place
    kind: str
    issued: Instant
    arrangement: str
    to: tuple[str, ...]
    for_: tuple[str, ...] = msgspec.field(name="for")
    cites: tuple[Place, ...]
    leaf: str
    body: dict[str, Any]
