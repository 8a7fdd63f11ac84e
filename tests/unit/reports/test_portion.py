from dataclasses import replace

import pytest

from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit
from trilogue.errors import InputError
from trilogue.reports.header import MAX_PLAINTEXT, Header
from trilogue.reports.payloads import Measured, Moment, encode_payload
from trilogue.reports.portion import (
    Cite,
    Place,
    Source,
    draft_portion,
    open_sealed,
    parse_header,
    seal,
    verify_header,
)
from trilogue.sealing.portion import SealedPortion

from .examples import KR_SECRET, LEGS, TEXT, cite, digest_text, draft
from .payload_examples import EXAMPLES, LAUNCH


@pytest.mark.parametrize("payload", EXAMPLES.values(), ids=EXAMPLES)
def test_what_is_sealed_opens_to_what_was_written(payload):
    given = draft_portion(payload, marking=KR_SECRET, subject="nuclear-test", handling=LEGS)
    sealed = seal(given)
    header = verify_header(parse_header(sealed.header_bytes), sealed.digest)
    assert open_sealed(header, sealed.key, sealed.ciphertext) == encode_payload(payload)
    assert header == sealed.header


def test_a_header_carries_every_field_of_the_draft():
    source = Source(report=cite("US", 4), portion=digest_text(9), grants=(cite("US", 5),))
    given = draft(
        trajectory=True,
        period=("2016-09-09T00:00:00.000Z", "2016-09-09T00:00:00.000Z"),
        derived_from=(source,),
        tearline_of=digest_text(2),
        translation_of=digest_text(3),
    )
    header = seal(given).header
    for field in given.__slots__:
        if field != "plaintext":
            assert getattr(header, field) == getattr(given, field)
    assert header.size == len(given.plaintext)


def test_absent_fields_are_spelled():
    data = seal(draft()).header_bytes
    assert set(canonical.decode(data)) == set(Header.__struct_fields__)


def test_two_seals_of_one_draft_share_nothing_that_tells():
    one, two = seal(draft()), seal(draft())
    assert one.key != two.key
    for field in ("salt", "ciphertext", "commitment"):
        assert getattr(one.header, field) != getattr(two.header, field)
    assert one.digest != two.digest


def test_the_digest_is_the_commitment_of_the_spec():
    sealed = seal(draft(), salt=bytes(32))
    assert sealed.digest == commit(Domain.HEADER, sealed.header_bytes)
    assert base64.decode(sealed.header.commitment) == commit(
        Domain.PLAINTEXT, bytes(32), draft().plaintext
    )


def test_a_sealed_portion_does_not_show_its_key():
    sealed = seal(draft(), encrypt=lambda plaintext: SealedPortion(b"\xaa" * 32, plaintext))
    assert repr(sealed) == "Sealed(…)"


NOWHERE = Cite("KR", -1, "A" * 43 + "=")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"plaintext": b""}, "0 bytes"),
        ({"plaintext": bytes(MAX_PLAINTEXT + 1)}, "several portions"),
        ({"subject": "Nuclear Test"}, "not a name"),
        ({"payload_type": ""}, "not a name"),
        ({"language": "ko"}, "'ko'"),
        ({"language": None}, "language"),
        ({"payload_type": "launch"}, "no 'launch' payload"),
        ({"plaintext": b"{}"}, "required field"),
        ({"place": Place(latitude_e5=9_000_001, longitude_e5=0)}, "latitude_e5"),
        ({"trajectory": True, "place": None}, "without a place"),
        ({"period": ("2016-09-09T00:00:00.000Z", "2016-09-08T00:00:00.000Z")}, "before it begins"),
        ({"period": ("yesterday", "yesterday")}, "not an instant"),
        ({"tearline_of": "QQ=="}, "tearline_of"),
        ({"derived_from": (Source(report=cite(), portion="", grants=()),)}, "derived_from"),
        ({"derived_from": (Source(report=NOWHERE, portion="", grants=()),)}, "derived"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_no_peer_would_accept_is_not_sealed(changes, rule):
    with pytest.raises(InputError, match=rule):
        seal(draft(**changes))


def test_a_salt_is_32_bytes():
    with pytest.raises(InputError, match="salt"):
        seal(draft(), salt=b"short")


def test_a_draft_takes_type_and_language_from_its_payload():
    made = draft_portion(TEXT, marking=KR_SECRET, subject="nuclear-site", handling=LEGS)
    assert (made.payload_type, made.language) == ("assessment", "en")
    assert made == replace(draft(), place=None)


def test_a_draft_of_a_payload_that_breaks_a_rule_is_refused():
    wrong = type(LAUNCH)(
        time=Moment(instant="2017-05-13T20:28:00.000Z", sd_s=-1.0),
        site=None,
        position=None,
        classes=LAUNCH.classes,
        apogee_m=Measured(1.0, None),
        distance_m=None,
        outcome="unknown",
    )
    with pytest.raises(InputError, match=r"\$.time.sd_s: -1.0"):
        draft_portion(wrong, marking=KR_SECRET, subject="missile-launch", handling=LEGS)
