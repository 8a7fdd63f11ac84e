"""A node whose store is in PostgreSQL: founded, backed up, restored; and another node's store."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.support.stores import drop, new_url

from trilogue.errors import InputError, UnavailableError
from trilogue.node.archive import back_up, restore, vault_of
from trilogue.node.engine import Engine
from trilogue.node.founding import found
from trilogue.node.service import open_engine
from trilogue.node.settings import STORE_VARIABLE, Settings
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
