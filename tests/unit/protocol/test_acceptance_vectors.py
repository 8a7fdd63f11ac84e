"""The vectors of acceptance: each delivery fails at the step for which it is named, or at none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.japan import Japan, bring_to_life
from tests.vectors.acceptance import generate

from trilogue.errors import FormatError

NAMES = sorted(file.stem for file in generate.HERE.glob("*.json") if file.stem != "world")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bring JP to where every vector begins."""
    directory = tmp_path_factory.mktemp("world")
    bring_to_life(directory).engine.close()
    return directory


@pytest.fixture
def japan(world: Path, tmp_path: Path) -> Iterator[Japan]:
    shutil.copytree(world, tmp_path, dirs_exist_ok=True)
    made = Japan(tmp_path, generate.read("world")["at"])
    yield made
    made.engine.close()


@pytest.mark.threat("T05", "T07", "T11", "T13", "T19", "T21", "T22")
@pytest.mark.parametrize("name", NAMES)
def test_vector(japan: Japan, name: str):
    vector = generate.read(name)
    for before in vector["before"]:
        earlier = generate.read(before)
        japan.receive(earlier["delivery"], earlier["at"])
    faults = japan.faults()
    if vector["of"] is None and vector["expect"] != "accept":
        with pytest.raises(FormatError) as caught:
            japan.receive(vector["delivery"], vector["at"])
        assert caught.value.step == vector["step"]
        assert japan.faults() == faults
        return
    ack = japan.receive(vector["delivery"], vector["at"])
    failed = {(o.speaker, o.index): (o.step, o.again) for o in ack.outcomes if o.step is not None}
    if vector["expect"] == "accept":
        assert failed == {}
    else:
        assert failed[tuple(vector["of"])] == (vector["step"], vector["expect"] == "wait")
    assert japan.holds() == vector["holds"]
    # A fault for good is logged, once; what may still come is nobody's fault.
    again = japan.receive(vector["delivery"], vector["at"])
    assert len(again.outcomes) == len(ack.outcomes)
    logged = japan.faults() - faults
    assert (logged > 0) == (vector["expect"] == "refuse")
    assert logged <= len(ack.outcomes)


def test_there_are_several_for_each_step():
    steps = [generate.read(name)["step"] for name in NAMES]
    accepted = sum(generate.read(name)["expect"] == "accept" for name in NAMES)
    assert accepted >= 8
    for step in (0, 1, 2, 3, 4, 6, 7, 8, 9):
        assert steps.count(step) >= 2, f"step {step}"


def test_a_name_says_the_step():
    for name in NAMES:
        vector = generate.read(name)
        named = name.split("-")[0]
        if named == "accept":
            assert vector["expect"] == "accept"
        elif named not in ("5", str(vector["step"])):
            # Shape is step 0 wherever it is looked at.
            assert vector["step"] == 0, name


def test_what_is_made_comes_out_the_same():
    for name, vector in generate.made():
        assert generate.read(name) == vector
