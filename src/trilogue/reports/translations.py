"""Translations: one content in another language, linked to its original by `translation_of`.

A translation names the original, never another translation, so that an error is not carried on.
It has the original's payload type, subject and marking: reading it in another language changes
neither what it is nor whose it is.
"""

from dataclasses import replace

from trilogue.errors import InputError
from trilogue.reports.header import Header
from trilogue.reports.portion import PortionDraft

__all__ = ["translation"]


def translation(draft: PortionDraft, original: Header, digest: str) -> PortionDraft:
    """Return the draft as a translation of the portion with this header and digest.

    It keeps that portion's lineage. Raises `InputError` when either has no language, when the two
    are in the same one, when the original is a translation itself, or when the draft changes what
    it is or whose it is.
    """
    if draft.language is None or original.language is None:
        raise InputError("a translation and its original each have a language")
    if draft.language == original.language:
        raise InputError(f"translation_of: both are in {draft.language!r}")
    if original.translation_of is not None:
        raise InputError(
            "translation_of names a translation", hint="link it to the original of both"
        )
    for field in ("payload_type", "subject", "marking"):
        given, expected = getattr(draft, field), getattr(original, field)
        if given != expected:
            raise InputError(f"translation_of: its {field} differs from that of its original")
    return replace(draft, translation_of=digest, derived_from=original.derived_from)
