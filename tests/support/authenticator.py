"""An authenticator in memory: it makes credentials and signs, and can be told to do it wrongly.

Keys follow from a seed and signatures from key and message (RFC 8032, RFC 6979), so that vectors
made by it are the same whenever they are made.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trilogue.encoding import base64
from trilogue.encoding.digest import sha256
from trilogue.signing.passkey import Assertion

__all__ = [
    "ORDER",
    "ORIGIN",
    "PRESENT",
    "RP",
    "VERIFIED",
    "Authenticator",
    "answered",
    "client_data",
]

RP = "localhost"
ORIGIN = "http://localhost:7201"
PRESENT, VERIFIED, CREDENTIAL = 0x01, 0x04, 0x40
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256."""


def client_data(kind: str, challenge: bytes, origin: str = ORIGIN, **more: object) -> bytes:
    """Return client data as a browser writes them (WebAuthn §5.8.1.1)."""
    said = {
        "type": kind,
        "challenge": base64.encode_url(challenge),
        "origin": origin,
        "crossOrigin": False,
        **more,
    }
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass
class Authenticator:
    """One credential of one person."""

    seed: bytes
    algorithm: Literal["ES256", "EdDSA"] = "EdDSA"
    counter: int = 0

    @property
    def credential(self) -> bytes:
        """What the credential is called."""
        return sha256(b"credential" + self.seed)[:20]

    @property
    def key(self) -> bytes:
        """Its public key in COSE form."""
        if self.algorithm == "EdDSA":
            public = self._ed25519.public_key().public_bytes_raw()
            return bytes.fromhex("a4010103272006215820") + public
        numbers = self._p256.public_key().public_numbers()
        x, y = (one.to_bytes(32, "big") for one in (numbers.x, numbers.y))
        return bytes.fromhex("a5010203262001215820") + x + bytes.fromhex("225820") + y

    def data(self, *, rp: str = RP, flags: int = PRESENT | VERIFIED) -> bytes:
        """Return authenticator data of an assertion."""
        return sha256(rp.encode()) + bytes([flags]) + self.counter.to_bytes(4, "big")

    def registration(self, *, rp: str = RP, flags: int = PRESENT | VERIFIED) -> bytes:
        """Return authenticator data of a registration."""
        size = len(self.credential).to_bytes(2, "big")
        attested = bytes(16) + size + self.credential + self.key
        return self.data(rp=rp, flags=flags | CREDENTIAL) + attested

    def sign(self, message: bytes) -> bytes:
        """Return a signature, DER where it is ES256."""
        if self.algorithm == "EdDSA":
            return self._ed25519.sign(message)
        return self._p256.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def get(
        self,
        challenge: bytes,
        *,
        origin: str = ORIGIN,
        rp: str = RP,
        flags: int = PRESENT | VERIFIED,
        said: bytes | None = None,
    ) -> Assertion:
        """Agree to a challenge; `said` are other client data than a browser would write."""
        self.counter += 1
        data = self.data(rp=rp, flags=flags)
        client = client_data("webauthn.get", challenge, origin) if said is None else said
        return Assertion(data, client, self.sign(data + sha256(client)))

    @property
    def _ed25519(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(sha256(self.seed))

    @property
    def _p256(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(
            int.from_bytes(sha256(self.seed), "big") % (ORDER - 1) + 1, ec.SECP256R1()
        )


def answered(page: str, one: Authenticator, origin: str = ORIGIN) -> tuple[str, dict[str, str]]:
    """Return where a page's script sends what this authenticator answers, and the fields."""
    (form,) = re.findall(r"<form [^>]*data-passkey[^>]*>", page)
    said = dict(re.findall(r'([a-z-]+)="([^"]*)"', form))
    challenge = base64.decode_url(said["data-challenge"])
    if said["data-passkey"] == "create":
        fields = {
            "client": client_data("webauthn.create", challenge, origin),
            "authenticator": one.registration(rp=said["data-rp"]),
        }
    else:
        assert base64.encode_url(one.credential) in said["data-credentials"].split()
        made = one.get(challenge, origin=origin, rp=said["data-rp"])
        fields = {
            "credential": one.credential,
            "client": made.client_data,
            "authenticator": made.authenticator_data,
            "signature": made.signature,
        }
    return said["action"], {name: base64.encode_url(value) for name, value in fields.items()}
