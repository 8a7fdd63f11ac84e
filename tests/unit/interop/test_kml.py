"""KML by the structure of OGC 07-147r2, and safe against what a name may hold."""

from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree as ET
from xml.parsers import expat

import numpy as np
import pytest
from tests.support.pictured import seen, turned

from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.analysis.tracking.legs import legs
from trilogue.interop.kml import GX, KML, write_kml

K, G = f"{{{KML}}}", f"{{{GX}}}"

# The order in which the schema (ogckml22.xsd, kml22gx.xsd) lets children stand.
ORDER = {
    "kml": ["Document"],
    "Document": ["name", "description", "Style", "Folder"],
    "Folder": ["name", "Placemark"],
    "Placemark": [
        "name", "description", "styleUrl", "ExtendedData",
        "Point", "LineString", "Polygon", "MultiGeometry", "Track",
    ],
    "Style": ["IconStyle", "LineStyle", "PolyStyle"],
    "IconStyle": ["color", "scale"],
    "LineStyle": ["color", "width"],
    "PolyStyle": ["color"],
    "ExtendedData": ["Data"],
    "Data": ["value"],
    "Point": ["altitudeMode", "coordinates"],
    "LineString": ["altitudeMode", "coordinates"],
    "Polygon": ["altitudeMode", "outerBoundaryIs"],
    "outerBoundaryIs": ["LinearRing"],
    "LinearRing": ["coordinates"],
    "MultiGeometry": ["LineString", "Polygon"],
    "Track": ["altitudeMode", "when", "coord"],
}  # fmt: skip


def read(picture, simulated=True):
    """Parse a document, refusing what a hostile one would hold, and check its structure."""
    data = write_kml(picture, simulated=simulated)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: pytest.fail("a document type")
    parser.Parse(data, True)  # noqa: FBT003 - expat takes no name
    root = ET.fromstring(data)
    assert root.tag == f"{K}kml"
    styles = {f"#{one.get('id')}" for one in root.iter(f"{K}Style")}
    for element in root.iter():
        name = element.tag.partition("}")[2]
        namespace = G if name in {"Track", "coord"} else K
        assert element.tag == namespace + name
        children = [child.tag.partition("}")[2] for child in element]
        allowed = ORDER.get(name, [])
        assert set(children) <= set(allowed), (name, children)
        assert children == sorted(children, key=allowed.index), (name, children)
        if name == "styleUrl":
            assert element.text in styles
        if name == "coordinates":
            rows = [tuple(map(float, row.split(","))) for row in element.text.split()]
            assert all(len(row) in {2, 3} for row in rows)
            assert all(abs(row[0]) <= 180.0 and abs(row[1]) <= 90.0 for row in rows)
        if name == "LinearRing":
            rows = element.find(f"{K}coordinates").text.split()
            assert rows[0] == rows[-1]
    return root


def data(placemark):
    return {one.get("name"): one[0].text for one in placemark.iter(f"{K}Data")}


def named(root, name):
    (found,) = [
        one for one in root.iter(f"{K}Placemark") if one.find(f"{K}name").text.startswith(name)
    ]
    return found


def test_the_track_is_the_way_that_was_seen_and_lies_ahead():
    (flight,) = seen().whole.flights
    root = read(seen().whole)
    (track,) = root.iter(f"{G}Track")
    times = [datetime.fromisoformat(one.text).timestamp() for one in track.iter(f"{K}when")]
    rows = np.array([list(map(float, one.text.split())) for one in track.iter(f"{G}coord")])
    assert len(times) == len(rows)
    assert np.all(np.diff(times) > 0.0)
    assert track.find(f"{K}altitudeMode").text == "absolute"
    now = int(np.argmin(np.abs(np.array(times) - flight.now.time)))
    lat, lon, height = to_geodetic(flight.now.state[:3])
    assert np.allclose(rows[now], [lon, lat, height], atol=0.06)
    assert np.allclose(rows[-1, :2], [flight.impact.longitude, flight.impact.latitude], atol=1e-5)


def test_each_phase_has_its_line_and_each_point_its_ellipse():
    (flight,) = seen().whole.flights
    root = read(seen().whole)
    for leg in legs(flight):
        line = named(root, f"{leg.phase}, {leg.known}")
        assert line.find(f"{K}styleUrl").text == f"#{leg.phase}"
        assert float(data(line)["greatest_level_sd_m"]) > 0.0
    for kind, point in (("launch", flight.launch), ("impact", flight.impact)):
        found = data(named(root, f"{kind}, 90% ellipse"))
        assert float(found["semi_major_m"]) == pytest.approx(point.semi_major_m, abs=0.06)
        assert float(found["probability"]) == 0.9
        assert float(found["time_sd_s"]) == pytest.approx(point.time.sd, abs=1e-3)
    whole = data(named(root, flight.track))
    assert float(whole["apogee_sd_m"]) == pytest.approx(flight.apogee_m.sd, abs=0.06)
    assert whole["simulated"] == "true"


def test_across_the_antimeridian_lines_are_cut():
    root = read(turned(seen().whole, 50.0))
    assert [one for one in root.iter(f"{K}MultiGeometry") if len(one) == 2]


def test_a_name_with_markup_or_controls_stays_a_name():
    whole = seen().whole
    flight = replace(whole.flights[0], track="a<b>&\x00\x1b]]>é", remarks=("<script/>",))
    root = read(replace(whole, flights=(flight,)))
    names = [one.find(f"{K}name").text for one in root.iter(f"{K}Placemark")]
    assert "a<b>&\ufffd\ufffd]]>é" in names
    said = [one.text for one in root.iter(f"{K}description")]
    assert any("&lt;script/&gt;" in text for text in said)
    assert not any("<script" in text for text in said)
