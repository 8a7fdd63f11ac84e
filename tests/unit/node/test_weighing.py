"""Weighing a grant: what it would reveal, to whom, and what they hold already."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.trio import OFFICERS, SITE, Filed, Trio, marking, portion
from tests.unit.reports.payload_examples import EVENT

from trilogue.errors import ConsentError, InputError
from trilogue.node.inputs import (
    GeneraliseInput,
    GrantInput,
    PortionInput,
    ReportInput,
)
from trilogue.node.weighing import Held, Weighed, coarser, weigh

GRIDS = GeneraliseInput(position_grid=0.5, time_grid=60)


def event(**fields: object) -> PortionInput:
    return portion(
        payload_type="seismic-event", payload=msgspec.to_builtins(EVENT), language=None, **fields
    )


def weighed(
    trio: Trio, what: Filed, grids: GeneraliseInput | None = None, **fields: object
) -> Weighed:
    given = GrantInput(
        **{
            "portions": what.sources(),
            "audience": ("JP", "US"),
            "purposes": ("analysis",),
            **fields,
        }
    )
    return trio.act(
        "KR",
        lambda engine: weigh(
            engine, given, grids, officer=OFFICERS[0], why="before a grant", lang="en"
        ),
    )


def register(trio: Trio) -> list[str]:
    return [row["officer"] for row in trio["KR"].db.q.access_after(after=0, most=100)]


def test_each_of_the_audience_sees_the_mark_in_its_own_terms(trio: Trio) -> None:
    found = weighed(trio, trio.file("KR", "what was seen"))
    (one,) = found.revealed
    assert one.fine.payload["text"] == "what was seen"
    assert one.coarse is None
    assert one.fine.place == {"latitude": SITE.latitude, "longitude": SITE.longitude}
    by_name = {recipient.participant: recipient for recipient in found.recipients}
    assert by_name["JP"].banner.startswith("Hi")
    assert by_name["US"].banner.startswith("CONFIDENTIAL")
    assert not found.rules


def test_whoever_looks_stands_in_the_register_and_nothing_is_logged(trio: Trio) -> None:
    what = trio.file("KR")
    size = trio["KR"].db.q.size_of(speaker="KR")
    weighed(trio, what)
    assert register(trio) == [OFFICERS[0]]
    assert trio["KR"].db.q.size_of(speaker="KR") == size


def test_what_somebody_holds_already_is_counted_until_it_is_destroyed(trio: Trio) -> None:
    before, again = trio.file("KR"), trio.file("KR")
    assert all(one.holds == () for one in weighed(trio, again).recipients)
    cites = [trio.grant(one) for one in (before, again)]
    trio.settle()
    found = weighed(trio, again)
    for recipient in found.recipients:
        assert recipient.holds == (Held("nuclear-test", 2),)
        assert recipient.again == (again.place,)
    trio.withdraw(cites[1])
    trio.settle()
    assert weighed(trio, again).recipients[0].holds == (Held("nuclear-test", 1),)


def test_the_rules_are_asked_before_anybody_grants(trio: Trio) -> None:
    secret = trio.submit("KR", ReportInput(portions=(portion(marking=marking("SECRET")),)))
    found = weighed(trio, secret)
    assert found.rules == ("two-officers",)
    assert found.waits
    assert "two different officers" in found.reasons[0]
    assert not weighed(trio, trio.file("KR")).waits


def test_a_coarser_version_is_shown_beside_and_is_what_is_filed(trio: Trio) -> None:
    fine = trio.submit("KR", ReportInput(portions=(event(),)))
    (one,) = weighed(trio, fine, GRIDS).revealed
    assert one.coarse is not None
    assert one.coarse.payload != one.fine.payload
    done = trio.act("KR", lambda engine: coarser(engine, fine.sources()[0], GRIDS))
    ((digest, header),) = done.portions
    assert header.generalised is not None
    assert header.generalised.of == fine.portions[0]
    assert header.marking.level == "CONFIDENTIAL"
    filed = Filed(done.report.speaker, done.report.index, (digest,))
    assert weighed(trio, filed).revealed[0].fine == one.coarse


def test_what_has_nothing_to_round_is_not_granted_as_if_it_were_coarser(trio: Trio) -> None:
    what = trio.file("KR", "words")
    with pytest.raises(InputError, match="no position or time"):
        weighed(trio, what, GRIDS)
    with pytest.raises(InputError, match="no position or time"):
        trio.act("KR", lambda engine: coarser(engine, what.sources()[0], GRIDS))


def test_a_version_of_somebody_elses_portion_is_not_made(trio: Trio) -> None:
    what = trio.submit("KR", ReportInput(portions=(event(),)))
    trio.grant(what)
    trio.settle()
    with pytest.raises(ConsentError, match="not this node's to write anew"):
        trio.act("US", lambda engine: coarser(engine, what.sources()[0], GRIDS))
