"""Tiles (c2sp.org/tlog-tiles@v0.1.0): the files in which a log publishes its tree and entries.

    tile/<L>/<N>[.p/<W>]            hashes: 256 consecutive complete subtrees of 256**L leaves
    tile/entries/<N>[.p/<W>]        entries: 256 of them, each after its length in two bytes

<N> is written in groups of three digits, all but the last behind an ``x``. A full tile is 256
wide and never changes. The last tile of a level may be partial: <W> of 256 stand in it.

>>> Tile(0, 1234067).path()
'tile/0/x001/x234/067'
>>> Tile(ENTRIES, 273, 112).path()
'tile/entries/273.p/112'
>>> parse_tile_path("tile/entries/273.p/112")
Tile(level=-1, index=273, width=112)

A tree of 70,000 leaves (the example of §Partial Tiles):

>>> [(level, sum(t.width == 256 for t in group), group[-1].width)
...  for level in (0, 1, 2)
...  for group in [[t for t in tiles_for(70_000) if t.level == level]]]
[(0, 273, 112), (1, 1, 17), (2, 0, 1)]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from trilogue.encoding.digest import SIZE
from trilogue.errors import FormatError, InputError, NotFoundError
from trilogue.tlog.tree import HashReader, Subtree, node_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "ENTRIES",
    "MAX_ENTRY",
    "WIDTH",
    "Tile",
    "TileReader",
    "decode_bundle",
    "encode_bundle",
    "new_tiles",
    "parse_tile_path",
    "tile_bytes",
    "tile_path",
    "tiles_for",
]

WIDTH: Final = 256
"""Hashes or entries in a full tile."""

ENTRIES: Final = -1
"""The level of entry bundles, below that of leaf hashes."""

MAX_ENTRY: Final = 2**16 - 1
"""Longest entry in bytes: its length is written in two (§Log entries)."""

_HEIGHT = 8
_MAX_LEVEL = 63

_PATH = re.compile(r"tile/(entries|\d{1,2})/((?:x\d{3}/)*\d{3})(?:\.p/(\d{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One tile. Raises `FormatError` unless its level, index and width can be (§Merkle Tree)."""

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not ENTRIES <= self.level <= _MAX_LEVEL:
            raise FormatError(f"no tile has level {self.level}")
        if not 0 <= self.index < 2**63 or not 1 <= self.width <= WIDTH:
            raise FormatError(f"no tile has index {self.index} and width {self.width}")

    def path(self) -> str:
        """Return the path below the log's prefix."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        number = str(self.index)
        number = number.zfill(-(-len(number) // 3) * 3)
        groups = [number[i : i + 3] for i in range(0, len(number), 3)]
        name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{name}{partial}"


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Return the path of a tile; `level` is `ENTRIES` for an entry bundle."""
    return Tile(level, index, width).path()


def parse_tile_path(path: str) -> Tile:
    """Read a path; raise `FormatError` unless writing it again gives the same."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise FormatError(f"not the path of a tile: {path[:80]!r}")
    level, number, width = match.groups()
    tile = Tile(
        ENTRIES if level == "entries" else int(level),
        int(number.replace("x", "").replace("/", "")),
        WIDTH if width is None else int(width),
    )
    if tile.path() != path:
        raise FormatError(f"not the path of a tile: {path[:80]!r}", hint=f"like {tile.path()}")
    return tile


def tiles_for(size: int) -> list[Tile]:
    """Return the tiles of a tree of `size` leaves: bundles first, then hashes level by level."""
    return new_tiles(0, size)


def new_tiles(old: int, new: int) -> list[Tile]:
    """Return the tiles that a tree of `new` leaves has and one of `old` has not.

    A partial tile that grew is new at its new width (§Partial Tiles). Raises `InputError` unless
    0 ≤ old ≤ new.
    """
    if not 0 <= old <= new:
        raise InputError(f"no tiles lead from {old} to {new} leaves")
    tiles: list[Tile] = []
    for level in range(ENTRIES, _MAX_LEVEL + 1):
        shift = _HEIGHT * max(level, 0)
        before, now = old >> shift, new >> shift
        if before == now:
            break  # nothing new here, so nothing new above
        tiles += (
            Tile(level, index, min(WIDTH, now - index * WIDTH))
            for index in range(before // WIDTH, -(-now // WIDTH))
        )
    return tiles


def tile_bytes(tile: Tile, reader: HashReader) -> bytes:
    """Return the content of a hash tile: its hashes in a row, 32 bytes each (§Merkle Tree).

    Raises `InputError` for an entry bundle and `NotFoundError` when the tree is too small.
    """
    if tile.level == ENTRIES:
        raise InputError("an entry bundle is made of entries: use encode_bundle")
    first = tile.index * WIDTH
    level = tile.level * _HEIGHT
    return b"".join(reader.read_many([(level, first + i) for i in range(tile.width)]))


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Return an entry bundle: each entry after its length in two bytes (§Log entries).

    Raises `InputError` for an entry that is too long.
    """
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise InputError(f"an entry of {len(entry)} bytes where {MAX_ENTRY} are allowed")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the `width` entries of a bundle; raise `FormatError` for more, fewer or a cut one."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data) or len(entries) == width:
            raise FormatError(f"an entry bundle is cut or goes on at byte {at}")
        entries.append(data[at + 2 : end])
        at = end
    if len(entries) != width:
        raise FormatError(f"{len(entries)} entries in a bundle of width {width}")
    return entries


class TileReader(HashReader):
    """Reads the hashes of a published tree of `size` leaves from its tiles.

    `fetch` takes a path and returns the file. It may answer a partial tile with the full one
    that replaced it: a log may delete partial tiles (§Partial Tiles).

    It authenticates nothing: a publisher may serve any bytes. The caller owes the comparison of
    `root(size, reader)` with a verified checkpoint of that size. That proves the tiles at the
    right edge alone; any other hash is proven by an inclusion or consistency proof made of it
    that verifies, or by hashing the entries below it.
    """

    def __init__(self, fetch: Callable[[str], bytes], size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._hashes = lru_cache(maxsize=64)(self._fetch_hashes)

    def read_many(self, subtrees: Sequence[Subtree]) -> list[bytes]:
        """Return the hashes of complete subtrees.

        Raises `NotFoundError` when the tree does not hold one and `FormatError` when a tile has
        another length than its width says.
        """
        return [self._subtree(level, index) for level, index in subtrees]

    def _subtree(self, level: int, index: int) -> bytes:
        if not 0 <= index < self._size >> level:
            raise NotFoundError(f"subtree {index} of level {level} in {self._size} leaves")
        # A tile holds every eighth level; those between are hashed from it (§Merkle Tree).
        tile_level, height = divmod(level, _HEIGHT)
        tile_index, at = divmod(index << height, WIDTH)
        row = self._hashes(tile_level, tile_index)[at : at + (1 << height)]
        while len(row) > 1:
            row = [node_hash(left, right) for left, right in list(pairwise(row))[::2]]
        return row[0]

    def _fetch_hashes(self, level: int, index: int) -> list[bytes]:
        width = min(WIDTH, (self._size >> _HEIGHT * level) - index * WIDTH)
        tile = Tile(level, index, width)
        data = self._fetch(tile.path())
        if len(data) not in (width * SIZE, WIDTH * SIZE):
            raise FormatError(
                f"{tile.path()} has {len(data)} bytes where {width * SIZE} must stand"
            )
        return [data[i : i + SIZE] for i in range(0, width * SIZE, SIZE)]
