"""`plots`: one sensor's detections, each at one time.

All rows stand in one frame: the local east-north-up frame of the WGS-84 ellipsoid at the sensor's
position. Azimuth is counted from north through east, elevation from the horizontal plane upward
(a satellite sees the Earth at negative elevation), range along the line of sight.
"""

import math
from typing import Annotated, Literal

import msgspec

from trilogue.reports.payloads.quantities import Code, Measured, Moment, NonNegative, Position

__all__ = ["AnglesPlot", "Noise", "Plots", "RangePlot", "Sensor"]


class Noise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Standard deviations that hold where a row states none. Null: the kind does not measure it."""

    azimuth_rad: NonNegative
    elevation_rad: NonNegative
    range_m: NonNegative | None
    range_rate_mps: NonNegative | None


class Sensor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who looked, and from where."""

    id: Code
    kind: Literal["infrared", "ship-radar", "ground-radar"]
    position: Position
    """Never without its height: a satellite's is most of what it is."""
    noise: Noise

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
