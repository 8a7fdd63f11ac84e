"""Reading one public log: from files that anybody may serve to a log that is its participant's.

 1. the checkpoint and the open statements are read
 2. the root vouches for the key statements
 3. the newest of those keys signed the checkpoint, both of them, while they were valid
 4. every entry is read, and hashes into the checkpoint; every tile agrees
 5. the open statements are entries of the log, and every entry of an open kind has one
 6. the checkpoint agrees with every other that was ever seen of this log

What is not signed is not read: a size that nobody vouches for could be any number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from trilogue.arrangement.arrangement import Arrangement
from trilogue.encoding import base64, instant
from trilogue.encoding.digest import same
from trilogue.errors import FormatError, NotFoundError, PeerError, SignatureError
from trilogue.protocol.audit.hours import begins
from trilogue.protocol.audit.report import Claim, Findings
from trilogue.protocol.bodies import KeyMaterial, KeysBody
from trilogue.protocol.keys import key_in_force, verify_material
from trilogue.protocol.publiclog import CHECKPOINT, OPEN, PublicLog, bundles, parse_open
from trilogue.protocol.statement import OPEN_KINDS, Leaf, Statement, leaf_of, parse_leaf
from trilogue.reports.cite import Cite
from trilogue.signing.keys import PublicKey
from trilogue.tlog.checkpoint import UnverifiedCheckpoint, parse_checkpoint, verify_checkpoint
from trilogue.tlog.tiles import tile_bytes, tiles_for
from trilogue.tlog.tree import MemoryHashes, leaf_hash, root

__all__ = ["Entry", "ReadLog", "read_log"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf where it stands. `hash` is its leaf hash in base64, as cites carry it."""

    speaker: str
    index: int
    leaf: Leaf
    hash: str

    @property
    def where(self) -> str:
        """The place as people write it."""
        return f"{self.speaker} {self.index}"

    @property
    def kind(self) -> str:
        """The kind of the statement."""
        return self.leaf.kind

    @property
    def cite(self) -> Cite:
        """The cite that leads to it."""
        return Cite(self.speaker, self.index, self.hash)


@dataclass
class ReadLog:
    """One log as far as it could be read, with the claims about it."""

    participant: str
    checkpoint: UnverifiedCheckpoint
    signed: str | None = None
    """When its participant signed the checkpoint; None when nobody did."""
    materials: list[tuple[int, KeyMaterial]] = field(default_factory=list)
    entries: list[Entry | None] = field(default_factory=list)
    """None stands for an entry that does not read."""
    statements: dict[int, Statement] = field(default_factory=dict)
    """Open statements that stand in the log."""
    claims: list[Claim] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The number of leaves that the checkpoint claims."""
        return self.checkpoint.size

    @property
    def proven(self) -> bool:
        """Whether this is the participant's log, whole and one."""
        return all(claim.holds for claim in self.claims)


def read_log(
    participant: str, public: PublicLog, arrangement: Arrangement, at: str, earlier: bytes | None
) -> ReadLog:
    """Read one log and judge it by itself; `earlier` is its checkpoint in a previous audit.

    Raises `FormatError` when there is no checkpoint of this participant's log to begin with.
    """
    # (1) Is it a checkpoint of this log at all?
    checkpoint = parse_checkpoint(public.fetch(CHECKPOINT))
    origin = arrangement.participant(participant).log
    if checkpoint.origin != origin:
        raise FormatError(f"a checkpoint of {checkpoint.origin!r}; {participant}'s log is {origin}")
    reading = _Reading(ReadLog(participant, checkpoint), public, arrangement, at)
    reading.read_open()
    reading.verify_keys()  # (2)
    reading.verify_checkpoint()  # (3)
    reading.read_entries()  # (4)
    reading.match_open()  # (5)
    reading.compare(earlier)  # (6)
    return reading.log


class _Reading:
    """The steps of `read_log`, which share what they found."""

    def __init__(self, log: ReadLog, public: PublicLog, arrangement: Arrangement, at: str) -> None:
        self.log = log
        self._public = public
        self._arrangement = arrangement
        self._at = at
        self._hashes = MemoryHashes()
        self._raw: dict[int, tuple[Statement, bytes]] = {}
        self._open = Findings()

    def read_open(self) -> None:
        """Step 1: the open statements, of which nothing is believed yet."""
        try:
            for one in parse_open(self._public.fetch(OPEN)):
                # A participant writes this file before its checkpoint, so it may be ahead of it.
                if one.index < self.log.size:
                    self._raw[one.index] = (one.statement, one.raw)
        except (FormatError, NotFoundError) as error:
            self._open.refute(f"{self.log.participant} {OPEN}", error.message)

    def verify_keys(self) -> None:
        """Step 2."""
        who, found = self.log.participant, Findings()
        for index, (statement, _) in self._raw.items():
            if statement.kind != "keys":
                continue
            try:
                body = statement.says(KeysBody)
                material = verify_material(body, self._arrangement.root(who), who)
            except PeerError as error:
                found.refute(f"{who} {index}", error.message)
            else:
                self.log.materials.append((index, material))
        if not self.log.materials:
            found.refute(who, "there is no key statement for which the root vouches")
        self._judge("keys", f"{who}'s root vouches for every key in its log.", found)

    def verify_checkpoint(self) -> None:
        """Step 3. The time of signing is in the signature, so it is known only after it."""
        who, found = self.log.participant, Findings()
        try:
            self.log.signed = self._signed(self.log.checkpoint)
        except PeerError as error:
            found.refute(f"{who} {CHECKPOINT}", error.message)
        self._judge(
            "checkpoint", f"{who} signed its checkpoint with both keys that were in force.", found
        )

    def _signed(self, checkpoint: UnverifiedCheckpoint) -> str:
        """Return when the participant signed a checkpoint; raise `PeerError` if it did not."""
        who, size = self.log.participant, checkpoint.size
        standing = [(m.sequence, m) for index, m in self.log.materials if index < size]
        if not standing:
            raise SignatureError(f"no key of {who} stands in a log of {size} entries", step=1)
        newest = max(standing, key=lambda one: one[0])[1]
        signed = verify_checkpoint(checkpoint, PublicKey.parse(newest.checkpoint))
        try:
            moment = instant.from_datetime(datetime.fromtimestamp(signed.timestamp, UTC))
        except (ValueError, OverflowError, OSError) as error:
            raise FormatError(f"signed at no time: {signed.timestamp}") from error
        key_in_force(self.log.materials, who, size, moment)
        if moment > instant.plus(self._at, self._arrangement.text.deadlines.clock_skew_seconds):
            raise SignatureError(f"signed at {moment}, which has not come yet at {self._at}")
        return moment

    def read_entries(self) -> None:
        """Step 4."""
        who, tree, leaves = self.log.participant, Findings(), Findings()
        if self.log.signed is not None:
            self._read_bundles(tree, leaves)
            if self._hashes.size == self.log.size:
                self._compare_tiles(tree)
        text = f"Every entry of {who}'s log hashes into its checkpoint, and every tile agrees."
        self._judge("tree", text, tree)
        self._judge("leaves", f"Every leaf of {who}'s log reads strictly.", leaves)

    def _read_bundles(self, tree: Findings, leaves: Findings) -> None:
        who = self.log.participant
        for bundle in bundles(self.log.size):
            try:
                entries = self._public.entries(bundle)
            except (FormatError, NotFoundError) as error:
                tree.refute(f"{who} {bundle.path()}", error.message)
                return
            hashes = [leaf_hash(entry) for entry in entries]
            for index, (entry, hashed) in enumerate(
                zip(entries, hashes, strict=True), start=self._hashes.size
            ):
                try:
                    leaf = _read_leaf(entry)
                except FormatError as error:
                    leaves.refute(f"{who} {index}", error.message)
                    self.log.entries.append(None)
                else:
                    self.log.entries.append(Entry(who, index, leaf, base64.encode(hashed)))
            self._hashes.append(hashes)

    def _compare_tiles(self, tree: Findings) -> None:
        who = self.log.participant
        if not same(self._hashes.root(), self.log.checkpoint.root):
            tree.refute(
                f"{who} {CHECKPOINT}",
                f"the {self.log.size} entries have another root than was signed",
            )
        for tile in tiles_for(self.log.size):
            if tile.level < 0:
                continue
            try:
                shown = self._public.tile(tile)
            except NotFoundError as error:
                tree.refute(f"{who} {tile.path()}", error.message)
                continue
            computed = tile_bytes(tile, self._hashes)
            if shown[: len(computed)] != computed:
                tree.refute(f"{who} {tile.path()}", "its hashes are not those of the entries")

    def match_open(self) -> None:
        """Step 5: kind, address, cites, hour and commitment of the leaf are the statement's."""
        who, found = self.log.participant, self._open
        for index, (statement, raw) in self._raw.items():
            entry = self.log.entries[index] if index < len(self.log.entries) else None
            if entry is None:
                continue
            leaf = base64.encode(leaf_hash(leaf_of(statement, raw)))
            if statement.speaker != who or leaf != entry.hash:
                found.refute(entry.where, f"the log holds another {entry.kind} than is shown open")
            elif entry.kind not in OPEN_KINDS:
                found.refute(entry.where, f"a {entry.kind} is shown open, which is nobody's to see")
            else:
                self.log.statements[index] = statement
        for entry in self.log.entries:
            if entry is not None and entry.kind in OPEN_KINDS and entry.index not in self._raw:
                found.refute(entry.where, f"its {entry.kind} is held back")
        self._judge("open", f"{who}'s open statements stand in its log, and all are shown.", found)

    def compare(self, earlier: bytes | None) -> None:
        """Step 6."""
        found = Findings()
        if earlier is not None:
            self._compare_with(parse_checkpoint(earlier), "a previous audit", found)
        for other in self._public.others:
            try:
                checkpoint = parse_checkpoint(other)
                self._signed(checkpoint)
            except PeerError as error:
                text = f"another source shows a checkpoint that is not its: {error.message}"
                found.refute(self.log.participant, text)
            else:
                self._compare_with(checkpoint, "another source", found)
        text = f"{self.log.participant} shows one log: the same to all, before and now."
        self._judge("one-log", text, found)

    def _compare_with(self, seen: UnverifiedCheckpoint, source: str, found: Findings) -> None:
        who, size = self.log.participant, self.log.size
        if seen.size > size:
            found.refute(who, f"{source} saw {seen.size} entries, and now there are {size}")
        elif seen.size == size:
            if not same(seen.root, self.log.checkpoint.root):
                found.refute(who, f"the log forked: {source} saw other {size} entries than these")
        elif self._hashes.size == size and not same(root(seen.size, self._hashes), seen.root):
            found.refute(
                who, f"the log forked: {source} saw other {seen.size} first entries than these"
            )

    def _judge(self, name: str, text: str, found: Findings) -> None:
        # What the checkpoint does not sign for proves nothing about the log.
        unsigned = self.log.signed is None and name not in ("keys", "checkpoint")
        rests_on = (self.log.participant,) if unsigned else ()
        self.log.claims.append(found.claim(f"{self.log.participant}/{name}", text, rests_on))


def _read_leaf(data: bytes) -> Leaf:
    """Read a leaf as strictly as its speaker must have written it; raise `FormatError`."""
    leaf = parse_leaf(data)
    begins(leaf.hour)
    for names in (leaf.to, leaf.for_):
        if tuple(sorted(set(names))) != names:
            raise FormatError(f"an audience is not sorted or repeats a name: {names}")
    if len(set(leaf.cites)) != len(leaf.cites):
        raise FormatError("a leaf cites one statement twice")
    return leaf
