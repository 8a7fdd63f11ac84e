"""Seeds and signatures of the pair against the vectors of RFC 8032 and FIPS 204."""

from __future__ import annotations

from pathlib import Path

import cryptography_vectors
import pytest

from trilogue.signing.keys import SecretKey

VECTORS = Path(cryptography_vectors.__file__).parent / "asymmetric"


def mldsa44() -> list[dict[str, bytes]]:
    """Return the key pairs of the known-answer file: xi is the seed of FIPS 204 algorithm 1."""
    text = (VECTORS / "MLDSA" / "kat_MLDSA_44_det_pure.rsp").read_text()
    records = []
    for block in text.split("count = ")[1:]:
        fields = dict(line.split(" = ") for line in block.splitlines() if " = " in line)
        records.append({name: bytes.fromhex(fields[name]) for name in ("xi", "pk")})
    return records[:25]


def ed25519() -> list[list[bytes]]:
    """Return secret, public, message and signature of the file of the Ed25519 authors."""
    lines = (VECTORS / "Ed25519" / "sign.input").read_text().splitlines()
    return [[bytes.fromhex(field) for field in line.split(":")[:4]] for line in lines[:128:4]]


@pytest.mark.parametrize("vector", mldsa44(), ids=range(25))
def test_an_ml_dsa_44_seed_gives_its_public_key(vector: dict[str, bytes]):
    secret = SecretKey.from_seeds("example.org/kr", bytes(32), vector["xi"])
    assert secret.public.mldsa44 == vector["pk"]


def test_an_ed25519_seed_gives_its_public_key_and_signatures():
    for secret, public, message, signed in ed25519():
        pair = SecretKey.from_seeds("example.org/kr", secret[:32], bytes(32))
        assert pair.public.ed25519 == public
        assert pair.sign_ed25519(message) == signed[:64]
        pair.public.verify_ed25519(message, signed[:64])
