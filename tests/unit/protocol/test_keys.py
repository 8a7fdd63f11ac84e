"""Key statements: what the root vouched for, and which keys must have signed a checkpoint."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import materials
from tests.support.authenticator import Authenticator

from trilogue.encoding import base64
from trilogue.errors import FormatError, InputError, SignatureError
from trilogue.protocol.bodies import KeyMaterial, KeysBody, ReleasePasskey
from trilogue.protocol.keys import _text, key_in_force, sign_material, verify_material
from trilogue.signing.keys import SecretKey, sign_text

ROOT = SecretKey.from_seeds("kr.test/root", b"\x01" * 32, b"\x02" * 32)
THIEF = SecretKey.from_seeds("kr.test/root", b"\x03" * 32, b"\x04" * 32)
NOW = "2016-09-09T00:30:01.353Z"


def material(sequence: int = 0, **changes: object) -> KeyMaterial:
    return KeyMaterial(
        **{
            "participant": "KR",
            "sequence": sequence,
            "checkpoint": ("a", "b"),
            "sealing": "",
            "tls": "",
            "release": (),
            "not_before": "2016-01-01T00:00:00.000Z",
            "expires": "2017-01-01T00:00:00.000Z",
            **changes,
        }
    )


def test_what_the_root_vouched_for_comes_back():
    assert verify_material(sign_material(material(), ROOT), ROOT.public, "KR") == material()


@given(materials("KR"))
def test_any_material_can_be_vouched_for_and_nothing_else_is(drawn: KeyMaterial):
    if drawn.expires <= drawn.not_before:
        with pytest.raises(InputError, match="end"):
            sign_material(drawn, ROOT)
        return
    body = sign_material(drawn, ROOT)
    assert verify_material(body, ROOT.public, "KR") == drawn
    other = msgspec.structs.replace(drawn, sequence=drawn.sequence + 1)
    with pytest.raises(SignatureError, match="signed other keys"):
        verify_material(msgspec.structs.replace(body, material=other), ROOT.public, "KR")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (sign_material(material(), THIEF), "root"),
        (sign_material(material(participant="JP"), ROOT), "keys of JP in a statement by KR"),
        (
            msgspec.structs.replace(
                sign_material(material(), ROOT), note=sign_text(ROOT, "something else\n")
            ),
            "signed other keys",
        ),
        (msgspec.structs.replace(sign_material(material(), ROOT), note="no note"), "a note"),
    ],
    ids=["another root", "another participant", "another text", "no note"],
)
def test_what_the_root_did_not_say_does_not_count(body, says):
    with pytest.raises(Exception, match=says) as caught:
        verify_material(body, ROOT.public, "KR")
    assert caught.value.step in (0, 1)


# Which keys must have signed.


def test_the_newest_keys_that_stand_in_a_checkpoint_must_have_signed_it():
    stated = [(0, material(0)), (5, material(1)), (9, material(2))]
    assert [key_in_force(stated, "KR", size, NOW).sequence for size in (1, 5, 6, 9, 10)] == [
        0,
        0,
        1,
        1,
        2,
    ]


def test_keys_do_not_sign_for_the_checkpoint_before_them():
    with pytest.raises(SignatureError, match="no key statement"):
        key_in_force([(3, material(0))], "KR", 3, NOW)


@pytest.mark.threat("T12")
def test_a_replaced_key_comes_back_by_no_later_statement():
    """A thief repeats an old key statement further on: the sequence says that it is old."""
    stated = [(0, material(0)), (5, material(1)), (9, material(0))]
    assert key_in_force(stated, "KR", 10, NOW).sequence == 1


@pytest.mark.parametrize(
    ("at", "valid"),
    [
        ("2015-12-31T23:59:59.999Z", False),
        ("2016-01-01T00:00:00.000Z", True),
        ("2016-12-31T23:59:59.999Z", True),
        ("2017-01-01T00:00:00.000Z", False),
    ],
)
def test_keys_are_valid_from_their_first_moment_until_before_their_last(at: str, valid: bool):
    if valid:
        assert key_in_force([(0, material())], "KR", 1, at)
    else:
        with pytest.raises(SignatureError, match="is valid at") as caught:
            key_in_force([(0, material())], "KR", 1, at)
        # A newer statement may be on its way, and clocks differ.
        assert (caught.value.step, caught.value.again) == (1, True)


def test_keys_that_ran_out_do_not_bring_back_those_before_them():
    """An older key that is still valid must not sign once its replacement stands in the log."""
    stated = [(0, material(0)), (5, material(1, expires="2016-06-01T00:00:00.000Z"))]
    with pytest.raises(SignatureError):
        key_in_force(stated, "KR", 10, NOW)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), max_size=6), st.integers(0, 21))
def test_order_of_the_statements_does_not_matter(stated, size):
    known = [(index, material(sequence)) for index, sequence in dict(stated).items()]

    def find(order):
        try:
            return key_in_force(order, "KR", size, NOW).sequence
        except SignatureError:
            return None

    assert find(known) == find(known[::-1])


ONE, TWO = Authenticator(b"1" * 32), Authenticator(b"2" * 32, "ES256")


def passkey(officer: str = "a", one: Authenticator = ONE, **changes: str) -> ReleasePasskey:
    return ReleasePasskey(
        **{
            "officer": officer,
            "credential": base64.encode(one.credential),
            "key": base64.encode(one.key),
            "rp": "localhost",
            **changes,
        }
    )


def test_passkeys_are_vouched_for_with_the_other_keys():
    made = material(passkeys=(passkey(), passkey("b", TWO)))
    assert verify_material(sign_material(made, ROOT), ROOT.public, "KR") == made


@pytest.mark.threat("T29")
@pytest.mark.parametrize(
    ("passkeys", "says"),
    [
        ((passkey("b"), passkey("a", TWO)), "ordered by officer"),
        ((passkey("a"), passkey("b")), "each credential stands once"),
        ((passkey(credential=""),), "1 to 1023 bytes"),
        ((passkey(credential=base64.encode(bytes(1024))),), "1 to 1023 bytes"),
        ((passkey(credential="AA"),), "base64"),
        ((passkey(key=base64.encode(ONE.key[:-1])),), "neither an ES256 nor an EdDSA"),
        ((passkey(key=base64.encode(ONE.key[:10] + bytes(32))),), "anyone could sign"),
        ((passkey(rp="127.0.0.1"),), "no RP ID"),
    ],
    ids=["order", "twice", "empty", "long", "spelled", "cut", "small order", "address"],
)
def test_a_passkey_that_is_none_is_neither_published_nor_believed(
    passkeys: tuple[ReleasePasskey, ...], says: str
):
    made = material(passkeys=passkeys)
    with pytest.raises(InputError, match=says):
        sign_material(made, ROOT)
    body = KeysBody(material=made, note=sign_text(ROOT, _text(made)))
    with pytest.raises(FormatError, match=says) as caught:
        verify_material(body, ROOT.public, "KR")
    assert caught.value.step == 1
