"""Build the vectors of sealed portions: one that opens, and one for each failure.

`python -m tests.unit.reports.vectors` writes the files; a test builds them again and compares.
"""

import json
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit, sha256
from trilogue.reports.portion import PortionDraft, Sealed, Source, seal
from trilogue.sealing.portion import SealedPortion

from .examples import cite, digest_text, draft

FOLDER = Path(__file__).parents[2] / "vectors" / "reports"

KEY = sha256(b"key of the vectors")
SALT = sha256(b"salt of the vectors")


def encrypt(plaintext: bytes) -> SealedPortion:
    """Do what `seal_portion` does, written out, under a key that is known."""
    return SealedPortion(KEY, AESGCM(KEY).encrypt(bytes(12), plaintext, b"trilogue/v1/portion\n"))


def sealed(given: PortionDraft) -> Sealed:
    return seal(given, salt=SALT, encrypt=encrypt)


def vector(comment: str, expect: str, **changes) -> dict:
    """Return one vector: what a reader is handed, and where it must fail."""
    good = sealed(draft())
    parts = {
        "header": good.header_bytes,
        "digest": good.digest,
        "key": good.key,
        "ciphertext": good.ciphertext,
    } | changes
    if "header" in changes and "digest" not in changes:
        # The report lists this very header: the failure is the one that the vector is about.
        parts["digest"] = commit(Domain.HEADER, parts["header"])
    return {
        "comment": comment,
        "expect": expect,
        "header": parts["header"].decode(),
        "digest": base64.encode(parts["digest"]),
        "key": base64.encode(parts["key"]),
        "ciphertext": base64.encode(parts["ciphertext"]),
    }


def header(**changes) -> bytes:
    """Return the good header with some fields changed, as a hostile originator would write it."""
    fields = msgspec.to_builtins(sealed(draft()).header) | changes
    return canonical.encode({k: v for k, v in fields.items() if v is not ...})


def content(plaintext: bytes) -> dict:
    """Return header and ciphertext of a content that `seal` refuses, bound as they should be."""
    ciphertext = encrypt(plaintext).ciphertext
    return {
        "header": header(
            size=len(plaintext),
            ciphertext=base64.encode(commit(Domain.CIPHERTEXT, ciphertext)),
            commitment=base64.encode(commit(Domain.PLAINTEXT, SALT, plaintext)),
        ),
        "ciphertext": ciphertext,
    }


def build() -> dict[str, dict]:
    """Return all vectors by name."""
    good = sealed(draft())
    parse, verify, opening = "parse: ", "verify: ", "open: "
    source = msgspec.to_builtins(Source(report=cite(), portion=digest_text(1), grants=(cite(),)))
    reverse = ["2016-09-09T00:00:01.000Z", "2016-09-09T00:00:00.000Z"]
    no_day = ["2016-02-30T00:00:00.000Z"] * 2
    return {
        "ok": vector("opens", "success"),
        "header-spaced": vector(
            "one space", parse + "canonical", header=good.header_bytes.replace(b",", b", ", 1)
        ),
        "header-field-missing": vector(
            "an absent field is null, not left out",
            parse + "required field `redacted`",
            header=header(redacted=...),
        ),
        "header-field-added": vector(
            "unknown field", parse + "unknown field `note`", header=header(note="x")
        ),
        "header-version-2": vector("v is 2", parse + "Invalid enum value 2", header=header(v=2)),
        "header-salt-short": vector(
            "31 bytes",
            parse + "salt: not canonical base64",
            header=header(salt=base64.encode(SALT[1:])),
        ),
        "header-salt-unused-bits": vector(
            "base64 with unused bits set",
            parse + "salt: not canonical base64",
            header=header(salt=digest_text(0)[:42] + "B="),
        ),
        "header-place-beyond-pole": vector(
            "latitude 90.00001",
            parse + "<= 9000000",
            header=header(place={"latitude_e5": 9_000_001, "longitude_e5": 0}),
        ),
        "header-period-reversed": vector(
            "ends before it begins", parse + "before it begins", header=header(period=reverse)
        ),
        "header-period-impossible": vector(
            "30 February", parse + "no such moment", header=header(period=no_day)
        ),
        "header-trajectory-without-place": vector(
            "on a trajectory, but nowhere",
            parse + "without a place",
            header=header(trajectory=True, place=None),
        ),
        "header-source-twice": vector(
            "one source listed twice",
            parse + "stands twice",
            header=header(derived_from=[source, source]),
        ),
        "header-marking-unsorted": vector(
            "readers out of order",
            parse + "must be sorted",
            header=header(
                marking={
                    "level": "SECRET",
                    "originators": ["KR"],
                    "releasable_to": ["US", "JP"],
                    "caveats": [],
                }
            ),
        ),
        "digest-of-another-header": vector(
            "the report lists another portion",
            verify + "as the report lists",
            digest=sealed(draft(subject="missile-site")).digest,
        ),
        "header-salt-changed": vector(
            "the same header under another salt",
            verify + "as the report lists",
            header=header(salt=digest_text(0)),
            digest=good.digest,
        ),
        "ciphertext-bit-flipped": vector(
            "last bit of the tag",
            opening + "not the one that the header names",
            ciphertext=good.ciphertext[:-1] + bytes([good.ciphertext[-1] ^ 1]),
        ),
        "key-of-another-portion": vector(
            "32 other bytes", opening + "does not open", key=sha256(b"another key")
        ),
        "key-short": vector("31 bytes", opening + "31 bytes", key=KEY[1:]),
        "size-differs": vector(
            "header says one byte more",
            opening + "size",
            header=header(size=good.header.size + 1),
        ),
        "second-content": vector(
            "the ciphertext opens to another content than the one committed to",
            opening + "commits to",
            header=header(commitment=base64.encode(commit(Domain.PLAINTEXT, SALT, b"another"))),
        ),
        "payload-of-another-type": vector(
            "header says launch, content is an assessment",
            opening + "no 'launch' payload",
            header=header(payload_type="launch"),
        ),
        "payload-of-unknown-type": vector(
            "a type that does not exist",
            opening + "no such payload type",
            header=header(payload_type="fire-order"),
        ),
        "payload-spaced": vector(
            "content is not in its one spelling",
            opening + "sorted form",
            **content(draft().plaintext.replace(b",", b", ", 1)),
        ),
        "language-differs": vector(
            "header says ko, content en", opening + "language", header=header(language="ko")
        ),
    }


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, value in build().items():
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
