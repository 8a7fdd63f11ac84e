"""A provider and a node that have one time."""

from __future__ import annotations

import pytest
from tests.support.provider import FakeProvider
from tests.support.sign_on import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock) -> FakeProvider:
    return FakeProvider(clock)
