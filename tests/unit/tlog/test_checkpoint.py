"""Checkpoints: strict text, and both signatures of the log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trilogue.encoding import base64
from trilogue.errors import FormatError, InputError, SignatureError
from trilogue.signing.keys import SecretKey
from trilogue.signing.note import Signature, format_signature, parse_note, sign_note
from trilogue.tlog.checkpoint import (
    MAX_TREE_SIZE,
    Checkpoint,
    mldsa44_signer,
    mldsa44_verifier,
    parse_checkpoint,
    parse_checkpoint_text,
    parse_size,
    sign_checkpoint,
    verify_checkpoint,
)
from trilogue.tlog.timestamped import MAX_TIMESTAMP
from trilogue.tlog.tree import EMPTY_ROOT

KR = SecretKey.from_seeds("example.org/kr", b"\x01" * 32, b"\x02" * 32)
US = SecretKey.from_seeds("example.org/us", b"\x03" * 32, b"\x04" * 32)
CHECKPOINT = Checkpoint("example.org/kr", 17, b"\xaa" * 32)
NOTE = sign_checkpoint(CHECKPOINT, KR, timestamp=1795413600)
ROOT = base64.encode(b"\xaa" * 32)


def test_reads_back_what_it_signed():
    unverified = parse_checkpoint(NOTE)
    assert (unverified.origin, unverified.size, unverified.root) == (
        CHECKPOINT.origin,
        CHECKPOINT.size,
        CHECKPOINT.root,
    )
    signed = verify_checkpoint(unverified, KR.public)
    assert signed.checkpoint == CHECKPOINT
    assert signed.timestamp == 1795413600
    assert signed.note == NOTE
    assert parse_checkpoint(NOTE.encode()) == unverified


def test_two_signatures_stand_on_it():
    ed25519, mldsa44 = parse_note(NOTE).signatures
    assert (len(ed25519.value), len(mldsa44.value)) == (64, 8 + 2420)
    assert {ed25519.name, mldsa44.name} == {"example.org/kr"}


@pytest.mark.threat("T19")
@pytest.mark.parametrize("kept", [0, 1], ids=["Ed25519 alone", "ML-DSA-44 alone"])
def test_one_signature_is_not_enough(kept: int):
    line = format_signature(parse_note(NOTE).signatures[kept])
    with pytest.raises(SignatureError, match="lacks a signature"):
        verify_checkpoint(parse_checkpoint(f"{CHECKPOINT.text()}\n{line}"), KR.public)


@pytest.mark.parametrize("half", [0, 1], ids=["Ed25519", "ML-DSA-44"])
@pytest.mark.parametrize("at", [0, 7, 8, 40, -1])
def test_any_flipped_bit_in_a_signature_rejects(half: int, at: int):
    # The first eight bytes of the ML-DSA-44 value are its time, which is signed too.
    signatures = list(parse_note(NOTE).signatures)
    value = bytearray(signatures[half].value)
    value[at] ^= 1
    signatures[half] = replace(signatures[half], value=bytes(value))
    lines = "".join(map(format_signature, signatures))
    with pytest.raises((SignatureError, FormatError)):
        verify_checkpoint(parse_checkpoint(f"{CHECKPOINT.text()}\n{lines}"), KR.public)


@pytest.mark.parametrize(
    ("old", "new"),
    [("\n17\n", "\n18\n"), (ROOT, base64.encode(b"\xab" * 32))],
    ids=["size", "root hash"],
)
def test_size_and_root_are_signed(old: str, new: str):
    with pytest.raises(SignatureError):
        verify_checkpoint(parse_checkpoint(NOTE.replace(old, new)), KR.public)


def test_a_checkpoint_of_another_log_is_not_this_ones():
    with pytest.raises(SignatureError, match=r"where 'example\.org/us' signs"):
        verify_checkpoint(parse_checkpoint(NOTE), US.public)
    renamed = SecretKey.from_seeds("example.org/kr", *US.seeds())
    with pytest.raises(SignatureError, match="lacks a signature"):
        verify_checkpoint(parse_checkpoint(NOTE), renamed.public)
    with pytest.raises(InputError, match="cannot sign a log of"):
        sign_checkpoint(CHECKPOINT, US, timestamp=1)


def test_a_log_that_signs_again_states_the_later_time():
    again = sign_checkpoint(CHECKPOINT, KR, timestamp=1795413700)
    lines = again.partition("\n\n")[2]
    assert verify_checkpoint(parse_checkpoint(NOTE + lines), KR.public).timestamp == 1795413700


def test_other_signatures_are_ignored():
    line = format_signature(Signature("example.net/witness", bytes(4), b"value"))
    assert verify_checkpoint(parse_checkpoint(NOTE + line), KR.public).checkpoint == CHECKPOINT


def test_extension_lines_are_read_and_never_signed():
    extended = replace(CHECKPOINT, extensions=("more",))
    assert parse_checkpoint_text(extended.text()) == extended
    with pytest.raises(InputError, match="extension lines"):
        sign_checkpoint(extended, KR, timestamp=1)
    # What ML-DSA-44 signs leaves the line out, so a signature that verifies says nothing of it.
    ed25519, _ = KR.note_signers()
    note = sign_note(extended.text(), [ed25519, mldsa44_signer(KR, 1)])
    mldsa44_verifier(KR.public).verify(CHECKPOINT.text(), parse_note(note).signatures[1].value)
    with pytest.raises(SignatureError, match="extension lines"):
        verify_checkpoint(parse_checkpoint(note), KR.public)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"\n17\n{ROOT}\n", id="empty origin"),
        pytest.param(f"example.org/kr\n17\n{ROOT}", id="no final newline"),
        pytest.param("example.org/kr\n17\n", id="no root hash"),
        pytest.param("example.org/kr\n", id="no size"),
        pytest.param("", id="nothing"),
        pytest.param(f"example.org/kr\n017\n{ROOT}\n", id="leading zero"),
        pytest.param(f"example.org/kr\n+17\n{ROOT}\n", id="plus sign"),
        pytest.param(f"example.org/kr\n-17\n{ROOT}\n", id="negative"),
        pytest.param(f"example.org/kr\n1_7\n{ROOT}\n", id="underscore"),
        pytest.param(f"example.org/kr\n 17\n{ROOT}\n", id="space before size"),
        pytest.param(f"example.org/kr\n１7\n{ROOT}\n", id="full-width digit"),
        pytest.param(f"example.org/kr\n0x11\n{ROOT}\n", id="hexadecimal"),
        pytest.param(f"example.org/kr\n\n{ROOT}\n", id="empty size"),
        pytest.param(f"example.org/kr\n{2**63}\n{ROOT}\n", id="size of 2^63"),
        pytest.param(f"example.org/kr\n{'9' * 5000}\n{ROOT}\n", id="size without end"),
        pytest.param(f"example.org/kr\n17\n{ROOT[:-1]}\n", id="root hash unpadded"),
        pytest.param(f"example.org/kr\n17\n{base64.encode(bytes(31))}\n", id="root hash short"),
        pytest.param(f"example.org/kr\n0\n{ROOT}\n", id="empty tree with a root of its own"),
        pytest.param(f"example.org/kr\n17\n{ROOT}\n\n", id="empty extension line"),
        pytest.param(f"example.org/kr\n17\n{ROOT}\n\nmore\n", id="empty line among extensions"),
    ],
)
def test_refuses_what_is_no_checkpoint(text: str):
    with pytest.raises(FormatError):
        parse_checkpoint_text(text)


@pytest.mark.parametrize(
    "change",
    [{"size": -1}, {"size": 2**63}, {"root": b""}, {"origin": ""}, {"origin": "a\nb"}, {"size": 0}],
)
def test_makes_no_checkpoint_that_could_not_be_read(change: dict[str, object]):
    with pytest.raises(FormatError):
        replace(CHECKPOINT, **change)


def test_the_largest_and_the_smallest_tree():
    assert parse_size(str(MAX_TREE_SIZE)) == MAX_TREE_SIZE
    empty = Checkpoint("example.org/kr", 0, EMPTY_ROOT)
    signed = verify_checkpoint(parse_checkpoint(sign_checkpoint(empty, KR, 0)), KR.public)
    assert (signed.checkpoint, signed.timestamp) == (empty, 0)


@pytest.mark.parametrize("timestamp", [-1, MAX_TIMESTAMP + 1])
def test_a_time_that_cannot_be_is_not_signed(timestamp: int):
    with pytest.raises(FormatError, match="not a time"):
        sign_checkpoint(CHECKPOINT, KR, timestamp)


def test_a_name_too_long_for_the_message_is_not_signed():
    name = "e" * 256
    secret = SecretKey.generate(name)
    with pytest.raises(FormatError, match="a name of 256 bytes"):
        sign_checkpoint(Checkpoint(name, 1, bytes(32)), secret, 1)
