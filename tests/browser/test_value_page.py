"""The report of a campaign in a browser: it asks nothing, and fits a desk and a phone."""

import pytest

from trilogue.analysis.scenario.sensors import sensor_set
from trilogue.analysis.value.plan import parse_campaign
from trilogue.analysis.value.runner import run_here
from trilogue.cli.value.drawings import drawings
from trilogue.cli.value.files import write
from trilogue.cli.value.results import Results

CAMPAIGN = """
sites = ["hodo"]
classes = ["scud"]
azimuths_deg = [90]
moments_s = [60, 300]
between_s = []
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("value")
    campaign = parse_campaign(CAMPAIGN, sensor_set("notional"))
    results = Results(campaign, tuple(run_here(campaign.cases(), workers=1)))
    write(results, drawings(results), out)
    return out / "index.html"


@pytest.mark.parametrize("width", [320, 800, 1280])
def test_nothing_lies_beyond_the_side_of_the_window(show, width):
    page = show(width)
    for details in page.locator("details").all():
        details.locator("summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_figures_and_tables_are_seen(show):
    page = show(1280)
    assert page.title() == "The value of sharing"
    assert page.locator("figure svg").count() == 3
    assert all(one.is_visible() for one in page.locator("figure svg").all())
    assert page.locator(".added tbody tr").count() == 9
    page.locator("details.table summary").click()
    assert page.locator(".groups tbody tr").count() == 7 * 3
    assert page.locator(".groups tbody tr").first.is_visible()


def test_no_two_elements_share_an_id_and_every_use_finds_its_mark(show):
    page = show(1280)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))
    used = page.evaluate(
        "[...document.querySelectorAll('use')].map(one => one.href.baseVal.slice(1))"
    )
    assert used
    assert set(used) <= set(ids)


def test_figures_turn_dark_with_the_page(show):
    ink = {}
    for scheme in ("light", "dark"):
        page = show(1280, scheme)
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        ink[scheme] = page.evaluate(
            "getComputedStyle(document.querySelector('figure svg #first-track-patch_1 path')).fill"
        )
        assert ink[scheme] == paper
    assert ink["light"] != ink["dark"]
