"""Markings: how high a portion stands, whose it is, how far it may go, and how each side says it.

A marking travels with its portion and is never rewritten on the way: a recipient keeps the
originator's marking and puts its own equivalent beside it (2016 text, article 4; paragraph 4 of
the 2014 arrangement).

>>> from trilogue.marking import Level, Marking, Scale, equivalent_mark, portion_mark
>>> secret = Level(
...     id="SECRET",
...     rank=2,
...     mark="S",
...     labels={"KR": {"ko": "군사II급비밀"}, "US": {"en": "SECRET"}},
... )
>>> scale = Scale([secret], {"KR": "ko", "US": "en"})
>>> marking = Marking(
...     level="SECRET", originators=("KR",), releasable_to=("JP", "US"), caveats=("ORCON",)
... )
>>> portion_mark(marking, scale)
'(S//ORCON//REL TO JP, US)'
>>> equivalent_mark(marking, scale, "US", "en")
'군사II급비밀 (KR) = SECRET'
"""

from trilogue.marking.banner import banner
from trilogue.marking.lines import (
    banner_line,
    equivalent_mark,
    parse_portion_mark,
    portion_mark,
)
from trilogue.marking.marking import Marking, mark
from trilogue.marking.scale import Level, Scale

__all__ = [
    "Level",
    "Marking",
    "Scale",
    "banner",
    "banner_line",
    "equivalent_mark",
    "mark",
    "parse_portion_mark",
    "portion_mark",
]
