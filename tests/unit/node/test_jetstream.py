"""The queue between workers and sequencer, over a real nats-server: what passes, and what not."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
import nats
import pytest
from tests.support.stores import queue_server

from trilogue.encoding import instant
from trilogue.errors import UnavailableError
from trilogue.node import jetstream
from trilogue.node.handing import Answered, Asked
from trilogue.node.jetstream import JetStreamDrawing, JetStreamHanding, JetStreamTaking

KEY = bytes(range(32))
NOW = "2026-11-25T20:00:00.000Z"
ACT = Asked(method="POST", target="/v1/reports?x=1", headers=(("a", "b"),), body=b"{}", again=True)


class Api:
    """An application that answers with what it was asked, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.before: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        self.asked.append(f"{scope['method']} {scope['path']} {scope['query_string'].decode()}")
        if self.before is not None:
            await self.before()
        headers = [(b"Content-Type", b"text/plain")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": body + b"!"})


class Queue:
    """A queue of its own, with as many ends as a test needs."""

    def __init__(self) -> None:
        self.name = f"T{secrets.token_hex(6)}"
        self.api = Api()
        self._takings: list[asyncio.Task[None]] = []
        self._handings: list[JetStreamHanding] = []
        self.replaced = False

    def worker(self, key: bytes = KEY, now: str = NOW) -> JetStreamHanding:
        self._handings.append(JetStreamHanding(queue_server(), self.name, key, lambda: now))
        return self._handings[-1]

    def sequencer(self, replaced: Callable[[], bool] = lambda: False) -> asyncio.Task[None]:
        taking = JetStreamTaking(queue_server(), self.name, KEY, self.api, lambda: NOW, replaced)
        self._takings.append(asyncio.create_task(taking.take_forever()))
        return self._takings[-1]

    def drawer(self) -> None:
        drawing = JetStreamDrawing(queue_server(), self.name, KEY, self.api, lambda: NOW)
        self._takings.append(asyncio.create_task(drawing.draw_forever()))

    async def close(self) -> None:
        for task in self._takings:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for handing in self._handings:
            await handing.close()


def play(scene: Callable[[Queue], Awaitable[None]]) -> None:
    async def whole() -> None:
        queue = Queue()
        try:
            await scene(queue)
        finally:
            await queue.close()

    asyncio.run(whole())


def test_an_act_is_answered_by_the_sequencers_own_api() -> None:
    async def scene(queue: Queue) -> None:
        queue.sequencer()
        answered = await queue.worker().hand(ACT)
        assert answered == Answered(
            status=201, headers=(("content-type", "text/plain"),), body=b"{}!"
        )
        assert queue.api.asked == ["POST /v1/reports x=1"]

    play(scene)


def test_an_act_waits_for_a_sequencer_and_is_answered_once() -> None:
    async def scene(queue: Queue) -> None:
        asking = [asyncio.create_task(queue.worker().hand(ACT)) for _ in range(3)]
        await asyncio.sleep(0.3)
        queue.sequencer()
        assert [one.status for one in await asyncio.gather(*asking)] == [201] * 3
        assert len(queue.api.asked) == 3

    play(scene)


def test_a_question_goes_to_who_leads_and_waits_for_nobody() -> None:
    async def scene(queue: Queue) -> None:
        worker = queue.worker()
        question = msgspec.structs.replace(ACT, method="GET", body=b"")
        with pytest.raises(UnavailableError, match="nothing was done"):
            await worker.hand(question, 0.5)
        queue.sequencer()
        await queue.worker().hand(ACT)
        assert (await worker.hand(question, 5)).status == 201

    play(scene)


def test_what_a_killed_sequencer_had_taken_is_delivered_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jetstream, "TAKEN_SECONDS", 1.0)

    async def scene(queue: Queue) -> None:
        taken = asyncio.Event()

        async def never() -> None:
            taken.set()
            await asyncio.Event().wait()

        queue.api.before = never
        first = queue.sequencer()
        asking = asyncio.create_task(queue.worker().hand(ACT))
        await taken.wait()
        first.cancel()
        queue.api.before = None
        queue.sequencer()
        assert (await asking).status == 201
        assert len(queue.api.asked) == 2

    play(scene)


def test_what_may_not_be_done_again_is_not_delivered_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jetstream, "TAKEN_SECONDS", 0.5)

    async def scene(queue: Queue) -> None:
        async def never() -> None:
            await asyncio.Event().wait()

        queue.api.before = never
        queue.sequencer()
        with pytest.raises(UnavailableError, match="is not known"):
            await queue.worker().hand(msgspec.structs.replace(ACT, again=False), 2.0)
        assert len(queue.api.asked) == 1

    play(scene)


def test_a_sequencer_that_was_replaced_answers_nothing_and_keeps_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jetstream, "TAKEN_SECONDS", 0.5)

    async def scene(queue: Queue) -> None:
        asked = asyncio.Event()

        async def tell() -> None:
            asked.set()

        queue.api.before = tell
        old = queue.sequencer(lambda: True)
        asking = asyncio.create_task(queue.worker().hand(ACT))
        await asked.wait()
        await asyncio.sleep(0.2)
        assert not asking.done()
        old.cancel()
        queue.sequencer()
        assert (await asking).status == 201

    play(scene)


def test_pictures_are_drawn_elsewhere_where_somebody_does() -> None:
    async def scene(queue: Queue) -> None:
        worker = queue.worker()
        look = msgspec.structs.replace(ACT, method="GET", target="/v1/picture/events", body=b"")
        assert await worker.draw(look) is None
        queue.drawer()
        await asyncio.sleep(0.5)
        answered = await worker.draw(look)
        assert answered is not None
        assert (answered.status, answered.body) == (201, b"!")
        assert queue.api.asked == ["GET /v1/picture/events "]
        # Who draws for others asks none of them.
        own = JetStreamHanding(queue_server(), queue.name, KEY, lambda: NOW, draws=True)
        assert await own.draw(look) is None

    play(scene)


@pytest.mark.parametrize("stranger", [True, False], ids=["by a stranger", "long ago"])
def test_what_the_node_did_not_seal_just_now_is_dropped(stranger: bool) -> None:
    async def scene(queue: Queue) -> None:
        queue.sequencer()
        worker = queue.worker(now=NOW if stranger else instant.plus(NOW, -3601))
        if stranger:
            worker._sealed = jetstream._Sealed(bytes(32))
        with pytest.raises(UnavailableError):
            await worker.hand(ACT, 1.0)
        assert (await queue.worker().hand(ACT)).status == 201
        assert len(queue.api.asked) == 1

    play(scene)


def test_two_nodes_of_one_participant_share_a_server_and_no_acts() -> None:
    async def scene(queue: Queue) -> None:
        queue.sequencer()
        with pytest.raises(UnavailableError):
            await queue.worker(key=bytes(32)).hand(ACT, 1.0)
        assert (await queue.worker().hand(ACT)).status == 201
        assert len(queue.api.asked) == 1

    play(scene)


def test_a_request_opens_under_its_own_name_alone() -> None:
    """A queue that answers one request with the answer to another is not believed."""
    sealed = jetstream._Sealed(KEY)
    answer = Answered(status=200, headers=(), body=b"seen")
    data = sealed.seal(answer, "one")
    assert b"seen" not in data
    assert sealed.open(data, Answered, "one") == answer
    with pytest.raises(jetstream.OpeningError):
        sealed.open(data, Answered, "other")
    with pytest.raises(jetstream.OpeningError):
        sealed.open(data, jetstream._Request, "one")


def test_a_full_queue_turns_acts_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jetstream, "MOST_QUEUED", 2)

    async def scene(queue: Queue) -> None:
        worker = queue.worker()
        waiting = [asyncio.create_task(worker.hand(ACT, 3.0)) for _ in range(2)]
        await asyncio.sleep(0.5)
        with pytest.raises(UnavailableError, match="busy"):
            await worker.hand(ACT, 3.0)
        queue.sequencer()
        assert [one.status for one in await asyncio.gather(*waiting)] == [201, 201]

    play(scene)


def test_the_queue_syncs_each_act_and_takes_the_largest() -> None:
    """What `deploy/nats.conf` says is what the tests run with; the stream is a file's."""

    async def scene(queue: Queue) -> None:
        queue.sequencer()
        await queue.worker().hand(msgspec.structs.replace(ACT, body=b"x" * (4 << 20)))
        client = await nats.connect(queue_server())
        (info,) = (
            one
            for one in await client.jetstream().streams_info()
            if str(one.config.name).startswith(f"TRILOGUE-{queue.name}-")
        )
        await client.close()
        assert info.config.storage == "file"
        assert info.config.retention == "workqueue"
        assert info.state.messages == 0

    play(scene)


def test_a_queue_that_is_not_there_is_told() -> None:
    async def scene(queue: Queue) -> None:
        handing = JetStreamHanding("nats://127.0.0.1:1", "KR", KEY, lambda: NOW)
        with pytest.raises(UnavailableError):
            await handing.hand(ACT, 1.0)

    play(scene)
