"""Acts through NATS JetStream: the way from API workers to whichever sequencer leads.

    worker ──ask, sealed──> stream, on disk ──> sequencer ──its own API──> answer, sealed ──> worker
                         trilogue.KR-….acts                                reply subject

The stream is a work queue: what it has acknowledged it keeps until the sequencer has answered. An
act that is done once for its key is taken off the queue when it was answered, and so delivered
again to the next sequencer when the first is killed in between: its answer was remembered in the
transaction of the act, and is given again. Any other act is taken off before it is done.

What passes through is sealed under a key of the node's own (`keys/queue`), one derived for each
message: the queue learns sizes and times, and can neither read content and tokens nor ask anything
itself. It could play a message again. So a message says when it was sealed, and is dropped when
that is longer ago than `OLDEST_SECONDS`, far less than answers are remembered for.

The server must sync before it acknowledges (`sync_interval: always`), and let messages of
`MAX_MESSAGE` bytes pass.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error, NoRespondersError
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, NotFoundError

from trilogue.encoding import instant
from trilogue.errors import OpeningError, UnavailableError
from trilogue.node.handing import HAND_SECONDS, MOST_UNDERWAY, Answered, Asked
from trilogue.node.performing import Application, perform
from trilogue.sealing.wrap import unwrap, wrap

__all__ = ["MAX_MESSAGE", "JetStreamDrawing", "JetStreamHanding", "JetStreamTaking"]

T = TypeVar("T", bound=msgspec.Struct)
log = logging.getLogger("trilogue.node")

MAX_MESSAGE = 6 << 20
"""Bytes: the API's largest body, and what goes with it."""
MOST_QUEUED = 4096
"""Acts that may wait in the queue; more are turned away, so that a busy node does not grow."""
QUEUED_SECONDS = HAND_SECONDS
"""For how long an act may wait: nobody waits longer for its answer."""
TAKEN_SECONDS = 6.0
"""After how long an act that was taken and not answered is delivered again."""
STILL_SECONDS = 2.0
"""How often a sequencer says that it is still at it."""
OLDEST_SECONDS = 3600
"""How long ago a request may have been sealed, by clocks that may differ."""
MOST_TAKEN = 256
"""Acts that a sequencer has taken and not answered."""
CONNECT_SECONDS = 10.0
DRAW_SECONDS = 60.0
"""How long a picture may take; after that whoever asked draws it."""

_FULL = 10077
"""JetStream's code for a stream that takes no more."""
_ID = "Nats-Msg-Id"
_REPLY = "Trilogue-Reply"


class _Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request, and when it was sealed."""

    at: str
    asked: Asked


class _Sealed:
    """Messages of one node, sealed for the way: each under a key derived for it alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, what: _Request | Answered, name: str) -> bytes:
        """Seal a request or an answer."""
        kind, key = self._derived(type(what), name)
        return wrap(key, msgspec.msgpack.encode(what), kind)

    def open(self, data: bytes, shape: type[T], name: str) -> T:
        """Return what was sealed as this kind, under this name. Raises `OpeningError`."""
        kind, key = self._derived(shape, name)
        return msgspec.msgpack.decode(unwrap(key, data, kind), type=shape)

    def _derived(self, shape: type, name: str) -> tuple[bytes, bytes]:
        kind = f"trilogue/v1/queue/{shape.__name__}/{name}".encode()
        return kind, hmac.digest(self._key, kind, "sha256")


class _Connection:
    """A connection to the queue of one node, which comes back by itself.

    The queue is named for the participant and for the key: two nodes of one participant that share
    a server, such as one in use and one for exercises, do not take each other's acts.
    """

    def __init__(self, url: str, participant: str, key: bytes) -> None:
        self._url = url
        self._client: Client | None = None
        self._connecting = asyncio.Lock()
        name = f"{participant}-{hmac.digest(key, b'trilogue/v1/queue', 'sha256')[:4].hex()}"
        self.acts = f"trilogue.{name}.acts"
        self.questions = f"trilogue.{name}.questions"
        self.pictures = f"trilogue.{name}.pictures"
        self.stream = f"TRILOGUE-{name}"

    async def client(self) -> Client:
        """Return the client, connected before it is first used. Raises `UnavailableError`."""
        async with self._connecting:
            if self._client is None:
                self._client = await self._connect()
        return self._client

    async def _connect(self) -> Client:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                client = await nats.connect(
                    self._url,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.2,
                    connect_timeout=2,
                    pending_size=64 << 20,
                    error_cb=_problem,
                )
        except (Error, OSError, TimeoutError) as error:
            raise UnavailableError(f"the queue cannot be reached: {_words(error)}") from error
        if client.max_payload < MAX_MESSAGE:
            await client.close()
            raise UnavailableError(
                f"the queue takes messages of {client.max_payload} bytes; {MAX_MESSAGE} are needed",
                hint="set max_payload: 8MB in the configuration of nats-server",
            )
        js = client.jetstream()
        config = StreamConfig(
            name=self.stream,
            subjects=[self.acts],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_msgs=MOST_QUEUED,
            max_msg_size=MAX_MESSAGE,
            max_age=QUEUED_SECONDS,
            duplicate_window=QUEUED_SECONDS,
        )
        try:
            await _present(js, config)
        except (Error, TimeoutError) as error:
            await client.close()
            raise UnavailableError(
                f"the queue keeps no stream: {_words(error)}",
                hint="nats-server needs a jetstream block in its configuration",
            ) from error
        return client

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            with suppress(Error, TimeoutError):
                await self._client.close()
            await asyncio.sleep(0)  # the transport closes in the next turn of the loop


async def _present(js: JetStreamContext, config: StreamConfig) -> None:
    """Make the stream, unless another process has."""
    try:
        await js.stream_info(str(config.name))
    except NotFoundError:
        await js.add_stream(config)


class JetStreamHanding:
    """A worker's end. Acts go through the stream, questions straight to who leads.

    A worker that `draws` asks no other to.
    """

    def __init__(
        self,
        url: str,
        participant: str,
        key: bytes,
        clock: Callable[[], str],
        *,
        draws: bool = False,
    ) -> None:
        self._draws = draws
        self._connection = _Connection(url, participant, key)
        self._sealed = _Sealed(key)
        self._clock = clock
        self._inbox = ""
        self._waiting: dict[str, asyncio.Future[Answered]] = {}

    async def hand(self, asked: Asked, seconds: float = HAND_SECONDS) -> Answered:
        """Have a request answered by whichever sequencer leads."""
        if len(self._waiting) >= MOST_UNDERWAY:
            raise UnavailableError(
                "this worker is busy", hint="try again in a second; nothing was done"
            )
        name = secrets.token_hex(16)
        future: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting[name] = future
        sent = False
        try:
            async with asyncio.timeout(seconds):
                client = await self._client()
                data = self._sealed.seal(_Request(at=self._clock(), asked=asked), name)
                if asked.method == "GET":
                    headers = {_ID: name, _REPLY: self._inbox}
                    await client.publish(self._connection.questions, data, headers=headers)
                else:
                    sent = True
                    await self._enqueue(client.jetstream(), name, data)
                return await future
        except (Error, TimeoutError) as error:
            raise UnavailableError(
                "the sequencer does not answer",
                hint="whether it was done is not known: ask again, with the same idempotency key"
                if sent
                else "try again in a second; nothing was done",
            ) from error
        finally:
            del self._waiting[name]

    async def draw(self, asked: Asked) -> Answered | None:
        """Have one of the picture workers answer; None when there is none, or it does not."""
        if self._draws:
            return None
        name = secrets.token_hex(16)
        client = await self._client()
        data = self._sealed.seal(_Request(at=self._clock(), asked=asked), name)
        try:
            answer = await client.request(
                self._connection.pictures, data, timeout=DRAW_SECONDS, headers={_ID: name}
            )
            return self._sealed.open(answer.data, Answered, name)
        except (Error, TimeoutError, OpeningError, msgspec.DecodeError) as error:
            if not isinstance(error, NoRespondersError):
                log.warning("no picture worker answers: %s", _words(error))
            return None

    async def _enqueue(self, js: JetStreamContext, name: str, data: bytes) -> None:
        """Have the queue keep an act. A second try is known by its name, and is no second act."""
        while True:
            try:
                await js.publish(
                    self._connection.acts,
                    data,
                    timeout=2.0,
                    headers={_ID: name, _REPLY: self._inbox},
                )
            except APIError as error:
                if error.err_code == _FULL:
                    raise UnavailableError(
                        "the node is busy", hint="try again in a second; nothing was done"
                    ) from error
                raise
            except (NoRespondersError, TimeoutError, Error):
                await asyncio.sleep(0.2)
            else:
                return

    async def _client(self) -> Client:
        client = await self._connection.client()
        if not self._inbox:
            self._inbox = f"{client.new_inbox()}.answers"
            await client.subscribe(self._inbox, cb=self._answered)
        return client

    async def _answered(self, message: Msg) -> None:
        name = (message.headers or {}).get(_ID, "")
        future = self._waiting.get(name)
        if future is None or future.done():
            return  # answered already, or given up
        try:
            future.set_result(self._sealed.open(message.data, Answered, name))
        except (OpeningError, msgspec.DecodeError):
            log.warning("an answer in the queue is not sealed by this node")

    async def close(self) -> None:
        """Close the way."""
        await self._connection.close()


class _End:
    """An end of the queue at which requests are answered through an API of this process."""

    def __init__(
        self,
        url: str,
        participant: str,
        key: bytes,
        application: Application,
        clock: Callable[[], str],
    ) -> None:
        self._connection = _Connection(url, participant, key)
        self._sealed = _Sealed(key)
        self._application = application
        self._clock = clock
        self._taken: set[asyncio.Task[None]] = set()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._taken.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._taken.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("a request of the queue was not answered: %s", _words(error))

    def _opened(self, message: Msg) -> Asked | None:
        name = (message.headers or {}).get(_ID, "")
        try:
            request = self._sealed.open(message.data, _Request, name)
        except (OpeningError, msgspec.DecodeError):
            log.warning("a request in the queue is not sealed by this node, and is dropped")
            return None
        if request.at < instant.plus(self._clock(), -OLDEST_SECONDS):
            log.warning("a request in the queue was sealed at %s, and is dropped", request.at)
            return None
        return request.asked

    async def _close(self) -> None:
        for task in list(self._taken):
            task.cancel()
        await self._connection.close()


class JetStreamDrawing(_End):
    """A picture worker's end: it answers questions about the picture, one of several that do."""

    async def draw_forever(self) -> None:
        """Answer questions. Raises `UnavailableError` when the queue is not there."""
        client = await self._connection.client()
        try:
            await client.subscribe(self._connection.pictures, queue="pictures", cb=self._question)
            await asyncio.Event().wait()
        finally:
            await self._close()

    async def _question(self, message: Msg) -> None:
        asked = self._opened(message)
        if asked is not None and asked.method == "GET":
            self._begin(self._answer(message, asked))

    async def _answer(self, message: Msg, asked: Asked) -> None:
        answered = await perform(self._application, asked)
        name = (message.headers or {}).get(_ID, "")
        await message.respond(self._sealed.seal(answered, name))


class JetStreamTaking(_End):
    """A sequencer's end: it takes requests off the queue and answers them through its own API.

    `replaced` says whether another process leads now: then nothing is answered any more, and what
    was taken is delivered to that one.
    """

    def __init__(
        self,
        url: str,
        participant: str,
        key: bytes,
        application: Application,
        clock: Callable[[], str],
        replaced: Callable[[], bool],
    ) -> None:
        super().__init__(url, participant, key, application, clock)
        self._replaced = replaced

    async def take_forever(self) -> None:
        """Take and answer requests. Raises `UnavailableError` when the queue is not there."""
        client = await self._connection.client()
        try:
            await client.subscribe(self._connection.questions, cb=self._question)
            waiting = await client.jetstream().pull_subscribe(
                self._connection.acts,
                durable="sequencer",
                stream=self._connection.stream,
                config=ConsumerConfig(
                    ack_policy=AckPolicy.EXPLICIT,
                    ack_wait=TAKEN_SECONDS,
                    max_ack_pending=2 * MOST_TAKEN,
                ),
            )
            while True:
                try:
                    messages = await waiting.fetch(MOST_TAKEN - len(self._taken), timeout=5.0)
                except TimeoutError:
                    continue
                except Error as error:
                    log.warning("the queue does not answer: %s", _words(error))
                    await asyncio.sleep(0.5)
                    continue
                for message in messages:
                    self._begin(self._act(client, message))
                while len(self._taken) >= MOST_TAKEN:
                    await asyncio.wait(self._taken, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._close()

    async def _question(self, message: Msg) -> None:
        asked = self._opened(message)
        if asked is not None:
            self._begin(self._answer(await self._connection.client(), message, asked))

    async def _act(self, client: Client, message: Msg) -> None:
        asked = self._opened(message)
        if asked is None:
            await message.term()
            return
        if not asked.again:
            await message.ack_sync()
            await self._answer(client, message, asked)
            return
        still = asyncio.create_task(_still(message))
        try:
            await self._answer(client, message, asked)
        finally:
            still.cancel()
        if not self._replaced():
            await message.ack()

    async def _answer(self, client: Client, message: Msg, asked: Asked) -> None:
        headers = message.headers or {}
        name = headers.get(_ID, "")
        answered = await perform(self._application, asked)
        if not self._replaced():
            data = self._sealed.seal(answered, name)
            await client.publish(headers.get(_REPLY, ""), data, headers={_ID: name})


async def _still(message: Msg) -> None:
    """Say now and then that an act is being done, so that it is not delivered to another."""
    while True:
        await asyncio.sleep(STILL_SECONDS)
        with suppress(Error):
            await message.in_progress()


async def _problem(error: Exception) -> None:
    log.warning("queue: %s", _words(error))


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
