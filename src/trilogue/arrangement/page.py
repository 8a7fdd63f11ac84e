"""A page of plain text: lines by terminal columns, in English, Korean and Japanese.

>>> columns("II급 비밀"), wrap("「秘」は、Hiと読む。", "- ", "  ")
(9, ['- 「秘」は、Hiと読む。'])
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trilogue.arrangement.arrangement import Arrangement
    from trilogue.arrangement.text import Claim, Lang

__all__ = ["Page", "columns", "wrap"]

_WIDTH = 88

_JAPANESE = "\u3041-\u30ff\u4e00-\u9fff"
_OPENING, _CLOSING = "「（", "、。」）ー"
_PIECES = re.compile(
    rf" |[{_OPENING}]*[{_JAPANESE}][{_CLOSING}]*|[{_OPENING}]*[^ {_JAPANESE}{_OPENING}]+"
)
"""What stays on one line: a word, or a Japanese character with the brackets and stops it bears."""


class Page:
    """Lines written so far, and the words to write them with.

    A line ends with the tag of the claim it makes, if it makes one.
    """

    def __init__(self, arrangement: Arrangement, lang: Lang) -> None:
        self.arrangement = arrangement
        self.lang: Lang = lang
        self._lines: list[str] = []

    def name(self, kind: str, key: str) -> str:
        """Return the words for a thing in the language of the page."""
        return self.arrangement.name(kind, key, self.lang)

    def say(self, heading: str, **values: object) -> str:
        """Return a set phrase with its values filled in."""
        return self.name("heading", heading).format(**values)

    def heading(self, heading: str, claim: Claim | None = None) -> None:
        """Begin a section."""
        self._lines += ["", self.say(heading).upper() + (f"  [{claim.tag}]" if claim else "")]

    def line(self, text: str, claim: Claim | None = None, *, first: str = "  ") -> None:
        """Write a line, broken where the page ends; `first` stands before it."""
        tagged = f"{text} [{claim.tag}]" if claim else text
        self._lines += wrap(tagged, first, " " * columns(first))

    def preformatted(self, text: str) -> None:
        """Write a line as it is, such as a row of a table."""
        self._lines.append(text.rstrip())

    def items(self, kind: str, ids: Iterable[str], more: Callable[[str], str]) -> None:
        """Write a list of things, each followed by what `more` says of it."""
        for key in ids:
            self.line(self.name(kind, key) + more(key), first="  - ")

    def text(self) -> str:
        """Return the page."""
        return "\n".join(self._lines).strip("\n") + "\n"


def columns(text: str) -> int:
    """Return how many terminal columns `text` takes: Korean and Japanese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def wrap(text: str, first: str, rest: str) -> list[str]:
    """Break a line by columns, at spaces or between Japanese characters."""
    lines, line, start = [], "", first
    for piece in _PIECES.findall(text):
        if line and columns(start + line + piece.rstrip()) > _WIDTH:
            lines.append(start + line.rstrip())
            line, start = "", rest
        line += piece if line else piece.lstrip()
    return [*lines, (start + line).rstrip()]
