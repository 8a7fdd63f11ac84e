"""Figures: the numbers they are drawn from, what they say in words, and bytes that never differ."""

import csv
import io
import struct
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from tests.support.pictured import ALL, COALITIONS, seen, turned

from trilogue.analysis.geodesy import inverse
from trilogue.figures import curves_figure, map_figure, profile_figure
from trilogue.figures.ink import colour, strokes
from trilogue.figures.words import _WORDS, LANGUAGES, say

SVG = "{http://www.w3.org/2000/svg}"


def rows(figure):
    return list(csv.DictReader(io.StringIO(figure.csv)))


def check(figure):
    """Hold a figure to what every figure is."""
    root = ET.fromstring(figure.svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}desc"
    assert root[0].text == figure.text
    assert root[0].get("id") == root.get("aria-labelledby")
    assert not list(root.iter(f"{SVG}text"))  # drawn: no reader needs the font
    assert figure.png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", figure.png[16:24])
    assert min(width, height) >= 600
    assert b"Software" not in figure.png
    assert b"dc:date" not in figure.svg
    return root


@pytest.fixture(scope="module")
def drawn():
    """One map that several tests look at."""
    return map_figure(seen().pictures, truth=[seen().truth])


def test_a_map_has_the_numbers_of_every_coalition(drawn):
    check(drawn)
    found = {(one["coalition"], one["kind"]): one for one in rows(drawn)}
    for coalition in COALITIONS:
        (flight,) = seen().pictures[coalition].flights
        for kind, point in (("launch", flight.launch), ("impact", flight.impact)):
            if point is None:
                assert ("+".join(coalition), kind) not in found
                continue
            row = found["+".join(coalition), kind]
            assert float(row["semi_major_m"]) == pytest.approx(point.semi_major_m, abs=0.06)
            assert float(row["latitude"]) == pytest.approx(point.latitude, abs=1e-6)
            assert float(row["probability"]) == 0.9
    legs = [one for one in rows(drawn) if one["kind"] == "leg"]
    assert {one["coalition"] for one in legs} == {"+".join(ALL)}
    assert {one["phase"] for one in legs} == {"boost", "midcourse", "terminal"}
    assert all(float(one["level_sd_m"]) > 0.0 for one in legs)


def test_a_map_says_in_words_what_it_shows(drawn):
    (flight,) = seen().whole.flights
    for point in (flight.launch, flight.impact):
        assert f"{point.latitude:.2f}° N, {point.longitude:.2f}° E" in drawn.text
        axes = f"{point.semi_major_m / 1e3:.1f} × {point.semi_minor_m / 1e3:.1f} km"
        assert f"90 % ellipse {axes}" in drawn.text
    for coalition in COALITIONS:
        impact = seen().pictures[coalition].flights[0].impact
        name = "all" if coalition == ALL else "+".join(coalition)
        assert f"{name} {impact.semi_major_m / 1e3:.3g} km" in drawn.text


def test_the_same_picture_is_the_same_bytes(drawn):
    again = map_figure(seen().pictures, truth=[seen().truth])
    assert (again.svg, again.png, again.csv, again.text) == (
        drawn.svg, drawn.png, drawn.csv, drawn.text,
    )  # fmt: skip


def test_a_drawing_leaves_the_settings_of_the_process_alone():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    map_figure({ALL: seen().whole})
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_are_set_in_a_font_that_carries_them(language, recwarn):
    from matplotlib.ft2font import FT2Font

    from trilogue.figures import paper

    title = {"en": "A flight", "ko": "미사일 비행", "ja": "ミサイルの飛行"}[language]
    figure = map_figure({ALL: seen().whole}, language=language, title=title)
    check(figure)
    assert not recwarn.list
    from importlib.resources import as_file, files

    with as_file(files("trilogue.figures") / "data" / "TrilogueSansCJK.otf") as path:
        font = FT2Font(path)
        assert font.family_name == paper._FAMILY
        known = set(font.get_charmap())
    words = "".join(text for one in _WORDS.values() for text in one)
    assert {c for c in words + title if ord(c) not in known} == set()


def test_a_map_across_the_antimeridian_is_as_large_as_elsewhere():
    there = map_figure({ALL: turned(seen().whole, 50.0)})
    check(there)
    assert "° W" in there.text


def test_before_cutoff_a_map_says_that_there_is_no_impact():
    figure = map_figure(seen(after_burnout_s=-10.0).pictures)
    check(figure)
    assert "all has no impact point of" in figure.text


def test_a_map_of_nothing_but_sensors_is_drawn():
    figure = map_figure({ALL: replace(seen().whole, flights=())})
    check(figure)
    assert figure.text == "Map of 0 flight(s) as seen by KR+US+JP."
    assert {one["kind"] for one in rows(figure)} == {"sensor"}


def test_a_map_needs_a_picture():
    with pytest.raises(ValueError, match="at least one coalition"):
        map_figure({})


def test_a_profile_has_height_over_distance_with_the_apogee():
    (flight,) = seen().whole.flights
    figure = profile_figure(seen().whole, truth=[seen().truth])
    check(figure)
    found = rows(figure)
    (apogee,) = [one for one in found if one["kind"] == "apogee"]
    assert float(apogee["height_km"]) == pytest.approx(flight.apogee_m.value / 1e3, abs=1e-3)
    assert float(apogee["vertical_sd_km"]) == pytest.approx(flight.apogee_m.sd / 1e3, abs=1e-3)
    away = inverse(
        flight.launch.latitude, flight.launch.longitude,
        flight.impact.latitude, flight.impact.longitude,
    )[0]  # fmt: skip
    last = [one for one in found if one["kind"] == "leg"][-1]
    assert float(last["distance_km"]) == pytest.approx(away / 1e3, abs=0.01)
    assert float(last["height_km"]) == pytest.approx(0.0, abs=1e-3)
    assert f"rises to {flight.apogee_m.value / 1e3:.0f} km" in figure.text
    assert f"comes down {away / 1e3:.0f} km away" in figure.text


def test_a_profile_before_cutoff_says_that_the_apogee_is_not_known():
    figure = profile_figure(seen(after_burnout_s=-10.0).whole, language="ko")
    check(figure)
    assert "최고점은 아직 알 수 없음" in figure.text


TIME = np.arange(0.0, 301.0, 20.0)
CURVES = {
    ("KR",): np.where(TIME < 60.0, np.nan, 8.0 - TIME / 50.0),
    ("US",): np.full(TIME.shape, np.nan),
    ALL: 4.0 - TIME / 100.0,
}


def test_curves_have_their_values_their_bounds_and_their_gaps():
    figure = curves_figure(TIME, CURVES, bounds={ALL: CURVES[ALL] * 0.9})
    check(figure)
    found = rows(figure)
    assert len(found) == len(CURVES) * len(TIME)
    label = say("en", "impact_ellipse_km")
    by = {(one["coalition"], float(one[say("en", "after_burnout_s")])): one for one in found}
    assert by["KR", 0.0][label] == ""
    assert float(by["KR", 100.0][label]) == 6.0
    assert by["KR", 100.0]["bound"] == ""
    assert float(by["KR+US+JP", 100.0]["bound"]) == pytest.approx(2.7)
    assert "KR: 6.8 at 60 s, 2 at 300 s." in figure.text
    assert "US: nothing." in figure.text


def test_curves_in_words_of_the_callers_own():
    figure = curves_figure(TIME, CURVES, what="anything, m", since="day", language="ja")
    check(figure)
    assert figure.csv.startswith('day,coalition,"anything, m",bound\n')


@pytest.mark.parametrize(
    ("wrong", "said"), [(CURVES[ALL][:3], "values for"), (CURVES[ALL] * 0.0, "greater than zero")]
)
def test_curves_that_cannot_be_drawn_are_named(wrong, said):
    with pytest.raises(ValueError, match=f"KR: .*{said}"):
        curves_figure(TIME, {("KR",): wrong})


def test_a_language_without_words_is_named():
    with pytest.raises(ValueError, match="no words in 'fr'"):
        map_figure({ALL: seen().whole}, language="fr")


def test_every_word_stands_in_every_language():
    for key, texts in _WORDS.items():
        assert len(texts) == len(LANGUAGES)
        fields = [set(_fields(text)) for text in texts]
        assert fields[0] == fields[1] == fields[2], key


def _fields(text):
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(text) if name]


def test_colours_are_those_of_the_demo_and_stay_apart_for_every_eye():
    from importlib.resources import files

    css = (files("trilogue.cli.demo") / "page.css").read_text("utf-8")
    for number, who in enumerate(ALL):
        assert f"--p{number}: {colour(who)};" in css
    seen_colours = [np.array(_linear(colour(one))) for one in ALL]
    # Brettel, Viénot and Mollon reduced to one matrix each (Viénot 1999): what is left of red and
    # green to a reader without the one or the other.
    for short in (PROTAN, DEUTAN):
        left = [short @ one for one in seen_colours]
        for a in range(len(left)):
            for b in range(a):
                assert np.linalg.norm(_lab(left[a]) - _lab(left[b])) > 12.0
    assert strokes(("JP", "KR")) == strokes(("KR", "JP"))


PROTAN = np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]])
DEUTAN = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])


def _linear(text):
    values = [int(text[k : k + 2], 16) / 255.0 for k in (1, 3, 5)]
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]


def _lab(rgb):
    xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    ) @ np.clip(rgb, 0.0, 1.0)
    f = np.cbrt(np.maximum(xyz / [0.9505, 1.0, 1.089], 1e-4))
    return np.array([116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])])
