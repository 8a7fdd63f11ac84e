"""Portions: one key, one use."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trilogue.sealing.portion import KEY_SIZE, OVERHEAD, open_portion, seal_portion


@given(st.binary(max_size=200))
def test_opens_what_it_sealed(plaintext: bytes):
    sealed = seal_portion(plaintext)
    assert open_portion(sealed.key, sealed.ciphertext) == plaintext
    assert len(sealed.key) == KEY_SIZE
    assert len(sealed.ciphertext) == len(plaintext) + OVERHEAD


def test_no_two_seals_share_a_key():
    # The zero nonce is safe for this reason alone.
    sealed = [seal_portion(b"the same") for _ in range(64)]
    assert len({s.key for s in sealed}) == len({s.ciphertext for s in sealed}) == 64


def test_the_representation_does_not_show_the_key():
    sealed = seal_portion(b"")
    assert repr(sealed) == "SealedPortion(…)"
