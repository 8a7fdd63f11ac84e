"""The node's own picture: from what it may read and nothing else, and filed with its lineage."""

from __future__ import annotations

import pytest
from tests.support.readings import file_readings
from tests.support.trio import Trio

from trilogue.errors import InputError, NotFoundError
from trilogue.node.engine import Engine, raise_refused
from trilogue.picture.seismic import SeismicPicture
from trilogue.reports.payloads.event import SeismicEvent
from trilogue.reports.payloads.registry import parse_payload

ALL = ("JP", "KR", "US")


def _see(engine: Engine) -> tuple[SeismicPicture, ...]:
    return engine.picturing.events("analysis")


@pytest.fixture
def shared(trio: Trio) -> Trio:
    for who in ("KR", "US", "JP"):
        others = tuple(p for p in ALL if p != who)
        file_readings(trio[who], "DPRK5", others)
    trio.settle()
    return trio


def test_every_node_sees_the_same_from_the_same_portions(shared: Trio) -> None:
    pictures = [_see(engine) for engine in shared]
    assert [len(events) for events in pictures] == [1, 1, 1]
    first, *others = [[e.to_json() for e in events[0].estimates] for events in pictures]
    assert all(other == first for other in others)


def test_what_is_not_granted_changes_no_bit(shared: Trio) -> None:
    before = [e.to_json() for e in _see(shared["JP"])[0].estimates]
    file_readings(shared["KR"], "DPRK6", ("US",))
    shared.settle()
    assert [e.to_json() for e in _see(shared["JP"])[0].estimates] == before
    assert len(_see(shared["JP"])) == 1
    assert len(_see(shared["US"])) == 2


def test_an_estimate_is_filed_with_the_lineage_and_the_banner_of_its_sources(
    shared: Trio,
) -> None:
    hub = shared["US"]
    event = _see(hub)[0]
    report = hub.picturing.file(event.first_arrival, event.best.coalition, "analysis")
    authored, _ = raise_refused(hub.act(lambda: hub.submit(report)))
    digest, header = authored.portions[0]
    assert header.marking.originators == ALL
    assert set(header.marking.releasable_to) == set(ALL)
    assert {source.report.speaker for source in header.derived_from} == set(ALL)
    (holding,) = hub.holdings.of_portion(authored.report.speaker, authored.report.index, digest)
    stated = parse_payload("seismic-event", hub.holdings.open(holding))
    assert isinstance(stated, SeismicEvent)
    assert stated.identification is not None
    assert stated.identification.kind == "unknown"
    assert stated.yield_estimate is None


def test_what_is_not_in_the_picture_is_not_filed(shared: Trio) -> None:
    with pytest.raises(NotFoundError, match="no estimate"):
        shared["US"].picturing.file("2016-09-09T00:00:00.000Z", ("KR",), "analysis")
    with pytest.raises(InputError, match="not a purpose"):
        shared["US"].picturing.events("targeting")
