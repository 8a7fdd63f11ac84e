"""The node's picture of flights: from what it may read, filed with its lineage, and forgotten."""

from __future__ import annotations

import threading

import pytest
from tests.support.flights import Shared, bits, cut, grant_plots, submit_plots, table
from tests.support.trio import PARTICIPANTS, Filed, Trio

from trilogue.errors import InputError, NotFoundError, RefusedError
from trilogue.node.engine import Engine, raise_refused
from trilogue.picture.missiles import RaidPicture
from trilogue.reports.cite import Cite
from trilogue.reports.payloads.launch import Launch
from trilogue.reports.payloads.registry import parse_payload
from trilogue.reports.payloads.track import Track


def owned(owner: str) -> list[Shared]:
    """Return what a participant's sensors saw, once."""
    return [one for one in cut(table(every=4)) if one.owner == owner]


def file(trio: Trio, owner: str, *audience: str) -> tuple[Filed, Cite]:
    """Have a participant submit and grant its plots."""
    filed = submit_plots(trio, owned(owner))
    return filed, grant_plots(trio, filed, *audience)


def see(engine: Engine) -> RaidPicture:
    """Return the one raid that a node sees."""
    (raid,) = engine.picturing.flights()
    return raid


@pytest.fixture
def shared(trio: Trio) -> Trio:
    for who in PARTICIPANTS:
        file(trio, who)
    trio.settle()
    return trio


def test_every_node_sees_the_same_from_the_same_portions(shared: Trio) -> None:
    first, *others = [see(engine) for engine in shared]
    # What may go on to whom differs between nodes; what is seen does not.
    pictures = [[bits(one.picture) for one in raid.coalitions] for raid in (first, *others)]
    assert all(other == pictures[0] for other in pictures[1:])
    assert first.best.coalition == PARTICIPANTS
    (flight,) = first.best.picture.flights
    assert flight.impact is not None
    assert {one.report.speaker for one in first.best.lineage[0]} == set(PARTICIPANTS)


def test_one_s_own_plots_alone(shared: Trio) -> None:
    (own,) = shared["JP"].picturing.flights(own_only=True)
    assert [one.coalition for one in own.coalitions] == [("JP",)]
    jp = next(one for one in see(shared["JP"]).coalitions if one.coalition == ("JP",))
    assert bits(own.best) == bits(jp)


def test_a_withdrawal_leaves_no_trace(trio: Trio) -> None:
    file(trio, "JP")
    trio.settle()
    before = see(trio["JP"])
    _, grant = file(trio, "KR")
    trio.settle()
    assert bits(see(trio["JP"])) != bits(before)
    assert len(trio["JP"].picturing.remembered) > 3
    trio.withdraw(grant)
    trio.settle()
    assert trio["JP"].picturing.remembered == frozenset()
    assert bits(see(trio["JP"])) == bits(before)


def test_what_was_gathered_before_a_withdrawal_is_not_remembered_after_it(trio: Trio) -> None:
    file(trio, "JP")
    _, grant = file(trio, "KR")
    trio.settle()
    picturing = trio["JP"].picturing
    hand = picturing.in_hand()
    trio.withdraw(grant)
    trio.settle()
    picturing.flights_of(hand)
    assert picturing.remembered == frozenset()


def test_what_did_not_change_is_remembered(shared: Trio) -> None:
    picturing = shared["US"].picturing
    assert picturing.flights()[0].best is picturing.flights()[0].best


def test_flights_are_estimated_apart_from_the_node_s_thread(shared: Trio) -> None:
    picturing = shared["US"].picturing
    hand = picturing.in_hand()
    found: list[RaidPicture] = []
    threads = [
        threading.Thread(target=lambda: found.extend(picturing.flights_of(hand))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert {bits(raid) for raid in found} == {bits(see(shared["US"]))}


def test_a_flight_is_filed_with_the_lineage_and_the_banner_of_its_sources(shared: Trio) -> None:
    hub = shared["US"]
    raid = see(hub)
    (flight,) = raid.best.picture.flights
    report = hub.picturing.file_flight(
        raid.first_seen, raid.best.coalition, flight.track, "analysis"
    )
    authored, _ = raise_refused(hub.act(lambda: hub.submit(report)))
    payloads = {}
    for digest, header in authored.portions:
        assert header.marking.originators == tuple(sorted(PARTICIPANTS))
        assert {one.portion for one in header.derived_from} == {
            one.portion for one in raid.best.lineage[0]
        }
        (holding,) = hub.holdings.of_portion(authored.report.speaker, authored.report.index, digest)
        payloads[header.payload_type] = parse_payload(
            header.payload_type, hub.holdings.open(holding)
        )
    track, launch = payloads["track"], payloads["launch"]
    assert isinstance(track, Track)
    assert track.state == pytest.approx(flight.now.state)
    assert set(track.lineage) == {one.portion for one in raid.best.lineage[0]}
    assert isinstance(launch, Launch)
    assert launch.apogee_m is not None
    assert flight.apogee_m is not None
    assert launch.apogee_m.value == flight.apogee_m.value
    # What it stands on is in hand: the node's own track adds nothing to its picture.
    assert bits(see(hub).best.picture) == bits(raid.best.picture)


def test_a_filed_flight_goes_where_its_sources_may_go_and_counts_once_there(trio: Trio) -> None:
    """KR lets US derive for JP; JP holds no plots of KR's, and sees what US made of them."""
    file(trio, "JP")
    kr, _ = file(trio, "KR", "US")
    trio.settle()
    hub, japan = trio["US"], trio["JP"]
    (raid,) = hub.picturing.flights()
    coalition = next(one for one in raid.coalitions if one.coalition == ("KR",))
    (flight,) = coalition.picture.flights
    report = hub.picturing.file_flight(raid.first_seen, ("KR",), flight.track, "analysis")
    authored, _ = raise_refused(hub.act(lambda: hub.submit(report)))
    before = see(japan)
    filed = Filed("US", authored.report.index, tuple(d for d, _ in authored.portions))
    trio.grant(filed, (0,), ("JP",))
    trio.settle()
    after = see(japan)
    (own,), (fused,) = before.best.picture.flights, after.best.picture.flights
    assert fused.impact is not None
    assert own.impact is not None
    assert fused.impact.semi_major_m < own.impact.semi_major_m
    assert authored.portions[0][0] in {one.portion for one in after.best.lineage[0]}
    # Then JP is granted the plots themselves: the track adds nothing any more.
    grant_plots(trio, kr, "US", "JP")
    trio.settle()
    (everything,) = see(japan).best.picture.flights
    assert not [remark for remark in everything.remarks if "US's track" in remark]


def test_a_flight_goes_on_to_nobody_for_whom_a_source_does_not_allow_it(trio: Trio) -> None:
    filed = submit_plots(trio, owned("KR"))
    grant_plots(trio, filed, "US", derive_for=())
    trio.settle()
    hub = trio["US"]
    raid = see(hub)
    (flight,) = raid.best.picture.flights
    report = hub.picturing.file_flight(raid.first_seen, ("KR",), flight.track, "analysis")
    assert report.portions[0].marking.releasable_to == ("KR", "US")
    authored, _ = raise_refused(hub.act(lambda: hub.submit(report)))
    made = Filed("US", authored.report.index, tuple(d for d, _ in authored.portions))
    with pytest.raises(RefusedError):
        trio.grant(made, (0,), ("JP",))


def test_what_is_not_in_the_picture_is_not_filed(shared: Trio) -> None:
    hub = shared["US"]
    raid = see(hub)
    with pytest.raises(NotFoundError, match="no flight"):
        hub.picturing.file_flight(raid.first_seen, ("KR",), "nobody", "analysis")
    with pytest.raises(InputError, match="not a purpose"):
        hub.picturing.flights("targeting")
