"""Sending: from the outbox of one neighbour to a delivery, and from its answer back to the outbox.

A row of the outbox is one own statement. Its delivery carries what the statement needs to count
there: the reports a grant cites, what a relay carries (verbatim, with the originator's proofs), and
the boxes and ciphertexts that a grant names. Delivery is at least once; taking it in is idempotent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from trilogue.consent.acts import GrantBody
from trilogue.encoding import canonical
from trilogue.encoding.digest import SIZE
from trilogue.errors import NotFoundError
from trilogue.node.books import Books, Kept
from trilogue.node.holdings import Holdings
from trilogue.node.sequencer import Sequencer
from trilogue.protocol.bodies import RelayBody
from trilogue.protocol.delivery import MAX_CONTENT, Ack, Delivery, Spoken, Step, Voice
from trilogue.protocol.statement import Statement
from trilogue.reports.cite import Cite
from trilogue.store.database import Database
from trilogue.tlog.tree import consistency_proof, inclusion_proofs

__all__ = ["MOST_BYTES", "Outgoing", "Sending"]

MOST_ROWS = 128
MOST_STEPS = 2048
"""Steps along another's log in one voice: each carries a proof of some twenty hashes."""
MOST_BYTES = MAX_CONTENT
"""A delivery of several statements stops growing here; a single one goes whatever its size."""


@dataclass(frozen=True)
class Outgoing:
    """One delivery, and the own statements of the outbox that it carries with their burden."""

    peer: str
    data: bytes
    rows: dict[int, tuple[tuple[str, int], ...]]
    """Own index -> (speaker, index) of everything that must count before it is delivered."""
    full: bool
    """Whether more may wait than went into it."""


@dataclass
class _Load:
    """What a delivery grows from."""

    own: dict[int, bytes] = field(default_factory=dict)
    carried: dict[tuple[str, int], Kept] = field(default_factory=dict)
    boxes: dict[str, bytes] = field(default_factory=dict)
    ciphertexts: dict[str, bytes] = field(default_factory=dict)
    size: int = 0

    def add(self, other: _Load) -> None:
        """Take in what another statement needs; what both need goes once."""
        self.own |= other.own
        self.carried |= other.carried
        self.boxes |= other.boxes
        self.ciphertexts |= other.ciphertexts
        self.size += other.size


class Sending:
    """The sender's side of every channel of one node."""

    def __init__(
        self, db: Database, books: Books, sequencer: Sequencer, holdings: Holdings
    ) -> None:
        self._db = db
        self._books = books
        self._sequencer = sequencer
        self._holdings = holdings
        self._peer_saw: dict[tuple[str, str], int] = {}
        self._tried: dict[str, int] = {}
        self._answered: dict[tuple[str, int], str | None] = {}

    def outgoing(self, peer: str, most_bytes: int | None = None) -> Outgoing | None:
        """Return the next delivery to a neighbour, or None when nothing waits or nothing may go.

        When the arrangement makes delivery wait for cosignatures, only what a cosigned checkpoint
        covers goes.
        """
        most_bytes = most_bytes or MOST_BYTES
        load = _Load()
        rows: dict[int, tuple[tuple[str, int], ...]] = {}
        full = False
        for index in self._waiting(peer):
            one = _Load()
            burden = self._load(index, peer, one)
            full = len(rows) == MOST_ROWS or (bool(rows) and load.size + one.size > most_bytes)
            if full:
                break
            load.add(one)
            rows[index] = burden
        if not rows:
            return None
        behind = self._behind(load, peer)
        if behind:
            # Too far for one delivery: the neighbour's view is moved on first.
            load, rows, voices = _Load(), {}, behind
        else:
            carried = self._carried_voices(load.carried.values(), peer)
            voices = [*carried, self._own_voice(load, peer)]
        delivery = Delivery(
            v=1,
            sender=self._books.me,
            voices=tuple(voices),
            ciphertexts=tuple(load.ciphertexts.values()),
            boxes=tuple(load.boxes.values()),
        )
        return Outgoing(
            peer=peer, data=canonical.encode(delivery, counted=True), rows=rows, full=full
        )

    def acknowledge(self, outgoing: Outgoing, ack: Ack) -> bool:
        """Inside an act: take the answer to a delivery into the outbox; say what `heed` says."""
        moved = self.heed(outgoing, ack)
        self.forget(self.settle())
        return moved

    def heed(self, outgoing: Outgoing, ack: Ack) -> bool:
        """Note the answer to a delivery. What is delivered is not sent again.

        The outbox itself hears of it when the next group settles: an answer needs no commit of
        its own, and were it lost in a crash, the delivery would go once more and change nothing.

        Returns whether it is worth sending again at once: something was taken in, or the answer
        told how far the neighbour has seen a log, so that the next delivery can begin there.
        """
        sizes = {(outgoing.peer, seen.speaker): seen.size for seen in ack.seen}
        news = any(self._peer_saw.get(place) != size for place, size in sizes.items())
        self._peer_saw.update(sizes)
        for seen in ack.seen:
            if seen.speaker == self._books.me:
                self._sequencer.heed_size(outgoing.peer, seen.size)
        outcomes = {(outcome.speaker, outcome.index): outcome for outcome in ack.outcomes}
        moved = False
        for index, burden in outgoing.rows.items():
            found = [outcomes.get(place) for place in ((self._books.me, index), *burden)]
            if any(
                outcome is None or (outcome.step is not None and outcome.again) for outcome in found
            ):
                continue
            moved = True
            failed = [o for o in found if o is not None and o.step is not None]
            self._answered[outgoing.peer, index] = (
                "; ".join(f"step {o.step}: {o.speaker} {o.index}: {o.reason}" for o in failed)
                if failed
                else None
            )
        if not moved and not news and outgoing.rows:
            # Nothing of it could be taken in yet: what waits behind it gets its turn.
            self._tried[outgoing.peer] = max(outgoing.rows)
        return moved or news

    @property
    def unsettled(self) -> bool:
        """Whether answers were noted that the outbox has not heard of."""
        return bool(self._answered)

    def done_with(self, outgoing: Outgoing) -> bool:
        """Whether everything of a delivery was answered for good, and nothing more was waiting.

        One that carried no rows moved the neighbour's view on, so that what waits can go now.
        """
        answered = [(outgoing.peer, index) in self._answered for index in outgoing.rows]
        return bool(answered) and all(answered) and not outgoing.full

    def settle(self) -> dict[tuple[str, int], str | None]:
        """Inside an act: have the outbox hear of the answers; return them, to be forgotten then."""
        for (peer, index), reason in self._answered.items():
            if reason is not None:
                self._db.q.fail_outbox(peer=peer, idx=index, reason=reason)
            else:
                self._db.q.sent(peer=peer, idx=index)
                self._drop_boxes(index)
        return dict(self._answered)

    def forget(self, settled: Iterable[tuple[str, int]]) -> None:
        """Forget answers that are on disk."""
        for place in settled:
            self._answered.pop(place, None)

    def passing_on(self, grant: tuple[str, int]) -> bool:
        """Whether a box of the grant waits here to be delivered."""
        cite = self._books.cite(*grant)
        statement = None if cite is None else self._books.statement(cite)
        return statement is not None and any(
            self._db.q.box_of(digest=box.digest) is not None
            for box in statement.says(GrantBody).boxes
        )

    # What goes in.

    def _waiting(self, peer: str) -> Iterator[int]:
        """Go through the own statements that may go now; keys and arrangement come first.

        New keys sign the checkpoint under which everything goes, old statements too: a neighbour
        that has not heard of them could verify nothing. What is said about the arrangement must
        not overtake itself, whatever else is passed over because it has to wait.
        """
        limit, after = self._deliverable(), self._tried.pop(peer, -1)
        # One more than may go, so that it shows whether more is waiting.
        most = MOST_ROWS + 1 + len(self._answered)
        waiting = self._db.q.waiting_for(peer=peer, after=after, most=most).fetchall()
        if not waiting and after < 0:
            return
        waiting_first = self._db.q.waiting_first(speaker=self._books.me, peer=peer)
        first = [
            row["idx"]
            for row in waiting_first
            if row["idx"] < limit and (peer, row["idx"]) not in self._answered
        ]
        yield from first
        for row in waiting:
            index = row["idx"]
            if index < limit and index not in first and (peer, index) not in self._answered:
                yield index

    def _load(self, index: int, peer: str, load: _Load) -> tuple[tuple[str, int], ...]:
        me = self._books.me
        statement = self._own(index, load)
        burden: list[tuple[str, int]] = []
        if statement.kind == "grant":
            burden += [
                (me, cite.index) for cite in self._load_grant(statement, self._via(peer), load)
            ]
        elif statement.kind == "relay":
            body = statement.says(RelayBody)
            if body.recipient == peer:
                for item in body.items:
                    cite = item.statement
                    if cite.speaker == me:
                        carried = self._own(cite.index, load)
                    else:
                        carried = self._carry(cite, load)
                    burden.append((cite.speaker, cite.index))
                    if carried.kind == "grant" and peer in carried.for_:
                        self._load_grant(carried, (peer,), load)
        return tuple(burden)

    def _load_grant(
        self, statement: Statement, recipients: tuple[str, ...], load: _Load
    ) -> tuple[Cite, ...]:
        """Add what a grant names for the recipients: its reports, boxes and ciphertexts."""
        grant = statement.says(GrantBody)
        for box in grant.boxes:
            data = self._db.q.box_of(digest=box.digest)
            if data is not None and box.participant in recipients:
                load.boxes[box.digest] = data
                load.size += len(data)
        reports = []
        for item in grant.items:
            if item.report.speaker == self._books.me:
                self._own(item.report.index, load)
                reports.append(item.report)
            for portion in item.portions:
                sealed = self._holdings.sealed(item.report, portion)
                if sealed is not None and sealed[0] not in load.ciphertexts:
                    load.ciphertexts[sealed[0]] = sealed[1]
                    load.size += len(sealed[1])
        return tuple(reports)

    def _via(self, peer: str) -> tuple[str, ...]:
        """Return whom own statements reach by way of a neighbour: itself, and those behind it."""
        arrangement, me = self._books.addressing(), self._books.me
        if peer != arrangement.hub:
            return (peer,)
        behind = (p for p in arrangement.neighbours(peer) if p != me)
        return (peer, *(p for p in behind if p not in arrangement.neighbours(me)))

    def _own(self, index: int, load: _Load) -> Statement:
        kept = self._kept(self._books.me, index)
        if index not in load.own:
            load.own[index] = kept.raw
            load.size += len(kept.raw)
        return kept.statement

    def _carry(self, cite: Cite, load: _Load) -> Statement:
        place = (cite.speaker, cite.index)
        if place not in load.carried:
            kept = load.carried[place] = self._kept(*place)
            load.size += len(kept.raw) + SIZE * len(kept.proof)
        return load.carried[place].statement

    def _kept(self, speaker: str, index: int) -> Kept:
        kept = self._books.kept(speaker, index)
        if kept is None:
            raise NotFoundError(f"statement {speaker} {index}, which is to be sent, is not here")
        return kept

    # Voices.

    def _own_voice(self, load: _Load, peer: str) -> Voice:
        checkpoint = self._db.q.last_checkpoint()
        quorum = self._books.addressing().text.quorum
        if quorum.delivery_waits and quorum.cosignatures:
            checkpoint = self._db.q.checkpoint_at(size=self._deliverable())
        size = checkpoint["size"]
        old = min(self._peer_saw.get((peer, self._books.me), 0), size)
        steps: tuple[Step, ...] = ()
        if old < size:
            proof = consistency_proof(old, size, self._sequencer.hashes) if old else []
            steps = (Step(size=size, root=checkpoint["root"], proof=tuple(proof)),)
        indices = sorted(load.own)
        proofs = inclusion_proofs(indices, size, self._sequencer.hashes)
        return Voice(
            speaker=self._books.me,
            note=checkpoint["note"],
            old=old,
            steps=steps,
            statements=tuple(
                Spoken(raw=load.own[index], proof=tuple(proof))
                for index, proof in zip(indices, proofs, strict=True)
            ),
        )

    def _carried_voices(self, carried: Iterable[Kept], peer: str) -> Iterable[Voice]:
        by_checkpoint: dict[tuple[str, int], list[Kept]] = defaultdict(list)
        for one in carried:
            if one.size is not None:
                by_checkpoint[one.cite.speaker, one.size].append(one)
        reached: dict[str, int] = {}
        for (speaker, size), said in sorted(by_checkpoint.items()):
            # Nothing is known after a start: that it has seen all of this is the cheapest guess,
            # and its answer tells how far it is.
            old = reached.get(speaker, self._peer_saw.get((peer, speaker), size))
            reached[speaker] = max(old, size)
            yield Voice(
                speaker=speaker,
                note=self._db.q.seen_at(speaker=speaker, size=size)["note"],
                old=old,
                steps=self._steps(speaker, old, size),
                statements=tuple(
                    Spoken(raw=one.raw, proof=one.proof)
                    for one in sorted(said, key=lambda one: one.cite.index)
                ),
            )

    def _behind(self, load: _Load, peer: str) -> list[Voice]:
        """Return voices that only move a neighbour on, where it is too far behind for this load.

        Of a log of which it has seen little there may be more steps than a delivery holds.
        """
        voices = []
        goals: dict[str, int] = {}
        for one in load.carried.values():
            speaker = one.cite.speaker
            goals[speaker] = max(goals.get(speaker, 0), one.size or 0)
        for speaker, goal in sorted(goals.items()):
            old = self._peer_saw.get((peer, speaker), goal)
            row = self._db.q.seen_far(speaker=speaker, size=old, last=goal, far=MOST_STEPS)
            if row is None:
                continue
            voices.append(
                Voice(
                    speaker=speaker,
                    note=row["note"],
                    old=old,
                    steps=self._steps(speaker, old, row["size"]),
                    statements=(),
                )
            )
        return voices

    def _steps(self, speaker: str, old: int, size: int) -> tuple[Step, ...]:
        return tuple(
            Step(size=row["size"], root=row["root"], proof=_hashes(row["proof"]))
            for row in self._db.q.seen_after(speaker=speaker, size=old, last=size)
        )

    # Limits.

    def _deliverable(self) -> int:
        """Return how far of the own log may be delivered now."""
        quorum = self._books.addressing().text.quorum
        if quorum.delivery_waits and quorum.cosignatures:
            row = self._db.q.cosigned_size(quorum=quorum.cosignatures)
            return 0 if row is None else row["size"]
        row = self._db.q.last_checkpoint()
        return 0 if row is None else row["size"]

    def _drop_boxes(self, index: int) -> None:
        """Delete the boxes of a delivered grant that nothing else in the outbox still needs."""
        statement = self._kept(self._books.me, index).statement
        if statement.kind == "relay":
            body = statement.says(RelayBody)
            for item in body.items:
                carried = self._books.statement(item.statement)
                if carried is not None and carried.kind == "grant":
                    self._drop_boxes_of(carried, body.recipient)
        elif statement.kind == "grant" and not self._db.q.still_waiting(idx=index):
            self._drop_boxes_of(statement, None)

    def _drop_boxes_of(self, grant: Statement, recipient: str | None) -> None:
        for box in grant.says(GrantBody).boxes:
            if recipient in (None, box.participant):
                self._db.q.drop_box(digest=box.digest)
        self._holdings.passed_on((grant.speaker, grant.index))


def _hashes(data: bytes) -> tuple[bytes, ...]:
    """Split a stored proof into its hashes."""
    return tuple(data[start : start + SIZE] for start in range(0, len(data), SIZE))
