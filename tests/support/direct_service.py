"""A node without network: the service's own interface, straight over one engine.

As in the running node, one thread owns the engine: acts and questions queue for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from tests.support.authenticator import ORIGIN

from trilogue.node.condition import Running
from trilogue.node.engine import Engine
from trilogue.node.metrics import Metrics
from trilogue.node.oidc.sign_on import SignOn
from trilogue.node.settings import LimitSettings

T = TypeVar("T")


@dataclass(frozen=True)
class DirectHealth:
    ready: bool = True
    reasons: tuple[str, ...] = ()
    stale: str = ""


class DirectService:
    """`run`, `ask`, `subscribe` and `health` over an engine. Every act is a group of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.handing = None
        self.healthy = DirectHealth()
        self.metrics = Metrics(engine.me)
        self.limit: LimitSettings | None = None
        self.console_url: str | None = ORIGIN
        self.sign_on: SignOn | None = None
        self._worker = ThreadPoolExecutor(1)
        self._news: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._stopped = False

    async def run(self, act: Callable[[], T]) -> T:
        try:
            return await self._do(lambda: self.engine.act(act))
        finally:
            for _, news in self._news:
                news.set()

    async def ask(self, question: Callable[[], T]) -> T:
        return await self._do(question)

    async def subscribe(self) -> AsyncIterator[int]:
        news = asyncio.Event()
        mine = (asyncio.get_running_loop(), news)
        self._news.add(mine)
        try:
            while True:
                await news.wait()
                news.clear()
                if self._stopped:
                    return
                yield await self.ask(self.engine.db.q.last_position)
        finally:
            self._news.discard(mine)

    def running(self) -> Running:
        return Running(queued=0)

    @property
    def stale(self) -> str:
        return self.engine.sequencer.stale

    def health(self) -> DirectHealth:
        return self.healthy

    def direct(self, work: Callable[[], T]) -> T:
        """Do something with the engine from a test, outside any event loop."""
        return self._worker.submit(work).result()

    def tell(self) -> None:
        """Wake whoever waits for news, from any thread."""
        for loop, news in list(self._news):
            loop.call_soon_threadsafe(news.set)

    def stop(self) -> None:
        """End subscriptions, from any thread."""
        self._stopped = True
        self.tell()

    def close(self) -> None:
        self._worker.shutdown(wait=True)

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)
