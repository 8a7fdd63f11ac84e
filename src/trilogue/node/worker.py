"""A worker: one of several processes beside the sequencer that answer a participant's own people.

    client ──> worker ──reads──────────> the store (PostgreSQL)
                  └────hands over acts──> the sequencer

It answers questions itself, each from one moment of the store; it can write nothing. What it keeps
in memory it forgets when the store says that something new counts which makes it untrue. It needs
the node's directory: the vault, to read headers, and what is published.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from trilogue.encoding import canonical
from trilogue.errors import FormatError, UnavailableError
from trilogue.node.answers import HealthAnswer
from trilogue.node.condition import Health, Running
from trilogue.node.engine import Engine
from trilogue.node.handing import Asked, Handing, HttpHanding
from trilogue.node.metrics import Metrics
from trilogue.node.news import News
from trilogue.node.servers import Stoppable, http_server
from trilogue.node.service import open_engine
from trilogue.node.serving import run
from trilogue.node.settings import Settings

__all__ = ["Worker", "work"]

T = TypeVar("T")
log = logging.getLogger("trilogue.node")

LOOK_SECONDS = 0.2
"""How often a worker looks whether anything new counts."""
HEALTH_SECONDS = 1.0
"""How often it asks the sequencer how that is."""
ANSWER_SECONDS = 10.0
"""How long that may take: a busy sequencer is no absent one."""
CLOSE_SECONDS = 20.0
UNHEARD = "this worker has not heard of its sequencer yet"


class Worker:
    """A process beside the sequencer. `engine` was opened to be read."""

    def __init__(
        self, engine: Engine, settings: Settings, handing: Handing, *, draws: bool = False
    ) -> None:
        self.engine = engine
        self.settings = settings
        self.metrics = Metrics(engine.me)
        self.limit = settings.limit
        self.console_url = settings.console_url
        self.sign_on = settings.open_sign_on()
        self.handing = handing
        self._draws = draws
        self._looking = ThreadPoolExecutor(1, thread_name_prefix="questions")
        self._news = News()
        self._stopped = asyncio.Event()
        self._heard = asyncio.Event()
        self._away = ""
        self._health = Health(ready=False, reasons=(UNHEARD,))
        self.stale = UNHEARD
        """Why nothing of the store is served, or empty: as the sequencer said last."""

    # What the API asks.

    async def run(self, act: Callable[[], T]) -> T:  # noqa: ARG002 - the API's own interface
        """Refuse to act: the sequencer does, and its API is the way to it."""
        raise UnavailableError("a worker does not act")

    async def ask(self, question: Callable[[], T]) -> T:
        """Answer a question from one moment of the store."""
        return await asyncio.get_running_loop().run_in_executor(
            self._looking, self._answer, question
        )

    def _answer(self, question: Callable[[], T]) -> T:
        with self.engine.db.snapshot():
            self.engine.catch_up()
            return question()

    def subscribe(self) -> AsyncIterator[int]:
        """Yield the newest position each time something new counts."""
        return self._news.follow()

    def health(self) -> Health:
        """Say whether the store and the sequencer answer, and what the sequencer says of itself."""
        if self._away:
            return Health(ready=False, reasons=(self._away, *self._health.reasons))
        return self._health

    def running(self) -> Running:
        """Say what only this process knows of itself."""
        return Running(queued=0, neighbours={})

    # Looking.

    async def _look_forever(self) -> None:
        """Look at the store: is it there, and does anything new count?"""
        while True:
            try:
                await self._news.tell(await self.ask(self.engine.db.q.last_position))
                self._away = ""
            except UnavailableError as error:
                self._away = error.message
            await asyncio.sleep(LOOK_SECONDS)

    async def _mind_forever(self) -> None:
        """Ask the sequencer how it is."""
        while True:
            self._health = await self._ask_health()
            if self.stale != UNHEARD:
                self._heard.set()
            await asyncio.sleep(HEALTH_SECONDS)

    async def _ask_health(self) -> Health:
        asked = Asked(method="GET", target="/healthz", headers=(), body=b"", again=False)
        try:
            answered = await self.handing.hand(asked, ANSWER_SECONDS)
            found = canonical.decode_payload(answered.body, HealthAnswer)
        except (UnavailableError, FormatError) as error:
            return Health(ready=False, reasons=(f"the sequencer: {error.message}",))
        self.stale = found.stale
        return Health(ready=found.ready, reasons=found.reasons, stale=found.stale)

    # Life.

    async def run_forever(self, application: Callable[..., Any]) -> None:
        """Serve the API at the settings' address, beside other workers there, until a signal.

        It begins when the sequencer has been heard: only that knows whether the store is an older
        copy, of which nothing may be served.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopped.set)
        host, port = self.settings.api_address
        server = http_server(application, host, port, self.settings.api_context())
        serving = asyncio.create_task(
            self._draw(application) if self._draws else self._serve(server, host, port)
        )
        looks = (self._look_forever(), self._mind_forever())
        stop = asyncio.create_task(self._stopped.wait())
        parts: list[asyncio.Task[Any]] = [serving, *map(asyncio.create_task, looks)]
        done, _ = await asyncio.wait([stop, *parts], return_when=asyncio.FIRST_COMPLETED)
        self._stopped.set()
        await self._news.end()
        server.should_exit = True
        if not self._draws:
            await asyncio.wait([serving], timeout=CLOSE_SECONDS)
        ending: set[asyncio.Task[Any]] = {stop, *parts}
        while ending:
            for task in ending:
                task.cancel()
            _, ending = await asyncio.wait(ending, timeout=0.5)
        await self.handing.close()
        self._looking.shutdown(wait=True)
        self.engine.close()
        for task in done - {stop}:
            if not task.cancelled() and task.exception() is not None:
                raise task.exception()  # type: ignore[misc]

    async def _draw(self, application: Callable[..., Any]) -> None:
        """Answer questions about the picture that other workers pass on."""
        from trilogue.node.jetstream import JetStreamDrawing

        assert self.settings.queue is not None
        await self._heard.wait()
        engine = self.engine
        key = engine.keystore.queue()
        drawing = JetStreamDrawing(self.settings.queue, engine.me, key, application, engine.now)
        await drawing.draw_forever()

    async def _serve(self, server: Stoppable, host: str, port: int) -> None:
        with _listening(host, port) as listening:
            await self._heard.wait()
            await server.serve([listening])


def _listening(host: str, port: int) -> socket.socket:
    """Listen at an address that several workers share: the system deals connections out."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise UnavailableError(f"nobody can listen at {host}:{port}: {error.strerror}") from error
    return made


def work(
    settings: Settings,
    sequencer: Settings,
    application: Callable[[Worker], Any],
    *,
    draws: bool = False,
) -> None:
    """Run a worker at its own address until it is told to stop; `sequencer` says where that is.

    One that `draws` answers nobody but other workers, through the queue.
    """

    async def main() -> None:
        engine, _ = open_engine(settings.directory, reads_only=True)
        handing = _way_to(sequencer, engine, draws=draws)
        worker = Worker(engine, settings, handing, draws=draws)
        await worker.run_forever(application(worker))

    run(main, settings)


def _way_to(sequencer: Settings, engine: Engine, *, draws: bool) -> Handing:
    if sequencer.queue is not None:
        from trilogue.node.jetstream import JetStreamHanding

        return JetStreamHanding(
            sequencer.queue, engine.me, engine.keystore.queue(), engine.now, draws=draws
        )
    return HttpHanding(sequencer.api_url, sequencer.api_trust())
