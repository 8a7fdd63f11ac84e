"""A participant's people at its API: one token for each role, and a second release officer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from litestar.testing import TestClient
from tests.support.direct_service import DirectService
from tests.support.trio import OFFICERS, Trio

from trilogue.api import create_app
from trilogue.node.tokens import Role, issue

SECOND = "second-officer"
NAMES = {Role.RELEASE_OFFICER: OFFICERS[0], SECOND: OFFICERS[1]}
"""Who is a release officer here has a key in the node under that name."""


class Office:
    """Requests to one node's API, each in somebody's role."""

    def __init__(
        self, service: DirectService, client: TestClient[Any], tokens: Mapping[str, str]
    ) -> None:
        self.service = service
        self.engine = service.engine
        self.tokens = tokens
        self._client = client

    @property
    def app(self) -> Any:
        """The application that answers."""
        return self._client.app

    @property
    def browser(self) -> TestClient[Any]:
        """The client itself, with its cookies."""
        return self._client

    def ask(
        self,
        role: str | None,
        method: str,
        path: str,
        json: object = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """Send a request in a role, or in none."""
        sent = dict(headers or {})
        if role is not None:
            sent["Authorization"] = f"Bearer {self.tokens[role]}"
        if key is not None:
            sent["Idempotency-Key"] = key
        body = {} if json is None else {"json": json}
        return self._client.request(method, path, headers=sent, content=content, **body)

    def get(self, role: str | None, path: str) -> Any:
        """Ask for something that is there; return its JSON."""
        answer = self.ask(role, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, role: str, path: str, json: object, status: int = 201) -> Any:
        """Have something done; return the JSON of the answer, which must have this status."""
        answer = self.ask(role, "POST", path, json)
        assert answer.status_code == status, answer.text
        return answer.json()

    def log_size(self) -> int:
        """Return the size of the node's log."""
        return int(self.engine.db.q.size_of(speaker=self.engine.me))


@contextmanager
def open_office(
    trio: Trio, who: str, application: Callable[[Any], Any] = create_app
) -> Iterator[Office]:
    """Open the API of one participant of a trio, or another application over its node."""
    service = DirectService(trio[who])
    roles: dict[str, Role] = {**{role: role for role in Role}, SECOND: Role.RELEASE_OFFICER}
    tokens = {
        role: issue(trio[who].db, NAMES.get(role, f"the-{role}"), [held])
        for role, held in roles.items()
    }
    try:
        with TestClient(application(service)) as client:
            yield Office(service, client, tokens)
    finally:
        service.close()
