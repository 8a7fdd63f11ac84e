"""Watching: what a node's own store, vault and disk say of how it is.

`status` is asked by people, through API and command line, and by the metrics. It reads, and writes
nothing; on a node that runs in another process it needs no more than to read the store.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from trilogue.arrangement import Lang
from trilogue.encoding import instant
from trilogue.node.advice import advise
from trilogue.node.condition import (
    Failed,
    Fork,
    KeysStatus,
    NeighbourStatus,
    Overdue,
    Reached,
    Running,
    Status,
)
from trilogue.node.engine import Engine
from trilogue.node.inputs import Place
from trilogue.node.questions import force
from trilogue.protocol.bodies import KeyMaterial

__all__ = ["status"]


def status(engine: Engine, lang: Lang, running: Running | None = None) -> Status:
    """Say how the node is. `running` is what only the node that runs can say."""
    q, books, at = engine.db.q, engine.books, engine.now()
    current = books.arrangement_or_none()
    checkpoint = q.last_checkpoint()
    found = Status(
        participant=engine.me,
        at=at,
        arrangement=None if current is None else current.digest_text,
        force=force(engine, lang),
        log_size=q.size_of(speaker=engine.me),
        position=q.last_position(),
        signed=None if checkpoint is None else checkpoint["issued"],
        keys=_keys(engine),
        neighbours=tuple(_neighbours(engine, running)),
        failed=tuple(
            Failed(neighbour=row["peer"], index=row["idx"], reason=row["reason"])
            for row in q.failed_outbox()
        ),
        forks=tuple(
            Fork(speaker=row["speaker"], size=row["size"], noticed=row["noticed"])
            for row in q.forks()
        ),
        lapsed=len(engine.reading.lapsed(at)),
        overdue=tuple(_overdue(engine, at)),
        incidents=q.count_kind(kind="incident"),
        queued=None if running is None else running.queued,
        free_bytes=shutil.disk_usage(engine.directory).free,
        halted=engine.sequencer.halted or engine.sequencer.held_back,
    )
    return advise(found, runs=running is not None)


def _keys(engine: Engine) -> KeysStatus | None:
    newest = _newest(engine, engine.me)
    if newest is None:
        return None
    return KeysStatus(sequence=newest.sequence, since=newest.not_before, until=newest.expires)


def _newest(engine: Engine, participant: str) -> KeyMaterial | None:
    materials = (material for _, material in engine.books.materials(participant))
    return max(materials, key=lambda material: material.sequence, default=None)


def _neighbours(engine: Engine, running: Running | None) -> Iterator[NeighbourStatus]:
    q, books = engine.db.q, engine.books
    outbox = {row["peer"]: row for row in q.count_waiting()}
    for peer in books.addressing().neighbours(engine.me):
        seen, keys, row = books.seen(peer), _newest(engine, peer), outbox.get(peer)
        reached = Reached() if running is None else running.neighbours.get(peer, Reached())
        yield NeighbourStatus(
            participant=peer,
            waiting=0 if row is None else row["waiting"],
            oldest=None
            if row is None
            else q.statement_at(speaker=engine.me, idx=row["first"])["issued"],
            seen=0 if seen is None else seen[0],
            cosigned=q.last_cosigned(witness=peer),
            keys_until=None if keys is None else keys.expires,
            reachable=reached.reachable,
            heard=reached.heard,
            problem=reached.problem,
        )


def _overdue(engine: Engine, at: str) -> Iterator[Overdue]:
    """Go through what was withdrawn so long ago that its destruction should be certified."""
    arrangement = engine.books.arrangement_or_none()
    if arrangement is None:
        return
    deadlines = arrangement.text.deadlines
    latest = instant.plus(at, -(deadlines.destruction_seconds + deadlines.clock_skew_seconds))
    for row in engine.db.q.undestroyed(speaker=engine.me):
        if row["issued"] < latest:
            yield Overdue(
                grant=Place(speaker=engine.me, index=row["idx"]),
                participant=row["participant"],
                withdrawn=row["issued"],
            )
