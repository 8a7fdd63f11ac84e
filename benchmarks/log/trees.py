"""Four Merkle trees of RFC 6962, behind one face: ours and pymerkle's, in memory and in SQLite.

All take the same entries in the same batches; their roots are compared, so that all do the same
work. pymerkle (GPL) is asked as a program would ask it and is no part of Trilogue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from trilogue.node.sequencer import StoredHashes
from trilogue.store.sqlite import SqliteDatabase
from trilogue.tlog.tree import (
    HashReader,
    MemoryHashes,
    append_hashes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

if TYPE_CHECKING:
    import pymerkle

__all__ = ["TREES", "Tree"]


class Tree(Protocol):
    """A tree that grows. `prove_x` returns a proof, and what checks it again."""

    def append(self, entries: Sequence[bytes]) -> bytes:
        """Append entries and return the new root."""
        ...

    def prove_inclusion(self, index: int) -> Callable[[], object]:
        """Prove that an entry stands in the tree; return what verifies the proof."""
        ...

    def prove_consistency(self, old: int) -> Callable[[], object]:
        """Prove that the tree grew from an older one; return what verifies the proof."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


class _Ours:
    """Our tree over hashes that are stored somewhere."""

    hashes: HashReader

    def __init__(self) -> None:
        self.size = 0
        self._leaves: list[bytes] = []
        self._roots: dict[int, bytes] = {}

    def append(self, entries: Sequence[bytes]) -> bytes:
        leaves = [leaf_hash(entry) for entry in entries]
        self._store(leaves)
        self.size += len(leaves)
        head = root(self.size, self.hashes)
        self._leaves += leaves
        self._roots[self.size] = head
        return head

    def prove_inclusion(self, index: int) -> Callable[[], object]:
        proof = inclusion_proof(index, self.size, self.hashes)
        leaf, size, head = self._leaves[index], self.size, self._roots[self.size]
        return lambda: verify_inclusion(leaf, index, size, proof, head)

    def prove_consistency(self, old: int) -> Callable[[], object]:
        proof = consistency_proof(old, self.size, self.hashes)
        before, size, head = self._roots[old], self.size, self._roots[self.size]
        return lambda: verify_consistency(old, before, size, head, proof)

    def close(self) -> None:
        pass

    def _store(self, leaves: Sequence[bytes]) -> None:
        raise NotImplementedError


class OursInMemory(_Ours):
    """As a witness or an overseer keeps it."""

    def __init__(self, _: Path) -> None:
        super().__init__()
        self.hashes: MemoryHashes = MemoryHashes()

    def _store(self, leaves: Sequence[bytes]) -> None:
        self.hashes.append(leaves)


class OursInStore(_Ours):
    """As a node keeps it: in its store, each batch synced."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._db = SqliteDatabase(str(folder / "ours.sqlite"))
        self.hashes: StoredHashes = StoredHashes(self._db)

    def _store(self, leaves: Sequence[bytes]) -> None:
        with self._db.transaction():
            self._db.q.add_tree_hash(
                [
                    {"level": level, "idx": index, "hash": value}
                    for (level, index), value in append_hashes(self.size, leaves, self.hashes)
                ]
            )

    def close(self) -> None:
        self._db.close()


class _Pymerkle:
    """pymerkle's tree; it counts entries from one."""

    def __init__(self, tree: pymerkle.BaseMerkleTree) -> None:
        self._tree: Any = tree
        self._roots: dict[int, bytes] = {}

    def append(self, entries: Sequence[bytes]) -> bytes:
        size = self._tree.append_entries(entries)
        head: bytes = self._tree.get_root()
        self._roots[size] = head
        return head

    def prove_inclusion(self, index: int) -> Callable[[], object]:
        proof = self._tree.prove_inclusion(index + 1)
        leaf, size = self._tree.get_leaf(index + 1), self._tree.get_size()
        head = self._roots[size]
        return lambda: proof.verify(leaf, head, index=index + 1, size=size)

    def prove_consistency(self, old: int) -> Callable[[], object]:
        proof = self._tree.prove_consistency(old)
        size = self._tree.get_size()
        before, head = self._roots[old], self._roots[size]
        return lambda: proof.verify(before, head, prior_size=old, later_size=size)

    def close(self) -> None:
        if hasattr(self._tree, "close"):
            self._tree.close()


def _pymerkle_in_memory(_: Path) -> Tree:
    from pymerkle import InmemoryTree

    return _Pymerkle(InmemoryTree(algorithm="sha256"))


def _pymerkle_in_sqlite(folder: Path) -> Tree:
    from pymerkle import SqliteTree

    return _Pymerkle(SqliteTree(str(folder / "pymerkle.sqlite"), algorithm="sha256"))


TREES: dict[str, Callable[[Path], Tree]] = {
    "Trilogue, in memory": OursInMemory,
    "pymerkle, in memory": _pymerkle_in_memory,
    "Trilogue, in its store": OursInStore,
    "pymerkle, SQLite": _pymerkle_in_sqlite,
}
"""By the name in the table: a function from an empty folder to an empty tree."""
