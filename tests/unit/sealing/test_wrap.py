"""Keys at rest: bound to their place, gone with the wrapping key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.errors import InputError
from trilogue.sealing.wrap import KEY_SIZE, unwrap, wrap

KEY = b"\x33" * KEY_SIZE


@given(st.binary(max_size=100), st.binary(max_size=20))
def test_unwraps_what_it_wrapped(plaintext: bytes, context: bytes):
    kept = wrap(KEY, plaintext, context)
    assert unwrap(KEY, kept, context) == plaintext
    assert len(kept) == len(plaintext) + 12 + 16


def test_every_wrap_has_its_own_nonce():
    assert len({wrap(KEY, b"key", b"")[:12] for _ in range(64)}) == 64


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_wrapping_key_has_one_length(size: int):
    with pytest.raises(InputError, match="32 must stand"):
        wrap(bytes(size), b"key", b"")
    with pytest.raises(InputError, match="32 must stand"):
        unwrap(bytes(size), bytes(64), b"")
