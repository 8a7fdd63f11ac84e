"""Instants: UTC to the millisecond, always 24 characters, so that text order is time order.

>>> parse("2016-09-09T00:30:01.353Z") < parse("2016-09-09T00:30:01.354Z")
True
>>> plus("2016-09-09T00:30:01.353Z", 59.0)
'2016-09-09T00:31:00.353Z'
>>> parse("2016-09-09T00:30:01Z")
Traceback (most recent call last):
    ...
trilogue.errors.FormatError: not an instant like 2016-09-09T00:30:01.353Z: '2016-09-09T00:30:01Z'

An `Instant` is a string on the wire, in the store and in memory (RFC 3339, section 5.6, with
exactly three decimals and `Z`). Nothing below the node makes one from a clock.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated

import msgspec

from trilogue.errors import FormatError

__all__ = [
    "CheckedInstant",
    "Instant",
    "from_datetime",
    "hour",
    "parse",
    "plus",
    "seconds_between",
    "to_datetime",
]

_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$(?!\n)"

Instant = Annotated[str, msgspec.Meta(pattern=_PATTERN)]
"""A moment in UTC. The pattern is checked on decoding; `parse` also checks the calendar."""

CheckedInstant = Annotated[
    str, msgspec.Meta(min_length=24, max_length=24, extra_json_schema={"pattern": _PATTERN})
]
"""An `Instant` that whoever decodes it gives to `parse`, which asks for the pattern, too."""

_matches = re.compile(_PATTERN, re.ASCII).match


def parse(text: str) -> str:
    """Return `text` when it is an instant that exists; raise `FormatError` otherwise."""
    to_datetime(text)
    return text


@lru_cache(maxsize=256)
def to_datetime(instant: str) -> datetime:
    """Return the aware UTC datetime of an instant."""
    if not _matches(instant):
        raise FormatError(f"not an instant like 2016-09-09T00:30:01.353Z: {instant!r}")
    try:
        return datetime.fromisoformat(instant)
    except ValueError as error:
        raise FormatError(f"no such moment: {instant!r}") from error


def from_datetime(moment: datetime) -> str:
    """Return the instant of an aware datetime, cut (not rounded) to the millisecond."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone is no instant")
    utc = moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


@lru_cache(maxsize=256)
def plus(instant: str, seconds: float) -> str:
    """Return the instant that lies `seconds` after (or before, if negative) `instant`.

    Raises `FormatError` when no instant does: they end with the year 9999.
    """
    try:
        moved = to_datetime(instant) + timedelta(milliseconds=round(seconds * 1000))
    except OverflowError as error:
        raise FormatError(f"no instant lies {seconds} seconds from {instant}") from error
    return from_datetime(moved)


def seconds_between(earlier: str, later: str) -> float:
    """Return the seconds from `earlier` to `later`."""
    return (to_datetime(later) - to_datetime(earlier)).total_seconds()


def hour(instant: str) -> str:
    """Return the hour of an instant, the coarse time that a public leaf shows.

    >>> hour("2016-09-09T00:30:01.353Z")
    '2016-09-09T00Z'
    """
    return instant[:13] + "Z"
