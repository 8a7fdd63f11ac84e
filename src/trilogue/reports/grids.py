"""Grids: rounding of degrees, metres and instants, and how wide a cell is in metres.

Grids are anchored at zero degrees and at 1970-01-01, so the same value always becomes the same
value: rounding twice in two reports gives nothing to average.

>>> nearest(41.2879e5, 50_000), nearest(-129.1e5, 50_000)
(4150000, -12900000)
>>> outward("2016-09-09T00:30:01.353Z", "2016-09-09T01:59:00.000Z", 3_600_000)
('2016-09-09T00:00:00.000Z', '2016-09-09T02:00:00.000Z')
"""

import math

from trilogue.encoding import instant
from trilogue.errors import FormatError, InputError

__all__ = [
    "METRES_PER_DEGREE",
    "cell_m",
    "nearest",
    "nearest_degrees",
    "nearest_instant",
    "outward",
]

METRES_PER_DEGREE = 111_695.0
"""No degree is longer: WGS-84's longest, one of latitude at a pole, has 111 693.98 m."""

_POLAR_RADIUS = 6_356_752.0
"""WGS-84's shortest radius in metres: a height counts for most against it."""

_EPOCH = "1970-01-01T00:00:00.000Z"


def nearest(value: float, grid: int) -> int:
    """Return the multiple of `grid` that lies nearest, halves upward."""
    return math.floor(value / grid + 0.5) * grid


def nearest_degrees(latitude: float, longitude: float, grid: int) -> tuple[int, int]:
    """Round a position, all in 1e-5 degrees.

    A latitude stops at the pole; a longitude goes on past the 180th meridian.
    """
    lat = min(max(nearest(latitude, grid), -9_000_000), 9_000_000)
    lon = nearest(longitude, grid)
    if lon > 18_000_000:
        lon -= 36_000_000
    elif lon < -18_000_000:
        lon += 36_000_000
    return lat, lon


def cell_m(grid: int, height_m: float = 0.0) -> float:
    """Return the greatest width in metres of a cell of `grid` 1e-5 degrees, at a height."""
    return grid / 1e5 * METRES_PER_DEGREE * (1.0 + max(height_m, 0.0) / _POLAR_RADIUS)


def nearest_instant(moment: str, grid_ms: int) -> str:
    """Return the instant on the grid that lies nearest. Raises `InputError`."""
    return _at(nearest(_ms(moment), grid_ms))


def outward(begins: str, ends: str, grid_ms: int) -> tuple[str, str]:
    """Widen a period to the grid. Raises `InputError`."""
    return _at(_ms(begins) // grid_ms * grid_ms), _at(-(-_ms(ends) // grid_ms) * grid_ms)


def _ms(moment: str) -> int:
    """Return the milliseconds from 1970 to an instant."""
    return round(instant.seconds_between(_EPOCH, moment) * 1000)


def _at(ms: int) -> str:
    """Return the instant that lies so many milliseconds after 1970."""
    try:
        return instant.plus(_EPOCH, ms / 1000)
    except FormatError as error:
        raise InputError("rounding leaves the calendar", hint="use a finer grid") from error
