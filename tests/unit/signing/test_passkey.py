"""Passkeys: each vector breaks one rule and fails for it, and registration is as strict."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.authenticator import PRESENT, VERIFIED, Authenticator, client_data
from tests.vectors.passkey.generate import HERE, vectors

from trilogue import errors
from trilogue.encoding import base64
from trilogue.errors import FormatError, PeerError, SignatureError
from trilogue.signing.passkey import (
    Assertion,
    CredentialKey,
    check_rp,
    parse_authenticator_data,
    verify_assertion,
    verify_registration,
)

FILES = sorted(HERE.glob("*.json"))
CHALLENGE = bytes(range(32))


def check(vector: dict[str, str]) -> None:
    verify_assertion(
        CredentialKey.parse(base64.decode(vector["key"])),
        Assertion(
            *(base64.decode(vector[name]) for name in ("authenticator_data", "client_data")),
            base64.decode(vector["signature"]),
        ),
        rp=vector["rp"],
        challenge=base64.decode(vector["challenge"]),
    )


@pytest.mark.threat("T29")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_vector(file):
    vector = json.loads(file.read_text("utf-8"))
    if vector["expect"] == "ok":
        check(vector)
        return
    with pytest.raises(getattr(errors, vector["expect"]), match=re.escape(vector["says"])) as found:
        check(vector)
    assert type(found.value).__name__ == vector["expect"]
    number = file.stem.partition("-")[0]
    assert (f"step {number})" in str(found.value)) == (number != "0")


def test_the_files_are_what_the_generator_writes():
    written = {file.stem: json.loads(file.read_text("utf-8")) for file in FILES}
    assert written == dict(vectors())
    assert len(written) > 40


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
@given(st.binary(min_size=32, max_size=32), st.data())
def test_no_bit_of_an_assertion_can_be_changed(algorithm, seed, data):
    one = Authenticator(seed, algorithm)
    good = one.get(CHALLENGE)
    key = CredentialKey.parse(one.key)
    assert key.algorithm == algorithm
    assert verify_assertion(key, good, rp="localhost", challenge=CHALLENGE).counter == 1
    which = data.draw(st.sampled_from(["authenticator_data", "client_data", "signature"]))
    value = bytearray(getattr(good, which))
    value[data.draw(st.integers(0, len(value) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    other = Assertion(**{**vars(good), which: bytes(value)})
    with pytest.raises(PeerError):
        verify_assertion(key, other, rp="localhost", challenge=CHALLENGE)


@given(st.binary(max_size=120))
def test_whatever_is_read_as_authenticator_data_was_there(data):
    try:
        said = parse_authenticator_data(data)
    except FormatError:
        return
    head = said.rp_hash + bytes([said.flags]) + said.counter.to_bytes(4, "big")
    assert data.startswith(head)
    assert data.endswith((said.credential or b"") + (said.key or b""))


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_a_registration_gives_the_credential(algorithm):
    one = Authenticator(bytes(32), algorithm, counter=7)
    said = client_data("webauthn.create", CHALLENGE)
    made = verify_registration(said, one.registration(), rp="localhost", challenge=CHALLENGE)
    assert (made.credential, made.key.cose, made.counter) == (one.credential, one.key, 7)


ONE = Authenticator(bytes(32))


@pytest.mark.threat("T29")
@pytest.mark.parametrize(
    ("said", "data", "says"),
    [
        (client_data("webauthn.get", CHALLENGE), ONE.registration(), "7.1 step 7"),
        (client_data("webauthn.create", bytes(32)), ONE.registration(), "7.1 step 8"),
        (
            client_data("webauthn.create", CHALLENGE, "https://elsewhere.example"),
            ONE.registration(),
            "7.1 step 9",
        ),
        (
            client_data("webauthn.create", CHALLENGE),
            ONE.registration(rp="elsewhere.example"),
            "7.1 step 13",
        ),
        (
            client_data("webauthn.create", CHALLENGE),
            ONE.registration(flags=VERIFIED),
            "7.1 step 14",
        ),
        (client_data("webauthn.create", CHALLENGE), ONE.registration(flags=PRESENT), "7.1 step 15"),
        (client_data("webauthn.create", CHALLENGE), ONE.data(), "without a credential"),
        (client_data("webauthn.create", CHALLENGE), ONE.registration()[:-1], "neither"),
        (client_data("webauthn.create", CHALLENGE), ONE.registration()[:60], "cut off"),
        (client_data("webauthn.create", CHALLENGE), ONE.registration()[:54], "cut off"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_registration_that_is_none_is_refused(said: bytes, data: bytes, says: str):
    with pytest.raises((FormatError, SignatureError), match=says):
        verify_registration(said, data, rp="localhost", challenge=CHALLENGE)


@pytest.mark.parametrize("rp", ["localhost", "kr.example", "a-b.c1", "1.example"])
def test_a_host_name_is_an_rp_id(rp: str):
    check_rp(rp)


@pytest.mark.parametrize(
    "rp",
    [
        "",
        "127.0.0.1",
        "::1",
        "[::1]",
        "Localhost",
        "a..b",
        "-a",
        "a-",
        "a.",
        "a b",
        "a\n",
        "é",
        "1",
        "https://kr.example",
        "kr.example:443",
        f"{'a' * 64}.example",
        ".".join(["abc"] * 64),
    ],
)
def test_what_is_no_host_name_is_no_rp_id(rp: str):
    with pytest.raises(FormatError, match="no RP ID"):
        check_rp(rp)
