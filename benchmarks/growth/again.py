"""A batch of real traffic, said again at later places of the three logs, as often as wanted.

What stands of a batch in the stores of three engines is taken as it is, and told again behind it:
every statement with its new index and its cites led to the new leaves, its leaf, its hashes, proofs
and checkpoints computed and signed anew, every holding wrapped under a key of its own. What was
checked once is not checked again, and what was sealed once not sealed again: that makes it several
times as quick as having the engines do it.

Nothing in the result is made up: `trilogue.node.verifying` holds over it as over any store, its
rows have the shape of what the engines write, and they go on from it. A test compares both.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from tests.support.trio import PARTICIPANTS, Trio

from trilogue.encoding import base64, instant
from trilogue.encoding.digest import Domain, commit
from trilogue.node.holdings import _context
from trilogue.sealing.wrap import unwrap, wrap
from trilogue.store.database import Row
from trilogue.tlog.checkpoint import Checkpoint, sign_checkpoint
from trilogue.tlog.tree import (
    MemoryHashes,
    append_hashes,
    consistency_proof,
    inclusion_proofs,
    leaf_hash,
    root,
)

__all__ = ["Again"]

Place = tuple[str, int]
_CITE = re.compile(rb'\["(\w+)",(\d+),"[A-Za-z0-9+/]{43}="\]')
AT_ONCE = 32
"""Batches in one transaction."""


@dataclass(frozen=True)
class _Said:
    """One statement, torn where something changes when it is said again."""

    speaker: str
    index: int
    kind: str
    issued: str
    raw: tuple[bytes | Place, ...]
    leaf: tuple[bytes | Place, ...]


@dataclass(frozen=True)
class _Told:
    """The same, said again."""

    index: int
    raw: bytes
    leaf: bytes
    hash: bytes
    cite: bytes


class Again:
    """A batch that was passed on between the engines of a trio just now, to be told again."""

    def __init__(self, trio: Trio, pass_on: Callable[[], object]) -> None:
        self._trio = trio
        self._first = {who: self._size(who) for who in PARTICIPANTS}
        position = {who: trio[who].db.q.last_position() for who in PARTICIPANTS}
        slot = {who: trio[who].db.q.last_slot() for who in PARTICIPANTS}
        pass_on()
        self.count = {who: self._size(who) - self._first[who] for who in PARTICIPANTS}
        """Entries that each log has more for every time."""
        self._statements = {
            who: self._rows(who, "SELECT * FROM statement WHERE position > ? ORDER BY position",
                            position[who])
            for who in PARTICIPANTS
        }  # fmt: skip
        # The hub hears everything, each after what it builds on.
        self._said = [self._torn(row) for row in self._statements["US"]]
        self._holdings = {
            who: self._rows(who, "SELECT * FROM holding WHERE slot > ? ORDER BY slot", slot[who])
            for who in PARTICIPANTS
        }
        self._items = {who: list(self._opened(who)) for who in PARTICIPANTS}
        self._trees = {who: MemoryHashes(self._leaves(who)) for who in PARTICIPANTS}

    # What is told.

    def tell(self, times: int) -> None:
        """Tell it so many times more.

        Syncs are left out meanwhile: nobody relies on these stores before they are closed.
        """
        for engine in self._trio:
            engine.db._connection.execute("PRAGMA synchronous=OFF")  # noqa: SLF001
        for start in range(0, times, AT_ONCE):
            with ExitStack() as stack:
                for engine in self._trio:
                    stack.enter_context(engine.db.transaction())
                for _ in range(start, min(times, start + AT_ONCE)):
                    self._tell()
                for engine in self._trio:
                    engine.vault.flush()
        for engine in self._trio:
            engine.db._connection.execute("PRAGMA synchronous=FULL")  # noqa: SLF001
            engine.books.forget()

    def _tell(self) -> None:
        self._move()
        told = self._compose()
        new = self._grow(told)
        notes = {who: self._sign(who) for who in PARTICIPANTS}
        proofs = self._prove()
        for who in PARTICIPANTS:
            q = self._trio[who].db.q
            q.add_tree_hash(
                [{"level": level, "idx": idx, "hash": value} for (level, idx), value in new[who]]
            )
            for row in notes[who].values():
                q.add_checkpoint(**row)
            self._hear(who, notes)
            self._count_in(who, told, proofs)
            self._hold(who)

    def _move(self) -> None:
        """Go on to the places where it is told next."""
        self._now = {who: self._size(who) for who in PARTICIPANTS}
        self._shift = {who: self._now[who] - self._first[who] for who in PARTICIPANTS}

    def _compose(self) -> dict[Place, _Told]:
        told: dict[Place, _Told] = {}

        def joined(parts: tuple[bytes | Place, ...]) -> bytes:
            return b"".join(one if isinstance(one, bytes) else told[one].cite for one in parts)

        for one in self._said:
            index = one.index + self._shift[one.speaker]
            own = (one.speaker, one.index)
            told[own] = _Told(index, b"", b"", b"", str(index).encode())
            raw = joined(one.raw)
            commitment = base64.encode(commit(Domain.STATEMENT, raw)).encode()
            told[own] = _Told(index, b"", b"", b"", commitment)
            leaf = joined(one.leaf)
            hashed = leaf_hash(leaf)
            cite = b'["%b",%d,"%b"]' % (one.speaker.encode(), index, base64.encode(hashed).encode())
            told[own] = _Told(index, raw, leaf, hashed, cite)
        return told

    def _grow(self, told: dict[Place, _Told]) -> dict[str, list[tuple[tuple[int, int], bytes]]]:
        leaves: dict[str, list[bytes]] = defaultdict(list)
        for (speaker, _), one in told.items():
            leaves[speaker].append(one.hash)
        new = {}
        for who in PARTICIPANTS:
            new[who] = append_hashes(self._now[who], leaves[who], self._trees[who])
            self._trees[who].append(leaves[who])
        return new

    def _sign(self, who: str) -> dict[int, dict[str, Any]]:
        """Return the checkpoints of one log, by the sizes that they had the first time."""
        key = self._trio[who].keys.checkpoint
        found = {}
        for row in self._rows(
            who,
            "SELECT size, issued FROM checkpoint WHERE size > ? AND size <= ? ORDER BY size",
            self._first[who],
            self._first[who] + self.count[who],
        ):
            size = row["size"] + self._shift[who]
            head = root(size, self._trees[who])
            at = int(instant.to_datetime(row["issued"]).timestamp())
            note = sign_checkpoint(Checkpoint(key.name, size, head), key, at)
            found[row["size"]] = {
                "size": size, "root": head, "note": note, "issued": row["issued"]
            }  # fmt: skip
        return found

    def _prove(self) -> dict[tuple[str, int], dict[int, list[bytes]]]:
        """Return inclusion proofs by speaker and size, then by index, as they were first."""
        wanted: dict[tuple[str, int], set[int]] = defaultdict(set)
        for who in PARTICIPANTS:
            for row in self._statements[who]:
                if row["size"] is not None:
                    wanted[row["speaker"], row["size"]].add(row["idx"])
        found = {}
        for (speaker, size), indices in wanted.items():
            shift, order = self._shift[speaker], sorted(indices)
            proofs = inclusion_proofs(
                [index + shift for index in order], size + shift, self._trees[speaker]
            )
            found[speaker, size] = dict(zip(order, proofs, strict=True))
        return found

    # What each node writes.

    def _hear(self, who: str, notes: dict[str, dict[int, dict[str, Any]]]) -> None:
        for speaker in PARTICIPANTS:
            if speaker == who:
                continue
            shift, tree = self._shift[speaker], self._trees[speaker]
            last = self._first[speaker] + self.count[speaker]
            for row in self._rows(
                who,
                "SELECT size, old, note FROM seen WHERE speaker = ? AND size > ? AND size <= ?",
                speaker,
                self._first[speaker],
                last,
            ):
                old, size = row["old"] + shift, row["size"] + shift
                self._trio[who].db.q.add_seen(
                    speaker=speaker,
                    size=size,
                    old=old,
                    root=root(size, tree),
                    proof=b"".join(consistency_proof(old, size, tree)),
                    note=None if row["note"] is None else notes[speaker][row["size"]]["note"],
                )

    def _count_in(
        self,
        who: str,
        told: dict[Place, _Told],
        proofs: dict[tuple[str, int], dict[int, list[bytes]]],
    ) -> None:
        q = self._trio[who].db.q
        rows = []
        for position, row in enumerate(self._statements[who], q.last_position() + 1):
            speaker, size = row["speaker"], row["size"]
            one = told[speaker, row["idx"]]
            rows.append(
                {
                    "position": position,
                    "speaker": speaker,
                    "idx": one.index,
                    "kind": row["kind"],
                    "issued": row["issued"],
                    "leaf_hash": one.hash,
                    "leaf": one.leaf,
                    "raw": one.raw,
                    "size": None if size is None else size + self._shift[speaker],
                    "proof": None if size is None else b"".join(proofs[speaker, size][row["idx"]]),
                }
            )
        q.append_statements(rows)
        cited, lives = self._projected[who]
        q.add_cited(
            [
                {**row, **dict(zip(("to_speaker", "to_idx"), self._at(row["to_speaker"],
                 row["to_idx"]), strict=True)), "idx": row["idx"] + self._shift[row["speaker"]]}
                for row in cited
            ]
        )  # fmt: skip
        for row in lives:
            q.set_life(**{**row, "idx": row["idx"] + self._shift[row["speaker"]]})

    def _hold(self, who: str) -> None:
        engine = self._trio[who]
        first = engine.db.q.last_slot() + 1
        holdings, items = self._holdings[who], self._items[who]
        keys = engine.vault.new_keys(first, len(holdings))
        sealed, rows = [], []
        for slot, (key, row, (item, data)) in enumerate(
            zip(keys, holdings, items, strict=True), first
        ):
            speaker, index = self._at(row["report_speaker"], row["report_idx"])
            grant = self._at(row["grant_speaker"], row["grant_idx"])
            sealed.append(
                {"speaker": speaker, "idx": index, "digest": row["ciphertext"], "data": data}
            )
            rows.append(
                {
                    **row,
                    "slot": slot,
                    "report_idx": index,
                    "grant_idx": grant[1],
                    "wrapped": wrap(key, item, _context(row["portion"], grant)),
                }
            )
        engine.db.q.add_ciphertexts(sealed)
        engine.db.q.add_holdings(rows)

    # What it is taken from.

    @property
    def _projected(self) -> dict[str, tuple[list[Row], list[Row]]]:
        if not hasattr(self, "_projections"):
            self._projections = {who: self._project(who) for who in PARTICIPANTS}
        return self._projections

    def _project(self, who: str) -> tuple[list[Row], list[Row]]:
        cited: list[Row] = []
        lives: list[Row] = []
        for speaker in PARTICIPANTS:
            ends = (speaker, self._first[speaker], self._first[speaker] + self.count[speaker])
            where = "speaker = ? AND idx >= ? AND idx < ?"
            cited += self._rows(who, f"SELECT * FROM cited WHERE {where}", *ends)
            lives += self._rows(who, f"SELECT * FROM life WHERE {where}", *ends)
        return cited, lives

    def _at(self, speaker: str, index: int) -> Place:
        """Return where a place of the batch is told again; any other stays what it is."""
        inside = speaker in self._first and index >= self._first[speaker]
        return (speaker, index + self._shift[speaker]) if inside else (speaker, index)

    def _torn(self, row: Row) -> _Said:
        own = (row["speaker"], row["idx"])
        raw, leaf = row["raw"], row["leaf"]
        commitment = base64.encode(commit(Domain.STATEMENT, raw)).encode()
        return _Said(
            *own,
            row["kind"],
            row["issued"],
            self._tear(raw, b'"index":', str(row["idx"]).encode(), b',"issued":', own),
            self._tear(leaf, b'"commitment":"', commitment, b'"', own),
        )

    def _tear(
        self, data: bytes, before: bytes, what: bytes, after: bytes, own: Place
    ) -> tuple[bytes | Place, ...]:
        if data.count(before + what + after) != 1:
            raise AssertionError(f"{before + what + after!r} stands not once in {data!r}")
        head, _, tail = data.partition(before + what + after)
        return (*self._cites(head + before), own, *self._cites(after + tail))

    def _cites(self, data: bytes) -> Iterator[bytes | Place]:
        begun = 0
        for found in _CITE.finditer(data):
            place = (found[1].decode(), int(found[2]))
            if place[1] >= self._first[place[0]]:
                yield data[begun : found.start()]
                yield place
                begun = found.end()
        yield data[begun:]

    def _opened(self, who: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield what each holding wraps, and its ciphertext."""
        engine = self._trio[who]
        for row in self._holdings[who]:
            key = engine.vault.key(row["slot"])
            assert key is not None
            grant = (row["grant_speaker"], row["grant_idx"])
            data = engine.db.q.ciphertext_of(
                speaker=row["report_speaker"], idx=row["report_idx"], digest=row["ciphertext"]
            )
            yield unwrap(key, row["wrapped"], _context(row["portion"], grant)), data

    def _leaves(self, who: str) -> Iterator[bytes]:
        for row in self._trio[who].db._connection.execute(  # noqa: SLF001
            "SELECT leaf_hash FROM statement WHERE speaker = ? ORDER BY idx", (who,)
        ):
            yield row["leaf_hash"]

    def _rows(self, who: str, sql: str, *given: object) -> list[Row]:
        return list(self._trio[who].db._connection.execute(sql, given))  # noqa: SLF001

    def _size(self, who: str) -> int:
        found: int = self._trio[who].db.q.size_of(speaker=who)
        return found
