"""The words of findings: one file for each language, `words/en.toml`, by part and key.

>>> Words("ja").say("page.title"), Words("ko").missile("hwasong-15")
('北朝鮮ミサイル戦力の運用の傾向', '화성-15')
>>> Words("en").site("a-new-one")  # what a further source brings has no words of ours
'a-new-one'
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from trilogue.analysis.patterns.intervals import Estimate
from trilogue.analysis.patterns.tally import Group
from trilogue.figures.words import LANGUAGES, Language

__all__ = ["Words", "catalogue", "site_names"]


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return all that is said in a language, by `part.key`."""
    text = (files("trilogue.figures") / "patterns" / "words" / f"{language}.toml").read_text(
        "utf-8"
    )
    return {
        f"{part}.{key}": words
        for part, keys in tomllib.loads(text).items()
        for key, words in keys.items()
    }


@cache
def site_names() -> Mapping[str, str]:
    """Return every name of a site in any language, with the site's identifier.

    >>> site_names()["평양 국제비행장"]
    'pyongyang'
    """
    return {
        words: key.removeprefix("site.")
        for language in LANGUAGES
        for key, words in catalogue(language).items()
        if key.startswith("site.")
    }


class Words:
    """One language, and how it writes numbers and names."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._said = catalogue(language)

    def say(self, key: str, **values: object) -> str:
        """Return what stands under a key, with its values. Raises `KeyError`."""
        return self._said[key].format_map(values) if values else self._said[key]

    def missile(self, missile_id: str) -> str:
        """Return the name of a class."""
        return self._said.get(f"missile.{missile_id}", missile_id)

    def site(self, site_id: str) -> str:
        """Return the name of a site."""
        return self._said.get(f"site.{site_id}", site_id)

    def reason(self, reason: str, launches: int) -> str:
        """Return why a finding leaves so many launches out."""
        return self._said.get(f"reason.{reason}", f"{reason}: {{n}}").format(n=launches)

    def group(self, group: Group) -> str:
        """Return the name of what a tempo is of."""
        what, name = group
        if what == "all":
            return self.say("word.all")
        if what == "kind":
            return f"{name} ({self._said.get(f'kind.{name}', name)})"
        return self.missile(name) if what == "missile" else self.site(name)

    def interval(self, one: Estimate, scale: float = 1.0, digits: int = 1) -> str:
        """Return a number with its interval."""
        value, low, high = (f"{x * scale:,.{digits}f}" for x in (one.value, one.low, one.high))
        return self.say("page.interval", value=value, low=low, high=high)

    def percent(self, one: Estimate) -> str:
        """Return a share with its interval, in per cent."""
        value, low, high = (f"{100.0 * x:.0f}" for x in (one.value, one.low, one.high))
        return self.say("page.percent", value=value, low=low, high=high)

    @staticmethod
    def day(ordinal: int) -> str:
        """Return a day as it is written everywhere."""
        return date.fromordinal(ordinal).isoformat()
