"""The books: what they keep in memory is bounded, and no answer rests on its being there."""

from __future__ import annotations

import pytest
from tests.support.rules import standing
from tests.support.trio import OFFICERS, Trio

from trilogue.encoding import instant
from trilogue.node import books
from trilogue.node.inputs import StandingInput


@pytest.mark.threat("T17")
def test_what_is_at_hand_is_bounded_in_bytes_and_the_rest_is_read_anew(
    trio: Trio, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(books, "AT_HAND", 2_000)
    mine = trio["KR"].books
    mine.forget()
    filed = [trio.file("KR", f"seen {number}" * 40) for number in range(8)]
    cites = [mine.cite(one.speaker, one.index) for one in filed]
    kept = sum(len(one.raw) for one in mine._kept.values())
    assert kept == mine._at_hand
    assert 0 < kept <= 2_000
    assert 0 < len(mine._kept) < len(filed)
    found = [mine.statement(cite) for cite in cites if cite is not None]
    assert [one.index for one in found if one is not None] == [one.index for one in filed]
    assert mine._at_hand <= 2_000


def test_a_larger_statement_than_all_that_may_be_kept_is_not_kept(
    trio: Trio, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(books, "AT_HAND", 10)
    filed = trio.file("KR")
    cite = trio["KR"].books.cite(filed.speaker, filed.index)
    assert cite is not None
    assert trio["KR"].books.statement(cite) is not None
    assert trio["KR"].books._kept == {}


def test_how_much_was_granted_is_told_alike_from_memory_and_from_the_store(trio: Trio):
    rule = StandingInput(rule=standing())
    cite = trio.act("KR", lambda engine: engine.desk.stand(rule, OFFICERS)).cite
    mine = trio["KR"].books
    for seconds in (0.0, 0.4, 30.0, 3_500.0):
        trio.clock.advance(seconds)
        trio.file("KR")
        since = instant.plus(trio["KR"].now(), -3_600.0)
        remembered = mine.used(cite, since)
        mine.forget()
        assert mine.used(cite, since) == remembered
    assert mine.used(cite, instant.plus(trio["KR"].now(), -3_600.0)) == 4
    trio.clock.advance(80.0)
    assert mine.used(cite, instant.plus(trio["KR"].now(), -3_600.0)) == 2


def test_an_hour_of_grants_takes_no_more_memory_than_its_seconds(trio: Trio):
    rule = StandingInput(rule=standing())
    trio.act("KR", lambda engine: engine.desk.stand(rule, OFFICERS))
    for _ in range(40):
        trio.file("KR")
    (used,) = trio["KR"].books._used.values()
    assert len(used._seconds) <= 2
    assert used.since("") == 40


def test_standing_consents_are_known_anew_when_one_comes_or_goes(trio: Trio):
    given = StandingInput(rule=standing())
    first, second = (
        trio.act("KR", lambda engine: engine.desk.stand(given, OFFICERS)).cite for _ in range(2)
    )
    mine = trio["KR"].books
    assert [cite for cite, _ in mine.standing()] == [first, second]
    trio.withdraw(first, "JP")
    remembered = mine.standing()
    assert [cite for cite, _ in remembered] == [second]
    mine.forget()
    assert mine.standing() == remembered
    trio.settle()
    assert trio["US"].books.standing() == []
