"""Somebody holds one of KR's keys, and not the others: how far it carries, and where it ends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import msgspec
import pytest
from tests.support.trio import OFFICERS, TEMPLATE, Trio, marking

from trilogue.encoding import base64, canonical
from trilogue.errors import ConsentError
from trilogue.node.desk import NeedsSecondOfficer
from trilogue.node.engine import Engine
from trilogue.node.inputs import GrantInput, ReclassifyInput
from trilogue.node.keystore import Keystore
from trilogue.protocol.delivery import Ack
from trilogue.signing.keys import SecretKey


@pytest.fixture
def thief(trio: Trio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A node that calls itself KR: it has KR's root, everything that is public, and own keys."""
    directory = tmp_path_factory.mktemp("thief")
    directory.joinpath("keys").mkdir(mode=0o700)
    shutil.copy(trio.base / "KR" / "keys" / "root.json", directory / "keys" / "root.json")
    engine = Engine(directory, "KR", TEMPLATE, trio.clock.of("KR"))
    engine.initialise(OFFICERS)
    (row, *_) = trio["US"].db.q.arrangements()
    files = canonical.decode(row["files"], dict[str, str])
    drawn = {name: base64.decode(data) for name, data in files.items()}
    engine.act(lambda: engine.governing.take_arrangement(drawn))
    for other in ("US", "JP"):
        card = trio[other].governing.card()
        engine.act(lambda card=card: engine.governing.take_card(card))
    engine.act(engine.governing.adopt)
    yield engine
    engine.close()


def speak(thief: Engine, trio: Trio, rounds: int = 5) -> list[Ack]:
    """Let the thief deliver to US whatever it has, again and again."""
    answers = []
    for _ in range(rounds):
        outgoing = thief.sending.outgoing("US")
        if outgoing is None:
            break
        answers.append(trio.deliver(outgoing, "KR"))
        ack = answers[-1]
        thief.act(lambda outgoing=outgoing, ack=ack: thief.sending.acknowledge(outgoing, ack))
    return answers


def what_us_knows(trio: Trio) -> tuple[object, ...]:
    us = trio["US"]
    materials = tuple(index for index, _ in us.books.materials("KR"))
    said = tuple(one.index for one in trio.statements("US") if one.speaker == "KR")
    return us.books.seen("KR"), materials, said, us.books.stands()["KR"].state


@pytest.mark.threat("T13")
def test_a_stolen_root_alone_cannot_begin_the_log_anew(trio: Trio, thief: Engine) -> None:
    """It vouches for keys, but they must stand in the log that everybody saw."""
    before = what_us_knows(trio)
    thief.act(lambda: thief.governing.leave("said by a thief"))
    answers = speak(thief, trio)
    assert answers
    assert not any(one.step is None for ack in answers for one in ack.outcomes)
    assert what_us_knows(trio) == before


@pytest.mark.threat("T13")
def test_a_stolen_root_that_signs_a_second_log_of_the_same_size_is_convicted(
    trio: Trio, thief: Engine
) -> None:
    """Two checkpoints of one size: US keeps both, and hears nothing more from that log."""
    thief.rotate()
    size = thief.db.q.size_of(speaker="KR")
    while trio["US"].books.seen("KR")[0] < size:
        trio.request("KR", "US")
        trio.settle()
    before = what_us_knows(trio)
    speak(thief, trio)
    assert what_us_knows(trio) == before
    (fork,) = trio["US"].db.q.forks()
    assert (fork["speaker"], fork["size"]) == ("KR", size)
    assert fork["first"] != fork["second"]


@pytest.mark.threat("T11", "T12")
def test_whoever_holds_the_log_keys_and_no_release_key_grants_nothing(
    trio: Trio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KR's whole node is the thief's, but its officers kept their keys elsewhere."""
    filed = trio.file("KR")
    monkeypatch.setattr(
        Keystore, "officer", lambda self, name: SecretKey.generate(f"{self._origin}/officer/{name}")
    )
    trio.grant(filed)
    (outcome,) = trio.settle()
    assert outcome.step == 7
    assert trio.held("US") == trio.held("JP") == set()


@pytest.mark.threat("T11")
def test_a_release_key_that_was_replaced_approves_nothing_more(
    trio: Trio, monkeypatch: pytest.MonkeyPatch
) -> None:
    korea = trio["KR"]
    stolen = korea.keystore.officer(OFFICERS[0])
    (trio.base / "KR" / "keys" / "officers" / f"{OFFICERS[0]}.json").unlink()
    korea.keystore.add_officer(OFFICERS[0])
    korea.rotate()
    assert trio.settle() == []
    first, second = trio.file("KR"), trio.file("KR")
    trio.grant(first, officers=OFFICERS[:1])
    assert trio.settle() == []
    assert trio.held("JP") == set(first.portions)
    monkeypatch.setattr(Keystore, "officer", lambda *_: stolen)
    trio.grant(second, officers=OFFICERS[:1])
    (outcome,) = trio.settle()
    assert (outcome.step, set(second.portions) & trio.held("US")) == (7, set())


@pytest.mark.threat("T11")
def test_a_release_key_speaks_in_nobodys_log_but_its_participants(trio: Trio) -> None:
    """The hub stole an officer's key of KR; what it grants of KR's is still its own word."""
    filed = trio.file("KR")
    trio.grant(filed, audience=("US",))
    assert trio.settle() == []
    given = GrantInput(portions=filed.sources(), audience=("JP",), purposes=("analysis",))
    with pytest.raises(ConsentError, match="is not this node's to grant"):
        trio.act("US", lambda engine: engine.desk.grant(given, OFFICERS))
    assert trio.held("JP") == set()


# One officer alone, above the level for two.


@pytest.mark.threat("T05")
def test_one_officer_does_not_lower_a_marking_and_grant_alone(trio: Trio) -> None:
    filed = trio.file("KR", marking=marking("SECRET"))
    (source,) = filed.sources()
    given = GrantInput(portions=(source,), audience=("US",), purposes=("analysis",))

    def alone() -> object:
        return trio.act("KR", lambda engine: engine.desk.grant(given, OFFICERS[:1]))

    assert isinstance(alone(), NeedsSecondOfficer)
    lower = ReclassifyInput(portion=source, marking=marking("UNCLASSIFIED"), reason="alone")
    trio.act("KR", lambda engine: engine.desk.reclassify(lower))
    with pytest.raises(ConsentError, match="reclassified"):
        alone()
    assert trio.settle() == []
    assert trio.held("US") == set()


@pytest.mark.threat("T08")
def test_a_recipient_that_claims_to_hold_other_content_is_accused(trio: Trio) -> None:
    """Its receipt has another commitment: KR takes no such receipt, and says so in its log."""
    from trilogue.node import accepting
    from trilogue.protocol.opening import Opened

    filed = trio.file("KR")
    real = Opened.receipt

    def lying(self: Opened) -> object:
        item = real(self)
        return msgspec.structs.replace(item, commitment=item.portion)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accepting.Opened, "receipt", lying)
        trio.grant(filed, audience=("US",))
        failures = trio.settle()
    assert [one.step for one in failures] == [9]
    (fault,) = [one for one in trio.faults() if one.speaker == "KR"]
    assert (fault.body["peer"], fault.body["step"]) == ("US", 9)
    assert trio.own("US", "receipt")
    assert [one for one in trio.statements("KR", "receipt") if one.speaker == "US"] == []
