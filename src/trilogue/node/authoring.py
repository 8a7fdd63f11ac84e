"""Authoring: from what a person writes to sealed portions in the log.

The rules are asked before anything is sealed. What they deny is refused with the rule's name, the
refusal stands in the log, and nothing of the report does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import Literal

from trilogue.arrangement.rules import Action
from trilogue.consent.acts import RefusalBody
from trilogue.encoding import base64
from trilogue.errors import ConsentError, InputError, NotFoundError
from trilogue.marking import Marking, mark
from trilogue.node.books import Books
from trilogue.node.holdings import Holding, Holdings
from trilogue.node.inputs import MarkingInput, PortionInput, ReportInput, SourceInput
from trilogue.node.sequencer import Sequencer
from trilogue.protocol.facts import facts_of
from trilogue.protocol.statement import Composed
from trilogue.reports.cite import Cite, PortionRef
from trilogue.reports.generalise import generalise
from trilogue.reports.header import Header, Leg, Place, Source
from trilogue.reports.lineage import HeldPortion, derived_marking, lineage
from trilogue.reports.payloads.registry import encode_payload, shape_payload
from trilogue.reports.portion import PortionDraft, Sealed, seal
from trilogue.reports.redact import redact
from trilogue.reports.report import arrange
from trilogue.reports.tearline import tearline
from trilogue.reports.translations import translation

__all__ = ["Authored", "Authoring", "Refused", "coarsened"]


_DRAFTED = tuple(
    field.name
    for field in fields(PortionDraft)
    if field.name not in ("plaintext", "supersedes", "tearline_of", "translation_of")
)
"""What a version takes over from the portion that it is made from, besides the content."""

Act = Literal["submit", "request", "grant", "read", "release-derived", "send"]


@dataclass(frozen=True)
class Authored:
    """A report that now stands in the log, with its portions in the author's order."""

    report: Cite
    holdings: tuple[Holding, ...]

    @property
    def portions(self) -> tuple[tuple[str, Header], ...]:
        """The digests and headers of its portions."""
        return tuple((one.portion, one.header) for one in self.holdings)


@dataclass(frozen=True)
class Refused:
    """An act that the rules denied: the refusal's place in the log, and why.

    It is a value and not an error inside the act, because the refusal itself must be committed.
    """

    composed: Composed
    rules: tuple[str, ...]
    reason: str


class Authoring:
    """Writes reports for one node. Its methods run as acts of the sequencer."""

    def __init__(
        self, books: Books, sequencer: Sequencer, holdings: Holdings, clock: Callable[[], str]
    ) -> None:
        self._books = books
        self._sequencer = sequencer
        self._holdings = holdings
        self._clock = clock

    def submit_all(self, given: Sequence[ReportInput]) -> list[Authored | Refused]:
        """Seal and log reports. Raises `InputError`; a denial is returned as `Refused`.

        The reports stand one after the other in the log; refusals stand before them.
        """
        made = [self._seal(one) for one in given]
        sealed = [one for one in made if not isinstance(one, Refused)]
        said = self._sequencer.log_all(
            "report", [arrange(portion.digest for portion in report) for report in sealed]
        )
        kept = self._holdings.keep_own(
            [
                (composed.cite, portion)
                for composed, report in zip(said, sealed, strict=True)
                for portion in report
            ]
        )
        reports, holdings = iter(said), iter(kept)
        return [
            one
            if isinstance(one, Refused)
            else Authored(next(reports).cite, tuple(islice(holdings, len(one))))
            for one in made
        ]

    def _seal(self, given: ReportInput) -> list[Sealed] | Refused:
        """Seal the portions of a report, unless the rules deny one: then nothing of it is."""
        limits = self._books.arrangement.text.limits
        if len(given.portions) > limits.portions:
            raise InputError(f"{len(given.portions)} portions; at most {limits.portions}")
        sealed: list[Sealed] = []
        drafts: dict[str, tuple[PortionDraft, Sealed]] = {}
        for portion in given.portions:
            draft = self._draft(portion, drafts)
            if len(draft.plaintext) > limits.portion_bytes:
                raise InputError(
                    f"a portion of {len(draft.plaintext)} bytes; at most {limits.portion_bytes}",
                    hint="write a longer item as several portions",
                )
            refused = self._ask(draft)
            if refused is not None:
                return refused
            one = seal(draft)
            sealed.append(one)
            if portion.label is not None:
                if portion.label in drafts:
                    raise InputError(f"two portions are labelled {portion.label!r}")
                drafts[portion.label] = (draft, one)
        return sealed

    def refuse(self, act: Act, rules: tuple[str, ...], reason: str) -> Refused:
        """Log that an act of this node's own people is denied."""
        body = RefusalBody(act=act, answers=None, rules=rules, reason=reason, language="en")
        composed = self._sequencer.log("refusal", body)
        return Refused(composed=composed, rules=rules, reason=reason)

    def find(self, source: SourceInput) -> Holding:
        """Return a holding that a person named. Raises `NotFoundError`."""
        speaker, index = source.report.speaker, source.report.index
        for holding in self._holdings.of_portion(speaker, index, source.portion):
            return holding
        raise NotFoundError(f"portion {source.portion} of {speaker}/{index} is not held here")

    def marking(self, given: MarkingInput, originators: tuple[str, ...]) -> Marking:
        """Return the marking that a person gave, for these originators."""
        sharing = self._books.arrangement.text.sharing_caveat
        return mark(
            given.level,
            originators,
            releasable_to=given.releasable_to,
            caveats=(*given.caveats, sharing) if given.releasable_to else given.caveats,
        )

    def _ask(self, draft: PortionDraft) -> Refused | None:
        me = self._books.me
        decision = self._books.rules.decide(
            Action.SUBMIT,
            facts_of(draft, self._books.arrangement, actor=me, originator=me),
        )
        return (
            None
            if decision.permit
            else self.refuse("submit", decision.rules, "; ".join(decision.reasons))
        )

    def _draft(
        self, given: PortionInput, drafts: dict[str, tuple[PortionDraft, Sealed]]
    ) -> PortionDraft:
        sources = tuple(self._held(source) for source in given.derived_from)
        originators: tuple[str, ...] = (self._books.me,)
        derived_from: tuple[Source, ...] = ()
        if sources:
            rolled = derived_marking(sources, self._books.arrangement.scale)
            originators = rolled.originators
            self.not_below(given.marking.level, rolled.level)
            derived_from = lineage(sources, self._grants(sources))
        finer: tuple[PortionDraft, str] | None = None
        if given.generalise_of is not None or given.version_of is not None or given.redact:
            finer = self._finer(given, drafts)
            if finer[0].derived_from:  # a coarser version is as much its sources' as the finer one
                originators = finer[0].marking.originators
                self.not_below(given.marking.level, finer[0].marking.level)
        marking = self.marking(given.marking, originators)
        handling = self._handling(given.marking.releasable_to)
        supersedes = None if given.supersedes is None else self._ref(given.supersedes)
        if finer is not None:
            return self._linked(
                replace(
                    coarsened(*finer, given),
                    marking=marking,
                    handling=handling,
                    supersedes=supersedes,
                ),
                given,
                drafts,
            )
        payload = shape_payload(given.payload_type, given.payload)
        draft = PortionDraft(
            marking=marking,
            payload_type=given.payload_type,
            plaintext=encode_payload(payload),
            subject=given.subject,
            handling=handling,
            language=given.language,
            place=_place(given),
            trajectory=given.place is not None and given.place.trajectory,
            period=given.period,
            derived_from=derived_from,
            supersedes=supersedes,
        )
        return self._linked(draft, given, drafts)

    def _linked(
        self,
        draft: PortionDraft,
        given: PortionInput,
        drafts: dict[str, tuple[PortionDraft, Sealed]],
    ) -> PortionDraft:
        """Return a draft as the tearline or translation of an earlier portion of its report."""
        if given.tearline_of is not None:
            whole = _labelled(given.tearline_of, drafts)
            scale = self._books.arrangement.scale
            draft = tearline(draft, whole.header, base64.encode(whole.digest), scale)
        if given.translation_of is not None:
            original = _labelled(given.translation_of, drafts)
            draft = translation(draft, original.header, base64.encode(original.digest))
        return draft

    def _finer(
        self, given: PortionInput, drafts: dict[str, tuple[PortionDraft, Sealed]]
    ) -> tuple[PortionDraft, str]:
        """Return what a version is made from: a portion of this report, or one filed before."""
        if given.version_of is not None and given.generalise_of is not None:
            raise InputError("a version is made of `generalise_of` or of `version_of`, not of both")
        if given.version_of is not None:
            return self.draft_again(given.version_of), given.version_of.portion
        label = given.generalise_of or ""
        if label not in drafts:
            raise InputError(
                f"no portion of this report is labelled {label!r}",
                hint="name the finer portion in `generalise_of`, and put it first",
            )
        draft, sealed = drafts[label]
        return draft, base64.encode(sealed.digest)

    def draft_again(self, source: SourceInput) -> PortionDraft:
        """Return a portion of one's own as it was before it was sealed. Raises `ConsentError`."""
        holding = self.find(source)
        if not holding.own:
            raise ConsentError(
                f"{source.report.speaker}'s portion is not this node's to write anew",
                hint="the originator alone makes a coarser version; ask there",
            )
        header = holding.header
        return PortionDraft(
            plaintext=self._holdings.open(holding),
            **{name: getattr(header, name) for name in _DRAFTED},
        )

    def _handling(self, readers: tuple[str, ...]) -> tuple[Leg, ...]:
        """Return which pact protects the portion on each leg to its readers."""
        legs: dict[Leg, None] = {}
        for reader in readers:
            if reader != self._books.me:
                for leg in self._books.arrangement.legs(self._books.me, reader):
                    legs[Leg(leg.giver, leg.taker, leg.pact)] = None
        return tuple(legs)

    def _held(self, source: SourceInput) -> HeldPortion:
        holding = self.find(source)
        report = self._books.cite(*holding.report)
        assert report is not None
        return HeldPortion(report=report, digest=holding.portion, header=holding.header)

    def _ref(self, source: SourceInput) -> PortionRef:
        held = self._held(source)
        return PortionRef(report=held.report, portion=held.digest)

    def _grants(self, sources: tuple[HeldPortion, ...]) -> dict[str, list[Cite]]:
        """Return, by portion, the grants under which this node holds what stands behind it."""
        behind = {(s.report, s.portion) for held in sources for s in held.header.derived_from}
        behind |= {(held.report, held.digest) for held in sources}
        grants: dict[str, list[Cite]] = {}
        for report, digest in behind:
            for holding in self._holdings.of_portion(report.speaker, report.index, digest):
                cite = None if holding.own else self._books.cite(*holding.grant)
                if cite is not None:
                    grants.setdefault(digest, []).append(cite)
        return grants

    def not_below(self, level: str, least: str) -> None:
        """Refuse a level for a derived portion that is below another. Raises `InputError`."""
        scale = self._books.arrangement.scale
        if scale.rank(level) < scale.rank(least):
            raise InputError(
                f"a portion derived from {least} cannot be marked {level}",
                hint="only its originators can lower it, by reclassification",
            )


def coarsened(draft: PortionDraft, of: str, given: PortionInput) -> PortionDraft:
    """Return a draft as a generalised and redacted version of the portion `of`."""
    if given.redact:
        draft = redact(draft, fields=given.redact, of=of)
    if given.generalise is not None:
        grid, time = given.generalise.position_grid, given.generalise.time_grid
        draft = generalise(
            draft,
            position_grid_e5=None if grid is None else max(1, round(grid * 1e5)),
            time_grid_ms=None if time is None else max(1, round(time * 1000)),
            of=of,
        )
    return draft


def _labelled(label: str, drafts: dict[str, tuple[PortionDraft, Sealed]]) -> Sealed:
    if label not in drafts:
        raise InputError(f"no earlier portion of this report is labelled {label!r}")
    return drafts[label][1]


def _place(given: PortionInput) -> Place | None:
    if given.place is None:
        return None
    return Place(
        latitude_e5=round(given.place.latitude * 1e5),
        longitude_e5=round(given.place.longitude * 1e5),
    )
