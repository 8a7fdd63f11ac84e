"""Repeated requests: an act that was asked for twice is done once, and answered twice alike.

Whoever asks chooses a key and sends it with the request. The answer is remembered in the very
transaction in which the act is logged, so that no crash can leave one without the other. A repeat
of the key with the same request within a day gets the remembered answer; with another request it
is refused. What fails is rolled back and not remembered: it may be tried again.

What is remembered lies in the store unsealed, so nothing that carries content is remembered.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from trilogue.encoding import canonical, instant
from trilogue.node.problem import KeyReusedError
from trilogue.store.database import Database

__all__ = ["REMEMBERED_SECONDS", "Reply", "once"]

REMEMBERED_SECONDS = 86_400


class Reply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer as it is sent: its HTTP status, its JSON, and whether it is a repeat."""

    status: int
    body: str
    repeat: bool = False


def once(db: Database, key: str, request: bytes, at: str, act: Callable[[], Reply]) -> Reply:
    """Inside an act of the sequencer: do it, or return what the same request was answered.

    `key` is unique to who asks; `request` is a digest of all that is asked. Raises
    `KeyReusedError`, and whatever the act raises.
    """
    db.q.forget_responses(before=instant.plus(at, -REMEMBERED_SECONDS))
    row = db.q.remembered(key=key)
    if row is not None:
        if row["request"] != request:
            raise KeyReusedError(
                f"the idempotency key {key.rpartition('/')[2]!r} was used for another request",
                hint="take a new key for a new request",
            )
        return msgspec.structs.replace(canonical.decode(row["response"], Reply), repeat=True)
    reply = act()
    db.q.remember_response(key=key, request=request, response=canonical.encode(reply), at=at)
    return reply
