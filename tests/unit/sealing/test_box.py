"""Boxes: sealed to one participant, bound to their info."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trilogue.errors import FormatError, InputError
from trilogue.sealing.box import OVERHEAD, SealingPublic, SealingSecret, open_box, seal_box

SECRET = SealingSecret.from_bytes(bytes(range(96)))
INFO = b"grant KR/17 to JP"


@given(st.binary(max_size=200), st.binary(max_size=40))
@settings(max_examples=50)
def test_opens_what_it_sealed(plaintext: bytes, info: bytes):
    box = seal_box(plaintext, SECRET.public, info)
    assert open_box(box, SECRET, info) == plaintext
    assert len(box) == len(plaintext) + OVERHEAD


def test_no_two_boxes_are_alike():
    assert seal_box(b"key", SECRET.public, INFO) != seal_box(b"key", SECRET.public, INFO)


def test_a_secret_reads_back():
    fresh = SealingSecret.generate()
    again = SealingSecret.from_bytes(fresh.to_bytes())
    assert again.public == fresh.public
    assert again.to_bytes() == fresh.to_bytes()
    assert open_box(seal_box(b"key", fresh.public, INFO), again, INFO) == b"key"


def test_a_public_key_reads_back():
    data = SECRET.public.to_bytes()
    assert len(data) == 1216
    assert SealingPublic.from_bytes(data) == SECRET.public


@pytest.mark.parametrize("size", [0, 95, 97])
def test_a_secret_has_one_length(size: int):
    with pytest.raises(InputError, match="96 bytes"):
        SealingSecret.from_bytes(bytes(size))


@pytest.mark.parametrize("size", [0, 1215, 1217])
def test_a_public_key_has_one_length(size: int):
    with pytest.raises(FormatError, match="1216 must stand"):
        SealingPublic.from_bytes(bytes(size))


def test_a_public_key_out_of_range_is_refused():
    # FIPS 203 §7.2, modulus check: each coefficient is below 3329.
    data = SECRET.public.to_bytes()
    with pytest.raises(FormatError, match="not a sealing key"):
        SealingPublic.from_bytes(b"\xff" * 3 + data[3:])


@pytest.mark.parametrize(
    "point",
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ],
)
def test_nothing_is_sealed_to_a_point_of_small_order(point: str):
    # The points of small order of Curve25519 (Wycheproof, x25519: ZeroSharedSecret).
    public = SealingPublic(SECRET.public.mlkem, bytes.fromhex(point))
    with pytest.raises(FormatError, match="nothing can be sealed"):
        seal_box(b"key", public, INFO)


def test_nothing_shows_the_secret():
    assert repr(SECRET) == str(SECRET) == "SealingSecret(…)"
    with pytest.raises(TypeError):
        pickle.dumps(SECRET)
