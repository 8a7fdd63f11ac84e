"""What this machine allows a fault to do: file systems of its own, and block devices."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

__all__ = [
    "BLOCK_DEVICES",
    "MOUNTS",
    "allowed",
    "break_fragile",
    "fragile_disk",
    "repair_fragile",
    "resize",
    "small_disk",
]

MOUNTS = "mounts"
BLOCK_DEVICES = "block devices"


@cache
def allowed(needs: str) -> bool:
    """Say whether the machine allows what a row needs; the answer is found by trying."""
    disks = {MOUNTS: small_disk, BLOCK_DEVICES: fragile_disk}
    if not needs:
        return True
    try:
        with tempfile.TemporaryDirectory() as place, disks[needs](Path(place), 1 << 24):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """Mount a file system in memory that holds so many bytes."""
    _do("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", place)
    try:
        yield place
    finally:
        _do("umount", "--lazy", place)


def resize(place: Path, size: int) -> None:
    """Give a small disk another size."""
    _do("mount", "-o", f"remount,size={size}", place)


@contextmanager
def fragile_disk(place: Path, size: int) -> Iterator[Path]:
    """Mount an ext4 file system that becomes read-only when its kernel meets an error."""
    image = place.with_suffix(".img")
    image.write_bytes(b"")
    os.truncate(image, size)
    _do("mkfs.ext4", "-q", image)
    mount_fragile(place)
    try:
        yield place
    finally:
        _do("umount", "--lazy", place)
        image.unlink()


def mount_fragile(place: Path) -> None:
    """Mount it, or mount it again."""
    _do("mount", "-o", "loop,errors=remount-ro", place.with_suffix(".img"), place)


def break_fragile(place: Path) -> None:
    """Let the kernel meet an error on it: from now on nothing is written."""
    found = subprocess.run(
        ["findmnt", "-no", "SOURCE", str(place)], check=True, capture_output=True, text=True
    )
    device = Path(found.stdout.strip()).name
    Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("1", "ascii")


def repair_fragile(place: Path) -> None:
    """Do what an operator does: unmount it, check it, and mount it again."""
    _do("umount", place)
    subprocess.run(["e2fsck", "-fy", place.with_suffix(".img")], check=False, capture_output=True)
    mount_fragile(place)


def _do(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)
