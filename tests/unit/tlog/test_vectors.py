"""The vectors of the log: each breaks one rule and fails for it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from trilogue import errors
from trilogue.encoding import base64
from trilogue.signing.keys import PublicKey
from trilogue.tlog.checkpoint import parse_checkpoint, verify_checkpoint
from trilogue.tlog.tree import verify_consistency, verify_inclusion

VECTORS = Path(__file__).parents[2] / "vectors" / "tlog"


def hashes(texts: list[str]) -> list[bytes]:
    return [base64.decode(text) for text in texts]


def inclusion(v: dict[str, Any]) -> None:
    leaf, root = hashes([v["leaf"], v["root"]])
    verify_inclusion(leaf, v["index"], v["size"], hashes(v["proof"]), root)


def consistency(v: dict[str, Any]) -> None:
    old_root, new_root = hashes([v["old_root"], v["new_root"]])
    verify_consistency(v["old"], old_root, v["new"], new_root, hashes(v["proof"]))


def checkpoint(v: dict[str, Any]) -> None:
    verify_checkpoint(parse_checkpoint(v["note"]), PublicKey.parse(v["vkeys"]))


CHECKS = {"inclusion": inclusion, "consistency": consistency, "checkpoint": checkpoint}


@pytest.mark.parametrize(
    "file", sorted(VECTORS.glob("*/*.json")), ids=lambda file: f"{file.parent.name}/{file.stem}"
)
def test_vector(file: Path):
    vector = json.loads(file.read_text())
    check = CHECKS[file.parent.name]
    if vector["expect"] == "ok":
        check(vector)
    else:
        with pytest.raises(errors.PeerError) as caught:
            check(vector)
        assert type(caught.value).__name__ == vector["expect"]


def test_the_files_are_what_the_generator_writes():
    spec = importlib.util.spec_from_file_location("tlog_vectors", VECTORS / "generate.py")
    assert spec
    assert spec.loader
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    written = {
        f"{file.parent.name}/{file.stem}": json.loads(file.read_text())
        for file in VECTORS.glob("*/*.json")
    }
    assert written == {
        name: json.loads(generate.to_json(vector)) for name, vector in generate.vectors().items()
    }
