"""Files that are damaged, cut short, or older than what was said since."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.faults.fault import fault
from tests.faults.scene import Scene
from tests.support.trio import Filed
from trilogue.cli.exits import Exit
from trilogue.node.vault import SLOT

DAMAGE = "Damaged and older files"


def back_up(scene: Scene, who: str, name: str) -> Path:
    """Take a backup of a node, which stops for it."""
    scene[who].stop()
    file = scene.base / name
    for path in (file, file.with_name(f"{name}.vault")):
        path.unlink(missing_ok=True)
    scene.command("node", "backup", scene[who].directory, file)
    scene[who].start()
    return file


def restore(scene: Scene, who: str, file: Path) -> None:
    """Put a node back from a backup, in place of its directory."""
    directory = scene[who].directory
    if scene[who].running:
        scene[who].kill()
    shutil.rmtree(directory)
    scene.command("node", "restore", file, directory, expect="statements hold")
    # Tokens stand in the store, and not in clear: officers bring their own.
    shutil.copytree(file.with_name(f"{file.name}.tokens"), directory / "tokens")


def come_back(scene: Scene, file: Path) -> None:
    """Restore KR from a backup, and see that it goes on."""
    restore(scene, "KR", file)
    scene["KR"].start()
    scene.until_opened("JP", scene.file())


def keep_tokens(scene: Scene, who: str, file: Path) -> None:
    """Do as officers do, who keep their tokens themselves."""
    kept = file.with_name(f"{file.name}.tokens")
    shutil.copytree(scene[who].directory / "tokens", kept, dirs_exist_ok=True)


def filed_and_backed_up(scene: Scene, who: str) -> tuple[list[Filed], Path]:
    """File reports, and back a node up when all have arrived."""
    done = scene.file(3)
    scene.until_opened("JP", done)
    scene.nodes.settle()
    file = back_up(scene, who, "backup.tar")
    keep_tokens(scene, who, file)
    return done, file


def spoil(file: Path, start: int, length: int) -> None:
    """Overwrite a part of a file with what means nothing."""
    with file.open("r+b") as opened:
        opened.seek(start)
        opened.write(b"\xa5" * length)
        opened.flush()
        os.fsync(opened.fileno())


def page_of(store: Path, table: str) -> tuple[int, int]:
    """Return where a table's last page begins in a store, and how large pages are."""
    with closing(sqlite3.connect(store)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
    return (page - 1) * size, size


@fault(
    DAMAGE,
    "a page of the store is damaged",
    does="KR meets the page when it starts, and ends. Met later, it logs nothing from then on.",
    recovers="`trilogue node restore` from a backup that holds all that was said",
)
def damaged_page(scene: Scene) -> None:
    _, file = filed_and_backed_up(scene, "KR")
    scene["KR"].stop()
    store = scene["KR"].directory / "store.sqlite"
    spoil(store, *page_of(store, "statement"))
    scene.starts_not("KR", Exit.UNAVAILABLE, "error.*damaged")
    scene.command(
        "node", "rebuild", scene["KR"].directory, code=Exit.UNAVAILABLE, expect="error.*damaged"
    )
    come_back(scene, file)


@fault(
    DAMAGE,
    "the store is no database",
    does="KR does not start.",
    recovers="`trilogue node restore` from a backup that holds all that was said",
)
def no_database(scene: Scene) -> None:
    _, file = filed_and_backed_up(scene, "KR")
    scene["KR"].stop()
    spoil(scene["KR"].directory / "store.sqlite", 0, 4096)
    scene.starts_not("KR", Exit.UNAVAILABLE, "error.*damaged")
    come_back(scene, file)


@fault(
    DAMAGE,
    "a bit of a statement flips in the store",
    does="The node cannot tell by itself. Nobody takes the statement from it; the check finds it.",
    recovers="`trilogue node restore` from a backup that holds all that was said",
)
def flipped_bit(scene: Scene) -> None:
    _, file = filed_and_backed_up(scene, "KR")
    scene["KR"].stop()
    with closing(sqlite3.connect(scene["KR"].directory / "store.sqlite")) as connection:
        row = "SELECT position, raw FROM statement WHERE kind = 'report' ORDER BY position DESC"
        position, raw = connection.execute(row).fetchone()
        spoilt = bytearray(raw)
        spoilt[len(raw) // 2] ^= 1
        with connection:
            connection.execute(
                "UPDATE statement SET raw = ? WHERE position = ?", (bytes(spoilt), position)
            )
    scene.command(
        "node", "rebuild", scene["KR"].directory, code=Exit.UNAVAILABLE, expect="error.*damaged"
    )
    come_back(scene, file)


@fault(
    DAMAGE,
    "the write-ahead log is cut short",
    does="SQLite drops what it cannot read, so the store is older than what was said. KR asks its "
    "neighbours before it says anything, learns it, and logs nothing.",
    recovers="when the operator has put back the newest copy of the store",
)
def cut_wal(scene: Scene) -> None:
    scene["KR"].stop()
    scene["KR"].start()
    scene.until_opened("JP", scene.file(3))
    scene.nodes.settle()
    scene["KR"].kill()
    directory = scene["KR"].directory
    shutil.copytree(directory, scene.base / "copy")
    wal = directory / "store.sqlite-wal"
    os.truncate(wal, wal.stat().st_size // 3)
    _stands_still(scene)
    shutil.rmtree(directory)
    (scene.base / "copy").rename(directory)
    scene.note("the operator puts back a copy of KR's directory from after its last report")
    scene["KR"].start()
    scene.until_opened("JP", scene.file())


@fault(
    DAMAGE,
    "a node restored from an older backup",
    does="KR asks its neighbours before it says anything, learns that they have seen more, and "
    "logs nothing: going on would fork its log.",
    recovers="when the operator has restored the newest backup",
)
def older_backup(scene: Scene) -> None:
    older = back_up(scene, "KR", "older.tar")
    keep_tokens(scene, "KR", older)
    _, newest = filed_and_backed_up(scene, "KR")
    restore(scene, "KR", older)
    _stands_still(scene)
    come_back(scene, newest)


@fault(
    DAMAGE,
    "an older copy that goes on while its neighbours are away",
    does="KR logs what it is given. When US is back, KR asks first, learns that US has seen "
    "another log, and delivers nothing: no fork leaves it.",
    recovers="when the operator has restored the newest backup; what was filed since then is filed "
    "again",
)
def older_backup_alone(scene: Scene) -> None:
    directory, older = scene["KR"].directory, scene.base / "older"
    scene["KR"].stop()
    shutil.copytree(directory, older)
    scene["KR"].start()
    _, newest = filed_and_backed_up(scene, "KR")
    scene.links.cut("KR", "US")
    scene["KR"].stop()
    shutil.rmtree(directory)
    older.rename(directory)
    scene.note("an older copy of KR's disk is put in place of the newest, and started")
    scene["KR"].start()
    for _ in range(20):
        scene["KR"].submit("said at places that are taken")
    scene.links.mend()
    scene.healthz("KR", '503 {"ready":false,"reasons":.*older copy that went on')
    assert not scene["US"].status().forks
    come_back(scene, newest)


def _stands_still(scene: Scene) -> None:
    """Start KR, which has lost what it said last, and have it refuse to say anything else."""
    scene["KR"].start(wait=False)
    scene.healthz("KR", '503 {"ready":false,"reasons":.*older copy')
    try:
        scene["KR"].submit("said at a place that is taken")
    except Exception as error:  # noqa: BLE001 - what it says is looked at
        scene.note(f"KR, to whoever files a report: {error}")
    else:
        raise AssertionError("KR says something at a place where it has spoken")
    assert not scene["US"].status().forks
    scene["KR"].kill()


def _put_the_vault_back(scene: Scene, file: Path) -> None:
    """Have the check find that JP holds what does not open; put the vault's copy back."""
    directory = scene["JP"].directory
    scene["JP"].stop()
    scene.command("node", "rebuild", directory, code=Exit.UNAVAILABLE, expect="do not open")
    shutil.copy(file.with_name(f"{file.name}.vault"), directory / "vault.bin")


@fault(
    DAMAGE,
    "a key in the vault is damaged",
    does="JP cannot open that portion any more, and says so; all others open. The check counts it.",
    recovers="when the operator has put back the vault's copy",
)
def damaged_vault(scene: Scene) -> None:
    done, file = filed_and_backed_up(scene, "JP")
    scene["JP"].stop()
    vault = scene["JP"].directory / "vault.bin"
    spoil(vault, vault.stat().st_size - SLOT, SLOT)
    scene["JP"].start()
    failed = []
    for what in done:
        try:
            assert scene["JP"].read(what) == "seen"
        except Exception as error:  # noqa: BLE001 - what it says is looked at
            failed.append(error)
    assert len(failed) == 1, failed
    scene.note(f"JP, to whoever opens it: {failed[0]}")
    _put_the_vault_back(scene, file)
    scene.command("node", "rebuild", scene["JP"].directory, expect="statements hold")
    scene["JP"].start()
    assert [scene["JP"].read(what) for what in done] == ["seen"] * 3


@fault(
    DAMAGE,
    "the vault is cut short",
    does="JP opens nothing of what it held last, and says so at its start. It takes new things in.",
    recovers="when the operator has put back the vault's copy",
)
def cut_vault(scene: Scene) -> None:
    done, file = filed_and_backed_up(scene, "JP")
    scene["JP"].stop()
    vault = scene["JP"].directory / "vault.bin"
    os.truncate(vault, vault.stat().st_size - 2 * SLOT)
    scene["JP"].start()
    scene.says("JP", "vault")
    _put_the_vault_back(scene, file)
    scene["JP"].start()
    assert [scene["JP"].read(what) for what in done] == ["seen"] * 3
