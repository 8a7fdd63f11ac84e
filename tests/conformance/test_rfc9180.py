"""HPKE (RFC 9180): our boxes are those of the published vectors.

No published vector has our suite whole, so the key schedule is written out here once more, held
to the vectors of RFC 9180 and of draft-ietf-hpke-pq, and then used to make a box of our suite from
the published shared secret of MLKEM768-X25519. `open_box` must open it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trilogue.sealing.box import SealingPublic, SealingSecret, open_box

VECTORS = Path(cryptography_vectors.__file__).parent / "HPKE"
MLKEM768_X25519, HKDF_SHA256, AES_256_GCM = 0x647A, 0x0001, 0x0002
KEY_SIZES = {1: 16, 2: 32, 3: 32}


def load(name: str) -> list[dict[str, Any]]:
    vectors: list[dict[str, Any]] = json.loads((VECTORS / name).read_text())
    return [v for v in vectors if v["mode"] == 0 and v["kdf_id"] == HKDF_SHA256]


def key_schedule(shared_secret: bytes, info: bytes, kem: int, aead: int) -> tuple[bytes, bytes]:
    """Return key and base nonce (RFC 9180 §5.1, base mode, HKDF-SHA256)."""
    suite = b"HPKE" + b"".join(i.to_bytes(2, "big") for i in (kem, HKDF_SHA256, aead))

    def extract(salt: bytes, label: bytes, ikm: bytes) -> bytes:
        data = b"HPKE-v1" + suite + label + ikm
        return hmac.digest(salt or bytes(32), data, "sha256")

    def expand(prk: bytes, label: bytes, context: bytes, size: int) -> bytes:
        data = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return hmac.digest(prk, data + b"\x01", "sha256")[:size]

    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared_secret, b"secret", b"")
    return (
        expand(secret, b"key", context, KEY_SIZES[aead]),
        expand(secret, b"base_nonce", context, 12),
    )


@pytest.mark.parametrize("file", ["test-vectors.json", "hpke-pq-test-vectors.json"])
def test_the_key_schedule_is_that_of_the_vectors(file: str):
    checked = 0
    for v in load(file):
        if v["aead_id"] in KEY_SIZES:
            made = key_schedule(
                bytes.fromhex(v["shared_secret"]),
                bytes.fromhex(v["info"]),
                v["kem_id"],
                v["aead_id"],
            )
            assert [part.hex() for part in made] == [v["key"], v["base_nonce"]]
            checked += 1
    assert checked > 0


def hybrid_vectors() -> list[dict[str, Any]]:
    return [v for v in load("hpke-pq-test-vectors.json") if v["kem_id"] == MLKEM768_X25519]


@pytest.mark.parametrize("v", hybrid_vectors(), ids=lambda v: v["suite_id"])
def test_a_box_of_the_published_shared_secret_opens(v: dict[str, Any]):
    # draft-ietf-hpke-pq: the published secret key is a seed, which SHAKE256 expands to ours.
    secret = SealingSecret.from_bytes(hashlib.shake_256(bytes.fromhex(v["skRm"])).digest(96))
    assert secret.public == SealingPublic.from_bytes(bytes.fromhex(v["pkRm"]))
    info = bytes.fromhex(v["info"])
    key, nonce = key_schedule(bytes.fromhex(v["shared_secret"]), info, MLKEM768_X25519, AES_256_GCM)
    box = bytes.fromhex(v["enc"]) + AESGCM(key).encrypt(nonce, b"a portion's key", None)
    assert open_box(box, secret, info) == b"a portion's key"


def test_there_is_a_hybrid_vector():
    assert hybrid_vectors()
