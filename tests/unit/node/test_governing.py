"""Keys, cards and the arrangement: adopted, amended, suspended, left, and come back to."""

from __future__ import annotations

import pytest
from tests.support.trio import PARTICIPANTS, TEMPLATE, Trio

from trilogue.arrangement.files import TEXT, draw_up, shipped
from trilogue.encoding import canonical, instant
from trilogue.errors import FormatError, InputError, NotFoundError, NotInForceError, SignatureError
from trilogue.node.engine import Engine
from trilogue.node.governing import roots_in
from trilogue.protocol.bodies import AdoptionBody

DAY = 86_400


def in_force(trio: Trio) -> list[bool]:
    return [engine.books.force(engine.now()).in_force for engine in trio]


def states(trio: Trio, who: str) -> set[str]:
    """Return where everybody thinks that somebody stands."""
    return {str(engine.books.stands()[who].state) for engine in trio}


def amended(trio: Trio) -> dict[str, bytes]:
    """Return the files of an amendment: its tiles are published after a minute."""
    files = shipped("tisa-2014")
    roots = {engine.me: engine.keystore.root().public.vkeys() for engine in trio}
    return draw_up(files, roots, publication_delay=60)


def take(trio: Trio, who: str, files: dict[str, bytes]) -> None:
    trio.act(who, lambda engine: engine.governing.take_arrangement(files))


def adopt(trio: Trio, who: str) -> None:
    trio.act(who, lambda engine: engine.governing.adopt())


# In force.


def test_in_force_means_that_everybody_has_adopted(trio: Trio):
    assert in_force(trio) == [True] * 3
    assert trio["JP"].books.arrangement.digest == trio["KR"].books.arrangement.digest


def test_before_that_nothing_moves(tmp_path, trio: Trio):
    engine = Engine(tmp_path / "new", "KR", TEMPLATE, trio.clock.of("KR"))
    engine.initialise(["officer-a"])
    with pytest.raises(NotInForceError):
        engine.require_force()
    with pytest.raises(NotInForceError, match="no arrangement yet"):
        _ = engine.books.arrangement
    with pytest.raises(NotFoundError, match="no arrangement"):
        engine.act(engine.governing.adopt)
    engine.close()


# Amending.


def test_an_amendment_governs_when_the_last_has_adopted_it(trio: Trio):
    old, files = trio.arrangement.digest_text, amended(trio)
    for who in PARTICIPANTS:
        take(trio, who, files)
    for who in ("KR", "US"):
        adopt(trio, who)
        assert trio.settle() == []
        assert {engine.books.arrangement.digest_text for engine in trio} == {old}
        assert in_force(trio) == [True] * 3
    adopt(trio, "JP")
    assert trio.settle() == []
    (new,) = {engine.books.arrangement.digest_text for engine in trio}
    assert new != old
    assert in_force(trio) == [True] * 3
    (latest, *_) = reversed(trio.own("JP", "adoption"))
    assert latest.says(AdoptionBody).supersedes == old


def test_what_was_said_under_the_old_text_still_counts(trio: Trio):
    filed, files = trio.file("KR"), amended(trio)
    trio.grant(filed)
    for who in PARTICIPANTS:
        take(trio, who, files)
        adopt(trio, who)
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)
    assert trio.faults() == []


def test_what_is_said_under_a_text_that_is_not_here_waits_for_it(trio: Trio):
    files = amended(trio)
    for who in ("KR", "US"):
        take(trio, who, files)
    for who in ("KR", "US"):
        adopt(trio, who)
    trio.settle()
    # JP has adopted what it has not got: its people are quick, and its file is late.
    digest = trio["KR"].books.newest().digest_text
    old = trio["JP"].books.arrangement.digest_text
    body = AdoptionBody(digest=digest, supersedes=old)
    trio.act("JP", lambda engine: engine.sequencer.log("adoption", body))
    trio.settle()
    filed = trio.file("KR")
    trio.grant(filed)
    assert trio.settle() == []
    assert trio.held("US") == set(filed.portions)
    assert trio.held("JP") == set()
    take(trio, "JP", files)
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)
    assert trio.faults() == []


def test_the_same_text_is_not_adopted_twice(trio: Trio):
    with pytest.raises(InputError, match="adopted already"):
        adopt(trio, "KR")


@pytest.mark.threat("T13")
def test_a_text_with_another_root_for_this_node_is_not_taken(trio: Trio):
    files = amended(trio)
    files["roots/KR.vkeys"], files["roots/JP.vkeys"] = (
        files["roots/JP.vkeys"],
        files["roots/KR.vkeys"],
    )
    with pytest.raises(InputError, match="root"):
        take(trio, "KR", files)
    assert trio["KR"].books.newest() is trio["KR"].books.arrangement


@pytest.mark.threat("T20")
def test_a_text_without_roots_is_not_taken(trio: Trio):
    with pytest.raises(InputError, match="holds no root public key"):
        take(trio, "KR", shipped("tisa-2014"))


def test_a_text_that_was_refused_inside_an_act_is_not_remembered(trio: Trio):
    korea, files = trio["KR"], amended(trio)

    def half() -> None:
        korea.governing.take_arrangement(files)
        raise InputError("thought better of it")

    with pytest.raises(InputError, match="better"):
        korea.act(half)
    assert korea.books.newest() is not None
    assert korea.books.newest().digest == korea.books.arrangement.digest


# Suspending.


@pytest.mark.parametrize("who", PARTICIPANTS)
def test_any_of_them_suspends_and_resumes(trio: Trio, who: str):
    trio.act(who, lambda engine: engine.governing.suspend("arrangement", "review"))
    assert trio.settle() == []
    assert in_force(trio) == [False] * 3
    with pytest.raises(NotInForceError, match="uspended"):
        trio.file("KR")
    trio.act(who, lambda engine: engine.governing.resume("arrangement", "done"))
    assert trio.settle() == []
    assert in_force(trio) == [True] * 3
    assert trio.faults() == []


def test_what_protects_passes_while_it_is_suspended(trio: Trio):
    filed = trio.file("KR")
    grant = trio.grant(filed)
    trio.settle()
    trio.act("US", lambda engine: engine.governing.suspend("arrangement", "review"))
    trio.settle()
    assert trio.read("JP", filed)  # what was shared stays protected, and readable
    trio.withdraw(grant)
    assert trio.settle() == []
    assert trio.held("JP") == trio.held("US") == set()
    assert len(trio.own("JP", "destruction")) == 1


def test_suspending_twice_is_no_act(trio: Trio):
    trio.act("KR", lambda engine: engine.governing.suspend("arrangement", "x"))
    with pytest.raises(InputError, match="cannot follow"):
        trio.act("KR", lambda engine: engine.governing.suspend("arrangement", "x"))
    with pytest.raises(InputError, match="'arrangement' or the 'notice'"):
        trio.act("KR", lambda engine: engine.governing.suspend("everything", "x"))


# Leaving: what Korea did with the 2016 agreement between 2019 and 2023.


def test_notice_runs_is_stopped_and_is_taken_back(trio: Trio):
    trio.act("KR", lambda engine: engine.governing.leave("elections"))
    assert trio.settle() == []
    assert states(trio, "KR") == {"notice-given"}
    assert in_force(trio) == [True] * 3
    trio.clock.advance(80 * DAY)
    trio.act("KR", lambda engine: engine.governing.suspend("notice", "talks go on"))
    assert trio.settle() == []
    trio.clock.advance(200 * DAY)
    assert states(trio, "KR") == {"notice-suspended"}
    assert in_force(trio) == [True] * 3
    filed = trio.file("KR")
    trio.grant(filed)
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)
    adopt(trio, "KR")
    assert trio.settle() == []
    assert states(trio, "KR") == {"adopted"}


def test_notice_that_runs_on_ends_it_on_its_day_and_not_before(trio: Trio):
    trio.act("KR", lambda engine: engine.governing.leave("elections"))
    trio.settle()
    filed = trio.file("KR")
    trio.grant(filed)
    trio.settle()
    trio.clock.advance(90 * DAY)
    assert in_force(trio) == [True] * 3
    trio.clock.advance(120)
    assert in_force(trio) == [False] * 3
    with pytest.raises(NotInForceError):
        trio.file("US")
    assert trio.read("JP", filed)  # what was shared under it outlasts it
    adopt(trio, "KR")
    assert trio.settle() == []
    assert in_force(trio) == [True] * 3


def test_notice_is_not_shorter_than_the_text_says(trio: Trio):
    soon = instant.plus(trio["KR"].now(), 89 * DAY)
    with pytest.raises(InputError, match="shorter than 90 days"):
        trio.act("KR", lambda engine: engine.governing.leave("elections", soon))
    assert states(trio, "KR") == {"adopted"}


def test_notice_that_another_gives_too_short_is_refused(trio: Trio, monkeypatch):
    soon = instant.plus(trio["KR"].now(), DAY)
    monkeypatch.setattr(trio["KR"].books, "heed", lambda _: None)
    trio.act("KR", lambda engine: engine.governing.leave("elections", soon))
    (outcome,) = trio.settle()
    assert (outcome.step, outcome.again) == (6, False)
    assert str(trio["US"].books.stands()["KR"].state) == "adopted"


# Keys and cards.


def test_a_card_introduces_its_participant_once(trio: Trio):
    card = trio["KR"].governing.card()
    assert roots_in(card)[0] == "KR"
    before = trio["JP"].db.q.last_position()
    assert trio.act("JP", lambda engine: engine.governing.take_card(card)) == "KR"
    assert trio["JP"].db.q.last_position() == before


def test_a_card_is_the_same_however_far_the_log_has_grown(trio: Trio):
    """All who take it begin at one size, from which the hub can prove every later one."""
    first = trio["KR"].governing.card()
    trio.file("KR")
    trio["KR"].rotate()
    assert trio["KR"].governing.card() == first


@pytest.mark.threat("T13")
def test_a_card_whose_root_is_not_the_arrangements_is_refused(trio: Trio, tmp_path):
    thief = Engine(tmp_path / "thief", "KR", TEMPLATE, trio.clock.of("KR"))
    thief.initialise(["officer-a"])
    card = thief.governing.card()
    fresh = Engine(tmp_path / "fresh", "JP", TEMPLATE, trio.clock.of("JP"))
    fresh.initialise(["officer-a"])
    roots = {engine.me: engine.keystore.root().public.vkeys() for engine in trio}
    files = draw_up(shipped("tisa-2014"), {**roots, "JP": fresh.keystore.root().public.vkeys()})
    fresh.act(lambda: fresh.governing.take_arrangement(files))
    with pytest.raises(SignatureError, match="root") as caught:
        fresh.act(lambda: fresh.governing.take_card(card))
    assert caught.value.step == 1
    assert fresh.books.seen("KR") is None
    for engine in (thief, fresh):
        engine.close()


@pytest.mark.parametrize(
    "card",
    [b"{}", b'{"card":{},"root":["a"]}', b'{"card":{},"root":"a"}', b"[]", b'{"card":1,"root":[]}'],
)
def test_what_is_no_card_is_refused(trio: Trio, card: bytes):
    with pytest.raises(FormatError):
        roots_in(card)


def test_a_card_without_a_key_statement_is_refused(trio: Trio):
    card = canonical.decode(trio["KR"].governing.card(), dict)
    card["card"]["voices"][0]["statements"] = []
    with pytest.raises(FormatError, match="without a key statement"):
        roots_in(canonical.encode(card))


def test_a_node_has_no_card_before_it_has_keys(trio: Trio, tmp_path):
    engine = Engine(tmp_path / "new", "KR", TEMPLATE, trio.clock.of("KR"))
    with pytest.raises(NotFoundError, match="not published its keys"):
        engine.governing.card()
    engine.close()


def test_a_rotation_reaches_everybody_and_names_the_officers(trio: Trio):
    trio["KR"].keystore.add_officer("officer-c")
    trio["KR"].rotate()
    assert trio.settle() == []
    filed = trio.file("KR")
    trio.grant(filed, officers=("officer-c",))
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)
    for engine in trio:
        material = engine.books.keys_of("KR", engine.now())
        assert (material.sequence, len(material.release)) == (1, 3)


@pytest.mark.threat("T11")
def test_an_officer_whose_key_was_not_published_approves_nothing(trio: Trio):
    trio["KR"].keystore.add_officer("officer-c")
    trio.grant(trio.file("KR"), officers=("officer-c",))
    (outcome,) = trio.settle()
    assert (outcome.step, "no release officer" in outcome.reason) == (7, True)


def test_the_text_names_its_participants():
    assert b'hub = "US"' in shipped("tisa-2014")[TEXT]
