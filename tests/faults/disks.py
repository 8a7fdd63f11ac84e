"""Disks that are full, that take no file any further, or that became read-only."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from tests.faults.fault import fault
from tests.faults.machine import (
    BLOCK_DEVICES,
    MOUNTS,
    break_fragile,
    fragile_disk,
    repair_fragile,
    resize,
    small_disk,
)
from tests.faults.scene import Scene
from tests.support.processes import until
from trilogue.cli.exits import Exit
from trilogue.errors import UnavailableError

DISKS = "Disks"
ROOM = 1 << 20
"""Bytes that are free on a disk which is about to be full."""
LARGE = 20_000
SMALL_DISK, FRAGILE_DISK = 8 << 20, 48 << 20


@contextmanager
def moved(
    scene: Scene,
    who: str,
    disk: Callable[[Path, int], AbstractContextManager[Path]],
    size: int,
) -> Iterator[Path]:
    """Have a node's directory on a disk of its own, for as long as the block runs."""
    directory = scene[who].directory
    scene[who].stop()
    aside = directory.with_suffix(".aside")
    directory.rename(aside)
    directory.mkdir(mode=0o700)
    with disk(directory, size) as place:
        shutil.copytree(aside, place, dirs_exist_ok=True)
        os.sync()
        scene[who].start()
        yield place
        scene[who].stop()
        shutil.rmtree(aside)
        shutil.copytree(place, aside)
    directory.rmdir()
    aside.rename(directory)
    scene[who].start()


def fill(scene: Scene) -> None:
    """File reports until KR takes no more of them."""
    with suppress(UnavailableError):
        while True:
            scene.file(text="x" * LARGE)
    scene.unsure += 1


@fault(
    DISKS,
    "full disk at the originator",
    does="KR logs nothing, says so and turns reports away; what it had acknowledged is whole.",
    recovers="by itself, soon after there is room",
    needs=MOUNTS,
)
def full_at_originator(scene: Scene) -> None:
    with moved(scene, "KR", small_disk, SMALL_DISK):
        fill(scene)
        scene.healthz("KR", '503 {"ready":false,"reasons":.*cannot be written')
        resize(scene["KR"].directory, 4 * SMALL_DISK)
        scene.healthz("KR", '200 {"ready":true')
        scene.until_opened("JP", scene.file())


@fault(
    DISKS,
    "full disk at the hub",
    does="US takes nothing in and says so to KR, whose outbox keeps it.",
    recovers="by itself, soon after there is room",
    needs=MOUNTS,
)
def full_at_hub(scene: Scene) -> None:
    with moved(scene, "US", small_disk, SMALL_DISK):
        while scene["US"].status().halted == "":
            scene.file(text="x" * LARGE)
        scene.healthz("US", '503 {"ready":false,"reasons":.*cannot be written')
        scene.status("KR", "US", r"[1-9]\d* wait; .*503.*cannot be written")
        resize(scene["US"].directory, 4 * SMALL_DISK)
        scene.healthz("US", '200 {"ready":true')
        scene.until_opened("JP", scene.acknowledged)


@fault(
    DISKS,
    "no file can grow",
    does="As on a full disk: KR logs nothing and says so.",
    recovers="by itself, soon after files can grow again",
    quick=True,
)
def no_growth(scene: Scene) -> None:
    node = scene["KR"]
    largest = max(path.stat().st_size for path in node.directory.rglob("*") if path.is_file())
    node.limit_files(largest + (ROOM >> 2))
    fill(scene)
    scene.healthz("KR", '503 {"ready":false,"reasons":.*cannot be written')
    node.limit_files(None)
    scene.healthz("KR", '200 {"ready":true')
    scene.until_opened("JP", scene.file())


@fault(
    DISKS,
    "no room at the start",
    does="The node does not start, and changes nothing.",
    recovers="when it is started again and there is room",
)
def no_room_to_start(scene: Scene) -> None:
    done = scene.file(2)
    scene["KR"].stop()
    scene.starts_not("KR", Exit.UNAVAILABLE, "error.*store cannot be opened", shell="ulimit -f 16")
    scene["KR"].start()
    scene.until_opened("JP", done)


@fault(
    DISKS,
    "the disk becomes read-only under a running node",
    does="KR logs nothing and says so; it does not come back before the disk is repaired.",
    recovers="when the operator has repaired the disk and started the node again",
    needs=BLOCK_DEVICES,
)
def becomes_read_only(scene: Scene) -> None:
    with moved(scene, "KR", fragile_disk, FRAGILE_DISK) as place:
        done = scene.file(3)
        scene.until_opened("JP", done)
        break_fragile(place)
        fill(scene)
        scene.healthz("KR", '503 {"ready":false,"reasons":.*cannot be written')
        scene["KR"].kill()
        scene.starts_not("KR", Exit.UNAVAILABLE, "error")
        until(lambda: repaired(place), "the disk cannot be repaired", *scene.nodes)
        scene["KR"].start()
        scene.healthz("KR", '200 {"ready":true')
        scene.until_opened("JP", scene.file())


def repaired(place: Path) -> bool:
    """Repair a disk, as soon as nobody uses it any more."""
    with suppress(OSError):
        repair_fragile(place)
        return True
    return False
