"""Findings drawn and said: whole in each language, in letters that the font has."""

import csv
import io
import re
from datetime import date
from importlib import resources
from xml.etree import ElementTree as ET

import pytest
from matplotlib.ft2font import FT2Font

from trilogue.analysis.flight.record import record
from trilogue.analysis.patterns.basis import REASONS
from trilogue.analysis.patterns.findings import find
from trilogue.analysis.patterns.reach import areas
from trilogue.cli.patterns.drawings import drawings
from trilogue.cli.patterns.page import SECTIONS
from trilogue.figures.patterns.said import sentences
from trilogue.figures.patterns.words import Words, catalogue
from trilogue.figures.words import LANGUAGES


@pytest.fixture(scope="module")
def found():
    return find(record(), [("DPRK6", date(2017, 9, 3).toordinal())])


def fields(text):
    return sorted(set(re.findall(r"{(\w+)}", text)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_with_the_same_values(language):
    english, other = catalogue("en"), catalogue(language)
    assert english.keys() == other.keys()
    for key in english:
        assert fields(english[key]) == fields(other[key]), key
        assert other[key].strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_of_the_record_has_words(language):
    said = catalogue(language)
    wanted = {f"missile.{one.missile_id}" for one in record()}
    wanted |= {f"site.{one.site_id}" for one in record()}
    wanted |= {f"kind.{one.kind}" for one in record()}
    wanted |= {f"area.{one.area}" for one in areas()} | {f"reason.{one}" for one in REASONS}
    wanted |= {f"page.{one}" for one in SECTIONS} | {f"method.{one}" for one in SECTIONS}
    assert wanted <= said.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_font_has_every_character(language):
    place = resources.files("trilogue.figures") / "data" / "TrilogueSansCJK.otf"
    with resources.as_file(place) as path:
        has = FT2Font(str(path)).get_charmap()
    text = "".join(catalogue(language).values())
    assert {char for char in text if ord(char) not in has} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_says_something(found, language):
    said = sentences(found, Words(language))
    assert set(said) == set(SECTIONS) - {"record"}
    for name, lines in said.items():
        assert lines, name
        assert all("{" not in line for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_carry_their_numbers_and_what_they_show(found, language):
    for drawn in drawings(found, Words(language)).values():
        for one in drawn:
            root = ET.fromstring(one.figure.svg)
            assert root.get("role") == "img"
            assert root[0].text == one.figure.text
            rows = list(csv.reader(io.StringIO(one.figure.csv)))
            assert len(rows) > 3
            assert len({len(row) for row in rows}) == 1


def test_a_drawing_is_the_same_bytes_twice(found):
    words = Words("en")
    one, other = drawings(found, words), drawings(found, words)
    assert [d.figure.svg for d in one["tempo"]] == [d.figure.svg for d in other["tempo"]]
