"""Quantities: every number in a payload with its unit in its name and its uncertainty beside it.

Units are SI: metres, seconds, metres per second, radians. Degrees stand only in latitude and
longitude (WGS-84, geodetic) and where a name ends in `_deg`. An uncertainty is a standard deviation
of a normal error, and an ellipse states the probability with which it holds the truth. `None` means
that the source does not state it; nothing is made up to fill it.

Ranges and patterns are checked when a payload is read, and again when one is written.
"""

import math
from typing import Annotated, Literal

import msgspec

from trilogue.encoding import instant
from trilogue.encoding.instant import Instant
from trilogue.errors import FormatError

__all__ = [
    "Code",
    "Confidence",
    "Ellipse",
    "EstimatedPosition",
    "Language",
    "Latitude",
    "Longitude",
    "Measured",
    "Moment",
    "NonNegative",
    "Period",
    "Position",
    "Positive",
    "Probability",
    "Text",
    "Title",
    "calendar",
]

Latitude = Annotated[float, msgspec.Meta(ge=-90.0, le=90.0, description="degrees north, WGS-84")]
Longitude = Annotated[float, msgspec.Meta(ge=-180.0, le=180.0, description="degrees east, WGS-84")]
Positive = Annotated[float, msgspec.Meta(gt=0.0)]
NonNegative = Annotated[float, msgspec.Meta(ge=0.0)]
Probability = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$(?!\n)", max_length=64)]
"""A short identifier: a network, a station, a sensor."""
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200_000)]
Language = Literal["en", "ko", "ja"]
"""The languages of the arrangement (ISO 639-1)."""
Confidence = Literal["low", "moderate", "high"]
"""How sure the author is of a judgement made in words."""


class Measured(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A value and its standard deviation, in the unit that the field's name states.

    On the wire `[value, sd]`; `sd` is null where it is not stated.
    """

    value: float
    sd: NonNegative | None


class Moment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time and its standard deviation in seconds."""

    instant: Instant
    sd_s: NonNegative | None

    def __post_init__(self) -> None:
        """Check that the moment exists in the calendar."""
        calendar("instant", self.instant)


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A span of time from `begins` to `ends`, both included."""

    begins: Instant
    ends: Instant

    def __post_init__(self) -> None:
        """Check the calendar and the order."""
        calendar("begins", self.begins)
        calendar("ends", self.ends)
        if self.begins > self.ends:
            raise ValueError(f"ends: {self.ends} lies before begins, {self.begins}")


class Position(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A surveyed point: where a station, a sensor or a site stands."""

    latitude: Latitude
    longitude: Longitude
    height_m: float | None
    """Height above the ellipsoid."""
    sd_m: NonNegative | None
    """Standard deviation on each axis: north, east and, where the height is given, up."""


class Ellipse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An uncertainty ellipse on the ground, centred on the position it belongs to.

    It is the contour of a bivariate normal error that holds the truth with `probability` p: its
    semi-axes are the standard deviations along them times sqrt(-2 ln(1 - p)).
    """

    semi_major_m: NonNegative
    semi_minor_m: NonNegative
    azimuth_deg: Annotated[float, msgspec.Meta(ge=0.0, lt=180.0)]
    """Direction of the major axis, degrees clockwise from north."""
    probability: Annotated[float, msgspec.Meta(gt=0.0, lt=1.0)]

    def __post_init__(self) -> None:
        """Check that the major axis is the longer one."""
        if self.semi_minor_m > self.semi_major_m:
            raise ValueError(
                f"semi_minor_m: {self.semi_minor_m} is greater than semi_major_m, "
                f"{self.semi_major_m}"
            )

    @property
    def scale(self) -> float:
        """Length of a semi-axis in standard deviations along it."""
        return math.sqrt(-2.0 * math.log1p(-self.probability))


class EstimatedPosition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point that was estimated: never without its ellipse."""

    latitude: Latitude
    longitude: Longitude
    ellipse: Ellipse


def calendar(field: str, text: str) -> None:
    """Raise `ValueError` when the pattern of an instant holds but no such moment exists.

    The codec names the path of a field only for a `ValueError`.
    """
    try:
        instant.parse(text)
    except FormatError as error:
        raise ValueError(f"{field}: {error.message}") from error
