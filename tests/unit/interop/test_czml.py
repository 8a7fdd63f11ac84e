"""CZML: the structure that CesiumJS reads, and every estimate with its uncertainty."""

import itertools
import json
import math
from datetime import datetime

import numpy as np
import pytest
from tests.support.pictured import seen, turned

from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.interop.czml import write_czml


def seconds(text):
    return datetime.fromisoformat(text).timestamp()


@pytest.fixture(scope="module")
def packets():
    return {one["id"]: one for one in json.loads(write_czml(seen().whole, simulated=True))}


@pytest.fixture(scope="module")
def name():
    return f"flight/{seen().whole.flights[0].track}"


def test_the_document_comes_first_with_its_clock():
    document, *rest = json.loads(write_czml(seen().whole, title="One", simulated=True))
    assert document["id"] == "document"
    assert document["version"] == "1.0"
    assert document["name"] == "One"
    begin, end = map(seconds, document["clock"]["interval"].split("/"))
    assert begin < seconds(document["clock"]["currentTime"]) < end
    assert len({one["id"] for one in rest}) == len(rest)


def test_positions_are_those_of_the_estimate(packets, name):
    (flight,) = seen().whole.flights
    position = packets[name]["position"]
    assert position["referenceFrame"] == "FIXED"
    rows = np.reshape(position["cartesianVelocity"], (-1, 7))
    assert np.all(np.diff(rows[:, 0]) > 0.0)
    now = int(np.argmin(np.abs(rows[:, 0] + seconds(position["epoch"]) - flight.now.time)))
    assert np.allclose(rows[now, 1:], flight.now.state, rtol=1e-12)
    lat, lon, _ = to_geodetic(rows[-1, 1:4])
    assert abs(lat - flight.impact.latitude) < 1e-5
    assert abs(lon - flight.impact.longitude) < 1e-5


def test_interpolation_between_samples_keeps_to_the_flight(packets, name):
    """Cubic Hermite polynomials, as asked for, leave out every second sample and find it again."""
    rows = np.reshape(packets[name]["position"]["cartesianVelocity"], (-1, 7))
    free = rows[rows[:, 0] > rows[0, 0] + 120.0][:-25]
    for a, b, c in zip(free[::2], free[1::2], free[2::2], strict=False):
        h, s = c[0] - a[0], (b[0] - a[0]) / (c[0] - a[0])
        found = (
            (1 + 2 * s) * (1 - s) ** 2 * a[1:4]
            + s * (1 - s) ** 2 * h * a[4:]
            + s**2 * (3 - 2 * s) * c[1:4]
            + s**2 * (s - 1) * h * c[4:]
        )
        assert np.linalg.norm(found - b[1:4]) < 50.0


def test_phases_cover_the_flight_and_colour_it(packets, name):
    flight = packets[name]
    begin, end = map(seconds, flight["availability"].split("/"))
    spans = [
        tuple(map(seconds, one["interval"].split("/"))) for one in flight["properties"]["phase"]
    ]
    assert spans[0][0] == begin
    assert spans[-1][1] == end
    assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))
    ways = [one for key, one in packets.items() if key.startswith(f"{name}/leg/")]
    assert {one["properties"]["phase"]["string"] for one in ways} == {
        "boost", "midcourse", "terminal",
    }  # fmt: skip
    for one in ways:
        dashed = one["properties"]["known"]["string"] != "seen"
        assert ("polylineDash" in one["polyline"]["material"]) is dashed
        assert one["parent"] == name


def test_every_estimate_has_its_uncertainty_beside_it(packets, name):
    (flight,) = seen().whole.flights
    properties = packets[name]["properties"]
    assert properties["apogee_m"]["number"] == flight.apogee_m.value
    assert properties["apogee_sd_m"]["number"] == flight.apogee_m.sd
    assert properties["burnout_time_sd_s"]["number"] == flight.burnout.sd
    samples = np.reshape(properties["position_level_sd_m"]["number"], (-1, 2))
    rows = np.reshape(packets[name]["position"]["cartesianVelocity"], (-1, 7))
    assert np.array_equal(samples[:, 0], rows[:, 0])
    assert np.all(samples[:, 1] > 0.0)
    for kind, point in (("launch", flight.launch), ("impact", flight.impact)):
        packet = packets[f"{name}/{kind}"]
        assert packet["ellipse"]["semiMajorAxis"] == point.semi_major_m
        assert packet["ellipse"]["semiMinorAxis"] == point.semi_minor_m
        assert packet["properties"]["probability"]["number"] == 0.9
        assert packet["properties"]["time_sd_s"]["number"] == point.time.sd
        assert "90%" in packet["description"]
        # CesiumJS turns the major axis anticlockwise from east.
        east = math.cos(packet["ellipse"]["rotation"])
        assert math.isclose(east, math.sin(math.radians(point.azimuth_deg)), abs_tol=1e-12)


def test_it_says_that_a_flight_is_simulated(packets, name):
    assert packets[name]["properties"]["simulated"]["boolean"] is True
    assert "Simulated" in packets["document"]["description"]
    real = {one["id"]: one for one in json.loads(write_czml(seen().whole, simulated=False))}
    assert real[name]["properties"]["simulated"]["boolean"] is False
    assert "Simulated" not in json.dumps(real)


def test_sensors_stand_where_they_are_and_radars_have_their_reach(packets):
    for sensor in seen().whole.plots.sensors:
        packet = packets[f"sensor/{sensor.id}"]
        assert np.allclose(packet["position"]["cartesian"], sensor.position)
        radar = sensor.kind != "infrared"
        assert (f"sensor/{sensor.id}/coverage" in packets) is radar


def test_before_cutoff_there_is_no_impact():
    text = write_czml(seen(after_burnout_s=-10.0).whole, simulated=True)
    assert not [one for one in json.loads(text) if one["id"].endswith("/impact")]


def test_names_from_outside_do_not_become_markup():
    from dataclasses import replace

    whole = seen().whole
    sensor = replace(whole.plots.sensors[0], owner="<img src=x>")
    plots = replace(whole.plots, sensors=(sensor,))
    assert "<img" not in "".join(
        one.get("description", "")
        for one in json.loads(write_czml(replace(whole, plots=plots), simulated=True))
    )


def test_a_picture_of_nothing_is_a_document():
    from dataclasses import replace

    document, *rest = json.loads(write_czml(replace(seen().whole, flights=()), simulated=True))
    assert document["id"] == "document"
    assert all(one["id"].startswith("sensor/") for one in rest)


def test_the_same_picture_is_the_same_bytes():
    assert write_czml(turned(seen().whole, 10.0), simulated=True) == write_czml(
        turned(seen().whole, 10.0), simulated=True
    )
