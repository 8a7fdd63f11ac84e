"""What must hold after every step, whoever lies and whatever breaks on the way.

An overseer looks at all three nodes at once: at what stands on their disks, at the keys they
have, and at each speaker's own log as the truth about what it said. It believes no projection and
asks no engine whether something is allowed: it recomputes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.support.trio import PARTICIPANTS, TEMPLATE, Trio

from trilogue.consent.acts import Extent, GrantBody, WithdrawalBody
from trilogue.consent.extent import extent_digest
from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit
from trilogue.errors import ConsentError, OpeningError, RefusedError
from trilogue.marking import equivalent_mark
from trilogue.node.holdings import OWN
from trilogue.node.vault import SLOT
from trilogue.protocol.bodies import DestructionBody, RelayBody
from trilogue.protocol.granting import Bundle, BundleItem, box_info
from trilogue.protocol.statement import Statement, leaf_of, parse_statement
from trilogue.reports.cite import Cite
from trilogue.reports.header import Header
from trilogue.reports.payloads.registry import PAYLOADS
from trilogue.reports.report import ReportBody
from trilogue.sealing.box import SealingSecret, open_box
from trilogue.sealing.portion import open_portion
from trilogue.sealing.wrap import unwrap
from trilogue.tlog.tree import leaf_hash, root, verify_inclusion

Place = tuple[str, int]


@dataclass(frozen=True)
class Key:
    """A portion that somebody could open from what is on its disk, and under which grant."""

    portion: str
    grant: Place
    header: Header
    key: bytes


@dataclass
class Known:
    """What a node counts, by place; read from its store once and kept up."""

    position: int = 0
    said: dict[Place, Statement] = field(default_factory=dict)
    relayed: set[Place] = field(default_factory=set)


@dataclass
class Overseer:
    """Checks a trio. `liars` are those who may be accused; `acknowledged` must never be lost."""

    trio: Trio
    liars: set[str] = field(default_factory=set)
    acknowledged: set[tuple[str, str, int]] = field(default_factory=set)
    boxes: dict[str, dict[str, bytes]] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    latest: dict[str, str] = field(default_factory=dict)
    _roots: dict[Place, bytes] = field(default_factory=dict)
    _secrets: dict[tuple[str, int], SealingSecret] = field(default_factory=dict)

    def check(self) -> None:
        """Check everything; raise `AssertionError`, which names what does not hold."""
        for who in PARTICIPANTS:
            self._read(who)
        for who in PARTICIPANTS:
            self.check_logs(who)
            self.check_paths(who)
            self.check_kept(who)
            keys = list(self.keys_of(who))
            self.check_keys(who, keys)
            self.check_destroyed(who, keys)
            self.check_readable(who)
            self.check_marks(who)
        self.check_accusations()

    def recheck(self) -> None:
        """Check everything from the beginning, as one who comes late."""
        self.known.clear()
        self._roots.clear()
        self.check()

    # Statements and logs.

    def _read(self, who: str) -> None:
        """Read what newly counts at a node; each must stand in its speaker's log as it is."""
        engine, known = self.trio[who], self.known.setdefault(who, Known())
        for row in engine.db.q.statements_after(after=known.position, most=100_000):
            statement = parse_statement(row["raw"])
            place = (statement.speaker, statement.index)
            leaf = leaf_of(statement, row["raw"])
            assert place == (row["speaker"], row["idx"]), f"{who}: {place} is filed elsewhere"
            assert place not in known.said, f"{who}: {place} counts twice"
            assert leaf_hash(leaf) == row["leaf_hash"], f"{who}: {place} has another leaf"
            if statement.speaker != who:
                own = self.trio[statement.speaker].db.q.statement_at(
                    speaker=statement.speaker, idx=statement.index
                )
                assert own is not None, f"{who}: {place} was never said"
                assert own["raw"] == row["raw"], f"{who}: {place} was said otherwise"
                seen = engine.db.q.seen_at(speaker=statement.speaker, size=row["size"])
                proof = [row["proof"][i : i + 32] for i in range(0, len(row["proof"]), 32)]
                verify_inclusion(
                    row["leaf_hash"], statement.index, row["size"], proof, seen["root"]
                )
            known.said[place] = statement
            known.position = row["position"]
            if statement.kind == "relay" and statement.speaker == TEMPLATE.hub:
                body = statement.says(RelayBody)
                if body.recipient == who:
                    known.relayed |= {_place(item.statement) for item in body.items}

    def check_logs(self, who: str) -> None:
        """The own log is whole, and every view of another's log is a prefix of it."""
        engine = self.trio[who]
        size = engine.db.q.size_of(speaker=who)
        checkpoint = engine.db.q.last_checkpoint()
        assert checkpoint["size"] == size, f"{who}: its checkpoint does not cover its log"
        assert checkpoint["root"] == self._root(who, size), f"{who}: another root"
        for speaker in PARTICIPANTS:
            for row in engine.db.q.seen_after(speaker=speaker, size=0, last=2**53):
                assert row["root"] == self._root(speaker, row["size"]), (
                    f"{who}: {speaker}'s log of {row['size']} is no prefix of what it said"
                )

    def _root(self, who: str, size: int) -> bytes:
        if (who, size) not in self._roots:
            self._roots[who, size] = root(size, self.trio[who].sequencer.hashes)
        return self._roots[who, size]

    # Paths.

    def check_paths(self, who: str) -> None:
        """Everything came over a leg with a pact, by the hub's relay, and is its business."""
        neighbours = TEMPLATE.neighbours(who)
        for row in self.trio[who].db.q.count_waiting():
            assert row["peer"] in neighbours, f"{who} would send to {row['peer']}"
        known = self.known[who]
        granted = {
            _place(item.report)
            for speaker in PARTICIPANTS
            for statement in self.known[speaker].said.values()
            if statement.kind == "grant" and statement.speaker == speaker and who in statement.for_
            for item in statement.says(GrantBody).items
        }
        for place, statement in known.said.items():
            if statement.speaker == who:
                assert set(statement.to) <= set(neighbours), f"{who}: {place} has no pact"
                continue
            first_keys = place[1] == 0  # on the card, before there was a channel
            if statement.speaker not in neighbours and not first_keys:
                assert place in known.relayed, f"{who}: {place} came without the hub's relay"
            if statement.kind == "report":
                assert place in granted, f"{who}: {place} is a report that nobody granted to it"
            elif not first_keys:
                evidence = who in statement.body.get("extent", {}).get("derive_for", ())
                assert evidence or who in {*statement.to, *statement.for_}, (
                    f"{who}: {place} is none of its business"
                )

    def check_kept(self, who: str) -> None:
        """What was acknowledged counts, restarts or not."""
        for at, speaker, index in self.acknowledged:
            if at == who:
                assert (speaker, index) in self.known[who].said, (
                    f"{who}: {speaker} {index} was acknowledged and is lost"
                )

    # Content.

    def keys_of(self, who: str) -> Iterator[Key]:
        """Try every key on a disk on everything that stands there; yield what opens."""
        engine = self.trio[who]
        vault = (engine.directory / "vault.bin").read_bytes()
        slots = [vault[i : i + SLOT] for i in range(0, len(vault), SLOT)]
        slots = [slot for slot in slots if any(slot)]
        for row in engine.db.q.all_holdings():
            grant = (row["grant_speaker"], row["grant_idx"])
            context = commit(Domain.HEADER, canonical.encode([row["portion"], *grant]))
            for slot in slots if row["wrapped"] else []:
                try:
                    opened = unwrap(slot, row["wrapped"], context)
                except OpeningError:
                    continue
                yield _key(canonical.decode(opened, BundleItem), grant)
        yield from self._keys_in_boxes(who)

    def _keys_in_boxes(self, who: str) -> Iterator[Key]:
        """Try every box that a node ever stored."""
        stored = self.boxes.setdefault(who, {})
        rows = self.trio[who].db._connection.execute("SELECT digest, data FROM box")
        stored.update((row["digest"], row["data"]) for row in rows)
        for place, statement in self.known[who].said.items():
            if statement.kind != "grant":
                continue
            grant = statement.says(GrantBody)
            for box in grant.boxes:
                if box.digest in stored:
                    for item in self._open(who, stored[box.digest], statement, grant):
                        yield _key(item, place)

    def _open(self, who: str, box: bytes, statement: Statement, grant: GrantBody) -> Bundle:
        info = box_info(statement.arrangement, statement.speaker, who, extent_digest(grant))
        for secret in self._sealing(who):
            try:
                return canonical.decode(open_box(box, secret, info), Bundle)
            except OpeningError:
                continue
        return ()

    def _sealing(self, who: str) -> Iterator[SealingSecret]:
        keystore = self.trio[who].keystore
        for sequence in keystore.sequences():
            if (who, sequence) not in self._secrets:
                self._secrets[who, sequence] = keystore.working(sequence).sealing
            yield self._secrets[who, sequence]

    def check_keys(self, who: str, keys: list[Key]) -> None:
        """Nobody could open a portion without a grant by its originator, begun and not ended."""
        at = self.trio[who].now()
        # A clock that was set back makes nothing early that has begun.
        latest = self.latest[who] = max(at, self.latest.get(who, at))
        lapsed = {(cite.speaker, cite.index) for cite in self.trio[who].reading.lapsed(at)}
        for key in keys:
            if key.grant == OWN:
                assert self._owner(key.portion) == who, f"{who}: holds {key.portion} as its own"
                continue
            extent = self._granted(key, who)
            assert extent is not None, f"{who}: could open {key.portion} without a grant"
            assert extent.not_before <= latest, f"{who}: could open {key.portion} too early"
            assert not self._ended(who, key.grant), f"{who}: could open a withdrawn {key.portion}"
            if extent.expires is not None and at >= extent.expires:
                assert key.grant in lapsed, f"{who}: could open {key.portion}, hidden and expired"

    def check_destroyed(self, who: str, keys: list[Key]) -> None:
        """What was withdrawn is certified gone, and what is certified gone is gone."""
        said = self.known[who].said
        live = {key.grant for key in keys}
        gone = {
            _place(statement.says(DestructionBody).grant)
            for statement in said.values()
            if statement.kind == "destruction" and statement.speaker == who
        }
        assert not gone & live, f"{who}: certified {gone & live} as destroyed and could open it"
        for statement in said.values():
            if statement.kind != "withdrawal" or statement.speaker == who:
                continue
            body = statement.says(WithdrawalBody)
            cited = said.get(_place(body.grant))
            if who in body.audience and (cited is None or cited.kind == "grant"):
                assert _place(body.grant) in gone, f"{who}: {body.grant.short} is not gone"
        vault = self.trio[who].vault
        for row in self.trio[who].db.q.all_holdings():
            if row["state"] == "destroyed":
                assert vault.key(row["slot"]) is None, f"{who}: slot {row['slot']} keeps its key"

    def check_readable(self, who: str) -> None:
        """The node reads nothing that is not granted for the purpose now, and reads it right."""
        engine = self.trio[who]
        at = engine.now()
        for purpose in ("analysis", "warning"):
            try:
                openings = list(engine.reading.live(purpose, at, PAYLOADS))
            except (ConsentError, RefusedError) as error:
                raise AssertionError(f"{who}: reading stops with {error}") from error
            for opening in openings:
                holding = opening.holding
                author = self.trio[opening.report.speaker]
                (own, *_) = (
                    h for h in author.holdings.of_portion(*holding.report, holding.portion) if h.own
                )
                content = open_portion(own.key, author.holdings.ciphertext(own))
                assert opening.plaintext == content, f"{who}: reads {holding.portion} otherwise"
                if holding.grant == OWN:
                    continue
                key = Key(holding.portion, holding.grant, holding.header, holding.key)
                extent = self._granted(key, who)
                assert extent is not None, f"{who}: reads {key.portion} without a grant"
                assert purpose in extent.purposes, f"{who}: reads {key.portion} for {purpose}"
                assert extent.not_before <= at, f"{who}: reads {key.portion} too early"
                assert extent.expires is None or at < extent.expires, f"{who}: reads it too late"
                assert not self._ended(who, key.grant), f"{who}: reads what was withdrawn"

    def check_marks(self, who: str) -> None:
        """The hub's equivalents are what the arrangement's table says."""
        engine, scale = self.trio[who], self.trio.arrangement.scale
        for holding in engine.holdings.all():
            expected = equivalent_mark(holding.header.marking, scale, TEMPLATE.hub, "en")
            assert holding.relayed in (None, expected), (
                f"{who}: {holding.portion} is marked {holding.relayed}"
            )

    def _granted(self, key: Key, who: str) -> Extent | None:
        """Return the extent under which the originator granted a portion, from its own log."""
        speaker, index = key.grant
        row = self.trio[speaker].db.q.statement_at(speaker=speaker, idx=index)
        statement = None if row is None else parse_statement(row["raw"])
        if statement is None or statement.kind != "grant" or self._owner(key.portion) != speaker:
            return None
        grant = statement.says(GrantBody)
        named = {portion for item in grant.items for portion in item.portions}
        return grant.extent if key.portion in named and who in grant.extent.audience else None

    def _owner(self, portion: str) -> str | None:
        """Return whose log lists a portion."""
        for who in PARTICIPANTS:
            for statement in self.known[who].said.values():
                own_report = statement.kind == "report" and statement.speaker == who
                if own_report and portion in statement.says(ReportBody).portions:
                    return who
        return None

    def _ended(self, who: str, grant: Place) -> bool:
        """Whether a node counts a withdrawal of the grant for itself."""
        for statement in self.known[who].said.values():
            if statement.kind == "withdrawal" and statement.speaker == grant[0]:
                body = statement.says(WithdrawalBody)
                if _place(body.grant) == grant and who in body.audience:
                    return True
        return False

    # People.

    def check_accusations(self) -> None:
        """Nobody is accused who did not lie."""
        for who in PARTICIPANTS:
            for statement in self.known[who].said.values():
                body, accused = statement.body, statement.body.get("peer")
                if statement.kind == "incident" and body["nature"] == "protocol":
                    assert accused in self.liars, (
                        f"{statement.speaker} accuses {accused}: {body['text']}"
                    )


def _place(cite: Cite) -> Place:
    return cite.speaker, cite.index


def _key(item: BundleItem, grant: Place) -> Key:
    portion = base64.encode(commit(Domain.HEADER, item.header))
    return Key(portion, grant, canonical.decode(item.header, Header), item.key)
