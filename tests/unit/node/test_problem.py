"""Problem details: every error is told, and told so that a client can raise it again."""

from __future__ import annotations

import msgspec
import pytest

from trilogue.errors import (
    GrantError,
    InputError,
    RefusedError,
    TrilogueError,
    UnavailableError,
)
from trilogue.node.problem import TOLD, Problem, describe, problem_type, rebuild, title
from trilogue.protocol.voice import ForkError


@pytest.mark.parametrize("kind", TOLD.values(), ids=lambda kind: kind.__name__)
def test_an_error_that_is_told_can_be_raised_again(kind: type[TrilogueError]) -> None:
    told = describe(kind("what was wrong", hint="what to do"), 400)
    again = rebuild(msgspec.json.decode(msgspec.json.encode(told), type=Problem))
    assert type(again) is kind
    assert str(again) == "what was wrong (what to do)"


def test_what_belongs_to_a_refusal_and_to_a_step_is_kept() -> None:
    refused = rebuild(describe(RefusedError("no", rules=("above-ceiling",), index=3), 403))
    assert isinstance(refused, RefusedError)
    assert (refused.rules, refused.index) == (("above-ceiling",), 3)
    granted = rebuild(describe(GrantError("no"), 400))
    assert isinstance(granted, GrantError)
    assert granted.step == 7


def test_a_class_that_has_no_name_outside_is_told_by_its_nearest_base() -> None:
    assert problem_type(ForkError) == "urn:trilogue:error:consistency"
    assert title(ForkError) == "Step 3: two views of one log that cannot both be"


@pytest.mark.parametrize(("status", "kind"), [(500, UnavailableError), (418, InputError)])
def test_a_problem_of_another_make_is_told_by_whose_fault_it_is(
    status: int, kind: type[TrilogueError]
) -> None:
    again = rebuild(Problem(title="something", status=status))
    assert type(again) is kind
    assert str(again) == "something"
