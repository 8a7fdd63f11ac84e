"""The demo's page, from a record whose stations are real and whose estimates are made by hand."""

import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from trilogue.cli.demo import words
from trilogue.cli.demo.figures import Figures, left_out
from trilogue.cli.demo.labels import Box, text_width
from trilogue.cli.demo.page import Claim, DemoRecord, Station, Step, render

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "tests/vectors/demo/record.json").read_bytes()
CSS = (ROOT / "src/trilogue/cli/demo/page.css").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def record() -> DemoRecord:
    return msgspec.json.decode(TEXT, type=DemoRecord)


@pytest.fixture(scope="module")
def page(record):
    return render(record)


@pytest.fixture(scope="module")
def figures(record):
    return Figures(record)


def estimates(record, **changes):
    """Return a record in which named coalitions' estimates differ."""
    changed = [
        {**e, **changes.get("_".join(e["coalition"]), {})}  # type: ignore[typeddict-item]
        for e in record.estimates
    ]
    return replace(record, estimates=tuple(changed))


def section(page, heading):
    """Return one section's HTML without tags, its white space made single."""
    found = re.search(rf'<section aria-labelledby="{heading}">(.*?)</section>', page, re.DOTALL)
    assert found
    return found[1]


def plain(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace(" ;", ";")


class TestWhole:
    def test_a_record_survives_being_kept_as_json(self, record):
        assert msgspec.json.decode(msgspec.json.encode(record), type=DemoRecord) == record

    def test_one_record_gives_one_page(self, record, page):
        assert render(record) == page

    def test_it_names_nothing_to_fetch_and_forbids_itself_to(self, page):
        assert page.startswith("<!DOCTYPE html>")
        assert '<html lang="en">' in page
        assert "default-src 'none'" in page
        assert "<script" not in page
        outside = re.findall(r'(?:src|href)="([^"]*)"|url\(([^)]*)\)|@import', page)
        assert {a or b for a, b in outside} - {"data:,"} == {
            target for target in (a or b for a, b in outside) if target.startswith("#")
        }

    def test_it_is_small(self, page):
        assert len(page.encode()) < 300_000
        assert (ROOT / "src/trilogue/data/outlines.topojson").stat().st_size < 150_000

    def test_drawings_are_well_formed_and_point_at_what_is_there(self, page):
        drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
        for drawing in drawings:
            ET.fromstring(drawing)
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        named = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', page))
        labelled = " ".join(re.findall(r'aria-labelledby="([^"]+)"', page)).split()
        assert {a or b for a, b in named} | set(labelled) <= set(ids)

    def test_every_map_has_a_title_and_points_to_the_table(self, page):
        overview = section(page, "map-h")
        assert overview.count('role="img"') == 4
        assert overview.count("in numbers.</desc>") == 4

    def test_tables_have_captions_and_their_heads_a_scope(self, page):
        tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
        assert len(tables) == 3
        assert all("<caption>" in table for table in tables)
        assert all('scope="' in head for head in re.findall(r"<th\b[^>]*>", page))

    def test_text_from_outside_stays_text(self, record):
        hostile = replace(
            record,
            event_name="<script>alert(1)</script>",
            stations=(*record.stations, Station('"><b', "<X>", 40.0, 125.0, "KR")),
        )
        page = render(hostile)
        assert "<script" not in page
        assert "<X>" not in page
        assert "&lt;X&gt;" in page


class TestFinding:
    def test_the_headline_is_computed(self, page):
        headline = re.search(r"<h1>(.*?)</h1>", page)
        assert headline
        assert plain(headline[1]).split("; ") == [
            " KR alone: 123 km off",
            "JP alone: 39 km off",
            "US alone: 1.0 km off",
            "all three: 0.7 km. ",
        ]

    def test_it_says_what_sharing_bought(self, record):
        assert words.gain(record) == (
            "Together they come 1.4 times nearer than US alone, the nearest of them. Their 90% "
            "ellipse covers 95 km², where that of US alone covers 260 km², and holds the "
            "published place."
        )

    @pytest.mark.parametrize(
        ("error_m", "said"), [(950.0, "about as near as US"), (4000.0, "lie farther off than US")]
    )
    def test_it_claims_no_more_than_is_true(self, record, error_m, said):
        assert said in words.gain(estimates(record, KR_US_JP={"error_m": error_m}))

    def test_a_miss_is_called_a_miss(self, record):
        missed = estimates(record, KR_US_JP={"contains": False})
        assert "misses the published place" in words.gain(missed)

    def test_who_finds_no_place_says_so(self, record):
        nowhere = {"latitude": None, "longitude": None, "ellipse": None, "error_m": None}
        unlocated = estimates(
            record, KR={**nowhere, "contains": None, "note": "three readings are too few"}
        )
        page = render(unlocated)
        assert "KR alone: no place at all;" in page
        assert "three readings are too few" in section(page, "table-h")
        assert "not known" in section(page, "table-h")

    def test_without_estimates_there_is_a_page_still(self, record):
        page = render(replace(record, estimates=(), views=(), timeline=(), audit=(), counts={}))
        assert "No estimate was made." in page

    def test_it_names_the_arrangement_and_what_was_shared(self, record, page):
        head = plain(re.search(r"<header>.*?</header>", page, re.DOTALL)[0])
        assert "the readings of 19 stations, 6 of KR, 5 of US and 8 of JP" in head
        assert record.arrangement_id in head
        assert record.arrangement_digest in head.replace(" ", "")


class TestMap:
    def test_every_station_stands_on_it_with_its_name(self, record, figures):
        for panel in (figures.wide, figures.narrow):
            assert panel.missing == ()
            names = [text.text for text in panel.texts if text.style == "station"]
            assert sorted(names) == sorted(station.station for station in record.stations)
            assert len(panel.marks) == len(record.stations)

    def test_what_was_left_out_is_hollow(self, record, figures):
        hollow = {m.title.split(",")[0] for m in figures.wide.marks if "hollow" in m.style}
        assert hollow == {".".join(key) for key in left_out(record)} == {"JP.JEW", "JP.JGF"}

    def test_participants_differ_in_shape_and_in_colour(self, figures):
        styles = {(mark.shape, mark.style.split()[0]) for mark in figures.wide.marks}
        assert styles == {(0, "p0"), (1, "p1"), (2, "p2")}

    def test_labels_keep_off_each_other_and_off_marks(self, figures):
        for panel in (figures.wide, figures.narrow, *figures.details):
            boxes = [_box(text, panel.size) for text in panel.texts]
            for one, other in itertools.combinations(boxes, 2):
                assert not one.overlaps(other)
            marks = [Box.about(mark.x, mark.y, 4.0) for mark in panel.marks]
            assert not [1 for box in boxes for mark in marks if box.overlaps(mark)]

    def test_each_coalition_is_named_on_a_map_that_shows_it(self, record, figures):
        panels = (figures.wide, *figures.details)
        named = {t.text for p in panels for t in p.texts if t.style.startswith("coalition")}
        assert named == {"KR", "US", "JP", "KR + US", "KR + JP", "US + JP", "all three"}
        assert all(len(panel.outlines) == len(record.estimates) for panel in panels)

    def test_all_maps_are_to_scale_about_the_published_place(self, figures):
        for panel in (figures.wide, *figures.details):
            east = _outline(panel, "JP")
            bar_km = float(panel.bar[1].removesuffix(" km"))
            per_km = panel.bar[0] / bar_km
            off = np.hypot(east.x - panel.cross[0], east.y - panel.cross[1]) / per_km
            assert off == pytest.approx(38.6, abs=0.15 / per_km + 0.2)

    def test_the_details_grow(self, figures):
        widths = [panel.width * float(panel.bar[1].split()[0]) / panel.bar[0] for panel in
                  (figures.wide, *figures.details)]  # fmt: skip
        assert widths[0] > 4 * widths[1] > 16 * widths[2]

    def test_a_station_of_none_of_them_is_set_apart(self, record):
        other = replace(
            record, stations=(*record.stations, Station("G", "INU", 35.35, 137.029, ""))
        )
        (mark,) = [m for m in Figures(other).wide.marks if m.style == "other"]
        assert mark.title == "G.INU, of none"


class TestSections:
    def test_the_table_has_a_row_for_each_coalition(self, record, page):
        table = section(page, "table-h")
        assert table.count('class="estimate-row"') == len(record.estimates) == 7
        rows = [
            plain(row)
            for row in re.findall(r"<tr class=\"estimate-row\">.*?</tr>", table, re.DOTALL)
        ]
        assert [row.split(" km")[0].strip() for row in rows] == [
            "KR 123", "US 1.0", "JP 39", "KR + US 0.8", "KR + JP 16", "US + JP 0.5",
            "KR + US + JP 0.7",
        ]  # fmt: skip
        assert [row.split()[-1] for row in rows] == ["yes", "yes", "no", "yes", "yes", "yes", "yes"]

    def test_what_is_noted_of_every_estimate_is_said_once(self, record):
        shared = {"note": "depth held at 0.5 km"}
        noted = estimates(record, **{"_".join(e["coalition"]): shared for e in record.estimates})
        noted = estimates(noted, JP={"note": "depth held at 0.5 km; a wide gap"})
        assert words.notes(noted) == (
            "depth held at 0.5 km",
            ["", "", "a wide gap", "", "", "", ""],
        )
        table = section(render(noted), "table-h")
        assert table.count("depth held at 0.5 km") == 1
        assert '<p class="note">a wide gap</p>' in table

    def test_stations_left_out_stand_with_their_reason(self, record, page):
        table = plain(section(page, "table-h"))
        for reason in left_out(record).values():
            assert table.count(f"left out: {reason}") == 4  # in every coalition with JP
        assert "17 stations used, 2 left out" in table

    def test_every_participant_is_seen_in_every_phase(self, page):
        views = section(page, "views-h")
        assert views.count('role="img"') == 9
        assert plain(views).count("KR + US + JP, 17 stations") == 4

    def test_every_act_stands_in_its_place(self, record, page):
        acts = section(page, "acts-h")
        items = re.findall(r'<li class="(?:done|refused).*?</li>', acts, re.DOTALL)
        assert len(items) == len(record.timeline)
        for item, step in zip(items, record.timeline, strict=True):
            assert step.text.removeprefix(f"{step.participant} ") in plain(item)
            assert step.place in item
            assert ("<time" in item) == bool(step.at)

    def test_a_refusal_is_seen_without_colour(self, record, page):
        acts = section(page, "acts-h")
        refused = re.findall(r'<li class="refused.*?</li>', acts, re.DOTALL)
        assert len(refused) == sum(step.outcome == "refused" for step in record.timeline)
        for item in refused:
            assert "✕" in item
            assert "Refused" in item
            assert "hollow" in item
        assert "<code>no-pact</code>" in acts
        assert "what tasks or commands is no part of it" in acts

    def test_consents_are_set_apart(self, page):
        acts = section(page, "acts-h")
        tags = re.findall(r'<strong class="tag">([^<]+)</strong>', acts)
        assert tags == ["Consent"] * 4 + ["Consent refused", "Consent withdrawn"]

    def test_the_audit_says_what_holds(self, record, page):
        assert "All 6 claims hold." in section(page, "audit-h")
        failing = replace(
            record, audit=(*record.audit[:-1], Claim("It rains.", holds=False, evidence="KR/3"))
        )
        audit = section(render(failing), "audit-h")
        assert "1 of 6 claims does not hold." in audit
        assert plain(audit).count("✓ Holds:") == 5
        assert "✕ Does not hold: It rains. KR/3" in plain(audit)

    def test_counts_and_checkpoints_are_complete(self, record, page):
        audit = section(page, "audit-h")
        kinds = re.findall(r'<tr><th scope="row">([a-z-]+)</th>', audit)
        assert set(kinds) == {kind for counts in record.counts.values() for kind in counts}
        assert kinds.index("keys") < kinds.index("grant") < kinds.index("relay")
        for text in record.checkpoints.values():
            assert text in audit

    def test_an_act_without_a_known_time_shows_none(self, record):
        page = render(replace(record, timeline=(Step("", "KR", "waits", "", "", "done"),)))
        assert "1 acts; 0 of them refused" in plain(section(page, "acts-h"))


class TestColours:
    """Contrast after WCAG 2.2: 1.4.3 asks 4.5 of text, 1.4.11 asks 3 of what is drawn."""

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_text_can_be_read(self, scheme):
        colours = _tokens(scheme)
        for text in ("ink", "muted"):
            for ground in ("paper", "sea", "land", "tint"):
                assert _contrast(colours[text], colours[ground]) >= 4.5
        assert _contrast(colours["bad"], colours["paper"]) >= 4.5
        for name in ("p0", "p1", "p2", "p3"):
            assert _contrast(colours[name], colours["sea"]) >= 4.5  # the halo of map labels

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_marks_can_be_seen(self, scheme):
        colours = _tokens(scheme)
        for name, ground in itertools.product(("p0", "p1", "p2", "p3"), ("paper", "sea", "land")):
            assert _contrast(colours[name], colours[ground]) >= 3.0

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("vision", ["protanopia", "deuteranopia", "tritanopia"])
    def test_participants_differ_to_every_eye(self, scheme, vision):
        colours = _tokens(scheme)
        seen = [_lab(MACHADO[vision] @ _linear(colours[name])) for name in ("p0", "p1", "p2")]
        for one, other in itertools.combinations(seen, 2):
            assert np.linalg.norm(one - other) > 12.0  # some five just noticeable differences


# G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, A physiologically-based model for simulation
# of color vision deficiency, IEEE TVCG 15 (6), 2009: severity 1.0, on linear RGB.
MACHADO = {
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip


def _tokens(scheme):
    """Return the colours of the style's light or dark scheme by name."""
    light, dark = re.findall(r":root \{(.*?)\n\s*\}", CSS, re.DOTALL)[:2]
    pattern = r"--([a-z0-9]+): (#[0-9a-f]{6});"
    return dict(re.findall(pattern, light)) | dict(re.findall(pattern, dark * (scheme == "dark")))


def _linear(colour):
    """Return sRGB as linear light."""
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _contrast(one, other):
    lights = sorted(float(_linear(c) @ (0.2126, 0.7152, 0.0722)) for c in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _lab(linear):
    """Return CIE L*a*b* under D65."""
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    white = np.array([0.95047, 1.0, 1.08883])
    t = np.array(matrix) @ np.clip(linear, 0.0, 1.0) / white
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16.0 / 116.0)
    return np.array([116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])])


def _box(text, size):
    """Return the room a text takes; degrees are set a tenth smaller (page.css)."""
    size *= 0.9 if text.style == "degrees" else 1.0
    wide = text_width(text.text, size)
    left = text.x - {"start": 0.0, "middle": wide / 2.0, "end": wide}[text.side]
    return Box(left, text.y - 0.75 * size, left + wide, text.y + 0.2 * size)


def _outline(panel, title):
    (found,) = [outline for outline in panel.outlines if outline.title == title]
    return found
