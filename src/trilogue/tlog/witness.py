"""Asking for a cosignature (c2sp.org/tlog-witness, add-checkpoint), without the HTTP.

A log posts its new checkpoint with a consistency proof from the one that the witness cosigned
last; the witness checks both and answers with signature lines. The body of the request:

    old 20852014
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
    jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
    (at most 63 hashes)
                                                      a blank line, then the checkpoint
    example.com/behind-the-sofa
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Z…

>>> format_add_checkpoint(0, [], "example.org/kr\\n…")
'old 0\\n\\nexample.org/kr\\n…'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trilogue.encoding import base64
from trilogue.encoding.digest import SIZE, same
from trilogue.errors import ConsistencyError, FormatError, SignatureError
from trilogue.tlog.checkpoint import (
    UnverifiedCheckpoint,
    parse_checkpoint,
    parse_size,
    verify_checkpoint,
)
from trilogue.tlog.cosignature import cosign
from trilogue.tlog.tree import EMPTY_ROOT, verify_consistency

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trilogue.signing.keys import PublicKey, SecretKey

__all__ = [
    "MAX_PROOF",
    "AddCheckpoint",
    "WitnessAnswer",
    "answer",
    "format_add_checkpoint",
    "parse_add_checkpoint",
    "refuse",
]

MAX_PROOF = 63
"""Most hashes in the proof of a request: a client MUST NOT send more."""

TEXT = "text/plain; charset=utf-8"
SIZE_TYPE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request of the right shape. Nothing in it has been verified."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: UnverifiedCheckpoint

    @property
    def note(self) -> str:
        """The checkpoint as it was sent."""
        return self.checkpoint.note


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """What to answer, and what to store *before* answering.

    `new_latest` is (size, root hash) of the checkpoint that the answer cosigns; None unless the
    status is 200. `forked` says that the log signed two roots of one size: its two checkpoints
    prove that it misbehaved and are to be kept.
    """

    status: int
    content_type: str
    body: str
    new_latest: tuple[int, bytes] | None = None
    forked: bool = False


def format_add_checkpoint(old_size: int, proof: Sequence[bytes], note: str) -> str:
    """Return the body of a request."""
    hashes = "".join(f"{base64.encode(value)}\n" for value in proof)
    return f"old {old_size}\n{hashes}\n{note}"


def parse_add_checkpoint(body: str | bytes) -> AddCheckpoint:
    """Read the body of a request; raise `FormatError`, to which `refuse` is the answer."""
    try:
        text = body if isinstance(body, str) else body.decode()
    except UnicodeDecodeError as error:
        raise FormatError(f"a request must be UTF-8: {error}") from error
    head, blank, note = text.partition("\n\n")
    first, *hashes = head.split("\n")
    if not blank or not first.startswith("old "):
        raise FormatError("a request begins with the line of the old size and ends its proof blank")
    if len(hashes) > MAX_PROOF:
        raise FormatError(f"a proof of {len(hashes)} hashes where {MAX_PROOF} are allowed")
    return AddCheckpoint(
        old_size=parse_size(first.removeprefix("old ")),
        proof=tuple(base64.decode(value, SIZE) for value in hashes),
        checkpoint=parse_checkpoint(note),
    )


def refuse(error: FormatError) -> WitnessAnswer:
    """Return the answer to a request that cannot be read: 400."""
    return WitnessAnswer(400, TEXT, f"{error.message}\n")


def answer(
    request: AddCheckpoint,
    latest: tuple[int, bytes] | None,
    publics: Mapping[str, PublicKey],
    secret: SecretKey,
    timestamp: int,
) -> WitnessAnswer:
    """Decide on a request, in the order of §add-checkpoint.

    `latest` is (size, root hash) of the checkpoint of this origin that the witness cosigned last,
    None when there is none; `publics` are the known logs by origin; `timestamp` is now in seconds
    since 1970.

    The caller owes the witness's promise: it reads `latest` and stores `new_latest` in one
    transaction, and only then lets the answer go. Otherwise two requests at once could make it
    cosign backwards.
    """
    checkpoint = request.checkpoint.checkpoint
    size, root = latest or (0, EMPTY_ROOT)

    public = publics.get(checkpoint.origin)
    if public is None:
        return WitnessAnswer(404, TEXT, f"unknown origin {checkpoint.origin}\n")
    try:
        verify_checkpoint(request.checkpoint, public)
    except (SignatureError, FormatError) as error:
        return WitnessAnswer(403, TEXT, f"{error.message}\n")
    if request.old_size > checkpoint.size:
        return WitnessAnswer(400, TEXT, "the old size is above the size of the checkpoint\n")
    if request.old_size != size:
        return WitnessAnswer(409, SIZE_TYPE, f"{size}\n")
    if checkpoint.size == size and not same(checkpoint.root, root):
        return WitnessAnswer(409, SIZE_TYPE, f"{size}\n", forked=True)
    try:
        verify_consistency(size, root, checkpoint.size, checkpoint.root, request.proof)
    except ConsistencyError as error:
        return WitnessAnswer(422, TEXT, f"{error.message}\n")
    lines = cosign(request.note, secret, timestamp)
    return WitnessAnswer(200, TEXT, lines, new_latest=(checkpoint.size, checkpoint.root))
