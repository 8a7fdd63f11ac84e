"""The hybrid pair: both halves sign, and both must verify."""

from __future__ import annotations

import pickle

import pytest

from trilogue.encoding import base64
from trilogue.errors import FormatError, InputError, SignatureError
from trilogue.signing.keys import ED25519, MLDSA44, PublicKey, SecretKey, sign_text, verify_text
from trilogue.signing.note import format_signature, parse_note
from trilogue.signing.vkeys import format_vkey, key_id, parse_vkey

NAME = "example.org/kr"
SECRET = SecretKey.from_seeds(NAME, bytes(32), bytes(32))
OTHER = SecretKey.from_seeds(NAME, b"\x01" * 32, b"\x01" * 32)
TEXT = "KR joins\n"
NOTE = sign_text(SECRET, TEXT)


def test_a_text_signed_by_both_keys_verifies():
    assert verify_text(SECRET.public, NOTE) == TEXT
    assert verify_text(SECRET.public, NOTE.encode()) == TEXT


@pytest.mark.threat("T19")
@pytest.mark.parametrize("kept", [0, 1], ids=["Ed25519 alone", "ML-DSA-44 alone"])
def test_one_signature_is_not_enough(kept: int):
    line = format_signature(parse_note(NOTE).signatures[kept])
    with pytest.raises(SignatureError, match="lacks a signature"):
        verify_text(SECRET.public, f"{TEXT}\n{line}")


@pytest.mark.parametrize("half", [0, 1], ids=["Ed25519", "ML-DSA-44"])
def test_a_flipped_bit_in_either_signature_rejects(half: int):
    text, signatures = TEXT, list(parse_note(NOTE).signatures)
    value = bytearray(signatures[half].value)
    value[len(value) // 2] ^= 1
    lines = [format_signature(s) for s in signatures]
    lines[half] = lines[half].replace(
        base64.encode(signatures[half].key_id + signatures[half].value),
        base64.encode(signatures[half].key_id + bytes(value)),
    )
    with pytest.raises(SignatureError, match="does not verify"):
        verify_text(SECRET.public, f"{text}\n{''.join(lines)}")


def test_another_text_does_not_verify():
    with pytest.raises(SignatureError, match="does not verify"):
        verify_text(SECRET.public, NOTE.replace("KR joins", "KR leaves"))


@pytest.mark.parametrize("half", ["ed25519", "mldsa44"])
def test_the_halves_of_two_pairs_do_not_mix(half: str):
    mine, theirs = SECRET.public, OTHER.public
    mixed = PublicKey(
        NAME,
        theirs.ed25519 if half == "ed25519" else mine.ed25519,
        theirs.mldsa44 if half == "mldsa44" else mine.mldsa44,
    )
    with pytest.raises(SignatureError, match="lacks a signature"):
        verify_text(mixed, NOTE)


def test_no_note_reads_as_a_cosignature():
    text = "cosignature/v1\ntime 1\nexample.org/us\n"
    with pytest.raises(InputError, match="must not begin"):
        sign_text(SECRET, text)
    with pytest.raises(SignatureError, match="reads as a cosignature"):
        verify_text(SECRET.public, NOTE.replace(TEXT, text))


def test_keys_come_back_from_their_seeds():
    fresh = SecretKey.generate(NAME)
    again = SecretKey.from_seeds(NAME, *fresh.seeds())
    assert again.public == fresh.public
    assert again.seeds() == fresh.seeds()
    assert fresh.public != SecretKey.generate(NAME).public


def test_public_keys_read_back_from_their_text():
    vkeys = SECRET.public.vkeys()
    assert PublicKey.parse(vkeys) == SECRET.public
    assert [v.split("+")[0] for v in vkeys] == [NAME, NAME]
    assert parse_vkey(vkeys[0], ED25519) == (NAME, SECRET.public.ed25519)
    assert parse_vkey(vkeys[1], MLDSA44) == (NAME, SECRET.public.mldsa44)


def test_nothing_shows_the_secret():
    shown = f"{SECRET!r} {SECRET}"
    assert shown == f"SecretKey({NAME!r}) SecretKey({NAME!r})"
    for seed in SecretKey.generate(NAME).seeds():
        assert seed.hex() not in shown
    with pytest.raises(TypeError):
        pickle.dumps(SECRET)


@pytest.mark.parametrize("sizes", [(31, 32), (32, 33), (64, 32), (0, 0)])
def test_a_seed_has_one_length(sizes: tuple[int, int]):
    with pytest.raises(InputError, match="a seed is 32 bytes"):
        SecretKey.from_seeds(NAME, bytes(sizes[0]), bytes(sizes[1]))


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\nb", "a\u3000b", "a\u00a0b", "\ud800", "a\0"]
)
def test_a_name_that_cannot_stand_on_a_note_names_no_key(name: str):
    with pytest.raises(FormatError):
        PublicKey(name, SECRET.public.ed25519, SECRET.public.mldsa44)


def test_a_public_key_has_one_length():
    with pytest.raises(FormatError, match="keys of 31 and 1312 bytes"):
        PublicKey(NAME, bytes(31), SECRET.public.mldsa44)
    with pytest.raises(FormatError, match="keys of 32 and 1311 bytes"):
        PublicKey(NAME, SECRET.public.ed25519, SECRET.public.mldsa44[:-1])


@pytest.mark.parametrize("sign", [0, 0x80], ids=["even x", "odd x"])
@pytest.mark.parametrize(
    "y",
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ],
)
def test_a_key_under_which_anyone_could_sign_is_refused(y: str, sign: int):
    # The points of small order, and coordinates that are not below 2^255 - 19.
    key = bytearray.fromhex(y)
    key[31] |= sign
    with pytest.raises(FormatError, match="anyone could sign"):
        PublicKey(NAME, bytes(key), SECRET.public.mldsa44)


def test_no_mangling_of_a_verifier_key_is_read():
    # The check of golang.org/x/mod/sumdb/note: no proper part and no changed character.
    vkey = SECRET.public.vkeys()[0]
    for start in range(len(vkey)):
        for end in range(start + 1, len(vkey) + 1):
            if end - start < len(vkey):
                with pytest.raises(FormatError):
                    parse_vkey(vkey[start:end], ED25519)
    for at in range(len(vkey)):
        changed = vkey[:at] + chr(ord(vkey[at]) + 1) + vkey[at + 1 :]
        with pytest.raises(FormatError):
            parse_vkey(changed, ED25519)


def test_verifier_keys_belong_together():
    mine, theirs = SECRET.public.vkeys(), SecretKey.generate("example.org/us").public.vkeys()
    for wrong in ((), mine[:1], mine[::-1], (mine[0], theirs[1]), (*mine, mine[0])):
        with pytest.raises(FormatError):
            PublicKey.parse(wrong)


def test_a_key_of_the_wrong_length_with_a_right_id_is_refused():
    short = format_vkey(NAME, ED25519, bytes(31))
    with pytest.raises(FormatError, match="31 and 1312"):
        PublicKey.parse((short, SECRET.public.vkeys()[1]))


def test_one_key_under_two_types_has_two_ids():
    public = SECRET.public.ed25519
    assert key_id(NAME, b"\x01", public) != key_id(NAME, b"\x04", public)
    assert key_id(NAME, b"\x01", public) != key_id("example.org/us", b"\x01", public)
