"""The shelf: an arrangement's files on disk, read from a folder and written to one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from trilogue.arrangement.files import TEXT
from trilogue.errors import InputError, NotFoundError

__all__ = ["read_files", "write_files"]


def read_files(directory: Path) -> dict[str, bytes]:
    """Return every file of the arrangement in a folder, roots included, hidden files left aside.

    A file too many makes another arrangement, so none is passed over: `parse_arrangement` refuses
    what does not belong. Raises `NotFoundError` when there is no arrangement in the folder.
    """
    if not (directory / TEXT).is_file():
        raise NotFoundError(
            f"no arrangement in {directory}: it holds no {TEXT}",
            hint="`trilogue arrangement draw-up` writes one",
        )
    names = (path.relative_to(directory) for path in directory.rglob("*") if path.is_file())
    return {
        name.as_posix(): (directory / name).read_bytes()
        for name in sorted(names)
        if not any(part.startswith(".") for part in name.parts)
    }


def write_files(files: Mapping[str, bytes], directory: Path) -> None:
    """Write the files of an arrangement into a new or empty folder. Raises `InputError`."""
    if directory.exists() and any(directory.iterdir()):
        raise InputError(f"{directory} is not empty", hint="name a new folder")
    for name, data in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
