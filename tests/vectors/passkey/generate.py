"""Write the vectors of passkeys: one file, one failure, named for it.

    python -m tests.vectors.passkey.generate

    rule     what is broken, or kept
    expect   the error that must come of it, or "ok"
    says     what the message holds: the step of WebAuthn Level 2, where one fails
    rp       the RP ID for which the key was published
    key      the key in COSE form; bytes are base64
    challenge, authenticator_data, client_data, signature

Keys and signatures follow from seeds: writing them again changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from tests.support.authenticator import (
    CREDENTIAL,
    ORDER,
    PRESENT,
    VERIFIED,
    Authenticator,
    client_data,
)

from trilogue.encoding import base64
from trilogue.encoding.digest import sha256
from trilogue.signing.passkey import Assertion

HERE = Path(__file__).parent
CHALLENGE = sha256(b"what is agreed to")
OTHER = sha256(b"something else")
GET = "webauthn.get"
BOTH = PRESENT | VERIFIED

Vector = dict[str, str]


def eddsa() -> Authenticator:
    return Authenticator(b"\x01" * 32)


def es256() -> Authenticator:
    return Authenticator(b"\x02" * 32, "ES256")


def vector(
    rule: str,
    made: Assertion,
    *,
    key: bytes = b"",
    expect: str = "SignatureError",
    says: str = "",
    rp: str = "localhost",
) -> Vector:
    return {
        "rule": rule,
        "expect": expect,
        "says": says,
        "rp": rp,
        "key": base64.encode(key or eddsa().key),
        "challenge": base64.encode(CHALLENGE),
        "authenticator_data": base64.encode(made.authenticator_data),
        "client_data": base64.encode(made.client_data),
        "signature": base64.encode(made.signature),
    }


def said(rule: str, says: str, **changes: Any) -> Vector:
    """Return an assertion over other client data: `kind`, `challenge`, `origin`, or members."""
    given = {"kind": GET, "challenge": CHALLENGE, **changes}
    return vector(rule, eddsa().get(CHALLENGE, said=client_data(**given)), says=says)


def data(change: Callable[[bytes], bytes], rule: str, says: str, expect: str) -> Vector:
    """Return an assertion over other authenticator data, signed as they are."""
    one = eddsa()
    one.counter = 1
    changed, client = change(one.data()), client_data(GET, CHALLENGE)
    made = Assertion(changed, client, one.sign(changed + sha256(client)))
    return vector(rule, made, says=says, expect=expect)


def flagged(flags: int, rule: str, says: str, expect: str = "FormatError") -> Vector:
    return data(lambda d: d[:32] + bytes([flags]) + d[33:], rule, says, expect)


def spelled(text: bytes, rule: str, says: str) -> Vector:
    return vector(rule, eddsa().get(CHALLENGE, said=text), expect="FormatError", says=says)


def signed(change: Callable[[bytes], bytes], rule: str, one: Authenticator) -> Vector:
    """Return an assertion whose signature is changed after it was made."""
    made = one.get(CHALLENGE)
    changed = Assertion(made.authenticator_data, made.client_data, change(made.signature))
    return vector(rule, changed, key=one.key, says="§7.2 step 20")


def keyed(change: Callable[[bytes], bytes], rule: str, says: str, one: Authenticator) -> Vector:
    made = one.get(CHALLENGE)
    return vector(rule, made, key=change(one.key), expect="FormatError", says=says)


def longer(signature: bytes) -> bytes:
    """Spell the first number of a DER signature with a zero too many."""
    size = signature[3]
    first = b"\x02" + bytes([size + 1]) + b"\0" + signature[4 : 4 + size]
    return b"\x30" + bytes([signature[1] + 1]) + first + signature[4 + size :]


def doubled() -> bytes:
    """Return client data that name the challenge twice, the right one last."""
    once = client_data(GET, CHALLENGE)
    wrong = f'"challenge":"{base64.encode_url(OTHER)}",'.encode()
    return once.replace(b'"challenge"', wrong + b'"challenge"')


def vectors() -> Iterator[tuple[str, Vector]]:
    """Return every vector by name."""
    yield "ok-eddsa", vector("an EdDSA key", eddsa().get(CHALLENGE), expect="ok")
    yield "ok-es256", vector("an ES256 key", es256().get(CHALLENGE), key=es256().key, expect="ok")
    kept = eddsa().get(CHALLENGE, origin="https://console.kr.example:7201", rp="console.kr.example")
    rule = "the console at a name of its own, over TLS"
    yield "ok-over-tls", vector(rule, kept, rp="console.kr.example", expect="ok")
    more = client_data(GET, CHALLENGE, other_keys_can_be_added_here="do not compare")
    rule = "a reader is prepared for more client data"
    yield "ok-with-more-client-data", vector(rule, eddsa().get(CHALLENGE, said=more), expect="ok")
    bare = client_data(GET, CHALLENGE).replace(b',"crossOrigin":false', b"")
    rule = "some browsers leave crossOrigin out"
    yield "ok-without-cross-origin", vector(rule, eddsa().get(CHALLENGE, said=bare), expect="ok")

    yield "11-made-for-registration", said("of type get", "step 11", kind="webauthn.create")
    yield "12-another-challenge", said("over this challenge", "step 12", challenge=OTHER)
    padded = client_data(GET, CHALLENGE).replace(b'","origin"', b'=","origin"')
    rule = "the challenge has one spelling"
    made = eddsa().get(CHALLENGE, said=padded)
    yield "12-challenge-padded", vector(rule, made, says="step 12")
    for name, origin in (
        ("another-site", "https://elsewhere.example"),
        ("a-subdomain", "http://evil.localhost:7201"),
        ("a-name-that-ends-alike", "http://notlocalhost:7201"),
        ("no-tls", "http://console.kr.example"),
        ("no-port", "http://localhost:"),
        ("a-path", "http://localhost:7201/x"),
    ):
        rp = "console.kr.example" if name == "no-tls" else "localhost"
        made = eddsa().get(CHALLENGE, origin=origin, rp=rp)
        rule = "made on a page of the RP ID itself"
        yield f"13-{name}", vector(rule, made, rp=rp, says="step 13")
    rule = "not in a frame of another page"
    yield "13-cross-origin", said(rule, "step 13", crossOrigin=True)
    yield "13-top-origin", said(rule, "step 13", topOrigin="https://elsewhere.example")
    yield (
        "14-token-binding",
        said("no token binding", "step 14", tokenBinding={"status": "present", "id": "eA"}),
    )
    elsewhere = eddsa().get(CHALLENGE, rp="elsewhere.example")
    yield "15-another-rp-id", vector("for this RP ID", elsewhere, says="step 15")
    rule = "somebody was present"
    yield "16-nobody-present", flagged(VERIFIED, rule, "step 16", "SignatureError")
    rule = "and was verified"
    yield "17-nobody-verified", flagged(PRESENT, rule, "step 17", "SignatureError")
    rule = "the signature is good"
    yield "20-eddsa-altered", signed(lambda s: s[:-1] + bytes([s[-1] ^ 1]), rule, eddsa())
    yield "20-es256-altered", signed(lambda s: s[:-1] + bytes([s[-1] ^ 1]), rule, es256())
    rule = "the numbers of a DER signature have one spelling"
    yield "20-es256-spelled-longer", signed(longer, rule, es256())
    yield "20-es256-with-more-behind", signed(lambda s: s + b"\0", rule, es256())

    def raw(signature: bytes) -> bytes:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def beyond(signature: bytes) -> bytes:
        r, s = decode_dss_signature(signature)
        return encode_dss_signature(r, s + ORDER)

    yield "20-es256-not-der", signed(raw, "an ES256 signature is DER", es256())
    yield "20-es256-beyond-the-order", signed(beyond, "its numbers lie below the order", es256())
    yield (
        "20-by-another",
        vector("signed by this key", Authenticator(b"\x03" * 32).get(CHALLENGE), says="step 20"),
    )
    made = eddsa().get(CHALLENGE)
    counted = made.authenticator_data[:-1] + b"\x09"
    other = Assertion(counted, made.client_data, made.signature)
    yield "20-counter-altered", vector("the counter is signed", other, says="step 20")

    at = "client data"
    yield "0-client-data-no-json", spelled(b"webauthn.get", "client data are JSON", "not JSON")
    yield "0-client-data-no-object", spelled(b"[]", "client data are an object", at)
    yield "0-challenge-missing", spelled(b'{"type":"webauthn.get"}', "a challenge is there", at)
    yield "0-challenge-twice", spelled(doubled(), "no member stands twice", "twice")
    yield (
        "0-client-data-too-long",
        spelled(client_data(GET, CHALLENGE, more="x" * 2048), "client data are short", "at most"),
    )
    form = "FormatError"
    yield "0-data-cut-off", data(lambda d: d[:-1], "37 bytes", "37 at least", form)
    yield "0-data-with-more-behind", data(lambda d: d + b"\0", "37 bytes", "where 37", form)
    yield "0-extensions", flagged(BOTH | 0x80, "no extensions", "extensions")
    yield "0-reserved-flag", flagged(BOTH | 0x02, "reserved flags are not set", "reserved")
    yield "0-backed-up-and-cannot-be", flagged(BOTH | 0x10, "what is backed up can be", "backed up")
    one = eddsa()
    attested = one.registration()
    client = client_data(GET, CHALLENGE)
    made = Assertion(attested, client, one.sign(attested + sha256(client)))
    assert attested[32] & CREDENTIAL
    rule = "an assertion makes no credential"
    yield "0-credential-in-it", vector(rule, made, expect=form, says="attested")
    neither = "neither an ES256"
    rule = "a key has one spelling"
    yield "0-key-with-more-behind", keyed(lambda k: k + b"\0", rule, neither, eddsa())
    yield "0-key-cut-off", keyed(lambda k: k[:-1], rule, neither, es256())
    rule = "a key is ES256 or EdDSA"
    yield (
        "0-key-rs256",
        keyed(lambda k: k.replace(b"\x03\x26", b"\x03\x38"), rule, neither, es256()),
    )
    yield (
        "0-key-off-the-curve",
        keyed(lambda k: k[:-1] + bytes([k[-1] ^ 1]), "a point of P-256", "no point", es256()),
    )
    yield (
        "0-key-of-small-order",
        keyed(lambda k: k[:10] + b"\x01" + bytes(31), "a key signs for one", "anyone", eddsa()),
    )


def main() -> None:
    for file in HERE.glob("*.json"):
        file.unlink()
    for name, one in vectors():
        text = json.dumps(one, indent=1, ensure_ascii=False)
        (HERE / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
