"""What kinds of portions are held: found again whatever came, went, or never was after all."""

from __future__ import annotations

import pytest
from tests.support.trio import Filed, Trio, portion

from trilogue.errors import InputError
from trilogue.node.engine import Engine, raise_refused
from trilogue.node.inputs import ReportInput
from trilogue.reports.payloads.registry import PAYLOADS

SITE = {
    "type": "site-activity",
    "site": "Punggye-ri",
    "position": None,
    "observed": {"begins": "2016-09-01T00:00:00.000Z", "ends": "2016-09-02T00:00:00.000Z"},
    "language": "en",
    "text": "vehicles at the north portal",
    "confidence": "moderate",
}


def found(engine: Engine, *kinds: str) -> list[str]:
    return [one.portion for one in engine.contents.of_types(kinds)]


def held(engine: Engine, *kinds: str) -> list[str]:
    """Return the same by opening everything."""
    return [one.portion for one in engine.holdings.all() if one.header.payload_type in kinds]


def site(trio: Trio, who: str = "KR", **fields: object) -> Filed:
    return trio.file(who, payload_type="site-activity", payload=SITE, **fields)


def test_portions_are_found_by_their_type_as_they_come_and_go(trio: Trio) -> None:
    engine = trio["JP"]
    assert found(engine, *PAYLOADS) == []
    first = trio.file("KR", "a", "b")
    grant = trio.grant(first)
    trio.settle()
    assert found(engine, "assessment") == list(first.portions)
    second = site(trio)
    trio.grant(second)
    third = trio.file("KR", "c")
    trio.grant(third)
    trio.settle()
    assert found(engine, "site-activity") == list(second.portions)
    assert found(engine, "assessment") == [*first.portions, *third.portions]
    assert found(engine, "assessment", "site-activity") == held(engine, *PAYLOADS)
    assert found(engine, "plots") == []
    trio.withdraw(grant)
    trio.settle()
    assert found(engine, "assessment") == list(third.portions)
    trio.restart("JP")
    assert found(trio["JP"], "assessment") == list(third.portions)


def test_what_is_held_is_looked_at_in_pieces(trio: Trio) -> None:
    filed = trio.file("KR", "a", "b", "c")
    contents = trio["KR"].contents
    assert [contents.look(2), contents.look(2), contents.look(2)] == [True, False, False]
    assert found(trio["KR"], "assessment") == list(filed.portions)


def test_what_was_rolled_back_leaves_its_place_to_others(trio: Trio) -> None:
    """A slot that an act gave up is another portion's, maybe of another type."""
    engine = trio["KR"]
    trio.file("KR", "first")

    def give_up(korea: Engine) -> None:
        given = portion(payload_type="site-activity", payload=SITE)
        done = raise_refused(korea.submit(ReportInput(portions=(given,))))
        assert found(korea, "site-activity") == [done[0].portions[0][0]]
        raise InputError("given up")

    with pytest.raises(InputError, match="given up"):
        trio.act("KR", give_up)
    assert found(engine, "site-activity") == []
    second = trio.file("KR", "second")
    assert found(engine, "site-activity") == []
    assert found(engine, "assessment") == held(engine, "assessment")
    assert second.portions[0] in found(engine, "assessment")


def test_what_supersedes_is_known_until_it_is_destroyed(trio: Trio) -> None:
    first = trio.file("KR", "first")
    trio.grant(first)
    second = trio.file("KR", "second", supersedes=first.sources()[0])
    grant = trio.grant(second)
    trio.settle()
    japan = trio["JP"].contents
    (portion,) = first.portions
    place = (second.speaker, second.index)
    assert japan.superseding("KR", portion) == ((place, second.portions[0]),)
    assert japan.superseding("US", portion) == ()
    trio.withdraw(grant)
    trio.settle()
    assert japan.superseding("KR", portion) == ()
