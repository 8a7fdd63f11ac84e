"""Tiles: paths, widths, bundles, and a tree read back from its files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trilogue.errors import FormatError, InputError, NotFoundError
from trilogue.tlog.tiles import (
    ENTRIES,
    MAX_ENTRY,
    Tile,
    TileReader,
    decode_bundle,
    encode_bundle,
    new_tiles,
    parse_tile_path,
    tile_bytes,
    tile_path,
    tiles_for,
)
from trilogue.tlog.tree import (
    MemoryHashes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
)

SIZE = 70_000
HASHES = MemoryHashes(leaf_hash(i.to_bytes(4, "big")) for i in range(SIZE))

TILES = st.builds(Tile, st.integers(ENTRIES, 63), st.integers(0, 2**62), st.integers(1, 256))


def publish(size: int) -> dict[str, bytes]:
    """Return the hash tiles of a tree by path."""
    return {
        tile.path(): tile_bytes(tile, HASHES) for tile in tiles_for(size) if tile.level != ENTRIES
    }


@given(TILES)
def test_a_path_reads_back(tile: Tile):
    assert parse_tile_path(tile.path()) == tile


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(0, 1000), "tile/0/x001/000"),
        (Tile(63, 1234067, 1), "tile/63/x001/x234/067.p/1"),
        (Tile(ENTRIES, 7, 255), "tile/entries/007.p/255"),
        (Tile(ENTRIES, 7, 256), "tile/entries/007"),
    ],
)
def test_paths_of_tlog_tiles(tile: Tile, path: str):
    assert tile.path() == path
    assert tile_path(tile.level, tile.index, tile.width) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/entries/000.p/1000",
        "tile/0/٠٠٠",
        "tile/0/000\n",
        "tile/data/000",
        "tile/0/x" + "999/x" * 8 + "999/999",
    ],
)
def test_refuses_another_spelling(path: str):
    with pytest.raises(FormatError):
        parse_tile_path(path)


def test_the_tree_of_70000_leaves():
    # The example of tlog-tiles §Partial Tiles.
    widths = {
        level: [t.width for t in tiles_for(SIZE) if t.level == level] for level in range(ENTRIES, 4)
    }
    assert widths == {
        ENTRIES: [256] * 273 + [112],
        0: [256] * 273 + [112],
        1: [256, 17],
        2: [1],
        3: [],
    }


def test_a_tree_of_256_leaves_has_a_full_and_a_partial_tile():
    assert [t for t in tiles_for(256) if t.level >= 0] == [Tile(0, 0, 256), Tile(1, 0, 1)]
    assert tiles_for(0) == []


@given(st.integers(0, 70_000), st.integers(0, 70_000))
@settings(max_examples=30)
def test_new_tiles_are_those_of_the_new_tree_that_the_old_has_not(one: int, other: int):
    old, new = sorted((one, other))
    before = set(tiles_for(old))
    assert new_tiles(old, new) == [tile for tile in tiles_for(new) if tile not in before]


def test_a_tree_does_not_shrink():
    with pytest.raises(InputError):
        new_tiles(2, 1)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 65_535, 65_536, 65_537, SIZE])
def test_a_published_tree_gives_the_same_root_and_proofs(size: int):
    files = publish(size)
    reader = TileReader(files.__getitem__, size)
    assert root(size, reader) == root(size, HASHES)
    for index in {0, size // 2, size - 1}:
        assert inclusion_proof(index, size, reader) == inclusion_proof(index, size, HASHES)
    for old in {1, size // 3, size - 1} - {0}:
        assert consistency_proof(old, size, reader) == consistency_proof(old, size, HASHES)


def test_a_full_tile_may_stand_for_a_deleted_partial_one():
    files = publish(512)
    partial = publish(300)
    reader = TileReader(lambda path: files.get(path.partition(".p/")[0]) or partial[path], 300)
    assert root(300, reader) == root(300, HASHES)


def test_each_tile_is_fetched_once():
    files, fetched = publish(1000), []

    def fetch(path: str) -> bytes:
        fetched.append(path)
        return files[path]

    reader = TileReader(fetch, 1000)
    for index in range(1000):
        inclusion_proof(index, 1000, reader)
    assert sorted(fetched) == sorted(set(fetched))


@pytest.mark.parametrize("change", [-32, -1, 1, 32])
def test_a_tile_has_one_length(change: int):
    files = {path: (data + bytes(32))[: len(data) + change] for path, data in publish(300).items()}
    with pytest.raises(FormatError, match="must stand"):
        root(300, TileReader(files.__getitem__, 300))


def test_a_reader_authenticates_nothing_by_itself():
    files = {path: bytes(len(data)) for path, data in publish(300).items()}
    assert root(300, TileReader(files.__getitem__, 300)) != root(300, HASHES)


@pytest.mark.parametrize("subtree", [(0, 300), (8, 1), (9, 0), (0, -1)])
def test_what_the_tree_does_not_hold_is_not_found(subtree: tuple[int, int]):
    with pytest.raises(NotFoundError):
        TileReader(publish(300).__getitem__, 300).read(*subtree)


def test_a_bundle_is_no_hash_tile():
    with pytest.raises(InputError, match="use encode_bundle"):
        tile_bytes(Tile(ENTRIES, 0), HASHES)


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_a_bundle_reads_back(entries: list[bytes]):
    assert decode_bundle(encode_bundle(entries), len(entries)) == entries


def test_entries_are_length_prefixed():
    assert encode_bundle([b"", b"ab"]) == b"\x00\x00\x00\x02ab"
    assert decode_bundle(encode_bundle([bytes(MAX_ENTRY)]), 1) == [bytes(MAX_ENTRY)]
    with pytest.raises(InputError, match="65536 bytes"):
        encode_bundle([bytes(MAX_ENTRY + 1)])


@pytest.mark.parametrize(
    ("data", "width"),
    [
        (b"\x00", 1),
        (b"\x00\x02a", 1),
        (b"\x00\x01a\x00", 1),
        (b"\x00\x01a", 2),
        (b"\x00\x01a\x00\x01b", 1),
        (b"", 1),
        (b"\x00\x00", 0),
    ],
)
def test_a_bundle_is_neither_cut_nor_longer(data: bytes, width: int):
    with pytest.raises(FormatError):
        decode_bundle(data, width)
