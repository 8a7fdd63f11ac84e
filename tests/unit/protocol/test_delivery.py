"""Deliveries and acknowledgements: one shape, read strictly."""

from __future__ import annotations

import pytest

from trilogue.encoding import canonical
from trilogue.errors import FormatError
from trilogue.protocol.delivery import (
    MAX_CONTENT,
    MAX_DELIVERY,
    Ack,
    Delivery,
    Outcome,
    Seen,
    Spoken,
    Step,
    Voice,
    parse_delivery,
)

VOICE = Voice(
    speaker="KR",
    note="note\n",
    old=1,
    steps=(Step(size=2, root=bytes(32), proof=(bytes(32),)),),
    statements=(Spoken(raw=b"{}", proof=()),),
)
DELIVERY = Delivery(v=1, sender="US", voices=(VOICE,), ciphertexts=(b"c",), boxes=(b"b",))
RAW = canonical.encode(DELIVERY)


def test_a_delivery_reads_back():
    assert parse_delivery(RAW) == DELIVERY


def test_an_acknowledgement_reads_back():
    ack = Ack(
        v=1,
        recipient="JP",
        outcomes=(Outcome(speaker="KR", index=1, step=None, reason="", again=False),),
        seen=(Seen(speaker="KR", size=2),),
    )
    assert canonical.decode(canonical.encode(ack), Ack) == ack


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        RAW + b" ",
        RAW.replace(b'"v":1', b'"v":2'),
        RAW.replace(b'"v":1', b'"v":1,"w":1'),
        RAW.replace(b'"old":1', b'"old":1.0'),
        RAW.replace(b'"old":1', b'"old":"1"'),
        RAW.replace(b'"boxes":["Yg=="]', b'"boxes":["Yh=="]'),
        RAW.replace(b'"boxes":["Yg=="]', b'"boxes":["Yg"]'),
        RAW.replace(b'"sender":"US"', b'"sender":null'),
        b"\xff\xfe",
    ],
    ids=[
        "nothing",
        "an empty object",
        "a list",
        "a byte more",
        "another version",
        "an unknown field",
        "a float",
        "a number as text",
        "base64 with bits to spare",
        "base64 without padding",
        "no sender",
        "no UTF-8",
    ],
)
def test_what_has_another_shape_is_refused(data: bytes):
    with pytest.raises(FormatError) as caught:
        parse_delivery(data)
    assert caught.value.step == 0


@pytest.mark.threat("T17")
def test_a_delivery_has_a_largest_size():
    with pytest.raises(FormatError, match="at most"):
        parse_delivery(b" " * (MAX_DELIVERY + 1))


def test_what_one_grant_may_carry_fits_in_base64_with_room_to_spare():
    assert MAX_CONTENT * 4 / 3 < 0.7 * MAX_DELIVERY
