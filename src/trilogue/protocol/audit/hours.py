"""Hours: the coarse time of a public leaf, and what it still tells.

A leaf says in which hour it was issued, no more. Whatever is counted from it is counted in favour
of its speaker: it may have been issued in the hour's last moment.

>>> begins("2016-09-09T00Z"), ends("2016-09-09T00Z")
('2016-09-09T00:00:00.000Z', '2016-09-09T01:00:00.000Z')
>>> begins("2016-09-09T24Z")
Traceback (most recent call last):
    ...
trilogue.errors.FormatError: not an hour like 2016-09-09T00Z: '2016-09-09T24Z'
"""

from __future__ import annotations

from functools import lru_cache

from trilogue.encoding import instant
from trilogue.errors import FormatError

__all__ = ["begins", "ends"]


@lru_cache(maxsize=4096)
def begins(hour: str) -> str:
    """Return the instant at which an hour begins; raise `FormatError`."""
    try:
        start = instant.parse(f"{hour[:-1]}:00:00.000Z")
    except FormatError:
        start = ""
    if not start or instant.hour(start) != hour:
        raise FormatError(f"not an hour like 2016-09-09T00Z: {hour[:40]!r}")
    return start


@lru_cache(maxsize=4096)
def ends(hour: str) -> str:
    """Return the instant at which an hour ends, which belongs to the next."""
    return instant.plus(begins(hour), 3600)
