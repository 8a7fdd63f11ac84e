"""Advice: what is wrong with a node, and what its people do about it, the gravest first.

One function, from a status to sentences. Each names what it saw and one way out; what needs more
than a sentence stands in `deploy/runbook.md`, under the words in quotes.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from trilogue.encoding import instant
from trilogue.node.condition import NeighbourStatus, Status

__all__ = ["KEYS_DAYS", "LOW_DISK", "advise"]

KEYS_DAYS = 30
"""Days before keys run out from which on there is a word about it."""
LOW_DISK = 1 << 30
"""Bytes below which the disk is told to be nearly full."""
WAITS_SECONDS = 300
"""How long a statement may wait for a neighbour before there is a word about it."""
MOST = 5
"""Sentences about one sort of thing; `status` itself lists all."""


def advise(status: Status, *, runs: bool) -> Status:
    """Return a status with the advice that it calls for. `runs`: whether its node runs."""
    said = [
        *_halted(status),
        *_forks(status),
        *_force(status),
        *_keys(status),
        *_neighbours(status),
        *_refused(status),
        *_destructions(status, runs=runs),
        *_disk(status),
    ]
    return msgspec.structs.replace(status, advice=tuple(said))


def _halted(status: Status) -> Iterator[str]:
    if not status.halted:
        return
    if "older copy" in status.halted:
        way = 'stop it and bring back its newest store: runbook, "Lost disk"'
    elif "restored" in status.halted:
        way = "keep it up until it has reached the neighbours that it names"
    else:
        way = "make room or mend the disk; it goes on by itself when it can write"
    yield f"Nothing can be logged: {status.halted}. To do: {way}."


def _forks(status: Status) -> Iterator[str]:
    for fork in status.forks:
        yield (
            f"{fork.speaker}'s log forked at size {fork.size}: nothing more is taken from it."
            f' To do: report an incident and call {fork.speaker}: runbook, "Forked peer".'
        )


def _force(status: Status) -> Iterator[str]:
    if status.force.in_force:
        return
    if status.arrangement is None:
        way = "give it the arrangement with `trilogue node join`"
    elif status.force.code in ("not-adopted", "amended") and status.participant in status.force.who:
        way = "`trilogue arrangement adopt`, if your side agrees"
    else:
        way = f"wait for {', '.join(status.force.who) or 'its dates'}, or ask"
    yield f"Nothing moves: {status.force.reason} To do: {way}."


def _keys(status: Status) -> Iterator[str]:
    if status.keys is None:
        yield "There are no keys. To do: found the node with `trilogue node init`."
    elif status.at >= status.keys.until:
        yield (
            f"The keys ran out at {status.keys.until}: nothing that is signed counts."
            " To do: stop the node and run `trilogue node rotate-keys`."
        )
    elif _soon(status, status.keys.until):
        yield (
            f"The keys run out at {status.keys.until}."
            " To do: stop the node and run `trilogue node rotate-keys` before."
        )


def _neighbours(status: Status) -> Iterator[str]:
    for one in status.neighbours:
        name = one.participant
        if one.keys_until is None:
            yield (
                f"{name}'s keys are not known, so there is no channel to it."
                " To do: `trilogue node join` with its card."
            )
        elif _soon(status, one.keys_until):
            yield f"{name}'s keys run out at {one.keys_until}. To do: ask {name} to rotate them."
        if one.reachable is False:
            yield (
                f"{name} is not reached ({one.problem}); {one.waiting} statements wait for it."
                f" To do: see that its node runs, and that `peers.{name}` in node.toml and the"
                " network between are right; nothing is lost meanwhile."
            )
        elif _waits(status, one):
            yield (
                f"What waits for {name} is as old as {one.oldest}."
                f" To do: look at {name}'s status: it may be halted, or wait for something."
            )


def _refused(status: Status) -> Iterator[str]:
    for one in status.failed[:MOST]:
        yield (
            f"{one.neighbour} did not accept entry {one.index}: {one.reason}."
            " To do: it stays in the log as said; say it anew as the reason asks."
        )


def _destructions(status: Status, *, runs: bool) -> Iterator[str]:
    if status.lapsed and not runs:
        yield (
            f"{status.lapsed} grants ran out while something is held under them."
            " To do: bring the node up: it destroys what they covered."
        )
    for one in status.overdue[:MOST]:
        yield (
            f"{one.participant} owes the destruction of what {one.grant.speaker}/{one.grant.index}"
            f" granted, withdrawn at {one.withdrawn}. To do: ask {one.participant}; the public"
            " audit will say so, too."
        )


def _disk(status: Status) -> Iterator[str]:
    if status.free_bytes < LOW_DISK:
        yield (
            f"{status.free_bytes >> 20} MiB are left on the disk. To do: make room: a node that"
            " cannot write stops acting."
        )


def _soon(status: Status, until: str) -> bool:
    return instant.plus(status.at, KEYS_DAYS * 86_400) >= until


def _waits(status: Status, one: NeighbourStatus) -> bool:
    return one.oldest is not None and instant.plus(one.oldest, WAITS_SECONDS) < status.at
