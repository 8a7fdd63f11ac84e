"""The public log: the files in which a participant publishes its log for oversight.

    checkpoint                  size and root, signed by the log, cosigned by its neighbours
    tile/<L>/<N>[.p/<W>]        hashes                          (`trilogue.tlog.tiles`)
    tile/entries/<N>[.p/<W>]    leaves
    open                        the statements of the open kinds, whole, one a line
    arrangement/<file>          the arrangement that the participant works under

What a line of `open` holds is the statement's own bytes, since those are canonical, too:

    {"index":1,"statement":{"arrangement":"…","body":{…},…,"v":1}}

Nothing here is signed but the checkpoint. Everything else is proven from it, and the keys that
sign it from the root that the arrangement pins.

>>> open_line(1, b'{"v":1}')
b'{"index":1,"statement":{"v":1}}\\n'
>>> [tile.path() for tile in bundles(300)]
['tile/entries/000', 'tile/entries/001.p/44']
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from trilogue.encoding import canonical
from trilogue.errors import FormatError, NotFoundError
from trilogue.protocol.statement import Statement, parse_statement
from trilogue.tlog.tiles import ENTRIES, WIDTH, Tile, decode_bundle

__all__ = [
    "ARRANGEMENT",
    "CHECKPOINT",
    "OPEN",
    "OpenStatement",
    "PublicLog",
    "bundles",
    "open_line",
    "parse_open",
]

CHECKPOINT = "checkpoint"
OPEN = "open"
ARRANGEMENT = "arrangement"


@dataclass(frozen=True)
class PublicLog:
    """One participant's public log, as a reader reaches it. Nothing of it is believed.

    `fetch` takes a path and returns the file; it raises `NotFoundError` for a file that is not
    published. `others` are further checkpoints that claim to be of the same log and were seen
    elsewhere: a log that forked shows in them.
    """

    fetch: Callable[[str], bytes]
    others: tuple[bytes, ...] = ()

    def tile(self, tile: Tile) -> bytes:
        """Return a tile's bytes, those of the full tile when the partial one is gone.

        A log may delete a partial tile once the full one stands (tlog-tiles §Partial Tiles).
        Raises `NotFoundError`.
        """
        return self._read(tile)[0]

    def entries(self, bundle: Tile) -> list[bytes]:
        """Return the entries of a bundle; raise `NotFoundError` or `FormatError`."""
        data, width = self._read(bundle)
        return decode_bundle(data, width)[: bundle.width]

    def _read(self, tile: Tile) -> tuple[bytes, int]:
        """Return the file of a tile, or of the full one in its place, and the file's width."""
        try:
            return self.fetch(tile.path()), tile.width
        except NotFoundError:
            if tile.width == WIDTH:
                raise
            full = Tile(tile.level, tile.index)
            with suppress(NotFoundError):
                return self.fetch(full.path()), WIDTH
            raise


@dataclass(frozen=True)
class OpenStatement:
    """A statement in `open`. Nobody has checked that it stands in the log."""

    index: int
    raw: bytes
    statement: Statement


def bundles(size: int) -> Iterator[Tile]:
    """Go through the entry bundles of a log of `size` leaves, one by one.

    Lazily, since the size of a log that nobody has read is only a claim.
    """
    for index in range(-(-size // WIDTH)):
        yield Tile(ENTRIES, index, min(WIDTH, size - index * WIDTH))


def open_line(index: int, raw: bytes) -> bytes:
    """Return the line of `open` for the statement with these exact bytes."""
    return b'{"index":%d,"statement":%b}\n' % (index, raw)


def parse_open(data: bytes) -> Iterator[OpenStatement]:
    """Read `open`, in ascending order of indices; raise `FormatError`.

    The caller still owes that each stands in the log: its leaf is the entry at its index.
    """
    if data and not data.endswith(b"\n"):
        raise FormatError(f"{OPEN}: the last line is cut")
    last = -1
    for line in data.splitlines():
        value = canonical.decode(line, dict)
        if set(value) != {"index", "statement"} or type(value["index"]) is not int:
            raise FormatError(f"{OPEN}: not an index and a statement: {line[:80]!r}")
        raw = canonical.encode(value["statement"])
        statement = parse_statement(raw)
        if not last < value["index"] == statement.index:
            raise FormatError(f"{OPEN}: statement {statement.index} at {value['index']}")
        last = statement.index
        yield OpenStatement(last, raw, statement)
