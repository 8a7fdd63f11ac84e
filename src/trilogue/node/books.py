"""The books: what a node knows and has verified; they answer the protocol from the store.

Small things that every statement asks for (keys, who stands where, the arrangement) are kept in
memory; they follow from statements, so `forget` drops them and they are read anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from trilogue.arrangement.adoption import Stand
from trilogue.arrangement.arrangement import Arrangement
from trilogue.arrangement.force import Force, governing, in_force
from trilogue.arrangement.parse import parse_arrangement
from trilogue.arrangement.rules import Rules
from trilogue.consent.acts import GrantBody, StandingBody, WithdrawalBody
from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import SIZE
from trilogue.errors import NotInForceError
from trilogue.protocol.bodies import KeyMaterial, KeysBody
from trilogue.protocol.keys import key_in_force
from trilogue.protocol.stands import STAND_KINDS, step
from trilogue.protocol.statement import Statement, read_statement
from trilogue.reports.cite import Cite
from trilogue.store.database import Database, Row

__all__ = ["Books", "Kept"]


_AT_ONCE = 1000
AT_HAND = 8 << 20
"""Bytes of statements that are kept in memory: one may be as large as a mebibyte."""


class Kept(NamedTuple):
    """A statement that counts, and what it takes to pass it on."""

    statement: Statement
    cite: Cite
    raw: bytes
    size: int | None
    """Of a heard one: size of the checkpoint to which `proof` leads."""
    proof: tuple[bytes, ...]


class Books:
    """One participant's verified knowledge: `trilogue.protocol.view.View` over its store.

    `template` is the arrangement as it ships, without roots: it says how statements are addressed
    before the arrangement with everybody's roots is here.
    """

    def __init__(self, db: Database, me: str, template: Arrangement) -> None:
        self._db = db
        self._me = me
        self._template = template
        self._parsed: dict[str, Arrangement] = {}
        self._arrangements: dict[str, Arrangement] | None = None
        self._materials: dict[str, list[tuple[int, KeyMaterial]]] | None = None
        self._stands: dict[str, Stand] | None = None
        self._present: Arrangement | None = None
        self._used: dict[tuple[str, int], _Used] = {}
        self._standing: list[tuple[Cite, StandingBody]] | None = None
        self._force: tuple[str, Force] | None = None
        self._kept: OrderedDict[tuple[str, int], Kept] = OrderedDict()
        self._at_hand = 0

    @property
    def me(self) -> str:
        """The participant whose books these are."""
        return self._me

    # The arrangement.

    def versions(self) -> dict[str, Arrangement]:
        """Return every version of the arrangement that the store holds, by digest, oldest first."""
        if self._arrangements is None:
            self._arrangements = {}
            for row in self._db.q.arrangements():
                if row["digest"] not in self._parsed:
                    files = canonical.decode(row["files"], dict[str, str])
                    self._parsed[row["digest"]] = parse_arrangement(
                        {name: base64.decode(data) for name, data in files.items()}
                    )
                self._arrangements[row["digest"]] = self._parsed[row["digest"]]
        return self._arrangements

    def arrangement_or_none(self) -> Arrangement | None:
        """Return the version under which the node works, or None before there is any.

        The version that governs; before all have adopted one, the newest that is here.
        """
        if self._present is None and self.versions():
            stands = self.stands()
            last = max((stand.since for stand in stands.values() if stand.since), default=None)
            digest = None if last is None else governing(stands, last)
            self._present = self.version(digest or "") or self.newest()
        return self._present

    def newest(self) -> Arrangement | None:
        """Return the version that came last, in force or not."""
        return next(reversed(self.versions().values()), None)

    @property
    def arrangement(self) -> Arrangement:
        """The version under which the node works. Raises `NotInForceError` before there is one."""
        found = self.arrangement_or_none()
        if found is None:
            raise NotInForceError(
                "this node has no arrangement yet", hint="`trilogue node join` gives it one"
            )
        return found

    def addressing(self) -> Arrangement:
        """Return what tells neighbours and hub, even before the arrangement is drawn up."""
        return self.arrangement_or_none() or self._template

    @property
    def rules(self) -> Rules:
        """The rules of the arrangement."""
        return self.arrangement.rules

    def version(self, digest: str) -> Arrangement | None:
        """Return a version of the arrangement by digest."""
        return self.versions().get(digest)

    def knows_arrangement(self, digest: str) -> bool:
        """Whether a version of this digest is here."""
        return digest in self.versions()

    def stands(self) -> dict[str, Stand]:
        """Return where each participant stands with the arrangement."""
        if self._stands is None:
            self._stands = dict.fromkeys(self._template.participants, Stand())
            for statement in self._of_kinds(STAND_KINDS):
                self._heed_stand(statement)
        return self._stands

    def force(self, at: str) -> Force:
        """Whether the arrangement is in force at `at`, and why not."""
        if self._force is None or self._force[0] != at:
            # All of one delivery is taken in at one moment.
            self._force = at, in_force(self.stands(), self.addressing(), at)
        return self._force[1]

    # Keys.

    def materials(self, speaker: str) -> Iterable[tuple[int, KeyMaterial]]:
        """Every verified key material of the speaker, with the index of its statement."""
        if self._materials is None:
            self._materials = {}
            for statement in self._of_kinds(("keys",)):
                self._heed_keys(statement)
        return self._materials.get(speaker, ())

    def keys_of(self, speaker: str, at: str) -> KeyMaterial:
        """Return the newest key material of a participant that is valid at `at`."""
        return key_in_force(self.materials(speaker), speaker, 2**53, at)

    def keys_before(self, speaker: str, index: int, at: str) -> KeyMaterial:
        """Return the newest keys that stand before a statement of a participant, valid at `at`.

        What an officer approved holds under the keys of its place in the log: what was said before
        a key was replaced may arrive after.
        """
        return key_in_force(self.materials(speaker), speaker, index, at)

    # Logs.

    def seen(self, speaker: str) -> tuple[int, bytes] | None:
        """Size and root of the largest verified checkpoint of the speaker's log."""
        row = self._db.q.last_seen(speaker=speaker)
        return None if row is None else (row["size"], row["root"])

    def root_at(self, speaker: str, size: int) -> bytes | None:
        """Root of the speaker's log at a size that was verified before."""
        row = self._db.q.seen_at(speaker=speaker, size=size)
        return None if row is None else row["root"]

    def note_verified(self, speaker: str, size: int, note: str) -> bool:
        """Whether the signatures of this very note were verified before."""
        return self._db.q.note_seen(speaker=speaker, size=size, note=note) is not None

    def forked(self) -> list[str]:
        """Say which participants' logs forked, and where."""
        return [
            f"{fork['speaker']}'s log forked at size {fork['size']}" for fork in self._db.q.forks()
        ]

    def statement(self, cite: Cite) -> Statement | None:
        """The statement that counts where the cite leads, or None."""
        kept = self.kept(cite.speaker, cite.index)
        return None if kept is None or kept.cite != cite else kept.statement

    def cite(self, speaker: str, index: int) -> Cite | None:
        """Return the full cite of a statement that counts here."""
        kept = self.kept(speaker, index)
        return None if kept is None else kept.cite

    def kept(self, speaker: str, index: int) -> Kept | None:
        """Return the statement at a place of a log if it counts here, from memory or the store."""
        known = self._kept.get((speaker, index))
        if known is not None:
            return known
        row = self._db.q.statement_at(speaker=speaker, idx=index)
        if row is None:
            return None
        proof: bytes = row["proof"] or b""
        found = Kept(
            read_statement(row["raw"]),
            Cite(speaker, index, base64.encode(row["leaf_hash"])),
            row["raw"],
            row["size"],
            tuple(proof[start : start + SIZE] for start in range(0, len(proof), SIZE)),
        )
        self.keep(found)
        return found

    def known(self, speaker: str, indices: Collection[int]) -> set[int]:
        """Return which places of a log hold a statement that counts here."""
        if not indices:
            return set()
        rows = self._db.q.indices_between(speaker=speaker, first=min(indices), last=max(indices))
        return {row["idx"] for row in rows}.intersection(indices)

    def ended(self, grant: Cite, participant: str) -> bool:
        """Whether the grant was withdrawn for the participant by its speaker."""
        return self.ended_by(grant, participant) is not None

    def grants_of(self, report: Cite) -> Iterator[tuple[Cite, GrantBody]]:
        """Go through the grants of a report by its originator that count here."""
        for row in self._db.q.citing(speaker=report.speaker, idx=report.index):
            if (row["kind"], row["speaker"]) == ("grant", report.speaker):
                kept = self.kept(row["speaker"], row["idx"])
                if kept is not None:
                    yield kept.cite, kept.statement.says(GrantBody)

    def ended_by(self, grant: Cite, participant: str) -> int | None:
        """Return the index of the withdrawal that ended the grant for the participant, or None."""
        found: int | None = self._db.q.ended_for(
            speaker=grant.speaker, idx=grant.index, participant=participant
        )
        return found

    def used(self, standing: Cite, since: str) -> int:
        """Return how many reports this node granted under a standing consent of its own since."""
        place = (standing.speaker, standing.index)
        if place not in self._used:
            rows = []
            for row in self._db.q.grants_under(speaker=standing.speaker, idx=standing.index):
                if row["issued"][:_SECOND] < since[:_SECOND]:
                    break
                rows.append((row["issued"], len(read_statement(row["raw"]).says(GrantBody).items)))
            self._used[place] = used = _Used()
            for issued, count in reversed(rows):
                used.add(issued, count)
        return self._used[place].since(since)

    def standing(self) -> list[tuple[Cite, StandingBody]]:
        """Return this node's own standing consents of which nothing was withdrawn."""
        if self._standing is None:
            self._standing = []
            after = 0
            while rows := list(
                self._db.q.statements_of_kind(kind="standing", after=after, most=_AT_ONCE)
            ):
                for row in rows:
                    self._add_standing(row)
                after = rows[-1]["position"]
        return self._standing

    # Memory.

    def heed(self, statement: Statement) -> None:
        """Take a new statement into what is kept in memory.

        Raises `InputError` when it says something about the arrangement that cannot follow.
        """
        if statement.kind == "keys" and self._materials is not None:
            self._heed_keys(statement)
        elif statement.kind == "grant" and statement.speaker == self._me:
            self._heed_grant(statement)
        elif statement.kind in ("standing", "withdrawal") and statement.speaker == self._me:
            self._heed_consent(statement)
        elif statement.kind in STAND_KINDS:
            self._present = self._force = None
            if self._stands is None:
                self.stands()  # reads the new statement, too, and raises if it cannot follow
            else:
                self._heed_stand(statement)

    def keep(self, kept: Kept) -> None:
        """Keep a statement at hand: what came last is asked for most."""
        self._kept[kept.cite.speaker, kept.cite.index] = kept
        self._at_hand += _bytes(kept)
        while self._at_hand > AT_HAND:
            self._at_hand -= _bytes(self._kept.popitem(last=False)[1])

    def forget(self) -> None:
        """Drop what is kept in memory: it is read from the store when next asked for."""
        self._materials = None
        self._stands = None
        self._present = None
        self._arrangements = None
        self._used = {}
        self._standing = None
        self._force = None
        self._kept = OrderedDict()
        self._at_hand = 0

    def _heed_grant(self, statement: Statement) -> None:
        body = statement.says(GrantBody)
        if body.under is not None:
            place = (body.under.speaker, body.under.index)
            if place in self._used:
                self._used[place].add(statement.issued, len(body.items))

    def _heed_consent(self, statement: Statement) -> None:
        """Read the standing consents anew when there is one more, or one was withdrawn."""
        if statement.kind == "standing":
            self._standing = None
        elif self._standing is not None:
            grant = statement.says(WithdrawalBody).grant
            self._standing = [one for one in self._standing if one[0] != grant]

    def _add_standing(self, row: Row) -> None:
        if row["speaker"] != self._me or self._standing is None:
            return
        cite = Cite(row["speaker"], row["idx"], base64.encode(row["leaf_hash"]))
        body = read_statement(row["raw"]).says(StandingBody)
        if not any(self.ended(cite, participant) for participant in body.rule.audience):
            self._standing.append((cite, body))

    def _heed_keys(self, statement: Statement) -> None:
        assert self._materials is not None
        material = statement.says(KeysBody).material
        self._materials.setdefault(statement.speaker, []).append((statement.index, material))

    def _heed_stand(self, statement: Statement) -> None:
        assert self._stands is not None
        self._stands[statement.speaker] = step(
            self._stands[statement.speaker], statement, self._template.text.notice_days
        )

    def _of_kinds(self, kinds: Iterable[str]) -> list[Statement]:
        rows = []
        for kind in kinds:
            rows += self._db.q.statements_of_kind(kind=kind, after=0, most=1_000_000)
        rows.sort(key=lambda row: row["position"])
        return [read_statement(row["raw"]) for row in rows]


def _bytes(kept: Kept) -> int:
    return len(kept.raw) + SIZE * len(kept.proof)


class _Used:
    """How many reports were granted in the last hour, second by second.

    An hour of grants is no longer to go through than a quiet one. A second counts until its last
    instant is an hour old: a cap is never exceeded.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, int] = {}
        self._sum = 0

    def add(self, issued: str, count: int) -> None:
        """Count reports that were granted now."""
        second = issued[:_SECOND]
        self._seconds[second] = self._seconds.get(second, 0) + count
        self._sum += count

    def since(self, moment: str) -> int:
        """Return how many were granted in the seconds since a moment; forget what was before."""
        first = moment[:_SECOND]
        while self._seconds and (oldest := next(iter(self._seconds))) < first:
            self._sum -= self._seconds.pop(oldest)
        return self._sum


_SECOND = len("2016-09-09T00:30:01")
