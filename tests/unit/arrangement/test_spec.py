"""The specification says what the code does: what can be generated or listed is compared."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from trilogue.arrangement import Action, Facts
from trilogue.arrangement.adoption import diagram
from trilogue.arrangement.text import Text

from .drawn import TISA

SPEC = Path(__file__).parents[3] / "docs" / "spec"
PAGE = (SPEC / "01-arrangement.md").read_text()
MARKINGS = (SPEC / "06-markings.md").read_text()


def named_in_tables(page: str) -> set[str]:
    rows = [row for row in page.splitlines() if row.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_the_diagram_is_the_one_that_the_table_draws():
    assert f"```mermaid\n{diagram()}```" in PAGE


def test_every_key_rule_fact_and_action_is_specified():
    names = named_in_tables(PAGE)
    assert {field.name for field in msgspec.structs.fields(Text)} <= names
    assert {field.name for field in msgspec.structs.fields(Facts)} <= names
    assert set(TISA.policies.ids) <= names
    assert set(Action) <= names
    for part in (TISA.text.limits, TISA.text.deadlines, TISA.text.quorum, TISA.text.publication):
        assert set(msgspec.structs.asdict(part)) <= names


def test_the_table_of_equivalence_is_the_arrangement_s():
    for level in TISA.text.levels:
        own = " | ".join(TISA.scale.own(level.id, who) for who in TISA.participants)
        assert f"| `{level.id}` | {own} | {level.tag} |" in MARKINGS
