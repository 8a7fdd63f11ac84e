"""What is drawn how: participants and coalitions, phases. No reader needs to tell colours apart.

A participant has a colour and a mark, the ones of the demo's page; a coalition of one is drawn in
its colour, of two dashed in both, of all in ink. A phase has a colour of its own lightness and a
width.

>>> strokes(("KR",)), strokes(("KR", "JP"))
(('#124f9c',), ('#124f9c', '#b0430a'))
>>> strokes(("KR", "US", "JP"))
('#1d2126',)
"""

from __future__ import annotations

from collections.abc import Sequence

from trilogue.figures.paper import INK

__all__ = ["PHASES", "colour", "mark", "order", "strokes"]

_PARTICIPANTS = ("KR", "US", "JP")
_COLOURS = ("#124f9c", "#00795c", "#b0430a")
_OTHER = "#8a3f8f"
_MARKS = ("o", "s", "^")

PHASES = {
    "boost": ("#e0a100", 3.2),
    "midcourse": ("#7d8590", 1.7),
    "terminal": ("#7a0f3c", 2.6),
    "unknown": ("#b9b4a8", 1.7),
}
"""Colour and width of a leg. In grey print they stay apart: light, middle, dark."""


def order(coalition: Sequence[str]) -> tuple[str, ...]:
    """Return participants in the order of the arrangement, those it does not know last."""
    known = [one for one in _PARTICIPANTS if one in coalition]
    return (*known, *(one for one in coalition if one not in _PARTICIPANTS))


def colour(participant: str) -> str:
    """Return a participant's colour."""
    if participant in _PARTICIPANTS:
        return _COLOURS[_PARTICIPANTS.index(participant)]
    return _OTHER


def mark(participant: str) -> str:
    """Return a participant's mark: circle, square, triangle, or diamond for others."""
    return _MARKS[_PARTICIPANTS.index(participant)] if participant in _PARTICIPANTS else "D"


def strokes(coalition: Sequence[str]) -> tuple[str, ...]:
    """Return the colours a coalition is drawn in: the second one dashed over the first."""
    members = order(coalition)
    if len(members) > 2:
        return (INK,)
    return tuple(colour(one) for one in members)
