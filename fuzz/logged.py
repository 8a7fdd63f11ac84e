"""Tiles, entry bundles, proofs, leaves, and what a log publishes."""

from __future__ import annotations

import hashlib

from fuzz.signed import NEW, roots, tree
from fuzz.target import target
from trilogue.encoding import canonical
from trilogue.encoding.digest import sha256
from trilogue.errors import ConsistencyError, FormatError, InclusionError, NotFoundError
from trilogue.protocol.publiclog import open_line, parse_open
from trilogue.protocol.statement import parse_leaf
from trilogue.tlog.tiles import (
    TileReader,
    decode_bundle,
    encode_bundle,
    parse_tile_path,
    tile_bytes,
    tile_path,
)
from trilogue.tlog.tree import root, verify_consistency, verify_inclusion


@target(FormatError)
def tile_name(data: bytes) -> None:
    tile = parse_tile_path(data.decode("utf-8", "replace"))
    assert tile.path().encode() == data


@target(FormatError)
def entry_bundle(data: bytes) -> None:
    """The first byte is the width, less one; the rest is the bundle."""
    width, bundle = (data[0] if data else 0) + 1, data[1:]
    entries = decode_bundle(bundle, width)
    assert len(entries) == width
    assert encode_bundle(entries) == bundle


@target(FormatError, NotFoundError)
def tile(data: bytes) -> None:
    """Whatever is served as the one tile of a small log: its root is the log's, or it is not it."""
    reader = TileReader(lambda path: data if path == tile_path(0, 0, NEW) else b"", NEW)
    honest = tile_bytes(parse_tile_path(tile_path(0, 0, NEW)), tree())
    assert (root(NEW, reader) == roots()[1]) is (data[: len(honest)] == honest)


@target(InclusionError)
def inclusion_proof(data: bytes) -> None:
    """Index and size in two bytes, then hashes: nothing but the leaf itself is proven."""
    index, size, proof = _proof(data)
    leaf, data = sha256(b"%d" % index), data[2:]
    verify_inclusion(leaf, index, size, proof, roots()[1])
    assert size == NEW or _reaches(leaf, proof)
    assert index < NEW


@target(ConsistencyError)
def consistency_proof(data: bytes) -> None:
    """Old and new size in two bytes, then hashes: what is proven is the log as it was."""
    old, new, proof = _proof(data)
    verify_consistency(old, roots()[0], new, roots()[1], proof)


@target(FormatError)
def leaf(data: bytes) -> None:
    assert canonical.encode(parse_leaf(data)) == data


@target(FormatError)
def open_file(data: bytes) -> None:
    found = list(parse_open(data))
    assert b"".join(open_line(one.index, one.raw) for one in found) == data


def _proof(data: bytes) -> tuple[int, int, list[bytes]]:
    head, rest = data[:2].ljust(2, b"\0"), data[2:]
    return head[0], head[1], [rest[at : at + 32] for at in range(0, len(rest), 32)]


def _reaches(leaf: bytes, proof: list[bytes]) -> bool:
    """Whether hashing the leaf with the proof, left or right at each step, gives the root."""
    reached = {leaf}
    for sibling in proof:
        reached = {
            hashlib.sha256(b"\x01" + pair).digest()
            for value in reached
            for pair in (value + sibling, sibling + value)
        }
    return roots()[1] in reached
