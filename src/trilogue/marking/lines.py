"""Markings as lines of text: portion marks, banner lines, and equivalents side by side.

A portion mark is

    ( MARK // CAVEAT / CAVEAT // REL TO PARTICIPANT, PARTICIPANT )

without the spaces around the slashes; a portion that goes to nobody says `NOT RELEASABLE`.
The form follows the portion marks of the intelligence community register, whose `REL TO` here
stands in its own group. A mark does not name the originators: the statement around it does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from trilogue.errors import InputError
from trilogue.marking.marking import Marking, mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trilogue.marking.scale import Scale

__all__ = ["banner_line", "equivalent_mark", "parse_portion_mark", "portion_mark"]

_RELEASABLE = {"en": "REL TO", "ko": "배포 대상", "ja": "配布先"}
_NOT_RELEASABLE = {"en": "NOT RELEASABLE", "ko": "배포 금지", "ja": "配布不可"}

_PORTION_MARK = re.compile(
    r"\((?P<mark>[A-Z]+)"
    r"(?://(?P<caveats>[A-Z][A-Z0-9 -]*(?:/[A-Z][A-Z0-9 -]*)*))??"
    r"//(?:REL TO (?P<readers>[A-Z]+(?:, [A-Z]+)*)|NOT RELEASABLE)\)"
)


def portion_mark(marking: Marking, scale: Scale) -> str:
    """Return the mark that stands before a portion, such as `(S//ORCON//REL TO JP, US)`."""
    return f"({_line(scale.level(marking.level).mark, marking, 'en')})"


def parse_portion_mark(text: str, scale: Scale, originators: Iterable[str]) -> Marking:
    """Return the marking that a portion mark stands for, given the originators around it.

    Raises `InputError` for any text that `portion_mark` would not have written.
    """
    found = _PORTION_MARK.fullmatch(text)
    if found is None:
        raise InputError(f"not a portion mark: {text!r}", hint="write (S//ORCON//REL TO JP, US)")
    caveats, readers = found["caveats"], found["readers"]
    marking = mark(
        scale.level_of_mark(found["mark"]).id,
        originators,
        releasable_to=readers.split(", ") if readers else (),
        caveats=caveats.split("/") if caveats else (),
    )
    again = portion_mark(marking, scale)
    if again != text:
        raise InputError(f"a portion mark in another spelling: {text!r}", hint=f"write {again}")
    return marking


@lru_cache(maxsize=1024)
def equivalent_mark(marking: Marking, scale: Scale, participant: str, lang: str) -> str:
    """Return the originators' own marks and the equivalent that `participant` adds in `lang`.

    The originator's marking is kept in its own language. A participant that is the only
    originator adds nothing: its mark is its own.
    """
    kept = ", ".join(f"{scale.own(marking.level, who)} ({who})" for who in marking.originators)
    if marking.originators == (participant,):
        return kept
    return f"{kept} = {scale.equivalent(marking.level, participant, lang)}"


def banner_line(marking: Marking, scale: Scale, participant: str, lang: str) -> str:
    """Return the line above and below a report, in the terms of `participant` and in `lang`.

    The own equivalent stands first, because it decides how the report is kept; every other
    originator follows by name with its own mark (2016 text, article 4).
    """
    own = scale.equivalent(marking.level, participant, lang)
    others = [who for who in marking.originators if who != participant]
    named = ", ".join(f"{who} {scale.own(marking.level, who)}" for who in others)
    return _line(f"{own} ({named})" if named else own, marking, lang)


def _line(head: str, marking: Marking, lang: str) -> str:
    """Join level, caveats and releasability; the caveats are codes and stay as they are."""
    groups = [head]
    if marking.caveats:
        groups.append("/".join(marking.caveats))
    if marking.releasable_to:
        groups.append(f"{_RELEASABLE[lang]} {', '.join(marking.releasable_to)}")
    else:
        groups.append(_NOT_RELEASABLE[lang])
    return "//".join(groups)
