"""The service: one participant's running node.

    API, console, CLI ──> run(act) ──> queue ──> one worker thread ──> groups (sequencer)
    neighbours ──TLS──> peer port ───────┘                │
    neighbours <──TLS── outbox loops <── woken by ────────┘

All acts go through one queue into one thread. While a group is being committed, the next one
gathers: the group grows with the load and an idle node answers at once. Nothing else writes.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from trilogue.arrangement.parse import parse_arrangement
from trilogue.encoding import instant
from trilogue.errors import FormatError, UnavailableError
from trilogue.node.channel import pinned, server_context
from trilogue.node.condition import Health, Running
from trilogue.node.engine import Engine
from trilogue.node.metrics import Metrics
from trilogue.node.neighbour import FAILURES, Neighbour
from trilogue.node.news import News
from trilogue.node.port import PeerPort
from trilogue.node.publishing import Publishing
from trilogue.node.scrape import Scrape
from trilogue.node.sending import Outgoing
from trilogue.node.sequencer import Group
from trilogue.node.servers import Stoppable, end_connections, http_server
from trilogue.node.settings import Settings
from trilogue.node.tracing import span, within
from trilogue.node.watch import status
from trilogue.node.watching import Watching
from trilogue.node.witnessing import Witnessing
from trilogue.protocol.delivery import Ack, Seen
from trilogue.store.database import LeaseLostError
from trilogue.tlog.witness import WitnessAnswer

__all__ = ["Service", "open_engine", "wall_clock"]

T = TypeVar("T")
_Pins = tuple[tuple[str, tuple[bytes, ...]], ...]
log = logging.getLogger("trilogue.node")

MOST_ACTS = 256
"""Acts in one group."""
MOST_QUEUED = 4096
"""Acts that may wait; more are turned away (503), so that a busy node does not grow."""
SETTLE_SECONDS = 0.1
"""How long an answered delivery may stand in the outbox of a node that has nothing else to do."""
SWEEP_SECONDS = 2.0
PROBE_BYTES = 1 << 19
"""How much is written twice, and removed again, to see whether a store that was full has room."""
LOOK_SECONDS = 0.25
"""How often, at most, a busy node looks whether certificates changed."""
SEEN_SECONDS = 1.0
"""How long a node that starts waits for what its neighbours say they have seen of its log."""
ASK_AGAIN_SECONDS = 0.5
CLOSE_SECONDS = 20.0
"""How long the servers may take to answer what they began."""


def wall_clock() -> str:
    """Return the present instant. The one place where a clock is read."""
    return instant.from_datetime(datetime.now(UTC))  # noqa: TID251 - here, and nowhere below


def open_engine(
    directory: Path, clock: Callable[[], str] = wall_clock, *, reads_only: bool = False
) -> tuple[Engine, Settings]:
    """Open the engine of a node's directory, as its settings say."""
    settings = Settings.read(directory)
    template = parse_arrangement(settings.template_files())
    engine = Engine(
        directory,
        settings.participant,
        template,
        clock,
        settings.store_location,
        reads_only=reads_only,
    )
    return engine, settings


class Service:
    """A node that runs. Make it with `open_engine`, then `await run_forever()`."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings
        self.handing = None
        self.metrics = Metrics(engine.me)
        self.limit = settings.limit
        self.console_url = settings.console_url
        self.sign_on = settings.open_sign_on()
        self.clock = wall_clock
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="sequencer")
        self._queue: asyncio.Queue[tuple[Callable[[], Any], asyncio.Future[Any]]] = asyncio.Queue(
            MOST_QUEUED
        )
        self._news = News(engine.db.q.last_position())
        self._settling: asyncio.Task[None] | None = None
        self._forks = self.engine.books.forked()
        self._tasks: list[asyncio.Task[None]] = []
        self._servers: dict[Stoppable, asyncio.Task[None]] = {}
        self._stopped = asyncio.Event()
        self._channels = asyncio.Event()
        self.replaced = False
        """Whether another process leads this store now: this one ends."""
        self._heard = asyncio.Event()
        """Set when neighbours that are there have said how far they saw the own log."""
        self.witnessing = Witnessing(
            engine.db, engine.books, engine.sequencer, lambda: engine.keys, engine.now
        )
        self.watching = Watching(engine)
        self.publishing = Publishing(
            engine.db, engine.books, engine.sequencer, engine.directory / "public", engine.now
        )
        self.neighbours: dict[str, Neighbour] = {}

    # Acts and questions.

    async def run(self, act: Callable[[], T]) -> T:
        """Run an act in the next group; return its value or raise its error once it is on disk.

        Raises `UnavailableError` when too much is waiting or nothing can be logged.
        """
        if self.engine.sequencer.held_back:
            raise UnavailableError(
                self.engine.sequencer.held_back, hint="it asks them; nothing was done"
            )
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait((within(act), future))
        except asyncio.QueueFull:
            raise UnavailableError(
                "the node is busy", hint="try again in a second; nothing was done"
            ) from None
        return await future

    async def ask(self, question: Callable[[], T]) -> T:
        """Answer a question that writes nothing, between two groups."""
        return await asyncio.get_running_loop().run_in_executor(
            self._worker, self.engine.ask, question
        )

    def subscribe(self) -> AsyncIterator[int]:
        """Yield the newest position each time something new counts here."""
        return self._news.follow()

    def health(self) -> Health:
        """Say whether the node serves, and what is wrong."""
        reasons = []
        halted = self.engine.db.damage or self.engine.sequencer.halted
        if halted:
            reasons.append(f"nothing can be logged: {halted}")
        reasons += [*self.watching.problems, *self._forks]
        if self.engine.sequencer.held_back:
            reasons.append(self.engine.sequencer.held_back)
        return Health(ready=not reasons, reasons=tuple(reasons), stale=self.stale)

    @property
    def stale(self) -> str:
        """Why nothing of the store is served, or empty."""
        return self.engine.sequencer.stale

    def running(self) -> Running:
        """Say what only the running node knows of itself."""
        return Running(
            queued=self._queue.qsize(),
            neighbours={name: one.reached for name, one in self.neighbours.items()},
        )

    async def show_metrics(self) -> bytes:
        """Return the node's metrics as text."""
        running = self.running()
        return self.metrics.show(await self.ask(lambda: status(self.engine, "en", running)))

    async def _commit_groups(self) -> None:
        loop = asyncio.get_running_loop()
        await self._ask_around()
        halted = False
        while True:
            batch = [await self._queue.get()]
            while len(batch) < MOST_ACTS and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                group = await loop.run_in_executor(
                    self._worker, self._commit, [act for act, _ in batch]
                )
            except Exception as error:
                self.replaced = isinstance(error, LeaseLostError)
                if not isinstance(error, UnavailableError):
                    log.exception("a group could not be committed")
                elif not halted:
                    log.error("nothing can be logged: %s", error.message)  # noqa: TRY400 - words do
                halted = True
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                if isinstance(error, LeaseLostError):
                    raise
                continue
            if halted and not self.engine.sequencer.halted:
                log.warning("statements are logged again")
                halted = False
            for (_, future), one in zip(batch, group.done, strict=True):
                if future.done():
                    continue
                if one.error is not None:
                    future.set_exception(one.error)
                else:
                    future.set_result(one.value)
            await self._tell(group)

    def _commit(self, acts: list[Callable[[], Any]]) -> Group:
        """Commit a group, and with it what neighbours answered; say what became of it."""
        engine, sending = self.engine, self.engine.sending
        answered = [sending.settle] if sending.unsettled else []
        begun = time.perf_counter()
        with span("commit", acts=len(acts)):
            done = engine.commit([*acts, *answered])
        seconds = time.perf_counter() - begun
        said = engine.sequencer.said
        self.metrics.committed(len(acts), seconds)
        self.metrics.logged(one.statement.kind for one in said)
        if log.isEnabledFor(logging.DEBUG):
            fields = {"acts": len(acts), "statements": len(said), "seconds": round(seconds, 6)}
            log.debug("%d acts said %d statements", len(acts), len(said), extra=fields)
        if answered:
            settled = done.pop()
            if settled.error is not None:
                log.error("answers of neighbours could not be noted: %s", settled.error)
            sending.forget(settled.value or ())
        hurried, engine.sequencer.hurried = engine.sequencer.hurried, set()
        position = engine.db.q.last_position()
        forks = self._forks if position == self._news.position else self.engine.books.forked()
        return Group(done, position, forks, hurried)

    async def _ask_around(self) -> None:
        """Ask the neighbours how far they have seen the own log, before anything is added to it.

        A store may have come back from an older copy without anybody saying so: those who are
        there are heard first, for a moment. After a restore every one of them is.
        """
        await self._channels.wait()
        while self.engine.unasked and not self.engine.sequencer.halted:
            await asyncio.gather(*map(self._ask_seen, self.engine.unasked))
            if self.engine.unasked:
                await asyncio.sleep(ASK_AGAIN_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(SEEN_SECONDS):
                await asyncio.gather(*map(self._ask_seen, self.neighbours))
        self._heard.set()

    async def _ask_seen(self, name: str) -> None:
        neighbour = self.neighbours.get(name)
        if neighbour is None:
            return
        with suppress(*FAILURES):
            size = await neighbour.ask_seen()
            await self.ask(lambda: self.engine.heed_seen(name, size))

    async def _tell(self, group: Group) -> None:
        """Wake whoever waits for news, when there is any."""
        for fork in set(group.forks) - set(self._forks):
            log.error("%s: nothing more is taken from it", fork)
        self._forks = group.forks
        if await self._news.tell(group.position):
            for name, neighbour in self.neighbours.items():
                neighbour.wake(hurry=name in group.hurried)

    async def heed(self, outgoing: Outgoing, ack: Ack) -> tuple[bool, bool]:
        """Note a neighbour's answer: was it worth it, and is nothing of the delivery left?

        The outbox hears of it with the next group, or soon when there is none.
        """
        sending = self.engine.sending

        def work() -> tuple[bool, bool]:
            return sending.heed(outgoing, ack), sending.done_with(outgoing)

        found = await self.ask(work)
        if self._settling is None:
            self._settling = asyncio.create_task(self._settle_soon())
        return found

    async def _settle_soon(self) -> None:
        await asyncio.sleep(SETTLE_SECONDS)
        self._settling = None
        with suppress(UnavailableError):
            if self.engine.sending.unsettled:
                await self.run(lambda: None)

    # The channel.

    async def deliver(self, neighbour: str, data: bytes) -> Ack:
        """Take in a neighbour's delivery."""
        try:
            with span("receive", peer=neighbour, bytes=len(data)):
                ack: Ack = await self.run(lambda: self.engine.receiving.receive(data, neighbour))
        except FormatError:
            self.metrics.malformed(neighbour)
            raise
        self.metrics.answered(neighbour, ack)
        self._tell_refused(neighbour, ack)
        if neighbour in self.neighbours:
            self.neighbours[neighbour].heard()
        return ack

    def _tell_refused(self, neighbour: str, ack: Ack) -> None:
        """Log what of a delivery was refused for good; why, the incident in the log says."""
        steps = [one.step for one in ack.outcomes if one.step is not None and not one.again]
        if steps:
            where = ", ".join(map(str, sorted(set(steps))))
            fields = {"peer": neighbour, "statements": len(steps)}
            log.warning(
                "%s delivered what fails for good at step %s", neighbour, where, extra=fields
            )

    async def witness(self, body: bytes) -> WitnessAnswer:
        """Answer a neighbour's add-checkpoint."""
        return await self.run(lambda: self.witnessing.answer(body))

    async def seen(self, neighbour: str) -> Seen:
        """Tell a neighbour how far its own log was seen here."""
        return await self.ask(lambda: self.engine.receiving.seen_of(neighbour))

    async def _serve_peers(self) -> None:
        """Keep the peer port open, with the certificates that are pinned now."""
        host, port = self.settings.listen_address
        while not self._stopped.is_set():
            now = await self._channel_now()
            if now is None:
                await asyncio.sleep(1.0)
                continue
            pins, own = now
            names = {pin: name for name, certificates in pins for pin in certificates}
            context = server_context(own, names)
            application = PeerPort(self.deliver, self.witness, self.seen, names)
            server = http_server(application, host, port, context)
            serving = self._serve(server)
            for name, neighbour in self.neighbours.items():
                await neighbour.use(own, dict(pins).get(name, ()))
            self._channels.set()
            while not serving.done() and await self._channel_now() in (None, now):
                await asyncio.sleep(LOOK_SECONDS)
                await self._news.wait(1.0)
            if serving.done() and not self._stopped.is_set():
                serving.result()
                raise UnavailableError(f"the peer port {host}:{port} closed")
            server.should_exit = True
            await serving
            del self._servers[server]

    async def _channel_now(self) -> tuple[_Pins, Path] | None:
        """Return the certificates that are pinned now and the own key; None: the store is away."""
        try:
            return await self.ask(lambda: (self._pins(), self._own_tls()))
        except LeaseLostError:
            raise
        except UnavailableError as error:
            log.warning("the channel stays as it is: %s", error.message)
            return None

    def _pins(self) -> _Pins:
        at = self.engine.now()
        return tuple((name, pinned(self.engine.books, name, at)) for name in self.neighbours)

    def _own_tls(self) -> Path:
        return self.engine.channel_keys.tls_pem

    # Housekeeping.

    async def _sweep(self) -> None:
        """Destroy what ran out, and publish what may be published."""
        await self._heard.wait()
        while True:
            try:
                sequencer = self.engine.sequencer
                if sequencer.halted and not sequencer.stale and not self.engine.db.damage:
                    # Nobody may be acting who would notice that it goes again.
                    await self._probe()
                await self.ask(self.watching.look)
                while await self.ask(self.engine.has_lapsed) and await self._may_destroy():
                    await self.run(self.engine.sweep)
                await self.ask(self.publishing.publish)
            except LeaseLostError:
                raise
            except UnavailableError as error:
                log.warning("housekeeping waits: %s", error.message)
            await asyncio.sleep(SWEEP_SECONDS / 2)
            await self._news.wait(SWEEP_SECONDS)

    async def _probe(self) -> None:
        """Find out whether the store takes as much as a group may need; raise when it does not."""
        await self.run(lambda: self.engine.db.q.add_probe(data=bytes(PROBE_BYTES)))
        await self.run(self.engine.db.q.drop_probe)

    async def _may_destroy(self) -> bool:
        """Say whether what ran out may be destroyed: neighbours that are there agree on the time.

        They are asked now: a clock may have jumped since they answered last.
        """
        if self.engine.sequencer.held_back:
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(SEEN_SECONDS):
                await asyncio.gather(*map(self._ask_seen, self.neighbours))
        return self.watching.clocks_agree()

    # Life.

    async def run_forever(
        self, application: Callable[..., Any] | None = None, *beside: Coroutine[Any, Any, None]
    ) -> None:
        """Serve until a signal: the peer port, the API (an ASGI application), and the outboxes.

        Raises what made a part of the node fail: a node does not limp.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopped.set)
        if self.engine.holdings.vault_is_short():
            log.warning(
                "the vault is cut short: what is held under its last keys does not open;"
                " `trilogue node rebuild` counts it"
            )
        for name, location in self.settings.peers.items():
            self.neighbours[name] = Neighbour(self, name, location)
        self._start(self._commit_groups(), self._serve_peers(), self._sweep(), *beside)
        for neighbour in self.neighbours.values():
            self._start(neighbour.send_forever(), neighbour.witness_forever())
        if application is not None:
            host, port = self.settings.api_address
            server = http_server(application, host, port, self.settings.api_context())
            self._tasks.append(self._serve(server))
        if self.settings.metrics is not None:
            host, port = self.settings.metrics_address
            server = http_server(Scrape(self.show_metrics), host, port, None)
            self._tasks.append(self._serve(server))
        stop = asyncio.create_task(self._stopped.wait())
        done, _ = await asyncio.wait([stop, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        self._stopped.set()
        await self._close()
        for task in done - {stop}:
            if task.exception() is not None:
                raise task.exception()  # type: ignore[misc]

    def _serve(self, server: Stoppable) -> asyncio.Task[None]:
        serving = asyncio.create_task(server.serve())
        self._servers[server] = serving
        return serving

    def _start(self, *parts: Any) -> None:
        self._tasks += [asyncio.create_task(part) for part in parts]

    async def _close(self) -> None:
        await self._news.end()
        # The servers first: what they are still answering needs the queue.
        for server in self._servers:
            server.should_exit = True
        if self._servers:
            await asyncio.wait(set(self._servers.values()), timeout=CLOSE_SECONDS)
        # Then the channels: a request that is cancelled on an open one leaves its TLS half closed,
        # and the loop would wait for a neighbour's goodbye.
        for neighbour in self.neighbours.values():
            await neighbour.close()
        # A task may swallow one cancellation (asyncio.wait_for, before Python 3.12); not all.
        ending = {*self._tasks, *self._servers.values()}
        if self._settling is not None:
            ending.add(self._settling)
        while ending:
            for task in ending:
                task.cancel()
            _, ending = await asyncio.wait(ending, timeout=0.5)
        await end_connections()
        self._worker.shutdown(wait=True)
        with suppress(UnavailableError):  # what cannot be noted is sent once more
            if self.engine.sending.unsettled:
                self._commit([])
        self.engine.close()
