"""JP's whole disk is seized, and a dump of the keys in its memory with it.

Whoever has every byte of the directory (database, write-ahead log, free pages, vault, keys) can
open what JP holds by a live grant, and nothing else: not what was never granted to it, and not
what was withdrawn. The search knows the program: it tries every 32 bytes of the vault as a
wrapping key on everything that could be wrapped, and every sealing key on everything long enough
to be a box.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.support.trio import Filed, Trio

from trilogue.consent.acts import GrantBody
from trilogue.consent.extent import extent_digest
from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit
from trilogue.errors import OpeningError
from trilogue.node.vault import SLOT
from trilogue.protocol.granting import Bundle, BundleItem, box_info
from trilogue.protocol.statement import parse_statement
from trilogue.sealing.box import SealingSecret, open_box
from trilogue.sealing.portion import open_portion
from trilogue.sealing.wrap import unwrap

pytestmark = pytest.mark.sqlite

GRANTED, WITHDRAWN, EXPIRED, DENIED, OVERTAKEN, OTHER = (
    f"the {word} words that nobody else knows"
    for word in ("granted", "withdrawn", "expired", "denied", "overtaken", "other")
)
HOLDINGS = "SELECT portion, grant_speaker, grant_idx, wrapped FROM holding"


@dataclass
class Past:
    """What once stood in the store. The write-ahead log or a free page may still hold it."""

    holdings: set[tuple] = field(default_factory=set)
    ciphertexts: set[bytes] = field(default_factory=set)
    boxes: set[bytes] = field(default_factory=set)

    def remember(self, database: Path) -> None:
        """Add what stands there now."""
        connection = sqlite3.connect(database)
        self.holdings |= set(connection.execute(HOLDINGS))
        self.ciphertexts |= {data for (data,) in connection.execute("SELECT data FROM ciphertext")}
        self.boxes |= {data for (data,) in connection.execute("SELECT data FROM box")}
        connection.close()


@dataclass
class Loot:
    """What was seized: every file, and every key that the process had in memory."""

    files: dict[str, bytes]
    sealing: list[SealingSecret]
    database: Path
    past: Past

    def rows(self, sql: str) -> list[tuple]:
        connection = sqlite3.connect(f"file:{self.database}?mode=ro&immutable=1", uri=True)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def contains(self, text: bytes) -> bool:
        return any(text in data for data in self.files.values())

    def contents(self) -> set[bytes]:
        """Return every plaintext that the loot opens."""
        found = set()
        self.past.remember(self.database)
        for item in (*self._wrapped(), *self._boxed()):
            for ciphertext in self.past.ciphertexts:
                try:
                    found.add(open_portion(item.key, ciphertext))
                except OpeningError:
                    continue
        return found

    def _wrapped(self) -> Iterator[BundleItem]:
        """Try every 32 bytes of the vault, at any offset, on every wrapped key, live or not."""
        vault = self.files["vault.bin"]
        windows = {vault[i : i + SLOT] for i in range(max(0, len(vault) - SLOT + 1))}
        for portion, speaker, index, wrapped in self.past.holdings:
            context = commit(Domain.HEADER, canonical.encode([portion, speaker, index]))
            for window in windows if wrapped else ():
                try:
                    yield canonical.decode(unwrap(window, wrapped, context), BundleItem)
                except OpeningError:
                    continue

    def _boxed(self) -> Iterator[BundleItem]:
        """Try every sealing key on every box, and on every blob beside them, for every grant."""
        blobs = self.past.boxes | self.past.ciphertexts
        for (raw,) in self.rows("SELECT raw FROM statement WHERE kind = 'grant'"):
            statement = parse_statement(raw)
            digest = extent_digest(statement.says(GrantBody))
            info = box_info(statement.arrangement, statement.speaker, "JP", digest)
            for blob in blobs:
                for secret in self.sealing:
                    try:
                        yield from canonical.decode(open_box(blob, secret, info), Bundle)
                    except OpeningError:
                        continue


def seize(trio: Trio, who: str, to: Path, past: Past | None = None) -> Loot:
    """Copy a node's directory as it lies there, while the node runs, and dump its keys."""
    shutil.copytree(trio.base / who, to)
    engine = trio[who]
    memory = [keys.sealing for keys in engine.accepting.keys]
    on_disk = [engine.keystore.working(number).sealing for number in engine.keystore.sequences()]
    # The copy's write-ahead log is read in place, as its finder would.
    sqlite3.connect(to / "store.sqlite").execute("PRAGMA wal_checkpoint").connection.close()
    return Loot(
        files={p.name: p.read_bytes() for p in (trio.base / who).rglob("*") if p.is_file()},
        sealing=[*memory, *on_disk],
        database=to / "store.sqlite",
        past=past or Past(),
    )


def content(trio: Trio, what: Filed) -> bytes:
    """Return what a report's first portion says, from its author."""
    author = trio[what.speaker]
    (own, *_) = (
        h for h in author.holdings.of_portion(what.speaker, what.index, what.portions[0]) if h.own
    )
    return author.holdings.open(own)


@pytest.fixture
def seized(trio: Trio, tmp_path_factory: pytest.TempPathFactory) -> tuple[Loot, dict[str, bytes]]:
    """Play every way in which a portion comes to JP, or does not; then take JP's disk."""
    filed = {text: trio.file("KR", text) for text in (GRANTED, WITHDRAWN, EXPIRED, OVERTAKEN)}
    both = trio.file("KR", OTHER, DENIED)
    trio.grant(filed[GRANTED])
    trio.grant(both, (0,))
    withdrawn = trio.grant(filed[WITHDRAWN])
    trio.grant(filed[EXPIRED], lasts_seconds=600)
    trio.settle()
    past = Past()
    past.remember(trio.base / "JP" / "store.sqlite")
    assert len(past.holdings) == len(past.ciphertexts) == 4
    for what in (filed[GRANTED], filed[WITHDRAWN], filed[EXPIRED]):
        trio.read("JP", what)
    trio["JP"].rotate()
    trio.withdraw(withdrawn)
    trio.withdraw(trio.grant(filed[OVERTAKEN]))
    trio.settle()
    trio.clock.advance(601)
    trio.act("JP", lambda engine: engine.sweep())
    assert trio.settle() == []
    loot = seize(trio, "JP", tmp_path_factory.mktemp("loot") / "JP", past)
    secrets = {text: content(trio, what) for text, what in filed.items()}
    return loot, {**secrets, OTHER: content(trio, both)}


@pytest.mark.threat("T09")
def test_what_is_granted_opens_and_nothing_else(seized):
    loot, contents = seized
    assert loot.contents() == {contents[GRANTED], contents[OTHER]}


@pytest.mark.threat("T09")
@pytest.mark.parametrize("text", [GRANTED, WITHDRAWN, EXPIRED, DENIED, OVERTAKEN, OTHER])
def test_no_plaintext_stands_anywhere_on_the_disk(seized, text):
    """Not even of what may be read: content lies under its key, and keys under the vault's."""
    loot, _ = seized
    assert not loot.contains(text.encode())


def test_the_search_finds_what_is_there(trio: Trio, tmp_path_factory: pytest.TempPathFactory):
    """With the box even a withdrawn portion opens, which is why its recipient keeps none."""
    filed = trio.file("KR", WITHDRAWN)
    grant = trio.grant(filed)
    past = Past()
    past.remember(trio.base / "KR" / "store.sqlite")  # the boxes, at who made them
    trio.settle()
    base = tmp_path_factory.mktemp("loot")
    assert seize(trio, "JP", base / "before").contents() == {content(trio, filed)}
    trio.withdraw(grant)
    trio.settle()
    assert seize(trio, "JP", base / "after").contents() == set()
    assert seize(trio, "JP", base / "boxed", past).contents() == {content(trio, filed)}


@pytest.mark.threat("T10")
def test_a_backup_from_before_a_withdrawal_opens_nothing_after_it(trio: Trio, tmp_path: Path):
    """The store's backup holds wrapped keys; what unwraps them was overwritten in the vault."""
    filed = trio.file("KR", WITHDRAWN)
    grant = trio.grant(filed)
    trio.settle()
    backup = tmp_path / "backup.sqlite"
    trio["JP"].db.backup(str(backup))
    trio.withdraw(grant)
    trio.settle()
    past = Past()
    past.remember(backup)
    ((_, _, _, wrapped),) = past.holdings
    assert wrapped
    assert seize(trio, "JP", tmp_path / "loot", past).contents() == set()


@pytest.mark.threat("T09")
def test_the_recipient_never_stores_its_own_box(trio: Trio, monkeypatch: pytest.MonkeyPatch):
    stored: dict[str, set[str]] = {}
    for engine in trio:
        real = engine.db.q.add_box
        seen = stored.setdefault(engine.me, set())

        def add(real=real, seen=seen, **row):
            seen.add(row["participant"])
            real(**row)

        monkeypatch.setattr(engine.db.q, "add_box", add)
    for who in ("KR", "US", "JP"):
        trio.grant(trio.file(who))
    assert trio.settle() == []
    for who, participants in stored.items():
        assert who not in participants
    for engine in trio:
        assert engine.db._connection.execute("SELECT * FROM box").fetchall() == []


@pytest.mark.threat("T22")
def test_a_wrapped_key_opens_in_no_other_place(trio: Trio):
    """A row that was moved is bound to where it stood."""
    filed = trio.file("KR", GRANTED, OTHER)
    trio.grant(filed)
    trio.settle()
    connection = trio["JP"].db._connection
    first, second = connection.execute("SELECT slot, wrapped FROM holding ORDER BY slot")
    connection.execute(
        "UPDATE holding SET wrapped = ? WHERE slot = ?", (second["wrapped"], first["slot"])
    )
    assert {holding.slot for holding in trio["JP"].holdings.all()} == {second["slot"]}
    assert trio["JP"].holdings.unopened() == 1


def test_a_header_says_nothing_before_it_is_opened(seized):
    """JP holds the digests of all portions of a report, and cannot tell which are decoys."""
    loot, _ = seized
    for (raw,) in loot.rows("SELECT raw FROM statement WHERE kind = 'report'"):
        portions = parse_statement(raw).body["portions"]
        assert len(portions) >= 4
        assert all(len(base64.decode(one)) == 32 for one in portions)
