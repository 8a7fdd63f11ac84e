"""The body of a report statement: the digests of its portions in random order, decoys among them.

>>> import random
>>> from trilogue.encoding.digest import sha256
>>> portions = [sha256(b"one"), sha256(b"two"), sha256(b"three")]
>>> body = arrange(portions, random.Random(7))
>>> len(body.portions), covers(body, sha256(b"two")), covers(body, sha256(b"four"))
(4, True, False)

A digest hides its header by the header's salt, and a decoy is 32 random bytes, so nobody can tell
the two apart. The number of digests is the next power of two above the number of portions, at
least 4: there is always a decoy, and a reader who was granted some portions learns neither whether
there are others nor, but for a factor of two, how many there could be. Random order keeps the
place of a portion from telling what it is.
"""

import secrets
from collections.abc import Iterable
from random import Random
from typing import Annotated

import msgspec

from trilogue.encoding import base64
from trilogue.encoding.digest import SIZE
from trilogue.errors import InputError
from trilogue.reports.cite import CheckedDigest, check_digests

__all__ = ["MAX_PORTIONS", "MAX_SLOTS", "MIN_SLOTS", "ReportBody", "arrange", "covers"]

MIN_SLOTS = 4
"""Fewest digests in a report."""

MAX_SLOTS = 1024
"""Most digests in a report."""

MAX_PORTIONS = MAX_SLOTS - 1
"""Most portions in a report, since one digest at least is a decoy."""

_LOT = 16
"""Random bytes by which a digest finds its place: two are never alike."""


class ReportBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The digests of a report: a power of two of them, each once."""

    portions: Annotated[
        tuple[CheckedDigest, ...], msgspec.Meta(min_length=MIN_SLOTS, max_length=MAX_SLOTS)
    ]

    def __post_init__(self) -> None:
        """Check the number and that none stands twice."""
        check_digests("portions", self.portions)
        count = len(self.portions)
        if count & (count - 1):
            raise ValueError(f"portions: {count} digests, which is no power of two")
        if len(set(self.portions)) != count:
            raise ValueError("portions: a digest stands twice")


def arrange(digests: Iterable[bytes], rng: Random | None = None) -> ReportBody:
    """Return the body for portions with these digests, 32 bytes each.

    `rng` must be unpredictable (the default is the system's); a seeded one is for test vectors.
    Raises `InputError` for no portion, too many, or one given twice.
    """
    rng = rng or secrets.SystemRandom()
    slots = list(digests)
    if not 0 < len(slots) <= MAX_PORTIONS:
        raise InputError(
            f"a report of {len(slots)} portions: 1 to {MAX_PORTIONS} may stand",
            hint="make several reports",
        )
    if len(set(slots)) != len(slots):
        raise InputError("a portion stands twice in one report")
    if any(len(digest) != SIZE for digest in slots):
        raise InputError(f"a portion's digest that is not {SIZE} bytes long")
    count = max(MIN_SLOTS, 1 << len(slots).bit_length())
    # One draw for all: the decoys, and for each digest a number by which it finds its place.
    drawn = rng.randbytes(SIZE * (count - len(slots)) + _LOT * count)
    lots = [drawn[start : start + _LOT] for start in range(0, _LOT * count, _LOT)]
    slots += [drawn[at : at + SIZE] for at in range(_LOT * count, len(drawn), SIZE)]
    return ReportBody(
        portions=tuple(base64.encode(digest) for _, digest in sorted(zip(lots, slots, strict=True)))
    )


def covers(body: ReportBody, digest: bytes) -> bool:
    """Tell whether a digest stands in the report. The reader of a portion owes this question."""
    return base64.encode(digest) in body.portions
