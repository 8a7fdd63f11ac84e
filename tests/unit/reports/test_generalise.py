"""Generalising: what was rounded lies within what is declared, always; and the header says so."""

import math
import random
import warnings
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.encoding import instant
from trilogue.errors import InputError
from trilogue.reports.generalise import (
    MAX_POSITION_GRID_E5,
    MAX_TIME_GRID_MS,
    generalise,
    generalise_payload,
)
from trilogue.reports.grids import METRES_PER_DEGREE, cell_m
from trilogue.reports.payloads import (
    Ellipse,
    EstimatedPosition,
    Measured,
    Moment,
    Position,
    parse_payload,
)
from trilogue.reports.portion import Place, draft_portion, seal

from .examples import KR_SECRET, LEGS, digest_text
from .payload_examples import (
    ARRIVALS,
    ASSESSMENT,
    EVENT,
    INFRARED,
    LAUNCH,
    RADAR,
    SHIP,
    SITE,
    TRACK,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # ObsPy reads its entry points in a way that Python leaves
    from obspy.geodetics import gps2dist_azimuth

latitudes = st.integers(-90 * 10**7, 90 * 10**7).map(lambda value: value / 1e7)
longitudes = st.integers(-180 * 10**7, 180 * 10**7).map(lambda value: value / 1e7)
metres = st.none() | st.floats(0, 50_000)
grids = st.integers(1, MAX_POSITION_GRID_E5)
times = st.integers(0, 4_000_000_000_000).map(
    lambda ms: instant.plus("1970-01-01T00:00:00.000Z", ms / 1000)
)
time_grids = st.integers(1, MAX_TIME_GRID_MS)

REACH = math.sqrt(3)
"""Standard deviations from the declared value to the end of the interval that holds the truth."""

SLACK = 1 + 1e-9
"""For the last bit of a double."""


def distance_and_azimuth(centre, point):
    """Return metres and degrees by Vincenty's method, from outside this package."""
    metres_, azimuth, _ = gps2dist_azimuth(
        centre.latitude, centre.longitude, point.latitude, point.longitude
    )
    return metres_, azimuth


@given(latitude=latitudes, longitude=longitudes, sd=metres, height=metres, grid=grids)
def test_a_point_lies_within_its_declared_interval(latitude, longitude, sd, height, grid):
    point = Position(latitude=latitude, longitude=longitude, height_m=height, sd_m=sd)
    payload = msgspec.structs.replace(SITE, position=point)
    coarse = generalise_payload(payload, position_grid_e5=grid)[0].position
    apart, _ = distance_and_azimuth(coarse, point)
    # Two horizontal axes, each within sqrt(3) standard deviations. A micrometre for Vincenty.
    assert apart <= math.sqrt(2) * REACH * coarse.sd_m * SLACK + 1e-6
    assert coarse.sd_m > (sd or 0)
    if height is not None:
        assert abs(coarse.height_m - height) <= REACH * coarse.sd_m * SLACK


@st.composite
def ellipses(draw):
    """Draw an ellipse, its axes in order."""
    minor, major = sorted(draw(st.tuples(st.floats(0, 50_000), st.floats(0, 50_000))))
    return Ellipse(
        semi_minor_m=minor,
        semi_major_m=major,
        azimuth_deg=draw(st.floats(0, 180, exclude_max=True)),
        probability=draw(st.floats(0.05, 0.999)),
    )


@given(latitude=latitudes, longitude=longitudes, before=ellipses(), grid=grids)
def test_an_estimate_lies_within_its_declared_ellipse(latitude, longitude, before, grid):
    point = EstimatedPosition(latitude=latitude, longitude=longitude, ellipse=before)
    payload = msgspec.structs.replace(LAUNCH, position=point)
    coarse = generalise_payload(payload, position_grid_e5=grid)[0].position
    ellipse = coarse.ellipse
    apart, direction = distance_and_azimuth(coarse, point)
    off = math.radians(direction - before.azimuth_deg)
    along, across = apart * math.cos(off), apart * math.sin(off)
    inside = math.hypot(along / ellipse.semi_major_m, across / ellipse.semi_minor_m)
    assert inside <= 1 + 1e-6 / ellipse.semi_minor_m + 1e-9
    assert (ellipse.azimuth_deg, ellipse.probability) == (before.azimuth_deg, before.probability)
    # The variance along each axis grows by that of the rounding at least.
    rounding = cell_m(grid) / math.sqrt(12) * before.scale
    assert ellipse.semi_minor_m * SLACK >= math.hypot(before.semi_minor_m, rounding)
    assert ellipse.semi_major_m * SLACK >= math.hypot(before.semi_major_m, rounding)


@given(moment=times, sd=st.none() | st.floats(0, 1e5), grid=time_grids)
def test_a_time_lies_within_its_declared_interval(moment, sd, grid):
    payload = msgspec.structs.replace(LAUNCH, time=Moment(instant=moment, sd_s=sd))
    coarse = generalise_payload(payload, time_grid_ms=grid)[0].time
    apart = abs(instant.seconds_between(moment, coarse.instant))
    assert apart <= REACH * coarse.sd_s * SLACK + 0.0005  # instants stand to the millisecond
    assert coarse.sd_s == pytest.approx(math.hypot(sd or 0, grid / 1000 / math.sqrt(12)))


@given(state=st.tuples(*[st.floats(-9e6, 9e6)] * 3), grid=grids)
def test_a_state_lies_within_its_declared_covariance(state, grid):
    payload = msgspec.structs.replace(TRACK, state=(*state, *TRACK.state[3:]))
    coarse, _ = generalise_payload(payload, position_grid_e5=grid)
    for axis in range(3):
        sd = math.sqrt(coarse.covariance[axis][axis])
        assert abs(coarse.state[axis] - state[axis]) <= REACH * sd * SLACK
    assert coarse.state[3:] == TRACK.state[3:]
    assert coarse.covariance[3:] == TRACK.covariance[3:]


@given(begins=times, length=st.integers(0, 10**9), grid=time_grids)
def test_a_period_grows_outward(begins, length, grid):
    ends = instant.plus(begins, length / 1000)
    period = msgspec.structs.replace(SITE.observed, begins=begins, ends=ends)
    payload = msgspec.structs.replace(SITE, observed=period)
    coarse = generalise_payload(payload, time_grid_ms=grid)[0].observed
    assert coarse.begins <= begins <= ends <= coarse.ends
    assert instant.seconds_between(coarse.begins, begins) < grid / 1000
    assert instant.seconds_between(ends, coarse.ends) < grid / 1000


@pytest.mark.parametrize("height", [0.0, 35_786_000.0])
def test_a_degree_is_longer_higher_up(height):
    radius = 6_399_593.6 + height  # the ellipsoid's greatest radius of curvature
    widest = math.radians(1) * radius
    assert widest <= cell_m(100_000, height) <= widest * 1.01


def test_no_degree_is_longer_than_the_one_that_is_used():
    north, _, _ = gps2dist_azimuth(89.5, 0, 90, 0)
    east, _, _ = gps2dist_azimuth(0, 0, 0, 0.5)
    assert max(north, east) * 2 <= METRES_PER_DEGREE <= max(north, east) * 2 * 1.0001


def test_the_ellipse_covers_the_truth_as_often_as_it_says():
    """Draw truths from the estimate's own error, round the estimate, and count."""
    rng = random.Random(3)
    major, minor, azimuth, k = 20_000.0, 8_000.0, math.radians(40), math.sqrt(-2 * math.log(0.1))
    north_m, east_m = 111_060.0, 83_800.0  # metres in a degree at 41 degrees north
    hits, draws = 0, 2000
    for _ in range(draws):
        latitude, longitude = rng.uniform(40, 42), rng.uniform(126, 130)
        ellipse = Ellipse(semi_major_m=major, semi_minor_m=minor, azimuth_deg=40.0, probability=0.9)
        position = EstimatedPosition(latitude=latitude, longitude=longitude, ellipse=ellipse)
        coarse = generalise_payload(
            msgspec.structs.replace(LAUNCH, position=position), position_grid_e5=25_000
        )[0].position
        along, across = rng.gauss(0, major / k), rng.gauss(0, minor / k)
        north = along * math.cos(azimuth) - across * math.sin(azimuth)
        east = along * math.sin(azimuth) + across * math.cos(azimuth)
        north += (latitude - coarse.latitude) * north_m
        east += (longitude - coarse.longitude) * east_m
        along = north * math.cos(azimuth) + east * math.sin(azimuth)
        across = -north * math.sin(azimuth) + east * math.cos(azimuth)
        ellipse = coarse.ellipse
        hits += math.hypot(along / ellipse.semi_major_m, across / ellipse.semi_minor_m) <= 1
    assert 0.9 <= hits / draws <= 0.99


BOTH = {"position_grid_e5": 50_000, "time_grid_ms": 60_000}


@pytest.mark.parametrize(
    ("payload", "fields"),
    [
        (ARRIVALS, ("arrivals[].position", "arrivals[].time")),
        (EVENT, ("epicentre", "origin")),
        (RADAR, ("rows[].time", "sensor.position")),
        (INFRARED, ("rows[].time", "sensor.position")),
        (SHIP, ("rows[].time", "sensor.position")),
        (TRACK, ("state", "time")),
        (LAUNCH, ("position", "time")),
        (SITE, ("observed", "position")),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, msgspec.Struct) else "",
)
def test_every_position_and_time_of_every_type_is_reached(payload, fields):
    coarse, done = generalise_payload(payload, **BOTH)
    assert done.fields == fields
    # What is rounded does not change again: the grid holds every value already.
    again, _ = generalise_payload(coarse, **BOTH)
    for one, other in zip(instants(coarse), instants(again), strict=True):
        assert one == other
    assert all(found.endswith(":00.000Z") for found in instants(coarse)), instants(coarse)


def instants(value):
    """Return every instant in a payload."""
    if isinstance(value, dict):
        return [found for inner in value.values() for found in instants(inner)]
    if isinstance(value, list | tuple):
        return [found for inner in value for found in instants(inner)]
    if isinstance(value, msgspec.Struct):
        return instants(msgspec.to_builtins(value))
    return [value] if isinstance(value, str) and len(value) == 24 else []


def test_known_values():
    coarse, done = generalise_payload(EVENT, **BOTH)
    assert (coarse.epicentre.latitude, coarse.epicentre.longitude) == (41.5, 129.0)
    assert coarse.origin.instant == "2016-09-09T00:30:00.000Z"
    assert coarse.origin.sd_s == pytest.approx(math.sqrt(0.4**2 + 60**2 / 12))
    assert (done.position_grid_e5, done.position_sd_m) == (50_000, 16_122)  # 55 847.5 / sqrt(12)
    assert (done.time_grid_ms, done.time_sd_ms) == (60_000, 17_321)
    assert coarse.magnitudes == EVENT.magnitudes


def test_one_grid_leaves_the_other_quantity_alone():
    coarse, done = generalise_payload(EVENT, time_grid_ms=1000)
    assert coarse.epicentre is EVENT.epicentre
    assert (done.position_grid_e5, done.position_sd_m) == (None, None)


@pytest.mark.parametrize(
    ("latitude", "longitude", "grid", "rounded"),
    [
        (89.9, 0.0, 700_000, (90.0, 0.0)),
        (0.0, 179.9, 700_000, (0.0, -178.0)),
        (0.0, -179.9, 700_000, (0.0, 178.0)),
        (-41.25, 0.0, 50_000, (-41.0, 0.0)),
    ],
    ids=["pole", "east-of-180", "west-of-180", "half"],
)
def test_rounding_stays_on_the_globe(latitude, longitude, grid, rounded):
    point = Position(latitude=latitude, longitude=longitude, height_m=None, sd_m=None)
    payload = msgspec.structs.replace(SITE, position=point)
    coarse = generalise_payload(payload, position_grid_e5=grid)[0].position
    assert (coarse.latitude, coarse.longitude) == rounded


def event_draft():
    return draft_portion(
        EVENT,
        marking=KR_SECRET,
        subject="nuclear-test",
        handling=LEGS,
        place=Place(latitude_e5=4_129_760, longitude_e5=12_908_040),
        period=("2016-09-09T00:30:01.353Z", "2016-09-09T00:30:01.353Z"),
    )


def test_the_header_is_as_coarse_as_the_content_and_says_so():
    coarse = generalise(event_draft(), **BOTH, of=digest_text(5))
    assert coarse.place == Place(latitude_e5=4_150_000, longitude_e5=12_900_000)
    assert coarse.period == ("2016-09-09T00:30:00.000Z", "2016-09-09T00:31:00.000Z")
    header = seal(coarse).header
    assert header.generalised.of == digest_text(5)
    assert header.generalised.fields == ("epicentre", "origin")
    assert parse_payload("seismic-event", coarse.plaintext).epicentre.latitude == 41.5


def test_nothing_fine_is_left_in_the_sealed_bytes():
    coarse = generalise(event_draft(), **BOTH)
    data = seal(coarse).header_bytes + coarse.plaintext
    for fine in (b"41.2976", b"129.0804", b"4129760", b"12908040", b"00:30:01"):
        assert fine not in data


@pytest.mark.parametrize(
    ("payload", "grid", "rule"),
    [
        (ASSESSMENT, BOTH, "no position or time"),
        (EVENT, {}, "no position or time"),
        (msgspec.structs.replace(LAUNCH, position=None), {"position_grid_e5": 1}, "no position"),
        (EVENT, {"position_grid_e5": 0}, "position_grid_e5: 0 does not lie in 1 to"),
        (EVENT, {"position_grid_e5": MAX_POSITION_GRID_E5 + 1}, "position_grid_e5"),
        (EVENT, {"time_grid_ms": -1}, "time_grid_ms: -1"),
        (
            msgspec.structs.replace(
                LAUNCH, time=Moment(instant="9999-12-31T23:59:59.999Z", sd_s=None)
            ),
            {"time_grid_ms": 60_000},
            "leaves the calendar",
        ),
    ],
    ids=["words", "no-grid", "unknown-place", "zero", "too-coarse", "negative", "year-10000"],
)
def test_what_cannot_be_generalised_is_refused(payload, grid, rule):
    with pytest.raises(InputError, match=rule):
        generalise_payload(payload, **grid)


def test_a_portion_is_generalised_once():
    coarse = generalise(event_draft(), **BOTH)
    with pytest.raises(InputError, match="already"):
        generalise(coarse, **BOTH)
    assert replace(coarse, generalised=None) != coarse


def test_unknown_stays_unknown_where_nothing_is_rounded():
    launch = msgspec.structs.replace(LAUNCH, time=None, apogee_m=Measured(1.0, None))
    coarse, _ = generalise_payload(launch, position_grid_e5=1000)
    assert (coarse.time, coarse.apogee_m) == (None, Measured(1.0, None))
