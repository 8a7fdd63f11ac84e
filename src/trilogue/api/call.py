"""One call: a request to an operation, with the node behind it and whoever asks.

ask    a question: it writes nothing
aside  work that takes long and touches neither store nor keys
act    an act, done each time it is asked for
once   an act that is done once however often it is asked for, if the caller sends a key
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol, TypeVar

import msgspec
from litestar import Request

from trilogue.api.problems import encode, problem_of
from trilogue.encoding.digest import sha256
from trilogue.errors import RefusedError
from trilogue.node.answers import Answer
from trilogue.node.condition import Running
from trilogue.node.engine import Engine
from trilogue.node.handing import Answered, Handing, hand_over, have_drawn
from trilogue.node.metrics import Metrics
from trilogue.node.oidc.sign_on import SignOn
from trilogue.node.problem import MalformedError
from trilogue.node.repeats import Reply, once
from trilogue.node.settings import LimitSettings
from trilogue.node.tokens import Caller

__all__ = ["IDEMPOTENCY_KEY", "Call", "Health", "Node"]

T = TypeVar("T")

IDEMPOTENCY_KEY = "Idempotency-Key"
KEY_PATTERN = r"^[!-~]{1,64}$"
_key = re.compile(r"[!-~]{1,64}", re.ASCII)


class Health(Protocol):
    """Whether a node serves, and what stands in its way."""

    @property
    def ready(self) -> bool:
        """Whether it serves."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything that stands in its way."""

    @property
    def stale(self) -> str:
        """Why nothing of the store is served, or empty."""


class Node(Protocol):
    """What the API asks of a running node (`trilogue.node.service.Service`)."""

    @property
    def engine(self) -> Engine:
        """The engine; only acts and questions touch it."""

    @property
    def metrics(self) -> Metrics:
        """What a monitor reads."""

    def running(self) -> Running:
        """Say what only the running node knows of itself."""

    @property
    def limit(self) -> LimitSettings | None:
        """How often one token may ask."""

    @property
    def console_url(self) -> str | None:
        """Where people's browsers open the console by a host name."""

    @property
    def sign_on(self) -> SignOn | None:
        """The way through a provider by which people sign in, where there is one."""

    async def run(self, act: Callable[[], T]) -> T:
        """Run an act in the next group, or raise its error."""

    async def ask(self, question: Callable[[], T]) -> T:
        """Answer a question between two groups."""

    @property
    def handing(self) -> Handing | None:
        """The way to the process that acts, when it is another."""

    @property
    def stale(self) -> str:
        """Why nothing of the store is served, or empty."""

    def subscribe(self) -> AsyncIterator[int]:
        """Yield the newest position each time something new counts."""

    def health(self) -> Health:
        """Say whether the node serves."""


class Call(Request[Any, Any, Any]):
    """One request that the gate let pass."""

    @property
    def node(self) -> Node:
        """The node behind the API."""
        node: Node = self.app.state.node
        return node

    @property
    def caller(self) -> Caller:
        """Who asks."""
        caller: Caller = self.state.caller
        return caller

    async def look_again(self) -> None:
        """Raise `UnknownCallerError` when the caller's token was revoked since."""
        await self.app.state.gate.caller(self.headers.get("authorization", ""))

    async def ask(self, question: Callable[[Engine], T]) -> T:
        """Ask the node."""
        engine = self.node.engine
        return await self.node.ask(lambda: question(engine))

    async def handed(self, handing: Handing, *, once: bool, again: bool = False) -> Answered:
        """Have the request answered by the process that acts, `again` if the answer is lost."""
        return await hand_over(
            handing,
            self.method,
            self._target,
            dict(self.headers),
            await self.body(),
            once=once,
            again=again,
        )

    async def drawn(self, handing: Handing) -> Answered | None:
        """Have the request answered by a process that draws pictures, when there is one."""
        return await have_drawn(handing, self._target, dict(self.headers))

    @property
    def _target(self) -> str:
        """Path and query as they were sent."""
        query = self.scope["query_string"].decode("latin-1")
        raw = self.scope["raw_path"].decode("latin-1").partition("?")[0]
        return f"{raw}?{query}" if query else raw

    async def aside(self, work: Callable[[], T]) -> T:
        """Have something computed apart, so that acts and questions do not wait for it."""
        return await asyncio.to_thread(work)

    async def act(self, act: Callable[[Engine], T]) -> T:
        """Have the node act."""
        engine = self.node.engine
        return await self.node.run(lambda: act(engine))

    async def once(self, act: Callable[[Engine], Answer | None]) -> Reply:
        """Have the node act, once for each idempotency key; `act` answers for what was done.

        A refusal that stands in the log is told as an error and yet committed and remembered.
        """
        key = self._key()

        def work(engine: Engine) -> Reply:
            try:
                return self._reply(act(engine))
            except RefusedError as error:
                if error.index is None:
                    raise
                told = problem_of(error)
                return Reply(status=told.status, body=encode(told).decode())

        if key is None:
            return await self.act(work)
        request = sha256(f"{self.method} {self.url.path}\n".encode() + await self.body())
        return await self.act(
            lambda engine: once(engine.db, key, request, engine.now(), lambda: work(engine))
        )

    def _reply(self, answer: Answer | None) -> Reply:
        status = self.route_handler.opt["operation"].status_of(answer)
        body = b"" if answer is None else msgspec.json.encode(answer)
        return Reply(status=status, body=body.decode())

    def _key(self) -> str | None:
        """Return the idempotency key, apart from other callers' keys."""
        key = self.headers.get(IDEMPOTENCY_KEY)
        if key is None:
            return None
        if not _key.fullmatch(key):
            raise MalformedError(f"{IDEMPOTENCY_KEY} is 1 to 64 visible ASCII characters")
        return f"{self.caller.name}/{key}"
