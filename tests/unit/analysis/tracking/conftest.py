"""Flights whose truth is known, as the campaigns on accuracy fly them."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

FLIGHTS = Path(__file__).parents[4] / "benchmarks/tracking/flights.py"


@pytest.fixture(scope="session")
def flights() -> ModuleType:
    """`benchmarks/tracking/flights.py`, which is no package of ours."""
    spec = importlib.util.spec_from_file_location("tracking_flights", FLIGHTS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
