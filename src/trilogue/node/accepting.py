"""Accepting: what each kind of statement, once proven to stand in its log, means for this node.

One method a kind. Each checks what only this kind can break (who may say it, about what), and
notes in `Incoming` what is to be said in answer. Nothing is answered before the whole delivery is
taken in, so that one receipt and one relay cover all of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from trilogue.consent.acts import (
    GrantBody,
    RefusalBody,
    RequestBody,
    StandingBody,
    WithdrawalBody,
)
from trilogue.encoding import canonical
from trilogue.encoding.digest import Domain, commit
from trilogue.errors import (
    GrantError,
    InputError,
    OpeningError,
    PassageError,
    RuleError,
)
from trilogue.node.books import Books
from trilogue.node.evidence import Evidence
from trilogue.node.holdings import Holdings
from trilogue.node.keystore import WorkingKeys
from trilogue.node.tracing import span
from trilogue.protocol.bodies import (
    DestructionBody,
    KeysBody,
    ReceiptBody,
    ReceiptItem,
    ReclassificationBody,
    RelayBody,
)
from trilogue.protocol.granting import check_approvals, refusal_digest
from trilogue.protocol.keys import verify_material
from trilogue.protocol.opening import Opened, open_grant
from trilogue.protocol.passage import Relays
from trilogue.protocol.relaying import check_marks, decide_relay
from trilogue.protocol.stands import step
from trilogue.protocol.voice import Heard
from trilogue.reports.cite import Cite
from trilogue.store.database import Database

__all__ = ["Accepting", "Incoming", "Passing"]


class Passing(NamedTuple):
    """What the hub passes on together: a statement, what it needs beside it, what it opened."""

    cites: tuple[Cite, ...]
    opened: tuple[Opened, ...] = ()


@dataclass
class Incoming:
    """One delivery while it is taken in: what came beside it, and what is to be answered."""

    at: str
    partial: bool
    """Whether a voice of the delivery has to come again before it can be heard."""
    granted: Collection[Cite]
    relays: Relays
    marks: Mapping[str, str]
    boxes: Mapping[str, bytes]
    ciphertexts: Mapping[str, bytes]
    receipts: list[ReceiptItem] = field(default_factory=list)
    destructions: list[DestructionBody] = field(default_factory=list)
    refusals: list[RefusalBody] = field(default_factory=list)
    onward: dict[str, list[Passing]] = field(default_factory=lambda: defaultdict(list))
    opened: dict[Cite, tuple[Opened, ...]] = field(default_factory=dict)
    officers: dict[Cite, int] = field(default_factory=dict)

    def refuse(
        self, act: Literal["relay", "accept"], cite: Cite, rules: tuple[str, ...], reason: str
    ) -> None:
        """Note that something that was said is refused, for its speaker to know."""
        self.refusals.append(
            RefusalBody(act=act, answers=cite, rules=rules, reason=reason, language="en")
        )


class Accepting:
    """The meaning of each kind of statement for one node."""

    def __init__(
        self, db: Database, books: Books, holdings: Holdings, keys: list[WorkingKeys]
    ) -> None:
        self._db = db
        self._books = books
        self._holdings = holdings
        self._evidence = Evidence(books)
        self.keys = keys
        """Working keys, newest first: a box may have been sealed before a rotation."""

    def accept(self, heard: Heard, incoming: Incoming) -> None:
        """Take one statement that passed step 6. Raises a `PeerError` when it may not count."""
        statement = heard.statement
        match statement.kind:
            case "keys":
                root = self._books.arrangement.root(statement.speaker)
                verify_material(statement.says(KeysBody), root, statement.speaker)
            case "adoption" | "suspension" | "resumption" | "withdrawal-from-arrangement":
                self._stand(heard)
            case "standing":
                self._standing(heard, incoming)
            case "grant":
                self._grant(heard, incoming)
            case "refusal":
                self._refusal(heard, incoming)
            case "withdrawal":
                self._withdrawal(heard, incoming)
            case "relay":
                self._relay_heard(heard)
            case "receipt":
                self._receipt(heard)
            case "destruction":
                self._destruction(heard)
            case "reclassification":
                body = statement.says(ReclassificationBody)
                _own_only(statement.speaker, body.report, "reclassify a report")
            case "request":
                request = statement.says(RequestBody)
                if bool(request.portions) == (request.description is not None):
                    raise PassageError("a request names portions or describes them, one of both")
            case _:
                pass

    def relay(self, heard: Heard, recipient: str, incoming: Incoming) -> None:
        """At the hub: note that an accepted statement is to go on to the recipient."""
        if heard.statement.kind != "grant":
            incoming.onward[recipient].append(Passing((heard.cite,)))
            return
        grant = heard.statement.says(GrantBody)
        opened = incoming.opened.get(heard.cite)
        if opened is None:
            # Withdrawn or expired for the hub, or never for it: it can neither decide nor mark.
            incoming.refuse("relay", heard.cite, (), f"{self._books.me} holds nothing under it")
            return
        officers = incoming.officers[heard.cite]
        for portion in opened:
            decision = decide_relay(portion, grant, recipient, officers, self._books, incoming.at)
            if not decision.permit:
                incoming.refuse("relay", heard.cite, decision.rules, "; ".join(decision.reasons))
                return
        # What was withdrawn for the recipient goes on without its keys, to be certified gone.
        if not self._books.ended(heard.cite, recipient):
            for box in grant.boxes:
                if box.participant == recipient and box.digest in incoming.boxes:
                    self._db.q.add_box(
                        digest=box.digest, participant=recipient, data=incoming.boxes[box.digest]
                    )
        reports = (item.report for item in grant.items)
        evidence = self._evidence.cites((portion.header for portion in opened), recipient)
        incoming.onward[recipient].append(Passing((*reports, *evidence, heard.cite), opened))

    # Each kind.

    def _stand(self, heard: Heard) -> None:
        stand = self._books.stands()[heard.statement.speaker]
        try:
            step(stand, heard.statement, self._books.arrangement.text.notice_days)
        except InputError as error:
            raise PassageError(error.message, hint=error.hint) from error

    def _standing(self, heard: Heard, incoming: Incoming) -> None:
        statement = heard.statement
        body = statement.says(StandingBody)
        keys = self._books.keys_before(statement.speaker, statement.index, incoming.at)
        digest = commit(Domain.EXTENT, canonical.encode(body.rule))
        check_approvals(body.approvals, digest, keys, standing=True)

    def _grant(self, heard: Heard, incoming: Incoming) -> None:
        statement = heard.statement
        grant = statement.says(GrantBody)
        me = self._books.me
        if me not in grant.extent.audience:
            # Evidence for a derived report: it opens nothing here, and is kept as said.
            if me in grant.extent.derive_for:
                return
            raise GrantError(f"the grant is for {', '.join(grant.extent.audience)}, not for {me}")
        if self._books.ended(heard.cite, me):
            # Withdrawn before it arrived: it is never opened. The withdrawal was answered.
            return
        expires = grant.extent.expires
        if expires is not None and incoming.at >= expires:
            # Too late is nobody's fault: it counts as said, and opens nothing.
            incoming.refuse("accept", heard.cite, (), f"the grant ended at {expires}")
            return
        with span("open"):
            opened = open_grant(
                heard,
                self._books,
                boxes=incoming.boxes,
                ciphertexts=incoming.ciphertexts,
                secrets=[keys.sealing for keys in self.keys],
                release_keys=self._books.keys_before(
                    statement.speaker, statement.index, incoming.at
                ),
                at=incoming.at,
            )
        if statement.speaker not in self._books.arrangement.neighbours(me):
            check_marks(opened, incoming.marks, self._books.arrangement)
        self._holdings.keep_opened(
            opened, incoming.ciphertexts, expires=expires, relayed=incoming.marks
        )
        incoming.receipts += (portion.receipt() for portion in opened)
        incoming.opened[heard.cite] = opened
        incoming.officers[heard.cite] = self._officers(grant)

    def _refusal(self, heard: Heard, incoming: Incoming) -> None:
        statement = heard.statement
        body = statement.says(RefusalBody)
        if not body.by_person:
            return
        if not body.approvals:
            raise GrantError("a request is refused in nobody's name")
        keys = self._books.keys_before(statement.speaker, statement.index, incoming.at)
        check_approvals(body.approvals, refusal_digest(body), keys)

    def _withdrawal(self, heard: Heard, incoming: Incoming) -> None:
        statement = heard.statement
        body = statement.says(WithdrawalBody)
        _own_only(statement.speaker, body.grant, "withdraw a grant")
        known = self._books.statement(body.grant)
        if known is not None and known.kind != "grant":
            return
        if known is not None:
            for box in known.says(GrantBody).boxes:
                if box.participant in body.audience:
                    self._db.q.drop_box(digest=box.digest)
            self._holdings.passed_on((body.grant.speaker, body.grant.index))
        if self._books.me not in body.audience:
            return
        # Nothing held, since it was never opened here, is certified as well: it never will be.
        portions = self._holdings.destroy((body.grant.speaker, body.grant.index))
        incoming.destructions.append(
            DestructionBody(grant=body.grant, withdrawal=heard.cite, portions=portions)
        )

    def _relay_heard(self, heard: Heard) -> None:
        body = heard.statement.says(RelayBody)
        if heard.statement.speaker != self._books.arrangement.hub:
            raise PassageError(f"{heard.statement.speaker} is not the hub and relays nothing")
        if body.recipient != self._books.me:
            raise PassageError(f"a relay to {body.recipient}")

    def _receipt(self, heard: Heard) -> None:
        speaker = heard.statement.speaker
        granted: dict[Cite, frozenset[tuple[Cite, str]]] = {}
        for item in heard.statement.says(ReceiptBody).items:
            if item.grant.speaker != self._books.me:
                continue  # passing through the hub; the originator checks it
            if item.grant not in granted:
                granted[item.grant] = self._granted(item.grant, speaker)
            if (item.report, item.portion) not in granted[item.grant]:
                raise GrantError(f"a receipt for what {item.grant.short} did not grant")
            own = self._holdings.own_commitment(item.report, item.portion)
            if own not in (None, item.commitment):
                raise OpeningError(f"{speaker} opened other content than was sealed")

    def _granted(self, cite: Cite, participant: str) -> frozenset[tuple[Cite, str]]:
        """Return the portions, by report, that an own grant lets a participant open."""
        grant = self._books.statement(cite)
        if grant is None or grant.kind != "grant":
            raise GrantError(f"a receipt for grant {cite.short}, which is none")
        body = grant.says(GrantBody)
        if participant not in body.extent.audience:
            return frozenset()
        return frozenset((item.report, one) for item in body.items for one in item.portions)

    def _destruction(self, heard: Heard) -> None:
        body = heard.statement.says(DestructionBody)
        if body.withdrawal is not None and body.withdrawal.speaker != body.grant.speaker:
            raise GrantError("a destruction after somebody else's withdrawal")

    def _officers(self, grant: GrantBody) -> int:
        if grant.under is None:
            return len({approval.officer for approval in grant.approvals})
        standing = self._books.statement(grant.under)
        if standing is None:
            raise RuleError(f"no standing consent at {grant.under.short}")
        return len({a.officer for a in standing.says(StandingBody).approvals})


def _own_only(speaker: str, cite: Cite, what: str) -> None:
    if cite.speaker != speaker:
        raise PassageError(f"{speaker} cannot {what} of {cite.speaker}")
