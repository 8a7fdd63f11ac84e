"""The books: what they keep in memory is bounded, and no answer rests on its being there."""

from __future__ import annotations

import pytest
from tests.support.trio import Trio

from trilogue.node import books


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
