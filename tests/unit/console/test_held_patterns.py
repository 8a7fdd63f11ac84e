"""The launch record on its page with what a node holds beside it, and findings that are filed."""

from __future__ import annotations

import pytest
from tests.support.launches import activity, file, launch, share
from tests.support.office import Office
from tests.support.trio import Filed, Trio, marking
from tests.support.visitor import Visitor, look

from trilogue.console.words import LANGUAGES, Words
from trilogue.node.tokens import Role

Offices = dict[str, Office]
MARK = "(C//ORCON/TISA//REL TO JP, US)"


@pytest.fixture
def shared(trio: Trio) -> Filed:
    """Share two launches of KR's, one known to the public too, and activity, with everybody."""
    known = launch("2016-07-09T02:28:10.000Z", site="sinpo", position=None)
    filed = file(trio, "KR", launch(), known, activity(), launch(None))
    share(trio, filed)
    trio.settle()
    return filed


@pytest.mark.parametrize("lang", LANGUAGES)
def test_held_rows_stand_under_their_launches_with_mark_and_report(
    shared: Filed, offices: Offices, lang: str
) -> None:
    visitor = Visitor(offices["JP"], Role.ANALYST, lang)
    page = visitor.open("/patterns")
    told = [one for one in page.all("tr") if one.get("class") == "told"]
    # The public row of the one that both know stands beside KR's; the other is KR's alone.
    assert len(told) == 3
    assert page.text.count(MARK) == 4  # two launches, activity, and what is not in the record
    assert f"/reports/KR/{shared.index}" in page.links()
    assert len(page.all("strong")) > 0
    assert "활주로에 차량이 보인다." in page.text
    say = Words(lang).say  # type: ignore[arg-type]
    assert say("not-entered.no-month") in page.text
    banners = [one for one in page.all("section") if one.get("class") == "banner"]
    assert ["hidden" in one for one in banners] == [False, False]
    public = visitor.open("/patterns?reports=none")
    assert MARK not in public.text
    assert [one.get("class") for one in public.all("section")].count("banner") == 0


def test_the_banner_is_that_of_the_highest_marking(trio: Trio, offices: Offices) -> None:
    share(trio, file(trio, "KR", launch()))
    share(trio, file(trio, "US", activity(), marking=marking("SECRET")))
    trio.settle()
    page = Visitor(offices["JP"], Role.ANALYST).open("/patterns")
    assert "SECRET" in page.text
    (above, *_) = [one for one in page.all("section") if one.get("id") == "banner-above"]
    assert "hidden" not in above


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.SECURITY_OFFICER])
@pytest.mark.parametrize("path", ["/patterns", "/patterns?reports=all"])
def test_who_may_not_read_sees_the_public_record_alone(
    shared: Filed, offices: Offices, role: Role, path: str
) -> None:
    page = Visitor(offices["JP"], role).open(path)
    assert MARK not in page.text
    assert "told" not in {one.get("class") for one in page.all("tr")}
    assert "?reports=own" not in " ".join(page.links())


def test_which_reports_stand_beside_it_is_one_of_three(offices: Offices) -> None:
    Visitor(offices["JP"], Role.ANALYST).open("/patterns?reports=everybody", 422)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_finding_is_filed_from_its_page_read_and_says_when_it_stands_no_longer(
    trio: Trio, offices: Offices, lang: str
) -> None:
    filed = file(trio, "KR", launch())
    grant = share(trio, filed)
    trio.settle()
    say = Words(lang).say  # type: ignore[arg-type]
    analyst = Visitor(offices["JP"], Role.ANALYST, lang)
    page = analyst.open("/patterns/findings")
    assert page.values("finding")[:2] == ["new", "tempo"]
    assert "/patterns/figures/tempo.png?reports=all" in {str(one["src"]) for one in page.all("img")}
    assert (
        Visitor(offices["JP"], Role.RELEASE_OFFICER).open("/patterns/findings").values("finding")
        == []
    )
    answer = analyst.post("/patterns/findings", finding="tempo", reports="all")
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    report = analyst.open(where)
    assert say("patterns.stands-no-longer") not in report.text
    (portion,) = report.values("portion")
    opened = look(
        analyst.post(where, portion=portion, purpose="analysis", why="the morning report")
    )
    assert say("quantity.rate") in opened.text
    assert say("finding.value") in opened.text
    assert "PELT" in opened.text
    assert say("patterns.stands-no-longer") not in opened.text
    assert {"en": "Tempo", "ko": "빈도", "ja": "頻度"}[lang] in opened.text
    assert say("patterns.stands") in analyst.open("/patterns/findings").text
    trio.withdraw(grant)
    trio.settle()
    assert say("patterns.stands-no-longer") in analyst.open(where).text
    again = look(analyst.post(where, portion=portion, purpose="analysis", why="once more"))
    assert say("patterns.stands-no-longer") in again.text
    after = analyst.open("/patterns/findings")
    assert say("patterns.stands-no-longer") in after.text
    assert say("gone.withdrawn") in after.text
    assert after.values("finding") == []
    assert f"/reports/KR/{filed.index}" in after.links()


def test_figures_of_the_held_record_are_for_readers_alone(trio: Trio, offices: Offices) -> None:
    share(trio, file(trio, "KR", launch()))
    trio.settle()
    path = "/patterns/figures/tempo.csv"
    analyst = Visitor(offices["JP"], Role.ANALYST)
    public, all_ = (analyst.ask(f"{path}?reports={one}").text for one in ("none", "all"))
    assert public != all_
    assert analyst.ask(path).text == public
    assert Visitor(offices["JP"], Role.AUDITOR).ask(f"{path}?reports=all").text == public
