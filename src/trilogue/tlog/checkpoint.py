"""Checkpoints (c2sp.org/tlog-checkpoint@v1.0.0): a log's signed size and root hash.

    example.com/behind-the-sofa
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Z…

The text is three lines: the origin, which names the log; the number of leaves in decimal; the
root hash in base64. Further lines are extensions: they are read, and never signed here.

A participant's log signs with both keys of its pair, and its key name is the origin:

- Ed25519, note type 0x01, over the text, which every C2SP client can verify;
- ML-DSA-44, type 0x06, over the structure of `trilogue.tlog.timestamped` with the log as its own
  cosigner, as C2SP recommends for logs. It carries the time of signing.

>>> checkpoint = Checkpoint("example.org/kr", 17, bytes(32))
>>> print(checkpoint.text(), end="")
example.org/kr
17
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
>>> from trilogue.signing.keys import SecretKey
>>> secret = SecretKey.generate("example.org/kr")
>>> note = sign_checkpoint(checkpoint, secret, timestamp=1795413600)
>>> verify_checkpoint(parse_checkpoint(note), secret.public).timestamp
1795413600
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from trilogue.encoding import base64
from trilogue.encoding.digest import SIZE, same
from trilogue.errors import FormatError, InputError, SignatureError
from trilogue.signing.note import UnverifiedNote, parse_note, sign_note, verify_note
from trilogue.signing.vkeys import key_id
from trilogue.tlog.timestamped import (
    TimestampedSigner,
    TimestampedVerifier,
    cosigned_message,
    split_timestamp,
)
from trilogue.tlog.tree import EMPTY_ROOT

if TYPE_CHECKING:
    from trilogue.signing.keys import PublicKey, SecretKey

__all__ = [
    "MAX_TREE_SIZE",
    "MLDSA44_COSIGNATURE",
    "Checkpoint",
    "SignedCheckpoint",
    "UnverifiedCheckpoint",
    "mldsa44_signer",
    "mldsa44_verifier",
    "parse_checkpoint",
    "parse_checkpoint_text",
    "parse_size",
    "sign_checkpoint",
    "verify_checkpoint",
]

MLDSA44_COSIGNATURE: Final = b"\x06"
"""Signature type of ML-DSA-44 over the structure of `trilogue.tlog.timestamped`."""

MAX_TREE_SIZE: Final = 2**63 - 1
"""Most leaves that a tree may have. C2SP sets no limit; Go and SQL integers end here."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The size and root hash (32 bytes) of the log named `origin`.

    Raises `FormatError` when it could not be written and read back.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # §Note text: MUST be non-empty lines. Control characters are the note's to refuse.
        for line in (self.origin, *self.extensions):
            if not line or "\n" in line:
                raise FormatError(f"not a line of a checkpoint: {line[:80]!r}")
        if not 0 <= self.size <= MAX_TREE_SIZE:
            raise FormatError(f"not a tree size: {self.size}")
        if len(self.root) != SIZE:
            raise FormatError(f"a root hash of {len(self.root)} bytes")
        if self.size == 0 and not same(self.root, EMPTY_ROOT):
            raise FormatError("a tree without leaves has one root hash, and this is another")

    def text(self) -> str:
        """Return the note text, which ends with a newline (§Note text)."""
        lines = (self.origin, str(self.size), base64.encode(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class UnverifiedCheckpoint:
    """A checkpoint of the right shape. Nobody has checked who signed it."""

    checkpoint: Checkpoint
    note: str
    parsed: UnverifiedNote

    @property
    def origin(self) -> str:
        """The log that it claims to be of."""
        return self.checkpoint.origin

    @property
    def size(self) -> int:
        """The claimed number of leaves."""
        return self.checkpoint.size

    @property
    def root(self) -> bytes:
        """The claimed root hash, 32 bytes."""
        return self.checkpoint.root


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint that its log signed with both keys, at `timestamp` (seconds since 1970)."""

    checkpoint: Checkpoint
    note: str
    timestamp: int


def parse_size(text: str) -> int:
    """Read a tree size: ASCII decimal, no leading zero; raise `FormatError` (§Note text, 2)."""
    # int() alone admits "1_0", " 1", "+1" and digits of other scripts, and long texts cost time.
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_TREE_SIZE))):
        raise FormatError(f"not a tree size: {text[:40]!r}")
    size = int(text)
    if str(size) != text or size > MAX_TREE_SIZE:
        raise FormatError(f"not a tree size: {text!r}")
    return size


def parse_checkpoint_text(text: str) -> Checkpoint:
    """Read the note text of a checkpoint; raise `FormatError`."""
    origin, *rest = text.removesuffix("\n").split("\n")
    if len(rest) < 2 or not text.endswith("\n"):
        raise FormatError("a checkpoint has an origin, a tree size and a root hash, each a line")
    size, root, *extensions = rest
    return Checkpoint(origin, parse_size(size), base64.decode(root, SIZE), tuple(extensions))


def parse_checkpoint(note: str | bytes) -> UnverifiedCheckpoint:
    """Read a checkpoint and its signatures; raise `FormatError`.

    The caller still owes `verify_checkpoint`, and after it consistency with what it saw before.
    """
    parsed = parse_note(note)
    text = note if isinstance(note, str) else note.decode()
    return UnverifiedCheckpoint(parse_checkpoint_text(parsed.text), text, parsed)


def sign_checkpoint(checkpoint: Checkpoint, secret: SecretKey, timestamp: int) -> str:
    """Return the checkpoint as a note that its log signs with both keys at `timestamp`.

    The caller owes the log's one duty: never to sign a checkpoint that is not consistent with
    every earlier one (§Signatures). Raises `InputError` when the checkpoint has another origin
    than the key's name, or extension lines, which ML-DSA-44 would leave unsigned.
    """
    if checkpoint.origin != secret.name:
        raise InputError(f"the key of {secret.name} cannot sign a log of {checkpoint.origin}")
    if checkpoint.extensions:
        raise InputError("extension lines are not signed by ML-DSA-44, so none may stand")
    ed25519, _ = secret.note_signers()
    return sign_note(checkpoint.text(), (ed25519, mldsa44_signer(secret, timestamp)))


def verify_checkpoint(unverified: UnverifiedCheckpoint, public: PublicKey) -> SignedCheckpoint:
    """Return the checkpoint as its log's own when *both* signatures verify.

    Raises `SignatureError`, or `FormatError` for a time that cannot be. The caller owes the key
    of the log it asked for, and `verify_consistency` with the last checkpoint it saw.
    """
    checkpoint = unverified.checkpoint
    if checkpoint.origin != public.name:
        raise SignatureError(f"a checkpoint of {checkpoint.origin!r} where {public.name!r} signs")
    if checkpoint.extensions:
        raise SignatureError("extension lines are not signed by ML-DSA-44, so none may stand")
    ed25519, _ = public.note_verifiers
    mldsa44 = mldsa44_verifier(public)
    note = verify_note(unverified.parsed, (ed25519, mldsa44))
    timestamp = max(
        split_timestamp(signature.value)[0]
        for signature in note.signatures
        if signature.key_id == mldsa44.key_id  # a log may sign again, at a later time
    )
    return SignedCheckpoint(checkpoint, unverified.note, timestamp)


def mldsa44_signer(secret: SecretKey, timestamp: int) -> TimestampedSigner:
    """Return what signs a checkpoint text with type 0x06, as the cosigner of the key's name."""
    name, public = secret.name, secret.public.mldsa44
    identifier = key_id(name, MLDSA44_COSIGNATURE, public)
    message = partial(_message, name)
    return TimestampedSigner(name, identifier, message, secret.sign_mldsa44, timestamp)


def mldsa44_verifier(public: PublicKey) -> TimestampedVerifier:
    """Return what verifies type 0x06 over a checkpoint text, by the cosigner of the key's name."""
    identifier = key_id(public.name, MLDSA44_COSIGNATURE, public.mldsa44)
    message = partial(_message, public.name)
    return TimestampedVerifier(public.name, identifier, message, public.verify_mldsa44)


def _message(name: str, timestamp: int, text: str) -> bytes:
    """Return what ML-DSA-44 signs (tlog-cosignature §ML-DSA-44 signed message)."""
    checkpoint = parse_checkpoint_text(text)
    return cosigned_message(name, timestamp, checkpoint.origin, checkpoint.size, checkpoint.root)
