"""What every test shares: Hypothesis profiles and a trio of participants.

    pytest --hypothesis-profile=thorough tests/properties

runs the exchange machine for many more and longer examples than `dev` and `ci` do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.support.trio import Trio

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("dev", deadline=None, suppress_health_check=SLOW)
settings.register_profile("ci", deadline=None, suppress_health_check=SLOW, derandomize=True)
settings.register_profile("thorough", settings.get_profile("dev"), max_examples=1000)
settings.load_profile("dev")


@pytest.fixture
def trio(tmp_path: Path) -> Iterator[Trio]:
    """Three participants under one adopted arrangement, in a directory of their own."""
    made = Trio.copy(tmp_path)
    yield made
    made.close()
