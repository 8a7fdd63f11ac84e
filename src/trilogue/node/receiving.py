"""Receiving: the numbered acceptance steps, over one delivery, as one act of the sequencer.

Verification itself is `trilogue.protocol`'s; this module feeds it, keeps what passed, and says
what follows: receipts, destructions, the hub's relays, and incidents for a peer's faults. What is
good in a delivery counts even when something else in it is not, and what came before counts only
once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from trilogue.encoding import base64
from trilogue.encoding.digest import Domain, commit, sha256
from trilogue.errors import ConsistencyError, FormatError, PeerError, TrilogueError
from trilogue.node.accepting import Accepting, Incoming, Passing
from trilogue.node.books import Books
from trilogue.node.sequencer import Sequencer
from trilogue.protocol.bodies import (
    IncidentBody,
    KeyMaterial,
    ReceiptBody,
)
from trilogue.protocol.delivery import Ack, Delivery, Outcome, Seen, Voice, parse_delivery
from trilogue.protocol.opening import Opened
from trilogue.protocol.passage import check_passage, granted_in, onward, relays_in
from trilogue.protocol.relaying import make_relay
from trilogue.protocol.stands import STAND_KINDS
from trilogue.protocol.voice import ForkError, Heard, HeardVoice, verify_voice
from trilogue.reports.cite import Cite
from trilogue.store.database import Database

__all__ = ["Receiving"]

Keys = tuple[tuple[int, KeyMaterial], ...]

_FIRST = {"keys": 0} | dict.fromkeys(STAND_KINDS, 1) | {"report": 2, "standing": 2, "withdrawal": 3}
_EVIDENCE, _LAST = 4, 5
"""Kinds that others build on are taken first; a withdrawal comes before what it ends."""

MOST_RECEIPTS = 120
"""Receipts in one statement: each may cite a report and a grant of its own."""
MOST_RELAYED = 250
"""Statements in one relay, unless a single grant brings more. Limits of statements are wider."""


class Receiving:
    """The recipient's side of a channel."""

    def __init__(
        self,
        db: Database,
        books: Books,
        sequencer: Sequencer,
        accepting: Accepting,
        clock: Callable[[], str],
    ) -> None:
        self._db = db
        self._books = books
        self._sequencer = sequencer
        self._accepting = accepting
        self._clock = clock

    def receive(self, data: bytes, by: str | None = None) -> Ack:
        """Take a delivery in. Raises `FormatError` when it has no shape; then nothing happened.

        `by` is the neighbour over whose channel it came; None when it was carried by hand, and
        the sender's name in it a claim. Every voice is proven by its own speaker's keys.
        """
        at = self._clock()
        delivery = parse_delivery(data)
        if delivery.sender not in self._books.addressing().neighbours(self._books.me):
            raise FormatError(f"a delivery from {delivery.sender!r}, who is no neighbour")
        if by not in (None, delivery.sender):
            raise FormatError(f"a delivery in {delivery.sender}'s name over {by}'s channel")

        outcomes: list[Outcome] = []
        heard: list[Heard] = []
        keys: dict[str, Keys] = {}
        for voice in delivery.voices:
            heard += self._hear(voice, delivery.sender, at, outcomes, keys)

        relays, waits = relays_in(tuple(heard), self._books, at)
        incoming = Incoming(
            at=at,
            partial=waits or any(outcome.again for outcome in outcomes),
            granted=granted_in(tuple(heard), self._books.me),
            relays={item.statement: item for body in relays for item in body.items},
            marks={mark.portion: mark.equivalent for body in relays for mark in body.marks},
            boxes={_digest(Domain.BOX, box): box for box in delivery.boxes},
            ciphertexts={_digest(Domain.CIPHERTEXT, ct): ct for ct in delivery.ciphertexts},
        )
        heard.sort(key=self._order)
        outcomes += self._take_all(heard, incoming, delivery.sender)
        self._answer(incoming)
        return Ack(
            v=1, recipient=self._books.me, outcomes=tuple(outcomes), seen=self._seen(delivery)
        )

    def _hear(
        self,
        voice: Voice,
        sender: str,
        at: str,
        outcomes: list[Outcome],
        keys: dict[str, Keys],
    ) -> tuple[Heard, ...]:
        """Steps 0 to 5 for one voice; remember its checkpoint; report what failed.

        `keys` holds what earlier parts of each voice introduced: they sign for the later parts.
        """
        fork = self._db.q.fork_of(speaker=voice.speaker)
        try:
            if fork is not None:
                # Not for good: what it says waits until somebody has settled the fork.
                raise PeerError(  # noqa: TRY301
                    f"{voice.speaker}'s log forked at size {fork['size']}", step=3, again=True
                )
            if any(one.again and one.speaker == voice.speaker for one in outcomes):
                raise ConsistencyError("an earlier part of the voice has to come again", again=True)
            verified = verify_voice(voice, self._books, at, keys.get(voice.speaker, ()))
        except ForkError as error:
            place = {"speaker": error.speaker, "size": error.size, "second": error.second}
            if not self._db.q.was_settled(**place):
                self._db.q.add_fork(**place, first=error.first, note=voice.note, noticed=at)
            self._fail_voice(voice, sender, error, outcomes)
            return ()
        except PeerError as error:
            self._fail_voice(voice, sender, error, outcomes)
            return ()
        self._remember(verified)
        keys[voice.speaker] = verified.keys
        for position, failure in verified.failures:
            raw = voice.statements[position].raw
            self._incident(failure, voice.speaker, sender, raw)
            outcomes.append(_outcome(voice.speaker, _index_in(raw), failure))
        return verified.said

    def _fail_voice(
        self, voice: Voice, sender: str, error: PeerError, outcomes: list[Outcome]
    ) -> None:
        self._incident(error, voice.speaker, sender, voice.note.encode())
        outcomes += [
            _outcome(voice.speaker, _index_in(spoken.raw), error) for spoken in voice.statements
        ]

    def _remember(self, voice: HeardVoice) -> None:
        old = self._books.seen(voice.speaker)
        size = 0 if old is None else old[0]
        # A size that was only a step on the way is now signed for: what is relayed needs the note.
        self._db.q.set_note(speaker=voice.speaker, size=voice.checkpoint.size, note=voice.note)
        if voice.checkpoint.size <= size:
            return
        for step in voice.steps:
            self._db.q.add_seen(
                speaker=voice.speaker,
                size=step.size,
                old=size,
                root=step.root,
                proof=b"".join(step.proof),
                note=voice.note if step.size == voice.checkpoint.size else None,
            )
            size = step.size

    def _order(self, heard: Heard) -> int:
        statement = heard.statement
        if statement.kind == "grant" and self._books.me not in statement.for_:
            return _EVIDENCE
        return _FIRST.get(statement.kind, _LAST)

    def _take_all(
        self, heard: Sequence[Heard], incoming: Incoming, sender: str
    ) -> Iterator[Outcome]:
        """Steps 6 to 9 for each statement that is new here, and what follows from it."""
        indices: dict[str, list[int]] = defaultdict(list)
        for one in heard:
            indices[one.statement.speaker].append(one.statement.index)
        known = {speaker: self._books.known(speaker, said) for speaker, said in indices.items()}
        # Reports come in runs, and nothing follows from them: a run is kept together.
        reports: list[Heard] = []
        for one in heard:
            statement = one.statement
            if statement.kind != "report" and reports:
                self._sequencer.keep(reports)
                reports = []
            error: PeerError | None = None
            if statement.index not in known[statement.speaker]:
                error = self._take(one, incoming, sender)
                if error is None:
                    known[statement.speaker].add(statement.index)
                    if statement.kind == "report":
                        reports.append(one)
                    else:
                        self._keep(one, incoming)
            yield _outcome(statement.speaker, statement.index, error)
        self._sequencer.keep(reports)

    def _take(self, heard: Heard, incoming: Incoming, sender: str) -> PeerError | None:
        """Steps 6 to 9 for one statement; return why it may not count, if it may not."""
        try:
            check_passage(heard, incoming.relays, self._books, incoming.at, incoming.granted)
            self._accepting.accept(heard, incoming)
        except PeerError as error:
            # What it lacks may be said in a voice of this delivery that has to come again.
            error.again = error.again or incoming.partial
            self._incident(error, heard.statement.speaker, sender, heard.raw, heard.cite)
            return error
        return None

    def _keep(self, heard: Heard, incoming: Incoming) -> None:
        """Keep a statement that counts; at the hub, see to whom it goes on."""
        self._sequencer.keep((heard,))
        if self._books.me == self._books.arrangement.hub:
            for recipient in onward(heard.statement, self._books.arrangement):
                self._accepting.relay(heard, recipient, incoming)

    def _answer(self, incoming: Incoming) -> None:
        """Step 10: log the receipts; then destructions and, at the hub, the relays."""
        by_originator = defaultdict(list)
        for item in incoming.receipts:
            by_originator[item.report.speaker].append(item)
        for _, items in sorted(by_originator.items()):
            for start in range(0, len(items), MOST_RECEIPTS):
                self._sequencer.log(
                    "receipt", ReceiptBody(items=tuple(items[start : start + MOST_RECEIPTS]))
                )
        for destruction in incoming.destructions:
            self._sequencer.log("destruction", destruction)
        for refusal in incoming.refusals:
            self._sequencer.log("refusal", refusal)
        for recipient, passing in sorted(incoming.onward.items()):
            for cites, opened in _together(passing):
                self._sequencer.log(
                    "relay", make_relay(recipient, cites, opened, self._books.arrangement)
                )

    def _incident(
        self,
        error: PeerError,
        speaker: str,
        sender: str,
        evidence: bytes,
        about: Cite | None = None,
    ) -> None:
        """Log a peer's fault, once for the same evidence. It never stops what is good.

        A statement that stands in its log is cited (`about`): its speaker is told, and oversight
        sees that it was answered.
        """
        if error.again or not self._db.q.add_fault(digest=sha256(evidence)):
            return
        blamed = speaker if isinstance(error, ForkError) else sender
        try:
            self._sequencer.log(
                "incident",
                IncidentBody(
                    nature="protocol",
                    certainty="actual",
                    concerns=() if about is None else (about,),
                    findings_of=None,
                    peer=blamed,
                    step=error.step,
                    text=f"{speaker} by {sender}: {error.message}"[:2000],
                ),
            )
        except TrilogueError as failure:
            if not isinstance(failure, PeerError):
                raise

    def seen_of(self, neighbour: str) -> Seen:
        """Return how far a neighbour's own log was seen here: heard of, or cosigned."""
        known = self._books.seen(neighbour)
        origin = self._books.addressing().participant(neighbour).log
        cosigned = self._db.q.cosigned_of(origin=origin)
        sizes = (0 if known is None else known[0], 0 if cosigned is None else cosigned["size"])
        return Seen(speaker=neighbour, size=max(sizes))

    def _seen(self, delivery: Delivery) -> tuple[Seen, ...]:
        seen = []
        for speaker in sorted({voice.speaker for voice in delivery.voices}):
            known = self._books.seen(speaker)
            seen.append(Seen(speaker=speaker, size=0 if known is None else known[0]))
        return tuple(seen)


def _digest(domain: bytes, data: bytes) -> str:
    return base64.encode(commit(domain, data))


def _together(passing: list[Passing]) -> Iterator[Passing]:
    """Join what passes on into as few relays as their size allows; nothing is torn apart."""
    cites: list[Cite] = []
    opened: list[Opened] = []
    for one in passing:
        if cites and len(cites) + len(one.cites) > MOST_RELAYED:
            yield Passing(tuple(cites), tuple(opened))
            cites, opened = [], []
        cites += one.cites
        opened += one.opened
    if cites:
        yield Passing(tuple(cites), tuple(opened))


def _index_in(raw: bytes) -> int:
    """Return the index that a statement claims, or -1; only to name it in an outcome."""
    from trilogue.protocol.statement import parse_statement

    try:
        return parse_statement(raw).index
    except PeerError:
        return -1


def _outcome(speaker: str, index: int, error: PeerError | None) -> Outcome:
    return Outcome(
        speaker=speaker,
        index=index,
        step=None if error is None else error.step,
        reason="" if error is None else error.message,
        again=error is not None and error.again,
    )
