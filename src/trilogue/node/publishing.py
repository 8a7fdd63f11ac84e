"""Publishing: the node's public log as files, once the arrangement's delay has passed.

`trilogue.protocol.publiclog` says which files. What is published is the last checkpoint that is
old enough and that as many neighbours cosigned as the arrangement asks; nothing beyond it is
written. Each file is written whole, synced and renamed into place, the checkpoint after all that
it leads to, so that a reader never finds a checkpoint without its tree, and a crash leaves at most
files that the next turn writes again.

    old checkpoint ── plan(old, new) ──> new tiles ──> open ──> arrangement ──> checkpoint

A turn writes what is new since the last one: about one bundle and one tile for 256 leaves.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from trilogue.encoding import base64, canonical, instant
from trilogue.encoding.digest import same
from trilogue.errors import FormatError, UnavailableError
from trilogue.node.books import Books
from trilogue.node.logfiles import note_with_cosignatures, tile_content
from trilogue.node.sequencer import Sequencer
from trilogue.protocol.publiclog import ARRANGEMENT, CHECKPOINT, OPEN, open_line
from trilogue.store.database import Database, Row
from trilogue.tlog.checkpoint import parse_checkpoint
from trilogue.tlog.tiles import WIDTH, Tile, new_tiles

__all__ = ["MOST_LEAVES", "Plan", "Publishing", "plan"]

MOST_LEAVES = 16 * WIDTH
"""Leaves in one turn: a node that has much to publish does it between its acts."""


@dataclass(frozen=True)
class Plan:
    """The tiles that lead from one size to another, and the folders of partial tiles that end."""

    tiles: tuple[Tile, ...]
    ended: tuple[str, ...]


def plan(old: int, new: int) -> Plan:
    """Return what to write when a log that is published up to `old` leaves grows to `new`.

    Partial tiles go when the full one stands; readers then take that (tlog-tiles §Partial Tiles).

    >>> [tile.path() for tile in plan(0, 3).tiles]
    ['tile/entries/000.p/3', 'tile/0/000.p/3']
    >>> plan(255, 257).ended
    ('tile/entries/000.p', 'tile/0/000.p')
    """
    tiles = tuple(new_tiles(old, new))
    return Plan(tiles, tuple(f"{tile.path()}.p" for tile in tiles if tile.width == WIDTH))


class Publishing:
    """Writes one node's public log into a directory. Runs in the sequencer's thread."""

    def __init__(
        self,
        db: Database,
        books: Books,
        sequencer: Sequencer,
        directory: Path,
        clock: Callable[[], str],
    ) -> None:
        self._db = db
        self._books = books
        self._hashes = sequencer.hashes
        self._directory = directory
        self._clock = clock
        self._size = self._published()
        self._written = self._size
        """How far tiles stand; ahead of `_size` while much is published over several turns."""
        self._known: dict[str, bytes] = {}
        """What this process wrote last under a name that stays."""
        self._arrangement = ""
        """The digest of the arrangement that it wrote last."""

    def publish(self) -> int:
        """Publish what is due; return the published size.

        Raises `UnavailableError` when the disk does not take it: nothing is lost by that, the
        next turn goes on.
        """
        due = self._due()
        if due is None or due["size"] < self._written:
            return self._size
        try:
            if self._write_tiles(due["size"]):
                self._write_open(due["size"])
                self._write_arrangement()
                self._put(CHECKPOINT, note_with_cosignatures(self._db, due))
                self._size = due["size"]
        except OSError as error:
            raise UnavailableError(f"the public log cannot be written: {error}") from error
        return self._size

    # What is due.

    def _due(self) -> Row | None:
        """Return the checkpoint that may be published now, or None.

        Before there is an arrangement nobody has said when, and nothing is published.
        """
        arrangement = self._books.arrangement_or_none()
        if arrangement is None:
            return None
        text = arrangement.text
        latest = instant.plus(self._clock(), -text.publication.delay_seconds)
        due: Row | None = self._db.q.checkpoint_until(issued=latest)
        if due is not None and text.quorum.cosignatures:
            cosigned = self._db.q.cosigned_until(size=due["size"], quorum=text.quorum.cosignatures)
            due = cosigned and self._db.q.checkpoint_at(size=cosigned["size"])
        return due

    def _published(self) -> int:
        """Return how far the directory is published already; 0 when it is not this log's."""
        with suppress(OSError, FormatError):
            found = parse_checkpoint((self._directory / CHECKPOINT).read_bytes())
            row = self._db.q.checkpoint_at(size=found.size)
            if row is not None and same(row["root"], found.root):
                return found.size
        return 0

    # What is written.

    def _write_tiles(self, size: int) -> bool:
        """Write tiles up to `size` or as far as one turn goes; return whether all stand."""
        goal = min(size, (self._written // WIDTH) * WIDTH + MOST_LEAVES)
        steps = plan(self._written, goal)
        for tile in steps.tiles:
            self._put(tile.path(), self._content(tile), keep=False)
        for folder in steps.ended:
            shutil.rmtree(self._directory / folder, ignore_errors=True)
        self._written = goal
        return goal == size

    def _content(self, tile: Tile) -> bytes:
        return tile_content(self._db, self._hashes, self._books.me, tile)

    def _write_open(self, size: int) -> None:
        rows = self._db.q.open_statements(speaker=self._books.me, size=size)
        self._put(OPEN, b"".join(open_line(row["idx"], row["raw"]) for row in rows))

    def _write_arrangement(self) -> None:
        digest = self._books.arrangement.digest_text
        if digest == self._arrangement:
            return
        for row in self._db.q.arrangements():
            if row["digest"] == digest:
                for name, data in canonical.decode(row["files"], dict[str, str]).items():
                    self._put(f"{ARRANGEMENT}/{name}", base64.decode(data))
        self._arrangement = digest

    def _put(self, path: str, data: bytes, *, keep: bool = True) -> None:
        """Write a file whole and synced, then rename it into place; not again what stands.

        `keep` remembers what stands under names whose content changes.
        """
        if self._known.get(path) == data:
            return
        target = self._directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(target.name + ".new")
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
        if keep:
            self._known[path] = data
