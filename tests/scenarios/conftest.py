"""Three real processes for every scenario, and what they wrote when one fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.processes import Nodes


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    """Three nodes, not started yet, under an arrangement that all have adopted."""
    made = Nodes.copy(tmp_path / "nodes")
    yield from _watched(made)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """Three nodes that run under an adopted arrangement; the tests of a module share them."""
    made = Nodes.copy(tmp_path_factory.mktemp("shared") / "nodes")
    made.start()
    yield from _watched(made)


@pytest.fixture
def strangers(tmp_path: Path) -> Iterator[Nodes]:
    """Three nodes that know each other's cards and have adopted nothing yet."""
    made = Nodes.copy(tmp_path / "nodes", adopted=False)
    yield from _watched(made)


def _watched(nodes: Nodes) -> Iterator[Nodes]:
    yield nodes
    nodes.end()
    for node in nodes:
        sys.stdout.write(f"--- {node.name}\n{node.stderr[-4000:]}\n")
        assert "Traceback" not in node.stderr, f"{node.name} stumbled"
