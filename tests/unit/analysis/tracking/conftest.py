"""Flights whose truth is known, as the campaigns on accuracy fly them."""

from types import ModuleType

import pytest
from benchmarks.tracking import flights as campaign


@pytest.fixture(scope="session")
def flights() -> ModuleType:
    """`benchmarks/tracking/flights.py`."""
    return campaign
