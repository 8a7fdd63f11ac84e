"""The own log as files: the same names and bytes that are published, as far as it stands now.

`trilogue.node.publishing` writes them for everybody, up to a checkpoint that is old enough. The
participant's own people look at the newest one, and verify with the same means.
"""

from __future__ import annotations

from trilogue.encoding import canonical
from trilogue.errors import NotFoundError
from trilogue.node.engine import Engine
from trilogue.protocol.publiclog import CHECKPOINT
from trilogue.store.database import Database, Row
from trilogue.tlog.tiles import ENTRIES, WIDTH, Tile, encode_bundle, parse_tile_path, tile_bytes
from trilogue.tlog.tree import HashReader

__all__ = ["log_file", "note_with_cosignatures", "tile_content", "vouchers"]


def log_file(engine: Engine, path: str) -> bytes:
    """Return a file of the own log: the newest checkpoint, or a tile.

    Raises `NotFoundError` for what the log does not hold yet, and `FormatError` for another name.
    """
    if path == CHECKPOINT:
        newest = engine.db.q.last_checkpoint()
        if newest is None:
            raise NotFoundError("nothing was signed yet")
        return note_with_cosignatures(engine.db, newest)
    tile = parse_tile_path(path)
    return tile_content(engine.db, engine.sequencer.hashes, engine.me, tile)


def tile_content(db: Database, hashes: HashReader, me: str, tile: Tile) -> bytes:
    """Return what stands in a tile. Raises `NotFoundError`."""
    if tile.level != ENTRIES:
        return tile_bytes(tile, hashes)
    first = tile.index * WIDTH
    rows = list(db.q.leaves_between(speaker=me, first=first, last=first + tile.width))
    if len(rows) != tile.width:
        raise NotFoundError(f"the log does not reach to the end of {tile.path()}")
    return encode_bundle(row["leaf"] for row in rows)


def note_with_cosignatures(db: Database, checkpoint: Row) -> bytes:
    """Return a checkpoint's note with the lines of all who cosigned it."""
    cosigned = db.q.cosignatures_at(size=checkpoint["size"])
    lines = "".join(row["lines"] for row in cosigned)
    return f"{checkpoint['note']}{lines}".encode()


def vouchers(engine: Engine) -> bytes:
    """Return what verifying the own log rests on, as canonical JSON.

    The roots that the arrangement pins, and the key statements of this participant and of those
    who cosign: whoever reads it verifies that the roots vouch for them. Raises `NotInForceError`
    before there is an arrangement.
    """
    arrangement, me = engine.books.arrangement, engine.me
    who = (me, *arrangement.neighbours(me))
    rows = engine.db.q.statements_of_kind(kind="keys", after=0, most=1_000_000)
    return canonical.encode(
        {
            "participant": me,
            "origin": arrangement.participant(me).log,
            "quorum": arrangement.text.quorum.cosignatures,
            "skew": arrangement.text.deadlines.clock_skew_seconds,
            "roots": {one: list(arrangement.root(one).vkeys()) for one in who},
            "keys": [row["raw"].decode() for row in rows if row["speaker"] in who],
        }
    )
