"""The console of KR, and of all three participants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.support.office import Office, open_office
from tests.support.trio import PARTICIPANTS, Trio

from trilogue.console import create_app


@pytest.fixture
def offices(trio: Trio) -> Iterator[dict[str, Office]]:
    """The console of every participant of the trio."""
    with ExitStack() as stack:
        yield {who: stack.enter_context(open_office(trio, who, create_app)) for who in PARTICIPANTS}


@pytest.fixture
def office(trio: Trio) -> Iterator[Office]:
    """The console of KR."""
    with open_office(trio, "KR", create_app) as made:
        yield made
