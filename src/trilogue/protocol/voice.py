"""Steps 0 to 5: from a voice, as a peer sent it, to statements that provably stand in a log.

Everything is proven against the speaker's own keys, whoever carried it here: a relayed voice gets
exactly the same treatment as a neighbour's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

from trilogue.encoding import base64
from trilogue.encoding.digest import same
from trilogue.errors import (
    ConsistencyError,
    FormatError,
    InclusionError,
    PeerError,
    SignatureError,
)
from trilogue.protocol.bodies import KeyMaterial, KeysBody
from trilogue.protocol.delivery import Step, Voice
from trilogue.protocol.keys import key_in_force, verify_material
from trilogue.protocol.statement import Statement, leaf_of, parse_statement
from trilogue.protocol.view import View
from trilogue.reports.cite import Cite
from trilogue.signing.keys import PublicKey
from trilogue.tlog.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from trilogue.tlog.tree import Inclusions, leaf_hash, verify_consistency

__all__ = ["ForkError", "Heard", "HeardVoice", "verify_voice"]


class ForkError(ConsistencyError):
    """Two checkpoints, both signed by one speaker, that cannot both be of one log.

    `first` is the root seen before at `size`, `second` the one signed now: the proof of the fork.
    """

    def __init__(self, speaker: str, size: int, first: bytes, second: bytes) -> None:
        super().__init__(
            f"{speaker} signed two different logs of size {size}",
            hint="nothing more is accepted from this log; keep both checkpoints as evidence",
        )
        self.speaker = speaker
        self.size = size
        self.first = first
        self.second = second


class Heard(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One statement that stands in its speaker's log: steps 0 to 5 hold.

    The caller still owes steps 6 to 10.
    """

    statement: Statement
    raw: bytes
    leaf: bytes
    leaf_hash: bytes
    size: int
    proof: tuple[bytes, ...]

    @cached_property
    def cite(self) -> Cite:
        """The cite that leads to this statement."""
        return Cite(self.statement.speaker, self.statement.index, base64.encode(self.leaf_hash))


class HeardVoice(msgspec.Struct, frozen=True, kw_only=True):
    """A verified voice: its checkpoint, the new steps to remember, and what was said.

    `failures` holds the statements of it that failed a step, in place of losing the whole voice.
    """

    speaker: str
    checkpoint: Checkpoint
    note: str
    steps: tuple[Step, ...]
    said: tuple[Heard, ...]
    failures: tuple[tuple[int, PeerError], ...]
    keys: tuple[tuple[int, KeyMaterial], ...]


def verify_voice(
    voice: Voice, view: View, at: str, introduced: tuple[tuple[int, KeyMaterial], ...] = ()
) -> HeardVoice:
    """Do steps 0 to 5 for one voice. Raises a `PeerError` when the voice as a whole fails.

    A single statement that fails (steps 0, 4 or 5) is set aside in `failures`. `introduced` are
    the `keys` of earlier parts of the same voice, which the view does not hold yet.
    """
    arrangement = view.arrangement
    if voice.speaker not in arrangement.participants or voice.speaker == view.me:
        raise FormatError(f"no voice of another participant: {voice.speaker!r}")

    # (0) Shape of each statement. One that fails takes nothing else down with it.
    parsed: list[tuple[Statement, bytes, tuple[bytes, ...]]] = []
    failures: list[tuple[int, PeerError]] = []
    for position, spoken in enumerate(voice.statements):
        try:
            statement = parse_statement(spoken.raw)
            if statement.speaker != voice.speaker:
                raise FormatError(f"{statement.speaker}'s statement in {voice.speaker}'s voice")
        except PeerError as error:
            failures.append((position, error))
            continue
        parsed.append((statement, spoken.raw, spoken.proof))

    unverified = parse_checkpoint(voice.note)
    if unverified.origin != arrangement.participant(voice.speaker).log:
        raise SignatureError(f"a checkpoint of {unverified.origin!r} in {voice.speaker}'s voice")

    # (1) and (2) Keys valid at `at`, and both signatures of the checkpoint. Root-signed key
    # statements in the same voice count: that is how a rotation and a first card introduce
    # themselves, and the root outranks every working key.
    keys = (*introduced, *_introduced(parsed, arrangement.root(voice.speaker), voice.speaker))
    if not view.note_verified(voice.speaker, unverified.size, voice.note):
        materials = (*view.materials(voice.speaker), *keys)
        material = key_in_force(materials, voice.speaker, unverified.size, at)
        verify_checkpoint(unverified, PublicKey.parse(material.checkpoint))
    checkpoint = Checkpoint(unverified.origin, unverified.size, unverified.root)

    # (3) One log only: every step from what was seen before leads to this checkpoint.
    _check_consistency(voice, checkpoint, view)

    # (4) and (5) Each leaf stands in the log, and its commitment opens to the statement.
    said: list[Heard] = []
    tree = Inclusions(checkpoint.size, checkpoint.root)
    positions = iter(_good_positions(len(voice.statements), failures))
    for (statement, raw, proof), position in zip(parsed, positions, strict=True):
        leaf = leaf_of(statement, raw)
        hashed = leaf_hash(leaf)
        try:
            tree.verify(hashed, statement.index, proof)
        except InclusionError as error:
            failures.append((position, error))
            continue
        said.append(
            Heard(
                statement=statement,
                raw=raw,
                leaf=leaf,
                leaf_hash=hashed,
                size=checkpoint.size,
                proof=proof,
            )
        )
    return HeardVoice(
        speaker=voice.speaker,
        checkpoint=checkpoint,
        note=voice.note,
        steps=voice.steps,
        said=tuple(said),
        failures=tuple(failures),
        keys=keys,
    )


def _introduced(
    parsed: list[tuple[Statement, bytes, tuple[bytes, ...]]], root: PublicKey, speaker: str
) -> Iterator[tuple[int, KeyMaterial]]:
    for statement, _, _ in parsed:
        if statement.kind == "keys":
            yield statement.index, verify_material(statement.says(KeysBody), root, speaker)


def _check_consistency(voice: Voice, checkpoint: Checkpoint, view: View) -> None:
    known = view.root_at(voice.speaker, checkpoint.size)
    if known is not None:
        if not same(known, checkpoint.root):
            raise ForkError(voice.speaker, checkpoint.size, known, checkpoint.root)
        return
    seen = view.seen(voice.speaker)
    size, root = seen if seen is not None else (0, b"")
    if voice.old != size:
        raise ConsistencyError(
            f"{voice.speaker}'s log is proven from size {voice.old}, but size {size} was seen",
            hint="send the steps from the size that was seen",
            again=True,
        )
    for step in voice.steps:
        if step.size <= size:
            raise FormatError(f"a step from size {size} to {step.size} leads nowhere")
        if size:
            verify_consistency(size, root, step.size, step.root, list(step.proof))
        elif step.proof:
            raise FormatError("a consistency proof from the empty log must be empty")
        size, root = step.size, step.root
    if size != checkpoint.size or not same(root, checkpoint.root):
        raise ConsistencyError(f"the steps lead to size {size}, not to the checkpoint")


def _good_positions(count: int, failures: list[tuple[int, PeerError]]) -> list[int]:
    bad = {position for position, _ in failures}
    return [position for position in range(count) if position not in bad]
