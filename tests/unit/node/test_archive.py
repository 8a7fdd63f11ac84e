"""Verifying, backup and restore: what comes back is what stood there, or nothing comes back."""

import io
import shutil
import sqlite3
import tarfile

import pytest

from trilogue.arrangement import parse_arrangement
from trilogue.errors import InputError, NotFoundError, UnavailableError
from trilogue.node.archive import back_up, restore, vault_of
from trilogue.node.engine import Engine
from trilogue.node.founding import found
from trilogue.node.settings import Settings
from trilogue.node.verifying import verify

NOW = "2026-11-23T06:00:00.000Z"


@pytest.fixture
def jp(trio, tmp_path):
    """JP's engine, which holds one item under a grant by KR; with settings like a node's."""
    report = trio.file("KR", "the source is at sea", "and one more")
    trio.granted = trio.grant(report)
    trio.settle()
    engine = trio["JP"]
    Settings(
        directory=engine.directory,
        participant="JP",
        of="tisa-2014",
        listen="127.0.0.1:7103",
        api="127.0.0.1:7203",
    ).write()
    (engine.directory / "card.json").write_bytes(engine.governing.card())
    return engine


def reopen(directory):
    settings = Settings.read(directory)
    template = parse_arrangement(settings.template_files())
    return Engine(directory, settings.participant, template, lambda: NOW)


def bring_back(archive, directory, **given):
    given = {"vault": vault_of(archive), **given}
    return restore(archive, directory, clock=lambda: NOW, **given)


def read_all(engine):
    return sorted(engine.holdings.open(holding) for holding in engine.holdings.all())


def edit(directory, sql):
    """Change a store behind its node's back."""
    with sqlite3.connect(directory / "store.sqlite") as connection:
        changed = connection.execute(sql).rowcount
    connection.close()
    assert changed == 1


# Verifying.


def test_a_sound_store_verifies(jp):
    told = []
    found_ = verify(jp, told.append)
    assert found_.size == jp.db.q.size_of(speaker="JP")
    assert found_.statements == sum(told) == jp.db.q.last_position()
    assert set(found_.differences.values()) == {0}


def test_a_node_that_said_nothing_verifies(tmp_path):
    found(tmp_path / "kr", participant="KR", of="tisa-2014", clock=lambda: NOW)
    engine = reopen(tmp_path / "kr")
    assert verify(engine).size == 1  # its keys
    engine.close()


LAST_KR = "speaker = 'KR' AND idx = (SELECT max(idx) FROM statement WHERE speaker = 'KR')"
LAST_SEEN = "speaker = 'KR' AND size = (SELECT max(size) FROM seen WHERE speaker = 'KR')"
LAST_CHECKPOINT = "size = (SELECT max(size) FROM checkpoint)"
FIRST_NOTE = "(SELECT note FROM checkpoint ORDER BY size LIMIT 1)"
DAMAGE = {
    "UPDATE statement SET raw = raw || ' ' WHERE speaker = 'JP' AND idx = 1": "JP/1 is not the one",
    "UPDATE statement SET kind = 'keys' WHERE speaker = 'JP' AND idx = 1": "JP/1 is not the one",
    f"UPDATE statement SET leaf_hash = zeroblob(32) WHERE {LAST_KR}": "is not the one that counted",
    f"UPDATE statement SET proof = zeroblob(length(proof)) WHERE {LAST_KR}": "is not proven",
    f"DELETE FROM seen WHERE {LAST_SEEN}": "is not proven",
    "DELETE FROM statement WHERE speaker = 'JP' AND idx = 1": "gap after entry",
    "UPDATE tree_hash SET hash = zeroblob(32) WHERE level = 1 AND idx = 0": "does not follow",
    f"DELETE FROM checkpoint WHERE {LAST_CHECKPOINT}": "is not of the log",
    f"UPDATE checkpoint SET note = {FIRST_NOTE} WHERE {LAST_CHECKPOINT}": "no key of JP signed",
}


@pytest.mark.sqlite
@pytest.mark.parametrize(("sql", "message"), DAMAGE.items(), ids=DAMAGE.values())
def test_damage_is_named(jp, sql, message):
    edit(jp.directory, sql)
    with pytest.raises(UnavailableError, match=message):
        verify(jp)


@pytest.mark.sqlite
def test_projections_that_went_astray_are_set_right(jp):
    edit(
        jp.directory,
        "DELETE FROM life WHERE idx = (SELECT min(idx) FROM life) AND participant = 'JP'",
    )
    assert verify(jp).differences["life"] == 1
    assert verify(jp).differences["life"] == 0


# Backup and restore.


def test_what_is_restored_is_what_stood_there(jp, tmp_path):
    archive = tmp_path / "jp.tar"
    assert back_up(jp, archive) == vault_of(archive)
    found_ = bring_back(archive, tmp_path / "again", seen=jp.db.q.size_of(speaker="JP"))
    again = reopen(tmp_path / "again")
    assert found_.size == jp.db.q.size_of(speaker="JP")
    assert read_all(again) == read_all(jp)
    assert again.db.q.last_checkpoint() == jp.db.q.last_checkpoint()
    assert again.governing.card() == jp.governing.card()
    again.close()


@pytest.mark.threat("T10")
def test_a_backup_is_its_owners_alone_and_names_no_account(jp, tmp_path):
    archive = tmp_path / "jp.tar"
    back_up(jp, archive)
    for path in (archive, vault_of(archive)):
        assert path.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as tar:
        names = tar.getnames()
        for member in tar:
            assert (member.uid, member.uname, member.mode) == (0, "", 0o600)
    assert {"node.toml", "card.json", "store.sqlite", "keys/root.json"} <= set(names)
    assert not any("vault" in name or "tokens" in name for name in names)
    assert {path.name for path in tmp_path.glob("jp.tar*")} == {"jp.tar", "jp.tar.vault"}


@pytest.mark.threat("T10")
def test_the_archive_alone_opens_nothing(jp, tmp_path):
    archive = tmp_path / "jp.tar"
    back_up(jp, archive)
    assert bring_back(archive, tmp_path / "again", vault=None).size
    again = reopen(tmp_path / "again")
    assert read_all(jp)
    assert read_all(again) == []
    again.close()


@pytest.mark.threat("T15")
def test_a_withdrawn_item_does_not_come_back_with_an_old_vault(trio, jp, tmp_path):
    before, after = tmp_path / "before.tar", tmp_path / "after.tar"
    back_up(jp, before)
    trio.withdraw(trio.granted, "JP")
    trio.settle()
    assert read_all(jp) == []
    back_up(jp, after)
    # The store knows of the destruction; the vault's copy is from before it.
    bring_back(after, tmp_path / "again", vault=vault_of(before))
    again = reopen(tmp_path / "again")
    assert read_all(again) == []
    assert not any((tmp_path / "again" / "vault.bin").read_bytes())
    again.close()


@pytest.mark.threat("T15")
def test_a_backup_older_than_what_others_saw_is_refused(trio, jp, tmp_path):
    archive = tmp_path / "jp.tar"
    back_up(jp, archive)
    trio.withdraw(trio.granted, "JP")
    trio.settle()
    seen, _ = trio["US"].books.seen("JP")
    with pytest.raises(InputError, match="others have seen") as caught:
        bring_back(archive, tmp_path / "again", seen=seen)
    assert "fork" in caught.value.hint
    assert not (tmp_path / "again").exists()


@pytest.mark.sqlite
def test_a_damaged_backup_is_refused(jp, tmp_path):
    archive = tmp_path / "jp.tar"
    edit(jp.directory, "UPDATE tree_hash SET hash = zeroblob(32) WHERE level = 0 AND idx = 0")
    back_up(jp, archive)
    with pytest.raises(UnavailableError, match="damaged"):
        bring_back(archive, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    assert not list(tmp_path.glob(".again*"))


def rewrite(source, target, change):
    """Copy a tar; `change` maps a member and its data to what stands in its place, or None."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            kept = change(member, old.extractfile(member).read())
            if kept is not None:
                changed, data = kept
                changed.size = len(data)
                new.addfile(changed, io.BytesIO(data))


def named(name, new):
    def change(member, data):
        if member.name == name:
            member.name = new
        return member, data

    return change


@pytest.mark.parametrize(
    "new", ["../card.json", "/card.json", "keys/../../card.json", "vault.bin", "other/card.json"]
)
def test_an_archive_writes_only_where_a_backup_does(jp, tmp_path, new):
    back_up(jp, tmp_path / "jp.tar")
    rewrite(tmp_path / "jp.tar", tmp_path / "bad.tar", named("card.json", new))
    with pytest.raises(InputError, match="which no backup does"):
        bring_back(tmp_path / "bad.tar", tmp_path / "again", vault=None)
    assert not (tmp_path / "again").exists()


def test_a_link_in_an_archive_is_refused(jp, tmp_path):
    back_up(jp, tmp_path / "jp.tar")

    def link(member, data):
        if member.name == "card.json":
            member.type, member.linkname, data = tarfile.SYMTYPE, "/etc/passwd", b""
        return member, data

    rewrite(tmp_path / "jp.tar", tmp_path / "bad.tar", link)
    with pytest.raises(InputError, match="which no backup does"):
        bring_back(tmp_path / "bad.tar", tmp_path / "again", vault=None)


def test_what_is_no_backup_is_refused(jp, tmp_path):
    back_up(jp, tmp_path / "jp.tar")
    (tmp_path / "text.tar").write_text("not a tar")
    with pytest.raises(InputError, match="is no backup"):
        bring_back(tmp_path / "text.tar", tmp_path / "again", vault=None)
    rewrite(
        tmp_path / "jp.tar",
        tmp_path / "empty.tar",
        lambda member, data: None if member.name == "store.sqlite" else (member, data),
    )
    with pytest.raises(InputError, match="holds no store"):
        bring_back(tmp_path / "empty.tar", tmp_path / "again", vault=None)
    rewrite(
        tmp_path / "jp.tar",
        tmp_path / "torn.tar",
        lambda member, data: (member, data[:5000] if member.name == "store.sqlite" else data),
    )
    with pytest.raises(UnavailableError, match="damaged"):
        bring_back(tmp_path / "torn.tar", tmp_path / "again", vault=None)
    with pytest.raises(NotFoundError):
        bring_back(tmp_path / "nowhere.tar", tmp_path / "again")
    shutil.move(vault_of(tmp_path / "jp.tar"), tmp_path / "elsewhere")
    with pytest.raises(NotFoundError):
        bring_back(tmp_path / "jp.tar", tmp_path / "again")


def test_a_backup_is_not_written_over_another(jp, tmp_path):
    back_up(jp, tmp_path / "jp.tar")
    with pytest.raises(InputError, match="exists already"):
        back_up(jp, tmp_path / "jp.tar")


def test_the_vault_s_copy_is_overwritten_in_its_own_blocks(trio, jp, tmp_path):
    copy = tmp_path / "elsewhere"
    assert back_up(jp, tmp_path / "one.tar", copy) == copy
    assert not vault_of(tmp_path / "one.tar").exists()
    before, inode = copy.read_bytes(), copy.stat().st_ino
    assert any(before)
    trio.withdraw(trio.granted, "JP")
    trio.settle()
    with copy.open("rb") as held:
        back_up(jp, tmp_path / "two.tar", copy)
        assert not any(held.read(len(before)))  # the same file, not another under its name
    assert copy.stat().st_ino == inode
    assert copy.stat().st_mode & 0o777 == 0o600
