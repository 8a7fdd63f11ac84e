"""Notes, verifier keys, checkpoints, cosignatures, and what a witness is asked.

Keys are fixed. A signature that verifies under them stands in the seeds, and nobody here can make
another: what verifies says what its key signed.
"""

from __future__ import annotations

from functools import cache

from fuzz.target import target
from trilogue.encoding import base64
from trilogue.encoding.digest import sha256
from trilogue.errors import FormatError, InputError, PeerError, SignatureError
from trilogue.signing.keys import ED25519, MLDSA44, PublicKey, SecretKey, sign_text, verify_text
from trilogue.signing.note import (
    format_signature,
    parse_note,
    parse_signature,
    parse_signatures,
)
from trilogue.signing.vkeys import format_vkey, parse_vkey
from trilogue.tlog.checkpoint import (
    Checkpoint,
    parse_checkpoint,
    parse_checkpoint_text,
    parse_size,
    sign_checkpoint,
    verify_checkpoint,
)
from trilogue.tlog.cosignature import cosign, verify_cosignatures
from trilogue.tlog.tree import MemoryHashes, consistency_proof
from trilogue.tlog.witness import answer, format_add_checkpoint, parse_add_checkpoint

OLD, NEW, TIME = 3, 7, 1_795_413_600
TEXT = "in force\n"


@cache
def secret(name: str = "example.org/kr") -> SecretKey:
    """Return the same key every time: its seeds are made of its name."""
    return SecretKey.from_seeds(name, sha256(name.encode()), sha256(name.encode()[::-1]))


@cache
def tree() -> MemoryHashes:
    """Return a log of `NEW` leaves."""
    return MemoryHashes(sha256(b"%d" % index) for index in range(NEW))


@cache
def roots() -> tuple[bytes, bytes]:
    """Return the root hashes of the log at `OLD` and at `NEW` leaves."""
    return MemoryHashes(sha256(b"%d" % index) for index in range(OLD)).root(), tree().root()


@cache
def checkpoint_note() -> str:
    """Return the log's checkpoint at `NEW`; ML-DSA signatures differ each time they are made."""
    return sign_checkpoint(Checkpoint("example.org/kr", NEW, roots()[1]), secret(), TIME)


@cache
def witness_request() -> str:
    """Return what asks a witness that cosigned `OLD` to cosign `NEW`."""
    return format_add_checkpoint(OLD, consistency_proof(OLD, NEW, tree()), checkpoint_note())


@cache
def cosigned() -> str:
    """Return another's cosignature of the log's checkpoint."""
    return cosign(checkpoint_note(), secret("example.org/us"), TIME)


@cache
def signed_note() -> str:
    """Return a note of the text `TEXT`."""
    return sign_text(secret(), TEXT)


@target(FormatError)
def note(data: bytes) -> None:
    parsed = parse_note(data)
    assert f"{parsed.text}\n{''.join(map(format_signature, parsed.signatures))}".encode() == data
    try:
        said = verify_text(secret().public, data)
    except SignatureError:
        return
    assert said == parsed.text == TEXT


@target(FormatError)
def signature_lines(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    signatures = parse_signatures(text)
    assert "".join(map(format_signature, signatures)) == text
    assert signatures == tuple(map(parse_signature, text.splitlines(keepends=True)))


@target(FormatError)
def verifier_key(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    kind = MLDSA44 if len(text) > 500 else ED25519
    name, public = parse_vkey(text, kind)
    assert format_vkey(name, kind, public) == text


@target(FormatError)
def public_key(data: bytes) -> None:
    lines = data.decode("utf-8", "replace").split("\n")
    public = PublicKey.parse(lines)
    assert list(public.vkeys()) == lines
    try:
        public.verify_ed25519(b"", bytes(64))
    except SignatureError:
        return
    raise AssertionError("a signature of zeros verifies")


@target(FormatError)
def tree_size(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    assert str(parse_size(text)) == text


@target(FormatError)
def checkpoint(data: bytes) -> None:
    unverified = parse_checkpoint(data)
    text = unverified.parsed.text
    assert unverified.checkpoint.text() == text
    assert parse_checkpoint_text(text) == unverified.checkpoint
    assert unverified.note.encode() == data
    try:
        signed = verify_checkpoint(unverified, secret().public)
    except SignatureError:
        return
    assert (signed.checkpoint.size, signed.checkpoint.root) == (NEW, roots()[1])
    assert signed.timestamp == TIME


@target(FormatError, SignatureError)
def cosignatures(data: bytes) -> None:
    """Without both lines of a known key nobody cosigned; with them, at the time they state."""
    publics = [secret("example.org/us").public, secret("example.org/jp").public]
    seen = Checkpoint("example.org/kr", NEW, roots()[1])
    times = verify_cosignatures(seen, data.decode("utf-8", "replace"), publics)
    assert times in ({}, {"example.org/us": TIME})


@target(FormatError)
def add_checkpoint(data: bytes) -> None:
    """A witness cosigns what its log signed and proved to have grown, and nothing else."""
    request = parse_add_checkpoint(data)
    assert format_add_checkpoint(request.old_size, request.proof, request.note).encode() == data
    given = answer(
        request,
        (OLD, roots()[0]),
        {"example.org/kr": secret().public},
        secret("example.org/us"),
        TIME,
    )
    assert given.status in (200, 400, 403, 404, 409, 422)
    assert (given.new_latest is not None) is (given.status == 200)
    assert given.new_latest in (None, (NEW, roots()[1]))


@target(InputError, PeerError)
def root_file(data: bytes) -> None:
    """A root file has one spelling: two lines, the two verifier keys."""
    from trilogue.arrangement.parse import _parse_roots

    (public,) = _parse_roots({"KR": data}).values()
    assert "".join(f"{vkey}\n" for vkey in public.vkeys()).encode() == data


@target(FormatError)
def sealing_key(data: bytes) -> None:
    from trilogue.sealing.box import SealingPublic, seal_box

    public = SealingPublic.from_bytes(base64.decode(data.decode("latin-1")))
    assert base64.encode(public.to_bytes()).encode() == data
    seal_box(b"key", public, b"")
