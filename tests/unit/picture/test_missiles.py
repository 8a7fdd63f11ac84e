"""Flights by coalition, and tracks that stand for plots: nothing counted twice."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

import msgspec
import numpy as np
import pytest
from tests.support.flights import (
    PARTICIPANTS,
    bits,
    cut,
    played,
    readable,
    readables,
    table,
    track_payload,
)

from trilogue.analysis.geodesy.geodesic import inverse
from trilogue.analysis.tracking.consistency import nees
from trilogue.analysis.tracking.estimate import FlightEstimate
from trilogue.analysis.tracking.fusion import fuse_independent, intersect, log_volume, moved
from trilogue.analysis.tracking.settings import EstimateSettings
from trilogue.picture.missiles import FlightPicture, Flights, RaidPicture, picture_flights
from trilogue.picture.sources import Readable
from trilogue.reports.header import PortionRef
from trilogue.reports.payloads.plots import Plots
from trilogue.reports.payloads.quantities import Measured

SETTINGS = EstimateSettings()


def see(given: list[Readable]) -> RaidPicture:
    """Return the one raid that portions show."""
    (raid,) = picture_flights(given, PARTICIPANTS)
    return raid


def only(picture: FlightPicture) -> FlightEstimate:
    """Return the one flight of a picture."""
    (flight,) = picture.picture.flights
    return flight


@cache
def shared() -> tuple[Readable, ...]:
    """Return the plots of all sensors, in stretches of half a minute."""
    return tuple(readables(cut(table(every=2), 30.0)))


def of(*owners: str) -> list[Readable]:
    """Return some participants' plots."""
    return [one for one in shared() if one.report.speaker in owners]


@dataclass(frozen=True)
class Sharer:
    """A participant's own estimate, shared as a track."""

    estimate: FlightEstimate
    track: Readable


@cache
def sharer(speaker: str, *owners: str, derived: bool = True) -> Sharer:
    """Return what a participant makes of some plots, and the track in which it shares that."""
    behind = of(*owners)
    flight = only(see(behind).best)
    payload = track_payload(
        "a",
        flight.now.time,
        flight.now.state,
        flight.now.covariance,
        [one.portion for one in behind] if derived else [],
    )
    return Sharer(flight, readable(speaker, 900, payload, behind if derived else ()))


def test_every_coalition_sees_what_its_own_portions_say() -> None:
    raid = see(list(shared()))
    assert [one.coalition for one in raid.coalitions] == [
        ("KR",), ("US",), ("JP",), ("KR", "US"), ("KR", "JP"), ("US", "JP"), PARTICIPANTS,
    ]  # fmt: skip
    for one in raid.coalitions:
        alone = see(of(*one.coalition)).best
        assert bits(alone) == bits(one)
        assert {source.report.speaker for source in one.behind(only(one).track)} == set(
            one.coalition
        )


def test_sharing_shrinks_the_ellipse_and_the_truth_is_where_it_says() -> None:
    raid = see(list(shared()))
    flight = only(raid.best)
    path = played().flights[0]
    assert flight.now.phase == "midcourse"
    assert flight.impact is not None
    off, *_ = inverse(flight.impact.latitude, flight.impact.longitude, *path.trajectory.impact)
    assert float(off) < 2.0 * flight.impact.semi_major_m
    for one in raid.coalitions[:-1]:
        own = only(one)
        if own.impact is not None:
            assert flight.impact.semi_major_m <= own.impact.semi_major_m


def test_the_order_of_portions_changes_no_bit() -> None:
    given = [*shared(), sharer("US", "US", "JP").track]
    first = bits(see(given))
    for seed in range(3):
        random.Random(seed).shuffle(given)
        assert bits(see(given)) == first


def test_pictures_one_after_another_are_what_they_would_be_at_once() -> None:
    flights = Flights(PARTICIPANTS)
    given = sorted(shared(), key=lambda one: one.portion)  # in no order of time
    seen: list[Readable] = []
    for start in range(0, len(given), 7):
        seen += given[start : start + 7]
        assert bits(flights.picture(seen)) == bits(picture_flights(seen, PARTICIPANTS))
    # One portion goes: nothing of it is left.
    rest = [one for one in seen if one is not seen[3]]
    assert bits(flights.picture(rest)) == bits(picture_flights(rest, PARTICIPANTS))
    assert bits(flights.picture(seen)) == bits(picture_flights(seen, PARTICIPANTS))


def test_what_did_not_change_is_not_computed_again() -> None:
    flights = Flights(PARTICIPANTS)
    given = list(shared())
    before = {one.coalition: one for one in flights.picture(given)[0].coalitions}
    less = [one for one in given if one is not of("JP")[0]]
    after = {one.coalition: one for one in flights.picture(less)[0].coalitions}
    for coalition, picture in after.items():
        assert (picture is before[coalition]) == ("JP" not in coalition)


def test_raids_lie_apart() -> None:
    later = [
        readable(
            "KR", 300, track_payload("b", 2e9, x.now.state, x.now.covariance, [of("US")[0].portion])
        )
        for x in [sharer("KR", "KR").estimate]
    ]
    raids = picture_flights([*of("KR"), *later], PARTICIPANTS)
    assert len(raids) == 2
    assert bits(raids[0].coalitions) == bits(see(of("KR")).coalitions)
    assert raids[0].first_seen < raids[1].first_seen


def test_until_looks_at_nothing_later() -> None:
    burnout = played().flights[0].launched + played().flights[0].trajectory.burnout_s
    (raid,) = picture_flights(shared(), PARTICIPANTS, until=burnout + 30.0)
    assert raid.best.picture.time <= burnout + 30.0
    assert only(raid.best).now.time <= burnout + 30.0


# Tracks.


def test_a_track_whose_plots_are_in_hand_changes_nothing() -> None:
    given = of("KR", "JP")
    before = see(given)
    for track in (sharer("JP", "JP").track, sharer("JP", "JP", "KR").track):
        after = see([*given, track])
        assert bits(after.best.picture) == bits(before.best.picture)
        assert bits(after.best.lineage) == bits(before.best.lineage)
        assert "adds nothing" in after.best.aside[0].reason
        # JP alone holds what stands behind its first track, and not all behind the other.
        jp = next(one for one in after.coalitions if one.coalition == ("JP",))
        known = next(one for one in before.coalitions if one.coalition == ("JP",))
        if track is sharer("JP", "JP").track:
            assert bits(jp.picture) == bits(known.picture)


def test_a_track_made_of_a_track_that_is_covered_is_covered() -> None:
    first = sharer("JP", "JP").track
    assert first.payload is not None
    again = readable(
        "US",
        901,
        msgspec.structs.replace(first.payload, id="again", lineage=(first.portion,)),
        [first],
    )
    given = of("KR", "JP")
    assert bits(see([*given, first, again]).best.picture) == bits(see(given).best.picture)
    # Without what stands behind the first, nothing says that the second holds nothing new.
    assert bits(see([*of("KR"), again]).best.picture) != bits(see(of("KR")).best.picture)


def test_a_track_behind_which_nothing_is_held_is_independent() -> None:
    track = sharer("US", "US")
    alone = only(see(of("KR")).best)
    raid = see([*of("KR"), track.track])
    flight = only(raid.best)
    time = max(alone.now.time, track.estimate.now.time)
    a = moved(alone.now, time, SETTINGS)
    b = moved(track.estimate.now, time, SETTINGS)
    expected = fuse_independent(a.state, a.covariance, b.state, b.covariance)
    sd = np.sqrt(np.diag(expected.covariance))
    # The track's covariance is widened by a metre and a centimetre a second.
    assert np.abs((flight.now.state - expected.state) / sd).max() < 0.05
    assert np.allclose(flight.now.covariance, expected.covariance, rtol=0.2, atol=1.0)
    assert flight.impact is not None
    assert alone.impact is not None
    assert flight.impact.semi_major_m < alone.impact.semi_major_m
    assert track.track in raid.best.behind(flight.track)
    truth = np.concatenate(played().flights[0].trajectory.at(time - played().flights[0].launched))
    assert nees(flight.now.state - truth, flight.now.covariance) < 25.0
    assert "US's track a" in flight.remarks[-1]


def test_where_the_lineage_is_unknown_nothing_is_taken_for_independent() -> None:
    alone = only(see(of("KR")).best)
    named = sharer("US", "US").track
    assert named.payload is not None
    for track in (
        sharer("US", "US", derived=False).track,
        readable(
            "US", 902, msgspec.structs.replace(named.payload, lineage_complete=False), of("US")
        ),
    ):
        flight = only(see([*of("KR"), track]).best)
        other = sharer("US", "US").estimate.now
        time = max(alone.now.time, other.time)
        a, b = moved(alone.now, time, SETTINGS), moved(other, time, SETTINGS)
        expected = intersect(a.state, a.covariance, b.state, b.covariance)
        assert log_volume(flight.now.covariance) == pytest.approx(
            log_volume(expected.covariance), abs=0.3
        )
        independent = only(see([*of("KR"), named]).best)
        assert log_volume(flight.now.covariance) > log_volume(independent.now.covariance) + 0.5


def test_what_rests_on_the_same_biased_sensors_is_not_taken_for_independent() -> None:
    """KR's track of its own first half beside the plots of its second: one bias behind both."""
    half = of("KR")[: len(of("KR")) // 2]
    rest = [one for one in of("KR") if one not in half]
    flight = only(see(half).best)
    if flight.now.phase != "midcourse":
        pytest.skip("the first half ends in boost")
    payload = track_payload(
        "h", flight.now.time, flight.now.state, flight.now.covariance,
        [one.portion for one in half],
    )  # fmt: skip
    track = readable("KR", 903, payload, half)
    fused, whole = (only(see(given).best) for given in ([*rest, track], of("KR")))
    assert log_volume(fused.now.covariance) >= log_volume(whole.now.covariance) - 1e-6


def test_a_track_that_rests_in_part_on_the_plots_is_never_added_to_them() -> None:
    """JP made a track of JP's and US's plots; whoever holds KR's and JP's has part of it."""
    track = sharer("JP", "JP", "US")
    given = of("KR", "JP")
    alone = only(see(given).best)
    raid = see([*given, track.track])
    flight = only(raid.best)
    # No surer than everything together, each counted once.
    everything = only(see(list(shared())).best)
    assert log_volume(flight.now.covariance) <= log_volume(alone.now.covariance) + 1e-9
    assert log_volume(flight.now.covariance) >= log_volume(everything.now.covariance) - 0.5
    if flight.remarks == alone.remarks:
        assert "say more" in raid.best.aside[0].reason
    else:
        assert "in place of plots" in flight.remarks[-1]


def test_the_plots_win_where_a_track_says_less() -> None:
    track = sharer("JP", "JP", "US").track
    assert track.payload is not None
    blurred = tuple(tuple(1e4 * v for v in row) for row in track.payload.covariance)
    vague = readable(
        "JP", 904, msgspec.structs.replace(track.payload, covariance=blurred), of("JP", "US")
    )
    raid = see([*of("KR", "JP"), vague])
    assert bits(raid.best.picture) == bits(see(of("KR", "JP")).best.picture)
    assert "say more" in raid.best.aside[0].reason


def test_of_a_participant_s_tracks_of_one_object_the_one_that_says_most_counts() -> None:
    track = sharer("US", "US").track
    assert track.payload is not None
    blurred = tuple(tuple(4.0 * v for v in row) for row in track.payload.covariance)
    older = readable(
        "US", 905, msgspec.structs.replace(track.payload, covariance=blurred), of("US")
    )
    one, both = see([*of("KR"), track]), see([*of("KR"), track, older])
    assert bits(one.best.picture) == bits(both.best.picture)
    assert "says more" in both.best.aside[0].reason


def test_a_track_that_was_replaced_is_gone() -> None:
    track = sharer("US", "US").track
    assert track.payload is not None
    newer = readable(
        "US",
        906,
        msgspec.structs.replace(track.payload, id="b"),
        of("US"),
        supersedes=PortionRef(report=track.report, portion=track.portion),
    )
    assert bits(see([*of("KR"), newer]).best.picture) == bits(
        see([*of("KR"), newer, track]).best.picture
    )


def test_a_track_in_boost_is_shown_beside() -> None:
    track = sharer("US", "US").track
    boost = readable("US", 907, msgspec.structs.replace(track.payload, phase="boost"), of("US"))
    raid = see([*of("KR"), boost])
    assert bits(raid.best.picture) == bits(see(of("KR")).best.picture)
    assert "boost" in raid.best.aside[0].reason


def test_a_track_of_which_no_plot_is_in_hand_is_a_flight() -> None:
    us, jp = sharer("US", "US"), sharer("JP", "JP")
    raid = see([us.track, jp.track])
    assert [len(one.picture.flights) for one in raid.coalitions] == [1, 1, 1]
    flight = only(raid.best)
    assert flight.launch is None
    assert flight.impact is not None
    assert us.estimate.impact is not None
    assert flight.impact.semi_major_m < us.estimate.impact.semi_major_m
    assert {one.portion for one in raid.best.behind(flight.track)} == {
        us.track.portion,
        jp.track.portion,
    }
    with pytest.raises(KeyError):
        raid.best.behind("nobody's")


def test_two_objects_of_one_participant_are_not_one() -> None:
    track = sharer("US", "US").track
    assert track.payload is not None
    second = readable("US", 908, msgspec.structs.replace(track.payload, id="b"), of("US"))
    raid = see([*of("KR"), track, second])
    # One of them is the flight that KR sees; the other is one more, on the same plots' word.
    assert len(raid.best.picture.flights) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"state": (1e300, 0.0, 0.0, 0.0, 0.0, 0.0)},
        {"state": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)},
        {"covariance": tuple(tuple(1e20 * (i == j) for j in range(6)) for i in range(6))},
    ],
    ids=["far", "centre", "vague"],
)
def test_an_impossible_track_is_set_aside(change: dict[str, object]) -> None:
    track = sharer("US", "US").track
    wild = readable("US", 909, msgspec.structs.replace(track.payload, **change), of("US"))
    raid = see([*of("KR"), wild])
    assert bits(raid.best.picture) == bits(see(of("KR")).best.picture)
    assert raid.best.aside


def test_a_track_that_is_certain_of_everything_settles_nothing_by_itself() -> None:
    track = sharer("US", "US").track
    zero = tuple((0.0,) * 6 for _ in range(6))
    sure = readable("US", 910, msgspec.structs.replace(track.payload, covariance=zero), of("US"))
    flight = only(see([sure]).best)
    assert flight.now.covariance[0, 0] > 0.0


def test_wild_plots_of_one_participant_leave_the_others_picture_alone() -> None:
    wild = []
    for one in of("US"):
        assert isinstance(one.payload, Plots)
        rows = tuple(
            msgspec.structs.replace(
                row, azimuth_rad=Measured(1.0, 1e-7), elevation_rad=Measured(-1.5, 1e-7)
            )
            for row in one.payload.rows
        )
        wild.append(readable("US", 950, msgspec.structs.replace(one.payload, rows=rows)))
    raid = see([*of("KR"), *wild])
    kr = next(one for one in raid.coalitions if one.coalition == ("KR",))
    assert bits(kr) == bits(see(of("KR")).best)


def test_nothing_is_pictured_of_nothing() -> None:
    assert picture_flights([], PARTICIPANTS) == ()
