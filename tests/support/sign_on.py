"""The whole way of signing in through a provider, and where it must end."""

from __future__ import annotations

import asyncio

import pytest
from tests.support.provider import FakeProvider

from trilogue.encoding import instant
from trilogue.node.oidc.id_token import IdTokenError
from trilogue.node.oidc.sign_on import Returned, SignOn

NOW = "2017-11-28T18:00:00.000Z"


class Clock:
    """The one time of node and provider."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> str:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now = instant.plus(self.now, seconds)


async def signed_in(provider: FakeProvider, way: SignOn, clock: Clock) -> Returned:
    """Go the whole way, as a browser does."""
    location, attempt = await way.begin("/desk", clock())
    return await way.finish(attempt.cookie, provider.authorize(location), clock())


def go(provider: FakeProvider, clock: Clock, way: SignOn | None = None) -> Returned:
    return asyncio.run(signed_in(provider, way or provider.sign_on(), clock))


def refused(provider: FakeProvider, clock: Clock, step: int) -> str:
    """Return why an ID token is refused; it must be at this step."""
    with pytest.raises(IdTokenError) as caught:
        go(provider, clock)
    assert caught.value.step == step, caught.value
    return str(caught.value)
