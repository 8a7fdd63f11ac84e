"""QuakeML 1.2, judged by ObsPy and its schema; and picks read back in."""

import io
import math
import warnings
from dataclasses import replace
from importlib.resources import files

import msgspec
import pytest

from trilogue.cli.commands.picture import _estimates
from trilogue.errors import FormatError, InputError
from trilogue.interop.quakeml import Located, Origin, located, write_quakeml
from trilogue.interop.quakeml_estimates import located_by
from trilogue.interop.quakeml_in import read_arrivals
from trilogue.reports.csv import arrivals_from_csv
from trilogue.reports.payloads.arrivals import SeismicArrivals
from trilogue.reports.payloads.event import Identification, Magnitude, YieldEstimate
from trilogue.reports.payloads.quantities import Measured, Position

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import obspy
    from obspy.io.quakeml.core import _validate

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of ObsPy's plugins


@pytest.fixture(scope="module")
def estimates():
    rows = arrivals_from_csv(
        (files("trilogue") / "data" / "seismic_arrivals.csv").read_text("utf-8")
    )
    return _estimates("DPRK5", rows)


@pytest.fixture(scope="module")
def event(estimates):
    return located_by("DPRK5", estimates)


def full(event):
    """Return the best estimate as a node might file it when more is known than place and time."""
    best = msgspec.structs.replace(
        event.origins[-1].event,
        magnitudes=(
            Magnitude(scale="mb", magnitude=Measured(value=5.3, sd=0.1), source="a & b"),
            Magnitude(scale="Mw", magnitude=Measured(value=4.8, sd=None), source="c"),
        ),
        yield_estimate=YieldEstimate(
            median_kt=12.0, low_kt=6.0, high_kt=25.0, probability=0.9, relations=("one", "two")
        ),
        identification=Identification(kind="explosion", probability=0.97, reasons=("place",)),
    )
    return best, SeismicArrivals(event="DPRK5", arrivals=event.readings)


def by_obspy(data):
    assert _validate(io.BytesIO(data), verbose=True)
    return obspy.read_events(io.BytesIO(data), format="QUAKEML")


def test_each_coalition_has_its_origin_and_all_together_the_preferred_one(event, estimates):
    (read,) = by_obspy(write_quakeml([event]))
    assert len(read.origins) == len(estimates)
    assert read.preferred_origin() is read.origins[-1]
    for origin, estimate in zip(read.origins, estimates, strict=True):
        found = estimate.location
        assert origin.latitude == found.latitude
        assert origin.longitude == found.longitude
        assert abs(origin.time.timestamp - found.origin_time) <= 0.0006
        assert origin.time_errors.uncertainty == found.origin_time_sd_s
        assert origin.depth == found.depth_m
        assert origin.depth_type == "operator assigned"
        assert origin.quality.used_station_count == len(found.used)
        assert origin.comments[0].text == f"readings of: {', '.join(estimate.coalition)}"
        uncertainty = origin.origin_uncertainty
        assert uncertainty.max_horizontal_uncertainty == found.ellipse.semi_major_m
        assert uncertainty.min_horizontal_uncertainty == found.ellipse.semi_minor_m
        assert uncertainty.azimuth_max_horizontal_uncertainty == found.ellipse.azimuth_deg
        assert uncertainty.confidence_level == pytest.approx(100.0 * found.ellipse.probability)


def test_arrivals_lead_to_their_picks_with_residual_and_weight(event, estimates):
    (read,) = by_obspy(write_quakeml([event]))
    picks = {pick.resource_id.id: pick for pick in read.picks}
    for origin, estimate in zip(read.origins, estimates, strict=True):
        for arrival, used in zip(origin.arrivals, estimate.location.used, strict=True):
            pick = picks[arrival.pick_id.id]
            assert pick.waveform_id.station_code == used.arrival.station
            assert abs(pick.time.timestamp - used.arrival.time) <= 0.0006
            assert arrival.time_residual == used.residual_s
            assert arrival.time_weight == used.weight


def test_degrees_of_uncertainty_are_what_the_ellipse_implies(event):
    (read,) = by_obspy(write_quakeml([event]))
    origin, ellipse = read.origins[-1], event.origins[-1].event.epicentre.ellipse
    turn = math.radians(ellipse.azimuth_deg)
    major, minor = ellipse.semi_major_m / ellipse.scale, ellipse.semi_minor_m / ellipse.scale
    north = math.hypot(major * math.cos(turn), minor * math.sin(turn))
    east = math.hypot(major * math.sin(turn), minor * math.cos(turn))
    # ObsPy measures what a step of one standard deviation is on the ground.
    lat, lon = origin.latitude, origin.longitude
    step = obspy.geodetics.gps2dist_azimuth
    assert step(lat, lon, lat + origin.latitude_errors.uncertainty, lon)[0] == pytest.approx(
        north, rel=1e-3
    )
    assert step(lat, lon, lat, lon + origin.longitude_errors.uncertainty)[0] == pytest.approx(
        east, rel=1e-3
    )


def test_what_is_filed_goes_out_whole(event):
    best, arrivals = full(event)
    (read,) = by_obspy(write_quakeml([located(best, arrivals)], authority="jp.example"))
    assert read.event_type == "explosion"
    assert read.event_type_certainty == "suspected"
    assert [(m.magnitude_type, m.mag, m.mag_errors.uncertainty) for m in read.magnitudes] == [
        ("mb", 5.3, 0.1), ("Mw", 4.8, None),
    ]  # fmt: skip
    assert read.magnitudes[0].comments[0].text == "source: a & b"
    said = [one.text for one in read.preferred_origin().comments]
    assert "yield 12 kt, 6 to 25 kt with probability 0.9" in said
    assert {"yield by: one", "yield by: two", "reason: place"} <= set(said)
    for station in best.stations_left_out:
        assert f"{station.network}.{station.station} left out: {station.reason}" in said
    assert read.resource_id.id.startswith("smi:jp.example/")
    assert read.preferred_origin().creation_info.agency_id == "jp.example"
    used = {(s.network, s.station): s.residual_s for s in best.stations_used}
    assert len(read.preferred_origin().arrivals) == len(used)
    picks = {pick.resource_id.id: pick.waveform_id for pick in read.picks}
    for arrival in read.preferred_origin().arrivals:
        stream = picks[arrival.pick_id.id]
        assert used[stream.network_code, stream.station_code] == arrival.time_residual


def test_an_event_of_unknown_kind_claims_no_type(event):
    unknown = Identification(kind="unknown", probability=None, reasons=("nothing is known",))
    best = msgspec.structs.replace(event.origins[-1].event, identification=unknown)
    (read,) = by_obspy(write_quakeml([located(best)]))
    assert read.event_type is None


def test_a_coalition_without_a_location_says_why(estimates):
    lone = replace(estimates[0], location=None, reason="two stations alone")
    (read,) = by_obspy(write_quakeml([located_by("one event", [lone, estimates[-1]])]))
    assert [one.text for one in read.comments] == [
        "readings of KR: no location: two stations alone"
    ]
    assert len(read.origins) == 1


def test_names_are_told_apart_and_identifiers_stay_identifiers(event):
    origin = Origin("", event.origins[-1].event)
    events = [Located(name, (origin,)) for name in ("a b", "a/b", "핵실험", "<&>\x00")]
    read = by_obspy(write_quakeml(events))
    assert len({one.resource_id.id for one in read}) == len(events)
    assert [one.event_descriptions[0].text for one in read] == ["a b", "a/b", "핵실험", "<&>\ufffd"]


@pytest.mark.parametrize("authority", ["", "a", "two words", "-x-", "a/b"])
def test_an_authority_must_begin_an_identifier(event, authority):
    with pytest.raises(InputError):
        write_quakeml([event], authority=authority)


def test_readings_come_back_as_they_went_out(event):
    (back,) = read_arrivals(write_quakeml([event]))
    assert back.event == "DPRK5"
    assert back.arrivals == event.readings


def test_picks_that_obspy_wrote_are_read_with_the_positions_of_stations(event):
    read = by_obspy(write_quakeml([event]))
    for pick in read[0].picks:
        pick.phase_hint = None  # then the arrivals name the phase
        del pick.extra
    read[0].picks = [p for p in read[0].picks if _used(p, read[0])]
    out = io.BytesIO()
    read.write(out, format="QUAKEML")
    stations = {(row.network, row.station): row.position for row in event.readings}
    (back,) = read_arrivals(out.getvalue(), stations)
    kept = {pick.waveform_id.station_code for pick in read[0].picks}
    expected = [
        msgspec.structs.replace(row, snr=None) for row in event.readings if row.station in kept
    ]
    assert list(back.arrivals) == expected
    with pytest.raises(FormatError, match="nobody says where station"):
        read_arrivals(out.getvalue())


def _used(pick, event):
    return any(a.pick_id == pick.resource_id for o in event.origins for a in o.arrivals)


PICK = """<?xml version="1.0"?>{doctype}
<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2">
<eventParameters publicID="smi:x.y/p"><event publicID="smi:x.y/e 1">
<pick publicID="smi:x.y/1"><time><value>{time}</value>{sd}</time>
<waveformID networkCode="IU" stationCode="INCN" channelCode="BHZ" locationCode="00"/>
{phase}{status}</pick></event></eventParameters></q:quakeml>"""
GOOD = {
    "doctype": "", "time": "2016-09-09T00:31:05.1234567Z", "sd": "",
    "phase": "<phaseHint>P</phaseHint>", "status": "",
}  # fmt: skip
INCN = {("IU", "INCN"): Position(latitude=37.4776, longitude=126.6239, height_m=None, sd_m=None)}


@pytest.mark.parametrize(
    ("time", "instant"),
    [
        ("2016-09-09T00:31:05.1236Z", "2016-09-09T00:31:05.124Z"),
        ("2016-09-09T00:31:05", "2016-09-09T00:31:05.000Z"),
        ("2016-09-09T09:31:05.999999+09:00", "2016-09-09T00:31:06.000Z"),
    ],
)
def test_times_are_utc_to_the_nearest_millisecond(time, instant):
    (back,) = read_arrivals(PICK.format(**GOOD | {"time": time}).encode(), INCN)
    assert back.arrivals[0].time.instant == instant
    assert back.arrivals[0].time.sd_s is None
    assert back.event == "e_1"


def test_a_rejected_pick_is_left_out():
    rejected = GOOD | {"status": "<evaluationStatus>rejected</evaluationStatus>"}
    assert read_arrivals(PICK.format(**rejected).encode(), INCN) == ()


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"doctype": BOMB}, "document type"),
        ({"time": "yesterday"}, "not a time"),
        ({"phase": ""}, "names no phase"),
        ({"phase": "<phaseHint>not a phase</phaseHint>"}, "phase"),
        ({"time": "20160909T003105Z"}, "not a time"),
        ({"time": "2016-02-30T00:31:05Z"}, "not a time"),
        ({"sd": "<uncertainty>nan</uncertainty>"}, "not a finite number"),
        ({"sd": "<uncertainty>1_0</uncertainty>"}, "not a finite number"),
        ({"sd": "<uncertainty>-1</uncertainty>"}, "sd_s"),
        ({"sd": "<uncertainty>1e999</uncertainty>"}, "not a finite number"),
        ({"phase": "<phaseHint>P"}, "not XML"),
    ],
)
def test_what_is_wrong_is_named(wrong, said):
    with pytest.raises(FormatError, match=said):
        read_arrivals(PICK.format(**GOOD | wrong).encode(), INCN)


def test_another_version_is_not_taken_for_this_one():
    old = PICK.format(**GOOD).replace("bed/1.2", "bed/1.1").encode()
    with pytest.raises(FormatError, match="no eventParameters"):
        read_arrivals(old, INCN)
