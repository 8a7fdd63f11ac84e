"""Witnessing: neighbours cosign each other's checkpoints (C2SP tlog-witness), over their channel.

The side that asks and the side that answers, without the network. What a witness cosigned last is
stored in the same transaction, before the cosignature leaves.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from trilogue.encoding import instant
from trilogue.errors import FormatError, SignatureError
from trilogue.node.books import Books
from trilogue.node.keystore import WorkingKeys
from trilogue.node.sequencer import Sequencer
from trilogue.signing.keys import PublicKey
from trilogue.store.database import Database
from trilogue.tlog.checkpoint import parse_checkpoint
from trilogue.tlog.cosignature import verify_cosignatures
from trilogue.tlog.tree import consistency_proof
from trilogue.tlog.witness import (
    WitnessAnswer,
    answer,
    format_add_checkpoint,
    parse_add_checkpoint,
    refuse,
)

__all__ = ["Witnessing"]

_SIZE = re.compile(r"[0-9]{1,16}\n?", re.ASCII)
"""How far a witness is, as it says in a 409; no log is longer than 2**53 entries."""


class Witnessing:
    """Both sides of cosigning for one node. Methods run in the sequencer's thread."""

    def __init__(
        self,
        db: Database,
        books: Books,
        sequencer: Sequencer,
        keys: Callable[[], WorkingKeys],
        clock: Callable[[], str],
    ) -> None:
        self._db = db
        self._books = books
        self._sequencer = sequencer
        self._keys = keys
        self._clock = clock
        self._old: dict[str, int] = {}
        self._asked: dict[str, int] = {}
        self._met: set[str] = set()
        """Who has answered since this process began."""

    def answer(self, body: bytes) -> WitnessAnswer:
        """Answer a neighbour's add-checkpoint. An act of the sequencer."""
        try:
            request = parse_add_checkpoint(body)
        except FormatError as error:
            return refuse(error)
        at = self._clock()
        origin = request.checkpoint.origin
        result = answer(
            request,
            self._latest(origin),
            self._publics(at),
            self._keys().checkpoint,
            int(instant.to_datetime(at).timestamp()),
        )
        if result.new_latest is not None:
            size, root = result.new_latest
            self._db.q.set_cosigned(origin=origin, size=size, root=root)
        return result

    def _latest(self, origin: str) -> tuple[int, bytes] | None:
        """Return the newest checkpoint of a log that is known here: cosigned, or heard of.

        What a neighbour delivered is proven as well. To cosign what contradicts it would be to
        help fork a log.
        """
        row = self._db.q.cosigned_of(origin=origin)
        known = [] if row is None else [(row["size"], row["root"])]
        arrangement = self._books.addressing()
        for name in arrangement.neighbours(self._books.me):
            if arrangement.participant(name).log == origin:
                seen = self._books.seen(name)
                known += [] if seen is None else [seen]
        return max(known, default=None)

    def saw(self, witness: str, size: int) -> None:
        """Note how far a witness has seen this log, as it acknowledged."""
        self._old[witness] = max(size, self._old.get(witness, 0))

    def question(self, witness: str) -> tuple[int, str] | None:
        """Return the size and the body with which to ask a witness, or None when it has it all."""
        checkpoint = self._db.q.last_checkpoint()
        if checkpoint is None:
            return None
        size: int = checkpoint["size"]
        # Once after every start it is asked in any case: it tells whether this store is an older
        # copy, which knows nothing of what was said since.
        if witness in self._met and self._db.q.last_cosigned(witness=witness) >= size:
            return None
        old = min(self._old.get(witness, self._db.q.last_cosigned(witness=witness)), size)
        self._asked[witness] = old
        proof = consistency_proof(old, size, self._sequencer.hashes) if 0 < old < size else []
        return size, format_add_checkpoint(old, proof, checkpoint["note"])

    def heard(self, witness: str, size: int, status: int, body: str) -> bool:
        """Take a witness's answer; return whether it cosigned. An act of the sequencer.

        A 409 says how far the witness is: the next question starts there. A 422, or a
        409 that names the very size that was asked from, says that it has seen another log.
        """
        if status in (200, 409, 422):
            self._met.add(witness)
        asked = self._asked.get(witness, 0)
        if status == 422 or (status == 409 and asked == size and body.strip() == str(size)):
            self._sequencer.heed_contradiction(witness, asked)
            return False
        if status == 409 and _SIZE.fullmatch(body):
            self._old[witness] = int(body)
            self._sequencer.heed_size(witness, self._old[witness])
            return False
        if status != 200:
            return False
        row = self._db.q.checkpoint_at(size=size)
        checkpoint = parse_checkpoint(row["note"]).checkpoint
        public = self._public(witness, self._clock())
        if public is None or public.name not in verify_cosignatures(checkpoint, body, [public]):
            return False
        self.saw(witness, size)
        self._db.q.add_cosignature(size=size, witness=witness, lines=body)
        return True

    def _publics(self, at: str) -> dict[str, PublicKey]:
        publics = {}
        for neighbour in self._books.addressing().neighbours(self._books.me):
            public = self._public(neighbour, at)
            if public is not None:
                publics[public.name] = public
        return publics

    def _public(self, participant: str, at: str) -> PublicKey | None:
        try:
            return PublicKey.parse(self._books.keys_of(participant, at).checkpoint)
        except SignatureError:
            return None
