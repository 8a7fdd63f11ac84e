"""The claim about cosignatures: neighbours saw this checkpoint and knew the log to have grown.

A cosigner's keys are those that its own log published and its root vouched for, valid at the time
that the cosignature states.
"""

from __future__ import annotations

from datetime import UTC, datetime

from trilogue.encoding import instant
from trilogue.errors import PeerError
from trilogue.protocol.audit.reading import ReadLog
from trilogue.protocol.audit.record import Record
from trilogue.protocol.audit.report import Claim, Findings
from trilogue.signing.keys import PublicKey
from trilogue.tlog.cosignature import verify_cosignatures

__all__ = ["cosignatures"]


def cosignatures(record: Record, log: ReadLog) -> tuple[Claim, dict[str, str]]:
    """Return the claim about one log's cosignatures, and who cosigned as of when."""
    who, found = log.participant, Findings()
    checkpoint = log.checkpoint.checkpoint
    _, _, lines = log.checkpoint.note.rpartition("\n\n")
    cosigned: dict[str, str] = {}
    for neighbour in record.arrangement.neighbours(who):
        for _, material in record.logs[neighbour].materials:
            try:
                public = PublicKey.parse(material.checkpoint)
                times = verify_cosignatures(checkpoint, lines, [public])
                stated = [datetime.fromtimestamp(time, UTC) for time in times.values()]
            except (PeerError, ValueError, OverflowError, OSError) as error:
                found.refute(who, f"shows a cosignature of {neighbour} that is none: {error}")
                continue
            for moment in map(instant.from_datetime, stated):
                if material.not_before <= moment < material.expires:
                    cosigned[neighbour] = moment
    quorum = record.arrangement.text.quorum.cosignatures
    if len(cosigned) < quorum:
        found.refute(
            who, f"{len(cosigned)} neighbours cosigned its checkpoint, where {quorum} must"
        )
    text = f"At least {quorum} of {who}'s neighbours cosigned its checkpoint."
    return found.claim(f"{who}/cosignatures", text), cosigned
