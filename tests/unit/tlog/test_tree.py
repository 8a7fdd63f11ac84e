"""The Merkle tree: every proof up to 64 leaves, larger ones by example, and no forgery passes."""

from __future__ import annotations

import hashlib
import tracemalloc
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trilogue.errors import ConsistencyError, InclusionError, InputError, NotFoundError
from trilogue.tlog.tree import (
    EMPTY_ROOT,
    HashReader,
    Inclusions,
    MemoryHashes,
    Overlay,
    Subtree,
    append_hashes,
    consistency_proof,
    inclusion_proof,
    inclusion_proofs,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIMIT = 64
LEAVES = [leaf_hash(i.to_bytes(4, "big")) for i in range(3000)]
HASHES = MemoryHashes(LEAVES)


@cache
def mth(start: int, end: int) -> bytes:
    """MTH of RFC 6962 §2.1, word for word: recursive, with nothing stored."""
    if start == end:
        return hashlib.sha256(b"").digest()
    if end - start == 1:
        return LEAVES[start]
    k = 1
    while k * 2 < end - start:
        k *= 2
    return hashlib.sha256(b"\x01" + mth(start, start + k) + mth(start + k, end)).digest()


class CountingReader(HashReader):
    def __init__(self, below: HashReader) -> None:
        self.below = below
        self.reads = 0

    def read_many(self, subtrees: Sequence[Subtree]) -> list[bytes]:
        self.reads += 1
        return self.below.read_many(subtrees)


def flips(proof: list[bytes]) -> list[list[bytes]]:
    """Return the proof with one bit flipped in each of its hashes in turn."""
    changed = []
    for at, value in enumerate(proof):
        flipped = bytes([value[0] ^ 1]) + value[1:]
        changed.append([*proof[:at], flipped, *proof[at + 1 :]])
    return changed


@pytest.mark.parametrize("size", range(LIMIT + 1))
def test_root_is_the_recursive_definition(size: int):
    assert root(size, HASHES) == mth(0, size)


@pytest.mark.parametrize("size", range(1, LIMIT + 1))
def test_every_leaf_is_proven(size: int):
    for index in range(size):
        proof = inclusion_proof(index, size, HASHES)
        verify_inclusion(LEAVES[index], index, size, proof, mth(0, size))
        for other in {index ^ 1, size - 1 - index, 0} - {index}:
            if other < size:
                with pytest.raises(InclusionError):
                    verify_inclusion(LEAVES[index], other, size, proof, mth(0, size))


@pytest.mark.parametrize("new", range(LIMIT + 1))
def test_every_prefix_is_proven(new: int):
    for old in range(new + 1):
        proof = consistency_proof(old, new, HASHES)
        verify_consistency(old, mth(0, old), new, mth(0, new), proof)
        assert len(proof) <= 7


@given(st.data())
@settings(max_examples=80)
def test_larger_trees(data: st.DataObject):
    size = data.draw(st.integers(LIMIT, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    new_root = root(size, HASHES)
    verify_inclusion(LEAVES[index], index, size, inclusion_proof(index, size, HASHES), new_root)
    proof = consistency_proof(old, size, HASHES)
    verify_consistency(old, root(old, HASHES), size, new_root, proof)


@given(st.data())
@settings(max_examples=60)
def test_leaves_checked_together_are_judged_as_alone(data: st.DataObject):
    size = data.draw(st.integers(2, 70))
    tree = Inclusions(size, mth(0, size))
    for _ in range(data.draw(st.integers(1, 40))):
        index = data.draw(st.integers(0, size - 1))
        leaf, proof = LEAVES[index], inclusion_proof(index, size, HASHES)
        match data.draw(st.sampled_from(("good", "flipped", "longer", "shorter", "other", "leaf"))):
            case "flipped" if proof:
                proof = data.draw(st.sampled_from(flips(proof)))
            case "longer":
                proof = [*proof, mth(0, size)]
            case "shorter":
                proof = proof[:-1]
            case "other":
                index = data.draw(st.integers(0, size - 1))
            case "leaf":
                leaf = LEAVES[data.draw(st.integers(0, size - 1))]
            case _:
                pass
        assert _judged(lambda: tree.verify(leaf, index, proof)) == _judged(  # noqa: B023
            lambda: verify_inclusion(leaf, index, size, proof, mth(0, size))  # noqa: B023
        )


def _judged(check: Callable[[], None]) -> str:
    try:
        check()
    except InclusionError as error:
        return str(error)
    return ""


@given(st.data())
@settings(max_examples=60)
def test_any_flipped_bit_fails(data: st.DataObject):
    size = data.draw(st.integers(2, 200))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size - 1))
    proof = inclusion_proof(index, size, HASHES)
    new_root, old_root = root(size, HASHES), root(old, HASHES)
    for wrong in flips(proof):
        with pytest.raises(InclusionError):
            verify_inclusion(LEAVES[index], index, size, wrong, new_root)
    for leaf, at_root in ((LEAVES[index + 1], new_root), (LEAVES[index], old_root)):
        with pytest.raises(InclusionError):
            verify_inclusion(leaf, index, size, proof, at_root)
    proof = consistency_proof(old, size, HASHES)
    for wrong in flips(proof):
        with pytest.raises(ConsistencyError):
            verify_consistency(old, old_root, size, new_root, wrong)
    for first, second in (flips([old_root])[0], [new_root]), ([old_root], flips([new_root])[0]):
        with pytest.raises(ConsistencyError):
            verify_consistency(old, first[0], size, second[0], proof)


@pytest.mark.parametrize("size", [2, 3, 7, 8, 33])
def test_a_proof_has_one_length(size: int):
    tree_root = mth(0, size)
    for index in range(size):
        proof = inclusion_proof(index, size, HASHES)
        for wrong in (proof[1:], proof[:-1], [*proof, LEAVES[0]], [LEAVES[0], *proof]):
            with pytest.raises(InclusionError):
                verify_inclusion(LEAVES[index], index, size, wrong, tree_root)
    for old in range(1, size):
        proof = consistency_proof(old, size, HASHES)
        for wrong in (proof[1:], proof[:-1], [*proof, LEAVES[0]], [LEAVES[0], *proof], []):
            with pytest.raises(ConsistencyError):
                verify_consistency(old, mth(0, old), size, tree_root, wrong)


@pytest.mark.parametrize("size", range(1, 20))
def test_a_leaf_is_not_an_inner_node(size: int):
    # RFC 6962 §2.1: the prefixes 0x00 and 0x01 keep an inner node from passing as a leaf.
    for level, index in [(1, 0), (2, 0)]:
        if (index + 1) << level <= size:
            inner = HASHES.read(level, index)
            with pytest.raises(InclusionError):
                verify_inclusion(inner, 0, size, inclusion_proof(0, size, HASHES), mth(0, size))


def test_the_empty_tree_is_a_prefix_of_every_tree():
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    verify_consistency(0, EMPTY_ROOT, 5, mth(0, 5), [])
    with pytest.raises(ConsistencyError, match="the proof is empty"):
        verify_consistency(0, EMPTY_ROOT, 5, mth(0, 5), [LEAVES[0]])
    with pytest.raises(ConsistencyError, match="cannot be of one log"):
        verify_consistency(0, LEAVES[0], 5, mth(0, 5), [])


@pytest.mark.threat("T14")
def test_two_roots_of_one_size_are_a_fork():
    verify_consistency(5, mth(0, 5), 5, mth(0, 5), [])
    with pytest.raises(ConsistencyError, match="cannot be of one log"):
        verify_consistency(5, mth(0, 5), 5, mth(1, 6), [])
    with pytest.raises(ConsistencyError, match="the proof is empty"):
        verify_consistency(5, mth(0, 5), 5, mth(0, 5), [LEAVES[0]])


def test_a_log_does_not_shrink():
    with pytest.raises(ConsistencyError, match="from 6 leaves back to 5"):
        verify_consistency(6, mth(0, 6), 5, mth(0, 5), [])


def test_hashes_have_one_length():
    with pytest.raises(InclusionError, match="not 32 bytes"):
        verify_inclusion(LEAVES[0], 0, 2, [LEAVES[1][:31]], mth(0, 2))
    with pytest.raises(ConsistencyError, match="not 32 bytes"):
        verify_consistency(1, LEAVES[0] + b"\0", 2, mth(0, 2), [LEAVES[1]])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (6, 5)])
def test_no_leaf_stands_outside_the_tree(index: int, size: int):
    with pytest.raises(InputError, match=f"no leaf {index}"):
        inclusion_proof(index, size, HASHES)
    with pytest.raises(InclusionError, match=f"no leaf {index}"):
        verify_inclusion(LEAVES[0], index, size, [], EMPTY_ROOT)


@pytest.mark.parametrize(("old", "new"), [(6, 5), (-1, 5)])
def test_no_prefix_is_larger_than_its_tree(old: int, new: int):
    with pytest.raises(InputError):
        consistency_proof(old, new, HASHES)


@given(st.lists(st.integers(0, 40), max_size=6))
@settings(max_examples=40)
def test_leaves_may_come_in_any_groups(groups: list[int]):
    grown = MemoryHashes()
    for count in groups:
        grown.append(LEAVES[grown.size : grown.size + count])
        assert grown.root() == mth(0, grown.size)
    assert grown.size == sum(groups)


def test_stored_hashes_never_change():
    stored: dict[Subtree, bytes] = {}
    grown = MemoryHashes()
    for size in range(100):
        for subtree, value in append_hashes(size, [LEAVES[size]], grown):
            assert subtree not in stored
            stored[subtree] = value
        grown.append([LEAVES[size]])
    assert len(stored) == 2 * 100 - (100).bit_count()
    assert all(grown.read(*subtree) == value for subtree, value in stored.items())


@pytest.mark.parametrize("size", [1, 2, 7, 64, 100])
def test_several_proofs_cost_one_read(size: int):
    reader = CountingReader(HASHES)
    proofs = inclusion_proofs(range(size), size, reader)
    assert reader.reads <= 1
    assert proofs == [inclusion_proof(index, size, HASHES) for index in range(size)]


def test_an_append_costs_one_read():
    reader = CountingReader(HASHES)
    append_hashes(1000, LEAVES[1000:1100], reader)
    assert reader.reads == 1


@pytest.mark.parametrize(("size", "count"), [(0, 1), (0, 7), (5, 1), (7, 9), (64, 36)])
def test_an_overlay_proves_a_group_before_it_is_stored(size: int, count: int):
    stored = MemoryHashes(LEAVES[:size])
    overlay = Overlay(stored, dict(append_hashes(size, LEAVES[size : size + count], stored)))
    grown = size + count
    assert root(grown, overlay) == mth(0, grown)
    assert stored.size == size
    proofs = inclusion_proofs(range(grown), grown, overlay)
    for index, proof in enumerate(proofs):
        verify_inclusion(LEAVES[index], index, grown, proof, mth(0, grown))


def test_what_is_not_held_is_not_found():
    for subtree in [(0, 3), (1, 1), (9, 0)]:
        with pytest.raises(NotFoundError):
            MemoryHashes(LEAVES[:3]).read(*subtree)
    with pytest.raises(NotFoundError):
        root(4, MemoryHashes(LEAVES[:3]))


@pytest.mark.threat("T17")
def test_a_proof_far_too_long_costs_no_more_than_its_own_size():
    proof = [bytes(32)] * 100_000
    tracemalloc.start()
    with pytest.raises(InclusionError, match="too long"):
        verify_inclusion(bytes(32), 1, 2**52, proof, bytes(32))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * 8 * len(proof)
