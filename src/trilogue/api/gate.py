"""The gate: who asks, and whether their roles allow it. Nothing is read before it opens.

A caller who asks more often than the node allows is turned away here, too (`limit`).

A token is looked up in the store by its hash and then trusted for a second, so that a node under
load does not ask its store two thousand times a second who its sensor feed is. A revoked token is
shut out within that second.
"""

from __future__ import annotations

import asyncio
import math
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from trilogue.api.call import Node
from trilogue.api.limit import Limit
from trilogue.api.operation import Operation
from trilogue.api.roles import MAY
from trilogue.errors import UnavailableError
from trilogue.node import tokens
from trilogue.node.problem import RoleError, TooManyError, UnknownCallerError
from trilogue.node.settings import LimitSettings
from trilogue.node.tokens import Caller

__all__ = ["Gate", "guard"]

TRUSTED_SECONDS = 1.0
_ALWAYS = ("status", "metrics")
"""What a node answers whose store may be older than what was said since."""


class Gate:
    """Tokens that were looked up lately, and whose they are."""

    def __init__(self, node: Node, limit: LimitSettings | None = None) -> None:
        self._node = node
        self._known: dict[str, tuple[float, Caller]] = {}
        self._limit = Limit(limit)

    async def admit(self, authorization: str) -> Caller:
        """Return who asks, and count that. Raises `UnknownCallerError` or `TooManyError`."""
        caller = await self.caller(authorization)
        now = asyncio.get_running_loop().time()
        wait = self._limit.take(authorization.partition(" ")[2], caller.name, at=now)
        if wait:
            seconds = max(1, math.ceil(wait))
            raise TooManyError(
                "this token asks more often than the node allows",
                hint=f"wait {seconds} s, or have [limit] in node.toml changed",
                seconds=seconds,
            )
        return caller

    async def caller(self, authorization: str) -> Caller:
        """Return who asks, from the Authorization header. Raises `UnknownCallerError`."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UnknownCallerError(
                "the request carries no bearer token", hint="send Authorization: Bearer TOKEN"
            )
        now = asyncio.get_running_loop().time()
        since, caller = self._known.get(token, (now - TRUSTED_SECONDS, None))
        if caller is not None and now - since < TRUSTED_SECONDS:
            return caller
        self._known.pop(token, None)
        caller = await self._node.ask(lambda: tokens.check(self._node.engine.db, token))
        self._known[token] = (now, caller)
        return caller


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a request pass to an operation that its caller's roles allow.

    Raises `UnknownCallerError`, `TooManyError`, `RoleError` or, where the store may be older than
    what was withdrawn since, `UnavailableError`. What is no operation is public by its own right.
    """
    operation: Operation | None = handler.opt.get("operation")
    if operation is None or operation.public:
        return
    gate: Gate = connection.app.state.gate
    caller = await gate.admit(connection.headers.get("authorization", ""))
    allowed = MAY[operation.name]
    if not caller.roles & allowed:
        raise RoleError(
            f"{operation.name} is not for {', '.join(sorted(caller.roles))}",
            hint=f"it is for {', '.join(sorted(allowed))}",
        )
    node: Node = connection.app.state.node
    stale = node.stale
    if stale and operation.name not in _ALWAYS:
        raise UnavailableError(stale, hint="`trilogue node status` says what to do")
    connection.state.caller = caller
