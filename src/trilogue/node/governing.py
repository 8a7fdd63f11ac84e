"""Governing: a participant's keys, its card, and where it stands with the arrangement.

A *card* introduces a participant before there is a channel: it is a delivery with one voice, the
participant's first key statement in its own log, and needs nothing but the root to be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from trilogue.arrangement.arrangement import Arrangement
from trilogue.arrangement.parse import parse_arrangement
from trilogue.encoding import base64, canonical, instant
from trilogue.errors import FormatError, InputError, NotFoundError
from trilogue.node import passkeys
from trilogue.node.books import Books
from trilogue.node.keystore import Keystore
from trilogue.node.sequencer import Sequencer
from trilogue.protocol.bodies import (
    AdoptionBody,
    IncidentBody,
    StandBody,
    WithdrawalFromArrangementBody,
)
from trilogue.protocol.delivery import Delivery, Spoken, Step, Voice, parse_delivery
from trilogue.protocol.keys import sign_material
from trilogue.protocol.statement import Composed, parse_statement, read_statement
from trilogue.protocol.voice import ForkError, verify_voice
from trilogue.reports.cite import Cite
from trilogue.store.database import Database
from trilogue.tlog.tree import inclusion_proof

__all__ = ["Governing", "roots_in"]


class Governing:
    """Keys and stand of one participant. Methods that log run as acts of the sequencer."""

    def __init__(
        self,
        db: Database,
        books: Books,
        sequencer: Sequencer,
        keystore: Keystore,
        clock: Callable[[], str],
    ) -> None:
        self._db = db
        self._books = books
        self._sequencer = sequencer
        self._keystore = keystore
        self._clock = clock

    # Keys.

    def publish_keys(self, sequence: int) -> Composed:
        """Log a key statement for working keys that the keystore made, vouched for by the root.

        It publishes the passkeys, too, that were confirmed until now.
        """
        material = self._keystore.material(self._keystore.working(sequence), self._clock())
        material = msgspec.structs.replace(material, passkeys=passkeys.confirmed(self._db))
        return self._sequencer.log("keys", sign_material(material, self._keystore.root()))

    def card(self) -> bytes:
        """Return this participant's card: its root, and its first key statement as a delivery.

        Raises `NotFoundError` before the node has said anything.
        """
        row = self._db.q.statement_at(speaker=self._books.me, idx=0)
        # Always the first checkpoint: all who take the card begin at one size, from which the hub
        # can prove every later one.
        checkpoint = self._db.q.checkpoint_at(size=1)
        if row is None or checkpoint is None:
            raise NotFoundError("the node has not published its keys yet")
        size = checkpoint["size"]
        voice = Voice(
            speaker=self._books.me,
            note=checkpoint["note"],
            old=0,
            steps=(Step(size=size, root=checkpoint["root"], proof=()),),
            statements=(
                Spoken(
                    raw=row["raw"],
                    proof=tuple(inclusion_proof(0, size, self._sequencer.hashes)),
                ),
            ),
        )
        delivery = Delivery(v=1, sender=self._books.me, voices=(voice,), ciphertexts=(), boxes=())
        return canonical.encode(
            {"card": delivery, "root": list(self._keystore.root().public.vkeys())}
        )

    def take_card(self, data: bytes) -> str:
        """Learn another participant's first keys; return who it is. An act of the sequencer.

        The root in the card is only a claim: what is believed is the arrangement's.
        """
        delivery, _ = _split_card(data)
        at = self._clock()
        for voice in delivery.voices:
            if voice.speaker == self._books.me or self._books.seen(voice.speaker) is not None:
                return voice.speaker
            heard = verify_voice(voice, self._books, at)
            if heard.failures or len(heard.said) != 1 or heard.said[0].statement.kind != "keys":
                raise FormatError(f"the card of {voice.speaker} holds no key statement")
            (said,) = heard.said
            for one in heard.steps:
                self._db.q.add_seen(
                    speaker=voice.speaker,
                    size=one.size,
                    old=0,
                    root=one.root,
                    proof=b"".join(one.proof),
                    note=voice.note,
                )
            self._sequencer.keep((said,))
            return voice.speaker
        raise FormatError("a card without a voice")

    # The arrangement.

    def take_arrangement(self, files: Mapping[str, bytes]) -> Arrangement:
        """Store a version of the arrangement; nothing is adopted by it. An act.

        Raises `InputError` when it does not parse, lacks a root, or names another root for this
        participant than its own.
        """
        arrangement = parse_arrangement(files)
        arrangement.require_roots()
        if arrangement.root(self._books.me) != self._keystore.root().public:
            raise InputError(
                f"the arrangement pins another root for {self._books.me} than this node's",
                hint="draw it up from this node's card",
            )
        self._db.q.add_arrangement(
            digest=arrangement.digest_text,
            files=canonical.encode(
                {name: base64.encode(data) for name, data in sorted(files.items())}
            ),
            since=self._clock(),
        )
        self._books.forget()
        return arrangement

    def adopt(self, digest: str | None = None) -> Composed:
        """Adopt a version of the arrangement, by default the newest here."""
        arrangement = self._books.newest() if digest is None else self._books.version(digest)
        if arrangement is None:
            raise NotFoundError(
                f"no arrangement {digest or ''} is here".replace("  ", " "),
                hint="`trilogue node join` gives the node one",
            )
        arrangement.require_roots()
        adopted = self._books.stands()[self._books.me].adoptions
        body = AdoptionBody(
            digest=arrangement.digest_text,
            supersedes=adopted[-1].digest if adopted else None,
        )
        return self._sequencer.log("adoption", body)

    def suspend(self, of: str, reason: str) -> Composed:
        """Suspend the arrangement, or one's notice of withdrawal from it."""
        return self._sequencer.log("suspension", _stand_body(of, reason))

    def resume(self, of: str, reason: str) -> Composed:
        """Resume what was suspended."""
        return self._sequencer.log("resumption", _stand_body(of, reason))

    def settle_fork(self, speaker: str, because: str) -> Composed:
        """Hear a participant again whose log forked, from the branch that was seen here first.

        What was decided is said as findings of the incident. The other branch counts for nothing,
        then as before; the two checkpoints stay as evidence. Raises `NotFoundError`.
        """
        if self._db.q.fork_of(speaker=speaker) is None:
            raise NotFoundError(f"no fork of {speaker}'s log is open here")
        self._db.q.settle_fork(speaker=speaker, at=self._clock())
        self._db.q.drop_fork(speaker=speaker)
        return self._sequencer.log(
            "incident",
            IncidentBody(
                nature="protocol",
                certainty="actual",
                concerns=(),
                findings_of=self._incident_of(speaker),
                peer=speaker,
                step=ForkError.step,
                text=f"the fork of {speaker}'s log is settled: {because}",
            ),
        )

    def _incident_of(self, speaker: str) -> Cite | None:
        """Return the newest incident in which this node said that a log forked."""
        found = None
        for row in self._db.q.statements_of_kind(kind="incident", after=0, most=1_000_000):
            statement = read_statement(row["raw"])
            body = statement.says(IncidentBody)
            said = (statement.speaker, body.peer, body.step, body.findings_of)
            if said == (self._books.me, speaker, ForkError.step, None):
                found = self._books.cite(statement.speaker, statement.index)
        return found

    def leave(self, reason: str, effective: str | None = None) -> Composed:
        """Give notice of withdrawal, effective no sooner than the arrangement allows."""
        days = self._books.arrangement.text.notice_days
        # A minute more than the days: the statement is issued a moment after this line.
        earliest = instant.plus(self._clock(), days * 86400 + 60)
        return self._sequencer.log(
            "withdrawal-from-arrangement",
            WithdrawalFromArrangementBody(effective=effective or earliest, reason=reason),
        )


def _stand_body(of: str, reason: str) -> StandBody:
    if of not in ("arrangement", "notice"):
        raise InputError(f"suspend or resume the 'arrangement' or the 'notice', not {of!r}")
    return StandBody(of=of, reason=reason)  # type: ignore[arg-type]


def roots_in(card: bytes) -> tuple[str, tuple[str, str]]:
    """Return whose card it is and the root that it claims, for drawing up an arrangement.

    Raises `FormatError`. The people who draw up the arrangement compare the root by other means.
    """
    delivery, root = _split_card(card)
    for voice in delivery.voices:
        for spoken in voice.statements:
            statement = parse_statement(spoken.raw)
            if statement.kind == "keys":
                return statement.speaker, root
    raise FormatError("a card without a key statement")


def _split_card(data: bytes) -> tuple[Delivery, tuple[str, str]]:
    card = canonical.decode(data, dict)
    if set(card) != {"card", "root"} or not isinstance(card["root"], list):
        raise FormatError("not a participant's card")
    root = tuple(card["root"])
    if len(root) != 2:
        raise FormatError("a card names two root keys")
    return parse_delivery(canonical.encode(card["card"])), (str(root[0]), str(root[1]))
