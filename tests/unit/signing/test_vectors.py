"""The vectors of signed notes: each breaks one rule and fails for it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from trilogue import errors
from trilogue.signing.keys import PublicKey, verify_text
from trilogue.signing.note import parse_note

VECTORS = Path(__file__).parents[2] / "vectors" / "signing"


@pytest.mark.parametrize("file", sorted(VECTORS.glob("*.json")), ids=lambda file: file.stem)
def test_vector(file: Path):
    vector = json.loads(file.read_text())

    def read() -> None:
        if "vkeys" in vector:
            verify_text(PublicKey.parse(vector["vkeys"]), vector["note"])
        else:
            parse_note(vector["note"])

    if vector["expect"] == "ok":
        read()
    else:
        with pytest.raises(getattr(errors, vector["expect"])) as caught:
            read()
        assert type(caught.value).__name__ == vector["expect"]


def test_the_files_are_what_the_generator_writes():
    spec = importlib.util.spec_from_file_location("signing_vectors", VECTORS / "generate.py")
    assert spec
    assert spec.loader
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    written = {file.stem: json.loads(file.read_text()) for file in VECTORS.glob("*.json")}
    assert written == json.loads(json.dumps(generate.vectors()))
