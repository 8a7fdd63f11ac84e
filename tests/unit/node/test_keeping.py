"""Vault, holdings and keystore: keys at rest, and that they are gone when they are gone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from tests.support.trio import Trio

from trilogue.errors import ConsentError, InputError, NotFoundError, UnavailableError
from trilogue.node.holdings import OWN
from trilogue.node.keystore import Keystore, certificate_pem, write_private
from trilogue.node.vault import SLOT, Vault


@pytest.fixture
def vault(tmp_path: Path):
    made = Vault(tmp_path / "vault.bin")
    yield made
    made.close()


# The vault.


def test_a_key_is_there_until_it_is_destroyed(vault: Vault):
    keys = [vault.new_keys(slot, 1)[0] for slot in range(3)]
    assert len(set(keys)) == 3
    vault.destroy([1])
    assert [vault.key(slot) for slot in range(4)] == [keys[0], None, keys[2], None]


@pytest.mark.threat("T09")
def test_a_destroyed_key_is_nowhere_in_the_file(vault: Vault, tmp_path: Path):
    key = vault.new_keys(0, 1)[0]
    vault.flush()
    assert key in (tmp_path / "vault.bin").read_bytes()
    vault.destroy([0])
    assert (tmp_path / "vault.bin").read_bytes() == bytes(SLOT)


def test_the_vault_is_its_owners_alone(vault: Vault, tmp_path: Path):
    assert stat.S_IMODE((tmp_path / "vault.bin").stat().st_mode) == 0o600


def test_a_slot_that_nothing_relied_on_is_used_again(vault: Vault):
    first = vault.new_keys(0, 1)[0]
    assert vault.new_keys(0, 1)[0] != first


def test_destruction_is_on_the_drive_when_it_returns(vault: Vault, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(handle), real(handle)))
    vault.new_keys(0, 1)[0]
    assert synced == []
    vault.destroy([0])
    assert len(synced) == 1
    vault.flush()
    assert len(synced) == 1  # nothing was written since


@pytest.mark.parametrize("call", ["fsync", "pwrite"])
def test_a_drive_that_fails_makes_the_node_refuse(vault: Vault, monkeypatch, call: str):
    def fail(*_: object) -> None:
        raise OSError("the drive is gone")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(UnavailableError, match="the vault cannot be written"):
        vault.destroy([0])


def test_a_write_that_is_cut_short_is_noticed(vault: Vault, monkeypatch):
    monkeypatch.setattr(os, "pwrite", lambda *_: SLOT - 1)
    with pytest.raises(UnavailableError, match="the disk is full"):
        vault.new_keys(0, 1)[0]


# Holdings.


def test_ones_own_is_not_destroyed_as_if_it_were_granted(trio: Trio):
    with pytest.raises(ConsentError):
        trio["KR"].holdings.destroy(OWN)


def test_destroying_twice_destroys_once(trio: Trio):
    filed = trio.file("KR", "one", "two")
    grant = trio.grant(filed)
    trio.settle()
    holdings = trio["JP"].holdings
    place = (grant.speaker, grant.index)
    assert set(trio.act("JP", lambda _: holdings.destroy(place))) == set(filed.portions)
    assert trio.act("JP", lambda _: holdings.destroy(place)) == ()
    with pytest.raises(NotFoundError):
        trio.read("JP", filed)


def test_a_ciphertext_stays_while_another_grant_needs_it(trio: Trio):
    filed = trio.file("KR")
    first, second = trio.grant(filed), trio.grant(filed)
    trio.settle()
    trio.withdraw(first)
    trio.settle()
    (holding,) = trio["JP"].holdings.of_portion(filed.speaker, filed.index, filed.portions[0])
    assert trio["JP"].holdings.open(holding)
    trio.withdraw(second)
    trio.settle()
    assert (
        trio["JP"].db.q.ciphertext_of(
            speaker=filed.speaker, idx=filed.index, digest=holding.header.ciphertext
        )
        is None
    )
    with pytest.raises(NotFoundError, match="is not here"):
        trio["JP"].holdings.open(holding)


@pytest.mark.threat("T15")
@pytest.mark.sqlite
def test_a_vault_from_a_backup_does_not_bring_back_what_was_destroyed(trio: Trio):
    filed = trio.file("KR")
    grant = trio.grant(filed)
    trio.settle()
    file = trio.base / "JP" / "vault.bin"
    backup = file.read_bytes()
    trio.withdraw(grant)
    trio.settle()
    trio["JP"].close()
    file.write_bytes(backup)
    trio.engines["JP"] = type(trio["KR"])(
        trio.base / "JP", "JP", trio.arrangement, trio.clock.of("JP")
    )
    assert not any(file.read_bytes()[:SLOT])
    assert trio["JP"].holdings.replay_destructions() == 0


# The keystore.


def test_every_key_file_is_its_owners_alone(trio: Trio):
    for who in ("KR", "US", "JP"):
        keys = trio.base / who / "keys"
        files = [path for path in keys.rglob("*") if path.is_file()]
        assert len(files) == 6  # root, checkpoint, sealing, TLS and two officers
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
        folders = [keys, *(path for path in keys.rglob("*") if path.is_dir())]
        assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch):
    path = tmp_path / "keys" / "root.json"
    write_private(path, b"first")

    def fail(*_: object) -> None:
        raise OSError("no space left on the drive")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        write_private(path, b"second")
    assert path.read_bytes() == b"first"


def test_a_file_that_others_could_read_is_replaced_by_one_that_they_cannot(tmp_path: Path):
    path = tmp_path / "root.json"
    path.write_bytes(b"open")
    path.chmod(0o644)
    path.with_name("root.json.new").write_bytes(b"left by a crash")
    path.with_name("root.json.new").chmod(0o644)
    write_private(path, b"closed")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"closed", 0o600)


def test_keys_come_back_as_they_were(tmp_path: Path):
    store = Keystore(tmp_path / "keys", "KR", "kr.test")
    root, fresh = store.root(), store.generate()
    store.add_officer("officer-a")
    again = Keystore(tmp_path / "keys", "KR", "kr.test")
    assert again.root().public == root.public
    assert again.working(0).checkpoint.public == fresh.checkpoint.public
    assert again.working(0).sealing.to_bytes() == fresh.sealing.to_bytes()
    assert again.working(0).certificate == fresh.certificate
    assert (again.sequences(), again.officers()) == ([0], ["officer-a"])
    assert again.generate().sequence == 1
    assert certificate_pem(fresh.certificate).startswith("-----BEGIN CERTIFICATE-----")


def test_keys_do_not_show_in_what_is_printed(tmp_path: Path):
    store = Keystore(tmp_path / "keys", "KR", "kr.test")
    keys = store.generate()
    shown = f"{store.root()!r} {keys!r} {keys.sealing!r}"
    seeds = [*store.root().seeds(), *keys.checkpoint.seeds(), keys.sealing.to_bytes()]
    assert all(seed.hex() not in shown and repr(seed)[2:-1] not in shown for seed in seeds)


@pytest.mark.parametrize("name", ["", "../root", "a b", "é", "x" * 41, "a/b"])
def test_an_officers_name_is_no_path(tmp_path: Path, name: str):
    store = Keystore(tmp_path / "keys", "KR", "kr.test")
    with pytest.raises(InputError, match="officer's name"):
        store.add_officer(name)


def test_unknown_keys_are_not_found(tmp_path: Path):
    store = Keystore(tmp_path / "keys", "KR", "kr.test")
    store.add_officer("officer-a")
    with pytest.raises(InputError, match="already"):
        store.add_officer("officer-a")
    with pytest.raises(NotFoundError, match="no keys of sequence 7"):
        store.working(7)
    with pytest.raises(NotFoundError, match="known: officer-a"):
        store.officer("officer-b")
