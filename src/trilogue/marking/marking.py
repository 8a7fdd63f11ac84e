"""The marking of a portion, as it stands on the wire.

>>> from trilogue.encoding import canonical
>>> canonical.encode(mark("SECRET", ["KR"], releasable_to=["US", "JP"], caveats=["ORCON"]))
b'{"caveats":["ORCON"],"level":"SECRET","originators":["KR"],"releasable_to":["JP","US"]}'

One marking has one spelling: the lists are sorted and free of repetition, which decoding checks.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from trilogue.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Marking", "mark"]

_LEVEL = re.compile(r"(?=.{1,64}\Z)[A-Z]+(?: [A-Z]+)*")
_PARTICIPANT = re.compile(r"[A-Z]{2,8}")
_CAVEAT = re.compile(r"(?=.{1,64}\Z)[A-Z][A-Z0-9]*(?:[ -][A-Z0-9]+)*")
MOST_NAMES = 64
"""Originators, readers or caveats of one marking."""


class Marking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Classification, originators, releasability and caveats of a portion.

    An empty `releasable_to` means that the portion goes to nobody. A single originator needs no
    mention in `releasable_to`; where there are several, each may read only if it is mentioned,
    because what another contributed need not be releasable to it.

    Building or decoding one that is not in its one spelling raises `ValueError`, which the codec
    turns into `FormatError`.
    """

    level: str
    originators: tuple[str, ...]
    releasable_to: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the spelling. A node sees few markings, each many times."""
        _check_spelling(self.level, self.originators, self.releasable_to, self.caveats)

    @property
    def readers(self) -> frozenset[str]:
        """Everyone to whom the marking lets the portion go, a single originator included."""
        return _readers(self.originators, self.releasable_to)


def mark(
    level: str,
    originators: Iterable[str],
    *,
    releasable_to: Iterable[str] = (),
    caveats: Iterable[str] = (),
) -> Marking:
    """Return the one spelling of a marking, from what a person gave in any order.

    Raises `InputError`.
    """
    owners = tuple(sorted(set(originators)))
    readers = set(releasable_to)
    if len(owners) == 1:
        readers.discard(owners[0])
    try:
        return Marking(
            level=level,
            originators=owners,
            releasable_to=tuple(sorted(readers)),
            caveats=tuple(sorted(set(caveats))),
        )
    except ValueError as error:
        raise InputError(str(error)) from error


@lru_cache(maxsize=1024)
def _readers(originators: tuple[str, ...], releasable_to: tuple[str, ...]) -> frozenset[str]:
    alone = originators if len(originators) == 1 else ()
    return frozenset((*alone, *releasable_to))


@lru_cache(maxsize=1024)
def _check_spelling(
    level: str,
    originators: tuple[str, ...],
    releasable_to: tuple[str, ...],
    caveats: tuple[str, ...],
) -> None:
    """Raise `ValueError` unless this is the one spelling of a marking."""
    if not _LEVEL.fullmatch(level):
        raise ValueError(f"not a level: {level!r}")
    if not originators:
        raise ValueError("a marking without originator: nobody could consent to its release")
    _check("originators", originators, _PARTICIPANT)
    _check("releasable_to", releasable_to, _PARTICIPANT)
    _check("caveats", caveats, _CAVEAT)
    if len(originators) == 1 and originators[0] in releasable_to:
        raise ValueError("releasable_to names the only originator, which needs no mention")


def _check(what: str, values: tuple[str, ...], pattern: re.Pattern[str]) -> None:
    """Refuse values that do not fit, are out of order or stand twice."""
    if len(values) > MOST_NAMES:
        raise ValueError(f"{what} names {len(values)}; at most {MOST_NAMES}")
    for value in values:
        if not pattern.fullmatch(value):
            raise ValueError(f"{what} may not hold {value!r}")
    if any(a >= b for a, b in itertools.pairwise(values)):
        raise ValueError(f"{what} must be sorted, each once: {', '.join(values)}")
