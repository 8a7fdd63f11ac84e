"""What an authenticator and a browser hand over: keys, authenticator data, client data."""

from __future__ import annotations

import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fuzz.target import target
from trilogue.encoding import base64
from trilogue.errors import FormatError, PeerError, SignatureError
from trilogue.signing.passkey import (
    Assertion,
    CredentialKey,
    parse_authenticator_data,
    verify_assertion,
)

CHALLENGE = bytes(range(32))
RP = "localhost"
DATA = hashlib.sha256(RP.encode()).digest() + b"\x05" + bytes(4)
OWNER = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEY = CredentialKey.parse(
    bytes.fromhex("a4010103272006215820") + OWNER.public_key().public_bytes_raw()
)


@target(FormatError)
def credential_key(data: bytes) -> None:
    """A key has one spelling, and zeros are no signature under it."""
    key = CredentialKey.parse(data)
    assert key.cose == data
    assert len(data) == {"ES256": 77, "EdDSA": 42}[key.algorithm]
    try:
        key.verify(b"", bytes(64))
    except SignatureError:
        return
    raise AssertionError("a signature of zeros verifies")


@target(FormatError)
def authenticator_data(data: bytes) -> None:
    """Every byte that was read stands in what was read."""
    said = parse_authenticator_data(data)
    head = said.rp_hash + bytes([said.flags]) + said.counter.to_bytes(4, "big")
    if said.credential is None or said.key is None:
        assert (said.credential, said.key, data) == (None, None, head)
        return
    size = len(said.credential).to_bytes(2, "big")
    assert data == head + data[37:53] + size + said.credential + said.key


@target(PeerError)
def client_data(data: bytes) -> None:
    """Whatever a browser signs, it counts when another reader finds the same in it."""
    signature = OWNER.sign(DATA + hashlib.sha256(data).digest())
    verify_assertion(KEY, Assertion(DATA, data, signature), rp=RP, challenge=CHALLENGE)
    said = json.loads(data)
    assert said["type"] == "webauthn.get"
    assert said["challenge"] == base64.encode_url(CHALLENGE)
    assert said["origin"].split(":")[:2] in (["https", "//localhost"], ["http", "//localhost"])
    assert not said.get("crossOrigin")
    assert said.get("topOrigin") is None


@target(FormatError)
def base64_url(data: bytes) -> None:
    """Base64url without padding has one spelling."""
    text = data.decode("latin-1")
    assert base64.encode_url(base64.decode_url(text)) == text
