"""Write the vectors of sealing: one file, one failure, named for it.

    python tests/vectors/sealing/generate.py

What is sealed is random each time, so each valid.json is written once and the others are made
from it: writing them again changes nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

from trilogue.encoding import base64
from trilogue.sealing.box import SealingSecret, seal_box
from trilogue.sealing.portion import seal_portion
from trilogue.sealing.wrap import wrap

HERE = Path(__file__).parent
PLAINTEXT = b'{"phase":"P","station":"TJN"}'
SECRET = SealingSecret.from_bytes(bytes(range(96)))
OTHER = SealingSecret.from_bytes(bytes(range(1, 97)))
WRAPPING_KEY = b"\x33" * 32

# Where the parts of a box begin: encapsulation by ML-KEM-768, by X25519, then the ciphertext.
X25519_AT, CIPHERTEXT_AT = 1088, 1120

Vector = dict[str, object]


def stored(kind: str) -> dict[str, bytes]:
    file = HERE / kind / "valid.json"
    if not file.exists():
        return {}
    vector = json.loads(file.read_text())
    return {k: base64.decode(v) for k, v in vector.items() if k not in ("rule", "expect")}


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def portion() -> dict[str, Vector]:
    base = stored("portion")
    if not base:
        sealed = seal_portion(PLAINTEXT)
        base = {"key": sealed.key, "ciphertext": sealed.ciphertext, "plaintext": PLAINTEXT}
    key, ciphertext = base["key"], base["ciphertext"]

    def case(rule: str, **change: bytes) -> Vector:
        return {
            "rule": rule,
            "expect": "OpeningError",
            "key": key,
            "ciphertext": ciphertext,
            **change,
        }

    return {
        "valid": {"rule": "the portion opens", "expect": "ok", **base},
        "key_bit_flipped": case("one key opens it", key=flip(key, 31)),
        "key_short": case("a key is 32 bytes, never 16 of AES-128", key=key[:16]),
        "key_long": case("a key is 32 bytes", key=key + b"\0"),
        "ciphertext_bit_flipped": case("it is authentic", ciphertext=flip(ciphertext, 0)),
        "tag_bit_flipped": case(
            "it is authentic", ciphertext=flip(ciphertext, len(ciphertext) - 1)
        ),
        "cut": case("the tag stands at the end", ciphertext=ciphertext[:-1]),
        "longer": case("the tag stands at the end", ciphertext=ciphertext + b"\0"),
        "tag_alone": case("the tag is of the ciphertext", ciphertext=ciphertext[-16:]),
        "empty": case("there is a tag", ciphertext=b""),
    }


def box() -> dict[str, Vector]:
    base = stored("box")
    if not base:
        info = b"grant KR/17 to JP"
        base = {
            "secret": SECRET.to_bytes(),
            "info": info,
            "box": seal_box(PLAINTEXT, SECRET.public, info),
            "plaintext": PLAINTEXT,
        }
    sealed = base["box"]

    def case(rule: str, **change: bytes) -> Vector:
        fields = {k: v for k, v in base.items() if k != "plaintext"}
        return {"rule": rule, "expect": "OpeningError", **fields, **change}

    half_mlkem = OTHER.to_bytes()[:64] + SECRET.to_bytes()[64:]
    half_x25519 = SECRET.to_bytes()[:64] + OTHER.to_bytes()[64:]
    zero_point = sealed[:X25519_AT] + bytes(32) + sealed[CIPHERTEXT_AT:]
    return {
        "valid": {"rule": "the box opens", "expect": "ok", **base},
        "other_recipient": case("one secret opens it", secret=OTHER.to_bytes()),
        "other_mlkem_half": case("both halves of the key are needed", secret=half_mlkem),
        "other_x25519_half": case("both halves of the key are needed", secret=half_x25519),
        "info_changed": case("the box is bound to its info", info=b"grant KR/18 to JP"),
        "info_empty": case("the box is bound to its info", info=b""),
        "info_cut": case("the box is bound to its info", info=base["info"][:-1]),
        "mlkem_encapsulation_bit_flipped": case("the encapsulation is bound", box=flip(sealed, 0)),
        "x25519_encapsulation_bit_flipped": case(
            "the encapsulation is bound", box=flip(sealed, X25519_AT)
        ),
        "x25519_encapsulation_of_small_order": case(
            "no shared secret that all know (RFC 9180 §7.1.4)", box=zero_point
        ),
        "ciphertext_bit_flipped": case("it is authentic", box=flip(sealed, CIPHERTEXT_AT)),
        "tag_bit_flipped": case("it is authentic", box=flip(sealed, len(sealed) - 1)),
        "cut": case("the tag stands at the end", box=sealed[:-1]),
        "longer": case("the tag stands at the end", box=sealed + b"\0"),
        "encapsulation_alone": case("a ciphertext follows", box=sealed[:CIPHERTEXT_AT]),
        "encapsulation_cut": case(
            "an encapsulation is 1120 bytes", box=sealed[: CIPHERTEXT_AT - 1]
        ),
        "empty": case("there is an encapsulation", box=b""),
    }


def wrapped() -> dict[str, Vector]:
    base = stored("wrap")
    if not base:
        context = b"KR/17/0"
        base = {
            "wrapping_key": WRAPPING_KEY,
            "context": context,
            "wrapped": wrap(WRAPPING_KEY, b"\x44" * 32, context),
            "plaintext": b"\x44" * 32,
        }
    kept = base["wrapped"]

    def case(rule: str, expect: str = "OpeningError", **change: bytes) -> Vector:
        fields = {k: v for k, v in base.items() if k != "plaintext"}
        return {"rule": rule, "expect": expect, **fields, **change}

    return {
        "valid": {"rule": "the key unwraps", "expect": "ok", **base},
        "other_wrapping_key": case("one key unwraps it", wrapping_key=flip(WRAPPING_KEY, 0)),
        "wrapping_key_short": case(
            "a wrapping key is 32 bytes", "InputError", wrapping_key=WRAPPING_KEY[:16]
        ),
        "moved_to_another_row": case("it is bound to its place", context=b"KR/17/1"),
        "context_empty": case("it is bound to its place", context=b""),
        "nonce_bit_flipped": case("it is authentic", wrapped=flip(kept, 0)),
        "ciphertext_bit_flipped": case("it is authentic", wrapped=flip(kept, 12)),
        "tag_bit_flipped": case("it is authentic", wrapped=flip(kept, len(kept) - 1)),
        "cut": case("the tag stands at the end", wrapped=kept[:-1]),
        "nonce_alone": case("a nonce and a tag are 28 bytes", wrapped=kept[:12]),
        "empty": case("a nonce and a tag are 28 bytes", wrapped=b""),
    }


def vectors() -> dict[str, Vector]:
    return {
        f"{kind}/{name}": vector
        for kind, made in (("portion", portion()), ("box", box()), ("wrap", wrapped()))
        for name, vector in made.items()
    }


def to_json(vector: Vector) -> str:
    return json.dumps(vector, indent=1, default=base64.encode)


def main() -> None:
    for name, vector in vectors().items():
        (HERE / f"{name}.json").write_text(f"{to_json(vector)}\n")


if __name__ == "__main__":
    main()
