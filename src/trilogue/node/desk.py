"""The desk: the acts of consent, as a node's people do them. Methods run as acts of the sequencer.

Every one of them checks the arrangement, the windows and the rules at the moment it runs, and
returns either what was logged or a `Refused` whose refusal was logged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from trilogue.arrangement.rules import Action, Decision, Facts
from trilogue.consent.acts import (
    Approval,
    Extent,
    GrantBody,
    GrantItem,
    RefusalBody,
    RequestBody,
    StandingBody,
    StandingRule,
    WithdrawalBody,
)
from trilogue.consent.extent import check_extent
from trilogue.consent.standing import check_rule, extent_under, fits
from trilogue.encoding import base64, canonical, instant
from trilogue.encoding.digest import Domain, commit
from trilogue.errors import ConsentError, InputError, NotFoundError
from trilogue.node.authoring import Authored, Authoring, Refused
from trilogue.node.books import Books
from trilogue.node.drafting import Draft, draft_extent, joined
from trilogue.node.evidence import Evidence
from trilogue.node.holdings import Holding, Holdings
from trilogue.node.inputs import (
    GrantInput,
    IncidentInput,
    Place,
    ReclassifyInput,
    RefusalInput,
    RequestInput,
    StandingInput,
    WithdrawalInput,
)
from trilogue.node.keystore import Keystore
from trilogue.node.problem import PasskeyError
from trilogue.node.reading import Reading
from trilogue.node.sequencer import Sequencer
from trilogue.protocol.bodies import IncidentBody, ReclassificationBody
from trilogue.protocol.delivery import MAX_CONTENT
from trilogue.protocol.facts import facts_of
from trilogue.protocol.granting import (
    BundleItem,
    approve,
    check_approvals,
    make_grant,
    refusal_digest,
    seal_boxes,
)
from trilogue.protocol.statement import Composed
from trilogue.reports.cite import Cite, PortionRef
from trilogue.sealing.box import SealingPublic
from trilogue.store.database import Database

__all__ = ["Desk", "NeedsSecondOfficer"]


@dataclass(frozen=True)
class NeedsSecondOfficer:
    """A grant above the level at which two officers must agree: it waits for the second."""

    rules: tuple[str, ...]
    reason: str


class Desk:
    """Consent at one node."""

    def __init__(
        self,
        db: Database,
        books: Books,
        sequencer: Sequencer,
        holdings: Holdings,
        reading: Reading,
        keystore: Keystore,
        authoring: Authoring,
        clock: Callable[[], str],
    ) -> None:
        self._db = db
        self._books = books
        self._sequencer = sequencer
        self._holdings = holdings
        self._reading = reading
        self._keystore = keystore
        self._authoring = authoring
        self._clock = clock
        self._evidence = Evidence(books)

    # Asking.

    def request(self, given: RequestInput) -> Composed | Refused:
        """Ask an originator for something."""
        me, arrangement = self._books.me, self._books.arrangement
        if bool(given.portions) == (given.description is not None):
            raise InputError("a request names portions or describes them, one of the two")
        if given.originator not in arrangement.participants or given.originator == me:
            raise InputError(
                f"{given.originator!r} is no other participant",
                hint=f"one of {', '.join(p for p in arrangement.participants if p != me)}",
            )
        if given.direct and arrangement.pact(me, given.originator) is None:
            return self._authoring.refuse(
                "send",
                ("no-pact",),
                f"there is no channel between {me} and {given.originator}:"
                f" no pact stands between them; ask through {arrangement.hub}",
            )
        decision = self._books.rules.decide(
            Action.REQUEST,
            Facts(
                actor=me,
                originators=(given.originator,),
                audience=(me,),
                readers=(me,),
                subject=(given.description.subject or "") if given.description else "",
                payload_type=(given.description.payload_type or "") if given.description else "",
                purposes=(given.purpose,),
                all_legs_have_pact=arrangement.reaches(given.originator, (me,)),
            ),
        )
        if not decision.permit:
            return self._authoring.refuse("request", decision.rules, "; ".join(decision.reasons))
        return self._sequencer.log(
            "request",
            RequestBody(
                originator=given.originator,
                portions=tuple(
                    PortionRef(report=self._cite(one.report, "report"), portion=one.portion)
                    for one in given.portions
                ),
                description=given.description,
                purpose=given.purpose,
                because=given.because,
            ),
        )

    # Answering.

    def draft(self, given: GrantInput) -> Draft:
        """Return the grant that is asked for, as it would be made now. Nothing is decided by it."""
        within = self._books.arrangement.text.deadlines.receipt_seconds
        extent = draft_extent(given, self._clock(), within)
        answers = None if given.answers is None else self._cite(given.answers, "request")
        holdings = []
        for source in given.portions:
            if source.report.speaker != self._books.me:
                raise ConsentError(
                    f"{source.report.speaker}'s report is not this node's to grant",
                    hint=f"only {source.report.speaker} decides how far it goes: ask there",
                    detail="not-ours",
                    originator=source.report.speaker,
                )
            holdings.append(self._authoring.find(source))
        self._check(extent, holdings)
        for holding in holdings:
            self._check_marking(holding)
        return Draft(tuple(holdings), make_grant(self._items(holdings), extent, answers=answers))

    def weigh(self, given: GrantInput, officers: tuple[str, ...]) -> tuple[Extent, Decision | None]:
        """Say how far a grant would go, and what denies it. Nothing is logged."""
        draft = self.draft(given)
        return draft.grant.extent, self._denied(draft.holdings, draft.grant.extent, officers)

    def judge(self, draft: Draft, officers: tuple[str, ...]) -> Refused | NeedsSecondOfficer | None:
        """Refuse a grant that the rules deny in the name of these officers; None: they permit."""
        denied = self._denied(draft.holdings, draft.grant.extent, officers)
        return None if denied is None else self._deny(denied)

    def grant(
        self, given: GrantInput, officers: tuple[str, ...], signed: tuple[Approval, ...] = ()
    ) -> Composed | Refused | NeedsSecondOfficer:
        """Consent to portions of one's own reports, in the name of these officers.

        `signed` is what officers signed by their own hand. For the others their release keys sign.
        """
        draft = self.draft(given)
        denied = self.judge(draft, officers)
        if denied is not None:
            return denied
        approvals = self._sign(draft.digest, officers, signed)
        return self._give(draft.holdings, msgspec.structs.replace(draft.grant, approvals=approvals))

    def under_standing(self, authored: Sequence[Authored]) -> list[Composed]:
        """Grant at once what fits a standing consent; return the grants that were logged.

        One grant, and one box for each of its audience, covers as many reports as a grant may.
        """
        at, most = self._clock(), self._books.arrangement.text.limits.reports_per_grant
        grants = []
        for cite, body in tuple(self._books.standing()):
            extent = extent_under(body.rule, at)
            officers = tuple(sorted({approval.officer for approval in body.approvals}))
            permitted = []
            for holdings in self._fitting(authored, cite, body.rule, at):
                # What the rules deny is refused by itself, and keeps nothing else back.
                denied = self._denied(holdings, extent, officers)
                if denied is None:
                    permitted.append(holdings)
                else:
                    self._deny(denied)
            for holdings in joined(permitted, most):
                self._check(extent, holdings)
                grant = make_grant(self._items(holdings), extent, under=cite)
                grants.append(self._give(holdings, grant))
        return grants

    def draft_refusal(self, given: RefusalInput) -> RefusalBody:
        """Return the refusal of a request that still wants its approval."""
        request = self._cite(given.request, "request")
        statement = self._books.statement(request)
        assert statement is not None
        if statement.says(RequestBody).originator != self._books.me:
            raise ConsentError(f"request {request.short} does not ask {self._books.me}")
        return RefusalBody(
            act="request", answers=request, rules=(), reason=given.reason, language=given.language
        )

    def refuse(
        self, given: RefusalInput, officers: tuple[str, ...], signed: tuple[Approval, ...] = ()
    ) -> Composed:
        """Refuse a request, with the reason, in the name of these officers.

        `signed` is what officers signed by their own hand. For the others their release keys sign.
        """
        draft = self.draft_refusal(given)
        if not officers:
            raise ConsentError("a refusal needs an officer who gives it")
        approvals = self._sign(refusal_digest(draft), officers, signed)
        return self._sequencer.log("refusal", msgspec.structs.replace(draft, approvals=approvals))

    def withdraw(self, given: WithdrawalInput) -> Composed:
        """End a grant or a standing consent for some or all of its audience."""
        cite = self._cite(given.grant, "grant", "standing")
        if cite.speaker != self._books.me:
            raise ConsentError(f"grant {cite.short} is {cite.speaker}'s to withdraw")
        statement = self._books.statement(cite)
        assert statement is not None
        audience = (
            statement.says(GrantBody).extent.audience
            if statement.kind == "grant"
            else statement.says(StandingBody).rule.audience
        )
        chosen = tuple(sorted(set(given.audience))) or audience
        for participant in chosen:
            if participant not in audience:
                raise InputError(f"grant {cite.short} is not for {participant}")
        chosen = tuple(p for p in chosen if not self._books.ended(cite, p))
        if not chosen:
            raise ConsentError(
                f"grant {cite.short} is withdrawn already",
                detail="withdrawn-already",
                grant=cite.short,
            )
        return self._sequencer.log(
            "withdrawal", WithdrawalBody(grant=cite, audience=chosen, reason=given.reason)
        )

    def stand(self, given: StandingInput, officers: tuple[str, ...]) -> Composed:
        """Lay down a standing consent."""
        check_rule(given.rule)
        self._check(extent_under(given.rule, given.rule.not_before))
        if not officers:
            raise ConsentError("a standing consent needs an officer who gives it")
        digest = commit(Domain.EXTENT, canonical.encode(given.rule))
        return self._sequencer.log(
            "standing",
            StandingBody(rule=given.rule, approvals=self._approvals(digest, officers)),
        )

    def reclassify(self, given: ReclassifyInput) -> Composed:
        """Change the marking of one's own portion; everybody who was granted it is told."""
        holding = self._authoring.find(given.portion)
        if not holding.own:
            raise ConsentError("only the originator reclassifies its report")
        if holding.header.derived_from:
            # What it was made from keeps it up: its author alone cannot lower it.
            self._authoring.not_below(given.marking.level, holding.header.marking.level)
        report = self._books.cite(*holding.report)
        assert report is not None
        holders = {
            participant
            for _, grant in self._books.grants_of(report)
            if any(holding.portion in item.portions for item in grant.items)
            for participant in grant.extent.audience
        }
        return self._sequencer.log(
            "reclassification",
            ReclassificationBody(
                audience=tuple(sorted(holders)),
                report=report,
                portion=holding.portion,
                marking=self._authoring.marking(given.marking, holding.header.marking.originators),
                reason=given.reason,
            ),
        )

    def report_incident(self, given: IncidentInput) -> Composed:
        """Report loss or compromise; the originators concerned are told at once."""
        return self._sequencer.log(
            "incident",
            IncidentBody(
                nature=given.nature,
                certainty=given.certainty,
                concerns=tuple(self._cite(place) for place in given.concerns),
                findings_of=None
                if given.findings_of is None
                else self._cite(given.findings_of, "incident"),
                peer=None,
                step=None,
                text=given.text,
            ),
        )

    # How a grant is made.

    def _fitting(
        self, authored: Sequence[Authored], standing: Cite, rule: StandingRule, at: str
    ) -> list[list[Holding]]:
        """Return what fits a standing consent, by report, as far as its cap leaves room."""
        fitting = [[h for h in one.holdings if fits(rule, h.header, at)] for one in authored]
        fitting = [holdings for holdings in fitting if holdings]
        if not fitting:
            return []
        hour_ago = instant.plus(at, -3600)
        return fitting[: max(0, rule.per_hour - self._books.used(standing, hour_ago))]

    def _deny(self, denied: Decision) -> Refused | NeedsSecondOfficer:
        """Refuse what the rules deny, unless a second officer is all that is missing."""
        reason = "; ".join(denied.reasons)
        if denied.rules == ("two-officers",):
            return NeedsSecondOfficer(denied.rules, reason)
        return self._authoring.refuse("grant", denied.rules, reason)

    def _give(self, holdings: Sequence[Holding], grant: GrantBody) -> Composed:
        """Log a grant that is permitted, by its approvals or by the standing consent behind it."""
        me, arrangement, extent = self._books.me, self._books.arrangement, grant.extent
        at = self._clock()
        by_digest = {holding.portion: holding for holding in holdings}
        ordered = [by_digest[portion] for item in grant.items for portion in item.portions]
        grant, boxes = seal_boxes(
            grant,
            tuple(BundleItem(header=h.header_bytes, key=h.key) for h in ordered),
            {p: self._sealing_key(p, at) for p in extent.audience},
            originator=me,
            arrangement=arrangement.digest_text,
        )
        # The evidence goes first: who takes the grant in must have it by then.
        for relay in self._evidence.relays(holdings, extent):
            self._sequencer.log("relay", relay)
        composed = self._sequencer.log("grant", grant)
        for box in grant.boxes:
            self._db.q.add_box(
                digest=box.digest, participant=box.participant, data=boxes[box.participant]
            )
        return composed

    def _denied(
        self, holdings: Sequence[Holding], extent: Extent, officers: tuple[str, ...]
    ) -> Decision | None:
        """Return the decision that denies a grant of these portions, if one does.

        The caller owes that their markings still hold: see `_check_marking`.
        """
        me = self._books.me
        for holding in holdings:
            decision = self._books.rules.decide(
                Action.RELEASE_DERIVED if holding.header.derived_from else Action.GRANT,
                facts_of(
                    holding.header,
                    self._books.arrangement,
                    actor=me,
                    originator=me,
                    audience=extent.audience,
                    purposes=extent.purposes,
                    officers=len(set(officers)),
                    derivation_permitted=self._evidence.permits(holding, extent, self._clock()),
                ),
            )
            if not decision.permit:
                return decision
        return None

    def _check(self, extent: Extent, holdings: Iterable[Holding] = ()) -> None:
        """Refuse a grant that nobody could act on. Raises `InputError` or `ConsentError`."""
        me, arrangement = self._books.me, self._books.arrangement
        check_extent(extent, arrangement.participants, me)
        for participant in extent.audience:
            if arrangement.pact(me, participant) is None and arrangement.hub not in extent.audience:
                raise ConsentError(
                    f"{participant} is reached through {arrangement.hub}, which must be in the"
                    " audience too: it marks and decides what it relays",
                    hint=f"add {arrangement.hub} to the audience",
                    detail="through-hub",
                    participant=participant,
                    hub=arrangement.hub,
                )
        content = sum(holding.header.size for holding in holdings)
        if content > MAX_CONTENT:
            raise InputError(
                f"{content} bytes under one grant; at most {MAX_CONTENT}",
                hint="grant fewer portions at once",
            )

    def _check_marking(self, holding: Holding) -> None:
        """Refuse to release a portion under a marking that no longer holds.

        Its header cannot change, and who receives it now was not told of the reclassification.
        """
        if self._reading.marking(holding) != holding.header.marking:
            raise ConsentError(
                f"portion {holding.portion} was reclassified since it was filed",
                hint="file it anew under the marking that holds now, superseding this one",
                detail="reclassified",
            )

    def _items(self, holdings: Iterable[Holding]) -> tuple[GrantItem, ...]:
        by_report: dict[tuple[str, int], list[str]] = {}
        for holding in holdings:
            if not holding.own:
                raise ConsentError(f"portion {holding.portion} is not this node's own")
            by_report.setdefault(holding.report, []).append(holding.portion)
        items = []
        for place, portions in sorted(by_report.items()):
            cite = self._books.cite(*place)
            assert cite is not None
            items.append(GrantItem(report=cite, portions=tuple(dict.fromkeys(portions))))
        return tuple(items)

    def _sealing_key(self, participant: str, at: str) -> SealingPublic:
        material = self._books.keys_of(participant, at)
        return _sealing_public(material.sealing)

    def _sign(
        self, digest: bytes, officers: tuple[str, ...], signed: tuple[Approval, ...]
    ) -> tuple[Approval, ...]:
        """Return the approvals of a digest, by officer; nothing that their readers would refuse."""
        keys = self._books.keys_of(self._books.me, self._clock())
        by_hand = {*check_approvals(signed, digest, keys)}
        rest = tuple(officer for officer in officers if officer not in by_hand)
        for officer in rest:
            if any(one.officer == officer for one in keys.passkeys):
                raise PasskeyError(
                    f"{officer} has a passkey and did not sign with it",
                    hint="sign at the console",
                )
        made = (*signed, *self._approvals(digest, rest))
        return tuple(sorted(made, key=lambda approval: approval.officer))

    def _approvals(self, digest: bytes, officers: tuple[str, ...]) -> tuple[Approval, ...]:
        return tuple(
            approve(digest, officer, self._keystore.officer(officer))
            for officer in sorted(set(officers))
        )

    def _cite(self, place: Place, *kinds: str) -> Cite:
        cite = self._books.cite(place.speaker, place.index)
        statement = None if cite is None else self._books.statement(cite)
        if cite is None or statement is None or (kinds and statement.kind not in kinds):
            what = " or ".join(kinds) or "statement"
            raise NotFoundError(f"no {what} at {place.speaker}/{place.index} counts here")
        return cite


@lru_cache(maxsize=64)
def _sealing_public(key: str) -> SealingPublic:
    """Read a sealing key, which takes a check of its ML-KEM part."""
    return SealingPublic.from_bytes(base64.decode(key))
