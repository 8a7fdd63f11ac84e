"""The report on patterns in a browser: it asks nothing, and fits a desk, a phone and paper."""

import pytest

from trilogue.analysis.patterns.merge import merge
from trilogue.analysis.patterns.source import shipped_source
from trilogue.cli.patterns.files import write
from trilogue.cli.patterns.gather import gather


@pytest.fixture(scope="module", params=["en", "ko", "ja"])
def written(request, tmp_path_factory):
    out = tmp_path_factory.mktemp(request.param)
    source = shipped_source()
    write(gather([source], merge([source]), None), request.param, out)
    return out / "index.html"


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_lies_beyond_the_side_of_the_window(show, width):
    page = show(width)
    for details in page.locator("details").all():
        details.locator("summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_sections_figures_and_tables_are_seen(show):
    page = show(1280)
    assert page.locator("section h2").count() == 10
    assert page.locator("figure svg").count() == 9
    assert all(one.is_visible() for one in page.locator("figure svg").all())
    assert page.locator("#backtest-table tbody tr").count() == 11
    assert page.locator("#basis-table tbody tr").count() == 12
    page.locator("nav a").nth(5).click()
    assert page.url.endswith("#trajectories-h")


def test_no_two_elements_share_an_id(show):
    page = show(1280)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_numbers_are_saved_from_the_page_itself(show):
    page = show(1280)
    with page.expect_download() as saved:
        page.locator("a[download='backtest.csv']").click()
    assert saved.value.path().read_text("utf-8").startswith("year,months,alerted")
