"""Write the vectors of signed notes: one file, one failure, named for it.

    python tests/vectors/signing/generate.py

Each file holds the rule that it breaks, the error that must come of it (or "ok"), the note, and
the verifier keys when signatures are checked. ML-DSA-44 signatures are randomised, so valid.json
is written once and every other vector is made from it: writing them again changes nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

from trilogue.encoding import base64
from trilogue.signing.keys import SecretKey, sign_text
from trilogue.signing.note import Signature, format_signature, parse_note

HERE = Path(__file__).parent
SECRET = SecretKey.from_seeds("example.org/kr", b"\x11" * 32, b"\x22" * 32)
TEXT = "trilogue vector\n\nwith a blank line\n"


def valid() -> dict[str, object]:
    file = HERE / "valid.json"
    if file.exists():
        vector: dict[str, object] = json.loads(file.read_text())
        return vector
    return {
        "rule": "both signatures of the pair verify",
        "expect": "ok",
        "vkeys": SECRET.public.vkeys(),
        "note": sign_text(SECRET, TEXT),
    }


def flip(signature: Signature) -> str:
    value = bytearray(signature.value)
    value[0] ^= 1
    return format_signature(Signature(signature.name, signature.key_id, bytes(value)))


def vectors() -> dict[str, dict[str, object]]:
    base = valid()
    note = str(base["note"])
    ed25519, mldsa44 = parse_note(note).signatures
    line, other = format_signature(ed25519), format_signature(mldsa44)
    stranger = format_signature(Signature("example.net/stranger", b"\0\1\2\3", b"value"))
    same_name = format_signature(Signature(ed25519.name, b"\0\1\2\3", b"value"))
    swapped = format_signature(Signature(ed25519.name, mldsa44.key_id, ed25519.value))

    shapes = {
        "no_blank_line": ("the text ends with a blank line", f"text\n{stranger}"),
        "no_signature": ("there is one signature or more", "text\n\n"),
        "no_final_newline": ("a signature line ends with a newline", f"text\n\n{stranger[:-1]}"),
        "blank_line_after_signatures": ("nothing follows the signatures", f"text\n\n{stranger}\n"),
        "text_after_signatures": ("every line below is a signature", f"text\n\n{stranger}more\n"),
        "control_character_in_text": ("no control characters", f"te\txt\n\n{stranger}"),
        "carriage_returns": (
            "lines end with a newline alone",
            f"text\r\n\r\n{stranger[:-1]}\r\n",
        ),
        "zero_byte_in_text": ("no control characters", f"te\0xt\n\n{stranger}"),
        "hyphen_for_em_dash": (
            "a signature line begins with an em dash",
            f"text\n\n{stranger.replace('—', '-')}",
        ),
        "no_space_after_em_dash": ("em dash, space", f"text\n\n{stranger.replace('— ', '—')}"),
        "two_spaces_before_signature": (
            "one space between name and signature",
            f"text\n\n{stranger.replace('stranger ', 'stranger  ')}",
        ),
        "space_after_signature": (
            "the signature ends the line",
            f"text\n\n{stranger[:-1]} \n",
        ),
        "key_name_missing": ("a key name is not empty", "text\n\n—  AAECA3ZhbHVl\n"),
        "key_name_with_plus": ("a key name has no plus", "text\n\n— a+b AAECA3ZhbHVl\n"),
        "key_name_with_no_break_space": (
            "a key name has no Unicode space",
            "text\n\n— a\u00a0b AAECA3ZhbHVl\n",
        ),
        "signature_missing": ("a signature follows the name", "text\n\n— example.org/kr\n"),
        "signature_of_key_id_alone": ("a value follows the key ID", "text\n\n— k AAECAw==\n"),
        "signature_with_junk": ("base64 has no other characters", "text\n\n— k AAEC!!A3ZhbHVl\n"),
        "signature_without_padding": ("base64 is padded", "text\n\n— k AAECA0E\n"),
        "signature_with_loose_bits": ("unused bits are zero", "text\n\n— k AAECA0F=\n"),
        "signature_in_url_alphabet": ("base64 of RFC 4648 §4", "text\n\n— k AAECA_-_\n"),
        "too_many_signatures": ("at most 64 signatures", f"text\n\n{stranger * 65}"),
    }
    checks = {
        "valid_with_unknown_key": ("unknown keys are ignored", "ok", note + stranger),
        "valid_with_unknown_id_of_known_name": (
            "a key is known by name and ID together",
            "ok",
            note + same_name,
        ),
        "valid_in_other_order": ("signatures have no order", "ok", f"{TEXT}\n{other}{line}"),
        "only_ed25519": ("both keys of the pair sign", "SignatureError", f"{TEXT}\n{line}"),
        "only_mldsa44": ("both keys of the pair sign", "SignatureError", f"{TEXT}\n{other}"),
        "only_unknown_key": ("both keys of the pair sign", "SignatureError", f"{TEXT}\n{stranger}"),
        "ed25519_bit_flipped": (
            "Ed25519 verifies",
            "SignatureError",
            f"{TEXT}\n{flip(ed25519)}{other}",
        ),
        "mldsa44_bit_flipped": (
            "ML-DSA-44 verifies",
            "SignatureError",
            f"{TEXT}\n{line}{flip(mldsa44)}",
        ),
        "ed25519_twice_and_once_wrong": (
            "every line of a known key verifies",
            "SignatureError",
            note + flip(ed25519),
        ),
        "ed25519_under_id_of_mldsa44": (
            "the key ID says by which algorithm",
            "SignatureError",
            f"{TEXT}\n{line}{swapped}",
        ),
        "text_changed": (
            "signatures are over the text",
            "SignatureError",
            note.replace("vector", "Vector"),
        ),
        "text_longer_by_a_blank_line": (
            "signatures are over the whole text",
            "SignatureError",
            note.replace("line\n\n—", "line\n\n\n—"),
        ),
    }
    made: dict[str, dict[str, object]] = {"valid": base}
    for name, (rule, text) in shapes.items():
        made[name] = {"rule": rule, "expect": "FormatError", "note": text}
    for name, (rule, expect, text) in checks.items():
        made[name] = {"rule": rule, "expect": expect, "vkeys": base["vkeys"], "note": text}
    made["cut_ed25519"] = {
        "rule": "an Ed25519 signature is 64 bytes",
        "expect": "SignatureError",
        "vkeys": base["vkeys"],
        "note": f"{TEXT}\n{other}— {ed25519.name} "
        f"{base64.encode(ed25519.key_id + ed25519.value[:63])}\n",
    }
    return made


def main() -> None:
    for name, vector in vectors().items():
        text = json.dumps(vector, ensure_ascii=False, indent=1)
        (HERE / f"{name}.json").write_text(f"{text}\n")


if __name__ == "__main__":
    main()
