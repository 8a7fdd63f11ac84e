"""The way told by few places: within its bounds of all that is known, as a globe draws it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
from tests.support.pictured import seen

from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.analysis.tracking.estimate import StateEstimate, States
from trilogue.analysis.tracking.fusion import as_free
from trilogue.analysis.tracking.legs import legs, spreads, states
from trilogue.analysis.tracking.settings import EstimateSettings
from trilogue.analysis.tracking.ways import LINE_M, SHARE, WITHIN_M, way
from trilogue.interop.czml_flights import flight_packets
from trilogue.interop.czml_voice import English
from trilogue.interop.said import moment

LOOKS = [
    ("900 km", -10.0),
    ("900 km", 60.0),
    ("3,500 km", 10.0),
    ("3,500 km", 200.0),
    ("lofted", 60.0),
    ("lofted", 400.0),
]
LEAST_SD_M = 5.0
"""Standard deviations are told no better than this."""
ROUNDED_M = 2.0
"""What whole metres and decimetres a second may add, between places that are far apart, too."""


@pytest.fixture(params=LOOKS, ids=lambda one: f"{one[0]} {one[1]:+.0f} s")
def flight(request):
    (found,) = seen(*request.param).whole.flights
    return found


def hermite(rows, at):
    """Return positions at some times as CesiumJS has them: Hermite polynomials of degree three."""
    k = np.clip(np.searchsorted(rows[:, 0], at, side="right") - 1, 0, len(rows) - 2)
    a, b = rows[k], rows[k + 1]
    h = (b[:, 0] - a[:, 0])[:, None]
    s = (at[:, None] - a[:, :1]) / h
    return (
        (1 + 2 * s) * (1 - s) ** 2 * a[:, 1:4]
        + s * (1 - s) ** 2 * h * a[:, 4:7]
        + s**2 * (3 - 2 * s) * b[:, 1:4]
        + s**2 * (s - 1) * h * b[:, 4:7]
    )


def straight(rows, at):
    """Return standard deviations at some times, straight between rows."""
    return np.column_stack([np.interp(at, rows[:, 0], rows[:, k]) for k in (7, 8)])


def near(found, known):
    return bool((np.abs(found - known) <= SHARE * known + LEAST_SD_M + 1e-6).all())


def test_no_state_that_was_seen_is_farther_off_than_it_says(flight) -> None:
    rows, known = way(flight).rows, states(flight)
    assert len(rows) < 0.2 * len(known) + 30
    off = np.linalg.norm(hermite(rows, known.time) - known.state[:, :3], axis=1)
    assert off.max() <= WITHIN_M + 1e-6
    assert near(straight(rows, known.time), spreads(known.state, known.covariance))


def test_what_lies_ahead_is_what_the_estimate_itself_foresees(flight) -> None:
    if flight.impact is None:
        assert all(leg.known != "ahead" for leg in way(flight).legs)
        return
    rows = way(flight).rows
    free = as_free(flight.now, EstimateSettings())
    for time in np.linspace(flight.now.time, flight.impact.time.value, 200):
        free = free.at(float(time))
        if free.mean[:3] @ free.mean[3:6] < 0.0 and to_geodetic(free.mean[:3])[2] < 100_000.0:
            break
        at = np.array([time])
        assert np.linalg.norm(hermite(rows, at)[0] - free.mean[:3]) <= WITHIN_M + 1.0
        assert near(straight(rows, at), spreads(free.mean[None, :6], free.covariance[None]))
    else:
        raise AssertionError("it does not come down")


def test_the_way_is_that_of_the_legs_through_the_air_too(flight) -> None:
    told, known = way(flight), legs(flight, ahead=400)
    assert [leg[:2] for leg in told.legs] == [leg[:2] for leg in known]
    for one, other in zip(told.legs, known, strict=True):
        assert abs(one.time[0] - other.time[0]) < 4.0  # the air begins in a place of its own
        if one.known == "before":
            assert np.allclose(one.rows, other.rows, atol=1e-6)
            continue
        assert np.linalg.norm(one.position[-1] - other.position[-1]) < 4.0 * 8e3
        if one.known == "seen":
            assert one.greatest_m == pytest.approx(other.greatest_m, rel=1e-9)
        else:
            assert one.greatest_m == pytest.approx(other.greatest_m, rel=0.1)
        off = np.linalg.norm(hermite(told.rows, other.time) - other.position, axis=1)
        assert off.max() <= WITHIN_M + 5.0
    assert np.linalg.norm(told.legs[-1].position[-1] - known[-1].position[-1]) < 1e-3


def test_the_line_keeps_to_the_way(flight) -> None:
    told = way(flight)
    for leg in told.flown:
        for end in (0, -1):
            assert np.abs(leg.line[end] - leg.position[end]).max() <= 0.5
        at = np.linspace(leg.time[0], leg.time[-1], 2_000)
        places = hermite(leg.rows, at)
        a, b = leg.line[:-1], leg.line[1:]
        along = b - a
        share = np.einsum("pki,ki->pk", places[:, None] - a, along) / (along**2).sum(axis=1)
        nearest = a + np.clip(share, 0.0, 1.0)[..., None] * along
        assert np.linalg.norm(places[:, None] - nearest, axis=2).min(axis=1).max() <= LINE_M
    lines = np.concatenate([leg.line for leg in told.legs])
    assert np.abs(np.array(told.corners) - [lines.min(axis=0), lines.max(axis=0)]).max() <= 1.0


def test_what_is_sent_is_within_the_bounds_rounded(flight) -> None:
    packets = {
        one["id"]: json.loads(msgspec.json.encode(one))
        for one in flight_packets(flight, English(simulated=True), way=way(flight))
    }
    missile = packets[f"flight/{flight.track}"]
    rows = np.reshape(missile["position"]["cartesianVelocity"], (-1, 7))
    known = states(flight)
    begins = datetime.fromisoformat(missile["position"]["epoch"]).timestamp()
    off = np.linalg.norm(hermite(rows, known.time - begins) - known.state[:, :3], axis=1)
    assert off.max() <= WITHIN_M + ROUNDED_M + 0.001 * 8e3
    sds = np.reshape(missile["properties"]["position_level_sd_m"]["number"], (-1, 2))
    assert np.array_equal(sds[:, 0], rows[:, 0])


def test_without_a_look_back_the_history_is_the_way() -> None:
    (flight,) = seen().whole.flights
    nothing = States.of([])
    alone = replace(flight, smoothed=nothing, launch=None)
    told, known = way(alone), states(alone)
    assert len(known) == len(flight.history)
    off = np.linalg.norm(hermite(told.rows, known.time) - known.state[:, :3], axis=1)
    assert off.max() <= WITHIN_M + 1e-6
    assert not nothing


def test_states_are_as_they_were_put_together() -> None:
    (flight,) = seen().whole.flights
    first, *_, last = flight.smoothed
    again = States.of([first]).then(last)
    assert len(again) == 2
    assert isinstance(again[1], StateEstimate)
    assert np.array_equal(again[1].covariance, last.covariance)
    assert (again[1].time, again[1].phase, again[1].phases) == (last.time, last.phase, last.phases)
    assert [one.time for one in again.where(again.time > first.time)] == [last.time]
    assert [one.time for one in again[:1]] == [first.time]


@pytest.mark.parametrize("posix", [0.0, 1.5e9 + 0.25, 1.5e9 + 0.999_999_9, 1_700_000_000.123_456_7])
def test_a_moment_is_that_of_the_calendar(posix: float) -> None:
    for off in np.linspace(-0.01, 0.01, 101):
        at = posix + float(off)
        text = datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
        assert moment(at) == text.replace("+00:00", "Z")
