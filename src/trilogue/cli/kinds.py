"""How people write the things of the exchange on a command line.

KR/17            the statement at index 17 of KR's log
KR/17:Jc3…=      one portion of the report that stands there, by its digest
90m, 36h, 7d     a length of time; a number alone is seconds
2026-11-23, 2026-11-23T06:00Z, 2026-11-23T06:00:00.000Z
                 a moment in UTC
US=HOST:PORT     a neighbour and where it listens
kim-ju=FINGERPRINT
                 an officer, and the fingerprint of the officer's passkey, with spaces or without

Each is a function that click calls on the text, and its name is what help shows for the value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from trilogue.node.inputs import Place, SourceInput

__all__ = ["confirmation", "duration", "moment", "peer", "place", "portion", "portions"]

_PLACE = re.compile(r"([A-Z]{2,8})/(0|[1-9][0-9]{0,14})", re.ASCII)
_DURATION = re.compile(r"(0|[1-9][0-9]{0,8})([smhd]?)", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?Z)?", re.ASCII
)
_CONFIRMATION = re.compile(r"([A-Za-z0-9-]{1,40})=((?: ?[0-9a-f]{4}){8})", re.ASCII)
_PEER = re.compile(r"([A-Z]{2,8})=(.+)", re.ASCII)


def place(text: str) -> Place:
    """Read `KR/17`."""
    from trilogue.node.inputs import Place

    found = _PLACE.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"{text!r} is no place in a log; write it as KR/17")
    return Place(speaker=found[1], index=int(found[2]))


def portion(text: str) -> SourceInput:
    """Read `KR/17:DIGEST`. The digest may be cut short: who asks the node completes it."""
    source = portions(text)
    if not source.portion:
        raise click.BadParameter(f"{text!r} names no portion; write it as KR/17:DIGEST")
    return source


def portions(text: str) -> SourceInput:
    """Read `KR/17:DIGEST`, or `KR/17` for every portion of the report."""
    from trilogue.node.inputs import SourceInput

    where, colon, digest = text.partition(":")
    if colon and not digest:
        raise click.BadParameter(f"{text!r} names no portion; write it as KR/17:DIGEST")
    return SourceInput(report=place(where), portion=digest)


def duration(text: str) -> int:
    """Read a length of time; return seconds.

    >>> duration("90m"), duration("7d"), duration("0")
    (5400, 604800, 0)
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"{text!r} is no length of time; write 90m, 36h or 7d")
    return int(found[1]) * _SECONDS[found[2]]


def moment(text: str) -> str:
    """Read a moment in UTC; return it as an instant.

    >>> moment("2026-11-23"), moment("2026-11-23T06:00Z")
    ('2026-11-23T00:00:00.000Z', '2026-11-23T06:00:00.000Z')
    """
    from trilogue.encoding import instant
    from trilogue.errors import FormatError

    found = _MOMENT.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"{text!r} is no moment in UTC; write 2026-11-23T06:00Z")
    day, minute, second, fraction = found.groups()
    full = f"{day}T{minute or '00:00'}:{second or '00'}.{(fraction or '').ljust(3, '0')}Z"
    try:
        return instant.parse(full)
    except FormatError as error:
        raise click.BadParameter(error.message) from None


def peer(text: str) -> tuple[str, str]:
    """Read `US=HOST:PORT`; the settings check the address."""
    found = _PEER.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"{text!r} is no neighbour; write US=HOST:PORT")
    return found[1], found[2]


def confirmation(text: str) -> tuple[str, str]:
    """Read `kim-ju=FINGERPRINT`.

    >>> confirmation("kim-ju=eb75 3cdf d4ba b88d affe 4247 ac88 9d26")
    ('kim-ju', 'eb75 3cdf d4ba b88d affe 4247 ac88 9d26')
    """
    found = _CONFIRMATION.fullmatch(text)
    if found is None:
        raise click.BadParameter(
            f"{text!r} is no officer's passkey; write OFFICER=FINGERPRINT, eight groups of four"
        )
    return found[1], found[2]
