"""A report's page: its versions beside each other, what became of it, and who opened it."""

from __future__ import annotations

from urllib.parse import quote

from tests.support.office import Office
from tests.support.trio import Filed, Trio, portion
from tests.support.visitor import Visitor, look

from trilogue.console.drawing import draw
from trilogue.node import questions
from trilogue.node.inputs import ReportInput
from trilogue.node.tokens import Role


def settle(trio: Trio) -> None:
    """Let everything arrive, receipts too, which wait for company first."""
    trio.settle()
    trio.clock.advance(60)
    trio.settle()


def in_two_languages(trio: Trio) -> Filed:
    def words(text: str, language: str) -> dict[str, object]:
        given = portion(text)
        return {"payload": {**given.payload, "language": language}, "language": language}

    korean = portion(label="original", **words("두 번째 갱도", "ko"))
    english = portion(translation_of="original", **words("A second tunnel", "en"))
    return trio.submit("KR", ReportInput(portions=(korean, english)))


def test_versions_say_of_which_portion_they_are_and_open_side_by_side(
    trio: Trio, office: Office
) -> None:
    what = in_two_languages(trio)
    path = f"/reports/KR/{what.index}"
    analyst = Visitor(office, Role.ANALYST)
    page = analyst.open(path)
    assert "translation of portion 1" in page.text
    assert set(page.values("beside")) == set(what.portions)
    both = {"portion": what.portions[0], "beside": [what.portions[1]]}
    opened = look(analyst.post(path, purpose="analysis", why="to compare", **both))
    assert "두 번째 갱도" in opened.text
    assert "A second tunnel" in opened.text
    assert opened.all("article") == [{"lang": "ko"}, {"lang": "en"}]
    register = Visitor(office, Role.SECURITY_OFFICER).open(path)
    assert register.text.count("to compare") == 2
    assert "to compare" not in page.text  # the register is not for who reads


def test_an_opened_page_stays_as_long_as_all_of_it_may_be_read(trio: Trio, office: Office) -> None:
    what = in_two_languages(trio)
    analyst = Visitor(office, Role.ANALYST)
    asked = "&".join(f"portion={quote(one, safe='')}" for one in what.portions)
    path = f"/reports/KR/{what.index}/opened?{asked}"
    assert analyst.ask(path).status_code == 204
    assert analyst.ask(f"{path}&portion=another").status_code == 303


def test_more_portions_than_a_report_has_are_not_opened_at_once(trio: Trio, office: Office) -> None:
    what = trio.file("KR", *map(str, range(9)))
    first, *others = what.portions
    answer = Visitor(office, Role.ANALYST).post(
        f"/reports/KR/{what.index}", portion=first, beside=others, purpose="analysis", why="all"
    )
    assert answer.status_code == 422
    assert list(trio["KR"].db.q.access_after(after=0, most=10)) == []


def test_a_report_shows_what_became_of_it_at_every_participant(trio: Trio, office: Office) -> None:
    what = trio.file("KR")
    cite = trio.grant(what)
    settle(trio)
    trio.withdraw(cite)
    settle(trio)
    page = Visitor(office, Role.RELEASE_OFFICER).open(f"/reports/KR/{what.index}")
    for kind in ("report KR", "grant KR", "relay US", "receipt JP", "withdrawal KR"):
        assert kind in page.text
    assert "destruction JP" in page.text


def test_a_drawing_joins_each_statement_to_those_it_cites(trio: Trio) -> None:
    what = trio.file("KR")
    trio.grant(what)
    settle(trio)
    entries, more = questions.trail(trio["KR"], (what.place,), 60)
    assert not more
    drawing = draw(entries, ("KR", "US", "JP"))
    lanes = dict(drawing.lanes)
    assert len(drawing.marks) == len(entries) >= 4
    assert [mark.y for mark in drawing.marks] == sorted({mark.y for mark in drawing.marks})
    for mark in drawing.marks:
        assert mark.x == lanes[mark.entry.statement.speaker]
        assert mark.y < drawing.height
    here = {(one.statement.speaker, one.statement.index) for one in entries}
    cited = [c for one in entries for c in one.cites if (c.speaker, c.index) in here]
    assert len(drawing.edges) == len(cited)
    few, more = questions.trail(trio["KR"], (what.place,), 2)
    assert more
    assert len(few) == 2


def test_somebody_sees_where_they_are_signed_in_and_ends_it_everywhere(office: Office) -> None:
    one, _ = Visitor(office, Role.AUDITOR), Visitor(office, Role.AUDITOR)
    page = one.open("/you")
    assert "the-auditor" in page.text
    assert len(page.all("time")) == 2
    one.post("/sign-out", everywhere="yes")
    assert one.ask("/you").status_code == 303
