"""The console in a browser, over three nodes: what people do, and what they see."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.support.processes import Nodes

pytestmark = pytest.mark.processes

PATHS = ("/desk", "/reports", "/picture", "/statements", "/arrangement", "/write")
TEXT = "The vehicle flew for 53 minutes on a lofted path."
WIDTHS = {"desk": 1280, "phone": 360}


def test_without_script_a_request_is_granted_from_the_desk_read_and_taken_away(
    nodes: Nodes, visit
) -> None:
    what = nodes["KR"].submit(TEXT)
    jp, kr = visit("JP", "ja", script=False), visit("KR", "ko", script=False)

    jp.get_by_text("作成国に求める").click()
    jp.get_by_label("作成国").select_option("KR")
    jp.get_by_label("主題").select_option("nuclear-test")
    jp.get_by_label("目的").select_option("analysis")
    jp.get_by_label("理由").fill("我が方の観測点でも捉えました。")
    jp.get_by_role("button", name="求める").click()
    nodes.settle()

    kr.reload()
    kr.get_by_role("link", name="JP ", exact=False).first.click()
    assert kr.get_by_text("我が方の観測点でも捉えました。").is_visible()
    # Whoever asked is chosen, and the hub through which it is reached.
    assert kr.get_by_label("일본").first.is_checked()
    assert kr.get_by_label("미국").first.is_checked()
    assert kr.get_by_label("분석").is_checked()
    kr.get_by_role("button", name="승인").click()
    kr.wait_for_url("**/desk")
    nodes.settle()

    jp.goto(f"/reports/KR/{what.index}")
    assert jp.locator(".banner").count() == 2
    jp.get_by_text("開く").first.click()
    jp.locator("#why1").fill("朝の報告")
    jp.get_by_role("button", name="開く").click()
    assert jp.get_by_text(TEXT).is_visible()
    assert TEXT not in jp.url

    kr.goto("/desk")
    kr.get_by_text("철회", exact=True).first.click()
    kr.locator("[id^=reason]").first.fill("출처가 위험합니다.")
    kr.get_by_role("button", name="철회").first.click()
    kr.wait_for_url("**/desk")
    nodes.settle()
    jp.goto(f"/reports/KR/{what.index}")
    assert jp.get_by_text("開く").count() == 0
    kr.reload()
    assert kr.get_by_text("파기됨").first.is_visible()


def test_pages_change_by_themselves_and_leave_what_somebody_writes(nodes: Nodes, visit) -> None:
    what = nodes["KR"].submit(TEXT)
    desk, reports, asking = visit("KR"), visit("JP"), visit("JP")
    reports.goto("/reports")
    desk.get_by_text("Ask an originator").click()
    desk.get_by_label("Because").fill("half a sentence")

    asking.get_by_text("Ask an originator").click()
    asking.get_by_label("Originator").select_option("KR")
    asking.get_by_label("Subject").select_option("nuclear-test")
    asking.get_by_label("Purpose").select_option("analysis")
    asking.get_by_label("Because").fill("Our own stations heard it.")
    asking.get_by_role("button", name="Ask", exact=True).click()
    desk.locator("#asked").get_by_text("Our own stations heard it.").last.wait_for()
    assert desk.get_by_label("Because").input_value() == "half a sentence"

    desk.locator("#asked a").last.click()
    desk.get_by_role("button", name="Grant").click()
    row = reports.locator(f"#report-KR-{what.index}")
    row.wait_for()
    row.get_by_role("link").click()
    reports.get_by_text("Open", exact=True).first.click()
    reports.locator("#why1").fill("the morning report")
    reports.get_by_role("button", name="Open").click()
    reports.get_by_text(TEXT).wait_for()

    grant = desk.locator("#grants section").first
    grant.locator("summary").click()
    grant.get_by_label("Reason").fill("A source is in danger.")
    grant.get_by_role("button", name="Withdraw").click()
    reports.get_by_text(TEXT).wait_for(state="detached")
    assert reports.get_by_role("button", name="Open").count() == 0
    desk.locator("#grants section").first.get_by_text("destroyed").first.wait_for()


def test_a_page_whose_session_ended_is_left(nodes: Nodes, visit) -> None:
    here = visit("US")
    here.goto("/reports")
    elsewhere = here.context.new_page()
    elsewhere.goto("/desk")
    elsewhere.get_by_role("button", name="Sign out").click()
    elsewhere.wait_for_url("**/sign-in")
    nodes["US"].submit("whatever is new")
    here.wait_for_url("**/sign-in?to=/reports")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("who", "lang"), [("KR", "ko"), ("US", "en"), ("JP", "ja")])
def test_whoever_cannot_see_or_point_can_use_every_page(
    nodes: Nodes, visit, who: str, lang: str, scheme: str
) -> None:
    what = nodes[who].submit("seen")
    page = visit(who, lang, scheme)
    for path in (*PATHS, f"/reports/{who}/{what.index}"):
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == lang
        for summary in page.locator("summary").all():
            summary.click()
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        page.keyboard.press("Tab")
        reached = page.evaluate("document.activeElement.tagName")
        assert reached in ("A", "INPUT", "BUTTON", "SELECT", "DIV")  # tables, which may be scrolled


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_no_page_is_wider_than_its_window(nodes: Nodes, visit, width: int) -> None:
    what = nodes["KR"].submit("seen")
    page = visit("KR", "ko", width=width)
    for path in (*PATHS, f"/reports/KR/{what.index}"):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is {wide} pixels too wide"


def test_a_report_is_written_by_keyboard_alone(nodes: Nodes, visit) -> None:
    page = visit("US")
    page.goto("/reports")
    page.get_by_role("link", name="Write a report").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/write")
    page.get_by_label("Title").focus()
    page.keyboard.type("A second tunnel")
    page.keyboard.press("Tab")
    page.keyboard.type("Spoil was seen beside the west portal.")
    page.get_by_label("Level").focus()
    page.keyboard.type("CON")  # nothing is chosen beforehand
    # The marks, and the lines above and below, come while one writes.
    page.locator("#mark-1").get_by_text("(C//ORCON").wait_for()
    assert page.locator(".banner").first.inner_text().startswith("CONFIDENTIAL//")
    assert page.get_by_label("Title").input_value() == "A second tunnel"
    page.get_by_role("button", name="Submit").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/US/*")


def test_the_language_is_switched_on_every_page_and_stays(nodes: Nodes, visit) -> None:
    page = visit("US")
    for path in PATHS:
        for name, lang in (("한국어", "ko"), ("日本語", "ja"), ("English", "en")):
            page.goto(path)
            page.get_by_role("link", name=name).click()
            page.wait_for_url(f"**{path}")
            assert page.locator("html").get_attribute("lang") == lang


def test_every_printed_sheet_is_marked_above_and_below(nodes: Nodes, visit) -> None:
    what = nodes["US"].submit("seen")
    page = visit("US", scheme="dark")
    page.goto(f"/reports/US/{what.index}")
    page.emulate_media(media="print")
    shown = page.evaluate(
        "[...document.querySelectorAll('.banner')].map(one => getComputedStyle(one).display)"
    )
    # Head and foot of a table are repeated on every sheet.
    assert shown == ["table-header-group", "table-footer-group"]
    assert page.locator("nav").first.is_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 33, 38)"
