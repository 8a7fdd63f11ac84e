"""The wire between nodes, with everything that goes wrong on it, and a hub that lies.

A network drops, repeats, reorders and delays; TLS keeps it from altering. The hub can do all that
and more: it holds what it relays in its hands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from unittest.mock import patch

import msgspec
from tests.support.overseer import Overseer
from tests.support.trio import Trio

from trilogue.encoding import canonical
from trilogue.errors import FormatError
from trilogue.node.engine import Engine
from trilogue.node.sending import Outgoing
from trilogue.protocol.delivery import Ack, Delivery, Spoken, Step, Voice
from trilogue.protocol.relaying import make_relay
from trilogue.reports.cite import Cite
from trilogue.tlog.tree import consistency_proof, inclusion_proofs

Lie = Callable[[Delivery, Random], Delivery]


@dataclass
class Flight:
    """One delivery on its way, or its answer on the way back."""

    sender: Engine
    outgoing: Outgoing
    data: bytes
    lie: str = ""
    ack: Ack | None = None


@dataclass
class Wire:
    """Everything that is under way between the nodes of a trio."""

    trio: Trio
    overseer: Overseer
    flights: list[Flight] = field(default_factory=list)
    past: list[Flight] = field(default_factory=list)
    lied: set[Cite] = field(default_factory=set)
    """What the hub relayed against the rules, and the statements that said so."""
    bad: set[int] = field(default_factory=set)
    """Indices of the hub's statements that are lies."""

    def send(self, sender: str, receiver: str) -> list[Flight]:
        """Let a node hand its next delivery, if it has one, to the network."""
        outgoing = self.trio[sender].sending.outgoing(receiver)
        if outgoing is None:
            return []
        self.flights.append(Flight(self.trio[sender], outgoing, outgoing.data))
        return self.flights[-1:]

    def arrive(self, flight: Flight) -> None:
        """Let a delivery arrive, and its answer set out."""
        receiver = self.trio[flight.outgoing.peer]
        try:
            ack = receiver.act(lambda: receiver.receiving.receive(flight.data))
        except FormatError:
            assert flight.lie, f"{receiver.me} finds no shape in an honest delivery"
            return
        self.overseer.acknowledged |= {
            (receiver.me, one.speaker, one.index) for one in ack.outcomes if one.step is None
        }
        flight.ack = canonical.decode(canonical.encode(ack), Ack)

    def answer(self, flight: Flight) -> None:
        """Let an answer arrive, if the node that asked still runs. A liar keeps what he hears."""
        sender = self.trio[flight.sender.me]
        if flight.ack is not None and sender is flight.sender and not flight.lie:
            ack = flight.ack
            sender.act(lambda: sender.sending.acknowledge(flight.outgoing, ack))

    def drop(self, flight: Flight) -> None:
        """Lose a delivery or an answer."""
        self.flights.remove(flight)
        self.past.append(flight)

    # The hub lies.

    def tell(self, flight: Flight, how: str, random: Random) -> None:
        """Let the hub change a delivery of its own, and let that arrive."""
        delivery = canonical.decode(flight.data, Delivery)
        told = LIES[how](delivery, random)
        if told != delivery:
            self.overseer.liars.add("US")
            lie = Flight(flight.sender, flight.outgoing, canonical.encode(told), lie=how)
            self.arrive(lie)

    def replay(self, flight: Flight) -> None:
        """Let an old delivery arrive once more. It proves nothing new and harms nobody."""
        self.arrive(Flight(flight.sender, flight.outgoing, flight.data, lie="replays"))

    def leak(self, cite: Cite, recipient: str) -> None:
        """Let the hub relay a statement without asking whether it may."""
        hub = self.trio["US"]
        self.overseer.liars.add("US")
        body = make_relay(recipient, [cite], (), self.trio.arrangement)
        self.bad.add(hub.act(lambda: hub.sequencer.log("relay", body)).statement.index)

    def remark(self, flight: Flight) -> None:
        """Let a delivery arrive at the hub while it marks everything as open to all."""
        before = self.trio["US"].db.q.size_of(speaker="US")
        with patch("trilogue.protocol.relaying.equivalent", lambda *_: "UNCLASSIFIED"):
            self.arrive(flight)
        for statement in self.trio.own("US", "relay"):
            if statement.index >= before and statement.body["marks"]:
                self.overseer.liars.add("US")
                self.bad.add(statement.index)
                self.lied |= {Cite(*item["statement"]) for item in statement.body["items"]}


def voice_of(engine: Engine, indices: list[int], old: int) -> Voice:
    """Put a voice together from a node's log, whatever the node itself would send."""
    checkpoint, hashes = engine.db.q.last_checkpoint(), engine.sequencer.hashes
    size = checkpoint["size"]
    proof = tuple(consistency_proof(old, size, hashes))
    proofs = inclusion_proofs(indices, size, hashes)
    rows = [engine.db.q.statement_at(speaker=engine.me, idx=index) for index in indices]
    return Voice(
        speaker=engine.me,
        note=checkpoint["note"],
        old=old,
        steps=(Step(size=size, root=checkpoint["root"], proof=proof),) if size > old else (),
        statements=tuple(
            Spoken(raw=row["raw"], proof=tuple(proof))
            for row, proof in zip(rows, proofs, strict=True)
        ),
    )


def _without(what: str) -> Lie:
    """Return the lie that leaves out one of the delivery's voices, boxes or ciphertexts."""

    def lie(delivery: Delivery, random: Random) -> Delivery:
        values = list(getattr(delivery, what))
        if values:
            values.pop(random.randrange(len(values)))
        return msgspec.structs.replace(delivery, **{what: tuple(values)})

    return lie


def _in_a_voice(change: Callable[[Voice, Random], Voice]) -> Lie:
    def lie(delivery: Delivery, random: Random) -> Delivery:
        voices = list(delivery.voices)
        chosen = random.randrange(len(voices))
        voices[chosen] = change(voices[chosen], random)
        return msgspec.structs.replace(delivery, voices=tuple(voices))

    return lie


def _no_statement(voice: Voice, random: Random) -> Voice:
    said = list(voice.statements)
    if said:
        said.pop(random.randrange(len(said)))
    return msgspec.structs.replace(voice, statements=tuple(said))


def _other_statement(voice: Voice, random: Random) -> Voice:
    said = list(voice.statements)
    if said:
        chosen = random.randrange(len(said))
        raw = flip(said[chosen].raw, random)
        said[chosen] = msgspec.structs.replace(said[chosen], raw=raw)
    return msgspec.structs.replace(voice, statements=tuple(said))


def _other_proof(voice: Voice, random: Random) -> Voice:
    said = [s for s in voice.statements if s.proof]
    if not said:
        return voice
    chosen = random.choice(said)
    proof = (flip(chosen.proof[0], random), *chosen.proof[1:])
    return msgspec.structs.replace(
        voice,
        statements=tuple(
            msgspec.structs.replace(s, proof=proof) if s is chosen else s for s in voice.statements
        ),
    )


def _other_root(voice: Voice, random: Random) -> Voice:
    if not voice.steps:
        return voice
    last = msgspec.structs.replace(voice.steps[-1], root=flip(voice.steps[-1].root, random))
    return msgspec.structs.replace(voice, steps=(*voice.steps[:-1], last))


def _other_note(voice: Voice, random: Random) -> Voice:
    data = flip(voice.note.encode(), random, 0x01)
    return msgspec.structs.replace(voice, note=data.decode(errors="replace"))


def _other(what: str) -> Lie:
    def lie(delivery: Delivery, random: Random) -> Delivery:
        values = list(getattr(delivery, what))
        if values:
            chosen = random.randrange(len(values))
            values[chosen] = flip(values[chosen], random)
        return msgspec.structs.replace(delivery, **{what: tuple(values)})

    return lie


def flip(data: bytes, random: Random, bit: int = 0) -> bytes:
    """Change one bit of some bytes."""
    place = random.randrange(len(data))
    mask = bit or 1 << random.randrange(8)
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


def _as_another(delivery: Delivery, random: Random) -> Delivery:
    return msgspec.structs.replace(delivery, sender="KR" if delivery.sender != "KR" else "JP")


LIES: dict[str, Lie] = {
    "leaves out a voice": _without("voices"),
    "leaves out a box": _without("boxes"),
    "leaves out a ciphertext": _without("ciphertexts"),
    "leaves out a statement": _in_a_voice(_no_statement),
    "alters a statement": _in_a_voice(_other_statement),
    "alters a proof": _in_a_voice(_other_proof),
    "alters a root": _in_a_voice(_other_root),
    "alters a checkpoint": _in_a_voice(_other_note),
    "alters a box": _other("boxes"),
    "alters a ciphertext": _other("ciphertexts"),
    "signs as another": _as_another,
}
