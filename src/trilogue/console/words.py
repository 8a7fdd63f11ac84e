"""What the pages say: one file for each language, `words/en.toml`, by page and key.

    [reports]
    title = "Reports"
    count = "{count} reports are known here."

A language says all of it or is refused, so that no page falls back to another; a test compares what
the pages ask for with what stands here. What the arrangement names (levels, subjects, rules) has
its words in the arrangement's own vocabulary.

>>> Words("ko").say("reports.title")
'보고'
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from trilogue.arrangement import Lang

__all__ = ["LANGUAGES", "Words", "catalogue"]

LANGUAGES: Mapping[Lang, str] = {"en": "English", "ko": "한국어", "ja": "日本語"}
"""The languages by what they call themselves."""


@cache
def catalogue(lang: Lang) -> Mapping[str, str]:
    """Return all that is said in a language, by `page.key`."""
    text = (files("trilogue.console") / "words" / f"{lang}.toml").read_text("utf-8")
    return {
        f"{page}.{key}": words
        for page, keys in tomllib.loads(text).items()
        for key, words in keys.items()
    }


class Words:
    """One language."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._said = catalogue(lang)

    def say(self, key: str, **values: object) -> str:
        """Return what stands under a key, with its values. Raises `KeyError`."""
        return self._said[key].format_map(values) if values else self._said[key]
