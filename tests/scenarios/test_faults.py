"""A few of the faults, over nodes that they share, and the page that tells all of them.

`make faults` brings all of them about, each over nodes of its own (`tests.faults`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.faults import page
from tests.faults.catalogue import FAULTS
from tests.faults.scene import Scene

pytestmark = [pytest.mark.processes, pytest.mark.slow]

QUICK = [name for name, fault in FAULTS.items() if fault.quick]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Three nodes on whose links and processes faults may come."""
    with Scene(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.mark.parametrize("name", QUICK)
def test_a_fault_is_outlived(scene: Scene, name: str) -> None:
    FAULTS[name].run(scene)
    scene.links.mend()
    scene.until_opened("JP", scene.acknowledged)


def test_nothing_was_lost_by_all_of_them(scene: Scene) -> None:
    scene.reckon()
    for node in scene.nodes:
        assert "Traceback" not in node.stderr, node.stderr


def test_the_page_tells_of_every_fault_as_it_is() -> None:
    told = page.listed(page.PATH.read_text("utf-8"))
    assert told == {
        name: (page.cell(fault.does), page.cell(fault.recovers)) for name, fault in FAULTS.items()
    }


def test_a_page_without_a_fault_is_noticed() -> None:
    lines = page.PATH.read_text("utf-8").splitlines(keepends=True)
    first = next(iter(FAULTS))
    fewer = "".join(line for line in lines if not line.startswith(f"| {first} |"))
    assert set(page.listed(fewer)) == set(FAULTS) - {first}
