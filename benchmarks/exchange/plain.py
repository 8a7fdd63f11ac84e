"""What a message costs when each is signed by itself: the plain way to do what the exchange does.

    KR ──signed message──> US ──the same, signed by US too──> JP      stored at each, synced
    KR <──both receipts──  US <──────signed receipt──────────  JP

Every message and every receipt is signed with Ed25519 and ML-DSA-44, and verified by all who take
it. The channel is ours: the same HTTP server and client, TLS 1.3 with pinned certificates, and
SQLite that syncs every insert. There are no grants, no log, no proofs and nothing is sealed; what
is left is what signing and syncing message by message takes.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import uvloop
from tests.support.processes import Nodes, free_ports, open_trio, until
from tests.support.trio import PARTICIPANTS, portion

from trilogue.encoding import base64, canonical
from trilogue.node.channel import client_context, server_context
from trilogue.node.servers import http_server
from trilogue.node.service import open_engine
from trilogue.signing.keys import PublicKey, SecretKey

__all__ = ["Plain", "cpu_seconds", "listens", "measure"]

AT_ONCE = 32
"""Messages under way."""
WARM = 64


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something said by somebody; `signatures` are by name, Ed25519 and ML-DSA-44 each."""

    number: int
    body: msgspec.Raw
    signatures: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Plain:
    """What a run came to. CPU is of all three participants."""

    messages: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Messages a second, from KR to JP and receipts back."""
        return self.messages / self.seconds


class Party:
    """One participant: its key, everybody's public keys, and its store."""

    def __init__(self, base: Path, who: str) -> None:
        engine, _ = open_engine(base / who)
        with closing(engine):
            self.who = who
            self.tls = engine.channel_keys.tls_pem
            self._key: SecretKey = engine.keys.checkpoint
            materials = {name: next(iter(engine.books.materials(name)))[1] for name in PARTICIPANTS}
        self._public = {name: PublicKey.parse(m.checkpoint) for name, m in materials.items()}
        self.certificates = {name: base64.decode(m.tls) for name, m in materials.items()}
        self._db = sqlite3.connect(base / f"{who}.plain.sqlite", isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE message (number INTEGER PRIMARY KEY, data BLOB NOT NULL);"
            "CREATE TABLE receipt (number INTEGER, who TEXT, data BLOB, PRIMARY KEY (number, who));"
        )

    def sign(self, number: int, body: bytes, by: dict[str, tuple[str, str]]) -> Message:
        """Add one's own two signatures."""
        own = (
            base64.encode(self._key.sign_ed25519(body)),
            base64.encode(self._key.sign_mldsa44(body)),
        )
        return Message(number=number, body=msgspec.Raw(body), signatures={**by, self.who: own})

    def verify(self, message: Message) -> None:
        """Check every signature. Raises `SignatureError`."""
        for name, (ed25519, mldsa44) in message.signatures.items():
            body = bytes(message.body)
            self._public[name].verify_ed25519(body, base64.decode(ed25519))
            self._public[name].verify_mldsa44(body, base64.decode(mldsa44))

    def keep(self, message: Message) -> None:
        """Store a message; it is synced on return."""
        self._db.execute(
            "INSERT INTO message VALUES (?, ?)", (message.number, msgspec.json.encode(message))
        )

    def keep_receipts(self, receipts: list[Message]) -> None:
        """Store receipts; they are synced on return."""
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO receipt VALUES (?, ?, ?)",
            [(one.number, *one.signatures, msgspec.json.encode(one)) for one in receipts],
        )
        self._db.execute("COMMIT")

    def receipt(self, message: Message) -> Message:
        """Sign that one has it."""
        return self.sign(message.number, canonical.encode({"received": message.number}), {})


Post = Callable[[bytes], Awaitable[bytes]]


def _application(party: Party, onward: Post | None) -> Callable[..., Awaitable[None]]:
    """Return the ASGI application of a recipient; the hub passes on before it answers."""

    async def answer(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        data, more = b"", True
        while more:
            event = await receive()
            data, more = data + event.get("body", b""), event.get("more_body", False)
        message = msgspec.json.decode(data, type=Message)
        party.verify(message)
        party.keep(message)
        receipts = [party.receipt(message)]
        if onward is not None:
            passed = party.sign(message.number, bytes(message.body), message.signatures)
            back = msgspec.json.decode(
                await onward(msgspec.json.encode(passed)), type=list[Message]
            )
            for one in back:
                party.verify(one)
            party.keep_receipts(back)
            receipts += back
        body = msgspec.json.encode(receipts)
        length = str(len(body)).encode()
        head = {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-length", length)],
        }
        await send(head)
        await send({"type": "http.response.body", "body": body})

    return answer


def _poster(session: aiohttp.ClientSession, port: int) -> Post:
    async def post(data: bytes) -> bytes:
        async with session.post(f"https://127.0.0.1:{port}/", data=data) as response:
            response.raise_for_status()
            return await response.read()

    return post


def _session(context: ssl.SSLContext) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context, limit=AT_ONCE))


async def _serve(base: Path, who: str, port: int, onward: int) -> None:
    party = Party(base, who)
    own = server_context(party.tls, party.certificates.values())
    if not onward:
        await http_server(_application(party, None), "127.0.0.1", port, own).serve()
        return
    context = client_context(party.tls, [party.certificates["JP"]])
    async with _session(context) as session:
        application = _application(party, _poster(session, onward))
        await http_server(application, "127.0.0.1", port, own).serve()


async def _send(base: Path, port: int, messages: int) -> tuple[float, float]:
    """Have KR send so many; return seconds and CPU seconds of KR."""
    party = Party(base, "KR")
    numbers = iter(range(WARM + messages))

    async def work(post: Post, last: int) -> None:
        for number in numbers:
            body = canonical.encode(portion(f"seen, for the {number}th time").payload)
            message = party.sign(number, body, {})
            party.keep(message)
            back = await post(msgspec.json.encode(message))
            receipts = msgspec.json.decode(back, type=list[Message])
            for one in receipts:
                party.verify(one)
            party.keep_receipts(receipts)
            if number >= last:
                return

    async with _session(client_context(party.tls, [party.certificates["US"]])) as session:
        post = _poster(session, port)
        await work(post, WARM - 1)
        begun, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work(post, WARM + messages) for _ in range(AT_ONCE)))
        return time.perf_counter() - begun, time.process_time() - cpu


def measure(messages: int = 2_000) -> Plain:
    """Send so many messages from KR by way of US to JP, with receipts back at KR."""
    with tempfile.TemporaryDirectory(prefix="plain-") as folder, ExitStack() as stack:
        base = Path(folder)
        Nodes.copy(base)
        open_trio(base).close()
        us, jp = free_ports(2)
        servers = []
        for who, port, onward in (("JP", jp, 0), ("US", us, jp)):
            command = [sys.executable, "-m", "benchmarks.exchange.plain"]
            server = subprocess.Popen([*command, folder, who, str(port), str(onward)])
            servers.append(server)
            stack.callback(server.wait)
            stack.callback(server.kill)
            until(lambda p=port: listens(p), f"{who} does not listen")  # type: ignore[misc]
        before = sum(cpu_seconds(server.pid) for server in servers)
        seconds, cpu = uvloop.run(_send(base, us, messages))
        cpu += sum(cpu_seconds(server.pid) for server in servers) - before
        for who in ("US", "JP"):
            with closing(sqlite3.connect(base / f"{who}.plain.sqlite")) as db:
                (count,) = db.execute("SELECT count(*) FROM message").fetchone()
            if count != WARM + messages:
                raise AssertionError(f"{who} has {count} of {WARM + messages} messages")
    return Plain(messages, seconds, cpu)


def listens(port: int) -> bool:
    """Whether somebody takes connections at a port."""
    with suppress(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    return False


def cpu_seconds(pid: int) -> float:
    """Return how long a process has been on the processor, over all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    where, name, at, to = sys.argv[1:]
    uvloop.run(_serve(Path(where), name, int(at), int(to)))
