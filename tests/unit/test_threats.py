"""The page of threats and the tests that are marked for them say the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "threats.md"
ENTRY = re.compile(r"^## (T\d\d) · (.+)$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)(?:\[([\w-]+)\])?`")
SAID = ("Can", "Stopped by", "Remains", "Tests")
MENTIONED = re.compile(
    r"`((?:api|arrangement|cli|console|encoding|node|protocol|reports|sealing|tlog)/[\w/.]*)`"
)

Named = tuple[str, str, str]
"""Threat, file and function."""


def entries() -> dict[str, str]:
    """Return what the page says of each threat, by its number."""
    parts = ENTRY.split(PAGE.read_text("utf-8"))[1:]
    return {parts[at]: parts[at + 2] for at in range(0, len(parts), 3)}


def on_the_page() -> set[Named]:
    return {
        (number, file, function)
        for number, said in entries().items()
        for file, function, _ in NAMED.findall(said)
    }


def marked() -> Iterator[Named]:
    """Go through the marks in all tests, as they are written."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith(
                    "mark.threat"
                ):
                    for argument in decorator.args:
                        yield (
                            ast.literal_eval(argument),
                            path.relative_to(ROOT).as_posix(),
                            node.name,
                        )


def test_each_threat_says_who_can_do_what_what_stops_it_and_what_remains() -> None:
    found = entries()
    assert list(found) == [f"T{number:02}" for number in range(1, len(found) + 1)]
    assert len(found) >= 24
    for number, said in found.items():
        for label in SAID:
            assert f"- **{label}**: " in said, f"{number} lacks {label}"


def test_each_threat_has_a_test() -> None:
    assert set(entries()) == {number for number, _, _ in on_the_page()}


def test_the_page_names_the_tests_that_are_marked_and_no_others() -> None:
    named, found = on_the_page(), set(marked())
    assert named - found == set(), "named on the page, and not marked"
    assert found - named == set(), "marked, and not named on the page"


def test_a_vector_that_is_named_is_there() -> None:
    vectors = ROOT / "tests" / "vectors" / "acceptance"
    named = [vector for _, _, vector in NAMED.findall(PAGE.read_text("utf-8")) if vector]
    assert len(named) > 10
    for vector in named:
        assert (vectors / f"{vector}.json").is_file(), vector


def test_what_stops_a_threat_is_where_the_page_says() -> None:
    home = ROOT / "src" / "trilogue"
    mentioned = MENTIONED.findall(PAGE.read_text("utf-8"))
    assert len(mentioned) > 20
    for place in mentioned:
        assert (home / place).exists(), place


@pytest.mark.parametrize("file", ["SECURITY.md", "docs/README.md"])
def test_the_page_is_found(file: str) -> None:
    assert "threats.md" in (ROOT / file).read_text("utf-8")
