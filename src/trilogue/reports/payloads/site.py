"""`site-activity`: what was seen at a site over a period."""

import msgspec

from trilogue.reports.payloads.quantities import (
    Confidence,
    Language,
    Period,
    Position,
    Text,
    Title,
)

__all__ = ["SiteActivity"]


class SiteActivity(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="site-activity",
):
    """Activity at one site, in words, with the period in which it was observed."""

    site: Title
    position: Position | None
    observed: Period
    language: Language
    text: Text
    confidence: Confidence
