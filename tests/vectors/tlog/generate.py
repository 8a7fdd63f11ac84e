"""Write the vectors of the log: one file, one failure, named for it.

    python tests/vectors/tlog/generate.py

inclusion/ and consistency/ are about the eight leaves with which implementations of RFC 6962 test
(their published roots are checked in tests/conformance/test_rfc6962.py); checkpoint/ is about one
checkpoint. ML-DSA-44 signatures are randomised, so checkpoint/valid.json is written once and the
others are made from it: writing them again changes nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

from trilogue.encoding import base64
from trilogue.signing.keys import SecretKey
from trilogue.signing.note import Signature, format_signature, parse_note, sign_note
from trilogue.tlog.checkpoint import Checkpoint, mldsa44_signer, sign_checkpoint
from trilogue.tlog.tree import (
    EMPTY_ROOT,
    MemoryHashes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
)

HERE = Path(__file__).parent
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
HASHES = MemoryHashes(map(leaf_hash, LEAVES))
KR = SecretKey.from_seeds("example.org/kr", b"\x11" * 32, b"\x22" * 32)

Vector = dict[str, object]


def flip(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


def inclusion() -> dict[str, Vector]:
    index, size = 5, 7
    leaf, proof, tree = HASHES.read(0, index), inclusion_proof(index, size, HASHES), root(7, HASHES)

    def case(rule: str, expect: str = "InclusionError", **change: object) -> Vector:
        fields = {"index": index, "size": size, "leaf": leaf, "proof": proof, "root": tree}
        fields.update(change)
        return {"rule": rule, "expect": expect, **fields}

    return {
        "valid": case("leaf 5 stands in the tree of 7", "ok"),
        "valid_lone_leaf": case(
            "one leaf is its own root",
            "ok",
            index=0,
            size=1,
            leaf=HASHES.read(0, 0),
            proof=[],
            root=HASHES.read(0, 0),
        ),
        "leaf_changed": case("the leaf is hashed into the root", leaf=flip(leaf)),
        "leaf_of_another_index": case("a leaf stands at its index", leaf=HASHES.read(0, 4)),
        "index_of_the_sibling": case("a leaf stands at its index", index=4),
        "index_beyond_the_tree": case("an index is below the size", index=7),
        "index_negative": case("an index is not negative", index=-1),
        "size_larger": case("a proof is for one size", size=9),
        "size_smaller": case("a proof is for one size", size=6),
        "size_zero": case("no leaf stands in the empty tree", index=0, size=0, root=EMPTY_ROOT),
        "first_hash_flipped": case("every hash counts", proof=[flip(proof[0]), *proof[1:]]),
        "last_hash_flipped": case("every hash counts", proof=[*proof[:-1], flip(proof[-1])]),
        "hashes_swapped": case("hashes stand from the leaf up", proof=proof[::-1]),
        "first_hash_missing": case("a proof has one length", proof=proof[1:]),
        "last_hash_missing": case("a proof has one length", proof=proof[:-1]),
        "no_hashes": case("a proof has one length", proof=[]),
        "root_before": case("a proof has one length", proof=[tree, *proof]),
        "root_after": case("a proof has one length", proof=[*proof, tree]),
        "hash_short": case("a hash is 32 bytes", proof=[proof[0][:31], *proof[1:]]),
        "root_changed": case("the root is the checkpoint's", root=flip(tree)),
        "root_of_another_size": case("the root is the checkpoint's", root=root(8, HASHES)),
        "inner_node_as_leaf": case(
            "a leaf is hashed with 0x00 and an inner node with 0x01",
            index=2,
            size=4,
            leaf=HASHES.read(1, 1),
            proof=[HASHES.read(1, 0)],
            root=root(4, HASHES),
        ),
    }


def consistency() -> dict[str, Vector]:
    old, new = 6, 7
    proof = consistency_proof(old, new, HASHES)
    old_root, new_root = root(old, HASHES), root(new, HASHES)

    def case(rule: str, expect: str = "ConsistencyError", **change: object) -> Vector:
        fields = {
            "old": old,
            "old_root": old_root,
            "new": new,
            "new_root": new_root,
            "proof": proof,
        }
        fields.update(change)
        return {"rule": rule, "expect": expect, **fields}

    complete = {"old": 4, "old_root": root(4, HASHES)}
    return {
        "valid": case("6 leaves are a prefix of 7", "ok"),
        "valid_complete_old_tree": case(
            "4 leaves are a prefix of 7", "ok", **complete, proof=consistency_proof(4, 7, HASHES)
        ),
        "valid_from_nothing": case(
            "the empty tree is a prefix of every tree", "ok", old=0, old_root=EMPTY_ROOT, proof=[]
        ),
        "valid_same_tree": case(
            "a tree is a prefix of itself", "ok", new=old, new_root=old_root, proof=[]
        ),
        "fork_at_the_same_size": case(
            "a log has one root for each size", new=old, new_root=flip(old_root), proof=[]
        ),
        "empty_tree_with_another_root": case(
            "the empty tree has one root", old=0, old_root=old_root, proof=[]
        ),
        "log_shrinks": case("a log only grows", old=7, old_root=new_root, new=6, new_root=old_root),
        "old_size_negative": case("a size is not negative", old=-1),
        "old_root_changed": case("the old root is hashed from the proof", old_root=flip(old_root)),
        "new_root_changed": case("the new root is hashed from the proof", new_root=flip(new_root)),
        "roots_swapped": case("each root is of its size", old_root=new_root, new_root=old_root),
        "old_size_smaller": case("a proof is for its sizes", old=5),
        "new_size_larger": case("a proof is for its sizes", new=9),
        "first_hash_flipped": case("every hash counts", proof=[flip(proof[0]), *proof[1:]]),
        "last_hash_flipped": case("every hash counts", proof=[*proof[:-1], flip(proof[-1])]),
        "first_hash_missing": case("a proof has one length", proof=proof[1:]),
        "last_hash_missing": case("a proof has one length", proof=proof[:-1]),
        "no_hashes": case("a proof has one length", proof=[]),
        "no_hashes_for_a_complete_old_tree": case("a proof has one length", **complete, proof=[]),
        "old_root_before": case("a proof has one length", proof=[old_root, *proof]),
        "new_root_after": case("a proof has one length", proof=[*proof, new_root]),
        "hash_from_nothing": case(
            "the proof from nothing is empty", old=0, old_root=EMPTY_ROOT, proof=proof[:1]
        ),
        "hash_to_the_same_tree": case(
            "the proof to itself is empty", new=old, new_root=old_root, proof=proof[:1]
        ),
        "hash_short": case("a hash is 32 bytes", proof=[proof[0][:31], *proof[1:]]),
    }


def checkpoint() -> dict[str, Vector]:
    file = HERE / "checkpoint" / "valid.json"
    seven = Checkpoint("example.org/kr", 7, root(7, HASHES))
    if file.exists():
        stored = json.loads(file.read_text())
        note, extended = str(stored["note"]), str(stored["extended"])
    else:
        note = sign_checkpoint(seven, KR, timestamp=1795413600)
        more = Checkpoint(seven.origin, seven.size, seven.root, ("more",))
        ed25519, _ = KR.note_signers()
        extended = sign_note(more.text(), [ed25519, mldsa44_signer(KR, 1795413600)])
    vkeys = KR.public.vkeys()
    text = seven.text()
    ed25519_line, mldsa44_line = map(format_signature, parse_note(note).signatures)
    mldsa44 = parse_note(note).signatures[1]

    def case(rule: str, changed: str, expect: str = "SignatureError") -> Vector:
        return {"rule": rule, "expect": expect, "vkeys": vkeys, "note": changed}

    def timed(timestamp: int) -> str:
        value = timestamp.to_bytes(8, "big") + mldsa44.value[8:]
        return format_signature(Signature(mldsa44.name, mldsa44.key_id, value))

    def of(old: str, new: str) -> str:
        assert old in text
        return note.replace(old, new, 1)

    tree = base64.encode(seven.root)
    return {
        "valid": {**case("both signatures of the log verify", note, "ok"), "extended": extended},
        "size_changed": case("the size is signed", of("\n7\n", "\n8\n")),
        "root_changed": case("the root is signed", of(tree, base64.encode(flip(seven.root)))),
        "origin_of_another_log": case("the origin is the key's name", of("/kr", "/us")),
        "only_ed25519": case("both keys of the log sign", f"{text}\n{ed25519_line}"),
        "only_mldsa44": case("both keys of the log sign", f"{text}\n{mldsa44_line}"),
        "time_changed": case("the time is signed", f"{text}\n{ed25519_line}{timed(1795413601)}"),
        "time_beyond_2_63": case(
            "a time is below 2^63", f"{text}\n{ed25519_line}{timed(2**63)}", "FormatError"
        ),
        "extension_line": case("ML-DSA-44 does not sign extensions, so none stand", extended),
        "origin_empty": case("an origin is not empty", of("example.org/kr", ""), "FormatError"),
        "size_with_leading_zero": case("no leading zeroes", of("\n7\n", "\n07\n"), "FormatError"),
        "size_with_underscore": case("ASCII decimal", of("\n7\n", "\n0_7\n"), "FormatError"),
        "size_with_plus": case("ASCII decimal", of("\n7\n", "\n+7\n"), "FormatError"),
        "size_of_full_width_digit": case("ASCII decimal", of("\n7\n", "\n７\n"), "FormatError"),
        "size_beyond_2_63": case("below 2^63", of("\n7\n", f"\n{2**63}\n"), "FormatError"),
        "size_zero_with_a_root": case(
            "the empty tree has one root", of("\n7\n", "\n0\n"), "FormatError"
        ),
        "root_missing": case("origin, size and root", of(f"{tree}\n", ""), "FormatError"),
        "root_of_31_bytes": case(
            "a root is 32 bytes", of(tree, base64.encode(seven.root[:31])), "FormatError"
        ),
        "root_with_loose_bits": case(
            "unused bits are zero", of(tree, tree[:-2] + chr(ord(tree[-2]) + 1) + "="),
            "FormatError",
        ),
        "extension_line_empty": case(
            "an extension line is not empty", of(f"{tree}\n", f"{tree}\n\n"), "FormatError"
        ),
    }  # fmt: skip


def vectors() -> dict[str, Vector]:
    return {
        f"{kind}/{name}": vector
        for kind, made in (
            ("inclusion", inclusion()),
            ("consistency", consistency()),
            ("checkpoint", checkpoint()),
        )
        for name, vector in made.items()
    }


def to_json(vector: Vector) -> str:
    return json.dumps(vector, ensure_ascii=False, indent=1, default=base64.encode)


def main() -> None:
    for name, vector in vectors().items():
        (HERE / f"{name}.json").write_text(f"{to_json(vector)}\n")


if __name__ == "__main__":
    main()
