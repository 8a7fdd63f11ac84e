"""Taking deliveries in: what is late, early, torn or twice costs nothing and accuses nobody."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from tests.support.trio import Filed, Trio

from trilogue.consent.acts import RefusalBody
from trilogue.encoding import canonical, instant
from trilogue.errors import FormatError
from trilogue.node.inputs import GrantInput, IncidentInput, Place
from trilogue.protocol.bodies import DestructionBody, ReceiptBody, RelayBody
from trilogue.protocol.delivery import Delivery, parse_delivery
from trilogue.protocol.relaying import make_relay
from trilogue.tlog.tree import consistency_proof

LOSS = IncidentInput(
    nature="loss",
    certainty="possible",
    concerns=(Place(speaker="KR", index=0),),
    text="a laptop is missing",
)


def receipts(trio: Trio, who: str) -> list[str]:
    """Return the digests of what a node certified to have opened, as often as it said so."""
    return [i.portion for s in trio.own(who, "receipt") for i in s.says(ReceiptBody).items]


def refusals(trio: Trio, who: str) -> list[RefusalBody]:
    return [s.says(RefusalBody) for s in trio.own(who, "refusal")]


def altered(data: bytes, **changes: object) -> bytes:
    """Return a delivery with other fields."""
    return canonical.encode(msgspec.structs.replace(canonical.decode(data, Delivery), **changes))


# Order and repetition.


@pytest.mark.threat("T21")
def test_the_same_delivery_twice_counts_once(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed)
    trio.carry("KR", "US")
    outgoing = trio["KR"].sending.outgoing("US")
    first, second = (trio.deliver(outgoing, "KR") for _ in range(2))
    assert [o.step for o in first.outcomes] == [o.step for o in second.outcomes]
    assert receipts(trio, "US") == list(filed.portions)
    assert len(trio["US"].holdings.of_portion(filed.speaker, filed.index, filed.portions[0])) == 1


def test_an_answer_that_was_lost_costs_one_more_delivery(trio: Trio):
    trio.grant(trio.file("KR"))
    for _ in range(2):
        trio.carry("KR", "US")
    lost = trio["US"].sending.outgoing("JP")
    trio.deliver(lost, "US")
    trio.grant(trio.file("KR"))
    assert trio.settle() == []
    assert (trio.waiting(), trio.failed(), trio.faults()) == (0, [], [])
    assert len(receipts(trio, "JP")) == 2


def test_a_restart_forgets_how_far_the_others_saw_and_nothing_else(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed)
    trio.grant(filed, not_before=instant.plus(trio.clock.now, 60))
    trio.settle()
    trio.clock.advance(120)
    trio.restart("US")
    assert trio.settle() == []
    assert (trio.waiting(), trio.faults()) == (0, [])
    assert receipts(trio, "JP") == list(filed.portions) * 2


def test_notice_and_its_suspension_may_come_in_one_delivery(trio: Trio):
    trio.act("KR", lambda engine: engine.governing.leave("elections"))
    trio.act("KR", lambda engine: engine.governing.suspend("notice", "talks go on"))
    assert trio.settle() == []
    stands = [engine.books.stands()["KR"].state for engine in trio]
    assert stands == ["notice-suspended"] * 3


def test_a_withdrawal_overtakes_the_grant_that_it_ends(trio: Trio):
    grant = trio.grant(trio.file("KR"))
    withdrawal = trio.withdraw(grant)
    assert trio.settle() == []
    for who in ("US", "JP"):
        assert trio.held(who) == set()
        (destroyed,) = (s.says(DestructionBody) for s in trio.own(who, "destruction"))
        assert (destroyed.grant, destroyed.withdrawal) == (grant, withdrawal)
        assert destroyed.portions == ()
    assert trio.faults() == []


def test_what_was_withdrawn_for_the_next_leaves_its_keys_behind(trio: Trio):
    """The hub learns of grant and withdrawal at once: it passes on both, and no box."""
    filed = trio.file("KR")
    trio.withdraw(trio.grant(filed), "JP")
    for _ in range(2):
        trio.carry("KR", "US")
    assert trio.held("US") == set(filed.portions)
    outgoing = trio["US"].sending.outgoing("JP")
    assert parse_delivery(outgoing.data).boxes == ()
    assert trio.settle() == []
    assert trio.held("JP") == set()
    assert len(trio.own("JP", "destruction")) == 1


def test_what_still_waits_when_it_is_withdrawn_goes_without_keys(trio: Trio):
    filed = trio.file("KR")
    grant = trio.grant(filed)
    for _ in range(2):
        trio.carry("KR", "US")
    trio.withdraw(grant, "JP")
    for _ in range(2):
        trio.carry("KR", "US")
    assert list(trio["US"].db.q.all_holdings())
    assert trio.settle() == []
    assert trio.held("JP") == set()
    for engine in trio:
        assert engine.db._connection.execute("SELECT * FROM box").fetchall() == []


def ciphertexts(trio: Trio, who: str) -> int:
    return trio[who].db._connection.execute("SELECT count(*) AS n FROM ciphertext").fetchone()["n"]


def test_what_ends_for_the_hub_alone_still_reaches_whom_it_is_for(trio: Trio):
    """The hub has relayed it and not sent it yet: it goes on, though the hub opens it no more."""
    filed = trio.file("KR")
    twice = [trio.grant(filed), trio.grant(filed)]
    for _ in range(2):
        trio.carry("KR", "US")
    for grant in twice:
        trio.withdraw(grant, "US")
    for _ in range(2):
        trio.carry("KR", "US")
    assert trio.held("US") == set()
    assert ciphertexts(trio, "US") == 1
    assert trio.settle() == []
    assert trio.waiting() == 0
    assert trio.held("JP") == set(filed.portions)
    assert ciphertexts(trio, "US") == 0


def test_what_ends_for_everybody_waits_at_the_hub_without_content(trio: Trio):
    grant = trio.grant(trio.file("KR"))
    for _ in range(2):
        trio.carry("KR", "US")
    trio.withdraw(grant)
    for _ in range(2):
        trio.carry("KR", "US")
    assert trio.waiting() > 0
    assert ciphertexts(trio, "US") == 0


def test_the_hub_does_not_pass_on_what_it_may_not_hold(trio: Trio):
    filed = trio.file("KR")
    trio.withdraw(trio.grant(filed), "US")
    assert trio.settle() == []
    assert trio.held("JP") == set()
    assert [(r.act, r.reason) for r in refusals(trio, "US")] == [
        ("relay", "US holds nothing under it")
    ]
    assert (trio.waiting(), trio.failed(), trio.faults()) == (0, [], [])


# Time.


@pytest.mark.parametrize("legs", [0, 2], ids=["on the first leg", "on the second leg"])
def test_a_grant_that_ran_out_on_its_way_counts_and_opens_nothing(trio: Trio, legs: int):
    filed = trio.file("KR")
    grant = trio.grant(filed, lasts_seconds=10)
    for _ in range(legs):
        trio.carry("KR", "US")
    trio.clock.advance(60)
    assert trio.settle() == []
    late = "JP" if legs else "US"
    assert trio.held("JP") == set()
    (refusal, *_) = refusals(trio, late)
    assert (refusal.act, refusal.answers) == ("accept", grant)
    assert "the grant ended at" in refusal.reason
    assert (trio.waiting(), trio.failed(), trio.faults()) == (0, [], [])


@pytest.mark.parametrize("skew", [100.0, 7200.0], ids=["minutes", "beyond the keys' beginning"])
def test_a_clock_that_runs_ahead_makes_the_others_wait_and_loses_nothing(trio: Trio, skew: float):
    trio.clock.skew["KR"] = skew
    trio["KR"].rotate()
    filed = trio.file("KR")
    trio.grant(filed)
    assert trio.settle() == []
    assert trio.held("US") == set()
    trio.clock.advance(skew)
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)
    assert (trio.waiting(), trio.failed(), trio.faults()) == (0, [], [])


def test_a_clock_that_runs_behind_hears_what_was_said_when_it_is_set_right(trio: Trio):
    trio.clock.skew["US"] = -7200.0
    filed = trio.file("KR")
    trio.grant(filed)
    assert trio.settle() == []
    trio.clock.skew["US"] = 0.0
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)
    assert (trio.waiting(), trio.failed(), trio.faults()) == (0, [], [])


def test_a_grant_that_has_not_begun_waits_until_it_does(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed, not_before=instant.plus(trio.clock.now, 3600))
    assert trio.settle() == []
    assert (trio.held("US"), trio.waiting()) == (set(), 1)
    trio.clock.advance(3601)
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)


def test_what_waits_does_not_hold_up_what_comes_after_it(trio: Trio):
    filed = trio.file("KR")
    for _ in range(130):
        trio.grant(filed, audience=("US",), not_before=instant.plus(trio.clock.now, 3600))
    grant = trio.grant(filed)
    trio.settle()
    trio.withdraw(grant)
    trio.settle()
    assert len(trio.own("JP", "destruction")) == 1
    assert trio.waiting() == 130


def test_what_moves_nothing_while_suspended_moves_when_it_is_resumed(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed)
    trio.act("JP", lambda engine: engine.governing.suspend("arrangement", "review"))
    for _ in range(2):
        trio.carry("JP", "US")
    assert trio.settle() == []
    assert trio.held("US") == set()
    trio.act("JP", lambda engine: engine.governing.resume("arrangement", "done"))
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)
    assert (trio.waiting(), trio.failed(), trio.faults()) == (0, [], [])


def test_what_is_said_about_the_arrangement_does_not_overtake_itself(trio: Trio):
    """The suspension waits for the clocks to meet; what comes after it is not sent in its place."""
    trio.clock.skew["US"] = 100.0
    trio.act("US", lambda engine: engine.governing.suspend("arrangement", "review"))
    assert trio.settle() == []
    trio.carry("US", "KR")
    trio.clock.skew["US"] = 0.0
    trio.clock.advance(200)
    trio.act("US", lambda engine: engine.governing.resume("arrangement", "done"))
    assert trio.settle() == []
    assert [engine.books.stands()["US"].state for engine in trio] == ["adopted"] * 3
    assert trio.faults() == []


# Size.


def test_answers_to_a_large_delivery_are_said_in_several_statements(trio: Trio):
    """Two grants of 256 reports are more than one receipt or one relay can cite."""
    filed = [trio.file("KR", text) for text in map(str, range(256))]
    given = GrantInput(
        portions=tuple(s for one in filed for s in one.sources()),
        audience=("JP", "US"),
        purposes=("analysis",),
    )
    for _ in range(2):
        trio.act("KR", lambda engine: engine.desk.grant(given, ("officer-a",)))
    assert trio.settle() == []
    assert len(receipts(trio, "JP")) == 512
    sizes = [len(s.says(RelayBody).items) for s in trio.own("US", "relay")]
    assert max(sizes) == 257
    assert (trio.waiting(), trio.failed(), trio.faults()) == (0, [], [])


def test_content_is_spread_over_deliveries_that_fit(trio: Trio, monkeypatch):
    """What a delivery may hold is kept below what a recipient takes, relayed or not."""
    monkeypatch.setattr("trilogue.node.sending.MOST_BYTES", 600_000)
    filed = [trio.file("KR", letter * 190_000) for letter in "abcdefgh"]
    for one in filed:
        trio.grant(one)
    sizes = []
    for _ in range(20):
        for sender, receiver in (("KR", "US"), ("US", "JP"), ("JP", "US"), ("US", "KR")):
            outgoing = trio[sender].sending.outgoing(receiver)
            if outgoing is not None:
                sizes.append(len(outgoing.data))
                trio.acknowledge(sender, outgoing, trio.deliver(outgoing, sender))
    assert trio.held("JP") == {digest for one in filed for digest in one.portions}
    # Base64 makes three bytes four; proofs, checkpoint and statements come on top.
    assert max(sizes) < 600_000 * 4 / 3 + 30_000


# Whom it is for.


@pytest.fixture
def known(trio: Trio) -> Filed:
    """A report that US holds and JP knows nothing of, and everything said about it."""
    filed = trio.file("KR")
    trio.withdraw(trio.grant(filed, audience=("US",)))
    trio.settle()
    return filed


@pytest.mark.threat("T06")
@pytest.mark.parametrize("kind", ["report", "grant", "withdrawal"])
def test_a_hub_that_tells_others_what_was_said_to_it_is_refused(trio: Trio, known, kind: str):
    said = next(s for s in trio.statements("US", kind) if s.speaker == "KR")
    cite = trio["US"].books.cite("KR", said.index)
    relay = make_relay("JP", [cite], (), trio.arrangement)
    trio.act("US", lambda engine: engine.sequencer.log("relay", relay))
    (outcome,) = trio.settle()
    assert (outcome.speaker, outcome.index, outcome.step) == ("KR", said.index, 6)
    assert trio["JP"].books.cite("KR", said.index) is None
    (fault,) = trio.faults()
    assert (fault.speaker, fault.body["peer"]) == ("JP", "US")


def test_nobody_but_a_neighbour_is_listened_to(trio: Trio):
    trio.grant(trio.file("KR"))
    outgoing = trio["KR"].sending.outgoing("US")
    japan = trio["JP"]
    before = japan.db.q.last_position()
    with pytest.raises(FormatError, match="who is no neighbour"):
        japan.act(lambda: japan.receiving.receive(outgoing.data))
    assert japan.db.q.last_position() == before


@pytest.mark.threat("T06")
def test_what_another_says_cannot_be_slipped_in_under_the_hubs_name(trio: Trio):
    """KR's own delivery, with the hub written over it as its sender: no relay, no hearing."""
    trio.grant(trio.file("KR"))
    trio.carry("KR", "US")
    outgoing = trio["KR"].sending.outgoing("US")
    japan = trio["JP"]
    ack = japan.act(lambda: japan.receiving.receive(altered(outgoing.data, sender="US")))
    assert all(outcome.step is not None for outcome in ack.outcomes)
    assert trio.held("JP") == set()


# Keys and checkpoints.


def test_a_rotation_goes_ahead_of_what_waited_before_it(trio: Trio):
    """New keys sign the checkpoint under which the old statements go."""
    filed = trio.file("KR")
    for _ in range(130):
        trio.grant(filed, audience=("US",))
    trio["KR"].rotate()
    assert trio.settle() == []
    assert len(receipts(trio, "US")) == 130
    assert (trio.waiting(), trio.failed(), trio.faults()) == (0, [], [])


def test_what_was_sealed_before_a_rotation_opens_after_it(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed)
    for who in ("US", "JP", "KR"):
        trio[who].rotate()
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)
    trio.restart("JP")
    later = trio.file("KR")
    trio.grant(later)
    assert trio.settle() == []
    assert trio.held("JP") == {*filed.portions, *later.portions}
    assert (trio.failed(), trio.faults()) == ([], [])


def test_keys_go_on_with_what_they_signed_for_whatever_the_clocks_say(trio: Trio):
    """The hub lags behind: it takes in what was said before, under a checkpoint signed later."""
    trio.act("JP", lambda engine: engine.desk.report_incident(LOSS))
    trio.clock.advance(60)
    trio.clock.skew["US"] = -60.0
    trio["JP"].rotate()
    assert trio.settle() == []
    assert {m.sequence for _, m in trio["KR"].books.materials("JP")} == {0, 1}
    assert (trio.failed(), trio.faults()) == ([], [])


@pytest.mark.threat("T12")
def test_a_checkpoint_signed_by_replaced_keys_is_refused(trio: Trio):
    """Whoever keeps the old keys can sign nothing once their replacement stands in the log."""
    korea = trio["KR"]
    old = korea.keys
    korea.rotate()
    trio.settle()
    korea.sequencer.commit([lambda: korea.governing.leave("signed by a thief")], old)
    (outcome,) = trio.settle()
    assert outcome.step == 2
    assert trio["US"].books.stands()["KR"].state == "adopted"


def test_a_size_that_was_a_step_can_be_relayed_once_it_is_signed_for(trio: Trio):
    """KR may sign for a size later that US saw only on the way to a larger one."""
    korea, seen = trio["KR"], trio["US"].books.seen("KR")[0]
    first = trio.file("KR")
    trio.grant(first)
    early = korea.sending.outgoing("US")
    second = trio.file("KR")
    trio.grant(second)
    late = korea.sending.outgoing("US")
    (signed,), (voice,) = (parse_delivery(one.data).voices for one in (early, late))
    # The late one leads by way of the size that the early one signs for, and says the rest.
    sizes = (seen, signed.steps[-1].size, voice.steps[-1].size)
    proofs = [consistency_proof(*pair, korea.sequencer.hashes) for pair in pairwise(sizes)]
    steps = tuple(
        msgspec.structs.replace(step, proof=tuple(proof))
        for step, proof in zip((signed.steps[-1], voice.steps[-1]), proofs, strict=True)
    )
    said_early = {spoken.raw for spoken in signed.statements}
    rest = tuple(spoken for spoken in voice.statements if spoken.raw not in said_early)
    through = msgspec.structs.replace(voice, old=seen, steps=steps, statements=rest)
    trio.deliver(late, "KR", altered(late.data, voices=(through,)))
    trio.deliver(early, "KR")
    assert trio.held("US") == {*first.portions, *second.portions}
    assert trio.settle() == []
    assert trio.held("JP") == {*first.portions, *second.portions}
