"""What goes over a channel: a delivery of voices, and the acknowledgement that comes back.

A delivery holds one voice per checkpoint: the sender's own, and those of others that the sender
relays verbatim. A voice is a checkpoint, the steps that lead to it from what the recipient has
seen, and statements with their inclusion proofs. Ciphertexts and sealed boxes travel beside; the
statements name them by digest. A voice without statements only moves the recipient's view on.

    {"boxes":["…"],"ciphertexts":["…"],"sender":"US","v":1,"voices":[{"note":"…","old":16,
     "speaker":"KR","statements":[{"proof":["…"],"raw":"…"}],"steps":[…]}]}
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from trilogue.encoding import canonical
from trilogue.errors import FormatError
from trilogue.reports.cite import Index

__all__ = [
    "MAX_CONTENT",
    "MAX_DELIVERY",
    "Ack",
    "Delivery",
    "Outcome",
    "Seen",
    "Spoken",
    "Step",
    "Voice",
    "parse_delivery",
]

MAX_DELIVERY = 16 << 20
"""Largest delivery in bytes (step 0)."""
MAX_CONTENT = 8 << 20
"""Most content that one grant may carry. With its statements, boxes and proofs, and in base64, it
still fits in one delivery, relayed or not."""


class Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what travels between nodes; `bytes` are base64 in JSON."""


class Step(Wire, frozen=True, kw_only=True):
    """One checkpoint further along a log, with the consistency proof from the one before."""

    size: Index
    root: bytes
    proof: tuple[bytes, ...]


class Spoken(Wire, frozen=True, kw_only=True):
    """One statement's exact bytes and the proof that its leaf stands in the voice's checkpoint."""

    raw: bytes
    proof: tuple[bytes, ...]


class Voice(Wire, frozen=True, kw_only=True):
    """Part of one participant's log, under one signed checkpoint.

    `steps` lead from size `old`, which the recipient has seen, to the checkpoint; the last step
    is the checkpoint itself, so that it is empty when the recipient has seen just this one.
    """

    speaker: str
    note: str
    old: Index
    steps: tuple[Step, ...]
    statements: tuple[Spoken, ...]


class Delivery(Wire, frozen=True, kw_only=True):
    """Everything one POST carries from a node to its neighbour."""

    v: Literal[1]
    sender: str
    voices: tuple[Voice, ...]
    ciphertexts: tuple[bytes, ...]
    boxes: tuple[bytes, ...]


class Outcome(Wire, frozen=True, kw_only=True):
    """What became of one statement. `step` is the acceptance step at which it failed, or None.

    A failure is final unless `again` is true: then the recipient lacks something that may come.
    """

    speaker: str
    index: Annotated[int, msgspec.Meta(ge=-1, le=2**53 - 1)]
    step: Index | None
    reason: str
    again: bool


class Seen(Wire, frozen=True, kw_only=True):
    """How far the recipient has seen a speaker's log."""

    speaker: str
    size: Index


class Ack(Wire, frozen=True, kw_only=True):
    """The answer to a delivery, one outcome for each statement in it."""

    v: Literal[1]
    recipient: str
    outcomes: tuple[Outcome, ...]
    seen: tuple[Seen, ...]


def parse_delivery(data: bytes) -> Delivery:
    """Step 0 for a delivery. Raises `FormatError`; no part of it is trusted yet."""
    if len(data) > MAX_DELIVERY:
        raise FormatError(f"a delivery of {len(data)} bytes; at most {MAX_DELIVERY}")
    return canonical.decode(data, Delivery)
