"""What an onlooker learns from a log: that something was said, to whom and when; never what."""

from __future__ import annotations

import pytest
from tests.support.trio import Trio

from trilogue.encoding import canonical
from trilogue.errors import NotFoundError


def leaves(trio: Trio, kind: str) -> list[dict]:
    rows = trio["KR"].db.q.statements_after(after=0, most=1000)
    found = [canonical.decode(row["leaf"], dict) for row in rows if row["speaker"] == "KR"]
    return [one for one in found if one["kind"] == kind]


def without_commitment(leaf: dict) -> dict:
    return {name: value for name, value in leaf.items() if name not in ("commitment", "cites")}


@pytest.mark.threat("T01", "T16")
def test_the_leaves_of_two_reports_differ_in_their_commitments_alone(trio: Trio) -> None:
    """A word, and sixteen thousand of them; one portion, and three."""
    trio.file("KR", "a")
    trio.file("KR", "words " * 16_000)
    trio.file("KR", "a", "b", "c")
    one, two, three = leaves(trio, "report")
    assert without_commitment(one) == without_commitment(two) == without_commitment(three)
    assert len({leaf["commitment"] for leaf in (one, two, three)}) == 3
    assert {len(canonical.encode(leaf)) for leaf in (one, two, three)} == {
        len(canonical.encode(one))
    }


@pytest.mark.threat("T01")
def test_the_leaf_of_a_grant_shows_neither_portions_nor_purposes_nor_terms(trio: Trio) -> None:
    filed = trio.file("KR", "a", "b")
    trio.grant(filed, (0,))
    trio.grant(filed, lasts_seconds=60, purposes=("warning",), derive_for=("US",))
    one, two = leaves(trio, "grant")
    assert without_commitment(one) == without_commitment(two)
    assert one["cites"] == two["cites"]


@pytest.mark.threat("T16")
def test_an_entry_that_hides_tempo_is_as_long_as_any_that_nobody_is_told(trio: Trio) -> None:
    """Whoever counts entries counts padding, too; its kind shows, its moment hides others'."""
    from trilogue.protocol.bodies import PaddingBody

    trio.act("KR", lambda engine: engine.sequencer.log("padding", PaddingBody()))
    (leaf,) = leaves(trio, "padding")
    assert (leaf["to"], leaf["for"], leaf["cites"]) == ([], [], [])


@pytest.mark.threat("T06", "T22")
def test_the_hub_opens_no_portion_but_those_granted_of_what_goes_through_it(trio: Trio) -> None:
    filed = trio.file("KR", "for all", "nobody else is to read this")
    trio.grant(filed, (0,))
    assert trio.settle() == []
    for who in ("US", "JP"):
        assert trio.held(who) == {filed.portions[0]}
        with pytest.raises(NotFoundError):
            trio.read(who, filed, 1)
        for path in (trio.base / who).rglob("*"):
            assert not path.is_file() or b"nobody else" not in path.read_bytes()
