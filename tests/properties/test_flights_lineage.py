"""Nothing behind a flight is counted twice, whatever is shared in whatever form."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.support.flights import (
    PARTICIPANTS,
    Shared,
    bits,
    cut,
    played,
    readable,
    table,
    track_payload,
)

from trilogue.analysis.tracking.consistency import nees
from trilogue.analysis.tracking.estimate import FlightEstimate
from trilogue.analysis.tracking.fusion import log_volume
from trilogue.picture.fused import in_free_flight
from trilogue.picture.missiles import FlightPicture, picture_flights
from trilogue.picture.sources import Readable
from trilogue.reports.generalise import generalise_payload
from trilogue.reports.payloads.plots import Plots

SENSORS = ("kr-ground", "kr-ship", "jp-north", "jp-west", "us-ship", "us-east", "us-west")
RADARS = SENSORS[:5]
EXAMPLES = max(10, settings.default.max_examples // 8)


@cache
def of(sensor: str) -> tuple[Readable, ...]:
    """Return one sensor's plots, in stretches of a minute, as portions.

    A name that ends in `!` is that of the sensor as it would be if it stated no bias.
    """
    name = sensor.removesuffix("!")
    parts = [one for one in cut(table(until=60.0, every=4), 60.0) if one.sensor == name]
    return tuple(_portion(one, n, stated=name == sensor) for n, one in enumerate(parts))


def _portion(one: Shared, number: int, *, stated: bool) -> Readable:
    sensor = one.plots.sensor if stated else msgspec.structs.replace(one.plots.sensor, bias=None)
    plots = msgspec.structs.replace(one.plots, sensor=sensor)
    return readable(one.owner, 100 * (1 + SENSORS.index(one.sensor)) + number, plots)


def plots(sensors: frozenset[str]) -> list[Readable]:
    """Return some sensors' plots."""
    return [one for sensor in sorted(sensors) for one in of(sensor)]


def unbiased(sensors: frozenset[str]) -> frozenset[str]:
    """Return sensors as they would be if they stated no bias."""
    return frozenset(f"{sensor}!" for sensor in sensors)


@cache
def best(sensors: frozenset[str]) -> FlightPicture:
    """Return what some sensors' plots say together."""
    return picture_flights(plots(sensors), PARTICIPANTS)[0].best


@cache
def one_flight(sensors: frozenset[str]) -> FlightEstimate | None:
    """Return the flight that some sensors see coasting, if they see one, and where it is.

    What few plots of one sensor tell may be far off; what is fused with that is, too.
    """
    flights = best(sensors).picture.flights
    if len(flights) != 1 or not in_free_flight(flights[0]):
        return None
    stated = not any(sensor.endswith("!") for sensor in sensors)
    return None if stated and off(flights[0]) > 20.0 else flights[0]


def off(estimate: FlightEstimate) -> float:
    """Return how far a flight is from the truth, in deviations squared."""
    flight = played().flights[0]
    truth = np.concatenate(flight.trajectory.at(estimate.now.time - flight.launched))
    return nees(estimate.now.state - truth, estimate.now.covariance)


@cache
def track_of(speaker: str, sensors: frozenset[str]) -> Readable | None:
    """Return the track that a participant would share of what some sensors see."""
    flight = one_flight(sensors)
    if flight is None:
        return None
    behind = plots(sensors)
    payload = track_payload(
        "t",
        flight.now.time,
        flight.now.state,
        flight.now.covariance,
        [one.portion for one in behind],
    )
    return readable(speaker, 900, payload, behind)


some = st.frozensets(st.sampled_from(SENSORS), min_size=1, max_size=3).filter(
    lambda chosen: bool(chosen & set(RADARS))
)
speakers = st.sampled_from(PARTICIPANTS)


def numbers(picture: FlightPicture) -> Any:
    """Return what a picture says of its flights, but not which portion a plot was read from."""
    return [
        bits((f.track, f.history, f.smoothed, f.launch, f.impact, f.apogee_m, f.classes, f.remarks))
        for f in picture.picture.flights
    ]


@settings(max_examples=EXAMPLES)
@given(some, st.data(), speakers)
def test_a_track_of_plots_in_hand_changes_nothing(
    sensors: frozenset[str], data: st.DataObject, speaker: str
) -> None:
    inner = data.draw(st.frozensets(st.sampled_from(sorted(sensors)), min_size=1))
    track = track_of(speaker, inner)
    assume(track is not None)
    assert track is not None
    (raid,) = picture_flights([*plots(sensors), track], PARTICIPANTS)
    # Its speaker may be new among those whose data is here: all together say what they said.
    assert bits(raid.best.picture) == bits(best(sensors).picture)
    assert bits(raid.best.lineage) == bits(best(sensors).lineage)


def together(held: frozenset[str], track: Readable) -> FlightEstimate:
    """Return the flight that plots and a track show."""
    (raid,) = picture_flights([*plots(held), track], PARTICIPANTS)
    (flight,) = [f for f in raid.best.picture.flights if len(f.plots)]
    return flight


@settings(max_examples=EXAMPLES)
@given(some, some, speakers)
def test_plots_and_a_track_that_shares_some_are_no_surer_than_all_plots_counted_once(
    held: frozenset[str], more: frozenset[str], speaker: str
) -> None:
    """Sensors that state no bias: nothing but lineage keeps their plots from counting twice."""
    held, behind = unbiased(held), unbiased(held | more)
    track = track_of(speaker, behind)
    own, everything = one_flight(held), one_flight(behind)
    assume(track is not None and own is not None and everything is not None)
    assert track is not None
    assert everything is not None
    # Biases that are not stated may set a flight and a track too far apart to be one.
    (raid,) = picture_flights([*plots(held), track], PARTICIPANTS)
    assume(len(raid.best.picture.flights) == 1)
    (fused,) = raid.best.picture.flights
    assert fused.now.time == everything.now.time
    # Six numbers counted twice make the volume eight times less: log 8 is 2.1.
    assert log_volume(fused.now.covariance) > log_volume(everything.now.covariance) - 0.1


@settings(max_examples=EXAMPLES)
@given(some, some, speakers)
def test_what_is_fused_with_a_track_is_where_it_says(
    held: frozenset[str], behind: frozenset[str], speaker: str
) -> None:
    track, own = track_of(speaker, behind), one_flight(held)
    assume(track is not None and own is not None and one_flight(held | behind) is not None)
    assert track is not None
    assert own is not None
    fused = together(held, track)
    assert off(fused) < 40.0
    if fused.now.time == own.now.time:
        assert log_volume(fused.now.covariance) < log_volume(own.now.covariance) + 1e-6


@settings(max_examples=EXAMPLES)
@given(some, st.data())
def test_versions_of_plots_in_hand_change_nothing(
    sensors: frozenset[str], data: st.DataObject
) -> None:
    held = plots(sensors)
    one = data.draw(st.sampled_from(held))
    assert isinstance(one.payload, Plots)
    way = data.draw(st.sampled_from(["generalised", "tearline", "derived"]))
    if way == "generalised":
        coarse, said = generalise_payload(one.payload, position_grid_e5=1_000)
        again = readable(
            one.report.speaker, 800, coarse,
            generalised=msgspec.structs.replace(said, of=one.portion),
        )  # fmt: skip
    elif way == "tearline":
        fewer = msgspec.structs.replace(one.payload, rows=one.payload.rows[:1])
        again = readable(one.report.speaker, 800, fewer, tearline_of=one.portion)
    else:
        again = readable(data.draw(speakers), 800, one.payload, [one])
    (raid,) = picture_flights([*held, again], PARTICIPANTS)
    assert bits(raid.best.picture) == bits(best(sensors).picture)


@settings(max_examples=EXAMPLES)
@given(some, st.data())
def test_the_same_plots_reported_again_change_no_number(
    sensors: frozenset[str], data: st.DataObject
) -> None:
    """Nothing links the two reports; the plots are the same."""
    held = plots(sensors)
    one = data.draw(st.sampled_from(held))
    assert isinstance(one.payload, Plots)
    first = data.draw(st.integers(0, len(one.payload.rows) - 1))
    again = readable(
        one.report.speaker,
        800,
        msgspec.structs.replace(one.payload, rows=one.payload.rows[first:]),
    )
    (raid,) = picture_flights([*held, again], PARTICIPANTS)
    assert numbers(raid.best) == numbers(best(sensors))


@settings(max_examples=EXAMPLES)
@given(some, st.randoms())
def test_the_order_of_portions_changes_no_bit(sensors: frozenset[str], random: Any) -> None:
    given_ = plots(sensors)
    track = track_of("US", frozenset({"kr-ground", "us-ship"}))
    assert track is not None
    given_.append(track)
    before = bits(picture_flights(given_, PARTICIPANTS))
    random.shuffle(given_)
    assert bits(picture_flights(given_, PARTICIPANTS)) == before
