"""Weighing: what a grant would reveal, before it is given, and what the rules say of it.

An officer sees each portion as its recipients would see it, before and after it is made coarser,
and what else each of them holds already: one more piece may tell what none of them told alone.
Whoever weighs opens the portions, which stands in the access register as any opening does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from trilogue.arrangement import Lang
from trilogue.arrangement.rules import Action
from trilogue.consent.acts import Extent, GrantBody
from trilogue.encoding import canonical
from trilogue.marking import Marking, banner, banner_line, equivalent_mark, portion_mark
from trilogue.node.authoring import Authored, Refused, coarsened
from trilogue.node.engine import Engine
from trilogue.node.inputs import (
    GeneraliseInput,
    GrantInput,
    MarkingInput,
    Place,
    PortionInput,
    ReportInput,
    SourceInput,
)
from trilogue.protocol.statement import read_statement
from trilogue.reports.portion import PortionDraft

__all__ = ["Content", "Held", "Recipient", "Revealed", "Weighed", "coarser", "weigh"]

MOST_GRANTS = 500
"""How many of the newest grants are looked through for what a recipient holds."""


@dataclass(frozen=True)
class Content:
    """What a portion tells: its payload, and what its header says of where and when."""

    payload: dict[str, Any]
    place: dict[str, float] | None
    period: tuple[str, str] | None


@dataclass(frozen=True)
class Revealed:
    """One portion as it is held here, and the coarser version that would be granted instead."""

    report: Place
    portion: str
    mark: str
    subject: str
    language: str | None
    fine: Content
    coarse: Content | None
    """None where nothing is made coarser, or where a portion has nothing to round."""


@dataclass(frozen=True)
class Held:
    """How many of this participant's reports on a subject somebody holds."""

    subject: str
    reports: int


@dataclass(frozen=True)
class Recipient:
    """One of the audience: what it would see above the portions, and what it holds already."""

    participant: str
    banner: str
    equivalents: tuple[str, ...]
    """Of each portion, in order: the originator's mark and the recipient's equivalent."""
    holds: tuple[Held, ...]
    again: tuple[Place, ...]
    """Reports among those that are weighed of which it holds something already."""


@dataclass(frozen=True)
class Weighed:
    """What a grant would reveal to whom, how far it goes, and what denies it."""

    revealed: tuple[Revealed, ...]
    recipients: tuple[Recipient, ...]
    markings: tuple[Marking, ...]
    """Of the portions, in order: what stands on the page that shows them."""
    extent: Extent
    rules: tuple[str, ...]
    """The rules that deny it; none when they permit it."""
    reasons: tuple[str, ...]

    @property
    def waits(self) -> bool:
        """Whether it would only wait until a second officer agrees."""
        return self.rules == ("two-officers",)


def weigh(
    engine: Engine,
    given: GrantInput,
    grids: GeneraliseInput | None,
    *,
    officer: str,
    why: str,
    lang: Lang,
    agreed: tuple[str, ...] = (),
) -> Weighed:
    """Inside an act: say what a grant would reveal. Only the access register is written.

    `grids` says how coarse a version would be granted instead; `agreed` are officers who gave
    their consent already. Raises what granting and opening raise.
    """
    scale = engine.books.arrangement.scale
    extent, denied = engine.desk.weigh(given, (*agreed, officer))
    drafts: list[PortionDraft] = []
    for source in given.portions:
        engine.reading.read(source, officer=officer, purpose=extent.purposes[0], why=why)
        drafts.append(engine.authoring.draft_again(source))
    markings = [draft.marking for draft in drafts]
    reports = {(one.report.speaker, one.report.index) for one in given.portions}

    def recipient(participant: str) -> Recipient:
        holds, places = _held(engine, participant)
        return Recipient(
            participant=participant,
            banner=banner_line(banner(markings, scale), scale, participant, lang),
            equivalents=tuple(equivalent_mark(one, scale, participant, lang) for one in markings),
            holds=holds,
            again=tuple(Place(speaker=s, index=i) for s, i in sorted(reports & places)),
        )

    return Weighed(
        revealed=tuple(
            Revealed(
                report=source.report,
                portion=source.portion,
                mark=portion_mark(draft.marking, scale),
                subject=draft.subject,
                language=draft.language,
                fine=_content(draft),
                coarse=_coarse(draft, source, grids),
            )
            for source, draft in zip(given.portions, drafts, strict=True)
        ),
        recipients=tuple(map(recipient, extent.audience)),
        markings=tuple(markings),
        extent=extent,
        rules=() if denied is None else denied.rules,
        reasons=() if denied is None else engine.books.rules.explain(denied, Action.GRANT, lang),
    )


def coarser(engine: Engine, source: SourceInput, grids: GeneraliseInput) -> Authored | Refused:
    """Inside an act: file a coarser version of a portion of one's own, as a report by itself.

    Raises `InputError` when the portion has nothing on which the grids could act.
    """
    header = engine.authoring.find(source).header
    done = engine.submit(
        ReportInput(
            portions=(
                _version(
                    source, header.payload_type, header.subject, _given(engine, source), grids
                ),
            )
        )
    )
    return done if isinstance(done, Refused) else done[0]


def _given(engine: Engine, source: SourceInput) -> MarkingInput:
    """Return the marking of a portion as its author would give it again."""
    marking = engine.reading.marking(engine.authoring.find(source))
    sharing = engine.books.arrangement.text.sharing_caveat
    return MarkingInput(
        level=marking.level,
        releasable_to=marking.releasable_to,
        caveats=tuple(one for one in marking.caveats if one != sharing),
    )


def _version(
    source: SourceInput,
    payload_type: str,
    subject: str,
    marking: MarkingInput,
    grids: GeneraliseInput,
) -> PortionInput:
    return PortionInput(
        payload_type=payload_type,
        subject=subject,
        marking=marking,
        version_of=source,
        generalise=grids,
    )


def _coarse(
    draft: PortionDraft, source: SourceInput, grids: GeneraliseInput | None
) -> Content | None:
    if grids is None:
        return None
    marking = MarkingInput(level=draft.marking.level)
    version = _version(source, draft.payload_type, draft.subject, marking, grids)
    return _content(coarsened(draft, source.portion, version))


def _content(draft: PortionDraft) -> Content:
    return Content(
        payload=canonical.decode_payload(draft.plaintext, dict),
        place=None
        if draft.place is None
        else {
            "latitude": draft.place.latitude_e5 / 1e5,
            "longitude": draft.place.longitude_e5 / 1e5,
        },
        period=draft.period,
    )


def _held(engine: Engine, participant: str) -> tuple[tuple[Held, ...], set[tuple[str, int]]]:
    """Return what a participant holds of this one's reports, by subject, and which reports."""
    me, places = engine.me, set[tuple[str, int]]()
    counts: Counter[str] = Counter()
    for row in engine.db.q.granted_to(speaker=me, participant=participant, most=MOST_GRANTS):
        for item in read_statement(row["raw"]).says(GrantBody).items:
            place = (item.report.speaker, item.report.index)
            if place in places:
                continue
            places.add(place)
            granted = set(item.portions)
            held = engine.holdings.of_report(*place)
            counts.update({one.header.subject for one in held if one.portion in granted})
    return tuple(Held(subject, count) for subject, count in counts.most_common()), places
