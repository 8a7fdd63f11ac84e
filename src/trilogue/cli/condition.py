"""Saying how a node is, for a person who reads it at a glance: facts first, then what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.cli.out import print_lines, print_table

if TYPE_CHECKING:
    from trilogue.node.condition import NeighbourStatus, Status

__all__ = ["print_status"]

_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def print_status(found: Status, holder: int | None) -> None:
    """Print a status; `holder` is the process that runs the node, where that is known."""
    print_lines(
        f"{found.participant}, {found.at}" + ("" if holder is None else f", process {holder}"),
        found.force.reason,
        f"arrangement  {found.arrangement or 'none yet'}",
        f"own log      {found.log_size} entries, {_signed(found)}",
        f"keys         {_keys(found)}",
    )
    if found.queued is not None:
        print_lines(f"queue        {found.queued} acts wait")
    print_lines(f"disk         {found.free_bytes / (1 << 30):.1f} GiB free")
    if found.incidents:
        print_lines(f"incidents    {found.incidents} known")
    if found.lapsed or found.overdue:
        print_lines(
            f"destruction  {found.lapsed} grants lapsed, {len(found.overdue)} overdue elsewhere"
        )
    if found.halted:
        print_lines(f"halted       {found.halted}")
    print_lines("")
    print_table(
        ("neighbour", "reached", "heard", "waiting", "oldest", "its log", "cosigned", "its keys"),
        [_row(found, one) for one in found.neighbours],
        empty="no neighbours",
    )
    for fork in found.forks:
        print_lines(f"{fork.speaker}'s log forked at size {fork.size}, noticed {fork.noticed}")
    for one in found.failed:
        print_lines(f"{one.neighbour} did not accept entry {one.index}: {one.reason}")
    if found.advice:
        print_lines("", "What to do")
        print_lines(*(f"  {number}. {text}" for number, text in enumerate(found.advice, 1)))


def _row(found: Status, one: NeighbourStatus) -> tuple[object, ...]:
    reached = {None: "not tried", True: "yes", False: "no"}[one.reachable]
    return (
        one.participant,
        reached,
        "–" if one.heard is None else f"{_span(one.heard, found.at)} ago",
        one.waiting,
        "–" if one.oldest is None else _span(one.oldest, found.at),
        one.seen,
        f"{one.cosigned} of {found.log_size}",
        "unknown" if one.keys_until is None else f"until {one.keys_until[:10]}",
    )


def _signed(found: Status) -> str:
    if found.signed is None:
        return "no checkpoint yet"
    return f"signed {_span(found.signed, found.at)} ago"


def _keys(found: Status) -> str:
    if found.keys is None:
        return "none"
    if found.at >= found.keys.until:
        return f"number {found.keys.sequence}, ran out {_span(found.keys.until, found.at)} ago"
    left = _span(found.at, found.keys.until)
    return f"number {found.keys.sequence}, until {found.keys.until[:10]} (for {left} more)"


def _span(earlier: str, later: str) -> str:
    """Return the time between two instants, in the largest unit of which there is one."""
    from trilogue.encoding import instant

    seconds = max(0, int(instant.seconds_between(earlier, later)))
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "0 s"
