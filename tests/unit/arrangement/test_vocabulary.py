"""The words in three languages, checked for what a machine can check."""

from __future__ import annotations

import re
import unicodedata

import pytest

from trilogue.arrangement import LANGUAGES, parse_arrangement
from trilogue.arrangement.vocabulary import KINDS, check_complete, decode
from trilogue.errors import InputError

from .drawn import FILES, TISA

WORDS = [
    (lang, kind, key)
    for lang in LANGUAGES
    for kind in KINDS
    for key in TISA.vocabularies[lang].words[kind]
]


def test_every_language_has_the_same_words():
    keys = {lang: {(kind, key) for one, kind, key in WORDS if one == lang} for lang in LANGUAGES}
    assert keys["en"] == keys["ko"] == keys["ja"]


@pytest.mark.parametrize("lang", ["ko", "ja"])
def test_the_same_values_are_filled_in(lang):
    for _, kind, key in (word for word in WORDS if word[0] == lang):
        ours, english = TISA.name(kind, key, lang), TISA.name(kind, key, "en")
        assert set(re.findall(r"\{\w+\}", ours)) == set(re.findall(r"\{\w+\}", english)), key


def scripts(text: str) -> set[str]:
    return {unicodedata.name(char, "").partition(" ")[0] for char in text if char.isalpha()}


def test_each_language_is_written_in_its_own_script():
    for lang, kind, key in WORDS:
        text = TISA.name(kind, key, lang)
        used = scripts(text)
        if lang == "ko":
            assert "HANGUL" in used or kind in ("source", "heading"), (kind, key)
            assert not used & {"HIRAGANA", "KATAKANA"}, (kind, key)
        elif lang == "ja":
            assert used & {"HIRAGANA", "KATAKANA", "CJK"} or kind == "source", (kind, key)
            assert "HANGUL" not in used, (kind, key)
        else:
            assert "HANGUL" not in used
            assert not used & {"HIRAGANA", "KATAKANA"}
        assert unicodedata.normalize("NFC", text) == text


def test_words_that_decode_but_lack_something_are_refused():
    english = decode(FILES["vocabulary.en.toml"], "en")
    subjects = english.words["subject"]
    with pytest.raises(InputError, match="no words for subject weather"):
        check_complete(english, {**english.words, "subject": {**subjects, "weather": ""}})


def test_words_for_a_rule_that_was_struck_may_stay():
    rules = FILES["rules.cedar"].decode()
    struck = re.sub(r'@id\("no-officer"\)\nforbid .*?;\n', "", rules, flags=re.DOTALL)
    assert struck != rules
    assert parse_arrangement({**FILES, "rules.cedar": struck.encode()}).policies.forbids


@pytest.mark.parametrize("data", [b"\xff", b"language =", b'language = "en"\nsubject = 3\n'])
def test_what_does_not_read_is_refused(data):
    with pytest.raises(InputError, match=r"vocabulary\.en\.toml"):
        decode(data, "en")
