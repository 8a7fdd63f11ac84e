"""A node whose store is in PostgreSQL: founded, backed up, restored; and another node's store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from tests.support import stores
from tests.support.stores import drop, new_url
from tests.support.trio import TEMPLATE, Trio

from trilogue.errors import InputError, UnavailableError
from trilogue.node.archive import back_up, check, restore, vault_of
from trilogue.node.engine import Engine
from trilogue.node.founding import found
from trilogue.node.service import open_engine
from trilogue.node.settings import STORE_VARIABLE, Settings
from trilogue.node.watch import status
from trilogue.store.database import open_database

NOW = "2026-11-23T06:00:00.000Z"


def make(directory: Path, store: str | None, participant: str = "KR") -> Settings:
    return found(
        directory,
        participant=participant,
        of="tisa-2014",
        clock=lambda: NOW,
        officers=("lee-min",),
        store=store,
    )


def open_(directory: Path) -> Engine:
    return open_engine(directory, lambda: NOW)[0]


def bring_back(archive: Path, directory: Path, **given: object) -> int:
    return restore(archive, directory, clock=lambda: NOW, vault=vault_of(archive), **given).size


def is_empty(url: str) -> bool:
    with closing(open_database(url)) as db:
        return not db.q.last_position() and not list(db.q.tokens())


def test_a_node_is_founded_with_its_store_in_a_database(tmp_path: Path):
    settings = make(tmp_path / "kr", new_url(tmp_path))
    assert settings.store_location == f"{new_url(tmp_path)}&schema=kr"
    assert not (tmp_path / "kr" / "store.sqlite").exists()
    with closing(open_(tmp_path / "kr")) as engine:
        assert engine.db.q.size_of(speaker="KR") == 1
        assert [row["name"] for row in engine.db.q.tokens()] == ["administrator", "lee-min"]


def test_the_environment_goes_before_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(STORE_VARIABLE, f"{new_url(tmp_path)}&schema=other")
    settings = make(tmp_path / "kr", None)
    assert settings.store is None
    assert not is_empty(f"{new_url(tmp_path)}&schema=other")
    monkeypatch.setenv(STORE_VARIABLE, "mysql://kr:secret@db/x")
    with pytest.raises(InputError, match="TRILOGUE_STORE is no PostgreSQL URL") as told:
        open_(tmp_path / "kr")
    assert "secret" not in str(told.value)


def test_a_store_in_use_is_not_founded_over(tmp_path: Path):
    make(tmp_path / "kr", new_url(tmp_path))
    with pytest.raises(InputError, match="a node has it"):
        make(tmp_path / "again", new_url(tmp_path))
    assert not (tmp_path / "again").exists()
    open_(tmp_path / "kr").close()


def test_a_founding_that_fails_leaves_no_store(tmp_path: Path):
    with pytest.raises(InputError, match="no officer's name"):
        found(
            tmp_path / "kr",
            participant="KR",
            of="tisa-2014",
            clock=lambda: NOW,
            officers=("administrator",),
            store=new_url(tmp_path),
        )
    assert is_empty(f"{new_url(tmp_path)}&schema=kr")


def test_another_nodes_store_is_refused(tmp_path: Path):
    url = f"{new_url(tmp_path)}&schema=kr"
    make(tmp_path / "kr", url)
    make(tmp_path / "other", None)
    other = Settings.read(tmp_path / "other")
    (tmp_path / "other" / "node.toml").write_text(
        other.text().replace("api = ", f'store = "{url}"\napi = '), encoding="utf-8"
    )
    with pytest.raises(UnavailableError, match="is not that of the keys in"):
        open_(tmp_path / "other")
    open_(tmp_path / "kr").close()


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Trio]:
    """Three participants whose stores are on the server, whatever the other tests use."""
    before = stores.kind(), stores.workers(), stores.queue() is not None
    stores.use(stores.POSTGRESQL, 0, queued=False)
    trio = Trio.copy(tmp_path / "shared")
    yield trio
    trio.close()
    stores.use(*before)


def beside(trio: Trio, who: str) -> Engine:
    """Open a node's engine to read, as a worker does."""
    directory = trio.base / who
    store = stores.location(directory)
    return Engine(directory, who, TEMPLATE, trio.clock.of(who), store, reads_only=True)


def test_who_reads_beside_the_sequencer_writes_nothing(shared: Trio):
    with closing(beside(shared, "KR")) as engine:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            engine.db.q.add_token(hash=b"x", name="x", roles="x")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            engine.act(engine.governing.adopt)
    shared.file("KR")  # who leads goes on


def test_who_reads_beside_the_sequencer_learns_what_makes_its_memory_untrue(shared: Trio):
    filed = shared.file("KR", "seen")
    grant = shared.grant(filed)
    shared.settle()
    with closing(beside(shared, "JP")) as engine:

        def look() -> tuple[bool, list[bytes]]:
            with engine.db.snapshot():
                engine.catch_up()
                held = [engine.holdings.open(one) for one in engine.holdings.all()]
                return engine.books.force(engine.now()).in_force, held

        in_force, held = look()
        assert in_force
        assert len(held) == 1
        shared.act("JP", lambda e: e.governing.suspend("arrangement", "review"))
        assert not look()[0]
        shared.act("JP", lambda e: e.governing.resume("arrangement", "done"))
        shared.withdraw(grant)
        shared.settle()
        assert look() == (True, [])


def test_who_takes_a_node_over_takes_its_vault_along(shared: Trio):
    """What led before and wakes up late writes into a file that nobody reads."""
    filed = shared.file("KR", "before")
    late = shared["KR"].vault
    directory, slot = shared.base / "KR", shared["KR"].db.q.last_slot() + 1
    with closing(beside(shared, "KR")) as reader:
        shared["KR"].db.close()
        old = (directory / "vault.bin").read_bytes()
        store = stores.location(directory)
        leads = shared.engines["KR"] = Engine(
            directory, "KR", TEMPLATE, shared.clock.of("KR"), store
        )
        assert (directory / "vault.bin").read_bytes() == old
        assert os.pread(late._file, len(old), 0) == bytes(len(old))
        second = shared.file("KR", "after")
        late.new_keys(slot, 1)
        late.flush()
        assert shared.read("KR", second)
        with reader.db.snapshot():
            reader.catch_up()
            assert len(list(reader.holdings.all())) == len(list(leads.holdings.all())) == 2
    assert shared.read("KR", filed)
    late.close()


def test_one_process_at_a_time_opens_it(tmp_path: Path):
    make(tmp_path / "kr", new_url(tmp_path))
    with closing(open_(tmp_path / "kr")), pytest.raises(UnavailableError, match="led by another"):
        open_(tmp_path / "kr")
    open_(tmp_path / "kr").close()


@pytest.mark.parametrize(
    ("of", "to"), [("server", "where it was"), ("file", "server"), ("server", "server")]
)
def test_a_backup_comes_back_into_the_store_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: str, to: str
):
    (tmp_path / "to").mkdir()
    make(tmp_path / "kr", new_url(tmp_path) if of == "server" else None)
    with closing(open_(tmp_path / "kr")) as engine:
        back_up(engine, tmp_path / "archive")
        card = engine.governing.card()
    settings = Settings.read(tmp_path / "kr")
    if to == "server":
        monkeypatch.setenv(STORE_VARIABLE, new_url(tmp_path / "to"))
    else:
        # The archive names the database that it was made of, and that still has the store.
        with pytest.raises(InputError, match="a node has it"):
            bring_back(tmp_path / "archive", tmp_path / "back")
        open_database(settings.store_location).discard()
    assert bring_back(tmp_path / "archive", tmp_path / "back") == 1
    with closing(open_(tmp_path / "back")) as engine:
        assert engine.governing.card() == card
    assert not list((tmp_path / "back").glob("store.sqlite*"))
    drop(tmp_path / "to")


def test_a_restore_that_is_refused_leaves_no_store(tmp_path: Path):
    settings = make(tmp_path / "kr", new_url(tmp_path))
    with closing(open_(tmp_path / "kr")) as engine:
        back_up(engine, tmp_path / "archive")
    open_database(settings.store_location).discard()
    with pytest.raises(InputError, match="others have seen 2"):
        bring_back(tmp_path / "archive", tmp_path / "back", seen=2)
    assert is_empty(settings.store_location)
    assert not (tmp_path / "back").exists()


def test_a_backup_is_taken_and_checked_beside_the_process_that_leads(tmp_path: Path):
    make(tmp_path / "kr", new_url(tmp_path))
    with closing(open_(tmp_path / "kr")) as leading:
        beside, _ = open_engine(tmp_path / "kr", reads_only=True)
        with closing(beside):
            assert status(beside, "en").log_size == 1
            back_up(beside, tmp_path / "archive")
        found_ = check(tmp_path / "archive", tmp_path / "kr", clock=lambda: NOW)
        assert found_.size == 1
        leading.rotate()
        assert leading.db.q.size_of(speaker="KR") == 2
