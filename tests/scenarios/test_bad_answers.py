"""A neighbour that answers badly: JP's real key, at JP's address, with anything for an answer.

US keeps what it could not deliver, and no answer does more than fail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from tests.support.channel import Impostor, tls_key
from tests.support.processes import Nodes, open_trio

from trilogue.node.channel import pinned
from trilogue.node.engine import Engine
from trilogue.node.neighbour import Neighbour
from trilogue.node.service import Service
from trilogue.node.settings import Settings

pytestmark = pytest.mark.processes


def _http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _ack(outcomes: str = "[]", size: int = 0) -> bytes:
    seen = f'[{{"size":{size},"speaker":"US"}},{{"size":{size},"speaker":"KR"}}]'
    return f'{{"outcomes":{outcomes},"recipient":"JP","seen":{seen},"v":1}}'.encode()


ANSWERS = {
    "nothing": b"",
    "no HTTP": b"\xff" * 1000,
    "no JSON": _http(b"\xff\xfe"),
    "no acknowledgement": _http(b"{}"),
    "very deep": _http(b"[" * 100_000),
    "half of it": _http(_ack())[:-5],
    "endless headers": b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000,
    "a long answer": _http(b" " * (5 << 20)),
    "an error": _http(b"\xff", "500 Internal Server Error"),
    "away": _http(b"", "503 Service Unavailable", "retry-after: 999999"),
    "not compressed": _http(b"\x1f\x8b not gzip", "200 OK", "content-encoding: gzip"),
    "an unknown charset": _http(b"x", "200 OK", "content-type: text/plain; charset=klingon"),
    "a conflict at a long size": _http(b"9" * 5000, "409 Conflict"),
    "a conflict at no size": _http("\u0663".encode(), "409 Conflict"),
    "a redirection": _http(b"", "307 Temporary Redirect", "location: /elsewhere"),
    "no outcomes": _http(_ack()),
    "others' outcomes": _http(
        _ack('[{"again":false,"index":9,"reason":"","speaker":"XX","step":null}]')
    ),
    "sizes below nothing": _http(_ack(size=-5)),
    "sizes beyond everything": _http(_ack(size=2**53 - 1)),
}


@pytest.fixture
def us(nodes: Nodes) -> Iterator[Engine]:
    """US's engine, with a grant of its own that waits for JP."""
    trio = open_trio(nodes.base)
    trio.grant(trio.file("US"), audience=("JP",))
    yield trio["US"]
    trio.close()


@pytest.mark.parametrize("name", ANSWERS)
def test_what_waits_still_waits(nodes: Nodes, us: Engine, name: str) -> None:
    jp = nodes["JP"].settings.listen_address
    waiting = list(us.db.q.waiting_for(peer="JP", after=-1, most=100))
    with Impostor(jp, tls_key(nodes["JP"]), ANSWERS[name]) as impostor:
        asyncio.run(_meet(us, nodes["US"].settings, times=3))
    assert len(impostor.heard) > 3
    assert not any(b"/elsewhere" in request for request in impostor.heard)
    assert list(us.db.q.waiting_for(peer="JP", after=-1, most=100)) == waiting


async def _meet(us: Engine, settings: Settings, times: int) -> None:
    """Deliver and ask for a cosignature, as a running node does, so many times over."""
    service = Service(us, settings)
    service._channels.set()  # as a running node's are by then
    groups = asyncio.create_task(service._commit_groups())
    jp = Neighbour(service, "JP", settings.peers["JP"])
    await jp.use(us.keys.tls_pem, pinned(us.books, "JP", us.now()))
    try:
        for _ in range(times):
            await jp._send()
            await jp._try_cosignature()
    finally:
        await jp.close()
        groups.cancel()
        service._worker.shutdown()
