"""The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1): hashes, proofs, and the port to stored hashes.

    leaf_hash(d)     = SHA-256(0x00 || d)
    node_hash(l, r)  = SHA-256(0x01 || l || r)

A tree of n leaves splits at the largest power of two below n. So every tree is a row of
*complete subtrees*, one for each bit of n, and every hash that a proof needs is folded from such:

    n = 7 = 4 + 2 + 1          root
                              /    \\
                           (2,0)    ·
                                   / \\
                               (1,2)  (0,6)

A log stores complete subtrees and nothing else: their hashes never change while it grows. The
pair (level, index) names the subtree of 2**level leaves that begins at leaf index * 2**level.

>>> hashes = MemoryHashes()
>>> hashes.append([leaf_hash(b"grant"), leaf_hash(b"relay"), leaf_hash(b"receipt")])
>>> proof = inclusion_proof(2, 3, hashes)
>>> verify_inclusion(leaf_hash(b"receipt"), 2, 3, proof, root(3, hashes))
>>> verify_inclusion(leaf_hash(b"refusal"), 2, 3, proof, root(3, hashes))
Traceback (most recent call last):
    ...
trilogue.errors.InclusionError: leaf 2 does not stand in the tree of 3 leaves
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from itertools import chain
from typing import TYPE_CHECKING, Protocol, TypeAlias

from trilogue.encoding.digest import SIZE, same
from trilogue.errors import ConsistencyError, InclusionError, InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "EMPTY_ROOT",
    "HashReader",
    "Inclusions",
    "MemoryHashes",
    "Overlay",
    "Subtree",
    "append_hashes",
    "consistency_proof",
    "inclusion_proof",
    "inclusion_proofs",
    "leaf_hash",
    "node_hash",
    "root",
    "verify_consistency",
    "verify_inclusion",
]

Subtree: TypeAlias = tuple[int, int]
"""(level, index): the complete subtree of 2**level leaves from leaf index * 2**level on."""

_SIZES = frozenset({SIZE})

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root hash of the tree without leaves (RFC 6962 §2.1: MTH({}) = SHA-256())."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one entry: SHA-256(0x00 || data) (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 || left || right) (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class HashReader(Protocol):
    """The port to stored hashes. A reader authenticates nothing: roots do."""

    def read(self, level: int, index: int) -> bytes:
        """Return the hash of one complete subtree; raise `NotFoundError`."""
        return self.read_many([(level, index)])[0]

    def read_many(self, subtrees: Sequence[Subtree]) -> list[bytes]:
        """Return the hashes of complete subtrees in the order asked; raise `NotFoundError`."""
        ...


class MemoryHashes(HashReader):
    """A growing tree in memory, for witnesses, for oversight and for tests.

    It holds 2n hashes for n leaves.
    """

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        self.append(leaf_hashes)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self._levels[0])

    def append(self, leaf_hashes: Iterable[bytes]) -> None:
        """Add leaves at the end."""
        for (level, _), subtree in append_hashes(self.size, leaf_hashes, self):
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(subtree)

    def root(self) -> bytes:
        """Return the root hash of the whole tree."""
        return root(self.size, self)

    def read_many(self, subtrees: Sequence[Subtree]) -> list[bytes]:
        """Return the hashes of complete subtrees in the order asked; raise `NotFoundError`."""
        try:
            return [self._levels[level][index] for level, index in subtrees]
        except IndexError:
            raise NotFoundError(f"not all of {subtrees} stand in {self.size} leaves") from None


class Overlay(HashReader):
    """A reader that already knows hashes which the one below it does not hold yet.

    A log signs the root of a group of entries before it stores them: it computes that root, and
    the proofs that leave with the group, over what `append_hashes` returned.
    """

    def __init__(self, below: HashReader, hashes: Mapping[Subtree, bytes]) -> None:
        self._below = below
        self._hashes = hashes

    def read_many(self, subtrees: Sequence[Subtree]) -> list[bytes]:
        """Return the hashes of complete subtrees in the order asked; raise `NotFoundError`."""
        below = [subtree for subtree in subtrees if subtree not in self._hashes]
        found = dict(zip(below, self._below.read_many(below), strict=True)) if below else {}
        return [self._hashes.get(subtree) or found[subtree] for subtree in subtrees]


def append_hashes(
    size: int, leaf_hashes: Iterable[bytes], reader: HashReader
) -> list[tuple[Subtree, bytes]]:
    """Return the complete subtrees that leaves appended to a tree of `size` bring into being.

    They are in the order in which they come into being, leaves included: about two per leaf, one
    read in all. Each is to be stored and never changes.
    """
    row = reader.read_many(_cover(0, size)) if size else []
    new: list[tuple[Subtree, bytes]] = []
    for index, leaf in enumerate(leaf_hashes, start=size):
        row.append(leaf)
        new.append(((0, index), leaf))
        # Like a carry in binary counting: every right child that is there completes its parent.
        level = 0
        while index >> level & 1:
            right, left = row.pop(), row.pop()
            level += 1
            row.append(node_hash(left, right))
            new.append(((level, index >> level), row[-1]))
    return new


def root(size: int, reader: HashReader) -> bytes:
    """Return the root hash of the tree of the first `size` leaves (RFC 6962 §2.1)."""
    return _hash_ranges([(0, size)], reader)[0] if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, reader: HashReader) -> list[bytes]:
    """Return PATH(index, D[size]) of RFC 6962 §2.1.1, nearest sibling first.

    Raises `InputError` unless 0 ≤ index < size.
    """
    return inclusion_proofs([index], size, reader)[0]


def inclusion_proofs(indices: Sequence[int], size: int, reader: HashReader) -> list[list[bytes]]:
    """Return the inclusion proofs of several leaves in one tree, with one read for all.

    Raises `InputError` unless 0 ≤ index < size for each.
    """
    wanted = _inclusion_ranges(indices, size)
    distinct = list(dict.fromkeys(chain.from_iterable(wanted.values())))
    hash_of = dict(zip(distinct, _hash_ranges(distinct, reader), strict=True)).__getitem__
    return [list(map(hash_of, wanted[index])) for index in indices]


def consistency_proof(old: int, new: int, reader: HashReader) -> list[bytes]:
    """Return PROOF(old, D[new]) of RFC 6962 §2.1.2; empty when `old` is 0 or equal to `new`.

    Raises `InputError` unless 0 ≤ old ≤ new.
    """
    return _hash_ranges(_consistency_ranges(old, new), reader)


_Ways = dict[tuple[int, int, int], tuple[bytes, tuple[bytes, ...]]]
"""By place in a proof, node and last node there: a hash, and the rest of the proof from it on."""


class Inclusions:
    """Checks of leaves against one tree, in which what their proofs share is hashed once.

    A root hash alone does not bind its size: the caller owes both from one verified checkpoint.
    """

    def __init__(self, size: int, root_hash: bytes) -> None:
        if len(root_hash) != SIZE:
            raise InclusionError(f"a root hash is not {SIZE} bytes")
        self._size = size
        self._root = root_hash
        self._proven: _Ways = {}

    def verify(self, leaf: bytes, index: int, proof: Sequence[bytes]) -> None:
        """Check that the leaf hash stands at `index`. RFC 9162 §2.1.3.2.

        Raises `InclusionError`.
        """
        size, way = self._size, tuple(proof)
        if not 0 <= index < size:
            raise InclusionError(f"no leaf {index} in a tree of {size} leaves")
        if len(leaf) != SIZE or not _SIZES.issuperset(map(len, way)):
            raise InclusionError(f"a hash of an inclusion proof is not {SIZE} bytes")
        if len(way) > size.bit_length():  # before the rest of it is remembered at each place
            raise InclusionError(f"the proof of leaf {index} in {size} leaves is too long")
        node, last, computed = index, size - 1, leaf
        passed: _Ways = {}
        for place, sibling in enumerate(way):
            rest = way[place:]
            if self._proven.get((place, node, last)) == (computed, rest):
                break
            passed[place, node, last] = computed, rest
            if last == 0:
                raise InclusionError(f"the proof of leaf {index} in {size} leaves is too long")
            if node & 1 or node == last:
                computed = node_hash(sibling, computed)
                while not node & 1 and node:
                    node, last = node >> 1, last >> 1
            else:
                computed = node_hash(computed, sibling)
            node, last = node >> 1, last >> 1
        else:
            if last or not same(computed, self._root):
                raise InclusionError(f"leaf {index} does not stand in the tree of {size} leaves")
        self._proven |= passed


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes
) -> None:
    """Check one leaf as `Inclusions` does. Raises `InclusionError`."""
    Inclusions(size, root_hash).verify(leaf, index, proof)


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `old` leaves is a prefix of the tree of `new` leaves.

    RFC 9162 §2.1.4.2; the empty tree is a prefix of every tree and its proof is empty. The caller
    owes size and root of each tree from a verified checkpoint. Raises `ConsistencyError`.
    """
    if not 0 <= old <= new:
        raise ConsistencyError(f"a log cannot go from {old} leaves back to {new}")
    if any(len(value) != SIZE for value in (old_root, new_root, *proof)):
        raise ConsistencyError(f"a hash of a consistency proof is not {SIZE} bytes")
    forked = ConsistencyError(f"the trees of {old} and {new} leaves cannot be of one log")
    if old == 0 and not same(old_root, EMPTY_ROOT):
        raise forked
    if old == new and not same(old_root, new_root):
        raise forked
    if old in (0, new):
        if proof:
            raise ConsistencyError(f"from {old} to {new} leaves the proof is empty")
        return
    # A complete old tree is itself the first hash of the walk, so the proof leaves it out.
    hashes = iter(proof if old & (old - 1) else (old_root, *proof))
    first = next(hashes, None)
    if first is None:
        raise ConsistencyError(f"the proof from {old} to {new} leaves is too short")
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_computed = new_computed = first
    for sibling in hashes:
        if last == 0:
            raise ConsistencyError(f"the proof from {old} to {new} leaves is too long")
        if node & 1 or node == last:
            old_computed = node_hash(sibling, old_computed)
            new_computed = node_hash(sibling, new_computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_computed = node_hash(new_computed, sibling)
        node, last = node >> 1, last >> 1
    if last or not (same(old_computed, old_root) and same(new_computed, new_root)):
        raise forked


def _inclusion_ranges(indices: Iterable[int], size: int) -> dict[int, tuple[tuple[int, int], ...]]:
    """Return by leaf the ranges whose hashes are its inclusion proof, in its order.

    Leaves that stand together share the way down to them.
    """
    leaves = sorted(set(indices))
    if leaves and not 0 <= leaves[0] <= leaves[-1] < size:
        wrong = leaves[0] if leaves[0] < 0 else leaves[-1]
        raise InputError(f"no leaf {wrong} in a tree of {size} leaves")
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    waiting: list[tuple[int, int, list[int], tuple[tuple[int, int], ...]]] = []
    if leaves:
        waiting.append((0, size, leaves, ()))
    while waiting:
        start, end, inside, above = waiting.pop()
        if end - start == 1:
            found[start] = above
            continue
        middle = start + _split(end - start)
        cut = bisect_left(inside, middle)
        if cut:
            waiting.append((start, middle, inside[:cut], ((middle, end), *above)))
        if cut < len(inside):
            waiting.append((middle, end, inside[cut:], ((start, middle), *above)))
    return found


def _consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """Return the leaf ranges whose hashes are the consistency proof, in its order."""
    if not 0 <= old <= new:
        raise InputError(f"no consistency from {old} to {new} leaves")
    if old == 0:
        return []
    start, end = 0, new
    ranges: list[tuple[int, int]] = []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start:  # SUBPROOF's b is false: the old tree's last part is not known from its root
        ranges.append((start, old))
    ranges.reverse()
    return ranges


def _split(count: int) -> int:
    """Return the largest power of two below `count`, which is at least 2 (RFC 6962 §2.1)."""
    return 1 << (count - 1).bit_length() - 1


def _cover(start: int, end: int) -> list[Subtree]:
    """Return the complete subtrees that make up a range of leaves, largest first.

    `start` is a multiple of the largest of them, as it is for every range that a split gives.
    """
    subtrees: list[Subtree] = []
    while start < end:
        level = (end - start).bit_length() - 1
        subtrees.append((level, start >> level))
        start += 1 << level
    return subtrees


def _hash_ranges(ranges: Sequence[tuple[int, int]], reader: HashReader) -> list[bytes]:
    """Return MTH(D[start:end]) of each range, from one read."""
    covers = [_cover(start, end) for start, end in ranges]
    hashes = reader.read_many(list(chain.from_iterable(covers))) if covers else []
    result: list[bytes] = []
    end = 0
    for cover in covers:
        start, end = end, end + len(cover)
        computed = hashes[end - 1]
        for left in reversed(hashes[start : end - 1]):
            computed = node_hash(left, computed)
        result.append(computed)
    return result
