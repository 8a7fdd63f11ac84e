"""A drawing of what became of a report: one lane for each participant, time running down.

Every statement is a mark in its speaker's lane, joined to the statements that it cites. The same
stands in a table beside it; the drawing is for the eye alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trilogue.node.answers import StatementEntry

__all__ = ["Drawing", "Edge", "Mark", "draw"]

LANE, ROW, TOP = 190, 34, 46
"""Width of a lane, height of a row, and where the first row stands, in units of the drawing."""


@dataclass(frozen=True)
class Mark:
    """One statement: where it stands, and which."""

    x: int
    y: int
    entry: StatementEntry


@dataclass(frozen=True)
class Edge:
    """From a statement to one that it cites."""

    path: str


@dataclass(frozen=True)
class Drawing:
    """Lanes by participant, marks from the oldest down, and what joins them."""

    width: int
    height: int
    lanes: tuple[tuple[str, int], ...]
    marks: tuple[Mark, ...]
    edges: tuple[Edge, ...]


def draw(entries: Sequence[StatementEntry], participants: Sequence[str]) -> Drawing:
    """Return statements as marks in lanes; `entries` are in the order in which they are drawn."""
    lanes = {who: LANE // 8 + number * LANE for number, who in enumerate(participants)}
    marks = tuple(
        Mark(lanes[entry.statement.speaker], TOP + row * ROW, entry)
        for row, entry in enumerate(entries)
        if entry.statement.speaker in lanes
    )
    found: Mapping[tuple[str, int], Mark] = {
        (mark.entry.statement.speaker, mark.entry.statement.index): mark for mark in marks
    }
    edges = tuple(
        Edge(_path(mark, found[cite.speaker, cite.index]))
        for mark in marks
        for cite in mark.entry.cites
        if (cite.speaker, cite.index) in found
    )
    height = TOP + len(entries) * ROW
    return Drawing(LANE * len(participants), height, tuple(lanes.items()), marks, edges)


def _path(after: Mark, before: Mark) -> str:
    """Return a line that leaves the older mark downward and reaches the newer one from above."""
    if after.x == before.x:  # beside the lane, so that it does not run through what lies between
        bend = after.x - ROW // 3
        return f"M{before.x} {before.y} C{bend} {before.y} {bend} {after.y} {after.x} {after.y}"
    return (
        f"M{before.x} {before.y} C{before.x} {after.y - ROW // 2}"
        f" {after.x} {before.y + ROW // 2} {after.x} {after.y}"
    )
