"""The engine: one participant's node without network or threads.

It joins store, vault, keys and books, and offers every act as a method that runs alone in a group
of its own. The service around it (`trilogue.node.service`) gathers acts into larger groups; tests
drive three engines in memory and carry their deliveries by hand. Both run the same code.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from trilogue.arrangement.arrangement import Arrangement
from trilogue.encoding import instant
from trilogue.errors import InputError, NotInForceError, RefusedError, UnavailableError
from trilogue.node.accepting import Accepting
from trilogue.node.authoring import Authored, Authoring, Refused
from trilogue.node.books import Books
from trilogue.node.contents import Contents
from trilogue.node.desk import Desk
from trilogue.node.governing import Governing
from trilogue.node.guarded import check_guarded
from trilogue.node.holdings import Holdings
from trilogue.node.inputs import ReportInput
from trilogue.node.keystore import Keystore, WorkingKeys
from trilogue.node.lineages import Lineages
from trilogue.node.patterning import Patterning
from trilogue.node.picturing import Picturing
from trilogue.node.reading import Reading
from trilogue.node.receiving import Receiving
from trilogue.node.restored import Restored
from trilogue.node.sending import Sending
from trilogue.node.sequencer import Done, Sequencer
from trilogue.node.settings import STORE
from trilogue.node.vault import Vault
from trilogue.protocol.bodies import DestructionBody
from trilogue.protocol.stands import STAND_KINDS
from trilogue.protocol.statement import Composed
from trilogue.store.database import open_database

__all__ = ["Engine", "raise_refused"]

T = TypeVar("T")

MADE_UNTRUE = frozenset({"keys", *STAND_KINDS})
"""Kinds of statements that change what the books have in memory."""
SET_SECONDS = 10.0
"""How far a clock may run back by itself."""
LEAST_KEYS = 3
"""Working keys that are kept in use: boxes may be underway that were sealed to the older ones."""


class Engine:
    """One participant. `directory` holds its vault and keys, and its store unless `store` is given.

    `clock` returns the present `Instant`; the engine does not let it run backwards. `template` is
    the arrangement as it ships: it names participants, origins and pacts before roots are known.
    `reads_only` opens it beside the process that runs the node: nothing can be written.
    """

    def __init__(
        self,
        directory: Path,
        participant: str,
        template: Arrangement,
        clock: Callable[[], str],
        store: str | None = None,
        *,
        reads_only: bool = False,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        check_guarded(directory)
        self.directory = directory
        self.me = participant
        self._clock = clock
        self._latest = ""
        self._position = 0
        self.db = open_database(store or str(directory / STORE))
        try:
            if reads_only:
                self.db.forbid_writing()
            else:
                self.db.lead(f"process {os.getpid()} of {socket.gethostname()}")
            with self.db.reading():
                self._assemble(participant, template, reads_only=reads_only)
                if not reads_only:
                    self.holdings.replay_destructions()
                self._load_keys()
        except BaseException:
            self.db.close()
            raise

    def _assemble(self, participant: str, template: Arrangement, *, reads_only: bool) -> None:
        """Put the parts together, over a store that nobody else writes."""
        directory = self.directory
        self.vault = Vault(directory / "vault.bin", reads_only=reads_only)
        if self.db.shared and not reads_only:
            self.vault.take_over()
        self.keystore = Keystore(
            directory / "keys", participant, template.participant(participant).log
        )
        self.books = Books(self.db, participant, template)
        self.sequencer = Sequencer(self.db, self.vault, self.books, self.now)
        self.holdings = Holdings(self.db, self.vault)
        self.accepting = Accepting(self.db, self.books, self.holdings, [])
        self.receiving = Receiving(self.db, self.books, self.sequencer, self.accepting, self.now)
        self.sending = Sending(self.db, self.books, self.sequencer, self.holdings)
        self.authoring = Authoring(self.books, self.sequencer, self.holdings, self.now)
        self.contents = Contents(self.holdings)
        self.reading = Reading(self.db, self.books, self.holdings, self.contents, self.now)
        self.desk = Desk(
            self.db,
            self.books,
            self.sequencer,
            self.holdings,
            self.reading,
            self.keystore,
            self.authoring,
            self.now,
        )
        self.picturing = Picturing(self.books, self.reading, self.now)
        self.lineages = Lineages(self.books, self.reading, self.holdings, self.contents, self.now)
        self.patterning = Patterning(self.books, self.reading, self.now)
        self.holdings.on_destroyed = self._forget
        self.sequencer.on_undone = self.contents.undone
        self.holdings.passing_on = self.sending.passing_on
        self.governing = Governing(self.db, self.books, self.sequencer, self.keystore, self.now)
        self._restored = Restored(directory)
        self.sequencer.held_back = self._restored.reason

    # Time and keys.

    def clock(self) -> str:
        """Return what the clock shows."""
        return self._clock()

    def now(self) -> str:
        """Return the present; not earlier than what was returned before.

        A clock that is further behind that was set right: what it showed before was wrong.
        """
        shown = self._clock()
        if shown > self._latest or instant.plus(shown, SET_SECONDS) < self._latest:
            self._latest = shown
        return self._latest

    @property
    def keys(self) -> WorkingKeys:
        """The working keys in use. Raises `UnavailableError` before any were published."""
        if not self.accepting.keys:
            raise UnavailableError("this node has no keys yet", hint="run `trilogue node init`")
        return self.accepting.keys[0]

    def initialise(self, officers: Sequence[str] = ()) -> None:
        """Make root, first working keys and officers, and publish them as the log's entry 0."""
        if self.accepting.keys:
            raise InputError("this node is initialised already")
        for officer in officers:
            self.keystore.add_officer(officer)
        self.rotate()

    def rotate(self) -> Composed:
        """Make new working keys and publish them; the group is signed by the new ones already.

        The channel's key is replaced only when every neighbour knows the last one: those that are
        away would otherwise pin none that those who are there still pin, too.
        """
        unknown = self.accepting.keys and self.channel_keys.certificate != self.keys.certificate
        fresh = self.keystore.generate(self.keys.tls_pem if unknown else None)
        (done,) = self.sequencer.commit(
            [lambda: self.governing.publish_keys(fresh.sequence)], fresh
        )
        composed = done.result()
        self._load_keys()
        return composed

    @property
    def channel_keys(self) -> WorkingKeys:
        """The newest keys that every neighbour knows: the channel shows these.

        A neighbour learns a new certificate over the old one; until it has, it would refuse it.
        """
        unknown = self._unknown_keys()
        known = (keys for keys in self.accepting.keys if keys.sequence not in unknown)
        return next(known, self.accepting.keys[-1])

    def _unknown_keys(self) -> set[int]:
        """Return the sequences of own keys that some neighbour has not heard of yet."""
        waiting = {row["idx"] for row in self.db.q.waiting_keys(speaker=self.me)}
        return {
            material.sequence
            for index, material in self.books.materials(self.me)
            if index in waiting
        }

    def _load_keys(self) -> None:
        """Load the newest working keys, and as many older ones as others may still rely on.

        Raises `UnavailableError` when the store is another node's: its log has other keys.
        """
        published = {material.sequence: material for _, material in self.books.materials(self.me)}
        sequences = [n for n in reversed(self.keystore.sequences()) if n in published]
        most = max(LEAST_KEYS, len(self._unknown_keys()) + 1)
        keys = [self.keystore.working(n) for n in sequences[:most]]
        if (published and not keys) or any(
            one.checkpoint.public.vkeys() != published[one.sequence].checkpoint for one in keys
        ):
            raise UnavailableError(
                f"the store {self.db.location} is not that of the keys in {self.directory}",
                hint="give each node a store of its own",
            )
        self.accepting.keys = keys

    # What others have seen of the own log.

    @property
    def unasked(self) -> tuple[str, ...]:
        """Neighbours that must say how far they have seen the own log before it may go on."""
        return self._restored.unasked

    def heed_seen(self, neighbour: str, size: int) -> None:
        """Take in how far a neighbour has seen the own log; stop for good when it is ahead."""
        self.sequencer.heed_size(neighbour, size)
        if not self.sequencer.halted:
            self.go_without(neighbour)

    def go_without(self, neighbour: str) -> None:
        """Go on without asking a neighbour (any more)."""
        self._restored.asked(neighbour)
        self.sequencer.held_back = self._restored.reason

    # Questions and acts.

    def ask(self, question: Callable[[], T]) -> T:
        """Answer a question. Raises `UnavailableError` when the store cannot be read."""
        with self.db.reading():
            return question()

    def commit(self, acts: Sequence[Callable[[], T]]) -> list[Done[T]]:
        """Run acts as one group. Raises `UnavailableError` when nothing can be logged."""
        return self.sequencer.commit(acts, self.keys)

    def act(self, act: Callable[[], T]) -> T:
        """Run one act as a group of its own; return its value or raise its error."""
        return self.commit([act])[0].result()

    def submit(self, given: ReportInput) -> tuple[Authored, tuple[Composed, ...]] | Refused:
        """Inside an act: log a report, and grant at once what a standing consent covers."""
        ((done,), grants) = self.submit_all((given,))
        return done if isinstance(done, Refused) else (done, grants)

    def submit_all(
        self, given: Sequence[ReportInput]
    ) -> tuple[tuple[Authored | Refused, ...], tuple[Composed, ...]]:
        """Inside an act: log reports, and grant together what a standing consent covers.

        Each is refused by the rules alone; one that cannot be read takes all of them down.
        """
        self.require_force()
        done = tuple(self.authoring.submit_all(given))
        authored = [one for one in done if not isinstance(one, Refused)]
        return done, tuple(self.desk.under_standing(authored))

    def require_force(self) -> None:
        """Raise `NotInForceError`, with the reason, unless the arrangement is in force now."""
        force = self.books.force(self.now())
        if not force.in_force:
            raise NotInForceError(
                force.reason,
                hint="nothing moves before every participant has adopted the same text",
            )

    def has_lapsed(self) -> bool:
        """Whether `sweep` has anything to do."""
        return bool(self.reading.lapsed(self.now()))

    def sweep(self) -> list[Composed]:
        """Inside an act: destroy what ran out by itself, and certify it."""
        logged = []
        for grant in self.reading.lapsed(self.now()):
            portions = self.holdings.destroy((grant.speaker, grant.index))
            body = DestructionBody(grant=grant, withdrawal=None, portions=portions)
            logged.append(self.sequencer.log("destruction", body))
        return logged

    def catch_up(self) -> None:
        """Forget what the process that writes has made untrue since; before each look beside it."""
        self.vault.follow()
        position = self.db.q.last_position()
        if position == self._position:
            return
        kinds = {row["kind"] for row in self.db.q.kinds_after(after=self._position)}
        if kinds & MADE_UNTRUE or not self.books.versions():
            self.books.forget()
        if "destruction" in kinds:
            self._forget()
        self._position = position

    def _forget(self) -> None:
        """Forget all that was made of portions: some were destroyed."""
        self.picturing.forget()
        self.patterning.forget()
        self.contents.destroyed()

    def close(self) -> None:
        """Close store and vault."""
        self.db.close()
        self.vault.close()


def raise_refused(done: T | Refused) -> T:
    """Return what was done, or raise the `RefusedError` of a refusal that was logged."""
    if isinstance(done, Refused):
        raise RefusedError(
            f"refused by {', '.join(done.rules)}: {done.reason}",
            rules=done.rules,
            index=done.composed.statement.index,
        )
    return done
