"""Cosignatures: both lines of a cosigner, each with the time that it supports."""

from __future__ import annotations

import pytest

from trilogue.errors import FormatError, InputError, SignatureError
from trilogue.signing.keys import SecretKey
from trilogue.signing.note import Signature, format_signature, parse_signatures
from trilogue.tlog.checkpoint import Checkpoint, mldsa44_signer, sign_checkpoint
from trilogue.tlog.cosignature import cosign, ed25519_signer, verify_cosignatures
from trilogue.tlog.timestamped import MAX_TIMESTAMP

KR = SecretKey.from_seeds("example.org/kr", b"\x01" * 32, b"\x02" * 32)
US = SecretKey.from_seeds("example.org/us", b"\x03" * 32, b"\x04" * 32)
JP = SecretKey.from_seeds("example.org/jp", b"\x05" * 32, b"\x06" * 32)
CHECKPOINT = Checkpoint("example.org/kr", 17, b"\xaa" * 32)
NOTE = sign_checkpoint(CHECKPOINT, KR, timestamp=100)
BY_US = cosign(NOTE, US, timestamp=101)
BY_JP = cosign(NOTE, JP, timestamp=102)
PUBLICS = [US.public, JP.public]


def test_says_who_cosigned_and_as_of_when():
    assert verify_cosignatures(CHECKPOINT, BY_US + BY_JP, PUBLICS) == {
        "example.org/us": 101,
        "example.org/jp": 102,
    }


def test_nobody_need_have_cosigned():
    assert verify_cosignatures(CHECKPOINT, "", PUBLICS) == {}
    assert verify_cosignatures(CHECKPOINT, BY_US, []) == {}


def test_strangers_are_ignored():
    assert verify_cosignatures(CHECKPOINT, BY_US + BY_JP, [US.public]) == {"example.org/us": 101}


@pytest.mark.parametrize("kept", [0, 1], ids=["Ed25519 alone", "ML-DSA-44 alone"])
def test_half_a_cosignature_does_not_count(kept: int):
    line = BY_US.splitlines(keepends=True)[kept]
    assert verify_cosignatures(CHECKPOINT, line + BY_JP, PUBLICS) == {"example.org/jp": 102}


@pytest.mark.parametrize("half", [0, 1], ids=["Ed25519", "ML-DSA-44"])
@pytest.mark.parametrize("at", [7, 8, -1], ids=["time", "first byte", "last byte"])
def test_a_line_of_a_known_cosigner_that_fails_rejects_all(half: int, at: int):
    signatures = list(parse_signatures(BY_US))
    value = bytearray(signatures[half].value)
    value[at] ^= 1
    lines = [format_signature(s) for s in signatures]
    lines[half] = format_signature(
        Signature(US.name, signatures[half].key_id, bytes(value)),
    )
    with pytest.raises(SignatureError, match="does not verify"):
        verify_cosignatures(CHECKPOINT, "".join(lines) + BY_JP, PUBLICS)


@pytest.mark.parametrize(
    "other",
    [
        Checkpoint("example.org/kr", 18, b"\xaa" * 32),
        Checkpoint("example.org/kr", 17, b"\xab" * 32),
        Checkpoint("example.org/us", 17, b"\xaa" * 32),
    ],
    ids=["size", "root hash", "origin"],
)
def test_a_cosignature_is_of_one_checkpoint(other: Checkpoint):
    with pytest.raises(SignatureError):
        verify_cosignatures(other, BY_US, PUBLICS)


def test_the_earlier_of_two_times_is_what_both_lines_support():
    lines = "".join(
        format_signature(Signature(signer.name, signer.key_id, signer.sign(CHECKPOINT.text())))
        for signer in (ed25519_signer(US, 150), mldsa44_signer(US, 120))
    )
    assert verify_cosignatures(CHECKPOINT, lines, PUBLICS) == {"example.org/us": 120}
    # Cosigned again later: the latest time of each line counts.
    assert verify_cosignatures(CHECKPOINT, BY_US + lines, PUBLICS) == {"example.org/us": 120}


def test_a_time_beyond_2_63_is_refused():
    signature = parse_signatures(BY_US)[0]
    late = (MAX_TIMESTAMP + 1).to_bytes(8, "big") + signature.value[8:]
    line = format_signature(Signature(signature.name, signature.key_id, late))
    with pytest.raises(FormatError, match="not a time"):
        verify_cosignatures(CHECKPOINT, line, PUBLICS)


def test_a_value_without_signature_is_refused():
    signature = parse_signatures(BY_US)[0]
    line = format_signature(Signature(signature.name, signature.key_id, bytes(8)))
    with pytest.raises(FormatError, match="timestamped signature of 8 bytes"):
        verify_cosignatures(CHECKPOINT, line, PUBLICS)


def test_the_log_cannot_pass_as_its_own_witness():
    # Its ML-DSA-44 line has the type of a cosignature; its Ed25519 line has not.
    lines = NOTE.partition("\n\n")[2]
    assert verify_cosignatures(CHECKPOINT, lines, [KR.public]) == {}


def test_cosigns_nothing_that_ml_dsa_would_leave_unsigned():
    extended = f"{CHECKPOINT.text()}more\n\n— k AAECA3ZhbHVl\n"
    with pytest.raises(InputError, match="extension lines"):
        cosign(extended, US, 1)


def test_cosigns_checkpoints_only():
    with pytest.raises(FormatError):
        cosign("text\n\n— k AAECA3ZhbHVl\n", US, 1)
