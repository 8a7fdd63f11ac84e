"""The sequencer: what one participant says, in one order, on disk before anybody hears of it.

Everything that writes is an *act*: a function that runs inside the group's transaction, checks
what it must and calls `log` for each statement. A group of acts is committed together: one
transaction, one sync, one checkpoint with one pair of signatures. An act that fails is rolled back
alone; the others of its group go on. A group that cannot be committed leaves nothing behind.

    with transaction:
        act, act, act …          each may log statements, whose place is known at once
        tree hashes, checkpoint  over all of them
        vault.flush()            keys on disk before the rows that rely on them
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from trilogue.encoding import instant
from trilogue.encoding.digest import SIZE
from trilogue.errors import NotFoundError, UnavailableError
from trilogue.node.books import Books, Kept
from trilogue.node.keystore import WorkingKeys
from trilogue.node.vault import Vault
from trilogue.protocol.bodies import Body, RelayBody
from trilogue.protocol.passage import address
from trilogue.protocol.statement import Composed, Kind, Statement, compose
from trilogue.protocol.voice import Heard
from trilogue.store.database import Database
from trilogue.store.projection import fold
from trilogue.tlog.checkpoint import Checkpoint, sign_checkpoint
from trilogue.tlog.tree import HashReader, Overlay, Subtree, append_hashes, root

__all__ = ["Done", "Group", "Sequencer", "StoredHashes"]

T = TypeVar("T")

HASHES_AT_HAND = 16_384
"""What eight thousand reports bring into being, and three megabytes."""


class StoredHashes(HashReader):
    """The own log's subtree hashes, read from the store; the newest are at hand."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._newest: dict[Subtree, bytes] = {}

    def read_many(self, subtrees: Sequence[Subtree]) -> list[bytes]:
        """Return hashes of complete subtrees; raise `NotFoundError`."""
        known = self._newest.get
        found = [known(subtree) for subtree in subtrees]
        if None in found:
            found = self._completed(subtrees, found)
        return found  # type: ignore[return-value]

    def stored(self, new: Iterable[tuple[Subtree, bytes]]) -> None:
        """Have at hand what was just stored for good: the proofs that leave next are made of it."""
        if len(self._newest) > HASHES_AT_HAND:
            self._newest.clear()
        self._newest.update(new)

    def _completed(
        self, subtrees: Sequence[Subtree], found: list[bytes | None]
    ) -> list[bytes | None]:
        """Read what is not at hand: what stands in a row, as in a tile, at once."""
        for first, last in _rows(subtrees):
            if None not in found[first : last + 1]:
                continue
            level, start = subtrees[first]
            rows = self._db.q.tree_hashes(level=level, first=start, last=start + last - first)
            values = {row["idx"]: row["hash"] for row in rows}
            for place in range(first, last + 1):
                index = start + place - first
                if index not in values:
                    raise NotFoundError(f"the log has no complete subtree {level}/{index}")
                found[place] = values[index]
        return found


def _rows(subtrees: Sequence[Subtree]) -> Iterator[tuple[int, int]]:
    """Yield first and last place of what stands side by side in one level."""
    first = 0
    for place, (level, index) in enumerate(subtrees):
        if place + 1 == len(subtrees) or subtrees[place + 1] != (level, index + 1):
            yield first, place
            first = place + 1


@dataclass(frozen=True)
class Done(Generic[T]):
    """What became of one act: a value, or the error that rolled it back."""

    value: T | None
    error: Exception | None

    def result(self) -> T:
        """Return the value or raise the error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]


class Group(NamedTuple):
    """A group that was committed."""

    done: list[Done[Any]]
    position: int
    """The newest statement that counts here."""
    forks: list[str]
    hurried: set[str]
    """Neighbours whose outbox should be looked at now."""


class Sequencer:
    """The one writer of a participant's log. Not safe for two threads: its node sees to that."""

    def __init__(self, db: Database, vault: Vault, books: Books, clock: Callable[[], str]) -> None:
        self._db = db
        self._vault = vault
        self._books = books
        self._clock = clock
        self._staged: list[Composed] = []
        self._wrote = False
        self._next = 0
        self._position = 0
        self.halted: str = ""
        """Why nothing can be logged, or empty. A node that cannot log refuses to act."""
        self.held_back = ""
        """Why nothing may be logged yet, or empty: see `trilogue.node.restored`."""
        self._rolled_back = ""
        self.on_undone: Callable[[], None] = lambda: None
        """Called when acts were rolled back: whoever keeps something of them forgets it."""
        self.hashes = StoredHashes(db)
        self.hurried: set[str] = set()
        """Neighbours for whom something was logged that should not linger in the outbox."""

    def heed_size(self, neighbour: str, size: int) -> None:
        """Stop for good when a neighbour has seen more of this log than there is.

        The store then came back from an older copy. Whatever would be logged now would stand where
        other statements stood, and fork the log.
        """
        have: int = self._db.q.size_of(speaker=self._books.me)
        if size > have:
            self._stop(
                f"{neighbour} has seen {size} statements of this log, which holds {have}:"
                " the store is an older copy"
            )

    def heed_contradiction(self, neighbour: str, size: int) -> None:
        """Stop for good when this log does not go on from what a neighbour has seen of it.

        The store came back from an older copy and went on from there while nobody could say so.
        What was logged since then must not leave this node: it would be a fork.
        """
        self._stop(
            f"{neighbour} has seen {size} statements of this log, and others than stand here:"
            " the store is an older copy that went on"
        )

    def _stop(self, why: str) -> None:
        self._rolled_back = self._rolled_back or why
        self.halted = self._rolled_back

    def commit(self, acts: Sequence[Callable[[], T]], keys: WorkingKeys) -> list[Done[T]]:
        """Run acts in one group; on return, what succeeded is on disk and signed for.

        `keys` sign the checkpoint. Raises `UnavailableError` when the group as a whole cannot be
        written: then none of the acts happened.
        """
        if self._db.damage:
            raise UnavailableError(self._db.damage, hint="restore it from a backup")
        if self._rolled_back:
            raise UnavailableError(
                self._rolled_back, hint="restore the newest store, or found the node anew"
            )
        if self.held_back:
            raise UnavailableError(
                self.held_back, hint="bring it up and keep it up: it asks them by itself"
            )
        self._staged, self._wrote = [], False
        self._next = self._db.q.size_of(speaker=self._books.me)
        self._position = self._db.q.last_position()
        new: list[tuple[Subtree, bytes]] = []
        try:
            with self._db.transaction():
                done = [self._attempt(act) for act in acts]
                if self._staged:
                    new = self._close_group(keys)
                self._vault.flush()
        except BaseException as error:
            self._books.forget()
            self.on_undone()
            if isinstance(error, UnavailableError):
                self.halted = error.message
            raise
        self.hashes.stored(new)
        if self._wrote or self._staged:  # a group that wrote nothing says nothing about the disk
            self.halted = self._rolled_back
        return done

    @property
    def stale(self) -> str:
        """Why what stands here may be older than what was said since, or empty.

        What was withdrawn since would still open: nothing of it is served.
        """
        return self._rolled_back or self.held_back

    @property
    def said(self) -> Sequence[Composed]:
        """What the last group that was committed said."""
        return self._staged

    def log(self, kind: Kind, body: Body) -> Composed:
        """Say something: compose the statement for the next place in the log, and store it.

        Only inside an act. The statement is addressed by what it says; `PassageError` when
        somebody whom it concerns cannot be reached.
        """
        (composed,) = self.log_all(kind, (body,))
        return composed

    def log_all(self, kind: Kind, bodies: Iterable[Body]) -> list[Composed]:
        """Say several things of a kind, one after the other, as `log` does."""
        arrangement = self._books.arrangement_or_none()
        addressing = self._books.addressing()
        issued = self._clock()
        bodies = tuple(bodies)
        salts = secrets.token_bytes(SIZE * len(bodies))
        said = [
            compose(
                speaker=self._books.me,
                index=self._next + place,
                arrangement="" if arrangement is None else arrangement.digest_text,
                issued=issued,
                salt=salts[SIZE * place : SIZE * (place + 1)],
                kind=kind,
                address=address(kind, self._books.me, body, addressing),
                body=body,
            )
            for place, body in enumerate(bodies)
        ]
        self._staged += said
        self._next += len(said)
        self.keep(said)
        self._db.q.add_outbox(
            [
                {"peer": peer, "idx": one.statement.index}
                for one in said
                for peer in one.statement.to
            ]
        )
        self.hurried.update(
            peer for one in said if self._hurries(one.statement) for peer in one.statement.to
        )
        return said

    def _hurries(self, statement: Statement) -> bool:
        """Whether anybody waits for a statement: nobody does for receipts, relayed or not."""
        if statement.kind != "relay":
            return statement.kind != "receipt"
        carried = (self._books.statement(i.statement) for i in statement.says(RelayBody).items)
        return any(one is None or one.kind != "receipt" for one in carried)

    def keep(self, said: Sequence[Composed | Heard]) -> None:
        """Store statements that count, own or heard, and fold what follows from them."""
        rows = []
        for position, one in enumerate(said, self._position + 1):
            statement = one.statement
            size, proof = (one.size, one.proof) if isinstance(one, Heard) else (None, ())
            rows.append(
                {
                    "position": position,
                    "speaker": statement.speaker,
                    "idx": statement.index,
                    "kind": statement.kind,
                    "issued": statement.issued,
                    "leaf_hash": one.leaf_hash,
                    "leaf": one.leaf,
                    "raw": one.raw,
                    "size": size,
                    "proof": None if size is None else b"".join(proof),
                }
            )
            self._books.keep(Kept(statement, one.cite, one.raw, size, proof))
        self._position += len(rows)
        self._db.q.append_statements(rows)
        for one in said:
            fold(self._db, one.statement)
            self._books.heed(one.statement)

    def _attempt(self, act: Callable[[], T]) -> Done[T]:
        staged, following, position = len(self._staged), self._next, self._position
        changes = self._db.changes
        try:
            with self._db.savepoint():
                done = Done(act(), None)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - handed to whoever asked for the act
            del self._staged[staged:]
            self._next, self._position = following, position
            self._books.forget()
            self.on_undone()
            return Done(None, error)
        self._wrote = self._wrote or self._db.changes != changes
        return done

    def _close_group(self, keys: WorkingKeys) -> list[tuple[Subtree, bytes]]:
        """Sign for what was said; return the subtrees that it brought into being."""
        start = self._staged[0].statement.index
        new = append_hashes(start, [one.leaf_hash for one in self._staged], self.hashes)
        self._db.q.add_tree_hash(
            [{"level": level, "idx": index, "hash": value} for (level, index), value in new]
        )
        head = root(self._next, Overlay(self.hashes, dict(new)))
        issued = self._clock()
        note = sign_checkpoint(
            Checkpoint(keys.checkpoint.name, self._next, head),
            keys.checkpoint,
            int(instant.to_datetime(issued).timestamp()),
        )
        self._db.q.add_checkpoint(size=self._next, root=head, note=note, issued=issued)
        return new
