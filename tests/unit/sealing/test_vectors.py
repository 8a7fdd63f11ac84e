"""The vectors of sealing: each breaks one rule and fails for it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from trilogue import errors
from trilogue.encoding import base64
from trilogue.sealing.box import SealingSecret, open_box
from trilogue.sealing.portion import open_portion
from trilogue.sealing.wrap import unwrap

VECTORS = Path(__file__).parents[2] / "vectors" / "sealing"

CHECKS = {
    "portion": lambda v: open_portion(v["key"], v["ciphertext"]),
    "box": lambda v: open_box(v["box"], SealingSecret.from_bytes(v["secret"]), v["info"]),
    "wrap": lambda v: unwrap(v["wrapping_key"], v["wrapped"], v["context"]),
}


@pytest.mark.threat("T24")
@pytest.mark.parametrize(
    "file", sorted(VECTORS.glob("*/*.json")), ids=lambda file: f"{file.parent.name}/{file.stem}"
)
def test_vector(file: Path):
    texts = json.loads(file.read_text())
    expect, _ = texts.pop("expect"), texts.pop("rule")
    vector = {name: base64.decode(text) for name, text in texts.items()}
    check = CHECKS[file.parent.name]
    if expect == "ok":
        assert check(vector) == vector["plaintext"]
    else:
        with pytest.raises(errors.TrilogueError) as caught:
            check(vector)
        assert type(caught.value).__name__ == expect


def test_the_files_are_what_the_generator_writes():
    spec = importlib.util.spec_from_file_location("sealing_vectors", VECTORS / "generate.py")
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
