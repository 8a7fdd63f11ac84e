"""What the runner of the model reads: TLC's own output, recorded, and the configurations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.check_model import (
    FOLDER,
    HOLDS,
    Config,
    Found,
    ModelError,
    judge,
    read_config,
    read_output,
)

RECORDED = Path(__file__).parents[1] / "data" / "tlc"
CONFIGS = sorted(FOLDER.rglob("*.cfg"))
PLANTED = re.compile(r"Planted\(\"([\w-]+)\"\)|Answers\(end, \"([\w-]+)\"\)")


def recorded(name: str) -> str:
    return (RECORDED / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("holds", Found(verdict="holds", generated=818, distinct=192, depth=11)),
        ("deadlock", Found(verdict="deadlock", generated=18_757, distinct=3_174, depth=10)),
        ("temporal", Found(verdict="", generated=467, distinct=108, depth=None)),
        ("invariant", Found(verdict="PromisedIsLogged", generated=8, distinct=8, depth=3)),
        ("action", Found(verdict="LogsOnlyGrow", generated=2, distinct=2, depth=2)),
    ],
)
def test_a_verdict_is_read_with_its_counts(name: str, found: Found) -> None:
    assert read_output(recorded(name)) == found


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("unknown-property", "The invariant NoSuchThing specified in the configuration file"),
        ("unparsed", "Parsing or semantic analysis failed"),
    ],
)
def test_a_run_without_a_verdict_is_none(name: str, why: str) -> None:
    with pytest.raises(ModelError, match=why):
        read_output(recorded(name))


def test_a_run_that_was_cut_off_is_none() -> None:
    whole = recorded("holds")
    with pytest.raises(ModelError):
        read_output(whole[: whole.index("Model checking completed")])
    with pytest.raises(ModelError, match="did not count"):
        read_output(whole[: whole.index("818 states generated")])


def test_silence_is_no_verdict() -> None:
    with pytest.raises(ModelError, match="said nothing"):
        read_output("")


def test_what_breaks_in_time_is_the_only_thing_asked_for() -> None:
    found = read_output(recorded("temporal"))
    one = Config(about="", expected="Certified", temporal=("Certified",))
    two = Config(about="", expected=HOLDS, temporal=("Certified", "Answered"))
    assert judge(one, found) == "Certified"
    assert judge(two, found) == "Certified or Answered"


@pytest.mark.parametrize(
    "text",
    [
        "SPECIFICATION Safe\n",
        "\\* The hub lies.\nSPECIFICATION Safe\n",
        "\\* expect: holds\nSPECIFICATION Safe\n",
        "\\* The hub lies.\n\\* expect: holds\n\\* expect: deadlock\n",
        "\\* The hub lies.\n\\* expect: Gone\nINVARIANTS\n    Kept\n",
        "\\* The hub lies.\n\\* expect: Gone\nPROPERTIES\n    Gone\n    Kept\n",
    ],
)
def test_a_configuration_that_does_not_say_what_it_expects_is_refused(text: str) -> None:
    with pytest.raises(ModelError):
        read_config(text)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_each_configuration_says_what_it_expects(path: Path) -> None:
    text = path.read_text("utf-8")
    config = read_config(text)
    assert config.about.endswith(".")
    planted = "Plants = {}" not in text
    assert planted == (path.parent.name == "plants")
    assert planted or config.expected == HOLDS


def test_every_plant_of_the_model_is_planted_and_every_planted_one_is_in_it() -> None:
    module = (FOLDER / "Exchange.tla").read_text("utf-8")
    known = {name for pair in PLANTED.findall(module) for name in pair if name}
    used = {
        name
        for path in CONFIGS
        for line in path.read_text("utf-8").splitlines()
        if line.strip().startswith("Plants =")
        for name in re.findall(r'"([\w-]+)"', line)
    }
    assert used == known


def test_the_readme_names_every_configuration_and_every_property() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    for path in CONFIGS:
        assert f"`{path.stem}`" in readme, path.stem
    named = {
        word
        for path in CONFIGS
        for word in re.findall(r"^    (\w+)$", path.read_text("utf-8"), re.MULTILINE)
    }
    assert len(named) > 10
    for word in named:
        assert f"`{word}`" in readme, word


def test_what_the_model_names_is_in_the_code() -> None:
    root = FOLDER.parents[2]
    module = (FOLDER / "Exchange.tla").read_text("utf-8")
    cited = re.findall(r"((?:node|protocol)/\w+(?:/\w+)?\.py), `(\w+)`", module)
    assert len(cited) > 10
    for path, name in cited:
        code = (root / "src" / "trilogue" / path).read_text("utf-8")
        assert f"def {name}(" in code, (path, name)
