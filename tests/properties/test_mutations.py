"""A check that cannot fail is worth nothing: each rule is broken once, and the overseer notices.

Every mutation takes one rule out of the program and plays the scene in which that rule matters.
The same scene without the mutation passes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import msgspec
import pytest
from tests.support.overseer import Overseer
from tests.support.trio import TEMPLATE, Trio, marking, portion
from tests.support.wire import LIES, Wire

from trilogue.encoding import canonical, instant
from trilogue.errors import PassageError
from trilogue.node import receiving
from trilogue.node.accepting import Accepting
from trilogue.node.engine import Engine
from trilogue.node.holdings import Holdings
from trilogue.node.inputs import ReportInput
from trilogue.node.sequencer import Sequencer
from trilogue.protocol.delivery import Delivery
from trilogue.protocol.passage import check_passage
from trilogue.protocol.voice import Heard

Scene = Callable[[Trio, Overseer], None]
Break = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Mutation:
    """A rule to break, the scene in which it matters, and what the overseer says then."""

    breaks: Break
    scene: Scene
    says: str


def patched(target: str, value: object) -> Break:
    """Return the mutation that puts something else in a name's place."""
    return lambda monkeypatch: monkeypatch.setattr(target, value)


def nothing(*_: object, **__: object) -> None:
    """Check nothing."""


def fly(trio: Trio, overseer: Overseer, sender: str, receiver: str) -> Wire:
    """Carry one delivery over a wire that the overseer watches."""
    wire = Wire(trio, overseer)
    for flight in wire.send(sender, receiver):
        wire.arrive(flight)
        wire.answer(flight)
        wire.drop(flight)
    return wire


# Scenes.


def granted_for_later(trio: Trio, _: Overseer) -> None:
    trio.grant(trio.file("KR"), not_before=instant.plus(trio.clock.now, 3600))
    trio.settle()


def expired(trio: Trio, _: Overseer) -> None:
    trio.grant(trio.file("KR"), lasts_seconds=60)
    trio.settle()
    trio.clock.advance(61)


def withdrawn(trio: Trio, _: Overseer) -> None:
    grant = trio.grant(trio.file("KR"))
    trio.settle()
    trio.withdraw(grant)
    trio.settle()


def granted_for_analysis(trio: Trio, _: Overseer) -> None:
    trio.grant(trio.file("KR"))
    trio.settle()


def altered_on_its_way(trio: Trio, overseer: Overseer) -> None:
    """The hub changes the salt of one of its statements, which then has another leaf."""
    trio.request("US", "JP")
    trio.carry("US", "JP")
    wire = Wire(trio, overseer)
    for flight in wire.send("US", "JP"):
        delivery = canonical.decode(flight.data, Delivery)
        (voice,) = delivery.voices
        said = tuple(msgspec.structs.replace(s, raw=_other_salt(s.raw)) for s in voice.statements)
        told = msgspec.structs.replace(
            delivery, voices=(msgspec.structs.replace(voice, statements=said),)
        )
        overseer.liars.add("US")
        flight.data, flight.lie = canonical.encode(told), "alters a statement"
        wire.arrive(flight)


def _other_salt(raw: bytes) -> bytes:
    statement = canonical.decode(raw, dict)
    return canonical.encode({**statement, "salt": "A" * 43 + "="})


def without_the_hubs_voice(trio: Trio, overseer: Overseer) -> None:
    """What the hub passes on arrives without its relay."""
    trio.grant(trio.file("KR"))
    for leg in (("KR", "US"), ("KR", "US"), ("US", "JP")):
        trio.carry(*leg)
    wire = Wire(trio, overseer)
    for flight in wire.send("US", "JP"):
        delivery = canonical.decode(flight.data, Delivery)
        carried = tuple(voice for voice in delivery.voices if voice.speaker == "KR")
        overseer.liars.add("US")
        flight.data = canonical.encode(msgspec.structs.replace(delivery, voices=carried))
        flight.lie = "leaves out a voice"
        wire.arrive(flight)


def leaked(trio: Trio, overseer: Overseer) -> None:
    """The hub tells JP what KR said to it alone."""
    trio.withdraw(trio.grant(trio.file("KR"), audience=("US",)))
    trio.settle()
    wire = Wire(trio, overseer)
    said = [s for s in trio.statements("US", "withdrawal") if s.speaker == "KR"]
    wire.leak(trio["US"].books.cite("KR", said[0].index), "JP")
    trio.settle()


def leaked_report(trio: Trio, overseer: Overseer) -> None:
    filed = trio.file("KR")
    trio.grant(filed, audience=("US",))
    trio.settle()
    Wire(trio, overseer).leak(trio["US"].books.cite("KR", filed.index), "JP")
    trio.settle()


def marked_as_open(trio: Trio, overseer: Overseer) -> None:
    trio.grant(trio.file("KR"))
    trio.carry("KR", "US")
    wire = Wire(trio, overseer)
    for flight in wire.send("KR", "US"):
        wire.remark(flight)
    trio.settle()


def forked(trio: Trio, overseer: Overseer, *, further: bool = True) -> None:
    """KR's node is copied, and the two copies say different things."""
    other = trio.base / "copy"
    trio.restart("KR")  # leaves nothing in the write-ahead log
    shutil.copytree(trio.base / "KR", other)
    twin = Engine(other, "KR", TEMPLATE, trio.clock.of("KR"))
    twin.act(lambda: twin.governing.leave("said by the twin"))
    while (outgoing := twin.sending.outgoing("US")) is not None:
        ack = trio.deliver(outgoing, "KR")
        twin.act(lambda: twin.sending.acknowledge(outgoing, ack))  # noqa: B023
    twin.close()
    if further:
        trio.file("KR")  # stands where the twin's statement stands, and goes to nobody
    trio.act("KR", lambda engine: engine.governing.suspend("arrangement", "said by the first"))
    overseer.liars.add("KR")
    trio.settle()


def forgotten(trio: Trio, overseer: Overseer) -> None:
    trio.grant(trio.file("KR"))
    for _ in range(2):
        fly(trio, overseer, "KR", "US")


def torn(trio: Trio, overseer: Overseer) -> None:
    """An answer is lost, and the hub goes on speaking before it sends again."""
    trio.grant(trio.file("KR"))
    for leg in (("KR", "US"), ("KR", "US"), ("US", "JP")):
        trio.carry(*leg)
    wire = Wire(trio, overseer)
    for flight in wire.send("US", "JP"):
        wire.arrive(flight)
    trio.grant(trio.file("KR"))
    trio.settle()


def overtaken(trio: Trio, overseer: Overseer) -> None:
    trio.withdraw(trio.grant(trio.file("KR")))
    trio.settle()


def own_report(trio: Trio, overseer: Overseer) -> None:
    trio.submit("KR", ReportInput(portions=(portion("kept", marking=marking(readers=[])),)))


def _own_boxes_kept(real: Callable) -> Callable:
    """Return an opening that stores the recipient's own box, for later."""

    def accept(self, heard, incoming):
        for box in heard.statement.body.get("boxes", ()):
            data = incoming.boxes.get(box["digest"])
            if data is not None:
                self._db.q.add_box(digest=box["digest"], participant=box["participant"], data=data)
        return real(self, heard, incoming)

    return accept


def keep_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Accepting, "accept", _own_boxes_kept(Accepting.accept))
    monkeypatch.setattr(Accepting, "_withdrawal", _without_dropping(Accepting._withdrawal))


def _without_dropping(real: Callable) -> Callable:
    def withdrawal(self, heard, incoming):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self._db.q, "drop_box", nothing, raising=False)
            real(self, heard, incoming)

    return withdrawal


def never_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trilogue.protocol.voice._check_consistency", nothing)


def everything_concerns_me(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take relays, and statements for others, as they come."""

    def lenient(heard, relays, view, at, granted=()):
        try:
            check_passage(heard, relays, view, at, granted)
        except PassageError as error:
            if error.again:
                raise

    monkeypatch.setattr("trilogue.node.receiving.check_passage", lenient)


def acknowledge_unwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say that something counts, and do not keep it."""
    real = Sequencer.keep

    def keep(self, said):
        kept = [one for one in said if not isinstance(one, Heard) or one.statement.kind != "grant"]
        real(self, kept)

    monkeypatch.setattr(Sequencer, "keep", keep)


def never_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse for good what only waits for another part of its delivery."""

    class Whole(receiving.Incoming):
        def __init__(self, **fields):
            super().__init__(**{**fields, "partial": False})

    monkeypatch.setattr(receiving, "Incoming", Whole)


def certify_without_destroying(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Holdings, "destroy", lambda *_: ())


def never_certify(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Accepting, "_withdrawal", nothing)


def no_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sequencer, "_close_group", lambda *_: [])


MUTATIONS = {
    "a window is not checked when a grant arrives": Mutation(
        patched("trilogue.protocol.opening.check_alive", nothing), granted_for_later, "too early"
    ),
    "windows and purposes are not checked at a read": Mutation(
        patched("trilogue.node.reading.check_alive", nothing), expired, "reads it too late"
    ),
    "purposes are not checked at a read": Mutation(
        patched("trilogue.node.reading.check_alive", nothing), granted_for_analysis, "for warning"
    ),
    "the vault destroys nothing": Mutation(
        patched("trilogue.node.vault.Vault.destroy", nothing), withdrawn, "keeps its key"
    ),
    "nothing is destroyed, and that is certified": Mutation(
        certify_without_destroying, withdrawn, "could open a withdrawn"
    ),
    "a withdrawal is not acted on": Mutation(never_certify, withdrawn, "could open a withdrawn"),
    "an overtaking withdrawal is not answered": Mutation(never_certify, overtaken, "is not gone"),
    "a recipient keeps its own box": Mutation(keep_boxes, withdrawn, "could open a withdrawn"),
    "inclusion is not checked": Mutation(
        patched("trilogue.protocol.voice.Inclusions.verify", nothing),
        altered_on_its_way,
        "was said otherwise",
    ),
    "the hub's relay is not asked for": Mutation(
        everything_concerns_me, without_the_hubs_voice, "without the hub's relay"
    ),
    "statements for others are taken in": Mutation(
        everything_concerns_me, leaked, "none of its business"
    ),
    "reports that nobody granted are taken in": Mutation(
        everything_concerns_me, leaked_report, "nobody granted to it"
    ),
    "the hub's marks are believed": Mutation(
        patched("trilogue.node.accepting.check_marks", nothing),
        marked_as_open,
        "is marked UNCLASSIFIED",
    ),
    "two logs of one speaker are believed": Mutation(never_forked, forked, "was said otherwise"),
    "what is acknowledged is not kept": Mutation(acknowledge_unwritten, forgotten, "is lost"),
    "what waits for its other part is refused for good": Mutation(
        never_partial, torn, "JP accuses US"
    ),
    "a group ends without a checkpoint": Mutation(no_checkpoint, own_report, "does not cover"),
}


@pytest.mark.threat("T02")
@pytest.mark.parametrize("name", MUTATIONS)
def test_the_overseer_notices(trio: Trio, monkeypatch: pytest.MonkeyPatch, name: str):
    mutation = MUTATIONS[name]
    overseer = Overseer(trio)
    mutation.breaks(monkeypatch)
    with pytest.raises(AssertionError, match=mutation.says):
        play(mutation.scene, trio, overseer)


SCENES = {mutation.scene.__name__: mutation.scene for mutation in MUTATIONS.values()}


@pytest.mark.parametrize("name", sorted(set(SCENES) - {"forked"}))
def test_the_scene_is_fine_with_the_rule_in_place(trio: Trio, name: str):
    play(SCENES[name], trio, Overseer(trio))


def play(scene: Scene, trio: Trio, overseer: Overseer) -> None:
    scene(trio, overseer)
    overseer.check()
    overseer.recheck()


@pytest.mark.threat("T12", "T14")
@pytest.mark.parametrize("further", [False, True], ids=["of one size", "of two sizes"])
def test_a_fork_is_not_believed_and_its_speaker_is_accused(trio: Trio, further: bool):
    forked(trio, Overseer(trio), further=further)
    assert trio["US"].books.stands()["KR"].state == "notice-given"
    (fault,) = [one for one in trio.faults() if one.speaker == "US"]
    assert (fault.body["peer"], fault.body["step"]) == ("KR", 3)
    forks = trio["US"].db.q.forks()
    # Two checkpoints of one size are a proof that anybody can check: it is kept.
    assert [fork["first"] != fork["second"] for fork in forks] == ([] if further else [True])


@pytest.mark.threat("T06")
@pytest.mark.parametrize("how", sorted(LIES))
def test_every_lie_is_told(trio: Trio, how: str):
    """Each of the hub's lies changes a delivery that has everything in it."""
    trio.grant(trio.file("KR"))
    trio.carry("KR", "US")
    trio.carry("KR", "US")
    outgoing = trio["US"].sending.outgoing("JP")
    delivery = canonical.decode(outgoing.data, Delivery)
    assert any(LIES[how](delivery, Random(seed)) != delivery for seed in range(5))
