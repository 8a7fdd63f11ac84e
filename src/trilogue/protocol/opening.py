"""Steps 7 to 9: a grant for me that is live, a decision that permits, keys that open.

`open_grant` is all or nothing: a grant of which one portion fails opens none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from trilogue.arrangement.rules import Action, Facts
from trilogue.consent.acts import GrantBody, StandingBody, StandingRule
from trilogue.consent.extent import check_alive, extent_digest
from trilogue.consent.standing import extent_under, fits
from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit, same
from trilogue.errors import ConsentError, FormatError, GrantError, OpeningError, RuleError
from trilogue.protocol.bodies import KeyMaterial, ReceiptItem
from trilogue.protocol.derivation import derivation_permitted
from trilogue.protocol.facts import facts_of
from trilogue.protocol.granting import Bundle, box_info, check_approvals
from trilogue.protocol.statement import Statement
from trilogue.protocol.view import View
from trilogue.protocol.voice import Heard
from trilogue.reports.cite import Cite
from trilogue.reports.header import Header, UnverifiedHeader, parse_header, verify_header
from trilogue.reports.lineage import originators
from trilogue.reports.portion import open_sealed
from trilogue.reports.report import ReportBody
from trilogue.sealing.box import SealingSecret, open_box
from trilogue.sealing.hidden import Hidden

__all__ = ["Opened", "open_grant"]


class Opened(Hidden, msgspec.Struct, frozen=True, kw_only=True):
    """One portion that a grant opened. `key` and `header_bytes` are to be kept wrapped only."""

    report: Cite
    grant: Cite
    portion: str
    header: Header
    header_bytes: bytes
    key: bytes

    def receipt(self) -> ReceiptItem:
        """Step 10: what the receipt says of it."""
        return ReceiptItem(
            report=self.report,
            grant=self.grant,
            portion=self.portion,
            commitment=self.header.commitment,
        )


def open_grant(
    heard: Heard,
    view: View,
    *,
    boxes: Mapping[str, bytes],
    ciphertexts: Mapping[str, bytes],
    secrets: Sequence[SealingSecret],
    release_keys: KeyMaterial,
    at: str,
) -> tuple[Opened, ...]:
    """Do steps 7 to 9 for a grant that passed steps 0 to 6; `boxes` and `ciphertexts` by digest.

    `secrets` are my sealing secrets, newest first (a box may have been sealed before a rotation).
    Raises `GrantError`, `RuleError` or `OpeningError`. The caller still owes step 10.
    """
    statement = heard.statement
    originator = statement.speaker
    grant = statement.says(GrantBody)

    # (7) By the originator, for me, alive at this moment, approved as it claims.
    for item in grant.items:
        if item.report.speaker != originator:
            raise GrantError(f"{originator} grants a report of {item.report.speaker}")
    if not grant.items or any(not item.portions for item in grant.items):
        raise GrantError("a grant of nothing")
    wanted = [(item.report, portion) for item in grant.items for portion in item.portions]
    if len(set(wanted)) != len(wanted):
        raise GrantError("a portion is granted twice in one grant")
    most = view.arrangement.text.limits.reports_per_grant
    if len(grant.items) > most:
        raise GrantError(f"{len(grant.items)} reports in one grant; at most {most}")
    try:
        check_alive(grant.extent, view.me, at)
    except ConsentError as error:
        early = at < grant.extent.not_before
        raise GrantError(error.message, hint=error.hint, again=early) from error
    if view.ended(heard.cite, view.me):
        raise GrantError(f"grant {heard.cite.short} was withdrawn before it arrived")
    officers = check_approvals(grant.approvals, extent_digest(grant), release_keys)
    if any(approval.passkey is not None for approval in grant.approvals):
        _check_signed_once(heard.cite, grant, view)
    rule: StandingRule | None = None
    if grant.under is not None:
        rule, officers = _standing(grant.under, statement, view, release_keys)
        if grant.extent != extent_under(rule, grant.extent.not_before):
            raise GrantError("the extent is not what the standing consent gives")

    # (9, first half) The box opens and the headers are those that the reports list: the decision
    # needs what they say.
    bundle = _open_box(grant, boxes, secrets, view, originator, statement.arrangement)
    if len(bundle) != len(wanted):
        raise OpeningError(f"the box holds {len(bundle)} keys for {len(wanted)} portions")
    opened = []
    for (report, portion), opener in zip(wanted, bundle, strict=True):
        _check_listed(report, portion, view)
        header = verify_header(_parse_sealed_header(opener.header), base64.decode(portion, 32))
        opened.append(
            Opened(
                report=report,
                grant=heard.cite,
                portion=portion,
                header=header,
                header_bytes=opener.header,
                key=opener.key,
            )
        )

    # (8) The rules permit each portion, under the standing consent too if one is claimed.
    permitted: Facts | None = None
    for portion_opened in opened:
        header = portion_opened.header
        if header.marking.originators != originators(originator, header.derived_from):
            raise RuleError(f"portion {portion_opened.portion} is marked as somebody else's")
        if rule is not None and not fits(rule, header, statement.issued):
            raise GrantError(f"portion {portion_opened.portion} does not fit the standing consent")
        facts = facts_of(
            header,
            view.arrangement,
            actor=view.me,
            originator=originator,
            audience=grant.extent.audience,
            purposes=grant.extent.purposes,
            officers=len(officers),
            derivation_permitted=derivation_permitted(
                header, originator, view.me, grant.extent.purposes, view, at
            ),
        )
        if facts is permitted:
            continue  # nothing that a rule looks at differs from the portion before
        # What the originator decided is decided once more, since its node may not have: the rules
        # are the same everywhere, and the officers have signed.
        released = Action.RELEASE_DERIVED if header.derived_from else Action.GRANT
        for action, actor in ((released, originator), (Action.ACCEPT, view.me)):
            decision = view.rules.decide(action, msgspec.structs.replace(facts, actor=actor))
            if not decision.permit:
                raise RuleError(f"{', '.join(decision.rules)}: {'; '.join(decision.reasons)}")
        permitted = facts

    # (9, second half) The content opens and is what the header committed to.
    for portion_opened in opened:
        ciphertext = ciphertexts.get(portion_opened.header.ciphertext)
        if ciphertext is None:
            raise OpeningError(
                f"the ciphertext of portion {portion_opened.portion} is missing", again=True
            )
        open_sealed(portion_opened.header, portion_opened.key, ciphertext)
    return tuple(opened)


def _standing(
    under: Cite, granted: Statement, view: View, release_keys: KeyMaterial
) -> tuple[StandingRule, tuple[str, ...]]:
    statement = view.statement(under)
    if statement is None:
        raise GrantError(f"the standing consent {under.short} is missing", again=True)
    if under.speaker != granted.speaker or statement.kind != "standing":
        raise GrantError(f"no standing consent of {granted.speaker} at {under.short}")
    # What was granted before the standing consent ended stands until it is withdrawn itself.
    ended = view.ended_by(under, view.me)
    if ended is not None and ended < granted.index:
        raise GrantError(f"the standing consent {under.short} was withdrawn")
    body = statement.says(StandingBody)
    digest = commit(Domain.EXTENT, canonical.encode(body.rule))
    return body.rule, check_approvals(body.approvals, digest, release_keys, standing=True)


def _check_signed_once(cite: Cite, grant: GrantBody, view: View) -> None:
    """Raise `GrantError` when what an officer signed by hand was granted before.

    A node makes a note as often as it likes. A hand that signed once consented once, and not again
    after the grant was withdrawn.
    """
    digest = extent_digest(grant)
    for other, body in view.grants_of(grant.items[0].report):
        if other != cite and same(extent_digest(body), digest):
            raise GrantError(f"what {other.short} granted was signed once, and is granted again")


def _open_box(
    grant: GrantBody,
    boxes: Mapping[str, bytes],
    secrets: Sequence[SealingSecret],
    view: View,
    originator: str,
    arrangement: str,
) -> Bundle:
    named = [box.digest for box in grant.boxes if box.participant == view.me]
    box = boxes.get(named[0]) if len(named) == 1 else None
    if box is None:
        raise OpeningError(f"the box for {view.me} is missing", again=True)
    info = box_info(arrangement, originator, view.me, extent_digest(grant))
    for position, secret in enumerate(secrets):
        try:
            plaintext = open_box(box, secret, info)
        except OpeningError:
            if position == len(secrets) - 1:
                raise
            continue
        try:
            return canonical.decode(plaintext, Bundle)
        except FormatError:
            raise OpeningError("the box holds no bundle") from None  # nothing of it is quoted
    raise OpeningError("there is no sealing key to open the box with")


def _parse_sealed_header(data: bytes) -> UnverifiedHeader:
    """Read a header that came sealed; what is wrong with it is told without quoting it."""
    try:
        return parse_header(data)
    except FormatError:
        raise FormatError("the header of a portion has another shape or spelling") from None


def _check_listed(report: Cite, portion: str, view: View) -> None:
    statement = view.statement(report)
    if statement is None or statement.kind != "report":
        raise OpeningError(f"report {report.short} is missing", again=True)
    if portion not in statement.says(ReportBody).portions:
        raise OpeningError(f"report {report.short} lists no portion {portion}")
