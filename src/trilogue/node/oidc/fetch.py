"""Questions to a provider over HTTP: bounded in size and time, over verified TLS, never redirected.

What is asked is not of this node's choosing alone (an address stands in the provider's own
description), so that every address is looked at before it is asked.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from trilogue.errors import InputError, UnavailableError
from trilogue.node.oidc.settings import check_url

__all__ = ["Fetch", "HttpFetch", "trust"]

SECONDS = 10.0
MOST_BYTES = 256 << 10

_STATUS = {200, 400, 401}
"""What is read at all; the last two are how a token endpoint refuses (RFC 6749 section 5.2)."""


class Fetch(Protocol):
    """A way to ask a provider."""

    async def __call__(
        self,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Ask, with a form if there is one; return status and body. Raises `UnavailableError`."""


class HttpFetch:
    """The way over the network. One connection for each question: they are few."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context

    async def __call__(
        self,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Ask; `UnavailableError` names the host and no more of what was asked."""
        try:
            check_url("the provider's address", url)
        except InputError as error:
            raise UnavailableError(error.message, hint=error.hint) from error
        host = urlsplit(url).hostname
        try:
            async with (
                aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(ssl=self._context),
                    timeout=aiohttp.ClientTimeout(total=SECONDS),
                    cookie_jar=aiohttp.DummyCookieJar(),
                ) as session,
                session.request(
                    "GET" if form is None else "POST",
                    URL(url, encoded=True),
                    data=None if form is None else dict(form),
                    headers={"Accept": "application/json", **(headers or {})},
                    allow_redirects=False,
                ) as response,
            ):
                return response.status, await _read(response)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise UnavailableError(
                f"{host}, where people sign in, does not answer: {type(error).__name__}",
                hint="sign in with a token, or try again",
            ) from error


async def _read(response: aiohttp.ClientResponse) -> bytes:
    if response.status not in _STATUS:
        raise UnavailableError(
            f"{response.url.host}, where people sign in, answers with status {response.status}",
            hint="sign in with a token, or try again",
        )
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            raise UnavailableError(
                f"{response.url.host}, where people sign in, answers with more than"
                f" {MOST_BYTES} bytes"
            )
    return bytes(body)


def trust(authority: Path | None) -> ssl.SSLContext:
    """Return which providers are believed to be who they are: TLS 1.2 or later, by name.

    Raises `InputError` when the file of authorities does not load.
    """
    try:
        context = ssl.create_default_context(cafile=None if authority is None else str(authority))
    except (OSError, ValueError) as error:
        raise InputError(f"oidc.authority: {authority} does not load: {error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
