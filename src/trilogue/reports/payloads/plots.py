"""`plots`: one sensor's detections, each at one time.

All rows stand in one frame: the local east-north-up frame of the WGS-84 ellipsoid at the sensor's
position. Azimuth is counted from north through east, elevation from the horizontal plane upward
(a satellite sees the Earth at negative elevation), range along the line of sight.

What a tracker would like to know of a sensor beyond its noise may be stated. What is not stated is
left out, so that a sensor that says no more than it must is spelled in one way:

>>> from trilogue.encoding import canonical
>>> canonical.encode_payload(Bias(azimuth_rad=0.0005, clock_s=0.02))
b'{"azimuth_rad":0.0005,"clock_s":0.02}'
"""

import math
from typing import Annotated, Literal

import msgspec

from trilogue.reports.payloads.quantities import (
    Code,
    Measured,
    Moment,
    NonNegative,
    Position,
    Positive,
    Probability,
)

__all__ = ["AnglesPlot", "Bias", "FieldOfRegard", "Noise", "Plots", "RangePlot", "Sensor"]


class Noise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Standard deviations that hold where a row states none. Null: the kind does not measure it."""

    azimuth_rad: NonNegative
    elevation_rad: NonNegative
    range_m: NonNegative | None
    range_rate_mps: NonNegative | None


class Bias(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Standard deviations of what stays wrong for a whole flight, and so does not average out."""

    azimuth_rad: NonNegative | None = None
    elevation_rad: NonNegative | None = None
    range_m: NonNegative | None = None
    clock_s: NonNegative | None = None


Direction = Annotated[float, msgspec.Meta(ge=0.0, lt=360.0)]
Elevation = Annotated[float, msgspec.Meta(ge=-90.0, le=90.0)]


class FieldOfRegard(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The part of the sky that a sensor can look at: where no plot says that nothing was there.

    It is centred on an azimuth, and all round where no azimuth is stated.
    """

    azimuth_deg: Direction | None = None
    azimuth_half_deg: Annotated[float, msgspec.Meta(gt=0.0, le=180.0)] | None = None
    elevation_min_deg: Elevation | None = None
    elevation_max_deg: Elevation | None = None
    range_max_m: Positive | None = None
    floor_m: NonNegative | None = None
    """Height below which an infrared sensor sees no engine: cloud."""

    def __post_init__(self) -> None:
        """Check that the parts of a bound stand together, and in order."""
        if (self.azimuth_deg is None) != (self.azimuth_half_deg is None):
            raise ValueError("azimuth_half_deg: stands with azimuth_deg, or neither does")
        low, high = self.elevation_min_deg, self.elevation_max_deg
        if low is not None and high is not None and low >= high:
            raise ValueError(f"elevation_max_deg: {high} does not lie above elevation_min_deg")


class Sensor(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Who looked, from where, and how well. What lies below `noise` may be left out."""

    id: Code
    kind: Literal["infrared", "ship-radar", "ground-radar"]
    position: Position
    """Never without its height: a satellite's is most of what it is."""
    noise: Noise
    bias: Bias | None = None
    field: FieldOfRegard | None = None
    period_s: Positive | None = None
    """Time from one look at the field of regard to the next."""
    detection_probability: Probability | None = None
    """That one look has a plot of an object in the field of regard."""
    clutter_per_scan: NonNegative | None = None
    """Mean number of false plots in one look."""

    def __post_init__(self) -> None:
        """Check that the height is known."""
        if self.position.height_m is None:
            raise ValueError("position: height_m is missing")


class AnglesPlot(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="angles",
):
    """A direction: what an infrared sensor sees. Radians."""

    time: Moment
    azimuth_rad: Measured
    elevation_rad: Measured

    def __post_init__(self) -> None:
        """Check the ranges of the angles."""
        _check_angles(self.azimuth_rad, self.elevation_rad)


class RangePlot(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="range",
):
    """A direction and a range: what a radar sees. Radians, metres, metres per second."""

    time: Moment
    azimuth_rad: Measured
    elevation_rad: Measured
    range_m: Measured
    range_rate_mps: Measured | None
    """Positive when the range grows."""

    def __post_init__(self) -> None:
        """Check the ranges of the values."""
        _check_angles(self.azimuth_rad, self.elevation_rad)
        if self.range_m.value <= 0.0:
            raise ValueError(f"range_m: {self.range_m.value} is not positive")


class Plots(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="plots",
):
    """Rows of one sensor. An infrared sensor has rows of kind `angles` alone."""

    sensor: Sensor
    frame: Literal["enu-wgs84"]
    rows: Annotated[
        tuple[AnglesPlot | RangePlot, ...], msgspec.Meta(min_length=1, max_length=100_000)
    ]

    def __post_init__(self) -> None:
        """Check that the sensor can have measured its rows."""
        if self.sensor.kind == "infrared" and any(isinstance(r, RangePlot) for r in self.rows):
            raise ValueError("rows: an infrared sensor measures no range")


def _check_angles(azimuth: Measured, elevation: Measured) -> None:
    if not 0.0 <= azimuth.value < 2.0 * math.pi:
        raise ValueError(f"azimuth_rad: {azimuth.value} does not lie in 0 to 2 pi")
    if not -0.5 * math.pi <= elevation.value <= 0.5 * math.pi:
        raise ValueError(f"elevation_rad: {elevation.value} does not lie in -pi/2 to pi/2")
