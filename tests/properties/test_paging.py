"""Lists by cursor: whatever is written between two pages, nothing is skipped and nothing repeated.

A reader goes through a list in pages of any size, and between any two of them the node acts and
hears. The node answers one question at a time, between two groups of acts: so the order of pages
and acts that is drawn here is all that concurrency could make of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.office import Office, open_office
from tests.support.trio import Trio, marking

from trilogue.api.examples import GIVEN
from trilogue.api.openapi import operations
from trilogue.api.parameters import Slice
from trilogue.api.roles import MAY
from trilogue.node.tokens import Role

LISTS = {
    operation.name: path
    for _, path, operation in operations()
    if operation.query is not None and issubclass(operation.query, Slice)
}
WHICH = {
    "reports": lambda item: item["report"],
    "requests": lambda item: item["request"],
    "grants": lambda item: item["grant"],
    "pending": lambda item: item["id"],
    "standing": lambda item: item["standing"],
    "incidents": lambda item: item["incident"],
    "statements": lambda item: item["statement"],
    "accesses": lambda item: item["id"],
}
"""What tells one item of a list from another, whatever became of it."""
AT_ONCE = 1000
EXAMPLES = max(8, settings.default.max_examples // 12)


@dataclass
class Writers:
    """What is done at three participants while KR's lists are read."""

    trio: Trio
    office: Office

    def file(self) -> None:
        self.trio.file("KR")

    def hear(self) -> None:
        self.trio.grant(self.trio.file("US"))
        self.trio.settle()

    def grant(self) -> None:
        self.trio.grant(self.trio.file("KR"))

    def ask(self) -> None:
        self.trio.request("KR", "US")

    def is_asked(self) -> None:
        self.trio.request("US", "KR")
        self.trio.settle()

    def let_wait(self) -> None:
        what = self.trio.file("KR", marking=marking("SECRET"))
        given = {"audience": ["US"], "purposes": ["analysis"]}
        places = [{"report": {"speaker": "KR", "index": what.index}, "portion": what.portions[0]}]
        given["portions"] = places
        self.office.post(Role.RELEASE_OFFICER, "/v1/grants", given, 202)

    def give_up(self) -> None:
        waiting = self.office.get(Role.RELEASE_OFFICER, "/v1/pending")["items"]
        if waiting:
            path = f"/v1/pending/{waiting[len(waiting) // 2]['id']}"
            assert self.office.ask(Role.RELEASE_OFFICER, "DELETE", path).status_code == 204

    def stand(self) -> None:
        self.office.post(Role.RELEASE_OFFICER, "/v1/standing", GIVEN["stand"])

    def report_incident(self) -> None:
        given = {**GIVEN["report_incident"], "concerns": []}
        self.office.post(Role.SECURITY_OFFICER, "/v1/incidents", given)

    def open_portion(self) -> None:
        self.trio.read("KR", self.trio.file("KR"))


ACTS: tuple[Callable[[Writers], None], ...] = (
    Writers.file,
    Writers.hear,
    Writers.grant,
    Writers.ask,
    Writers.is_asked,
    Writers.let_wait,
    Writers.give_up,
    Writers.stand,
    Writers.report_incident,
    Writers.open_portion,
)


@pytest.fixture(scope="module")
def writers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writers]:
    """One trio for all examples: each goes on where the last one ended."""
    trio = Trio.copy(tmp_path_factory.mktemp("paging") / "trio")
    with open_office(trio, "KR") as office:
        yield Writers(trio, office)
    trio.close()


def page(writers: Writers, name: str, after: int, most: int) -> dict[str, Any]:
    role = min(MAY[name])
    found: dict[str, Any] = writers.office.get(role, f"{LISTS[name]}?after={after}&most={most}")
    assert len(found["items"]) <= most
    assert found["next"] >= after
    return found


def end(writers: Writers, name: str) -> int:
    after, more = 0, True
    while more:
        found = page(writers, name, after, AT_ONCE)
        after, more = found["next"], found["more"]
    return after


def test_every_list_is_tried() -> None:
    assert set(WHICH) == set(LISTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=EXAMPLES)
@given(
    steps=st.lists(st.one_of(st.integers(1, 3), st.sampled_from(ACTS)), max_size=10),
    from_the_start=st.booleans(),
    before=st.lists(st.sampled_from(ACTS), max_size=4),
)
def test_nothing_is_skipped_and_nothing_comes_twice(
    writers: Writers,
    name: str,
    steps: list[int | Callable[[Writers], None]],
    from_the_start: bool,
    before: list[Callable[[Writers], None]],
) -> None:
    begin = 0 if from_the_start else end(writers, name)
    for act in before:
        act(writers)
    after, seen = begin, []
    for step in steps:
        if isinstance(step, int):
            found = page(writers, name, after, step)
            seen += found["items"]
            after = found["next"]
        else:
            step(writers)
    more = True
    while more:
        found = page(writers, name, after, AT_ONCE)
        seen += found["items"]
        after, more = found["next"], found["more"]
    read = [WHICH[name](item) for item in seen]
    whole = [WHICH[name](item) for item in page(writers, name, begin, AT_ONCE)["items"]]
    assert len(read) == len({str(one) for one in read}), "something came twice"
    # What was given up meanwhile may have been seen; what is there was seen, in its order.
    assert [one for one in read if one in whole] == whole
    if name != "pending":
        assert read == whole
