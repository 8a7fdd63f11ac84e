"""`assessment`: a judgement in words."""

import msgspec

from trilogue.reports.payloads.quantities import Confidence, Language, Text, Title

__all__ = ["Assessment"]


class Assessment(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="assessment",
):
    """Free text with a title, in one language, and how sure the author is."""

    title: Title
    language: Language
    text: Text
    confidence: Confidence
