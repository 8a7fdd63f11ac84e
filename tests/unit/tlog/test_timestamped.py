"""What ML-DSA-44 signs, byte for byte."""

from __future__ import annotations

import pytest

from trilogue.errors import FormatError
from trilogue.tlog.timestamped import MAX_TIMESTAMP, cosigned_message, split_timestamp


def test_the_message_is_laid_out_as_tlog_cosignature_says():
    root = bytes(range(32))
    message = cosigned_message("witness.example/w1", 1679315147, "example.com/log", 20852163, root)
    assert message == (
        b"subtree/v1\n\0"
        b"\x12witness.example/w1"
        b"\x00\x00\x00\x00\x64\x18\x50\xcb"
        b"\x0fexample.com/log"
        b"\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x01\x3e\x2d\xc3" + root
    )


def test_names_are_counted_in_bytes():
    assert b"\x02\xc3\xa9" in cosigned_message("é", 0, "x", 1, bytes(32))
    assert len(cosigned_message("a" * 255, 0, "b" * 255, 1, bytes(32))) == 12 + 256 * 2 + 24 + 32
    for name in ("", "a" * 256, "é" * 128):
        with pytest.raises(FormatError, match="1 to 255"):
            cosigned_message(name, 0, "x", 1, bytes(32))
        with pytest.raises(FormatError, match="1 to 255"):
            cosigned_message("x", 0, name, 1, bytes(32))


def test_refuses_what_cannot_be_written():
    for timestamp in (-1, MAX_TIMESTAMP + 1):
        with pytest.raises(FormatError, match="not a time"):
            cosigned_message("x", timestamp, "y", 1, bytes(32))
    for size, root in ((-1, bytes(32)), (2**63, bytes(32)), (1, bytes(31))):
        with pytest.raises(FormatError, match="no tree"):
            cosigned_message("x", 0, "y", size, root)


def test_a_value_is_a_time_and_a_signature():
    assert split_timestamp(bytes(7) + b"\x05sig") == (5, b"sig")
    for value in (b"", bytes(8), b"\xff" * 72):
        with pytest.raises(FormatError):
            split_timestamp(value)
