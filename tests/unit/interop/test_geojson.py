"""GeoJSON by the rules of RFC 7946."""

import itertools
import json
import math

import pytest
from tests.support.pictured import seen, turned
from tests.unit.interop.test_cutting import area

from trilogue.interop.geojson import write_estimates, write_geojson

DEPTH = {
    "Point": 0, "LineString": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3,
}  # fmt: skip


def positions(geometry):
    rows = [geometry["coordinates"]]
    for _ in range(DEPTH[geometry["type"]]):
        rows = list(itertools.chain.from_iterable(rows))
    return rows


def check(document):
    """Hold a document to RFC 7946: shape (3), range, right hand (3.1.6), antimeridian (3.1.9)."""
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document
    for feature in document["features"]:
        assert set(feature) >= {"type", "geometry", "properties"}
        assert feature["type"] == "Feature"
        geometry = feature["geometry"]
        if geometry is None:
            continue
        for position in positions(geometry):
            assert len(position) in {2, 3}
            assert -180.0 <= position[0] <= 180.0
            assert -90.0 <= position[1] <= 90.0
            assert all(map(math.isfinite, position))
        polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}
        for polygon in polygons.get(geometry["type"], []):
            (ring,) = polygon
            assert ring[0] == ring[-1]
            assert area(ring) > 0.0
        lines = {
            "LineString": [geometry["coordinates"]],
            "MultiLineString": geometry["coordinates"],
        }
        for line in lines.get(geometry["type"], []):
            assert len(line) >= 2
            assert all(abs(a[0] - b[0]) < 180.0 for a, b in itertools.pairwise(line))


def read(picture, simulated=True):
    document = json.loads(write_geojson(picture, simulated=simulated))
    check(document)
    return document


def of(document, kind):
    return [one for one in document["features"] if one["properties"]["kind"] == kind]


def test_a_flight_is_legs_points_and_ellipses():
    (flight,) = seen().whole.flights
    document = read(seen().whole)
    legs = of(document, "leg")
    assert len(legs) == 5
    for leg in legs:
        n = len(leg["geometry"]["coordinates"])
        properties = leg["properties"]
        assert [len(properties[key]) for key in ("times", "level_sd_m", "vertical_sd_m")] == [n] * 3
    (impact,) = of(document, "impact")
    assert impact["geometry"]["coordinates"] == [flight.impact.longitude, flight.impact.latitude]
    assert impact["properties"]["semi_major_m"] == flight.impact.semi_major_m
    assert impact["properties"]["probability"] == 0.9
    assert impact["properties"]["time_sd_s"] == flight.impact.time.sd
    (apogee,) = of(document, "apogee")
    assert apogee["geometry"]["coordinates"][2] == flight.apogee_m.value
    assert apogee["properties"]["apogee_sd_m"] == flight.apogee_m.sd
    assert all(one["properties"]["simulated"] for one in document["features"])
    assert sum(impact["properties"]["classes"].values()) == pytest.approx(1.0)


def test_across_the_antimeridian_it_is_cut_and_what_goes_along_too():
    whole = turned(seen().whole, 50.0)  # over the antimeridian in midcourse
    legs = of(read(whole), "leg")
    (cut,) = [one for one in legs if one["geometry"]["type"] == "MultiLineString"]
    sizes = [len(part) for part in cut["geometry"]["coordinates"]]
    for key in ("times", "level_sd_m", "vertical_sd_m"):
        assert [len(part) for part in cut["properties"][key]] == sizes


def test_an_ellipse_on_the_antimeridian_is_cut():
    whole = seen().whole
    there = turned(whole, 180.0 - whole.flights[0].impact.longitude)
    (ellipse,) = of(read(there), "impact-ellipse")
    assert ellipse["geometry"]["type"] == "MultiPolygon"
    (launch,) = of(read(there), "launch-ellipse")
    assert launch["geometry"]["type"] == "Polygon"


def test_estimates_of_an_event_by_coalition():
    from importlib.resources import files

    from trilogue.cli.commands.picture import _estimates
    from trilogue.reports.csv import arrivals_from_csv

    rows = arrivals_from_csv(
        (files("trilogue") / "data" / "seismic_arrivals.csv").read_text("utf-8")
    )
    lone = [one for one in rows if one.participant != "KR" or one.arrival.station == "TJN"]
    estimates = _estimates("DPRK5", lone)
    document = json.loads(write_estimates({"DPRK5": estimates}))
    check(document)
    kinds = [one["properties"]["kind"] for one in document["features"]]
    found = [one for one in estimates if one.location is not None]
    assert kinds.count("epicentre") == len(estimates)
    assert kinds.count("epicentre-ellipse") == len(found) < len(estimates)
    bare = [one for one in document["features"] if one["geometry"] is None]
    assert [one["properties"]["coalition"] for one in bare] == [["KR"]]
    assert bare[0]["properties"]["reason"]
    best = of(document, "epicentre")[-1]["properties"]
    assert best["probability"] == 0.9
    assert best["semi_major_m"] == estimates[-1].location.ellipse.semi_major_m
