"""One connection to a node: requests out, answers or errors back.

It is kept open between requests. When it breaks, a request that may be sent again is sent again
once: one that only asks, or one with an idempotency key, which the node does once however often it
hears of it. What cannot be reached is an `UnavailableError`.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import msgspec

from trilogue.errors import InputError, UnavailableError
from trilogue.node.problem import MEDIA_TYPE, Problem, rebuild

if TYPE_CHECKING:
    import ssl

__all__ = ["Connection", "fresh_key"]

STREAM_SECONDS = 60.0
"""Silence after which a stream is given up; the node breaks it every 15 seconds."""


_TOKEN = re.compile(r"[!-~]*", re.ASCII)


def fresh_key() -> str:
    """Return an idempotency key that nobody else will take."""
    return os.urandom(16).hex()


class Connection:
    """HTTP to one node, for one thread at a time."""

    def __init__(
        self, url: str, token: str, *, seconds: float, context: ssl.SSLContext | None
    ) -> None:
        self._url = url
        parts = urlsplit(url)
        self._host, self._port, self._secure = parts.hostname or "", parts.port, False
        match parts.scheme:
            case "https":
                self._secure = True
            case "http" if _is_loopback(self._host):
                pass
            case "http":
                raise InputError(
                    f"{url}: a token does not travel in clear beyond this machine",
                    hint="reach the node by https",
                )
            case _:
                raise InputError(f"{url!r} is no address of a node", hint="http://… or https://…")
        if not self._host or parts.path.strip("/") or parts.query or parts.username:
            raise InputError(f"{url!r} is no address of a node", hint="scheme, host and port alone")
        if not _TOKEN.fullmatch(token):  # the library's own error would quote it
            raise InputError(
                "the token holds what no token does: a space, a line end or a sign beyond ASCII",
                hint="give it as `trilogue node token issue` printed it",
            )
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._seconds = seconds
        self._context = context
        self._kept: http.client.HTTPConnection | None = None

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        key: str | None = None,
        also: int = 200,
    ) -> bytes:
        """Send one request and return the body of its answer; raise the error it tells of.

        `also` is a status of 400 or more that is an answer all the same.
        """
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        target = _target(path, query)
        for again in (method == "GET" or key is not None, False):
            try:
                status, media_type, data = self._exchange(method, target, body, headers)
                break
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if not again:
                    raise self._lost(error) from error
        if status < 400 or status == also:
            return data
        raise rebuild(_problem(status, media_type, data))

    def events(self, path: str, query: Mapping[str, Any]) -> Iterator[bytes]:
        """Yield the data of server-sent events, on a connection of their own, until it ends."""
        connection = self._open(STREAM_SECONDS)
        try:
            connection.request("GET", _target(path, query), headers=self._headers)
            response = connection.getresponse()
            if response.status >= 400:
                media_type = response.headers.get_content_type()
                raise rebuild(_problem(response.status, media_type, response.read()))
            for line in response:
                if line.startswith(b"data:"):
                    yield line.removeprefix(b"data:").strip()
        except (OSError, http.client.HTTPException) as error:
            raise self._lost(error) from error
        finally:
            connection.close()

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _exchange(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, str, bytes]:
        if self._kept is None:
            self._kept = self._open(self._seconds)
        self._kept.request(method, target, body=body, headers=headers)
        response = self._kept.getresponse()
        return response.status, response.headers.get_content_type(), response.read()

    def _open(self, seconds: float) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=seconds, context=self._context
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=seconds)

    def _lost(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            f"no answer from the node at {self._url}: {str(error) or type(error).__name__}",
            hint="is it running? `trilogue node status`",
        )


def _target(path: str, query: Mapping[str, Any] | None) -> str:
    given = {name: value for name, value in (query or {}).items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _problem(status: int, media_type: str, data: bytes) -> Problem:
    """Read problem details; what is none (a server that is full, a proxy) is told as it came."""
    if media_type == MEDIA_TYPE:
        try:
            return msgspec.json.decode(data, type=Problem)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
    return Problem(
        title=f"HTTP {status}", status=status, detail=data[:200].decode(errors="replace")
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
