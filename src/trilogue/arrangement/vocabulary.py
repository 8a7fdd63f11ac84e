"""The words: one vocabulary for each language, by kind and id.

A vocabulary is complete or it is refused, so that no screen, refusal or audit ever falls back to
another language.

    language = "en"

    [subject]
    nuclear-test = "nuclear test"

    [rule]
    above-ceiling = "It is marked higher than the ceiling of the arrangement."
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from trilogue.arrangement.text import Lang
from trilogue.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["KINDS", "Vocabulary", "check_complete", "decode"]

KINDS = (
    "arrangement",
    "participant",
    "ministry",
    "pact",
    "article",
    "paragraph",
    "note",
    "subject",
    "purpose",
    "payload-type",
    "caveat",
    "reader",
    "action",
    "who",
    "rule",
    "state",
    "force",
    "tag",
    "source",
    "heading",
)
"""What has words: `who` says who may take an action, `force` why the arrangement is in force."""


class Vocabulary(msgspec.Struct, frozen=True):
    """The words of one language: `words[kind][id]`."""

    language: Lang
    words: dict[str, dict[str, str]]

    def name(self, kind: str, key: str) -> str:
        """Return the words for one thing; raise `NotFoundError` when there are none."""
        try:
            return self.words[kind][key]
        except KeyError:
            raise NotFoundError(f"no words in {self.language!r} for {kind} {key!r}") from None


def decode(data: bytes, lang: Lang) -> Vocabulary:
    """Read `vocabulary.<lang>.toml`; raise `InputError`."""
    name = f"vocabulary.{lang}.toml"
    try:
        tables = msgspec.toml.decode(data, type=dict[str, str | dict[str, str]], strict=True)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InputError(f"{name} does not read: {error}") from error
    if tables.pop("language", None) != lang:
        raise InputError(f"{name} does not say language = {lang!r}")
    words: dict[str, dict[str, str]] = {}
    for kind, table in tables.items():
        if kind not in KINDS or isinstance(table, str):
            raise InputError(f"{name}: unknown kind {kind!r}", hint=f"kinds are {', '.join(KINDS)}")
        for key, text in table.items():
            if not text or text != text.strip():
                raise InputError(f"{name}: {kind} {key!r} is empty or padded: {text!r}")
        words[kind] = table
    return Vocabulary(lang, words)


def check_complete(vocabulary: Vocabulary, wanted: Mapping[str, Iterable[str]]) -> None:
    """Refuse a vocabulary that lacks a word, or has words for what does not exist.

    Words for a rule that is no longer there do no harm and may stay: a rule may be struck without
    touching three more files. Raises `InputError`.
    """
    for kind in KINDS:
        want, have = set(wanted.get(kind, ())), set(vocabulary.words.get(kind, {}))
        if missing := sorted(want - have):
            raise InputError(
                f"vocabulary.{vocabulary.language}.toml has no words for"
                f" {kind} {', '.join(missing)}",
                hint="every language names everything",
            )
        if kind != "rule" and (surplus := sorted(have - want)):
            raise InputError(
                f"vocabulary.{vocabulary.language}.toml names what the arrangement does not have:"
                f" {kind} {', '.join(surplus)}"
            )
