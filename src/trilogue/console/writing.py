"""Writing a report: from the fields of a form to its portions, and back to the form.

A report has up to eight portions of words. Each after the first says what it is: another portion,
or the tearline or the translation of an earlier one. The fields of portion 2 end in `-2`; what is
the same for all of a report (subject, place, how sure its author is) stands once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trilogue.console.page import Form
from trilogue.console.reading import decimal, shaped
from trilogue.errors import InputError
from trilogue.node.inputs import MarkingInput, ReportInput

__all__ = ["MOST_PORTIONS", "Draft", "PortionDraft", "blank", "read"]

MOST_PORTIONS = 8
_USUAL = MarkingInput(level="").caveats
_relation = re.compile(r"(tearline|translation)-([1-8])", re.ASCII)


@dataclass(frozen=True)
class PortionDraft:
    """The fields of one portion, as they were filled in."""

    number: int
    title: str = ""
    text: str = ""
    language: str = ""
    level: str = ""
    releasable_to: tuple[str, ...] = ()
    caveats: tuple[str, ...] = _USUAL
    relation: str = ""
    """Empty, or `tearline-1` and `translation-1`: of which portion, by number."""

    @property
    def marking(self) -> MarkingInput | None:
        """How it would be marked, or None as long as no level is chosen."""
        if not self.level:
            return None
        return shaped(
            {"level": self.level, "releasable_to": self.releasable_to, "caveats": self.caveats},
            MarkingInput,
        )


@dataclass(frozen=True)
class Draft:
    """A report as far as it is written."""

    portions: tuple[PortionDraft, ...]
    subject: str = ""
    confidence: str = "moderate"
    latitude: str = ""
    longitude: str = ""

    def more(self, readers: tuple[str, ...]) -> Draft:
        """Return it with one more portion. Raises `InputError` when it has as many as it may."""
        if len(self.portions) == MOST_PORTIONS:
            raise InputError(
                f"a report written here has at most {MOST_PORTIONS} portions",
                hint="write the rest as another report",
            )
        more = PortionDraft(number=len(self.portions) + 1, releasable_to=readers)
        return Draft(
            (*self.portions, more), self.subject, self.confidence, self.latitude, self.longitude
        )


def blank(readers: tuple[str, ...]) -> Draft:
    """Return an empty report of one portion, releasable to these unless its author says less."""
    return Draft((PortionDraft(number=1, releasable_to=readers),))


def read(form: Form) -> tuple[Draft, ReportInput | None, InputError | None]:
    """Return what a form says: as it was filled in, and as a report or why it is none."""
    count = form.one("count")
    if count not in map(str, range(1, MOST_PORTIONS + 1)):
        raise InputError(f"count is a number of portions up to {MOST_PORTIONS}, not {count[:20]!r}")
    draft = Draft(
        tuple(_portion(form, number) for number in range(1, int(count) + 1)),
        **{name: form.one(name) for name in ("subject", "confidence", "latitude", "longitude")},
    )
    try:
        return draft, _report(form, draft), None
    except InputError as error:
        return draft, None, error


def _portion(form: Form, number: int) -> PortionDraft:
    return PortionDraft(
        number=number,
        title=form.one(f"title-{number}"),
        text=form.one(f"text-{number}"),
        language=form.one(f"language-{number}"),
        level=form.one(f"level-{number}"),
        releasable_to=form.many(f"releasable_to-{number}"),
        caveats=form.many(f"caveats-{number}"),
        relation=form.one(f"relation-{number}"),
    )


def _report(form: Form, draft: Draft) -> ReportInput:
    latitude, longitude = (decimal(form, name) for name in ("latitude", "longitude"))
    placed = latitude is not None or longitude is not None
    place = {"latitude": latitude, "longitude": longitude} if placed else None
    return shaped(
        {
            "portions": [
                {
                    "payload_type": "assessment",
                    "payload": {
                        "type": "assessment",
                        "title": one.title,
                        "language": one.language,
                        "text": one.text,
                        "confidence": draft.confidence,
                    },
                    "marking": {
                        "level": one.level,
                        "releasable_to": one.releasable_to,
                        "caveats": one.caveats,
                    },
                    "subject": draft.subject,
                    "language": one.language,
                    "place": place,
                    "label": f"portion-{one.number}",
                    **_link(one),
                }
                for one in draft.portions
            ]
        },
        ReportInput,
    )


def _link(one: PortionDraft) -> dict[str, str]:
    if not one.relation:
        return {}
    found = _relation.fullmatch(one.relation)
    if found is None or int(found[2]) >= one.number:
        raise InputError(f"relation-{one.number}: no earlier portion is {one.relation[:40]!r}")
    return {f"{found[1]}_of": f"portion-{found[2]}"}
