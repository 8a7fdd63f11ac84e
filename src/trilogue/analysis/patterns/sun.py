"""Local time and daylight: which hour a clock in Pyongyang showed, and how high the Sun stood.

>>> from datetime import UTC, datetime
>>> local(datetime(2017, 7, 28, 14, 41, tzinfo=UTC)).isoformat()  # clocks were half an hour behind
'2017-07-28T23:11:00'
>>> light(datetime(2017, 7, 28, 14, 41, tzinfo=UTC), 40.6, 126.4)
'night'
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Literal

__all__ = ["SEASONS", "Light", "Season", "elevation_deg", "light", "local", "season"]

Light = Literal["day", "twilight", "night"]
Season = Literal["winter", "spring", "summer", "autumn"]
SEASONS: tuple[Season, ...] = ("winter", "spring", "summer", "autumn")

_J2000 = datetime.fromisoformat("2000-01-01T12:00:00+00:00")
HALF_HOUR = (
    datetime.fromisoformat("2015-08-14T15:00:00+00:00"),
    datetime.fromisoformat("2018-05-04T15:00:00+00:00"),
)
"""Between these the clocks of North Korea stood at UTC+8:30 (IANA time zone Asia/Pyongyang)."""
HORIZON_DEG = -0.833
"""Elevation of the Sun's centre at sunrise: refraction and half its disc (Meeus, chapter 15)."""
CIVIL_DEG = -6.0
"""End of civil twilight."""


def local(at: datetime) -> datetime:
    """Return the time on clocks in Pyongyang, without a zone, for a time in UTC."""
    behind = HALF_HOUR[0] <= at < HALF_HOUR[1]
    return at.replace(tzinfo=None) + timedelta(hours=8.5 if behind else 9.0)


def elevation_deg(at: datetime, latitude: float, longitude: float) -> float:
    """Return the elevation of the Sun's centre in degrees, without refraction.

    Meeus, Astronomical Algorithms, 2nd ed., chapter 25, low accuracy (0.01 degrees), with mean
    sidereal time by equation 12.4.
    """
    days = (at - _J2000).total_seconds() / 86_400.0
    t = days / 36_525.0
    mean = math.radians((357.52911 + 35_999.05029 * t) % 360.0)
    centre = (
        (1.914602 - 0.004817 * t) * math.sin(mean)
        + 0.019993 * math.sin(2.0 * mean)
        + 0.000289 * math.sin(3.0 * mean)
    )
    node = math.radians(125.04 - 1_934.136 * t)
    along = math.radians(280.46646 + 36_000.76983 * t + centre - 0.00569 - 0.00478 * math.sin(node))
    tilt = math.radians(23.439291 - 0.0130042 * t + 0.00256 * math.cos(node))
    declination = math.asin(math.sin(tilt) * math.sin(along))
    ascension = math.atan2(math.cos(tilt) * math.sin(along), math.cos(along))
    sidereal = math.radians((280.46061837 + 360.98564736629 * days) % 360.0)
    hour = sidereal + math.radians(longitude) - ascension
    phi = math.radians(latitude)
    return math.degrees(
        math.asin(
            math.sin(phi) * math.sin(declination)
            + math.cos(phi) * math.cos(declination) * math.cos(hour)
        )
    )


def light(at: datetime, latitude: float, longitude: float) -> Light:
    """Return whether it was day, civil twilight or night at a place in degrees."""
    elevation = elevation_deg(at, latitude, longitude)
    return "day" if elevation > HORIZON_DEG else "twilight" if elevation > CIVIL_DEG else "night"


def season(month: int) -> Season:
    """Return the season of a month, as meteorologists count them."""
    return SEASONS[month % 12 // 3]
