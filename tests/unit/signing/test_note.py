"""Signed notes: shape first, signatures second."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.errors import FormatError, InputError, SignatureError
from trilogue.signing.note import (
    MAX_SIGNATURES,
    MAX_SIZE,
    Signature,
    format_signature,
    parse_note,
    parse_signature,
    parse_signatures,
    sign_note,
    verify_note,
)

TEXTS = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]))


@dataclass
class Stamp:
    """Signs by repeating the text backwards, which is enough to see what was checked."""

    name: str = "example.org/stamp"
    key_id: bytes = b"\x01\x02\x03\x04"
    checked: list[str] = field(default_factory=list)

    def sign(self, text: str) -> bytes:
        return text[::-1].encode()

    def verify(self, text: str, value: bytes) -> None:
        self.checked.append(text)
        if value != self.sign(text):
            raise SignatureError("not this stamp")


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_any_text_reads_back(lines: list[str]):
    text = "".join(f"{line}\n" for line in lines)
    stamp = Stamp()
    note = parse_note(sign_note(text, [stamp]))
    assert verify_note(note, [stamp]).text == text


def test_the_last_blank_line_ends_the_text():
    text = "one\n\n— example.org/stamp AAAAAEE=\n\nthree\n"
    note = parse_note(sign_note(text, [Stamp()]))
    assert note.text == text
    assert len(note.signatures) == 1


def test_bytes_and_text_read_alike():
    note = sign_note("è\n", [Stamp()])
    assert parse_note(note) == parse_note(note.encode())


def test_signature_lines_stand_in_the_order_of_signers():
    signers = [Stamp(key_id=bytes([i] * 4)) for i in range(5)]
    note = parse_note(sign_note("text\n", signers))
    assert [s.key_id for s in note.signatures] == [s.key_id for s in signers]


def test_reads_as_many_signatures_as_the_limit_and_no_more():
    signers = [Stamp(key_id=bytes([i] * 4)) for i in range(MAX_SIGNATURES)]
    note = sign_note("text\n", signers)
    assert len(parse_note(note).signatures) == MAX_SIGNATURES
    with pytest.raises(FormatError, match="65 signatures"):
        parse_note(note + note.splitlines(keepends=True)[-1])


def test_refuses_a_note_beyond_the_size_before_reading_it():
    with pytest.raises(FormatError, match="bytes where 1000000"):
        parse_note("x" * MAX_SIZE + "\n\n— k AAAAAEE=\n")
    with pytest.raises(FormatError, match="bytes where 1000000"):
        parse_note("è" * (MAX_SIZE // 2) + "\n\n— k AAAAAEE=\n")


def test_a_signature_line_reads_back():
    signature = Signature("example.org/key", b"\x00\x01\x02\x03", b"value")
    assert parse_signature(format_signature(signature)) == signature
    assert parse_signatures(format_signature(signature) * 2) == (signature, signature)


def test_lines_of_unknown_keys_are_ignored():
    known, stranger = Stamp(), Stamp(key_id=b"else")
    same_id = Stamp(name="example.org/other")
    note = verify_note(parse_note(sign_note("text\n", [stranger, known, same_id])), [known])
    assert [s.key_id for s in note.signatures] == [known.key_id]
    assert [s.name for s in note.ignored] == [stranger.name, same_id.name]
    assert stranger.checked == []


def test_a_known_key_that_fails_rejects_the_whole_note():
    good, bad = Stamp(), Stamp(key_id=b"else")
    note = sign_note("text\n", [good]) + format_signature(Signature(bad.name, bad.key_id, b"no"))
    assert verify_note(parse_note(note), [good]).text == "text\n"
    with pytest.raises(SignatureError, match="not this stamp"):
        verify_note(parse_note(note), [good, bad])


def test_every_line_of_a_known_key_is_checked():
    stamp = Stamp()
    line = format_signature(Signature(stamp.name, stamp.key_id, b"no"))
    with pytest.raises(SignatureError, match="not this stamp"):
        verify_note(parse_note(sign_note("text\n", [stamp]) + line), [stamp])


def test_every_verifier_must_have_signed():
    one, two = Stamp(), Stamp(key_id=b"else")
    note = parse_note(sign_note("text\n", [one]))
    with pytest.raises(SignatureError, match=r"lacks a signature by example.org/stamp\+656c7365"):
        verify_note(note, [one, two])


def test_no_verifiers_verify_nothing():
    with pytest.raises(SignatureError, match="no key is known"):
        verify_note(parse_note(sign_note("text\n", [Stamp()])), [])


def test_two_keys_under_one_name_and_id_are_a_mistake_of_the_caller():
    note = parse_note(sign_note("text\n", [Stamp()]))
    with pytest.raises(InputError, match="two keys share"):
        verify_note(note, [Stamp(checked=["one"]), Stamp(checked=["two"])])


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "carriage return\r\n", "\ud800\n"])
def test_signs_nothing_that_is_no_text_of_a_note(text: str):
    with pytest.raises(InputError):
        sign_note(text, [Stamp()])


def test_a_note_has_signatures():
    with pytest.raises(InputError, match="0 signers"):
        sign_note("text\n", [])
