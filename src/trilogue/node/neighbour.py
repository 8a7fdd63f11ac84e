"""One neighbour, seen from here: its address, the channel to it, and the loops that use it.

The outbox loop sends what waits, in order, and keeps trying with growing pauses while the
neighbour is away: what waits costs disk, not memory. The witness loop asks the neighbour to cosign
each new checkpoint, but never more often than it answers. When nothing travels, it is asked now and
then whether it is there.
"""

from __future__ import annotations

import asyncio
import io
import logging
import socket
from contextlib import suppress
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from trilogue.encoding import canonical
from trilogue.errors import PeerError, TrilogueError, UnavailableError
from trilogue.node.channel import client_context
from trilogue.node.condition import Reached
from trilogue.node.connection import LEAST_RATE
from trilogue.node.port import READ_SECONDS
from trilogue.node.sending import MOST_BYTES
from trilogue.node.tracing import span
from trilogue.protocol.delivery import Ack, Seen
from trilogue.store.database import LeaseLostError

if TYPE_CHECKING:
    from trilogue.node.service import Service

__all__ = ["FAILURES", "Neighbour"]

log = logging.getLogger("trilogue.node")

FIRST_BYTES = 1 << 18
"""How much goes in the first delivery; each that arrives lets the next be twice as large."""
LEAST_BYTES = 1 << 16
"""How much goes in the next delivery after one that did not arrive: the link may be slow."""
ANSWER_SECONDS = READ_SECONDS + 10.0
"""How long an answer may take, beside the time that a request needs on the slowest link."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
WITNESS_PAUSE = 0.5
PROBE_SECONDS = 15.0
"""How long a neighbour may be silent before it is asked whether it is there."""
MAX_ANSWER = 4 << 20
LINGER = 0.05
"""How long receipts may wait for others to go with them; whatever people wait for goes at once."""


class Sent(Enum):
    """What became of an attempt to send."""

    NOTHING = auto()
    """There was nothing to send."""
    NOT = auto()
    """The neighbour did not take it."""
    MORE = auto()
    """It moved on, and more is waiting."""
    ALL = auto()
    """All that was waiting was taken."""


FAILURES = (aiohttp.ClientError, TimeoutError, OSError, PeerError)
"""What stands in the way of a request to a neighbour."""


class Neighbour:
    """The channel to one neighbour and what travels on it."""

    def __init__(self, service: Service, name: str, location: str) -> None:
        self._service = service
        self.name = name
        self._url = f"https://{location}"
        self._session: aiohttp.ClientSession | None = None
        self._awake = asyncio.Event()
        self._hurried = asyncio.Event()
        self._unseen = asyncio.Event()
        self._asking = asyncio.Lock()
        self._met = False
        self._most = FIRST_BYTES
        self.reached = Reached()
        """What is known of the way to it: for status and metrics."""
        self._asked = -PROBE_SECONDS

    def wake(self, *, hurry: bool = True) -> None:
        """Something new may be waiting; without hurry, more may be waited for."""
        self._awake.set()
        self._unseen.set()
        if hurry:
            self._hurried.set()

    def heard(self) -> None:
        """Note that it answered or delivered."""
        if not self.reached.reachable:
            log.info("%s is reached", self.name, extra={"peer": self.name})
        self.reached = Reached(reachable=True, heard=self._service.clock())

    def _answered(self, response: aiohttp.ClientResponse, asked: str) -> None:
        """Compare clocks by an answer; what it delivers by itself says nothing of its clock."""
        self._service.watching.heard(self.name, response.headers, asked)
        self._asked = asyncio.get_running_loop().time()

    def _missed(self, error: Exception) -> None:
        """Note that it was not reached, or that something stands in the way of what it said."""
        problem = str(error) if isinstance(error, TrilogueError) else _reason(error)
        if problem != self.reached.problem:
            log.info("%s: %s", self.name, _loggable(error), extra={"peer": self.name})
        reachable = isinstance(error, TrilogueError | aiohttp.ClientResponseError)
        self.reached = Reached(reachable=reachable, heard=self.reached.heard, problem=problem)
        self._asked = asyncio.get_running_loop().time()

    async def use(self, own: Path, certificates: tuple[bytes, ...]) -> None:
        """Open the channel anew, with this key of one's own and these pinned certificates."""
        await self.close()
        if not certificates:
            self.reached = Reached(problem="no key statement of this neighbour is known")
            return
        context = client_context(own, certificates)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=context, limit=4, keepalive_timeout=60, socket_factory=_socket
            ),
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS, connect=5),
            auto_decompress=False,
        )
        self.wake()

    async def close(self) -> None:
        """Close the channel."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def send_forever(self) -> None:
        """Deliver what the outbox holds for this neighbour, as it comes."""
        pause = FIRST_PAUSE
        while True:
            self._awake.clear()
            self._hurried.clear()
            match await self._try_to_send():
                case Sent.MORE:
                    pause = FIRST_PAUSE
                    continue
                case Sent.ALL | Sent.NOTHING:
                    pause = FIRST_PAUSE
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._awake.wait(), LONGEST_PAUSE)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._hurried.wait(), LINGER)
                case Sent.NOT:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._awake.wait(), pause)
                    # What is new does not hurry a neighbour that is away.
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)

    async def _try_to_send(self) -> Sent:
        try:
            return await self._send()
        except LeaseLostError:
            raise
        except UnavailableError as error:  # the store is away
            self._missed(error)
            return Sent.NOT

    async def _send(self) -> Sent:
        """Send one delivery; say what became of it."""
        service = self._service
        try:
            if service.engine.sequencer.stale or not await self._meet():
                return Sent.NOTHING
            outgoing = await service.ask(
                lambda: service.engine.sending.outgoing(self.name, self._most)
            )
        except (*FAILURES, UnavailableError) as error:
            self._missed(error)
            return Sent.NOT
        if outgoing is None:
            await self._probe()
            return Sent.NOTHING
        try:
            statements = len(outgoing.rows)
            with span("send", peer=self.name, bytes=len(outgoing.data), statements=statements):
                body = await self._post("/deliver", outgoing.data)
                ack = canonical.decode(body, Ack)
        except FAILURES as error:
            self._most = LEAST_BYTES
            self._missed(error)
            return Sent.NOT
        self._most = min(2 * self._most, MOST_BYTES)
        self.heard()
        for one in ack.seen:
            if one.speaker == service.engine.me:
                service.witnessing.saw(self.name, one.size)
        moved, complete = await service.heed(outgoing, ack)
        if complete:
            return Sent.ALL
        if moved:
            return Sent.MORE
        self._wait_for(ack)
        return Sent.NOT

    def _wait_for(self, ack: Ack) -> None:
        """Note why nothing of a delivery was taken in yet, for status."""
        waits = (f"step {one.step}: {one.reason}" for one in ack.outcomes if one.again)
        self.reached = replace(self.reached, problem=next(waits, ""))

    async def _meet(self) -> bool:
        """Have this log compared with what the neighbour has seen, before anything is delivered.

        It may have gone on from an older copy while nobody could say so. Returns whether what
        stands here goes on from what was seen.
        """
        if not self._met and self._session is not None:
            await self._ask_cosignature()
            self._met = True
        return self._met and not self._service.engine.sequencer.stale

    async def _probe(self) -> None:
        """Ask a neighbour that has been silent for a while whether it is there."""
        if asyncio.get_running_loop().time() - self._asked < PROBE_SECONDS:
            return
        with suppress(*FAILURES):
            await self.ask_seen()

    async def ask_seen(self) -> int:
        """Ask how far this neighbour has seen the own log. Raises what stood in the way."""
        try:
            seen = canonical.decode(await self._request("GET", "/seen/own"), Seen)
        except FAILURES as error:
            self._missed(error)
            raise
        self.heard()
        return seen.size

    async def witness_forever(self) -> None:
        """Ask for cosignatures of new checkpoints."""
        while True:
            self._unseen.clear()
            await self._try_cosignature()
            await asyncio.sleep(WITNESS_PAUSE)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._unseen.wait(), LONGEST_PAUSE)

    async def _try_cosignature(self) -> None:
        try:
            await self._ask_cosignature()
        except (aiohttp.ClientError, TimeoutError, OSError, TrilogueError) as error:
            log.debug(
                "no cosignature by %s: %s", self.name, _loggable(error), extra={"peer": self.name}
            )

    async def _ask_cosignature(self) -> None:
        async with self._asking:
            await self._ask_in_turn(self._service)

    async def _ask_in_turn(self, service: Service) -> None:
        for _ in range(2):  # a second time when the witness first says how far it is
            question = await service.ask(lambda: service.witnessing.question(self.name))
            if question is None or self._session is None:
                return
            size, body = question
            asked = service.engine.clock()
            async with self._session.post(
                f"{self._url}/witness/add-checkpoint", data=body.encode(), allow_redirects=False
            ) as response:
                self._answered(response, asked)
                status, text = response.status, (await _answer(response)).decode(errors="replace")
            if await service.run(
                lambda s=size, st=status, t=text: service.witnessing.heard(self.name, s, st, t)  # type: ignore[misc]
            ):
                self._awake.set()  # what waited for the cosignature may go
                return

    async def _post(self, path: str, data: bytes) -> bytes:
        # As a file, so that a large delivery is written in parts and others get their turn.
        return await self._request("POST", path, io.BytesIO(data))

    async def _request(self, method: str, path: str, body: io.BytesIO | None = None) -> bytes:
        if self._session is None:
            raise aiohttp.ClientConnectionError(self.reached.problem or "the channel is closed")
        size = 0 if body is None else len(body.getbuffer())
        limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS + size / LEAST_RATE, connect=5)
        asked = self._service.engine.clock()
        async with self._session.request(
            method, f"{self._url}{path}", data=body, allow_redirects=False, timeout=limit
        ) as response:
            self._answered(response, asked)
            answer = await _answer(response)
            if response.status != 200:
                raise aiohttp.ClientResponseError(
                    response.request_info,
                    response.history,
                    status=response.status,
                    message=answer[:200].decode(errors="replace"),
                )
            return answer


class _Socket(socket.socket):
    """A socket that ends with its last use: one that fails between TCP and TLS nobody closes."""

    def __del__(self) -> None:
        self.close()


def _socket(address: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = address
    return _Socket(family, kind, protocol)


def _reason(error: Exception) -> str:
    """Return why a neighbour was not reached, in a line without its address twice."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _loggable(error: Exception) -> str:
    """Return why something failed, in none of the neighbour's words."""
    if isinstance(error, aiohttp.ClientResponseError):
        return f"answered with {error.status}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{type(error).__name__}: {error.strerror or error.os_error}"
    return type(error).__name__


async def _answer(response: aiohttp.ClientResponse) -> bytes:
    """Read an answer to its end. Raises `ClientPayloadError` when it is too long."""
    answer = bytearray()
    async for part in response.content.iter_any():
        answer += part
        if len(answer) > MAX_ANSWER:
            raise aiohttp.ClientPayloadError(f"an answer of more than {MAX_ANSWER} bytes")
    return bytes(answer)
