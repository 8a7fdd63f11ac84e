"""The API of KR, and of all three participants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.support.office import Office, open_office
from tests.support.trio import PARTICIPANTS, Trio


@pytest.fixture
def offices(trio: Trio) -> Iterator[dict[str, Office]]:
    """The API of every participant of the trio."""
    with ExitStack() as stack:
        yield {who: stack.enter_context(open_office(trio, who)) for who in PARTICIPANTS}


@pytest.fixture
def office(trio: Trio) -> Iterator[Office]:
    """The API of KR."""
    with open_office(trio, "KR") as made:
        yield made
