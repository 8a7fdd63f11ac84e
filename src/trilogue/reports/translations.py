"""Translations: one content in several languages, linked by `translation_of`.

A translation names the original, never another translation, so that an error is not carried on.
It has the original's payload type, subject and marking: reading it in another language changes
neither what it is nor whose it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from trilogue.errors import InputError
from trilogue.reports.lineage import HeldPortion

__all__ = ["Translations", "group_translations"]


@dataclass(frozen=True, slots=True)
class Translations:
    """An original, and all versions by language, the original's own among them."""

    original: HeldPortion
    by_language: dict[str, HeldPortion]

    def best(self, languages: Iterable[str]) -> HeldPortion:
        """Return the version in the first of `languages` that there is, else the original."""
        for language in languages:
            if language in self.by_language:
                return self.by_language[language]
        return self.original


def group_translations(portions: Iterable[HeldPortion]) -> tuple[Translations, ...]:
    """Return the portions that have a language, grouped by their original.

    Raises `InputError` when a translation has no original among the portions, is of another
    translation, has another type, subject or marking, or when a language occurs twice.
    """
    held = {portion.digest: portion for portion in portions if portion.header.language is not None}
    groups = {
        digest: Translations(portion, {str(portion.header.language): portion})
        for digest, portion in held.items()
        if portion.header.translation_of is None
    }
    for portion in held.values():
        of = portion.header.translation_of
        if of is None:
            continue
        if of not in groups:
            what = "is a translation itself" if of in held else "is not here"
            raise InputError(
                f"{portion.digest} translates {of}, which {what}", hint="link it to the original"
            )
        _add(groups[of], portion)
    return tuple(groups.values())


def _add(group: Translations, portion: HeldPortion) -> None:
    original, header = group.original.header, portion.header
    for field in ("payload_type", "subject", "marking"):
        if getattr(header, field) != getattr(original, field):
            raise InputError(f"{portion.digest}: {field} differs from that of its original")
    language = str(header.language)
    if language in group.by_language:
        raise InputError(f"two versions of {group.original.digest} are in {language!r}")
    group.by_language[language] = portion
