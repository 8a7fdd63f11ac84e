"""What every test shares: Hypothesis profiles, where stores are, and a trio of participants.

    pytest --hypothesis-profile=thorough tests/properties

runs the exchange machine for many more and longer examples than `dev` and `ci` do.

    pytest --store postgresql tests/unit/node

runs tests over a real PostgreSQL server, but for those that are marked `sqlite`: they are about
files. `--workers 2` beside it has nodes of several processes: a sequencer and two API workers.
With `--queue` NATS is between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import stores
from tests.support.trio import Trio

collect_ignore = ["faults"]
"""A program of its own (`make faults`): read as tests, each of its faults would be there twice."""

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("dev", deadline=None, suppress_health_check=SLOW)
settings.register_profile("ci", deadline=None, suppress_health_check=SLOW, derandomize=True)
settings.register_profile("thorough", settings.get_profile("dev"), max_examples=1000)
settings.load_profile("dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--store", choices=["sqlite", "postgresql"], default="sqlite")
    parser.addoption("--workers", type=int, default=0, metavar="N")
    parser.addoption("--queue", action="store_true")


def pytest_configure(config: pytest.Config) -> None:
    stores.use(*(config.getoption(name) for name in ("store", "workers", "queue")))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if stores.kind() == stores.POSTGRESQL:
        left = [item for item in items if item.get_closest_marker("sqlite")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


@pytest.fixture(autouse=True)
def _stores_of_a_test_end_with_it(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "tmp_path" in request.node.funcargs:
        stores.drop(request.node.funcargs["tmp_path"])


@pytest.fixture
def trio(tmp_path: Path) -> Iterator[Trio]:
    """Three participants under one adopted arrangement, in a directory of their own."""
    made = Trio.copy(tmp_path)
    yield made
    made.close()
