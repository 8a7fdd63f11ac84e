"""The pages: what people do with them, and what every answer carries."""

from __future__ import annotations

import re

import msgspec
import pytest
from tests.support.office import SECOND, Office
from tests.support.trio import SITE, Trio, portion
from tests.support.visitor import Seen, Visitor, look
from tests.unit.reports.payload_examples import EVENT

from trilogue.console.access import NAVIGATION
from trilogue.console.words import LANGUAGES, catalogue
from trilogue.node.inputs import ReportInput
from trilogue.node.tokens import Role
from trilogue.tlog.checkpoint import parse_checkpoint

REPORT = {
    "title": "A second tunnel",
    "text": "Spoil was seen beside the west portal.",
    "language": "en",
    "confidence": "moderate",
    "level": "CONFIDENTIAL",
    "subject": "nuclear-test",
    "releasable_to": ["KR", "US", "JP"],
    "caveats": ["ORCON"],
    "latitude": "41.30",
    "longitude": "129.08",
}


COMMON = ("subject", "confidence", "latitude", "longitude")


def form(*portions: dict[str, object], **fields: object) -> dict[str, object]:
    """Return the fields in which a report is written: what is common, and portion by portion."""
    common = {name: {**REPORT, **fields}[name] for name in COMMON}
    numbered = {
        f"{name}-{number}": value
        for number, portion in enumerate(portions or ({},), 1)
        for name, value in {"relation": "", **REPORT, **fields, **portion}.items()
        if name not in COMMON
    }
    return {"count": str(len(portions) or 1), **common, **numbered}


def written(office: Office, **fields: object) -> str:
    """Write a report at the console; return its page."""
    answer = Visitor(office, Role.ANALYST).post("/write", do="submit", **form(**fields))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def extent(path: str, office: Office, **fields: object) -> dict[str, object]:
    """Return the fields of a grant of everything in a report."""
    _, _, speaker, index = path.split("/")
    offered = Visitor(office, Role.RELEASE_OFFICER).open(path).values("portions")
    assert all(one.startswith(f"{speaker}/{index}/") for one in offered)
    return {"portions": offered, "audience": ["JP", "US"], "purposes": ["analysis"], **fields}


def test_every_answer_forbids_what_is_not_the_nodes_own(office: Office) -> None:
    visitor = Visitor(office, Role.ANALYST)
    for path in ("/sign-in", "/desk", "/reports", "/people", "/static/console.css"):
        headers = visitor.ask(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == ("no-cache" if "static" in path else "no-store")


def test_pages_hold_no_script_of_their_own_and_name_no_other_host(office: Office) -> None:
    path = written(office)
    for role in (Role.ANALYST, Role.RELEASE_OFFICER, Role.SECURITY_OFFICER, Role.ADMINISTRATOR):
        visitor = Visitor(office, role)
        paths = [place for place, _, roles in NAVIGATION if role in roles]
        for one in (*paths, *([path, "/write"] if role == Role.ANALYST else [])):
            seen = visitor.open(one)
            for script in seen.all("script"):
                assert str(script["src"]).startswith("/built/")
                assert script["type"] == "module"
            for _, attributes in seen.elements:
                assert not any(name.startswith("on") or name == "style" for name in attributes)
                for name in ("href", "src", "action"):
                    assert str(attributes.get(name, "/")).startswith(("/", "#", "?"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_are_in_the_language_of_the_browser_or_the_one_that_was_chosen(
    office: Office, lang: str
) -> None:
    visitor = Visitor(office, Role.ANALYST, f"fr;q=0.9, {lang};q=0.8, en;q=0.1")
    seen = visitor.open("/reports")
    assert seen.all("html") == [{"lang": lang}]
    answer = visitor.ask("/language/ja?to=/reports")
    assert answer.headers["location"] == "/reports"
    cookie = answer.headers["set-cookie"].partition(";")[0]
    chosen = visitor.ask("/reports", Cookie=f"{cookie}; trilogue-session={visitor.cookie}")
    assert look(chosen).all("html") == [{"lang": "ja"}]
    assert visitor.ask("/language/xx").status_code == 404


def test_a_report_is_written_looked_at_first_and_opened_on_record(office: Office) -> None:
    analyst = Visitor(office, Role.ANALYST)
    size = office.log_size()
    seen = look(analyst.post("/write", do="look", **form()))
    assert "(C//ORCON/TISA//REL TO JP, US)" in seen.text
    assert REPORT["text"] in seen.text  # what was written is still there
    assert office.log_size() == size
    path = written(office)
    page = analyst.open(path)
    assert "nuclear test" in page.text
    assert REPORT["text"] not in page.text  # headers alone, until somebody opens it
    (portion, *_) = page.values("portion")
    answer = analyst.post(path, portion=portion, purpose="analysis", why="the morning report")
    opened = look(answer)
    assert REPORT["text"] in opened.text
    # Above and below, as Korea itself calls the level.
    assert opened.text.count("Gunsa III-kup Bimil//ORCON/TISA//REL TO JP, US") == 2
    register = Visitor(office, Role.SECURITY_OFFICER).open("/people")
    assert "the morning report" in register.text
    assert "the-analyst" in register.text


def test_what_is_wrong_with_a_report_is_said_beside_what_was_written(office: Office) -> None:
    analyst = Visitor(office, Role.ANALYST)
    for wrong, said, status, logged in (
        ({"title": ""}, "title", 422, 0),
        ({"latitude": "north"}, "latitude is a number", 422, 0),
        ({"longitude": ""}, "longitude", 422, 0),
        ({"level": "TOP SECRET"}, "ceiling", 422, 1),  # the rules' refusal is on record
    ):
        size = office.log_size()
        seen = look(analyst.post("/write", do="submit", **form(**wrong)))
        assert seen.status == status
        assert said in seen.text
        assert REPORT["text"] in seen.text
        assert office.log_size() == size + logged


def test_a_report_of_several_portions_is_written_side_by_side(office: Office) -> None:
    analyst = Visitor(office, Role.ANALYST)
    narrow = {"releasable_to": ["KR", "US"]}
    added = look(analyst.post("/write", do="add", **form(narrow)))
    assert added.values("count") == ["2"]
    assert "Not marked yet" in added.text
    tearline = {"text": "There is a second tunnel.", "relation": "tearline-1"}
    korean = {"text": "두 번째 갱도", "language": "ko", "relation": "translation-1", **narrow}
    shown = look(analyst.post("/write", do="look", **form(narrow, tearline, korean)))
    assert shown.text.count("REL TO US)") == 2
    assert shown.text.count("REL TO JP, US)") == 1
    answer = analyst.post("/write", do="submit", **form(narrow, tearline, korean))
    page = analyst.open(answer.headers["location"])
    assert len(set(page.values("portion"))) == 3


@pytest.mark.parametrize(
    ("portions", "said"),
    [
        (({"text": REPORT["text"] + "!"}, {"relation": "tearline-1"}), "wider"),
        (({}, {"relation": "tearline-2"}), "no earlier portion"),
        (({}, {"relation": "summary-1"}), "no earlier portion"),
        (({}, {"relation": "translation-1"}), "both are in 'en'"),
        (({}, {"level": ""}), "level"),
    ],
)
def test_portions_that_do_not_fit_together_are_refused(
    office: Office, portions: tuple[dict[str, object], ...], said: str
) -> None:
    analyst, size = Visitor(office, Role.ANALYST), office.log_size()
    seen = look(analyst.post("/write", do="submit", **form(*portions)))
    assert seen.status == 422
    assert said in seen.text
    assert REPORT["text"] in seen.text
    assert office.log_size() == size


@pytest.mark.parametrize("count", ["", "0", "9", "1e1", "٣"])
def test_a_form_has_as_many_portions_as_it_says(office: Office, count: str) -> None:
    answer = Visitor(office, Role.ANALYST).post("/write", do="look", **{**form(), "count": count})
    assert answer.status_code == 422


def test_the_newest_report_stands_first_and_older_ones_follow(office: Office) -> None:
    paths = [written(office, title=f"number {number}") for number in range(3)]
    shown = [str(one["href"]) for one in Visitor(office, Role.ANALYST).open("/reports").all("a")]
    found = [link for link in shown if link.startswith("/reports/")]
    assert found == paths[::-1]
    none = Visitor(office, Role.ANALYST).open("/reports?before=1")
    assert "nothing older" in none.text
    assert Visitor(office, Role.ANALYST).ask("/reports?before=01x").status_code == 422


def test_a_grant_from_the_desk_arrives_and_its_withdrawal_takes_it_away(
    offices: dict[str, Office], trio: Trio
) -> None:
    path = written(offices["KR"])
    officer = Visitor(offices["KR"], Role.RELEASE_OFFICER)
    done = officer.post("/grants", **extent(path, offices["KR"], lasts="48"))
    assert done.headers["location"] == "/desk"
    trio.settle()
    reader = Visitor(offices["JP"], Role.ANALYST, "ja")
    page = reader.open(path)
    assert "閲覧できる" in page.text
    assert page.values("portion")
    (index,) = re.findall(r"/grants/(\d+)/withdrawal", officer.ask("/desk").text)
    officer.post(f"/grants/{index}/withdrawal", reason="the source is at risk")
    trio.settle()
    gone = reader.open(path)
    assert not gone.values("portion")
    assert "destroyed" in officer.open("/desk").text


def test_a_request_is_answered_with_a_grant_or_refused_with_a_reason(
    offices: dict[str, Office], trio: Trio
) -> None:
    path = written(offices["KR"])
    asker = Visitor(offices["JP"], Role.ANALYST)
    asked = {"originator": "KR", "purpose": "analysis", "subject": "nuclear-test"}
    for because in ("our stations heard it, too", "and once more"):
        assert asker.post("/requests", because=because, **asked).status_code == 303
    trio.settle()
    officer = Visitor(offices["KR"], Role.RELEASE_OFFICER)
    desk = officer.open("/desk")
    assert "our stations heard it, too" in desk.text
    first, second = sorted(link for link in desk.links() if link.startswith("/requests/JP/"))
    offered = officer.open(first).values("portions")
    fields = {**extent(path, offices["KR"]), "portions": offered}
    granted = officer.post(first, do="grant", **fields)
    assert granted.status_code == 303, granted.text
    for lang, said in (("en", "No portion is chosen"), ("ko", "고른 부분이 없습니다")):
        officer.lang = lang
        nothing = officer.post(second, do="grant", audience="JP", purposes="analysis")
        assert said in look(nothing).text
    officer.lang = "en"
    refused = officer.post(second, do="refuse", reason="出所を守るためです。", language="ja")
    assert refused.status_code == 303
    trio.settle()
    assert "granted" in asker.open(first).text
    assert "refused" in asker.open(second).text
    assert "閲覧できる" in Visitor(offices["JP"], Role.ANALYST, "ja").open(path).text


def test_an_officer_sees_what_a_grant_would_reveal_and_grants_it_coarser(
    offices: dict[str, Office], trio: Trio
) -> None:
    office = offices["KR"]
    event = portion(
        payload_type="seismic-event", payload=msgspec.to_builtins(EVENT), language=None, place=SITE
    )
    what = trio.submit("KR", ReportInput(portions=(event,)))
    path = f"/reports/KR/{what.index}"
    officer, size = Visitor(office, Role.RELEASE_OFFICER), office.log_size()
    fields = {**extent(path, office), "position_grid": "1", "time_grid": "3600"}
    shown = look(officer.post("/grants", do="look", **fields))
    assert "The rules permit it." in shown.text
    assert "As it is here" in shown.text
    assert "41.300° N" in shown.text
    assert "As it would be granted" in shown.text
    assert "41.000° N" in shown.text
    assert "nothing of ours" in shown.text
    assert shown.text.count("Gunsa III-kup Bimil") >= 2  # content stands here: above and below
    assert office.log_size() == size
    assert "before a grant" in Visitor(office, Role.SECURITY_OFFICER).open("/people").text
    assert officer.post("/grants", do="grant", **fields).status_code == 303
    trio.settle()
    reader = Visitor(offices["JP"], Role.ANALYST)
    assert reader.ask(path).status_code == 404  # the finer one went nowhere
    (coarse,) = (link for link in reader.open("/reports").links() if "/reports/KR/" in link)
    (given, *_) = reader.open(coarse).values("portion")
    opened = look(reader.post(coarse, portion=given, purpose="analysis", why="to see"))
    assert '"latitude": 41.0' in opened.text


def test_a_second_officer_looks_before_agreeing(offices: dict[str, Office]) -> None:
    office = offices["KR"]
    path = written(office, level="SECRET")
    officer = Visitor(office, Role.RELEASE_OFFICER)
    fields = extent(path, office)
    assert "waits for a second officer" in look(officer.post("/grants", do="look", **fields)).text
    officer.post("/grants", **fields)
    (number,) = set(re.findall(r"/pending/(\d+)", officer.ask("/desk").text))
    shown = look(Visitor(office, SECOND).post(f"/pending/{number}", do="look"))
    assert "The rules permit it." in shown.text
    assert REPORT["text"] in shown.text
    assert re.findall(r"/pending/(\d+)", officer.ask("/desk").text)  # looking agrees to nothing


def test_above_a_level_a_second_officer_agrees(offices: dict[str, Office], trio: Trio) -> None:
    office = offices["KR"]
    path = written(office, level="SECRET")
    officer = Visitor(office, Role.RELEASE_OFFICER)
    officer.post("/grants", **extent(path, office))
    trio.settle()
    assert not Visitor(offices["US"], Role.ANALYST).open("/reports").all("td")
    (number,) = set(re.findall(r"/pending/(\d+)", officer.ask("/desk").text))
    assert officer.post(f"/pending/{number}", do="agree").status_code == 409
    assert Visitor(office, SECOND).post(f"/pending/{number}", do="agree").status_code == 303
    trio.settle()
    assert "may be read" in Visitor(offices["US"], Role.ANALYST).open(path).text


def test_a_form_that_cannot_be_read_changes_nothing(office: Office) -> None:
    visitor = Visitor(office, Role.ANALYST)
    size = office.log_size()
    for body in (b"\xff\xfe=1", b"a=%ff", b"novalue", b"&".join(b"a=1" for _ in range(3000))):
        answer = office.browser.post(
            "/write",
            content=body,
            headers={
                "Cookie": f"trilogue-session={visitor.cookie}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            follow_redirects=False,
        )
        assert answer.status_code == 422
        office.browser.cookies.clear()
    assert office.log_size() == size


def test_the_log_shows_checkpoints_and_every_kind_by_its_name(office: Office) -> None:
    path = written(office)
    seen = Visitor(office, Role.AUDITOR, "ko").open("/statements")
    assert path in seen.links()
    assert "채택" in seen.text
    assert "체크포인트" in seen.text


@pytest.mark.parametrize(
    ("lang", "headline", "rule"),
    [
        ("en", "The rules of the arrangement say no.", "above the ceiling"),
        ("ko", "약정의 규칙이 허용하지 않습니다.", "약정의 상한보다 높은 등급"),
        ("ja", "取決めの規則が認めません。", "取決めの上限より高い区分"),
    ],
)
def test_an_error_is_said_in_the_language_of_the_page_and_its_detail_in_english(
    office: Office, lang: str, headline: str, rule: str
) -> None:
    analyst = Visitor(office, Role.ANALYST, lang)
    seen = look(analyst.post("/write", do="submit", **form(level="TOP SECRET")))
    assert headline in seen.text
    assert rule in seen.text
    detail = [one for one in seen.all("p") if one.get("lang") == "en"]
    assert len(detail) == 1
    missing = analyst.open("/reports/KR/999", 404)
    assert catalogue(lang)["problem.not-found"] in missing.text
    stranger = look(analyst.send("/sign-in", {"token": "of nobody", "to": "/reports"}))
    assert catalogue(lang)["problem.unknown-caller"] in stranger.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_no_page_is_a_browser_is_told_by_a_page_and_a_program_by_a_problem(
    office: Office, lang: str
) -> None:
    visitor = Visitor(office, Role.ANALYST, lang)
    browser = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
    for path in ("/nowhere", "/reports/KR/1/more", "/v2/<b>"):
        answer = visitor.ask(path, **browser)
        assert answer.status_code == 404
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        seen = look(answer)
        assert seen.all("html") == [{"lang": lang}]
        assert catalogue(lang)["error.lost"] in seen.text
        assert path in seen.text
        assert not seen.all("b")
    told = visitor.ask("/nowhere", Accept="*/*")
    assert told.status_code == 404
    assert told.headers["content-type"] == "application/problem+json"
    wrong = visitor.ask("/grants", **browser)
    assert wrong.status_code == 405


def test_what_verifying_rests_on_is_for_whoever_is_signed_in(office: Office) -> None:
    visitor, size = Visitor(office, Role.AUDITOR), office.log_size()
    told = visitor.ask("/statements/vouchers").json()
    assert told["participant"] == "KR"
    assert sorted(told["roots"]) == ["KR", "US"]  # and not those of whom it has no channel to
    note = visitor.ask("/statements/log/checkpoint").content
    assert parse_checkpoint(note).size == size
    for path in (f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}"):
        assert visitor.ask(f"/statements/log/{path}").status_code == 200
    for path in (f"tile/0/000.p/{size + 1}", f"tile/entries/000.p/{size + 1}", "tile/0/001"):
        assert visitor.ask(f"/statements/log/{path}").status_code == 404
    for path in ("open", "tile/0/0", "../vault"):
        assert visitor.ask(f"/statements/log/{path}").status_code in (400, 404)
    visitor.cookie = ""
    for path in ("vouchers", "log/checkpoint", f"log/tile/0/000.p/{size}"):
        assert visitor.ask(f"/statements/{path}").status_code == 303


def test_an_error_nobody_foresaw_says_nothing_of_itself(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("the words of an error")

    monkeypatch.setattr("trilogue.console.pages.reports.catalogue.newest", fails)
    answer = Visitor(office, Role.ANALYST).ask("/reports")
    assert answer.status_code == 500
    assert "the words of an error" not in answer.text
    assert Seen(answer).all("h1")
    assert "a page failed" in caplog.text
