"""Strict base64: one spelling per bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.encoding import base64
from trilogue.errors import FormatError


@given(st.binary(max_size=64))
def test_reads_back_what_it_wrote(data: bytes):
    assert base64.decode(base64.encode(data)) == data


@given(st.text(st.sampled_from("AQRgw+/=- \n_é"), max_size=8))
def test_reads_one_spelling_only(text: str):
    try:
        data = base64.decode(text)
    except FormatError:
        return
    assert base64.encode(data) == text


@pytest.mark.threat("T23")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("QU!!JD", id="junk that a lenient reader skips"),
        pytest.param("QUJD\n", id="newline at the end"),
        pytest.param("QU JD", id="space inside"),
        pytest.param("QR==", id="unused bits that are not zero"),
        pytest.param("QUK=", id="unused bits that are not zero, one pad"),
        pytest.param("QQ", id="padding missing"),
        pytest.param("QQ=", id="padding short"),
        pytest.param("QQ===", id="padding long"),
        pytest.param("QUJD====", id="padding after a whole group"),
        pytest.param("QQ==QQ==", id="padding inside"),
        pytest.param("Q", id="a lone character"),
        pytest.param("=", id="padding alone"),
        pytest.param("-_-_", id="the alphabet for URLs"),
        pytest.param("ＱＱ==", id="full-width letters"),
    ],
)
def test_refuses_another_spelling(text: str):
    with pytest.raises(FormatError, match="not canonical base64"):
        base64.decode(text)


def test_checks_the_size_when_asked():
    assert base64.decode("QUI=", 2) == b"AB"
    with pytest.raises(FormatError, match="2 bytes where 32 must stand"):
        base64.decode("QUI=", 32)
