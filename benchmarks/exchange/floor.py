"""What the exchange cannot do without: its cryptography, hashing and rows on disk, timed alone.

Three engines in one process take a batch of reports from KR by way of US to JP, with receipts,
while a profiler counts how often each primitive is called. Then each is timed by itself, at the
size that it has there, and what the stores were told to write is written once more, by SQLite alone
(`benchmarks.exchange.rows`). The floor is the sum: what the three nodes would take if nothing else
cost anything. Not in it are reading of any kind, JSON, HTTP and sockets; nor syncs, which are
waited for. TLS counts for what it does to the bytes themselves (`benchmarks.exchange.wire`).
"""

from __future__ import annotations

import cProfile
import hashlib
import os
import pstats
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.support.rules import standing
from tests.support.trio import OFFICERS, PARTICIPANTS

from benchmarks.exchange import rows, wire
from benchmarks.exchange.nodes import batch
from trilogue.node.inputs import StandingInput
from trilogue.sealing.box import SealingSecret, open_box, seal_box
from trilogue.signing.keys import SecretKey

__all__ = ["Floor", "Primitive", "measure"]

COPIES = 3
"""How often the rows are written, each time into a store as it was."""


@dataclass(frozen=True)
class Primitive:
    """One of them: how often a report needs it over all three nodes, and what once takes."""

    name: str
    calls: float
    microseconds: float

    @property
    def together(self) -> float:
        """Microseconds for a report."""
        return self.calls * self.microseconds


@dataclass(frozen=True)
class Floor:
    """The primitives of a report, in batches of `together`."""

    together: int
    worked: tuple[Primitive, ...]
    synced: Primitive

    @property
    def microseconds(self) -> float:
        """Work for a report, over all three nodes."""
        return sum(one.together for one in self.worked)


@dataclass(frozen=True)
class _Batch:
    """What a batch took."""

    counts: dict[str, int]
    """Calls of each primitive."""
    size: int
    """Mean size of a statement in bytes."""
    writing: float
    """Seconds in which SQLite writes what the stores were told to."""
    sealing: float
    """Seconds in which TLS seals and opens one byte."""


def measure(together: int = 256) -> Floor:
    """Count the primitives of a batch, and time each."""
    batch = _counted(together)
    each = _timed(batch.size)
    each["TLS byte"] = 1e6 * batch.sealing
    each["row"] = 1e6 * batch.writing / batch.counts["row"]
    worked = tuple(
        Primitive(name, batch.counts.get(name, 0) / together, each[name])
        for name in each
        if name != "sync"
    )
    return Floor(together, worked, Primitive("sync", batch.counts["sync"] / together, each["sync"]))


# Counting.

_NAMES = {
    ("encrypt", "AESGCM"): "AES-256-GCM",
    ("decrypt", "AESGCM"): "AES-256-GCM",
    ("encrypt", "hpke"): "HPKE seal",
    ("decrypt", "hpke"): "HPKE open",
    ("digest", "_hashlib"): "SHA-256",
    ("sign", "ed25519"): "Ed25519 sign",
    ("verify", "ed25519"): "Ed25519 verify",
    ("sign", "mldsa"): "ML-DSA-44 sign",
    ("verify", "mldsa"): "ML-DSA-44 verify",
    ("fsync", "posix"): "sync",
}
"""Methods as the profiler names them, and the classes or modules that they stand in."""


def _counted(together: int) -> _Batch:
    with tempfile.TemporaryDirectory(prefix="floor-") as base:
        with rows.recording():
            trio = wire.Weighed.copy(Path(base) / "trio")
        rule = standing(per_hour=100_000_000)
        trio.act("KR", lambda engine: engine.desk.stand(StandingInput(rule=rule), OFFICERS))
        trio.act("KR", lambda engine: engine.submit_all(batch(0, 4 * together).reports))
        trio.settle()
        before = {who: trio[who].db.changes for who in PARTICIPANTS}
        for who in PARTICIPANTS:
            for copy in range(COPIES):
                trio[who].db.backup(f"{base}/{who}-{copy}.sqlite")
            rows.start(trio[who].db)
        given = batch(4 * together, together)
        trio.carried = len(msgspec.json.encode(given))
        profile = cProfile.Profile()
        profile.enable()
        trio.act("KR", lambda engine: engine.submit_all(given.reports))
        trio.settle()
        profile.disable()
        if len(trio.held("JP")) != 5 * together:
            raise AssertionError("not all reports came to JP")
        changed = sum(trio[who].db.changes - before[who] for who in PARTICIPANTS)
        raw = [row["raw"] for row in trio["KR"].db.q.statements_after(after=0, most=10_000)]
        said = {who: rows.stop(trio[who].db) for who in PARTICIPANTS}
        carried, sealing = trio.carried, wire.seconds_per_byte(trio)
        trio.close()
        writing = sum(
            min(rows.seconds(f"{base}/{who}-{copy}.sqlite", said[who]) for copy in range(COPIES))
            for who in PARTICIPANTS
        )
    counts: dict[str, int] = {"row": changed, "TLS byte": carried}
    commits = 0
    for (_, _, function), (_, calls, *_rest) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        for (method, place), name in _NAMES.items():
            within = function.startswith(f"<method '{method}' of") and place in function
            if within or function == f"<built-in method {place}.{method}>":
                counts[name] = counts.get(name, 0) + calls
        if function == "transaction":
            commits += calls // 2  # entered and left
    counts["sync"] = counts.get("sync", 0) + commits  # SQLite's own
    return _Batch(counts, sum(map(len, raw)) // len(raw), writing, sealing)


# Timing.


def _timed(size: int) -> dict[str, float]:
    """Return microseconds of each primitive; hashes and ciphers at a statement's size."""
    data, key = secrets.token_bytes(size), AESGCM(secrets.token_bytes(32))
    nonce = secrets.token_bytes(12)
    secret = SealingSecret.generate()
    box = seal_box(data * 64, secret.public, b"floor")
    signer = SecretKey.generate("floor.example")
    text = b"floor.example\n" * 8
    ed25519, mldsa44 = signer.sign_ed25519(text), signer.sign_mldsa44(text)
    public = signer.public
    return {
        "AES-256-GCM": _each(lambda: key.encrypt(nonce, data, None)),
        "SHA-256": _each(lambda: hashlib.sha256(data).digest()),
        "HPKE seal": _each(lambda: seal_box(data * 64, secret.public, b"floor")),
        "HPKE open": _each(lambda: open_box(box, secret, b"floor")),
        "Ed25519 sign": _each(lambda: signer.sign_ed25519(text)),
        "Ed25519 verify": _each(lambda: public.verify_ed25519(text, ed25519)),
        "ML-DSA-44 sign": _each(lambda: signer.sign_mldsa44(text)),
        "ML-DSA-44 verify": _each(lambda: public.verify_mldsa44(text, mldsa44)),
        "sync": _sync(data),
    }


def _each(work: Callable[[], object], seconds: float = 0.1) -> float:
    """Return the quickest mean of several rounds, in microseconds."""
    best = float("inf")
    for _ in range(5):
        count, begun = 0, time.thread_time()
        while (took := time.thread_time() - begun) < seconds / 5:
            for _ in range(10):
                work()
            count += 10
        best = min(best, took / count)
    return 1e6 * best


def _sync(data: bytes) -> float:
    """Return how long a file takes to be synced after some more was written to it."""
    with tempfile.NamedTemporaryFile(prefix="floor-") as file:
        took = []
        for _ in range(50):
            file.write(data * 16)
            file.flush()
            begun = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - begun)
    return 1e6 * sorted(took)[len(took) // 2]
