"""Somebody is away, or was: what waits arrives, and a log goes on from where it was seen."""

from __future__ import annotations

import pytest
from tests.support.trio import Trio

from trilogue.protocol.delivery import parse_delivery

# Somebody is away.


def test_what_the_hub_holds_for_one_who_is_away_arrives_when_it_is_back(trio: Trio):
    filed = [trio.file("KR", text) for text in "abc"]
    for one in filed:
        trio.grant(one)
    for _ in range(3):
        trio.carry("KR", "US")
    assert trio.held("JP") == set()
    trio.restart("US")
    trio.restart("JP")
    assert trio.settle() == []
    assert trio.held("JP") == {digest for one in filed for digest in one.portions}
    assert (trio.waiting(), trio.faults()) == (0, [])


def test_without_the_hub_nothing_passes_and_nothing_is_lost(trio: Trio):
    ours, theirs = trio.file("KR"), trio.file("JP")
    trio.grant(ours)
    trio.grant(theirs)
    withdrawn = trio.grant(ours, lasts_seconds=7200)
    trio.withdraw(withdrawn)
    assert {engine.me: len(list(engine.holdings.all())) for engine in trio} == {
        "KR": 1,
        "US": 0,
        "JP": 1,
    }
    trio.clock.advance(3600)
    assert trio.settle() == []
    assert set(ours.portions) <= trio.held("JP")
    assert set(theirs.portions) <= trio.held("KR")
    assert len(trio.own("JP", "destruction")) == 1
    assert (trio.waiting(), trio.faults()) == (0, [])


def test_while_the_originator_is_away_its_grants_stand_and_end_by_themselves(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed, lasts_seconds=3600)
    trio.settle()
    asked = trio.request("JP", "KR")
    for leg in (("JP", "US"), ("US", "JP")) * 3:
        trio.carry(*leg)
    assert trio.read("JP", filed)
    assert trio["KR"].books.statement(asked) is None
    trio.clock.advance(3601)
    trio.act("JP", lambda engine: engine.sweep())
    assert trio.held("JP") == set()
    assert trio.settle() == []
    assert trio["KR"].books.statement(asked) is not None
    assert [s.speaker for s in trio.statements("KR", "destruction")] == ["JP"]


# How far a neighbour has seen a log.


def steps_in(trio: Trio, speaker: str) -> list[int]:
    """Return how many steps along a speaker's log the hub's next delivery to JP has, by voice."""
    outgoing = trio["US"].sending.outgoing("JP")
    assert outgoing is not None
    voices = parse_delivery(outgoing.data).voices
    return [len(voice.steps) for voice in voices if voice.speaker == speaker]


def test_after_a_start_a_log_is_not_told_from_its_beginning(trio: Trio):
    for _ in range(4):
        trio.grant(trio.file("KR"))
        trio.settle()
    filed = trio.file("KR")
    trio.grant(filed)
    trio.carry("KR", "US")
    trio.restart("US")
    assert sum(steps_in(trio, "KR")) == 0
    assert not trio.settle()
    assert set(filed.portions) <= trio.held("JP")
    assert not trio.faults()


def test_one_who_was_away_is_led_along_in_several_deliveries(
    trio: Trio, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("trilogue.node.sending.MOST_STEPS", 3)
    for _ in range(8):
        trio.grant(trio.file("KR"), audience=("US",))
        trio.carry("KR", "US")
    filed = trio.file("KR")
    trio.grant(filed)
    trio.carry("KR", "US")
    seen, most, led = [], 0, 0
    sending = trio["US"].sending
    while filed.portions[0] not in trio.held("JP"):
        most = max(most, *steps_in(trio, "KR"))
        outgoing = sending.outgoing("JP")
        assert sending.heed(outgoing, trio.deliver(outgoing, "US"))
        # What only moved the view on is not the end of it: what waits can go at once.
        assert outgoing.rows or not sending.done_with(outgoing)
        led += not outgoing.rows
        seen.append(trio["JP"].books.seen("KR"))
    assert (most, led > 0) == (4, True)
    assert len(set(seen)) > 2
    assert not trio.settle()
    assert not trio.faults()
