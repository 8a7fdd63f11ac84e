"""Verifying a store: everything in it is computed anew from the statements and compared.

It needs no keys but the public ones that stand in the store, and changes nothing but projections
that had gone astray. `trilogue node rebuild` runs it, and so does every restore.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trilogue.encoding.digest import SIZE, same
from trilogue.errors import FormatError, PeerError, SignatureError, UnavailableError
from trilogue.node.engine import Engine
from trilogue.node.sequencer import StoredHashes
from trilogue.protocol.statement import leaf_of, parse_statement
from trilogue.signing.keys import PublicKey
from trilogue.store.database import Row
from trilogue.store.projection import rebuild
from trilogue.tlog.checkpoint import parse_checkpoint, verify_checkpoint
from trilogue.tlog.tree import append_hashes, leaf_hash, root, verify_inclusion

__all__ = ["Verified", "verify"]

_AT_ONCE = 1000


@dataclass(frozen=True)
class Verified:
    """A store that holds: the size of the own log, all statements, and what was set right.

    `differences` counts, by projection, the rows that differed and now do not; `unopened` what is
    held and does not open, since the vault is not the one that belongs to the store.
    """

    size: int
    statements: int
    differences: dict[str, int]
    unopened: int


def verify(
    engine: Engine,
    progress: Callable[[int], None] = lambda _done: None,
    *,
    vault: bool = True,
) -> Verified:
    """Check an engine's whole store, and fold its projections anew.

    `progress` is told how many statements more were checked. Without its `vault` nothing opens,
    and nothing is counted. Raises `UnavailableError`, which
    names what is damaged.

    (1) SQLite's own pages are sound.
    (2) Every statement has the leaf, and the leaf the hash, that stand beside it.
    (3) Every statement of another's log stands under the root that was verified when it came.
    (4) Every hash of the own tree follows from the leaves.
    (5) The last own checkpoint has that root, and keys of this participant signed it.
    (6) The projections follow from the statements.
    (7) What is held opens with its key in the vault; what does not is counted.
    """
    engine.db.check()
    after, count, size = 0, 0, 0
    while rows := list(engine.db.q.statements_after(after=after, most=_AT_ONCE)):
        own = []
        for row in rows:
            _check_statement(row)
            if row["speaker"] == engine.me:
                own.append(row)
            else:
                _check_heard(engine, row)
        _check_tree(engine, size, own)
        size += len(own)
        count += len(rows)
        after = rows[-1]["position"]
        progress(len(rows))
    _check_checkpoint(engine, size)
    return Verified(
        size=size,
        statements=count,
        differences=rebuild(engine.db),
        unopened=engine.holdings.unopened() if vault else 0,
    )


def _check_statement(row: Row) -> None:
    try:
        statement = parse_statement(row["raw"])
        sound = (
            (statement.speaker, statement.index) == (row["speaker"], row["idx"])
            and statement.kind == row["kind"]
            and leaf_of(statement, row["raw"]) == row["leaf"]
            and same(leaf_hash(row["leaf"]), row["leaf_hash"])
        )
    except FormatError:
        sound = False
    if not sound:
        raise _damage(f"statement {row['speaker']}/{row['idx']} is not the one that counted")


def _check_heard(engine: Engine, row: Row) -> None:
    proof = [row["proof"][start : start + SIZE] for start in range(0, len(row["proof"]), SIZE)]
    head = engine.books.root_at(row["speaker"], row["size"])
    try:
        if head is None:
            raise SignatureError("no checkpoint")
        verify_inclusion(row["leaf_hash"], row["idx"], row["size"], proof, head)
    except PeerError:
        raise _damage(
            f"statement {row['speaker']}/{row['idx']} is not proven to stand in its log"
        ) from None


def _check_tree(engine: Engine, size: int, own: list[Row]) -> None:
    """Compare stored subtrees with those that these leaves complete.

    What stood before was compared before, so that each is right by induction.
    """
    if [row["idx"] for row in own] != list(range(size, size + len(own))):
        raise _damage(f"the own log has a gap after entry {size - 1}")
    stored = StoredHashes(engine.db)
    for subtree, value in append_hashes(size, (row["leaf_hash"] for row in own), stored):
        if not same(stored.read(*subtree), value):
            raise _damage(f"the hash of subtree {subtree} does not follow from its leaves")


def _check_checkpoint(engine: Engine, size: int) -> None:
    row = engine.db.q.last_checkpoint()
    if row is None and size == 0:
        return
    stored = StoredHashes(engine.db)
    if row is None or row["size"] != size or not same(row["root"], root(size, stored)):
        raise _damage("the last checkpoint is not of the log that stands here")
    unverified = parse_checkpoint(row["note"])
    for _, material in engine.books.materials(engine.me):
        try:
            signed = verify_checkpoint(unverified, PublicKey.parse(material.checkpoint)).checkpoint
        except PeerError:
            continue  # the keys before or after a rotation
        if signed.size == row["size"] and same(signed.root, row["root"]):
            return
    raise _damage(f"no key of {engine.me} signed the last checkpoint")


def _damage(what: str) -> UnavailableError:
    return UnavailableError(f"the store is damaged: {what}", hint="restore it from a backup")
