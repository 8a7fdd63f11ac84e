"""The banner: the roll-up of the markings of a report's portions.

>>> from trilogue.marking.marking import mark
>>> from trilogue.marking.scale import Level, Scale
>>> scale = Scale(
...     [
...         Level(id="CONFIDENTIAL", rank=1, mark="C", labels={}),
...         Level(id="SECRET", rank=2, mark="S", labels={}),
...     ],
...     {},
... )
>>> banner(
...     [
...         mark("SECRET", ["KR"], releasable_to=["US"], caveats=["ORCON"]),
...         mark("CONFIDENTIAL", ["US"], releasable_to=["JP", "KR"]),
...     ],
...     scale,
... )
Marking(level='SECRET', originators=('KR', 'US'), releasable_to=('KR', 'US'), caveats=('ORCON',))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.errors import InputError
from trilogue.marking.marking import Marking, mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trilogue.marking.scale import Scale

__all__ = ["banner"]


def banner(markings: Iterable[Marking], scale: Scale) -> Marking:
    """Return the marking under which the whole of some portions stands.

    The highest level; the originators and caveats of all; releasable to those alone to whom
    every portion is. The banner of banners is the banner of all their portions.

    Raises `InputError` for no marking at all: what is not marked is not released, so an empty
    input never turns into a marking that lets something go.
    """
    given = tuple(markings)
    if not given:
        raise InputError(
            "no marking to roll up", hint="empty means deny: mark at least one portion"
        )
    return mark(
        scale.highest(marking.level for marking in given),
        (originator for marking in given for originator in marking.originators),
        releasable_to=frozenset.intersection(*(marking.readers for marking in given)),
        caveats=(caveat for marking in given for caveat in marking.caveats),
    )
