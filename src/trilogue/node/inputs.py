"""What people give to a node: the shapes behind the API, the command line and the demo alike.

They are checked here for shape; rules and rights are checked by the acts that take them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from trilogue.consent.acts import Description, StandingRule
from trilogue.encoding import instant
from trilogue.encoding.instant import Instant
from trilogue.errors import FormatError
from trilogue.reports.payloads.finding import FindingName

__all__ = [
    "AdoptionInput",
    "FilingInput",
    "FindingFilingInput",
    "FlightFilingInput",
    "GeneraliseInput",
    "GrantInput",
    "IncidentInput",
    "LeaveInput",
    "MarkingInput",
    "OpeningInput",
    "Place",
    "PlaceInput",
    "PortionInput",
    "ReclassifyInput",
    "RefusalInput",
    "ReportInput",
    "RequestInput",
    "SourceInput",
    "StandInput",
    "StandingInput",
    "WithdrawalInput",
]

MOST_SECONDS = 10**9
"""How long a grant lasts at most when it says how long: 31 years."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Input(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what people give: unknown fields are refused, not ignored."""


class Place(Input, frozen=True, kw_only=True):
    """One statement in a participant's log, as people write it: `KR/17`."""

    speaker: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,8}$(?!\n)")]
    index: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class MarkingInput(Input, frozen=True, kw_only=True):
    """Level and readers of a portion; its originators follow from who made it."""

    level: Name
    releasable_to: Annotated[tuple[Name, ...], msgspec.Meta(max_length=16)] = ()
    caveats: Annotated[tuple[Name, ...], msgspec.Meta(max_length=16)] = ("ORCON",)


class PlaceInput(Input, frozen=True, kw_only=True):
    """Where a portion is about, WGS-84 degrees; `trajectory` if it began in the region."""

    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    trajectory: bool = False


class GeneraliseInput(Input, frozen=True, kw_only=True):
    """How coarse a version to make: grid of positions in degrees, of times in seconds."""

    position_grid: Annotated[float, msgspec.Meta(gt=0, le=10)] | None = None
    time_grid: Annotated[float, msgspec.Meta(gt=0, le=86400)] | None = None


class SourceInput(Input, frozen=True, kw_only=True):
    """A held portion that a derived one is made from."""

    report: Place
    portion: Name


class PortionInput(Input, frozen=True, kw_only=True):
    """One portion as its author writes it.

    `label` names it within this report, so that a tearline, a translation or a generalised
    version (`tearline_of`, `translation_of`, `generalise_of`) can point at it. `version_of` makes
    a generalised or redacted version of a portion of one's own that was filed before.
    """

    payload_type: Name
    payload: dict[str, Any] = {}
    marking: MarkingInput
    subject: Name
    label: Name | None = None
    language: Literal["en", "ko", "ja"] | None = None
    place: PlaceInput | None = None
    period: tuple[Instant, Instant] | None = None
    tearline_of: Name | None = None
    translation_of: Name | None = None
    generalise_of: Name | None = None
    version_of: SourceInput | None = None
    generalise: GeneraliseInput | None = None
    redact: Annotated[tuple[Text, ...], msgspec.Meta(max_length=64)] = ()
    derived_from: Annotated[tuple[SourceInput, ...], msgspec.Meta(max_length=1024)] = ()
    supersedes: SourceInput | None = None

    def __post_init__(self) -> None:
        """Check what the pattern of an instant does not show."""
        _check_period(self.period)


class ReportInput(Input, frozen=True, kw_only=True):
    """A report: its portions, in the author's order (which its recipients do not learn)."""

    portions: Annotated[tuple[PortionInput, ...], msgspec.Meta(min_length=1, max_length=64)]


MOST_TOGETHER = 256
"""Reports in one batch."""


class BatchInput(Input, frozen=True, kw_only=True):
    """Reports that are filed together, such as what a station saw in one scan."""

    reports: Annotated[
        tuple[ReportInput, ...], msgspec.Meta(min_length=1, max_length=MOST_TOGETHER)
    ]


class RequestInput(Input, frozen=True, kw_only=True):
    """Ask an originator: for named portions, or for what fits a description."""

    originator: Name
    purpose: Name
    because: Text
    portions: Annotated[tuple[SourceInput, ...], msgspec.Meta(max_length=64)] = ()
    description: Description | None = None
    direct: bool = False
    """Insist on a channel without the hub. There is none where no pact stands: it is refused."""

    def __post_init__(self) -> None:
        """Check what the pattern of an instant does not show."""
        _check_period(None if self.description is None else self.description.period)


class GrantInput(Input, frozen=True, kw_only=True):
    """Consent to portions of one's own reports.

    `lasts_seconds` None is until withdrawn; `derive_for` empty lets no derived product go on.
    """

    portions: Annotated[tuple[SourceInput, ...], msgspec.Meta(min_length=1, max_length=256)]
    audience: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=16)]
    purposes: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=16)]
    derive_for: Annotated[tuple[Name, ...], msgspec.Meta(max_length=16)] = ()
    not_before: Instant | None = None
    lasts_seconds: Annotated[int, msgspec.Meta(ge=1, le=MOST_SECONDS)] | None = None
    answers: Place | None = None

    def __post_init__(self) -> None:
        """Check what the pattern of an instant does not show."""
        _check_moments(self.not_before)


class RefusalInput(Input, frozen=True, kw_only=True):
    """Refuse a request, with the reason."""

    request: Place
    reason: Text
    language: Literal["en", "ko", "ja"] = "en"


class WithdrawalInput(Input, frozen=True, kw_only=True):
    """End a grant or a standing consent; `audience` empty is everybody in it."""

    grant: Place
    reason: Text
    audience: Annotated[tuple[Name, ...], msgspec.Meta(max_length=16)] = ()


class StandingInput(Input, frozen=True, kw_only=True):
    """A standing consent."""

    rule: StandingRule

    def __post_init__(self) -> None:
        """Check what the rule's own types do not show."""
        _check_moments(self.rule.not_before, self.rule.expires)
        if self.rule.lasts_seconds is not None and self.rule.lasts_seconds > MOST_SECONDS:
            raise ValueError(f"lasts_seconds: at most {MOST_SECONDS}, then grant anew")


class FilingInput(Input, frozen=True, kw_only=True):
    """File one coalition's estimate of an event as a derived report."""

    first_arrival: Instant
    coalition: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=16)]
    purpose: Name = "analysis"


class FlightFilingInput(Input, frozen=True, kw_only=True):
    """File one flight of one coalition's picture as a derived report: its track and its launch."""

    first_seen: Instant
    """Of the raid, as the picture names it."""
    coalition: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=16)]
    track: Name
    purpose: Name = "analysis"


class FindingFilingInput(Input, frozen=True, kw_only=True):
    """File one finding of the launch record as a derived report."""

    finding: FindingName
    purpose: Name = "analysis"
    reports: Literal["all", "own"] = "all"
    """Beside the public rows: all that may be read, or one's own alone."""


class ReclassifyInput(Input, frozen=True, kw_only=True):
    """Change the marking of one of one's own portions."""

    portion: SourceInput
    marking: MarkingInput
    reason: Text


class IncidentInput(Input, frozen=True, kw_only=True):
    """Loss or compromise, actual or possible; or findings about an earlier incident."""

    nature: Literal["loss", "compromise"]
    certainty: Literal["actual", "possible"]
    concerns: Annotated[tuple[Place, ...], msgspec.Meta(max_length=64)] = ()
    findings_of: Place | None = None
    text: Text


class OpeningInput(Input, frozen=True, kw_only=True):
    """Open one portion of a report, and say what for: it stands in the access register."""

    portion: Name
    purpose: Name
    why: Text


class AdoptionInput(Input, frozen=True, kw_only=True):
    """Adopt a version of the arrangement; `digest` None is the newest that is here."""

    digest: Annotated[str, msgspec.Meta(min_length=44, max_length=44)] | None = None


class StandInput(Input, frozen=True, kw_only=True):
    """Suspend or resume the arrangement, or one's notice of withdrawal from it."""

    of: Literal["arrangement", "notice"] = "arrangement"
    reason: Text


class LeaveInput(Input, frozen=True, kw_only=True):
    """Give notice of withdrawal; `effective` None is as soon as the arrangement allows."""

    reason: Text
    effective: Instant | None = None


def _check_moments(*moments: str | None) -> None:
    """Raise `ValueError`, as structs do, for a moment that the calendar does not have."""
    for moment in moments:
        if moment is not None:
            try:
                instant.parse(moment)
            except FormatError as error:
                raise ValueError(error.message) from error


def _check_period(period: tuple[str, str] | None) -> None:
    if period is not None:
        _check_moments(*period)
        if period[0] > period[1]:
            raise ValueError(f"period: ends at {period[1]}, before it begins at {period[0]}")
