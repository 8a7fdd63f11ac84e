"""The vectors of the arrangement room: what each rule decides, and what must not parse."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import msgspec
import pytest

from trilogue.arrangement import Action, Facts, parse_arrangement, shipped
from trilogue.errors import InputError

VECTORS = Path(__file__).parents[2] / "vectors" / "arrangement"
DECISIONS = sorted((VECTORS / "decisions").glob("*.json"))
REFUSED = sorted((VECTORS / "refused").glob("*.json"))

FILES = shipped("tisa-2014")
TISA = parse_arrangement(FILES)


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_decision(file: Path):
    for case in json.loads(file.read_text()):
        facts = msgspec.convert(case["facts"], Facts)
        decision = TISA.rules.decide(Action(case["action"]), facts)
        assert (decision.permit, list(decision.rules)) == (case["permit"], case["rules"]), case
        assert len(decision.reasons) >= len(decision.rules)


def test_every_rule_has_a_vector_in_which_it_speaks_and_one_in_which_it_does_not():
    assert {file.stem for file in DECISIONS} == {*TISA.policies.ids, "default-deny", "rule-error"}
    for file in DECISIONS:
        spoke = [file.stem in case["rules"] for case in json.loads(file.read_text())]
        assert any(spoke), file.stem
        if file.stem in TISA.policies.forbids:
            assert not all(spoke), file.stem


@pytest.mark.threat("T19", "T20")
@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.stem)
def test_refused(file: Path):
    fault = json.loads(file.read_text())
    files = dict(FILES)
    if fault["new"] is None:
        del files[fault["file"]]
    elif fault["old"] is None:
        files[fault["file"]] = fault["new"].encode()
    else:
        before = files[fault["file"]].decode()
        assert fault["old"] in before
        files[fault["file"]] = before.replace(fault["old"], fault["new"], 1).encode()
    with pytest.raises(InputError) as caught:
        parse_arrangement(files)
    assert fault["says"] in str(caught.value)


def test_the_files_are_what_the_generator_writes():
    spec = importlib.util.spec_from_file_location("arrangement_vectors", VECTORS / "generate.py")
    assert spec
    assert spec.loader
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    written = {
        str(file.relative_to(VECTORS)): json.loads(file.read_text())
        for file in VECTORS.glob("*/*.json")
    }
    assert written == json.loads(json.dumps(generate.vectors()))
