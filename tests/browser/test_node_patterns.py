"""The launch record at the console in a browser: held rows beside public ones, a finding filed."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.support.launches import activity, launch, written
from tests.support.processes import Nodes

from trilogue.node.inputs import ReportInput

pytestmark = pytest.mark.processes

MARK = "(C//ORCON/TISA//REL TO JP, US)"


def test_a_finding_is_filed_by_keyboard_and_says_that_it_stands_no_longer(
    nodes: Nodes, visit
) -> None:
    known = launch("2016-07-09T02:28:10.000Z", site="sinpo", position=None)
    given = ReportInput(portions=tuple(map(written, (launch(), known, activity()))))
    filed = nodes["KR"].submit_report(given)
    grant = nodes["KR"].grant(filed, derive_for=("JP", "US"))
    nodes.settle()

    page = visit("JP")
    page.goto("/patterns")
    assert page.locator("tr.told").count() == 3
    assert page.get_by_text(MARK).count() == 3
    assert page.locator("tr.told strong").first.is_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 360

    page.get_by_role("link", name="What was found in it").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/patterns/findings?reports=all")
    assert violations(page) == []
    button = page.locator("section", has_text="Salvos").get_by_role("button").first
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/JP/*")
    where = page.url
    assert page.get_by_text("It stands no longer").count() == 0

    nodes["KR"].withdraw(grant)
    # The page is open: what is gone is said on it without a click.
    page.get_by_text("It stands no longer").wait_for()
    assert page.get_by_text("withdrawn by its originator").first.is_visible()
    assert violations(page) == []

    plain = visit("JP", script=False)
    plain.goto("/patterns")
    assert plain.get_by_text(MARK).count() == 0
    plain.goto("/patterns/findings")
    assert plain.get_by_text("It stands no longer").is_visible()
    plain.goto(where)
    assert plain.get_by_text("It stands no longer").is_visible()


def violations(page) -> list[str]:
    """Return what axe finds against a page."""
    return [one["id"] for one in Axe().run(page).response["violations"]]
