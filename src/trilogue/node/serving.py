"""Serving: a node's process from its start to its end, alone, as the sequencer, or standing by."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from trilogue.errors import UnavailableError
from trilogue.node.engine import Engine
from trilogue.node.foreseeing import foresee
from trilogue.node.lock import NodeLock
from trilogue.node.logs import loop_failed
from trilogue.node.service import Service, open_engine
from trilogue.node.settings import Settings
from trilogue.node.tracing import set_up as set_up_traces

__all__ = ["keep_what_is_loaded", "run", "serve"]

log = logging.getLogger("trilogue.node")

STANDBY_SECONDS = 0.5
"""How often a standby tries to take over."""


def serve(
    directory: Path,
    application: Callable[[Service], Any] | None = None,
    *,
    unasked: Sequence[str] = (),
    listen: str | None = None,
    api: str | None = None,
    standby: bool = False,
) -> None:
    """Run the node of a directory until it is told to stop.

    `application` makes the API's ASGI application for the service. `unasked` are neighbours
    without whose word a restored node goes on. `listen` and `api` go before the settings'
    addresses. Raises `UnavailableError` when another process runs this node, unless this is a
    `standby`: it waits until it can take over.
    """
    settings = Settings.read(directory).at(listen, api)
    # Of a shared store, the lease says who runs the node: its processes may share the directory.
    with nullcontext() if settings.shares_store else NodeLock(directory):
        engine = _take_over(directory) if standby else open_engine(directory)[0]
        if engine is None:
            return
        for name in unasked:
            log.warning("going on without asking %s how much of this log it has seen", name)
            engine.go_without(name)

        async def main() -> None:
            service = Service(engine, settings)
            app = None if application is None else application(service)
            await service.run_forever(app, *_beside(service, app))

        run(main, settings)


def _beside(
    service: Service, application: Callable[..., Any] | None
) -> Iterator[Coroutine[Any, Any, None]]:
    """Yield what runs beside the service: the first picture, and answers to workers on a queue."""
    queue, engine = service.settings.queue, service.engine
    if application is None:
        return
    if queue is None:
        yield foresee(service, engine.contents, engine.picturing)
        return
    from trilogue.node.jetstream import JetStreamTaking

    yield JetStreamTaking(
        queue,
        engine.me,
        engine.keystore.queue(),
        application,
        service.clock,
        lambda: service.replaced,
    ).take_forever()


def run(main: Callable[[], Coroutine[Any, Any, None]], settings: Settings) -> None:
    """Run the event loop of one of a node's processes to its end."""
    import uvloop

    async def whole() -> None:
        asyncio.get_running_loop().set_exception_handler(loop_failed)
        await main()
        # What the loop still finds half open when it closes, no longer concerns anybody.
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)

    keep_what_is_loaded()
    stop_traces = set_up_traces(settings.participant) if settings.traces else lambda: None
    runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    try:
        runner.run(whole())
    finally:
        with suppress(OSError):  # a neighbour was still in its handshake
            runner.close()
        stop_traces()


def keep_what_is_loaded() -> None:
    """Look through what is loaded by now for garbage once: it stays, and is looked at no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _take_over(directory: Path) -> Engine | None:
    """Wait until nobody leads the store; return the engine, or None when told to stop."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: told.set())
    why = ""
    while not told.is_set():
        try:
            return open_engine(directory)[0]
        except UnavailableError as error:
            if error.message != why:
                why = error.message
                log.info("standing by: %s", why)
        told.wait(STANDBY_SECONDS)
    return None
