"""What others could read, a node does not open; what it writes is its owner's alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from tests.support.trio import TEMPLATE, Trio

from trilogue.errors import UnavailableError
from trilogue.node.archive import back_up, restore, vault_of
from trilogue.node.engine import Engine
from trilogue.node.founding import found
from trilogue.node.guarded import check_guarded

NOW = "2016-09-09T00:30:01.353Z"
SECRETS = (
    "keys",
    "keys/root.json",
    "keys/0000",
    "keys/0000/checkpoint.json",
    "keys/0000/sealing.bin",
    "keys/0000/tls.pem",
    "keys/officers/lee-min.json",
    "store.sqlite",
    "vault.bin",
    "tokens",
    "tokens/administrator",
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A node as it was founded, under the widest mask that there is."""
    before = os.umask(0)
    try:
        found(
            tmp_path / "kr",
            participant="KR",
            of="tisa-2014",
            clock=lambda: NOW,
            officers=["lee-min"],
        )
    finally:
        os.umask(before)
    return tmp_path / "kr"


def open_node(directory: Path) -> None:
    Engine(directory, "KR", TEMPLATE, lambda: NOW).close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.threat("T26")
def test_whatever_the_mask_a_node_is_its_owners_alone(directory: Path) -> None:
    assert mode(directory) == 0o700
    for name in SECRETS:
        path = directory / name
        assert mode(path) == (0o700 if path.is_dir() else 0o600), name


@pytest.mark.sqlite
def test_what_a_running_node_writes_is_its_owners_alone(trio: Trio) -> None:
    before = os.umask(0)
    try:
        trio.restart("KR")
        trio.grant(trio.file("KR"))
        trio.act("KR", lambda engine: engine.sweep())
        trio["KR"].rotate()
    finally:
        os.umask(before)
    check_guarded(trio.base / "KR")
    assert (trio.base / "KR" / "store.sqlite-wal").exists()


@pytest.mark.threat("T26")
@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("bits", [0o040, 0o004, 0o020])
def test_a_node_does_not_open_what_others_may_read(directory: Path, name: str, bits: int) -> None:
    open_node(directory)
    path = directory / name
    path.chmod(mode(path) | bits)
    with pytest.raises(UnavailableError, match=r"others on this machine may read .*") as caught:
        open_node(directory)
    assert str(path) in caught.value.message
    assert f"{mode(path):04o}" in caught.value.message
    assert caught.value.hint.startswith(f"chmod -R go-rwx {directory}")


def test_the_way_out_leads_out(directory: Path) -> None:
    (directory / "keys" / "root.json").chmod(0o644)
    with pytest.raises(UnavailableError):
        open_node(directory)
    os.system(f"chmod -R go-rwx {directory}")
    open_node(directory)


@pytest.mark.threat("T26")
def test_a_directory_that_others_may_change_is_not_opened(directory: Path) -> None:
    directory.chmod(0o755)
    open_node(directory)  # they may look at its names
    directory.chmod(0o777)
    with pytest.raises(UnavailableError, match="may change"):
        open_node(directory)


def test_what_is_another_users_is_not_opened(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = directory.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    if owner == 0:  # root's files anybody may use whom they let
        for path in (directory / "keys").rglob("*"):
            os.chown(path, 4242, -1)
    with pytest.raises(UnavailableError, match="belongs to user"):
        check_guarded(directory)


@pytest.mark.threat("T26")
def test_a_restored_node_is_its_owners_alone(trio: Trio, tmp_path: Path) -> None:
    from trilogue.node.settings import Settings

    home = trio.base / "KR"
    Settings(
        directory=home, participant="KR", of="tisa-2014", listen="127.0.0.1:1", api="127.0.0.1:2"
    ).write()
    (home / "card.json").write_bytes(trio["KR"].governing.card())
    before = os.umask(0)
    try:
        archive = tmp_path / "backup.tar"
        back_up(trio["KR"], archive)
        restore(archive, tmp_path / "again", clock=trio.clock.of("KR"), vault=vault_of(archive))
    finally:
        os.umask(before)
    check_guarded(tmp_path / "again")
    assert mode(tmp_path / "again" / "keys") == 0o700
    assert (mode(archive), mode(vault_of(archive))) == (0o600, 0o600)
