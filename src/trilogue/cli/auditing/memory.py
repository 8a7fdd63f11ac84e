"""Memory: the checkpoints that one audit keeps for the next, so that a fork is caught.

{"checkpoints":{"KR":"kr.tisa-2014.trilogue\\n17\\n…"},"v":1}
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from trilogue.encoding import canonical
from trilogue.errors import FormatError, InputError
from trilogue.protocol.audit import AuditReport

__all__ = ["recall", "remember"]


class _State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last proven checkpoint of each log."""

    v: Literal[1]
    checkpoints: dict[str, str]


def recall(path: Path | None) -> dict[str, bytes]:
    """Return the checkpoints of the last audit; none before the first. Raises `InputError`."""
    if path is None or not path.exists():
        return {}
    try:
        state = canonical.decode(path.read_bytes(), _State)
    except FormatError as error:
        raise InputError(f"{path} is not the state of an audit: {error.message}") from error
    return {who: note.encode() for who, note in state.checkpoints.items()}


def remember(path: Path, report: AuditReport) -> None:
    """Keep the checkpoints of proven logs; for others, what was known before stays."""
    known = {who: note.decode() for who, note in recall(path).items()}
    proven = {who: log.note for who, log in report.logs.items() if log.proven}
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(canonical.encode(_State(v=1, checkpoints=known | proven)))
    fresh.replace(path)
