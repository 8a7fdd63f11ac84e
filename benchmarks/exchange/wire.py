"""The channel's share of the floor: bytes that TLS 1.3 seals and opens, and nothing else.

Both ends are in memory, under the contexts of two neighbours' own channel: no socket, no HTTP.
"""

from __future__ import annotations

import secrets
import ssl
import time

from tests.support.trio import Trio

from trilogue.encoding import canonical
from trilogue.node.channel import client_context, pinned, server_context
from trilogue.node.sending import Outgoing
from trilogue.protocol.delivery import Ack

__all__ = ["Weighed", "seconds_per_byte"]

CHUNK = 1 << 18
"""About what a delivery of a batch comes to."""
ROUNDS = 200


class Weighed(Trio):
    """Three engines between which every byte is counted, as it would go over a channel."""

    carried = 0

    def deliver(self, outgoing: Outgoing, sender: str, data: bytes | None = None) -> Ack:
        """Count a delivery and its answer."""
        ack = super().deliver(outgoing, sender, data)
        self.carried += len(data or outgoing.data) + len(canonical.encode(ack))
        return ack


def seconds_per_byte(trio: Trio) -> float:
    """Return the CPU time in which TLS seals a byte at KR and opens it at US."""
    now = trio["KR"].now()
    own = {who: trio[who].channel_keys.tls_pem for who in ("KR", "US")}
    to, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    sender = client_context(own["KR"], pinned(trio["KR"].books, "US", now)).wrap_bio(back, to)
    receiver = server_context(own["US"], pinned(trio["US"].books, "KR", now)).wrap_bio(
        to, back, server_side=True
    )
    _shake(sender, receiver)
    data, best = secrets.token_bytes(CHUNK), float("inf")
    for _ in range(ROUNDS):
        begun = time.thread_time()
        sender.write(data)
        left = CHUNK
        while left:
            left -= len(receiver.read(1 << 16))
        best = min(best, time.thread_time() - begun)
    return best / CHUNK


def _shake(*ends: ssl.SSLObject) -> None:
    waiting = list(ends)
    for _ in range(10):
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                continue
        if not waiting:
            return
    raise AssertionError("the two ends do not come to terms")
