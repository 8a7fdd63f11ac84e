"""The launch record on its page, and what was found in it."""

from __future__ import annotations

import re

import pytest
from tests.support.office import Office
from tests.support.visitor import Visitor

from trilogue.console import record
from trilogue.console.words import LANGUAGES
from trilogue.figures.patterns.drawn import FIGURES
from trilogue.node.tokens import Role

NAMES = {"en": "Pyongyang", "ko": "평양", "ja": "平壌"}
DRAWN = [name for names in FIGURES.values() for name in names]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_launch_stands_on_the_page_with_names_in_its_language(
    office: Office, lang: str
) -> None:
    page = Visitor(office, Role.AUDITOR, lang).open("/patterns")
    assert len(page.all("tr")) == 339 + 1 + 12 + 1  # launches and sites, and two heads
    assert NAMES[lang] in page.text
    assert len(page.all("circle")) == len(record.shown(lang).sites)


def test_the_years_of_the_timeline_count_every_launch_once() -> None:
    shown = record.shown("en")
    assert sum(one.launches for one in shown.bars) == len(shown.rows) == 339
    assert [one.year for one in shown.bars] == list(range(1984, 2027))
    assert max(one.height for one in shown.bars) == 140


def test_what_is_not_known_is_not_shown_as_a_number(office: Office) -> None:
    rows = record.shown("en").rows
    assert any(one.apogee_km is None for one, *_ in rows)
    assert "None" not in Visitor(office, Role.AUDITOR).open("/patterns").text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_finding_is_said_with_how_it_was_found_and_drawn_with_its_numbers(
    office: Office, lang: str
) -> None:
    visitor = Visitor(office, Role.ANALYST, lang)
    page = visitor.open("/patterns/findings")
    images = page.all("img")
    assert [str(one["src"]) for one in images] == [f"/patterns/figures/{n}.png" for n in DRAWN]
    assert all(len(str(one["alt"])) > 20 for one in images)
    answer = visitor.ask("/patterns/figures/tempo.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    numbers = visitor.ask("/patterns/figures/tempo.csv")
    assert re.match(r"[a-z_,]+\n", numbers.text)


@pytest.mark.parametrize("name", ["nothing.png", "tempo", "tempo.svg", "..%2Fx.png"])
def test_what_is_not_drawn_is_not_found(office: Office, name: str) -> None:
    assert Visitor(office, Role.AUDITOR).ask(f"/patterns/figures/{name}").status_code == 404
