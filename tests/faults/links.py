"""The wires between nodes: a TCP proxy for each way in which one node connects to another.

TLS forbids to change bytes between two nodes, but not to lose them. A link can be

    cut         connections end, new ones are refused
    a hole      what is sent is swallowed and nothing comes back; connections from that time stay
                dead when the link is whole again, as after a router forgot them
    slow        so many bytes a second, each way
    brittle     connections are reset after so many bytes, the next after the next count
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

__all__ = ["Link", "Links"]

AT_ONCE = 1 << 18
SLOWLY = 20
"""Portions of a slow link's second."""
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER for no time: closing resets the connection."""


class Link:
    """The way on which `who` connects to `whom`."""

    def __init__(self, who: str, whom: str, target: tuple[str, int]) -> None:
        self.who, self.whom, self.target = who, whom, target
        self.port = 0
        self.connections = 0
        """How many were made so far."""
        self._server: asyncio.Server | None = None
        self._state = "whole"
        self._rate = 0.0
        self._resets: Iterator[int] = iter(())
        self._now: set[_Connection] = set()
        self.never = asyncio.Event()
        """What a connection waits for that is dead."""

    # Inside the loop.

    async def serve(self) -> None:
        """Listen at a port that is free."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=AT_ONCE)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    def turn(self, state: str, rate: float = 0.0, resets: Iterable[int] = ()) -> None:
        """Behave so from now on."""
        self._state, self._rate, self._resets = state, rate, iter(resets)
        for one in list(self._now):
            one.heed(state)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self._state == "cut":
            _reset(writer)
            return
        one = _Connection(self, writer, next(self._resets, None))
        self._now.add(one)
        with suppress(asyncio.CancelledError):
            await one.run(reader)
        self._now.discard(one)

    @property
    def pause(self) -> float:
        """Seconds for which a byte is under way; 0 on a link that is not slow."""
        return 1 / self._rate if self._rate else 0.0

    @property
    def swallows(self) -> bool:
        """Whether the link is a hole now."""
        return self._state == "hole"


class _Connection:
    def __init__(self, link: Link, near: asyncio.StreamWriter, reset_after: int | None) -> None:
        self._link = link
        self._near = near
        self._far: asyncio.StreamWriter | None = None
        self._left = reset_after
        self._dead = link.swallows

    def heed(self, state: str) -> None:
        if state == "cut":
            self.reset()
        self._dead = self._dead or state == "hole"

    def reset(self) -> None:
        for writer in (self._near, self._far):
            if writer is not None:
                _reset(writer)

    async def run(self, reader: asyncio.StreamReader) -> None:
        try:
            with suppress(OSError):
                far, self._far = await asyncio.open_connection(*self._link.target, limit=AT_ONCE)
                there = asyncio.create_task(self._pump(reader, self._far, counts=True))
                back = asyncio.create_task(self._pump(far, self._near, counts=False))
                await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
                for task in (there, back):
                    task.cancel()
                await asyncio.wait({there, back})
        finally:
            for writer in (self._near, self._far):
                if writer is not None:
                    writer.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counts: bool
    ) -> None:
        with suppress(OSError):
            while True:
                pause = self._link.pause
                most = max(1, int(1 / (pause * SLOWLY))) if pause else AT_ONCE
                data = await reader.read(most)
                if pause:
                    await asyncio.sleep(len(data) * pause)
                if self._dead:
                    await self._link.never.wait()  # nobody hears how it ends, either
                if not data:
                    return
                if counts and self._left is not None:
                    data = data[: self._left]
                    self._left -= len(data)
                writer.write(data)
                await writer.drain()
                if counts and self._left == 0:
                    self.reset()
                    return


class Links:
    """All links between the nodes of a scene, in a thread with an event loop of its own."""

    def __init__(self, ways: Iterable[tuple[str, str, tuple[str, int]]]) -> None:
        self._links = {(who, whom): Link(who, whom, target) for who, whom, target in ways}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        for link in self._links.values():
            self._do(link.serve())

    def __getitem__(self, way: tuple[str, str]) -> Link:
        return self._links[way]

    def cut(self, one: str, other: str) -> None:
        """Cut what is between two nodes, both ways."""
        self._turn(one, other, "cut")

    def swallow(self, one: str, other: str) -> None:
        """Make a hole between two nodes, both ways."""
        self._turn(one, other, "hole")

    def slow(self, one: str, other: str, rate: float) -> None:
        """Let so many bytes a second pass between two nodes, each way."""
        self._turn(one, other, "slow", rate)

    def reset_after(self, who: str, whom: str, counts: Iterable[int]) -> None:
        """Reset the coming connections after these numbers of bytes, one after another."""
        self._do(self._turned(self[who, whom], "cut", 0.0, ()))  # those that are there end, too
        self._do(self._turned(self[who, whom], "brittle", 0.0, counts))

    def mend(self, *between: tuple[str, str]) -> None:
        """Make the links between two nodes, or all of them, whole again."""
        for one, other in between or tuple(self._links):
            self._turn(one, other, "whole")

    def close(self) -> None:
        """End all connections and the thread."""
        for one, other in self._links:
            self._turn(one, other, "cut")
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        for link in self._links.values():
            link.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _turn(self, one: str, other: str, state: str, rate: float = 0.0) -> None:
        for way in ((one, other), (other, one)):
            self._do(self._turned(self._links[way], state, rate, ()))

    async def _turned(self, link: Link, state: str, rate: float, resets: Iterable[int]) -> None:
        link.turn(state, rate, resets)

    def _do(self, what: Any) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result()


def _reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, AttributeError):
        plain: socket.socket = writer.get_extra_info("socket")
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
