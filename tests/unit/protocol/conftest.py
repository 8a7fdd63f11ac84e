"""What audits look at: a good record, and what is published of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.oversight import (
    HOUR,
    publish,
)
from tests.support.trio import Filed, Trio

from trilogue.reports.cite import Cite


@pytest.fixture
def shared(trio: Trio) -> tuple[Trio, Filed, Cite]:
    """A trio in which KR granted a report to US and JP, and both gave receipts."""
    trio.clock.advance(2 * HOUR)
    filed = trio.file("KR")
    grant = trio.grant(filed)
    trio.settle()
    return trio, filed, grant


@pytest.fixture
def published(shared: tuple[Trio, Filed, Cite]) -> tuple[Trio, dict[str, Path]]:
    """The same, with the folders that its participants publish."""
    trio, _, _ = shared
    return trio, publish(trio)
