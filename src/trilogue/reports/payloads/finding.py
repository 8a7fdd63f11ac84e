"""`finding`: what a record of launches shows of how the force is operated, in words and numbers."""

from typing import Annotated, Literal

import msgspec

from trilogue.reports.payloads.quantities import Code, Language, Period, Probability, Title

__all__ = ["LANGUAGES", "Finding", "FindingName", "LeftOut", "Quantity", "QuantityName", "Said"]

FindingName = Literal[
    "new",
    "tempo",
    "salvos",
    "sites",
    "clock",
    "trajectories",
    "outcomes",
    "reach",
    "nuclear",
]
QuantityName = Literal[
    "begins",
    "value",
    "chance-of-as-unusual",
    "rate",
    "occasions",
    "change",
    "several-at-once",
    "most-at-once",
    "spacing",
    "days-of-several-sites",
    "days",
    "sites",
    "stayed",
    "moved",
    "early",
    "daylight",
    "chance-of-weekdays",
    "chance-of-seasons",
    "launches",
    "least-energy-range",
    "success",
    "odds-factor",
    "days-to-reliable",
    "flown",
    "range",
    "occasions-near",
    "occasions-expected",
    "chance-of-as-many",
    "after-to-before",
]
LANGUAGES: tuple[Language, ...] = ("en", "ko", "ja")
Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The finding in one language: its sentences, and how it was found."""

    language: Language
    sentences: Annotated[tuple[Sentence, ...], msgspec.Meta(max_length=64)]
    """None where the record is too small to say anything."""
    method: Sentence


class Quantity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One number, of what, in which unit, with the interval that holds the true value.

    Without an interval it is a count, or a value as it was reported.
    """

    what: QuantityName
    of: Title | None
    """A class, a site, a span of days; null is the whole record."""
    unit: Title
    """`1` for shares and counts; days, UTC, are counted from 1970-01-01."""
    value: float
    low: float | None
    high: float | None
    probability: Probability | None
    """With which the interval holds the true value."""

    def __post_init__(self) -> None:
        """Check that an interval is whole and holds its value."""
        if (self.low is None) != (self.high is None) or (self.low is None) != (
            self.probability is None
        ):
            raise ValueError("low, high and probability stand together or not at all")
        if (
            self.low is not None
            and self.high is not None
            and not self.low <= self.value <= self.high
        ):
            raise ValueError(f"value: {self.value} lies outside {self.low} to {self.high}")


class LeftOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many launches of the record a part of the finding does not use, for one reason."""

    part: Code
    reason: Code
    launches: Count


class Finding(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="finding",
):
    """One finding, in all languages of the arrangement, and what it stands on.

    The portions behind it stand in the header, as those of everything derived.
    """

    finding: FindingName
    record: Period
    """From the first day of the record to the end of its last."""
    said: Annotated[tuple[Said, ...], msgspec.Meta(min_length=3, max_length=3)]
    quantities: Annotated[tuple[Quantity, ...], msgspec.Meta(max_length=4096)]
    launches: Count
    """In the record: the public one, and what portions added to it."""
    public_rows: Count
    portions: Annotated[int, msgspec.Meta(ge=1, le=1024)]
    """That stand in the record beside the public rows."""
    left_out: Annotated[tuple[LeftOut, ...], msgspec.Meta(max_length=64)]

    def __post_init__(self) -> None:
        """Check that each language says it once, in the order of the arrangement."""
        if tuple(one.language for one in self.said) != LANGUAGES:
            raise ValueError(f"said: once in each of {', '.join(LANGUAGES)}, in this order")
