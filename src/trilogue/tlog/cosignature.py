"""Cosignatures (c2sp.org/tlog-cosignature): another's word that a log only grew.

A cosigner (a *witness*) that has verified a checkpoint against all it saw of the log before adds
its own signature lines to the note. A participant cosigns with both keys of its pair; each line
states the time as of which this is the largest tree that it saw.

Ed25519 (type 0x04) signs two lines and the whole text of the checkpoint:

    cosignature/v1
    time 1679315147
    example.com/behind-the-sofa
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

ML-DSA-44 (type 0x06) signs the structure of `trilogue.tlog.timestamped`.

>>> from trilogue.signing.keys import SecretKey
>>> from trilogue.tlog.checkpoint import Checkpoint, sign_checkpoint
>>> kr, us = SecretKey.generate("example.org/kr"), SecretKey.generate("example.org/us")
>>> checkpoint = Checkpoint("example.org/kr", 17, bytes(32))
>>> note = sign_checkpoint(checkpoint, kr, timestamp=1795413600)
>>> lines = cosign(note, us, timestamp=1795413601)
>>> verify_cosignatures(checkpoint, lines, [us.public])
{'example.org/us': 1795413601}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.errors import InputError
from trilogue.signing.note import Signature, format_signature, parse_note, parse_signatures
from trilogue.signing.vkeys import key_id
from trilogue.tlog.checkpoint import (
    Checkpoint,
    mldsa44_signer,
    mldsa44_verifier,
    parse_checkpoint_text,
)
from trilogue.tlog.timestamped import TimestampedSigner, TimestampedVerifier, split_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trilogue.signing.keys import PublicKey, SecretKey

__all__ = [
    "ED25519_COSIGNATURE",
    "cosign",
    "ed25519_signer",
    "ed25519_verifier",
    "verify_cosignatures",
]

ED25519_COSIGNATURE = b"\x04"
"""Signature type of Ed25519 over the lines of a timestamped checkpoint."""


def cosign(checkpoint_note: str, secret: SecretKey, timestamp: int) -> str:
    """Return two signature lines, Ed25519 and ML-DSA-44, to stand below the checkpoint.

    The caller owes all that a cosignature says: it verified the log's own signatures, it proved
    consistency with the last checkpoint that it cosigned, and it stored this one before it lets
    the lines go (tlog-witness §add-checkpoint). Raises `FormatError` when it is no checkpoint and
    `InputError` when it has extension lines, which ML-DSA-44 would leave unsigned.
    """
    text = parse_note(checkpoint_note).text
    if parse_checkpoint_text(text).extensions:
        raise InputError("extension lines are not signed by ML-DSA-44, so none may stand")
    signers = (ed25519_signer(secret, timestamp), mldsa44_signer(secret, timestamp))
    return "".join(
        format_signature(Signature(signer.name, signer.key_id, signer.sign(text)))
        for signer in signers
    )


def verify_cosignatures(
    checkpoint: Checkpoint, lines: str, publics: Iterable[PublicKey]
) -> dict[str, int]:
    """Return who of `publics` cosigned with *both* keys, and as of when (seconds since 1970).

    Lines of unknown keys are ignored, as is a cosigner of whom one line is missing. A line of a
    known key that does not verify rejects all lines with `SignatureError` or `FormatError`. When
    the two lines state different times, the earlier one is what both support. `lines` may be
    empty: then nobody cosigned. How many must is for `trilogue.signing.thresholds`.
    """
    signatures = parse_signatures(lines) if lines else ()
    text = checkpoint.text()
    times: dict[str, int] = {}
    for public in publics:
        verifiers = (ed25519_verifier(public), mldsa44_verifier(public))
        stated = [_latest(signatures, verifier, text) for verifier in verifiers]
        given = [timestamp for timestamp in stated if timestamp is not None]
        if len(given) == len(verifiers):
            times[public.name] = min(given)
    return times


def ed25519_signer(secret: SecretKey, timestamp: int) -> TimestampedSigner:
    """Return what signs a checkpoint text with type 0x04.

    The signature does not cover the cosigner's name (§Ed25519 signed message).
    """
    identifier = key_id(secret.name, ED25519_COSIGNATURE, secret.public.ed25519)
    return TimestampedSigner(secret.name, identifier, _message, secret.sign_ed25519, timestamp)


def ed25519_verifier(public: PublicKey) -> TimestampedVerifier:
    """Return what verifies type 0x04 over a checkpoint text."""
    identifier = key_id(public.name, ED25519_COSIGNATURE, public.ed25519)
    return TimestampedVerifier(public.name, identifier, _message, public.verify_ed25519)


def _message(timestamp: int, text: str) -> bytes:
    """Return what Ed25519 signs (§Ed25519 signed message)."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _latest(
    signatures: Iterable[Signature], verifier: TimestampedVerifier, text: str
) -> int | None:
    """Return the latest time that one key states, after all its lines verified."""
    times: list[int] = []
    for signature in signatures:
        if (signature.name, signature.key_id) == (verifier.name, verifier.key_id):
            verifier.verify(text, signature.value)
            times.append(split_timestamp(signature.value)[0])
    return max(times, default=None)
