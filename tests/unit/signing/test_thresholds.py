"""k of n over distinct keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.errors import InputError, SignatureError
from trilogue.signing.keys import PublicKey, SecretKey
from trilogue.signing.thresholds import Threshold

NAMES = frozenset({"kr", "us", "jp"})


@given(st.integers(1, 3), st.lists(st.sampled_from(["kr", "us", "jp", "stranger"]), max_size=8))
def test_counts_each_known_signer_once(k: int, given_names: list[str]):
    threshold = Threshold(k, NAMES)
    assert threshold.met(given_names) == (len(NAMES & set(given_names)) >= k)
    assert threshold.missing(given_names) == NAMES - set(given_names)


@pytest.mark.parametrize(("k", "names"), [(0, NAMES), (4, NAMES), (-1, NAMES), (0, frozenset())])
def test_a_threshold_that_nobody_or_nothing_meets_is_refused(k: int, names: frozenset[str]):
    with pytest.raises(InputError, match="a threshold of"):
        Threshold(k, names)


def test_says_who_is_missing():
    Threshold(2, NAMES).require(["kr", "jp"])
    with pytest.raises(SignatureError, match=r"1 of 3 signed where 2 must \(missing: jp, us\)"):
        Threshold(2, NAMES).require(["kr", "stranger"])


def test_one_key_under_two_names_would_count_twice():
    kr, us = (SecretKey.generate(name).public for name in ("kr", "us"))
    assert Threshold.over(2, [kr, us]).names == {"kr", "us"}
    for double in (
        kr,
        PublicKey("us", kr.ed25519, us.mldsa44),
        PublicKey("us", us.ed25519, kr.mldsa44),
    ):
        with pytest.raises(InputError, match="distinct keys"):
            Threshold.over(1, [kr, double])
