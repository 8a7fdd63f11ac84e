from __future__ import annotations

import re
import unicodedata

import pytest

from trilogue.arrangement import LANGUAGES, parse_arrangement
from trilogue.arrangement.show import HEADINGS, render

from .drawn import FILES, TISA, VKEYS


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


def squeezed(text: str) -> str:
    """Without any space, since lines break anywhere in Japanese."""
    return re.sub(r"\s", "", text)


SHOWN_KINDS = (
    "arrangement", "ministry", "pact", "article", "paragraph", "note", "subject", "purpose",
    "payload-type", "caveat", "reader", "tag", "source",
)  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_left_out(lang):
    shown = squeezed(render(TISA, lang))
    for kind in SHOWN_KINDS:
        for key, words in TISA.vocabularies[lang].words[kind].items():
            assert squeezed(words) in shown, (kind, key)
    for rule in TISA.policies.ids:
        assert squeezed(TISA.name("rule", rule, lang)) in shown
    assert TISA.digest_text in shown
    for participant in TISA.text.participants:
        assert participant.log in shown
    for level in TISA.scale.levels:
        for who in TISA.participants:
            assert squeezed(TISA.scale.own(level.id, who)) in shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_line_is_wider_than_the_page(lang):
    assert max(map(columns, render(TISA, lang).splitlines())) <= 88


def test_roots_stand_there_by_their_key_ids():
    shown = render(TISA, "en")
    for vkeys in VKEYS.values():
        for vkey in vkeys:
            assert "+".join(vkey.split("+", 2)[:2]) in shown
    assert "nobody can adopt it so" not in shown
    assert render(parse_arrangement(FILES), "en").count("nobody can adopt it so") == 3


def test_claims_show_their_tags():
    shown = render(TISA, "en")
    assert re.search(r"1\. Purpose: .*?\[S\]", shown, re.DOTALL)
    assert re.search(r"9\. It takes effect .*?\[U\]", shown, re.DOTALL)
    assert "Ceiling: nothing above SECRET is shared. [P]" in shown


def test_an_end_is_shown_when_there_is_one():
    text = FILES["arrangement.toml"].replace(b"notice_days", b"ends = 2030-01-01\nnotice_days", 1)
    assert "Until 2030-01-01." in render(
        parse_arrangement({**FILES, "arrangement.toml": text}), "en"
    )
    waiting = FILES["arrangement.toml"].replace(b"delivery_waits = false", b"delivery_waits = true")
    assert "Delivery waits" in render(
        parse_arrangement({**FILES, "arrangement.toml": waiting}), "en"
    )


def test_no_heading_is_idle():
    used = "\n".join(
        render(parse_arrangement({**FILES, "arrangement.toml": text}), "en")
        for text in (
            FILES["arrangement.toml"],
            FILES["arrangement.toml"]
            .replace(b"notice_days", b"ends = 2030-01-01\nnotice_days", 1)
            .replace(b"delivery_waits = false", b"delivery_waits = true"),
        )
    ).lower()
    for heading in HEADINGS:
        words = TISA.name("heading", heading, "en").lower()
        first = re.split(r"\{\w+\}", words)[0].split("\n")[0][:20].strip()
        assert first in re.sub(r"\s+", " ", used), heading
