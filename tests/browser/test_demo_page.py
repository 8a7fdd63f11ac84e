"""The demo's page in a browser: it asks nothing of anywhere, and fits a desk and a phone."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.support.pictured import seen

from trilogue.cli.demo.flight_record import Drawn, LaunchRecord
from trilogue.cli.demo.page import DemoRecord, render
from trilogue.cli.value.drawings import Drawing, inline
from trilogue.figures import map_figure, profile_figure

VECTORS = Path(__file__).parents[1] / "vectors/demo"
LABELS_AT_REST = """
panel => [...panel.querySelectorAll('text')].map(text => {
  const box = text.getBBox();
  return [text.textContent, box.x, box.y, box.x + box.width, box.y + box.height];
})
"""


@pytest.fixture(scope="module")
def record() -> DemoRecord:
    """What a run left, with the launch's drawings made anew, of a flight sooner followed."""
    kept = msgspec.json.decode((VECTORS / "record.json").read_bytes(), type=DemoRecord)
    launch = msgspec.json.decode((VECTORS / "launch.json").read_bytes(), type=LaunchRecord)
    figures = {
        "launch-map": map_figure(seen().pictures, truth=[seen().truth]),
        "launch-profile": profile_figure(seen().whole, truth=[seen().truth]),
    }
    drawn = tuple(
        Drawn(name, inline(Drawing(name, one)), one.csv, one.text) for name, one in figures.items()
    )
    return replace(kept, launch=replace(launch, figures=drawn))


@pytest.fixture(scope="module")
def written(record, tmp_path_factory):
    path = tmp_path_factory.mktemp("demo") / "index.html"
    path.write_text(render(record), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_row_of_every_table_is_seen(show, record, scheme):
    page = show(1280, scheme)
    assert page.title() == "Nuclear test at Punggye-ri: what sharing bought"
    assert page.locator(".estimate-row").count() == len(record.estimates)
    assert page.locator(".views tbody tr").count() == len(record.participants)
    assert page.locator(".timeline > li").count() == len(record.timeline)
    assert page.locator(".claims > li").count() == len(record.audit)
    kinds = {kind for counts in record.counts.values() for kind in counts}
    assert page.locator(".counts tbody tr").count() == len(kinds)
    assert page.locator(".flight-row").count() == len(record.launch.views)
    for row in (
        ".estimate-row",
        ".views tbody tr",
        ".flight-row",
        ".timeline > li",
        ".claims > li",
    ):
        assert all(one.is_visible() for one in page.locator(row).all())


@pytest.mark.parametrize("width", [320, 360, 800, 1280])
def test_nothing_lies_beyond_the_side_of_the_window(show, width):
    page = show(width)
    for details in page.locator("details").all():
        details.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("width", "shown"), [(360, "narrow"), (1280, "wide")])
def test_one_overview_is_shown_in_the_size_of_the_window(show, width, shown):
    page = show(width)
    seen = [
        one.get_attribute("class") for one in page.locator(".overview").all() if one.is_visible()
    ]
    assert seen == [f"overview {shown}"]


@pytest.mark.parametrize("width", [360, 1280])
def test_labels_as_set_by_the_browser_do_not_collide(show, width):
    page = show(width)
    maps = [one for one in page.locator(".maps svg.map").all() if one.is_visible()]
    assert len(maps) == 3
    for panel in maps:
        boxes = panel.evaluate(LABELS_AT_REST)
        for i, (name, left, top, right, bottom) in enumerate(boxes):
            # A box of type reaches from ascender to descender: a fifth of it stays empty.
            inset = (bottom - top) / 5.0
            for other, x0, y0, x1, y1 in boxes[i + 1 :]:
                apart = right <= x0 or x1 <= left or bottom - inset <= y0 or y1 - inset <= top
                assert apart, f"{name} lies over {other}"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_launch_is_drawn_described_and_called_simulated(show, record, width):
    page = show(width)
    section = page.locator("section[aria-labelledby=launch-h]")
    assert section.locator("h2").inner_text() == "Launch of 29 November 2017 (simulated)"
    drawings = section.locator(".drawing svg[role=img]")
    assert drawings.count() == len(record.launch.figures) == 2
    for drawing, figure in zip(drawings.all(), record.launch.figures, strict=True):
        assert drawing.is_visible()
        named = drawing.get_attribute("aria-labelledby")
        # Two drawings on one page: each is named by its own words.
        assert page.locator(f"[id='{named}']").count() == 1
        assert drawing.locator("desc").first.text_content() == figure.text
    # What is wider than the window moves by itself, and can be reached from the keyboard.
    for scroll in section.locator(".scroll").all():
        assert scroll.get_attribute("tabindex") == "0"
        assert scroll.evaluate("box => box.clientWidth") <= width


def test_a_page_without_a_launch_says_nothing_of_one(record):
    assert "launch-h" not in render(replace(record, launch=None))


def test_stations_open_by_keyboard(show):
    page = show(1280)
    first = page.locator("details").first
    assert not first.locator(".used").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert first.locator(".used li").first.is_visible()


def test_all_stations_are_printed_on_white(show):
    page = show(718, "dark")
    page.emulate_media(media="print")
    assert page.locator(".overview.wide").is_visible()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
