"""Backups: a tar that somebody hands to `trilogue node restore`."""

from __future__ import annotations

import io
import tarfile
import tempfile
from pathlib import Path

from fuzz.target import target
from trilogue.errors import InputError, NotFoundError
from trilogue.node.archive import _unpack

_BESIDE = "beside"


@target(InputError, NotFoundError)
def archive(data: bytes) -> None:
    """Files are written inside the new directory, and nothing else; others can read none."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        given, made = base / "backup.tar", base / "made"
        given.write_bytes(data)
        made.mkdir()
        try:
            _unpack(given, made)
        finally:
            assert sorted(path.name for path in base.iterdir()) == ["backup.tar", "made"]
            for path in made.rglob("*"):
                assert not path.is_symlink()
                assert path.is_dir() or path.stat().st_mode & 0o077 == 0


def tar(names: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    """Return a tar of these members, as a seed."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as made:
        for name, data in names.items():
            member = tarfile.TarInfo(name)
            member.type, member.size = kind, len(data)
            member.linkname = "/etc/passwd" if kind != tarfile.REGTYPE else ""
            made.addfile(member, io.BytesIO(data))
    return file.getvalue()
