"""Handing over: what a worker may not do itself, its sequencer does, as the very same request.

    client ──> API worker ──read, authenticated, well formed──> handing ──> the sequencer's own API

There is one way in: what is handed over is the request as it came, with its token, and the
sequencer reads, authenticates and judges it anew. Whoever carries it needs not be believed.

An act that is done once for each idempotency key gets a key here, if whoever asked sent none: so
it can be handed over again when its answer was lost, and is still done once.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import Mapping
from typing import Protocol

import aiohttp
import msgspec
from yarl import URL

from trilogue.errors import UnavailableError
from trilogue.sealing.hidden import Hidden

__all__ = ["Answered", "Asked", "Handing", "HttpHanding", "hand_over", "have_drawn"]

KEY = "idempotency-key"
_ON = (
    *("authorization", "cookie", "content-type", "accept", "accept-language"),
    *("if-none-match", KEY),
)
"""The headers of a request that are handed on."""
_BACK = (
    *("content-type", "content-language", "cache-control", "location", "set-cookie"),
    *("retry-after", "www-authenticate", "idempotency-replayed", "etag", "vary"),
)
"""The headers of an answer that are handed back."""

HAND_SECONDS = 20.0
"""For how long a request is handed over again: a standby needs half of it to take over."""
AGAIN_SECONDS = 0.2
MOST_UNDERWAY = 512
"""Requests that one worker has handed over and not had answered; more are turned away."""


class Asked(Hidden, msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request as it came. `target` is path and query, as they were sent."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    again: bool
    """Whether it may be handed over again: it reads, or is done once for its key."""


class Answered(Hidden, msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the sequencer answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Handing(Protocol):
    """A way to the sequencer."""

    async def hand(self, asked: Asked, seconds: float = HAND_SECONDS) -> Answered:
        """Have a request answered, within so many seconds. Raises `UnavailableError`."""

    async def draw(self, asked: Asked) -> Answered | None:
        """Have a picture's question answered by a picture worker; None when there is none."""

    async def close(self) -> None:
        """Close the way."""


async def hand_over(
    handing: Handing,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    once: bool,
    again: bool = False,
) -> Answered:
    """Have the sequencer answer a request; `once` if it is done once for each key.

    It may be handed over `again` when the answer was lost if it is done once, or only asks.

    Raises `UnavailableError`, which says whether the request may have been done.
    """
    kept = _kept(headers)
    keyed = KEY in kept or not once
    if not keyed:
        kept[KEY] = f"worker-{secrets.token_hex(16)}"
    answered = await handing.hand(
        Asked(
            method=method,
            target=target,
            headers=tuple(kept.items()),
            body=body,
            again=once or again,
        )
    )
    # Whoever sent no key asked once, however often it was handed over.
    back = _BACK if keyed else tuple(name for name in _BACK if name != "idempotency-replayed")
    return msgspec.structs.replace(
        answered, headers=tuple((name, value) for name, value in answered.headers if name in back)
    )


async def have_drawn(handing: Handing, target: str, headers: Mapping[str, str]) -> Answered | None:
    """Have a picture worker answer a question about the picture; None when there is none."""
    return await handing.draw(
        Asked(
            method="GET",
            target=target,
            headers=tuple(_kept(headers).items()),
            body=b"",
            again=True,
        )
    )


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in _ON if name in headers}


class HttpHanding:
    """The way over HTTP to the sequencer's own API, at the address that the settings say."""

    def __init__(self, url: str, context: ssl.SSLContext | None) -> None:
        self._url = url
        self._context = context
        self._session: aiohttp.ClientSession | None = None
        self._underway = 0

    async def hand(self, asked: Asked, seconds: float = HAND_SECONDS) -> Answered:
        """Have a request answered, after a standby took over if need be."""
        if self._underway >= MOST_UNDERWAY:
            raise UnavailableError(
                "this worker is busy", hint="try again in a second; nothing was done"
            )
        self._underway += 1
        try:
            return await self._patiently(asked, seconds)
        finally:
            self._underway -= 1

    async def draw(self, asked: Asked) -> Answered | None:  # noqa: ARG002 - whoever asks draws
        """Return None: picture workers are reached through a queue alone."""
        return None

    async def _patiently(self, asked: Asked, seconds: float) -> Answered:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        unsure = False
        while True:
            try:
                return await self._send(asked)
            except aiohttp.ClientConnectorError:
                pass  # nothing was sent
            except (aiohttp.ClientError, TimeoutError, OSError):
                unsure = True
            if loop.time() > end or (unsure and not asked.again):
                break
            await asyncio.sleep(AGAIN_SECONDS)
        raise UnavailableError(
            "the sequencer does not answer",
            hint="whether it was done is not known: ask again, with the same idempotency key"
            if unsure
            else "try again in a second; nothing was done",
        )

    async def _send(self, asked: Asked) -> Answered:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=self._context or True),
                timeout=aiohttp.ClientTimeout(total=HAND_SECONDS, connect=5),
                auto_decompress=False,
            )
        async with self._session.request(
            asked.method,
            URL(self._url + asked.target, encoded=True),
            headers=dict(asked.headers),
            data=asked.body or None,
            skip_auto_headers=("content-type", "accept-encoding"),
            allow_redirects=False,
        ) as response:
            return Answered(
                status=response.status,
                headers=tuple((name.lower(), value) for name, value in response.headers.items()),
                body=await response.read(),
            )

    async def close(self) -> None:
        """Close the way."""
        if self._session is not None:
            await self._session.close()
